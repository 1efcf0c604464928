//! Reading the audit log (rule S13). Never: changing it.

use super::units::reached;
use super::{Actor, Directory, actor, today};
use crate::access::{Act, includes};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::people::{Audit, AuditLine};
use survey::wire::write;

/// The most lines of a page.
const PAGE: usize = 100;
/// The most lines of a file.
const MOST_IN_A_FILE: usize = 100_000;

/// Which lines are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Older than this number.
    pub before: Option<i64>,
    /// By this account or device.
    pub actor: Option<String>,
    /// This act.
    pub act: Option<String>,
    /// From this day on.
    pub from: Option<Day>,
    /// Up to this day.
    pub to: Option<Day>,
}

impl<S: Store> Directory<S> {
    /// A page of the audit log, newest first. Who has the right only at some units sees what was done
    /// to these, to the devices there, and by themselves.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`], [`survey::wire::code::Code::NotAllowed`].
    pub fn audit_page(
        &self,
        session: Option<&str>,
        now: Millis,
        filter: &Filter,
    ) -> Result<Audit, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let mut lines = lines(sql, &actor, filter, PAGE + 1)?;
            let has_more = lines.len() > PAGE;
            lines.truncate(PAGE);
            Ok(Audit { lines, has_more })
        })
    }

    /// The lines of a file; that it was taken is itself a line.
    ///
    /// # Errors
    /// As [`Directory::audit_page`], and [`survey::wire::code::Code::ProveAgain`].
    pub fn audit_file(
        &self,
        session: Option<&str>,
        now: Millis,
        filter: &Filter,
    ) -> Result<Vec<AuditLine>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let lines = lines(sql, &actor, filter, MOST_IN_A_FILE)?;
            actor.must_be_proved(now)?;
            today(now)?;
            super::audit(sql, now, &actor.name, "export-audit", "")?;
            Ok(lines)
        })
    }
}

fn lines(
    sql: &dyn Sql,
    actor: &Actor,
    filter: &Filter,
    most: usize,
) -> Result<Vec<AuditLine>, Refused> {
    actor.must_be_able_to(Act::SeeAudit)?;
    let mut able = actor
        .grants
        .iter()
        .filter(|grant| includes(grant.role, Act::SeeAudit));
    let units = if able.any(|grant| grant.node.is_none()) {
        None
    } else {
        let units = reached(sql, actor, Act::SeeAudit)?;
        let ids: Vec<UnitId> = units.into_iter().map(|unit| unit.id).collect();
        Some(write(&ids))
    };
    let starts = |day: Day| day.starts().0;
    let rows = sql.rows(
        "SELECT no, at_ms, actor, act, subject FROM audit
         WHERE (?1 IS NULL OR no < ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR act = ?3)
           AND (?4 IS NULL OR at_ms >= ?4) AND (?5 IS NULL OR at_ms < ?5)
           AND (?6 IS NULL
             OR substr(subject, 1, instr(subject || ' ', ' ') - 1) IN (SELECT value FROM json_each(?6))
             OR subject IN (SELECT id FROM device WHERE unit IN (SELECT value FROM json_each(?6)))
             OR (actor = ?7 AND subject NOT IN (SELECT id FROM device)
               AND substr(subject, 1, instr(subject || ' ', ' ') - 1) NOT IN (SELECT id FROM unit)))
         ORDER BY no DESC LIMIT ?8",
        &[
            filter.before.into(),
            filter.actor.as_deref().into(),
            filter.act.as_deref().into(),
            filter.from.map(starts).into(),
            filter.to.map(|day| starts(day.plus(1))).into(),
            units.into(),
            actor.name.as_str().into(),
            i64::try_from(most).unwrap_or(i64::MAX).into(),
        ],
    )?;
    Ok(rows.iter().map(line).collect::<Result<_, StoreError>>()?)
}

fn line(row: &Row) -> Result<AuditLine, StoreError> {
    Ok(AuditLine {
        no: u64::try_from(row.integer(0)?).unwrap_or_default(),
        at: Millis(row.integer(1)?),
        actor: row.text(2)?.to_owned(),
        act: row.text(3)?.to_owned(),
        subject: row.text(4)?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::audit as write_down;
    use super::super::tests::{NOW, account, directory, id, signed_in};
    use super::*;
    use survey::wire::manager::Role;

    #[test]
    fn ua6_a_part_of_the_house_sees_what_was_done_in_it_however_the_line_names_it() {
        let (directory, operator) = directory();
        let auditor = account("au", Role::Auditor, Some("33"));
        directory
            .add_account(Some(&operator), NOW, &auditor)
            .unwrap();
        let auditor = signed_in(&directory, "au");
        for unit in ["33.1", "34.1"] {
            directory.let_go(NOW, &id(unit)).unwrap();
        }
        let decided = "release-quarantine";
        directory
            .0
            .atomically(|sql| {
                let groups = ["33.1 unverified-device 2", "34.1 unverified-device 2"];
                for subject in groups {
                    write_down(sql, NOW, "op", decided, subject)?;
                }
                // Done by oneself, in a unit that is others' by now, and of an account.
                write_down(sql, NOW, "au", decided, groups[1])?;
                write_down(sql, NOW, "au", "set-grants", "somebody")
            })
            .unwrap();
        let seen = |act: &str| {
            let filter = Filter {
                act: Some(act.to_owned()),
                ..Filter::default()
            };
            let page = directory.audit_page(Some(&auditor), NOW, &filter).unwrap();
            let subjects = page.lines.into_iter().map(|line| line.subject);
            subjects.collect::<Vec<_>>()
        };
        assert_eq!(seen("retire-quarantine"), ["33.1"]);
        assert_eq!(seen(decided), ["33.1 unverified-device 2"]);
        assert_eq!(seen("set-grants"), ["somebody"]);
    }
}
