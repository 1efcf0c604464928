//! When to try again: full jitter under a growing ceiling, on top of what the server asked for (rule
//! O5). Never: gives up.

use crate::day::Millis;

/// First ceiling of the back-off.
const FIRST_SLEEP_MS: i64 = 2_000;
/// Highest ceiling of the back-off.
const LONGEST_SLEEP_MS: i64 = 900_000;
/// The failures after which the ceiling is the highest: 2 s · 2⁹ > 900 s.
const TRIES_TO_CAP: u32 = 9;
/// A `Retry-After` above one hour is taken as one hour.
pub(super) const LONGEST_FLOOR_MS: i64 = 3_600_000;

/// The patience of one sender. Losing it loses nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    tries: u32,
    not_before: Millis,
    /// Set by the server: no event overrides it.
    floor: Millis,
}

impl Pace {
    /// Ready at once.
    pub(super) const READY: Self = Self {
        tries: 0,
        not_before: Millis(i64::MIN),
        floor: Millis(i64::MIN),
    };

    /// The first instant at which a sending is allowed. One further away than any wait reaches was
    /// reckoned before somebody set the clock back: it binds no more.
    pub(super) fn ready(self, now: Millis) -> Millis {
        let ready = self.not_before.max(self.floor);
        if ready.since(now) > LONGEST_FLOOR_MS.saturating_add(LONGEST_SLEEP_MS) {
            return now;
        }
        ready
    }

    /// Something speaks for success: no more sleep than the server asked for.
    pub(super) fn reset(&mut self) {
        self.tries = 0;
        self.not_before = Millis(i64::MIN);
    }

    /// The server asked for silence, at most for an hour.
    pub(super) fn hold(&mut self, now: Millis, wait_ms: i64) {
        self.floor = now.plus(wait_ms.clamp(0, LONGEST_FLOOR_MS));
    }

    /// No sending before this instant, nor before one that was asked for already.
    pub(super) fn hold_until(&mut self, at: Millis) {
        self.floor = self.floor.max(at);
    }

    /// A failure: `U(0, min(900 s, 2 s · 2^tries))` after now and after any floor. `random` is
    /// uniform over all u32 values.
    pub(super) fn back_off(&mut self, now: Millis, random: u32) {
        let doubled = FIRST_SLEEP_MS.checked_shl(self.tries.min(TRIES_TO_CAP));
        let ceiling = doubled.unwrap_or(LONGEST_SLEEP_MS).min(LONGEST_SLEEP_MS);
        let sleep = share(ceiling, random);
        self.not_before = now.max(self.floor).plus(sleep);
        self.tries = self.tries.saturating_add(1);
    }

    /// A failure that will not pass by itself: the highest ceiling at once.
    pub(super) fn back_off_at_cap(&mut self, now: Millis, random: u32) {
        self.tries = TRIES_TO_CAP;
        self.back_off(now, random);
    }
}

/// `U(0, most)`: full jitter. `random` is uniform over all u32 values.
pub(super) fn share(most: i64, random: u32) -> i64 {
    most.saturating_mul(i64::from(random))
        .div_euclid(i64::from(u32::MAX))
}
