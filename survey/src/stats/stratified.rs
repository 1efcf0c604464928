//! Weighing fields of procedures as their dossiers weigh, not as their answers do (ST10).

use alloc::vec::Vec;

use super::border::{HALF_UP, floor, real};

/// Fewer people than this do not stand as a stratum of their own.
const SMALLEST: u64 = 20;

/// One stratum: those who answered, and how many could have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// People with at least one answer (`n_h`).
    pub people: u64,
    /// Their answers at level 4 or 5.
    pub x: u64,
    /// Their answers.
    pub m: u64,
    /// Dossiers that ended in the period (`N_h`).
    pub eligible: u64,
}

impl Stratum {
    fn and(self, other: Self) -> Self {
        Self {
            people: self.people.saturating_add(other.people),
            x: self.x.saturating_add(other.x),
            m: self.m.saturating_add(other.m),
            eligible: self.eligible.saturating_add(other.eligible),
        }
    }
}

/// The strata with the smallest two put together until each has 20 people or one is left.
#[must_use]
pub fn merged(strata: &[Stratum]) -> Vec<Stratum> {
    let mut left: Vec<Stratum> = strata.to_vec();
    loop {
        left.sort_unstable_by_key(|stratum| core::cmp::Reverse(stratum.people));
        match left.as_slice() {
            [.., _, smallest] if smallest.people < SMALLEST => {}
            _ => return left,
        }
        if let (Some(smallest), Some(next)) = (left.pop(), left.pop()) {
            left.push(smallest.and(next));
        }
    }
}

/// (P, v): P = Σ `W_h`·`p_h` and v = Σ `W_h`²(1 - `n_h`/`N_h`)·`p_h`(1 - `p_h`)/(`n_h` - 1), with
/// `W_h` = `N_h`/N. `None` as in [`super::Estimate::post_stratified`]. Source: Cochran 1977, chapter 5.
#[must_use]
pub fn share_and_variance(strata: &[Stratum]) -> Option<(f64, f64)> {
    let eligible = real(strata.iter().map(|stratum| stratum.eligible).sum());
    strata
        .iter()
        .try_fold((0.0, 0.0), |(p, v), stratum| {
            let Stratum { people, x, m, .. } = *stratum;
            if people < 2 || people > stratum.eligible || x > m || m == 0 {
                return None;
            }
            let weight = real(stratum.eligible) / eligible;
            let share = real(x) / real(m);
            let unseen = 1.0 - real(people) / real(stratum.eligible);
            let spread = share * (1.0 - share) / (real(people) - 1.0);
            Some((p + weight * share, v + weight * weight * unseen * spread))
        })
        .filter(|_| !strata.is_empty())
}

/// What unequal weights cost: n·Σw²/(Σw)² over people, each weighing `N_h`/`n_h`; at least 1.
/// `None` without people or dossiers. Source: Kish 1965.
#[must_use]
pub fn kish(strata: &[Stratum]) -> Option<f64> {
    let asked = || strata.iter().filter(|stratum| stratum.people > 0);
    let people: f64 = asked().map(|stratum| real(stratum.people)).sum();
    let weights: f64 = asked().map(|stratum| real(stratum.eligible)).sum();
    let squares: f64 = asked()
        .map(|stratum| real(stratum.eligible) * real(stratum.eligible) / real(stratum.people))
        .sum();
    (weights > 0.0).then(|| people * squares / (weights * weights))
}

/// [`kish`] at the door, in hundredths, 100 where all weigh the same.
///
/// ```
/// # use survey::stats::{Stratum, stratified};
/// let strata = [1, 1, 2, 4].map(|eligible| Stratum { people: 1, x: 1, m: 1, eligible });
/// assert_eq!(stratified::design_effect(&strata), Some(138));
/// ```
#[must_use]
pub fn design_effect(strata: &[Stratum]) -> Option<u64> {
    kish(strata).and_then(|effect| floor(effect * 100.0 + HALF_UP))
}
