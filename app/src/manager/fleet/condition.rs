//! How a device is, from its last report: what is well, what to watch, what to mend (US7, UM10).

use survey::day::{Day, MINUTE_MS, Millis};
use survey::outbox::alarm::{self, Alarm};
use survey::silence::{self, Silence};
use survey::wire::manager::DeviceRow;

use crate::parts::Tone;

/// A clock that is off by more is worth a look.
const SKEW_MS: i64 = 2 * MINUTE_MS;

/// One thing to know about a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It may not send any more.
    Revoked,
    /// Enrolled, and never heard since.
    NeverSeen,
    /// Not a word through a whole working day.
    Silent,
    /// Unsent records that are old or many.
    Unsent {
        /// Older than three days.
        is_too_old: bool,
    },
    /// Records set aside on it.
    Asides,
    /// The browser may evict what it holds.
    NotPersisted,
    /// Its clock is off by so many minutes.
    Clock(i64),
    /// Little free space.
    LittleSpace,
    /// It lost what it held, so many times.
    Lost(i64),
    /// A copy of it sends too, or an old backup of it.
    Copied,
    /// Not a word through so many hours of opening time.
    SilentOpen(i64),
    /// It has not taken its newest configuration yet.
    NotConfigured,
    /// What is answered on it is not counted.
    Training,
}

impl Sign {
    /// How much attention it asks for.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Revoked | Self::NeverSeen | Self::NotConfigured => Tone::Calm,
            Self::Unsent { is_too_old: true } | Self::NotPersisted | Self::Copied => Tone::Red,
            _ => Tone::Amber,
        }
    }
}

/// Everything there is to know now; nothing when all is well.
#[must_use]
pub fn signs(row: &DeviceRow, now: Millis) -> Vec<Sign> {
    if row.revoked {
        return vec![Sign::Revoked];
    }
    let Some(seen) = row.seen else {
        return vec![Sign::NeverSeen];
    };
    // As it was when the device spoke last; what it did since is told by its silence.
    let queue = alarm::of_queue(row.unsent.into(), row.oldest, Day::of(seen));
    let silence = silence::of(&row.settings, seen, now).map(|silence| match silence {
        Silence::WorkingDay => Sign::Silent,
        Silence::Hours(hours) => Sign::SilentOpen(hours),
    });
    let checks = [
        (
            queue > Alarm::Calm,
            Sign::Unsent {
                is_too_old: queue == Alarm::Red,
            },
        ),
        (row.asides > 0, Sign::Asides),
        (!row.persisted, Sign::NotPersisted),
        (minutes_off(row) > 0, Sign::Clock(minutes_off(row))),
        (
            row.free_mb > 0 && alarm::of_space(row.free_mb) > Alarm::Calm,
            Sign::LittleSpace,
        ),
        (row.losses > 0, Sign::Lost(row.losses.into())),
        (row.is_copied, Sign::Copied),
        (row.applied != row.config, Sign::NotConfigured),
        (row.settings.training, Sign::Training),
    ];
    let found = checks.into_iter().filter(|(is_so, _)| *is_so);
    let found = found.map(|(_, sign)| sign);
    silence.into_iter().chain(found).collect()
}

