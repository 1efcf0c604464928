//! The business day as this page session knows it (rules T1, T2). Never: refuses for a wrong clock.

use std::cell::Cell;

use survey::day::{Anchor, Day, DayQuality, Millis, Reading, business_day};

/// No clock that is right shows an earlier time: 23 November 2026 in Việt Nam, before this program
/// was first built.
const BUILT: Millis = Millis(1_795_366_800_000);

/// What is known about the time.
#[derive(Debug)]
pub struct Timekeeper {
    started: Reading,
    floor: Cell<Millis>,
    anchor: Cell<Option<Anchor>>,
}

impl Timekeeper {
    /// Starts a page session.
    #[must_use]
    pub fn start(started: Reading) -> Self {
        Self {
            started,
            floor: Cell::new(BUILT),
            anchor: Cell::new(None),
        }
    }

    /// Learns a server time of an earlier session.
    pub fn remember(&self, server_time: Option<Millis>) {
        self.floor
            .set(self.floor.get().max(server_time.unwrap_or(BUILT)));
    }

    /// Learns what a reply said.
    pub fn anchor(&self, anchor: Anchor) {
        self.anchor.set(Some(anchor));
        self.remember(Some(anchor.server));
    }

    /// The day of a survey that is finished now, and how far to trust it. A clock that shows no day
    /// at all gives the last day known.
    #[must_use]
    pub fn day(&self, now: Reading) -> Option<(Day, DayQuality)> {
        let floor = self.floor.get();
        let (day, quality) = business_day(now, self.started, self.anchor.get(), floor);
        match day {
            Some(day) => Some((day, quality)),
            None => Day::of(floor).map(|day| (day, DayQuality::Lost)),
        }
    }

    /// The time of day as well as it is known: the server's since it last replied, or the wall clock.
    #[must_use]
    pub fn time(&self, now: Reading) -> Millis {
        match self.anchor.get() {
            Some(anchor) => {
                let elapsed = now.monotonic.saturating_sub(anchor.reading.monotonic);
                anchor.server.plus(elapsed)
            }
            None => now.wall,
        }
    }

    /// Minutes by which the wall clock is ahead of the server's; `None` before the first reply.
    #[must_use]
    pub fn minutes_ahead(&self) -> Option<i64> {
        let anchor = self.anchor.get()?;
        Some((anchor.reading.wall.since(anchor.server) + 30_000).div_euclid(60_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(wall: i64) -> Reading {
        Reading {
            wall: Millis(wall),
            monotonic: 0,
        }
    }

    #[test]
    fn t2_a_clock_before_the_program_was_built_is_lost() {
        let keeper = Timekeeper::start(reading(0));
        let (_, quality) = keeper.day(reading(0)).unwrap();
        assert_eq!(quality, DayQuality::Lost);
    }

    #[test]
    fn t2_a_clock_that_shows_no_day_gives_the_last_one_known() {
        let keeper = Timekeeper::start(reading(i64::MIN));
        let known = BUILT.plus(3 * survey::day::DAY_MS);
        keeper.remember(Some(known));
        let day = keeper.day(reading(i64::MIN)).unwrap();
        assert_eq!(day, (Day::of(known).unwrap(), DayQuality::Lost));
    }

    #[test]
    fn the_skew_is_in_whole_minutes() {
        let keeper = Timekeeper::start(reading(0));
        assert_eq!(keeper.minutes_ahead(), None);
        for (wall, minutes) in [
            (0, 0),
            (29_000, 0),
            (31_000, 1),
            (-31_000, -1),
            (600_000, 10),
        ] {
            keeper.anchor(Anchor {
                reading: reading(BUILT.0 + wall),
                server: BUILT,
            });
            assert_eq!(keeper.minutes_ahead(), Some(minutes), "{wall}");
        }
    }
}
