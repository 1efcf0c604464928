//! When a device's silence is worth a look (rule UM10): not a word through opening time, or through a whole
//! working day where no opening times are set. Never: a sentence about it.

use crate::day::{Day, MINUTE_MS, Millis};
use crate::wire::fleet::Settings;

/// Silence of so many opening hours is worth a look: a device is heard every five minutes.
const SILENT_HOURS: i64 = 1;

/// How long a device has been silent, as far as that is worth a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Not a word through a whole working day; no opening times are set.
    WorkingDay,
    /// Not a word through so many hours of opening time.
    Hours(i64),
}

/// The silence of a device that was heard last at `seen`; `None` where there is none to speak of.
#[must_use]
pub fn of(settings: &Settings, seen: Millis, now: Millis) -> Option<Silence> {
    let open = open_minutes(settings, seen, now) / 60;
    if open >= SILENT_HOURS {
        return Some(Silence::Hours(open));
    }
    let missed = settings.hours.is_empty() && has_missed_a_working_day(settings, seen, now);
    missed.then_some(Silence::WorkingDay)
}

/// Minutes of opening time between two moments. Looks at two weeks at most: longer is longer.
#[must_use]
pub fn open_minutes(settings: &Settings, from: Millis, to: Millis) -> i64 {
    const DAYS: i64 = 14;
    let Some(first) = Day::of(from) else { return 0 };
    let days = (0..=DAYS).map(|n| first.plus(n));
    let open = days.filter(|day| !settings.holidays.contains(day));
    let spans = open.flat_map(|day| {
        let hours = settings.hours.iter();
        let own = hours.filter(move |span| span.weekday == day.day_of_week());
        own.map(move |span| (day, span))
    });
    let passed = spans.map(|(day, span)| {
        let at = |minute: u16| {
            day.starts()
                .plus(i64::from(minute).saturating_mul(MINUTE_MS))
                .0
        };
        let ends = at(span.to).min(to.0);
        ends.saturating_sub(at(span.from).max(from.0)).max(0)
    });
    passed.fold(0, i64::saturating_add) / MINUTE_MS
}

/// Whether a whole day from Monday to Friday that is no holiday lies between two moments.
fn has_missed_a_working_day(settings: &Settings, seen: Millis, now: Millis) -> bool {
    /// No holidays last so long that there was no working day in any case.
    const A_MONTH: i64 = 31;
    let (Some(seen), Some(today)) = (Day::of(seen), Day::of(now)) else {
        return false;
    };
    let days = today.since(seen);
    let mut between = (1..days.min(A_MONTH)).map(|after| seen.plus(after));
    let is_working = |day: &Day| day.day_of_week() <= 5 && !settings.holidays.contains(day);
    days > A_MONTH || between.any(|day| is_working(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::HOUR_MS;
    use crate::wire::device::Hours;

    fn at(day: &str, hour: i64) -> Millis {
        Day::parse(day).unwrap().starts().plus(hour * HOUR_MS)
    }

    /// Monday to Friday from 07:30 to 11:30 and from 13:30 to 17:00, Tuesday a holiday.
    fn office() -> Settings {
        let mut settings = Settings::of_form("sipas2022");
        let spans = (1..=5).flat_map(|weekday| {
            [(450, 690), (810, 1_020)].map(|(from, to)| Hours { weekday, from, to })
        });
        settings.hours = spans.collect();
        settings.holidays = alloc::vec![Day::parse("2026-11-24").unwrap()];
        settings
    }

    #[test]
    fn um10_only_opening_time_counts_as_silence() {
        let minutes = |from, to| open_minutes(&office(), from, to);
        // Friday at five to Monday at eight.
        assert_eq!(minutes(at("2026-11-20", 17), at("2026-11-23", 8)), 30);
        assert_eq!(minutes(at("2026-11-24", 0), at("2026-11-25", 0)), 0);
        assert_eq!(minutes(at("2026-11-25", 0), at("2026-11-26", 0)), 450);
        assert_eq!(minutes(at("2026-11-25", 9), at("2026-11-25", 8)), 0);
    }

    #[test]
    fn um10_um13_silence_is_an_hour_of_opening_time_or_a_working_day_without_a_word() {
        let now = at("2026-11-25", 12);
        assert_eq!(of(&office(), at("2026-11-25", 11), now), None);
        let morning = of(&office(), at("2026-11-25", 7), now);
        assert_eq!(morning, Some(Silence::Hours(4)));
        let none = Settings::of_form("sipas2022");
        assert_eq!(of(&none, at("2026-11-24", 12), now), None);
        let gone = of(&none, at("2026-11-23", 12), now);
        assert_eq!(gone, Some(Silence::WorkingDay));
        // Tuesday was a holiday there: nobody missed a word.
        let mut closed = none;
        closed.holidays = office().holidays;
        assert_eq!(of(&closed, at("2026-11-23", 12), now), None);
        let gone = of(&closed, at("2026-11-23", 12), at("2026-11-26", 9));
        assert_eq!(gone, Some(Silence::WorkingDay));
        assert!(has_missed_a_working_day(&closed, at("2020-01-01", 9), now));
    }
}
