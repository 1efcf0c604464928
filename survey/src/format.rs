//! Numbers and days as a reader of each language writes them, on the screens and on the public page. Never: a
//! rounding; what comes here is already in hundredths of a percentage point.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use crate::day::{DAY_MS, Day, HOUR_MS, MINUTE_MS, Millis, VIETNAM_MS};

/// A language that managers and the public page are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Vietnamese: the language of the forms, and of every gap in another pack.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Every language that has a pack.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The language of a BCP 47 tag, if there is a pack for it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == tag.split('-').next().unwrap_or_default())
    }

    /// The BCP 47 tag, for `lang` attributes and file names.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Its name in itself, as a reader looks for it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Vi => "Tiếng Việt",
            Self::En => "English",
        }
    }
}

/// What separates interval ends, with thin room on both sides.
const TO: &str = " – ";
/// English month names, short.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A count with its thousands grouped: 1234 is "1.234" in Vietnamese, "1,234" in English.
#[must_use]
pub fn count(language: Language, n: u64) -> String {
    let group = match language {
        Language::Vi => '.',
        Language::En => ',',
    };
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    grouped
}

/// A share in hundredths of a percentage point: 8333 is "83,33%" in Vietnamese, "83.33%" in English.
#[must_use]
pub fn percent(language: Language, hundredths: u16) -> String {
    let point = match language {
        Language::Vi => ',',
        Language::En => '.',
    };
    format!("{}{point}{:02}%", hundredths / 100, hundredths % 100)
}

/// Percentage points in hundredths, without their sign: -1333 is "13,33" in Vietnamese.
#[must_use]
pub fn points(language: Language, hundredths: i16) -> String {
    let share = percent(language, hundredths.unsigned_abs());
    share.trim_end_matches('%').to_owned()
}

/// The same with a sign: "−13,33", "+2,50".
#[must_use]
pub fn signed(language: Language, hundredths: i16) -> String {
    let sign = match hundredths {
        ..0 => "\u{2212}",
        0 => "",
        1.. => "+",
    };
    format!("{sign}{}", points(language, hundredths))
}

/// An interval of shares in hundredths. Ends that are both whole points are written without places,
/// so that a coarse interval does not look exact: (6500, 9000) is "65% – 90%".
#[must_use]
pub fn interval(language: Language, low: u16, high: u16) -> String {
    let is_coarse = low.is_multiple_of(100) && high.is_multiple_of(100);
    let end = |hundredths: u16| {
        if is_coarse {
            format!("{}%", hundredths / 100)
        } else {
            percent(language, hundredths)
        }
    };
    format!("{}{TO}{}", end(low), end(high))
}

/// A day: "23/11/2026" in Vietnamese, "23 Nov 2026" in English.
#[must_use]
pub fn day(language: Language, day: Day) -> String {
    let (of_month, month, year) = (day.day_of_month(), day.month(), day.year());
    match language {
        Language::Vi => format!("{of_month:02}/{month:02}/{year}"),
        Language::En => format!("{of_month} {} {year}", month_name(month)),
    }
}

/// A month: "11/2026" in Vietnamese, "Nov 2026" in English.
#[must_use]
pub fn month(language: Language, year: i32, month: u8) -> String {
    match language {
        Language::Vi => format!("{month:02}/{year}"),
        Language::En => format!("{} {year}", month_name(month)),
    }
}

/// The time of day in Việt Nam, "05:00".
#[must_use]
pub fn time(instant: Millis) -> String {
    let since_midnight = instant.plus(VIETNAM_MS).0.rem_euclid(DAY_MS);
    let hours = since_midnight / HOUR_MS;
    let minutes = since_midnight % HOUR_MS / MINUTE_MS;
    format!("{hours:02}:{minutes:02}")
}

/// A moment in Việt Nam, "05:00 23/11/2026"; the day is left out when it is `today`.
#[must_use]
pub fn moment(language: Language, instant: Millis, today: Option<Day>) -> String {
    match Day::of(instant) {
        Some(of) if Some(of) != today => format!("{} {}", time(instant), day(language, of)),
        _ => time(instant),
    }
}

/// The short English name of a month from 1 to 12, "Nov"; of another number nothing.
#[must_use]
pub fn month_name(month: u8) -> &'static str {
    let at = usize::from(month).saturating_sub(1);
    MONTHS.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOVEMBER: &str = "2026-11-03";

    #[test]
    fn numbers_follow_the_reader() {
        for (n, vi, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1.000", "1,000"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(count(Language::Vi, n), vi);
            assert_eq!(count(Language::En, n), en);
        }
        assert_eq!(percent(Language::Vi, 8_333), "83,33%");
        assert_eq!(percent(Language::En, 8_305), "83.05%");
        assert_eq!(percent(Language::Vi, 10_000), "100,00%");
    }

    #[test]
    fn p9_a_coarse_interval_shows_no_places() {
        assert_eq!(interval(Language::Vi, 6_500, 9_000), "65% – 90%");
        assert_eq!(interval(Language::Vi, 7_438, 9_654), "74,38% – 96,54%");
        assert_eq!(interval(Language::En, 7_400, 9_654), "74.00% – 96.54%");
    }

    #[test]
    fn differences_have_a_sign_and_no_percent() {
        assert_eq!(signed(Language::Vi, -1_333), "−13,33");
        assert_eq!(signed(Language::En, 250), "+2.50");
        assert_eq!(signed(Language::Vi, 0), "0,00");
        assert_eq!(points(Language::Vi, -5), "0,05");
    }

    #[test]
    fn days_and_months_follow_the_reader() {
        let third = Day::parse(NOVEMBER).unwrap();
        assert_eq!(day(Language::Vi, third), "03/11/2026");
        assert_eq!(day(Language::En, third), "3 Nov 2026");
        assert_eq!(month(Language::Vi, 2026, 1), "01/2026");
        assert_eq!(month(Language::En, 2026, 12), "Dec 2026");
    }

    #[test]
    fn times_are_those_of_viet_nam() {
        let midnight = Day::parse(NOVEMBER).unwrap().starts();
        assert_eq!(time(midnight), "00:00");
        let five = midnight.plus(5 * HOUR_MS + 7 * MINUTE_MS);
        assert_eq!(moment(Language::Vi, five, Day::parse(NOVEMBER)), "05:07");
        assert_eq!(moment(Language::Vi, five, None), "05:07 03/11/2026");
    }
}
