//! The mean level out of five and its interval (ST7, `f2_mean5`).

use super::border::real;
use super::{Estimate, Interval, RatioSums};

/// Levels run from 1 to 5.
const LEVELS: (f64, f64) = (1.0, 5.0);

/// The variance of the places 0, 1/4, 1/2, 3/4 and 1.
const FIVE_PLACES: f64 = 0.125;

/// The mean level M = Σx/Σm and its 95 % limits: (M, low, high), each 1..=5; `x` of `sums` is the
/// sum of levels. M's place on the scale, (M - 1)/4, gets Wilson's limits as a share does (ST6), on
/// the people it is worth, of whom one more may be at each of the five levels alike; `eligible` as in
/// [`Estimate::within`]. `None` for fewer than two people or answers, or when the sums cannot come
/// from levels 1 to 5.
///
/// M ± `t_{n-1}`·√v is not it: satisfaction lies near the end of its scale, v is smallest where those
/// who are unhappy happen to be missing, and ten people who all chose 5 would be given 5 to 5.
#[must_use]
pub fn limits(sums: &RatioSums, eligible: Option<u64>) -> Option<(f64, f64, f64)> {
    let people = sums.people.min(sums.m);
    if people < 2 {
        return None;
    }
    let mean = real(sums.x) / real(sums.m);
    if !(LEVELS.0..=LEVELS.1).contains(&mean) {
        return None;
    }
    let length = LEVELS.1 - LEVELS.0;
    let (place, variance) = (
        (mean - LEVELS.0) / length,
        RatioSums { people, ..*sums }.variance()? / (length * length),
    );
    let (low, high) = Estimate::among(place, variance, people, FIVE_PLACES, f64::INFINITY)?
        .within(sums.people, eligible)
        .limits();
    let level = |place: f64| LEVELS.0 + place * length;
    Some((
        mean,
        level(low).clamp(LEVELS.0, mean),
        level(high).clamp(mean, LEVELS.1),
    ))
}

/// The 95 % interval of M/5, in hundredths of a percentage point, 2000..=10000; `None` as in
/// [`limits`].
///
/// ```
/// # use survey::stats::{RatioSums, mean};
/// // Thirty people, one answer each: 12 × 5, 10 × 4, 5 × 3, 2 × 2, 1 × 1. M = 4.
/// let sums = RatioSums { people: 30, x: 120, m: 30, xx: 514, xm: 120, mm: 30 };
/// let interval = mean::interval(&sums, None).unwrap();
/// assert_eq!((interval.low(), interval.high()), (7134, 8672));
/// ```
#[must_use]
pub fn interval(sums: &RatioSums, eligible: Option<u64>) -> Option<Interval> {
    let (_, low, high) = limits(sums, eligible)?;
    Some(Interval::rounded((low / LEVELS.1, high / LEVELS.1)))
}
