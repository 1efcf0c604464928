//! How many to ask, before asking (ST18, ST20, ST21). A target, never a reason to stop.

use super::border::{ceiling, real};
use super::{Z_95, distribution};

/// A hundred percent, in hundredths of a percentage point.
const WHOLE: u16 = 10_000;

/// ST20: the chance left that a fake goes unseen.
const UNSEEN: f64 = 0.05;

/// ST21: the chance of a false difference, two-sided, and of seeing a true one.
const FALSE_DIFFERENCE: f64 = 0.001;
const POWER: f64 = 0.9;

/// A share from hundredths of a percentage point.
fn share(hundredths: u16) -> f64 {
    f64::from(hundredths) / f64::from(WHOLE)
}

/// ST18: people needed for ± `margin` around `expected` (both in hundredths of a percentage point)
/// with 95 %: n₀ = z²p(1-p)/e², n = deff·n₀/(1 + (n₀ - 1)/N), rounded up. `design_effect` in
/// hundredths (100 = none), `eligible` = N or unknown. `None` for a margin of 0, an `expected` above
/// 10000 or nobody eligible. Source: Cochran 1977, section 4.4.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!(planning::sample_size(9_000, 500, 100, None), Some(139));
/// assert_eq!(planning::sample_size(9_000, 500, 200, Some(300)), Some(190));
/// ```
#[must_use]
pub fn sample_size(
    expected: u16,
    margin: u16,
    design_effect: u16,
    eligible: Option<u64>,
) -> Option<u64> {
    if expected > WHOLE || margin == 0 || eligible == Some(0) {
        return None;
    }
    let (p, e) = (share(expected), share(margin));
    let simple = Z_95 * Z_95 * p * (1.0 - p) / (e * e);
    let limited = match eligible {
        Some(n) => simple / (1.0 + (simple - 1.0) / real(n)),
        None => simple,
    };
    ceiling(f64::from(design_effect) / 100.0 * limited)
}

/// ST18, as QĐ 1383 trains it (Slovin): N/(1 + N·e²), rounded up, for `eligible` = N and `margin` = e
/// in hundredths of a percentage point, at most 10000. Exact integers.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!(planning::slovin(294, 500), Some(170));
/// ```
#[must_use]
pub fn slovin(eligible: u64, margin: u16) -> Option<u64> {
    let whole = u128::from(WHOLE).checked_pow(2)?;
    let squared = u128::from(margin.min(WHOLE)).checked_pow(2)?;
    let above = u128::from(eligible).checked_mul(whole)?;
    let below = u128::from(eligible)
        .checked_mul(squared)?
        .checked_add(whole)?;
    u64::try_from(above.div_ceil(below)).ok()
}

/// People to ask in a year as Đà Nẵng's rule of 2015 asks for them, by `dossiers` in it: all up to 200, then
/// 30 % up to 1,000, 20 % up to 5,000, 10 % above, rounded up. It is not monotone: more dossiers may ask
/// for fewer people. Exact integers.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!([200, 201, 1_000, 1_001].map(planning::stepped_quota), [200, 61, 300, 201]);
/// ```
#[must_use]
pub const fn stepped_quota(dossiers: u64) -> u64 {
    let tenths = match dossiers {
        0..=200 => 10,
        201..=1_000 => 3,
        1_001..=5_000 => 2,
        _ => 1,
    };
    dossiers.saturating_mul(tenths).div_ceil(10)
}

/// ST20: call-backs needed to reach at least one fake answer with 95 % if `fakes` of all answers
/// (hundredths of a percentage point) are fake: ⌈ln 0.05/ln(1-f)⌉. `None` unless 0 < `fakes` <= 10000.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!(planning::call_backs(200), Some(149));
/// ```
#[must_use]
pub fn call_backs(fakes: u16) -> Option<u64> {
    if fakes == 0 || fakes > WHOLE {
        return None;
    }
    ceiling(libm::log(UNSEEN) / libm::log1p(-share(fakes))).map(|n| n.max(1))
}

/// ST20 where answers are few: the smallest draw from `answers` that leaves at most 5 % chance to
/// miss all `fakes` (hypergeometric). `None` without a fake, or with more fakes than answers.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!(planning::call_backs_among(200, 10), Some(51));
/// ```
#[must_use]
pub fn call_backs_among(answers: u64, fakes: u64) -> Option<u64> {
    if fakes == 0 {
        return None;
    }
    let honest = answers.checked_sub(fakes)?;
    let mut missed = 1.0;
    for drawn in 0..=honest {
        if missed <= UNSEEN {
            return Some(drawn);
        }
        missed *= (real(honest) - real(drawn)) / (real(answers) - real(drawn));
    }
    honest.checked_add(1)
}

/// ST21: people per arm (self, assisted) to tell `first` from `second`, both in hundredths of a
/// percentage point, with a false difference once in a thousand and nine true ones of ten seen.
/// `None` for equal shares, or one above 10000.
///
/// ```
/// # use survey::stats::planning;
/// assert_eq!(planning::per_arm(9_900, 9_000), Some(258));
/// ```
#[must_use]
pub fn per_arm(first: u16, second: u16) -> Option<u64> {
    if first > WHOLE || second > WHOLE || first == second {
        return None;
    }
    let (p, q) = (share(first), share(second));
    let reach = distribution::normal_quantile(1.0 - FALSE_DIFFERENCE / 2.0)
        + distribution::normal_quantile(POWER);
    let spread = p * (1.0 - p) + q * (1.0 - q);
    ceiling(reach * reach * spread / ((p - q) * (p - q)))
}
