//! What is known of how the server is: checks for a person (rule V1), and metrics. Never: anything below
//! the whole deployment but the name of a unit that needs a look.

mod metrics;

use crate::objects::ledger::LedgerState;
use serde::{Deserialize, Serialize};
use survey::day::{DAY_MS, Day, HOUR_MS, MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::watch::{Check, Health, Level, Machine, What};

/// The release.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Units that a check names.
const MOST_NAMED: usize = 20;
/// A Ledger is recounted every night; two were missed.
const RECOUNT_LATE_MS: i64 = 2 * DAY_MS;
/// Rule B3: above this an officer shall export.
const QUEUE_LATE_DAYS: i64 = 3;
/// A backup is made every hour; a day went by without.
const BACKUP_LATE_MS: i64 = 26 * HOUR_MS;
/// The program around the server speaks every minute.
const MACHINE_LATE_MS: i64 = 10 * MINUTE_MS;
/// Room for a month of a province, and room for a day.
const DISK_LOW_MB: i64 = 2_048;
const DISK_FULL_MB: i64 = 512;

/// What the Directory knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// How often the deployment was restored.
    pub restore: u32,
    /// Units in the tree.
    pub units: u64,
    /// Devices that may send.
    pub devices: u64,
    /// Devices whose key was revoked.
    pub revoked: u64,
    /// Units with a Ledger.
    pub counting: Vec<UnitId>,
    /// Of these, where the last recount found a difference.
    pub differing: Vec<UnitId>,
    /// Where it could not be made.
    pub failed: Vec<UnitId>,
    /// Ledgers never recounted.
    pub never: u64,
    /// The day on which the first of these got its first device.
    pub never_since: Option<Day>,
    /// When the one that waits longest was recounted.
    pub oldest: Option<Millis>,
    /// Deliveries of alerts that are sent, again if need be.
    pub alerts_waiting: u64,
    /// Those of the last 30 days that were given up.
    pub alerts_failed: u64,
    /// What the machine said last, and when; `None` where nothing watches it.
    pub machine: Option<(Millis, Machine)>,
}

/// What all Ledgers said together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledgers {
    /// Their sum.
    pub sum: LedgerState,
    /// Units whose release is overdue.
    pub overdue: Vec<UnitId>,
    /// Ledgers whose sums the node above has not acknowledged.
    pub untold: u64,
    /// Units whose Ledger did not answer.
    pub unreachable: Vec<UnitId>,
}

impl Ledgers {
    /// Adds what one Ledger said; `None` where it did not answer.
    pub fn add(&mut self, unit: &UnitId, state: Option<LedgerState>) {
        let Some(state) = state else {
            self.unreachable.push(unit.clone());
            return;
        };
        let earlier = |one: Option<Day>, other: Option<Day>| match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        let sum = &mut self.sum;
        sum.waiting += state.waiting;
        sum.oldest_waiting = earlier(sum.oldest_waiting, state.oldest_waiting);
        sum.quarantined += state.quarantined;
        sum.heard += state.heard;
        sum.silent += state.silent;
        sum.unsent += state.unsent;
        sum.oldest_unsent = earlier(sum.oldest_unsent, state.oldest_unsent);
        sum.asides += state.asides;
        self.untold += u64::from(state.is_untold);
        if state.is_overdue {
            self.overdue.push(unit.clone());
        }
    }
}

/// Everything that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By the Directory.
    pub watched: Watched,
    /// By the Ledgers.
    pub ledgers: Ledgers,
    /// A program around this server was handed the token with which it tells of its machine.
    pub is_accompanied: bool,
    /// The server's clock.
    pub now: Millis,
}

