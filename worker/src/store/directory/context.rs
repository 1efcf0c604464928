//! What a unit's figures are held beside (UM21): targets and the State's counts, handed in by people. Never: a
//! figure, an answer.

use super::fields::fields;
use super::units::find;
use super::{Directory, actor, audit, today};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Row, Store, StoreError, Value};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::context::{ContextPage, PortalCountsView, PortalView, Target, WantedPortal};

/// The most of anything that is counted.
const MOST: u64 = 1_000_000_000;

impl<S: Store> Directory<S> {
    /// Targets and counts of a unit.
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn context(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
    ) -> Result<ContextPage, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::SeeFigures, sql, unit)?;
            let own = [unit.as_str().into()];
            let targets = sql.rows(
                "SELECT year, share FROM target WHERE unit = ?1 ORDER BY year",
                &own,
            )?;
            let portal = sql.rows(
                "SELECT month, dossiers, overdue, disliked, petitions, on_time, satisfied
                 FROM portal_count WHERE unit = ?1 ORDER BY month",
                &own,
            )?;
            Ok(ContextPage {
                unit: unit.clone(),
                targets: targets.iter().map(target).collect::<Result<_, _>>()?,
                fields: fields(sql, unit)?,
                portal: portal.iter().map(counts).collect::<Result<_, _>>()?,
                now,
            })
        })
    }

    /// Sets what a unit wants to reach in a year, or takes it away.
    ///
    /// # Errors
    /// The caller's own rights; [`Code::BadValue`].
    pub fn set_target(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        wanted: Target,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::SetTargets, sql, unit)?;
            let is_year = (2020..=2099).contains(&wanted.year);
            let is_share = wanted
                .index
                .is_none_or(|share| (1..=10_000).contains(&share));
            if !is_year || !is_share || find(sql, unit)?.is_none() {
                return Err(Refused::new(
                    Code::BadValue,
                    "A target is a share above 0 and at most 100 % for a year from 2020.",
                ));
            }
            let year = i64::from(wanted.year);
            match wanted.index {
                Some(share) => sql.run(
                    "INSERT INTO target VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET share = excluded.share",
                    &[unit.as_str().into(), year.into(), i64::from(share).into()],
                )?,
                None => sql.run(
                    "DELETE FROM target WHERE unit = ?1 AND year = ?2",
                    &[unit.as_str().into(), year.into()],
                )?,
            }
            Ok(audit(sql, now, &actor.name, "set-target", unit.as_str())?)
        })
    }

    /// Writes the State's counts of a unit down, or takes those of a month away.
    ///
    /// # Errors
    /// The caller's own rights; [`Code::BadValue`] for counts whose parts exceed their whole.
    pub fn count_portal(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        wanted: &WantedPortal,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::CountDossiers, sql, unit)?;
            let month = &wanted.month;
            let is_month = Day::parse(&format!("{month}-01")).is_some();
            let is_past = *month <= today(now)?.month_slice();
            let is_sound = wanted.counts.is_none_or(is_sound);
            if !is_month || !is_past || !is_sound || find(sql, unit)?.is_none() {
                return Err(Refused::new(
                    Code::BadValue,
                    "A month that is not to come, and parts that are not above their whole.",
                ));
            }
            match wanted.counts {
                Some(counts) => {
                    let mut row: Vec<Value> = vec![unit.as_str().into(), month.as_str().into()];
                    for number in numbers(counts) {
                        row.push(i64::try_from(number).map_err(|_| damaged())?.into());
                    }
                    sql.run(
                        "INSERT OR REPLACE INTO portal_count VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                        &row,
                    )?;
                }
                None => sql.run(
                    "DELETE FROM portal_count WHERE unit = ?1 AND month = ?2",
                    &[unit.as_str().into(), month.as_str().into()],
                )?,
            }
            Ok(audit(sql, now, &actor.name, "count-portal", unit.as_str())?)
        })
    }
}

const fn numbers(counts: PortalCountsView) -> [u64; 6] {
    [
        counts.dossiers,
        counts.overdue,
        counts.disliked,
        counts.petitions,
        counts.petitions_on_time,
        counts.petitions_satisfied,
    ]
}

fn is_sound(counts: PortalCountsView) -> bool {
    numbers(counts).iter().all(|number| *number <= MOST) && counts.points().is_some()
}

fn target(row: &Row) -> Result<Target, StoreError> {
    let number = |at| u16::try_from(row.integer(at)?).map_err(|_| damaged());
    Ok(Target {
        year: number(0)?,
        index: Some(number(1)?),
    })
}

