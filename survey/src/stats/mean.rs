//! The mean level out of five and its interval (ST7, `f2_mean5`).

use super::border::real;
use super::{Interval, RatioSums, distribution, population};

/// Levels run from 1 to 5.
const LEVELS: (f64, f64) = (1.0, 5.0);

/// The mean level M = Σx/Σm and its 95 % limits: (M, low, high), each 1..=5; `x` of `sums` is the
/// sum of levels. M ± `t_{n-1}`·√v, clipped to 1..=5; v shrinks by (N-n)/(N-1) where `eligible` is
/// usable ([`population::is_usable`]). `None` for fewer than two people or answers, or when the sums cannot
/// come from levels 1 to 5. Source: Student 1908; v as in [`RatioSums::variance`].
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
    let gain = population::gain(sums.people, eligible).unwrap_or(1.0);
    let freedom = real(people) - 1.0;
    let half = distribution::student_97_5(freedom) * libm::sqrt(sums.variance()? / gain);
    Some((
        mean,
        (mean - half).max(LEVELS.0),
        (mean + half).min(LEVELS.1),
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
/// assert_eq!((interval.low(), interval.high()), (7191, 8809));
/// ```
#[must_use]
pub fn interval(sums: &RatioSums, eligible: Option<u64>) -> Option<Interval> {
    let (_, low, high) = limits(sums, eligible)?;
    Some(Interval::rounded((low / LEVELS.1, high / LEVELS.1)))
}
