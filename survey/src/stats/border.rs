//! Where counts become floats and floats become whole numbers: every cast of the crate is here.

#![expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts stay below 2^53 (a country answers 10^8 questions a year); each float is \
              clamped to the range of its integer before the cast"
)]

/// Hundredths of a percentage point in a whole.
const WHOLE: f64 = 10_000.0;

/// 2^53: above it floats skip whole numbers.
const MOST: f64 = 9_007_199_254_740_992.0;

/// Half, and a little more: a tie that lost its last bit in floating point still goes up.
pub(super) const HALF_UP: f64 = 0.5 + 1e-9;

/// A count as a float; exact below 2^53.
pub(super) const fn real(count: u64) -> f64 {
    count as f64
}

/// An exact product of counts as the nearest float.
pub(super) const fn nearest(exact: i128) -> f64 {
    exact as f64
}

/// A share 0..=1 in hundredths of a percentage point, rounded half up; clipped to 0..=10000.
pub(super) fn hundredths(share: f64) -> u16 {
    libm::floor(share.clamp(0.0, 1.0) * WHOLE + HALF_UP) as u16
}

/// A difference of shares -1..=1 in hundredths of a percentage point, rounded half up.
pub(super) fn signed_hundredths(difference: f64) -> i16 {
    libm::floor(difference.clamp(-1.0, 1.0) * WHOLE + HALF_UP) as i16
}

/// The whole number at or above `x`; `None` unless it is finite, 0 or more, and below 2^53.
pub(super) fn ceiling(x: f64) -> Option<u64> {
    let whole = libm::ceil(x);
    (0.0..MOST).contains(&whole).then_some(whole as u64)
}

/// The whole number at or below `x`, as for [`ceiling`].
pub(super) fn floor(x: f64) -> Option<u64> {
    let whole = libm::floor(x);
    (0.0..MOST).contains(&whole).then_some(whole as u64)
}
