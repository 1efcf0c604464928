//! The nightly round: which Ledgers were counted again and what that found (rule V3), what the machine
//! says of itself (V2), audit lines that are old enough to go (P14). Never: an answer.

use super::{Directory, actor, audit, number, outbox, set_number, units};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Store, StoreError};
use survey::day::{DAY_MS, Day, HOUR_MS, Millis};
use survey::id::UnitId;
use survey::wire::watch::Machine;
use survey::wire::{read, write};

/// The round begins at 03:00 in Việt Nam: nobody answers, and the day's release is still to come.
const NIGHT_MS: i64 = 3 * HOUR_MS;
/// Audit lines: five years, two leap days among them; the table's trigger says the same.
const AUDIT_MS: i64 = 1_827 * DAY_MS;
/// Who did it, in the audit log, where nobody did.
const SERVER: &str = "server";

/// What the recounts found, over all Ledgers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recounts {
    /// Units whose stored sums are not what their rows add up to.
    pub differing: Vec<UnitId>,
    /// Units that could not be recounted.
    pub failed: Vec<UnitId>,
    /// Ledgers that were never recounted.
    pub never: u64,
    /// The day on which the first of these got its first device.
    pub never_since: Option<Day>,
    /// When the one that waits longest was recounted.
    pub oldest: Option<Millis>,
}

/// What the machine said, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Millis,
    /// What.
    pub machine: Machine,
}

/// The night that an instant belongs to: it begins at 03:00.
pub(super) fn night_of(now: Millis) -> Option<Day> {
    Day::of(now.plus(-NIGHT_MS))
}

