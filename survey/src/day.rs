//! Business days and instants as plain values. Never: reads a clock or the device's time zone.

use alloc::string::String;
use core::fmt::{self, Write};
use time::{Date, Duration, Month};

/// Milliseconds since 1 January 1970, UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

impl Millis {
    /// This instant moved by a number of milliseconds; stops at the ends of the range.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this instant; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// One minute in milliseconds.
pub const MINUTE_MS: i64 = 60_000;
/// One hour in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;
/// One day in milliseconds. Việt Nam has no daylight saving time.
pub const DAY_MS: i64 = 86_400_000;
/// UTC+7, the civil time of `Asia/Ho_Chi_Minh`.
pub const VIETNAM_MS: i64 = 7 * HOUR_MS;

/// A civil day in Việt Nam (rule T1), the finest time kept beside an answer (rule T4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The day in Việt Nam at an instant; `None` outside the years 1970 to 9999.
    ///
    /// `Day::of(Millis(1_795_366_800_000))` is 2026-11-23: 17:00 UTC is midnight at UTC+7.
    #[must_use]
    pub fn of(instant: Millis) -> Option<Self> {
        let days = instant.0.checked_add(VIETNAM_MS)?.div_euclid(DAY_MS);
        let date = EPOCH.0.checked_add(Duration::days(days))?;
        (1970..=9999).contains(&date.year()).then_some(Self(date))
    }

    /// Reads `YYYY-MM-DD`; `None` for any other spelling and for days that do not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let is_plain = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|c| c.is_ascii_digit())
        };
        if parts.next().is_some() || !is_plain(year, 4) || !is_plain(month, 2) || !is_plain(day, 2)
        {
            return None;
        }
        Self::from_calendar(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// The day of a calendar date; `None` when there is none or the year is outside 1970..=9999.
    #[must_use]
    pub fn from_calendar(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = Month::try_from(month).ok()?;
        let date = Date::from_calendar_date(year, month, day).ok()?;
        (1970..=9999).contains(&year).then_some(Self(date))
    }

    /// This day moved by a number of days; stops at the ends of the calendar.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(Duration::days(days)))
    }

    /// Days from `earlier` to this day; negative when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        i64::from(self.0.to_julian_day()).saturating_sub(i64::from(earlier.0.to_julian_day()))
    }

    /// The instant at which this day begins in Việt Nam.
    #[must_use]
    pub fn starts(self) -> Millis {
        Millis(
            self.since(EPOCH)
                .saturating_mul(DAY_MS)
                .saturating_sub(VIETNAM_MS),
        )
    }

    /// Calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// Calendar month, 1..=12.
    #[must_use]
    pub fn month(self) -> u8 {
        u8::from(self.0.month())
    }

    /// Day of the month, 1..=31.
    #[must_use]
    pub fn day_of_month(self) -> u8 {
        self.0.day()
    }

    /// Day of the week, Monday = 1 to Sunday = 7.
    #[must_use]
    pub fn day_of_week(self) -> u8 {
        self.0.weekday().number_from_monday()
    }

    /// The month it lies in, written `YYYY-MM`: the finest slice a figure is made of (rule P6).
    #[must_use]
    pub fn month_slice(self) -> String {
        alloc::format!("{:04}-{:02}", self.year(), self.month())
    }
}

impl Day {
    /// The first day of the quarter it lies in.
    #[must_use]
    pub fn quarter_begins(self) -> Self {
        let month = match self.month() {
            1..=3 => 1,
            4..=6 => 4,
            7..=9 => 7,
            _ => 10,
        };
        Self::from_calendar(self.year(), month, 1).unwrap_or(self)
    }
}

/// 1 January 1970.
const EPOCH: Day = match Date::from_ordinal_date(1970, 1) {
    Ok(date) => Day(date),
    Err(_) => Day(Date::MIN),
};

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two digits at a time: the counter needs nothing else of Rust's formatting (0014).
        let year = self.year();
        let parts = [
            year.div_euclid(100),
            year.rem_euclid(100),
            self.month().into(),
            self.day_of_month().into(),
        ];
        for (at, part) in parts.into_iter().enumerate() {
            if at > 1 {
                f.write_char('-')?;
            }
            for digit in [part.div_euclid(10), part.rem_euclid(10)] {
                let digit = u32::try_from(digit).ok();
                f.write_char(digit.and_then(|it| char::from_digit(it, 10)).unwrap_or('?'))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How far a record's day can be trusted (rule T2); frozen at finish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayQuality {
    /// The device's clock agreed with the server's in this page session.
    Anchored,
    /// The device's own wall clock, with nothing that speaks against it.
    Wall,
    /// The clock is known to be wrong; the day of receipt counts instead.
    Lost,
}

/// One simultaneous reading of the device's clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock, which a person or the system may set.
    pub wall: Millis,
    /// Milliseconds since the page began, which nobody can set.
    pub monotonic: i64,
}

