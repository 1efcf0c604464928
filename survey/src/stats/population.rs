//! When the people who could have answered can be counted: the finite population (ST8).

use super::border::real;

/// Can `eligible` (dossiers that ended in the period) be the population of `people`? If not, the
/// interval is printed without it, and the number of dossiers is flagged.
#[must_use]
pub const fn is_usable(people: u64, eligible: Option<u64>) -> bool {
    matches!(eligible, Some(eligible) if eligible >= people && people > 0)
}

/// How much more each person tells: (N-1)/(N-n), at least 1, infinite when everybody answered;
/// `None` unless [`is_usable`]. Source: Cochran 1977, section 2.6.
#[must_use]
pub fn gain(people: u64, eligible: Option<u64>) -> Option<f64> {
    let eligible = eligible.filter(|&n| is_usable(people, Some(n)))?;
    Some(if eligible == people {
        f64::INFINITY
    } else {
        (real(eligible) - 1.0) / (real(eligible) - real(people))
    })
}
