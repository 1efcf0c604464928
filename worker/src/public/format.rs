//! Numbers and dates on the public page, as the screens of managers write them. Never: a rounding; what comes
//! here is in hundredths of a percentage point already.

use super::words::Language;
use survey::day::Day;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// 1234 as "1.234" in Vietnamese, "1,234" in English.
pub fn count(language: Language, n: u64) -> String {
    let group = match language {
        Language::Vi => '.',
        Language::En => ',',
    };
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    grouped
}

/// 8333 as "83,33%" in Vietnamese.
pub fn percent(language: Language, hundredths: u16) -> String {
    let point = match language {
        Language::Vi => ',',
        Language::En => '.',
    };
    format!("{}{point}{:02}%", hundredths / 100, hundredths % 100)
}

/// Two limits; whole points are written without places, so that a coarse interval does not look exact.
pub fn interval(language: Language, low: u16, high: u16) -> String {
    let is_coarse = low.is_multiple_of(100) && high.is_multiple_of(100);
    let end = |hundredths: u16| {
        if is_coarse {
            format!("{}%", hundredths / 100)
        } else {
            percent(language, hundredths)
        }
    };
    format!("{} – {}", end(low), end(high))
}

/// "23/11/2026" in Vietnamese, "23 Nov 2026" in English.
pub fn day(language: Language, day: Day) -> String {
    let (of_month, month, year) = (day.day_of_month(), day.month(), day.year());
    match language {
        Language::Vi => format!("{of_month:02}/{month:02}/{year}"),
        Language::En => format!("{of_month} {} {year}", name(month)),
    }
}

/// "11/2026" in Vietnamese, "Nov 2026" in English, of `2026-11`.
pub fn month(language: Language, month: &str) -> String {
    let first = Day::parse(&format!("{month}-01"));
    first.map_or_else(
        || month.to_owned(),
        |first| match language {
            Language::Vi => format!("{:02}/{}", first.month(), first.year()),
            Language::En => format!("{} {}", name(first.month()), first.year()),
        },
    )
}

fn name(month: u8) -> &'static str {
    let at = usize::from(month).saturating_sub(1);
    MONTHS.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um17_numbers_are_written_as_on_the_screens() {
        let (vi, en) = (Language::Vi, Language::En);
        assert_eq!(
            (count(vi, 1_234_567), count(en, 999)),
            ("1.234.567".into(), "999".into())
        );
        assert_eq!(
            (percent(vi, 8_333), percent(en, 8_305)),
            ("83,33%".into(), "83.05%".into())
        );
        assert_eq!(interval(vi, 6_500, 9_000), "65% – 90%");
        assert_eq!(interval(en, 7_438, 9_654), "74.38% – 96.54%");
        let third = Day::parse("2026-11-03").unwrap();
        assert_eq!(
            (day(vi, third), day(en, third)),
            ("03/11/2026".into(), "3 Nov 2026".into())
        );
        assert_eq!(
            (month(vi, "2026-01"), month(en, "2026-12")),
            ("01/2026".into(), "Dec 2026".into())
        );
    }
}