/// What a server reply taught about the time (rule T2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The device's clocks when the reply came.
    pub reading: Reading,
    /// The server's clock in that reply.
    pub server: Millis,
}

/// The drift between wall and monotonic clock below which an anchor still holds.
const ANCHOR_DRIFT_MS: i64 = 120_000;
/// A jump of the wall clock above which it is no longer believed.
const JUMP_MS: i64 = 43_200_000;

/// The business day of a response and how far to trust it (rules T1, T2).
///
/// `started` is the reading when this page session began, `anchor` the last server reply of this
/// session, `floor` the later of the build date and the last server time ever stored.
#[must_use]
pub fn business_day(
    now: Reading,
    started: Reading,
    anchor: Option<Anchor>,
    floor: Millis,
) -> (Option<Day>, DayQuality) {
    let drift_from = |then: Reading| {
        let wall = now.wall.since(then.wall);
        let monotonic = now.monotonic.saturating_sub(then.monotonic);
        wall.saturating_sub(monotonic).saturating_abs()
    };
    if let Some(anchor) = anchor {
        let elapsed = now.monotonic.saturating_sub(anchor.reading.monotonic);
        if drift_from(anchor.reading) < ANCHOR_DRIFT_MS {
            return (Day::of(anchor.server.plus(elapsed)), DayQuality::Anchored);
        }
    }
    let is_lost = now.wall < floor || drift_from(started) > JUMP_MS;
    let quality = if is_lost {
        DayQuality::Lost
    } else {
        DayQuality::Wall
    };
    (Day::of(now.wall), quality)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn t1_a_day_begins_at_midnight_in_viet_nam() {
        assert_eq!(day("2026-11-23").starts(), Millis(1_795_366_800_000));
        assert_eq!(
            Day::of(Millis(1_795_366_799_999)).unwrap().to_string(),
            "2026-11-22"
        );
        assert_eq!(
            Day::of(Millis(1_795_366_800_000)).unwrap().to_string(),
            "2026-11-23"
        );
    }

    #[test]
    fn a_day_has_one_spelling() {
        for bad in [
            "2026-1-2",
            "2026-02-29",
            "26-01-01",
            "2026-13-01",
            "+026-01-01",
            "2026-01-01T",
        ] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        assert_eq!(day("2028-02-29").plus(1), day("2028-03-01"));
        assert_eq!(day("2026-11-23").day_of_week(), 1);
        assert_eq!(day("2027-01-01").since(day("2026-01-01")), 365);
    }

    fn at(wall: &str, monotonic: i64) -> Reading {
        Reading {
            wall: day(wall).starts().plus(8 * HOUR_MS + monotonic),
            monotonic,
        }
    }

    #[test]
    fn t2_an_anchor_beats_a_wrong_wall_clock() {
        let started = at("2031-05-05", 0);
        let anchor = Anchor {
            reading: at("2031-05-05", 1_000),
            server: day("2026-11-23").starts(),
        };
        assert_eq!(
            business_day(at("2031-05-05", 61_000), started, Some(anchor), Millis(0)),
            (Some(day("2026-11-23")), DayQuality::Anchored)
        );
    }

    #[test]
    fn t2_without_an_anchor_the_wall_clock_serves_until_it_is_refuted() {
        let floor = day("2026-11-01").starts();
        let started = at("2026-11-23", 0);
        assert_eq!(
            business_day(at("2026-11-23", 5_000), started, None, floor).1,
            DayQuality::Wall
        );
        assert_eq!(
            business_day(at("2020-01-01", 5_000), at("2020-01-01", 0), None, floor).1,
            DayQuality::Lost
        );
        assert_eq!(
            business_day(at("2027-11-23", 5_000), started, None, floor).1,
            DayQuality::Lost
        );
    }

    #[test]
    fn t2_an_anchor_does_not_survive_a_clock_that_was_set() {
        let started = at("2026-11-23", 0);
        let anchor = Anchor {
            reading: at("2026-11-23", 1_000),
            server: at("2026-11-23", 1_000).wall,
        };
        let set_forward = at("2026-11-24", 5_000);
        assert_eq!(
            business_day(set_forward, started, Some(anchor), Millis(0)),
            (Some(day("2026-11-24")), DayQuality::Lost)
        );
    }
}
