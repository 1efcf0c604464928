//! Opening times as people write them: "07:30-11:30, 13:30-17:00" for each day.

use survey::wire::device::Hours;

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
}
