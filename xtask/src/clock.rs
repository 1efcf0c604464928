//! This machine's time, as the domain counts it.

use std::time::SystemTime;

use survey::day::{Day, Millis};

use crate::trouble::Trouble;

/// The time.
///
/// # Errors
/// When the machine's clock is outside the calendar.
pub fn now() -> Result<Millis, Trouble> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = since
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok());
    now.map(Millis).ok_or_else(outside_the_calendar)
}

/// The day in Việt Nam.
///
/// # Errors
/// As [`now`].
pub fn today() -> Result<Day, Trouble> {
    Day::of(now()?).ok_or_else(outside_the_calendar)
}

/// What to do about a clock that no calendar holds.
#[must_use]
pub fn outside_the_calendar() -> Trouble {
    Trouble::new(
        "This machine's clock is outside the calendar",
        "Set its date and time, then start again",
    )
}
