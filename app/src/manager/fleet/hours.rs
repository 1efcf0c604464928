//! Opening times as people write them: "07:30-11:30, 13:30-17:00" for each day.

use survey::day::{Day, Millis};
use survey::wire::device::Hours;
use survey::wire::fleet::Settings;

/// Office hours of most counters.
pub const OFFICE: &str = "07:30-11:30, 13:30-17:00";

/// A weekday's times as text.
#[must_use]
pub fn write(hours: &[Hours], weekday: u8) -> String {
    let mut own: Vec<_> = hours
        .iter()
        .filter(|span| span.weekday == weekday)
        .collect();
    own.sort_by_key(|span| span.from);
    let spans: Vec<_> = own
        .iter()
        .map(|span| [clock(span.from), clock(span.to)].join("-"))
        .collect();
    spans.join(", ")
}

fn clock(minute: u16) -> String {
    let two = |n: u16| [if n < 10 { "0" } else { "" }, &n.to_string()].concat();
    [two(minute / 60), two(minute % 60)].join(":")
}

/// Reads a weekday's times; `None` where they are none.
#[must_use]
pub fn read(text: &str, weekday: u8) -> Option<Vec<Hours>> {
    let spans = text
        .split(',')
        .map(str::trim)
        .filter(|span| !span.is_empty());
    let span = |span: &str| {
        let (from, to) = span.split_once(['-', '–'])?;
        let (from, to) = (minute(from)?, minute(to)?);
        (from < to).then_some(Hours { weekday, from, to })
    };
    spans.map(span).collect()
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once([':', 'h'])?;
    let hour: u16 = hour.parse().ok()?;
    let minute: u16 = if minute.is_empty() {
        0
    } else {
        minute.parse().ok()?
    };
    let all = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && all <= 24 * 60).then_some(all)
}

/// Minutes of opening time between two moments. Looks at two weeks at most: longer is longer.
#[must_use]
pub fn open_minutes(settings: &Settings, from: Millis, to: Millis) -> i64 {
    const DAYS: i64 = 14;
    let Some(first) = Day::of(from) else { return 0 };
    let mut sum = 0;
    for day in (0..=DAYS).map(|n| first.plus(n)) {
        if settings.holidays.contains(&day) {
            continue;
        }
        for span in settings
            .hours
            .iter()
            .filter(|span| span.weekday == day.day_of_week())
        {
            let opens = day.starts().plus(i64::from(span.from) * 60_000);
            let closes = day.starts().plus(i64::from(span.to) * 60_000);
            sum += closes
                .0
                .min(to.0)
                .saturating_sub(opens.0.max(from.0))
                .max(0);
        }
    }
    sum / 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w11_times_are_read_as_people_write_them() {
        let spans = read("07:30-11:30, 13h30 – 17h", 1).unwrap();
        assert_eq!(write(&spans, 1), "07:30-11:30, 13:30-17:00");
        assert_eq!(write(&spans, 2), "");
        assert_eq!(read("", 1), Some(Vec::new()));
        for bad in [
            "7",
            "11:30-07:30",
            "07:70-08:00",
            "23:00-25:00",
            "07:30-11:30;13:00",
        ] {
            assert_eq!(read(bad, 1), None, "{bad}");
        }
    }

    #[test]
    fn um10_only_opening_time_counts_as_silence() {
        let mut settings = Settings::of_form("sipas2022");
        settings.hours = (1..=5).flat_map(|day| read(OFFICE, day).unwrap()).collect();
        settings.holidays = vec![Day::parse("2026-11-24").unwrap()];
        let at = |day: &str, hour: i64| Day::parse(day).unwrap().starts().plus(hour * 3_600_000);
        // Friday at five to Monday at eight.
        assert_eq!(
            open_minutes(&settings, at("2026-11-20", 17), at("2026-11-23", 8)),
            30
        );
        // Tuesday is a holiday.
        assert_eq!(
            open_minutes(&settings, at("2026-11-24", 0), at("2026-11-25", 0)),
            0
        );
        assert_eq!(
            open_minutes(&settings, at("2026-11-25", 0), at("2026-11-26", 0)),
            450
        );
        assert_eq!(
            open_minutes(&settings, at("2026-11-25", 9), at("2026-11-25", 8)),
            0
        );
    }
}