impl<S: Store> Directory<S> {
    /// Begins the round if tonight's has not begun yet, or anew where it is asked for.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn begin_night(&self, now: Millis, is_asked_for: bool) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let last = number(sql, "night_ms")?;
            let has_begun = last > 0 && night_of(Millis(last)) == night_of(now);
            if has_begun && !is_asked_for {
                return Ok(());
            }
            set_number(sql, "night_ms", now.0)?;
            outbox::forget(sql, now)?;
            Ok(sql.run(
                "DELETE FROM audit
                 WHERE at_ms <= (SELECT at_ms FROM audit ORDER BY no DESC LIMIT 1) - ?1",
                &[AUDIT_MS.into()],
            )?)
        })
    }

    /// When the next round begins: at once where the last one was missed.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn next_night(&self, now: Millis) -> Result<Option<Millis>, Refused> {
        self.0.atomically(|sql| {
            let last = number(sql, "night_ms")?;
            let counts = sql.first("SELECT 1 FROM stay LIMIT 1", &[])?.is_some();
            if counts && (last == 0 || night_of(Millis(last)) != night_of(now)) {
                return Ok(Some(now));
            }
            let next = night_of(now).map(|night| night.plus(1).starts().plus(NIGHT_MS));
            Ok(next)
        })
    }

    /// Some of the Ledgers that this night's round has not come to yet.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn to_recount(&self, most: u32) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT DISTINCT unit FROM stay WHERE unit NOT IN (SELECT unit FROM recount
                   WHERE at_ms >= (SELECT value FROM number WHERE name = 'night_ms'))
                 ORDER BY unit LIMIT ?1",
                &[most.into()],
            )?;
            let ids = rows.iter().map(|row| units::id_in(row.text(0)?));
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// Writes down what the recount of a unit found; `None` where it failed. A difference is also a
    /// line of the audit log on the night it is first seen: nothing that is seen later takes it away.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn recounted(
        &self,
        now: Millis,
        unit: &UnitId,
        differences: Option<u64>,
    ) -> Result<(), Refused> {
        let found = differences.map_or(-1, |found| i64::try_from(found).unwrap_or(i64::MAX));
        self.0.atomically(|sql| {
            let before = sql.first(
                "SELECT differences FROM recount WHERE unit = ?1",
                &[unit.as_str().into()],
            )?;
            let before = before.map_or(Ok(0), |row| row.integer(0))?;
            if found > 0 && before <= 0 {
                audit(sql, now, SERVER, "recount-differs", unit.as_str())?;
            }
            Ok(sql.run(
                "INSERT INTO recount VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
                 SET at_ms = excluded.at_ms, differences = excluded.differences",
                &[unit.as_str().into(), now.0.into(), found.into()],
            )?)
        })
    }

    /// Writes down that records of a unit went which nobody decided on and which were never counted
    /// (P14): nothing is dropped in silence.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn let_go(&self, now: Millis, unit: &UnitId) -> Result<(), Refused> {
        self.0
            .atomically(|sql| Ok(audit(sql, now, SERVER, "retire-quarantine", unit.as_str())?))
    }

    /// What the last recounts found.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn recounts(&self) -> Result<Recounts, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT counted.unit, at_ms, differences, since
                 FROM (SELECT stay.unit AS unit, min(enrolled) AS since
                   FROM stay LEFT JOIN device ON device.id = stay.device GROUP BY stay.unit)
                   AS counted LEFT JOIN recount USING (unit)
                 ORDER BY counted.unit",
                &[],
            )?;
            let mut found = Recounts::default();
            for row in &rows {
                let Ok(at) = row.integer(1) else {
                    found.never += 1;
                    let since = row.maybe_text(3)?.and_then(Day::parse);
                    found.never_since = found.never_since.into_iter().chain(since).min();
                    continue;
                };
                let at = Millis(at);
                found.oldest = Some(found.oldest.map_or(at, |oldest| oldest.min(at)));
                match row.integer(2)? {
                    0 => {}
                    1.. => found.differing.push(units::id_in(row.text(0)?)?),
                    _ => found.failed.push(units::id_in(row.text(0)?)?),
                }
            }
            Ok(found)
        })
    }

    /// Writes down what the machine says of itself.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn tell_machine(&self, now: Millis, machine: &Machine) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            Ok(sql.run(
                "INSERT INTO machine VALUES ('this', ?1, ?2) ON CONFLICT DO UPDATE
                 SET at_ms = excluded.at_ms, told = excluded.told",
                &[now.0.into(), write(machine).into()],
            )?)
        })
    }

    /// What the machine said last; `None` where nothing watches it.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn machine(&self) -> Result<Option<Told>, Refused> {
        self.0.atomically(|sql| {
            let row = sql.first("SELECT at_ms, told FROM machine", &[])?;
            let told = row.map(|row| -> Result<_, StoreError> {
                // What an older release wrote and this one cannot read is as if nothing was told.
                let machine = read(row.text(1)?).ok();
                let at = Millis(row.integer(0)?);
                Ok(machine.map(|machine| Told { at, machine }))
            });
            Ok(told.transpose()?.flatten())
        })
    }

    /// How many units there are, devices that may send, and devices whose key was revoked.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn sizes(&self) -> Result<[u64; 3], Refused> {
        self.0.atomically(|sql| {
            let row = sql.first(
                "SELECT (SELECT count(*) FROM unit),
                   (SELECT count(*) FROM device WHERE revoked IS NULL),
                   (SELECT count(*) FROM device WHERE revoked IS NOT NULL)",
                &[],
            )?;
            let row = row.ok_or_else(|| Refused::broken("a count gave no row"))?;
            let count = |column| row.integer(column).map(|n| u64::try_from(n).unwrap_or(0));
            Ok([count(0)?, count(1)?, count(2)?])
        })
    }

    /// Checks that somebody may see how the server is: who keeps all of it, since it names any unit.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`], [`survey::wire::code::Code::NotAllowed`].
    pub fn may_watch(&self, session: Option<&str>, now: Millis) -> Result<(), Refused> {
        self.0
            .atomically(|sql| actor(sql, session, now)?.must_keep_everything(Act::SeeServer))
    }
}

#[cfg(test)]
mod tests {
    use super::super::SCHEMA;
    use super::*;
    use crate::store::sqlite::Sqlite;

    /// 2026-11-23, 10:00 in Việt Nam.
    const NOW: Millis = Millis(1_795_402_800_000);

    fn directory() -> Directory<Sqlite> {
        let directory = Directory(Sqlite::in_memory(SCHEMA).unwrap());
        run(
            &directory,
            "INSERT INTO stay VALUES ('d1', '33.1', 1), ('d2', '33.1', 1), ('d3', '33.2', 1)",
        );
        directory
    }

    fn run(directory: &Directory<Sqlite>, statement: &str) {
        let done: Result<(), StoreError> = directory.0.atomically(|sql| sql.run(statement, &[]));
        done.unwrap();
    }