/// By how many minutes its clock is wrong; 0 while that does no harm.
#[must_use]
pub fn minutes_off(row: &DeviceRow) -> i64 {
    let off_ms = row.skew_ms.saturating_abs();
    if off_ms > SKEW_MS {
        (off_ms + MINUTE_MS / 2) / MINUTE_MS
    } else {
        0
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use survey::day::HOUR_MS;
    use survey::id::{DeviceClass, DeviceId, UnitId};
    use survey::wire::device::Names;
    use survey::wire::fleet::Settings;

    /// Noon of a Wednesday.
    pub fn now() -> Millis {
        noon("2026-11-25")
    }

    fn noon(day: &str) -> Millis {
        Day::parse(day).unwrap().starts().plus(12 * HOUR_MS)
    }

    pub fn well() -> DeviceRow {
        DeviceRow {
            device: DeviceId::from_random([7; 16]),
            unit: UnitId::parse("33").unwrap(),
            counter_name: Names {
                vi: "Quầy 1".to_owned(),
                en: String::new(),
            },
            class: DeviceClass::parse("kiosk").unwrap(),
            enrolled: Day::parse("2026-11-01").unwrap(),
            revoked: false,
            seen: Some(now().plus(-5 * MINUTE_MS)),
            unsent: 3,
            asides: 0,
            oldest: Day::parse("2026-11-24"),
            persisted: true,
            free_mb: 9_000,
            losses: 0,
            is_copied: false,
            skew_ms: -90_000,
            app: None,
            config: 3,
            applied: 3,
            settings: Settings::of_form("sipas2022"),
        }
    }

    fn after(change: impl Fn(&mut DeviceRow)) -> Vec<Sign> {
        let mut row = well();
        change(&mut row);
        signs(&row, now())
    }

    #[test]
    fn um10_a_healthy_device_has_no_sign() {
        assert_eq!(signs(&well(), now()), []);
    }

    #[test]
    fn um10_each_fault_has_its_sign() {
        let old = |day| after(|row| row.oldest = Day::parse(day));
        assert_eq!(old("2026-11-23"), [Sign::Unsent { is_too_old: false }]);
        assert_eq!(old("2026-11-21"), [Sign::Unsent { is_too_old: true }]);
        assert_eq!(
            after(|row| row.unsent = 201),
            [Sign::Unsent { is_too_old: false }]
        );
        assert_eq!(after(|row| row.persisted = false), [Sign::NotPersisted]);
        assert_eq!(Sign::NotPersisted.tone(), Tone::Red, "B2");
        assert_eq!(after(|row| row.losses = 2), [Sign::Lost(2)]);
        assert_eq!(after(|row| row.is_copied = true), [Sign::Copied]);
        assert_eq!(after(|row| row.skew_ms = -200_000), [Sign::Clock(3)]);
        assert_eq!(after(|row| row.free_mb = 499), [Sign::LittleSpace]);
        assert_eq!(
            after(|row| row.free_mb = 0),
            [],
            "not told, which is no warning"
        );
        assert_eq!(after(|row| row.asides = 1), [Sign::Asides]);
        assert_eq!(after(|row| row.config = 4), [Sign::NotConfigured]);
        assert_eq!(after(|row| row.settings.training = true), [Sign::Training]);
        let hours = |seen: i64| {
            after(|row| {
                row.settings.hours = crate::manager::fleet::hours::read("07:30-11:30", 3).unwrap();
                row.seen = Some(now().plus(-seen * HOUR_MS));
            })
        };
        assert_eq!(hours(1), [], "half an hour of it was open");
        assert_eq!(hours(3), [Sign::SilentOpen(2)]);
    }

    #[test]
    fn um10_silence_is_a_working_day_without_a_word() {
        let none = Settings::of_form("sipas2022");
        let silent = |seen, now| silence::of(&none, noon(seen), noon(now)).is_some();
        assert!(!silent("2026-11-24", "2026-11-25"));
        assert!(silent("2026-11-23", "2026-11-25"), "Tuesday passed");
        assert!(!silent("2026-11-20", "2026-11-23"), "a weekend passed");
        assert!(silent("2026-11-19", "2026-11-23"), "Friday passed");
        assert!(silent("2020-01-01", "2026-11-23"));
        let row = after(|row| {
            row.seen = Some(noon("2026-11-23"));
            row.oldest = None;
        });
        assert_eq!(row, [Sign::Silent]);
    }

    #[test]
    fn um10_what_was_never_heard_or_is_revoked_is_not_blamed() {
        assert_eq!(after(|row| row.seen = None), [Sign::NeverSeen]);
        assert_eq!(after(|row| row.revoked = true), [Sign::Revoked]);
    }
}
