//! The business day on which a store does something. Never: a clock, which is read at the edge.

use crate::refused::Refused;
use survey::day::{Day, Millis};

/// The business day of an instant.
pub(super) fn today(now: Millis) -> Result<Day, Refused> {
    Day::of(now).ok_or_else(|| Refused::broken("the clock is outside the calendar"))
}