    fn count(directory: &Directory<Sqlite>, of: &str) -> i64 {
        let row: Result<_, StoreError> = directory.0.atomically(|sql| sql.first(of, &[]));
        row.unwrap().unwrap().integer(0).unwrap()
    }

    fn unit(id: &str) -> UnitId {
        UnitId::parse(id).unwrap()
    }

    #[test]
    fn v3_every_ledger_is_recounted_once_a_night() {
        let directory = directory();
        directory.begin_night(NOW, false).unwrap();
        assert_eq!(directory.to_recount(1).unwrap(), [unit("33.1")]);
        directory.recounted(NOW, &unit("33.1"), Some(0)).unwrap();
        assert_eq!(directory.to_recount(9).unwrap(), [unit("33.2")]);
        // One that fails does not hold the night up.
        directory.recounted(NOW, &unit("33.2"), None).unwrap();
        assert!(directory.to_recount(9).unwrap().is_empty());
        directory
            .begin_night(NOW.plus(16 * HOUR_MS), false)
            .unwrap();
        assert!(directory.to_recount(9).unwrap().is_empty());
        directory.begin_night(NOW.plus(1), true).unwrap();
        assert_eq!(directory.to_recount(9).unwrap().len(), 2);
        let next = directory.next_night(NOW).unwrap().unwrap();
        assert_eq!(next, NOW.plus(17 * HOUR_MS));
        // A night that was missed is made up for.
        let late = next.plus(HOUR_MS);
        assert_eq!(directory.next_night(late).unwrap(), Some(late));
        directory.begin_night(next, false).unwrap();
        assert_eq!(directory.to_recount(9).unwrap().len(), 2);
    }

    #[test]
    fn v3_a_difference_is_told_until_a_recount_finds_none_and_stays_in_the_log() {
        let directory = directory();
        directory.begin_night(NOW, false).unwrap();
        directory.recounted(NOW, &unit("33.1"), Some(2)).unwrap();
        let found = directory.recounts().unwrap();
        assert_eq!(found.differing, [unit("33.1")]);
        assert_eq!((found.never, found.oldest), (1, Some(NOW)));
        directory.recounted(NOW, &unit("33.1"), Some(3)).unwrap();
        let lines = "SELECT count(*) FROM audit WHERE act = 'recount-differs' AND subject = '33.1'";
        assert_eq!(count(&directory, lines), 1);
        directory.recounted(NOW, &unit("33.1"), None).unwrap();
        assert_eq!(directory.recounts().unwrap().failed, [unit("33.1")]);
        directory.recounted(NOW, &unit("33.1"), Some(0)).unwrap();
        let found = directory.recounts().unwrap();
        assert_eq!((found.differing, found.failed), (vec![], vec![]));
        assert_eq!(count(&directory, lines), 1);
    }

    #[test]
    fn p14_audit_lines_go_after_five_years_and_no_day_before() {
        let directory = directory();
        let insert = |at: Millis| {
            let statement = format!(
                "INSERT INTO audit (at_ms, actor, act, subject) VALUES ({}, 'a', 'b', '')",
                at.0
            );
            run(&directory, &statement);
        };
        insert(NOW);
        insert(NOW.plus(DAY_MS));
        let gone: Result<(), StoreError> = directory
            .0
            .atomically(|sql| sql.run("DELETE FROM audit WHERE no = 1", &[]));
        assert!(gone.is_err(), "a line of yesterday can be deleted");
        insert(NOW.plus(AUDIT_MS));
        directory.begin_night(NOW.plus(AUDIT_MS), false).unwrap();
        assert_eq!(count(&directory, "SELECT count(*) FROM audit"), 2);
        assert_eq!(count(&directory, "SELECT min(no) FROM audit"), 2);
    }

    #[test]
    fn v2_what_the_machine_said_last_is_kept() {
        let directory = directory();
        assert_eq!(directory.machine().unwrap(), None);
        let machine = Machine {
            stored_bytes: 5,
            ..Machine::default()
        };
        directory.tell_machine(NOW, &Machine::default()).unwrap();
        directory.tell_machine(NOW.plus(1), &machine).unwrap();
        let at = NOW.plus(1);
        assert_eq!(directory.machine().unwrap(), Some(Told { at, machine }));
        run(&directory, "UPDATE machine SET told = 'of another release'");
        assert_eq!(directory.machine().unwrap(), None);
    }
}
