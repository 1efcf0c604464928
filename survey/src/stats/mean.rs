//! The mean level out of five and its interval (ST7, `f2_mean5`).

use super::border::real;
use super::{Estimate, Interval, RatioSums, distribution, population};

/// Levels run from 1 to 5.
const LEVELS: (f64, f64) = (1.0, 5.0);

/// The mean level M = Σx/Σm and its 95 % limits: (M, low, high), each 1..=5; `x` of `sums` is the
/// sum of levels. M ± `t_{n-1}`·√v, clipped to 1..=5; v shrinks by (N-n)/(N-1) where `eligible` is
/// usable ([`population::is_usable`]). `None` for fewer than two people or answers, or when the sums
/// cannot come from levels 1 to 5. Source: Student 1908; v as in [`RatioSums::variance`].
///
/// Where v = 0, ten people who all chose 5 would be given 5 to 5: certainty, and everybody's answer.
/// Then, as for shares (ST6), people are counted as they are: the share (M - 1)/4 of the scale's
/// length gets Wilson's limits on n people, the widest variety that a mean of M leaves room for.
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
    let variance = sums.variance()?;
    let (low, high) = if variance > 0.0 {
        let gain = population::gain(sums.people, eligible).unwrap_or(1.0);
        let half = distribution::student_97_5(real(people) - 1.0) * libm::sqrt(variance / gain);
        (mean - half, mean + half)
    } else {
        let length = LEVELS.1 - LEVELS.0;
        let place = Estimate::of_share((mean - LEVELS.0) / length, real(people));
        let (low, high) = place.within(sums.people, eligible).limits();
        (LEVELS.0 + low * length, LEVELS.0 + high * length)
    };
    Some((mean, low.clamp(LEVELS.0, mean), high.clamp(mean, LEVELS.1)))
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
