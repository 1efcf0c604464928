//! When a device's queue or storage needs a person (rule B3). Never: words; what the person shall do.

use crate::day::{DAY_MS, Day, Millis};

/// More waiting records than this are worth a look.
const MANY_UNSENT: u64 = 200;
/// Days since the oldest waiting record's day: above the first worth a look, above the second too old.
const OLD_DAYS: i64 = 1;
const TOO_OLD_DAYS: i64 = 3;
/// Less free space than this, in megabytes, is worth a look.
const LITTLE_SPACE_MB: u32 = 500;

/// How urgently a person is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// All is well.
    Calm,
    /// Worth a look.
    Amber,
    /// Records are in danger: they are to be exported now (O14).
    Red,
}

/// What a queue asks for: `unsent` records wait, the oldest since `oldest`. A day that is not known, or
/// lies ahead, does not alarm.
#[must_use]
pub fn of_queue(unsent: u64, oldest: Option<Day>, today: Option<Day>) -> Alarm {
    let days = oldest.zip(today).map(|(oldest, today)| today.since(oldest));
    match days.unwrap_or_default() {
        days if days > TOO_OLD_DAYS => Alarm::Red,
        days if days > OLD_DAYS || unsent > MANY_UNSENT => Alarm::Amber,
        _ => Alarm::Calm,
    }
}

/// Whether what waits is to be exported before anything else is done (O14): while it is in danger, once
/// a day. An export that lies ahead was before somebody set the clock back.
#[must_use]
pub fn asks_for_export(queue: Alarm, exported: Option<Millis>, now: Millis) -> bool {
    let is_of_today = |at: Millis| (0..DAY_MS).contains(&now.since(at));
    queue == Alarm::Red && !exported.is_some_and(is_of_today)
}

/// What a storage asks for with so many megabytes free.
#[must_use]
pub const fn of_space(free_mb: u32) -> Alarm {
    if free_mb < LITTLE_SPACE_MB {
        Alarm::Amber
    } else {
        Alarm::Calm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b3_amber_after_a_day_or_200_records_red_after_three_days() {
        let today = Day::parse("2026-11-23");
        let of = |unsent, day| of_queue(unsent, Day::parse(day), today);
        for (unsent, day, alarm) in [
            (1, "2026-11-23", Alarm::Calm),
            (200, "2026-11-22", Alarm::Calm),
            (201, "2026-11-23", Alarm::Amber),
            (1, "2026-11-21", Alarm::Amber),
            (1, "2026-11-20", Alarm::Amber),
            (1, "2026-11-19", Alarm::Red),
            (201, "2025-11-19", Alarm::Red),
            (1, "2027-01-01", Alarm::Calm),
        ] {
            assert_eq!(of(unsent, day), alarm, "{unsent} {day}");
        }
        assert_eq!(of_queue(0, None, today), Alarm::Calm);
        assert_eq!([499, 500].map(of_space), [Alarm::Amber, Alarm::Calm]);
    }

    #[test]
    fn b3_what_is_in_danger_is_to_be_exported_once_a_day() {
        let now = Millis(1_795_400_000_000);
        let asks = |alarm, ago_ms: i64| asks_for_export(alarm, Some(now.plus(-ago_ms)), now);
        assert!(asks_for_export(Alarm::Red, None, now));
        assert!(!asks_for_export(Alarm::Amber, None, now));
        assert!(!asks(Alarm::Red, 0) && !asks(Alarm::Red, DAY_MS - 1));
        assert!(asks(Alarm::Red, DAY_MS));
        assert!(asks(Alarm::Red, -1), "the clock was set back");
    }
}