impl Facts {
    /// The checks, and the worst of them.
    #[must_use]
    pub fn health(&self) -> Health {
        let mut checks = vec![self.recount(), self.release(), self.queues()];
        match &self.watched.machine {
            Some((at, machine)) => checks.extend(self.machine(*at, machine)),
            // Nobody knows of backups and free space, though somebody should.
            None if self.is_accompanied => {
                checks.push(check(What::Machine, Level::Warning, None, []));
            }
            None => {}
        }
        Health {
            level: checks
                .iter()
                .map(|check| check.level)
                .max()
                .unwrap_or(Level::Ok),
            checks,
            version: VERSION.to_owned(),
            restore: self.watched.restore,
            now: self.now,
        }
    }

    fn recount(&self) -> Check {
        let Watched {
            differing, failed, ..
        } = &self.watched;
        let is_late = |at: Millis| self.now.since(at) > RECOUNT_LATE_MS;
        let level = if !differing.is_empty() || !failed.is_empty() {
            Level::Alarm
        } else if self.watched.oldest.is_some_and(is_late)
            || self.age(self.watched.never_since) > Some(RECOUNT_LATE_MS / DAY_MS)
        {
            Level::Warning
        } else {
            Level::Ok
        };
        let hours = self.watched.oldest.map(|at| self.now.since(at) / HOUR_MS);
        let units = differing.iter().chain(failed);
        check(What::Recount, level, hours, units)
    }

    fn release(&self) -> Check {
        let Ledgers {
            overdue,
            unreachable,
            ..
        } = &self.ledgers;
        let units = overdue.iter().chain(unreachable);
        let count = i64::try_from(units.clone().count()).ok();
        let level = if unreachable.is_empty() {
            Level::Ok.or(Level::Warning, !overdue.is_empty())
        } else {
            Level::Alarm
        };
        check(What::Release, level, count, units)
    }

    fn queues(&self) -> Check {
        let days = self.age(self.ledgers.sum.oldest_unsent);
        let is_late = days.is_some_and(|days| days > QUEUE_LATE_DAYS);
        check(
            What::Queues,
            Level::Ok.or(Level::Warning, is_late),
            days,
            [],
        )
    }

    /// Days from a day to today.
    fn age(&self, day: Option<Day>) -> Option<i64> {
        Some(Day::of(self.now)?.since(day?).max(0))
    }

    fn machine(&self, at: Millis, machine: &Machine) -> Vec<Check> {
        let silent_ms = self.now.since(at);
        let is_silent = silent_ms > MACHINE_LATE_MS;
        let free_mb = i64::try_from(machine.free_bytes >> 20).unwrap_or(i64::MAX);
        let disk = Level::Ok
            .or(Level::Warning, free_mb < DISK_LOW_MB)
            .or(Level::Alarm, free_mb < DISK_FULL_MB);
        let mut checks = vec![
            check(What::Disk, disk, Some(free_mb), []),
            check(
                What::Machine,
                Level::Ok.or(Level::Warning, is_silent),
                Some(silent_ms / MINUTE_MS),
                [],
            ),
        ];
        let age = machine.backup.map(|made| self.now.since(made));
        let unsaved = machine.unsaved_since.map(|since| self.now.since(since));
        let is_late = age.or(unsaved).is_some_and(|age| age > BACKUP_LATE_MS);
        let level = Level::Ok
            .or(Level::Warning, age.is_none())
            .or(Level::Alarm, is_late);
        checks.insert(
            0,
            check(What::Backup, level, age.map(|age| age / HOUR_MS), []),
        );
        checks
    }
}

/// A level that may be worse.
trait Worsen {
    /// The worse one where `is_so`.
    fn or(self, worse: Level, is_so: bool) -> Level;
}

impl Worsen for Level {
    fn or(self, worse: Level, is_so: bool) -> Level {
        if is_so { self.max(worse) } else { self }
    }
}