fn counts(row: &Row) -> Result<PortalView, StoreError> {
    let number = |at| u64::try_from(row.integer(at)?).map_err(|_| damaged());
    let counts = PortalCountsView {
        dossiers: number(1)?,
        overdue: number(2)?,
        disliked: number(3)?,
        petitions: number(4)?,
        petitions_on_time: number(5)?,
        petitions_satisfied: number(6)?,
    };
    Ok(PortalView {
        month: row.text(0)?.to_owned(),
        counts,
        points: counts.points().ok_or_else(damaged)?,
    })
}

fn damaged() -> StoreError {
    StoreError("a target or a count of the portal is damaged".into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, account, directory, id, signed_in};
    use super::*;
    use crate::store::sqlite::Sqlite;
    use survey::wire::manager::Role;

    /// Hưng Yên on 10 October 2026.
    const HUNG_YEN: PortalCountsView = PortalCountsView {
        dossiers: 482_812,
        overdue: 61_935,
        disliked: 210,
        petitions: 568,
        petitions_on_time: 297,
        petitions_satisfied: 203,
    };

    fn of(month: &str, counts: Option<PortalCountsView>) -> WantedPortal {
        WantedPortal {
            month: month.into(),
            counts,
        }
    }

    fn with_accounts() -> Directory<Sqlite> {
        let (directory, operator) = directory();
        for (name, role) in [("quantri", Role::Admin), ("lanhdao", Role::Manager)] {
            let new = account(name, role, Some("33"));
            directory.add_account(Some(&operator), NOW, &new).unwrap();
        }
        directory
    }

    #[test]
    fn um21_targets_and_counts_are_kept_with_the_points_that_follow_and_taken_away() {
        let directory = with_accounts();
        let session = signed_in(&directory, "quantri");
        let (session, unit) = (Some(session.as_str()), id("33"));
        let target = |index| Target { year: 2026, index };
        directory
            .set_target(session, NOW, &unit, target(Some(9_000)))
            .unwrap();
        directory
            .set_target(session, NOW, &unit, target(Some(9_100)))
            .unwrap();
        directory
            .count_portal(session, NOW, &unit, &of("2026-10", Some(HUNG_YEN)))
            .unwrap();
        let page = directory.context(session, NOW, &unit).unwrap();
        assert_eq!(page.targets, [target(Some(9_100))]);
        let points = page.portal[0].points;
        assert_eq!(
            (
                points.dossiers,
                points.petitions_on_time,
                points.petitions_satisfied,
                points.total
            ),
            (Some(581), 314, 214, Some(1_109))
        );
        directory
            .set_target(session, NOW, &unit, target(None))
            .unwrap();
        directory
            .count_portal(session, NOW, &unit, &of("2026-10", None))
            .unwrap();
        let page = directory.context(session, NOW, &unit).unwrap();
        assert_eq!((page.targets, page.portal), (Vec::new(), Vec::new()));
    }

    #[test]
    fn um21_nonsense_is_refused_and_a_manager_changes_nothing() {
        let directory = with_accounts();
        let unit = id("33");
        let session = signed_in(&directory, "quantri");
        let session = Some(session.as_str());
        let code = |refused: Result<(), Refused>| refused.unwrap_err().code;
        for (year, index) in [(2019, Some(1)), (2026, Some(0)), (2026, Some(10_001))] {
            let target = Target { year, index };
            assert_eq!(
                code(directory.set_target(session, NOW, &unit, target)),
                Code::BadValue
            );
        }
        let more_overdue = PortalCountsView {
            overdue: HUNG_YEN.dossiers + 1,
            ..HUNG_YEN
        };
        for wanted in [
            of("2026-13", Some(HUNG_YEN)),
            of("2027-01", Some(HUNG_YEN)),
            of("2026-10", Some(more_overdue)),
        ] {
            assert_eq!(
                code(directory.count_portal(session, NOW, &unit, &wanted)),
                Code::BadValue
            );
        }
        let session = signed_in(&directory, "lanhdao");
        let session = Some(session.as_str());
        let target = Target {
            year: 2026,
            index: Some(9_000),
        };
        let refused = directory.set_target(session, NOW, &unit, target);
        assert_eq!(code(refused), Code::NotAllowed);
        let refused = directory.count_portal(session, NOW, &unit, &of("2026-10", Some(HUNG_YEN)));
        assert_eq!(code(refused), Code::NotAllowed);
        assert!(directory.context(session, NOW, &unit).is_ok());
    }
}
