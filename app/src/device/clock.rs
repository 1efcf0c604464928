//! The device's clocks.

use survey::day::{Millis, Reading};

/// Both clocks at once: the wall clock, which anybody may set, and the time since the page began.
#[must_use]
pub fn read() -> Reading {
    Reading {
        wall: wall(),
        monotonic: monotonic(),
    }
}

/// The wall clock.
#[must_use]
pub fn wall() -> Millis {
    instant(js_sys::Date::now())
}

/// A JavaScript time value as an instant.
#[must_use]
pub fn instant(milliseconds: f64) -> Millis {
    Millis(whole(milliseconds))
}

/// Milliseconds since the page began; nobody can set it.
#[must_use]
pub fn monotonic() -> i64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0, |performance| whole(performance.now()))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "JavaScript gives whole milliseconds below 2^53 as a double"
)]
fn whole(milliseconds: f64) -> i64 {
    milliseconds as i64
}