fn check<'a>(
    what: What,
    level: Level,
    value: Option<i64>,
    units: impl IntoIterator<Item = &'a UnitId>,
) -> Check {
    Check {
        what,
        level,
        value,
        units: units.into_iter().take(MOST_NAMED).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23, 10:00 in Việt Nam.
    const NOW: Millis = Millis(1_795_402_800_000);

    fn unit(id: &str) -> UnitId {
        UnitId::parse(id).unwrap()
    }

    pub(super) fn well() -> Facts {
        let mut ledgers = Ledgers::default();
        let state = LedgerState {
            waiting: 17,
            unsent: 4,
            ..LedgerState::default()
        };
        ledgers.add(&unit("33.1"), Some(state));
        Facts {
            watched: Watched {
                counting: vec![unit("33.1")],
                oldest: Some(NOW.plus(-7 * HOUR_MS)),
                machine: Some((
                    NOW.plus(-MINUTE_MS),
                    Machine {
                        free_bytes: 50 << 30,
                        backup: Some(NOW.plus(-HOUR_MS)),
                        ..Machine::default()
                    },
                )),
                ..Watched::default()
            },
            ledgers,
            is_accompanied: true,
            now: NOW,
        }
    }

    fn level(facts: &Facts, what: What) -> Level {
        let health = facts.health();
        let check = health.checks.iter().find(|check| check.what == what);
        let level = check.unwrap().level;
        assert!(health.level >= level);
        level
    }

    #[test]
    fn v1_a_server_that_is_well_says_so() {
        let health = well().health();
        assert_eq!(health.level, Level::Ok);
        assert_eq!(health.checks.len(), 6);
        let cloud = Facts {
            watched: Watched::default(),
            is_accompanied: false,
            ..well()
        };
        assert_eq!(cloud.health().checks.len(), 3);
    }

    #[test]
    fn v1_each_trouble_has_its_level() {
        use Level::{Alarm, Warning};
        let of = |what, change: fn(&mut Facts)| {
            let mut facts = well();
            change(&mut facts);
            level(&facts, what)
        };
        let backup = |facts: &mut Facts, made: Option<Millis>| {
            facts.watched.machine.as_mut().unwrap().1.backup = made;
        };
        let free = |facts: &mut Facts, mb: u64| {
            facts.watched.machine.as_mut().unwrap().1.free_bytes = mb << 20;
        };
        assert_eq!(
            of(What::Recount, |f| f.watched.differing = vec![unit("33.1")]),
            Alarm
        );
        assert_eq!(
            of(What::Recount, |f| f.watched.failed = vec![unit("33.1")]),
            Alarm
        );
        assert_eq!(
            of(What::Recount, |f| f.now = f.now.plus(3 * DAY_MS)),
            Warning
        );
        assert_eq!(
            of(What::Release, |f| f.ledgers.overdue = vec![unit("33.1")]),
            Warning
        );
        assert_eq!(
            of(What::Release, |f| f.ledgers.add(&unit("33.2"), None)),
            Alarm
        );
        let old = |f: &mut Facts| f.ledgers.sum.oldest_unsent = Day::parse("2026-11-19");
        assert_eq!(of(What::Queues, old), Warning);
        assert_eq!(of(What::Machine, |f| f.now = f.now.plus(HOUR_MS)), Warning);
        let mut facts = well();
        backup(&mut facts, None);
        assert_eq!(level(&facts, What::Backup), Warning);
        let mut unsaved = |since| {
            facts.watched.machine.as_mut().unwrap().1.unsaved_since = since;
            level(&facts, What::Backup)
        };
        assert_eq!(unsaved(Some(NOW.plus(-25 * HOUR_MS))), Warning);
        assert_eq!(unsaved(Some(NOW.plus(-27 * HOUR_MS))), Alarm);
        backup(&mut facts, Some(NOW.plus(-27 * HOUR_MS)));
        assert_eq!(level(&facts, What::Backup), Alarm);
        free(&mut facts, 1_000);
        assert_eq!(level(&facts, What::Disk), Warning);
        free(&mut facts, 100);
        assert_eq!(level(&facts, What::Disk), Alarm);
    }

    #[test]
    fn v1_a_machine_that_nobody_tells_of_is_a_check_of_its_own() {
        let mut facts = well();
        facts.watched.machine = None;
        assert_eq!(level(&facts, What::Machine), Level::Warning);
        assert_eq!(facts.health().checks.len(), 4);
    }
}
