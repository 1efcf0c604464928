//! Signs that deserve a look (ST22): abandoned or straight-lined forms, answers that vary too little
//! or too much. Never: a reason to drop an answer.

use alloc::vec::Vec;

use super::funnel::{Funnel, score};
use super::shrinkage::Peers;
use super::{Estimate, distribution};

/// Of the flags raised, the share that may be false.
const FALSE_DISCOVERIES: f64 = 0.05;

/// Which units' rates (abandoned of opened, straight-lined of finished) stand out among their peers,
/// on either side, in the order given. The yardstick is the peers' own variety (√φ of ST12), the
/// false discoveries are held at 5 %. Nothing is flagged where a unit is a census.
#[must_use]
pub fn unusual_rates(units: &[Estimate]) -> Vec<bool> {
    let chances: Vec<f64> = match Peers::of(units) {
        None => units.iter().map(|_| 1.0).collect(),
        Some(peers) => {
            let funnel = Funnel::around(peers.mean(), units);
            units
                .iter()
                .map(|unit| two_sided(funnel.adjusted(unit)))
                .collect()
        }
    };
    discoveries(&chances, FALSE_DISCOVERIES)
}

/// D = Σ(`x_t` - `n_t`·p)²/(`n_t`·p(1-p))/(T-1) over periods (x, n) of one unit, p = Σx/Σn: about 1
/// where people answer for themselves. Empty periods do not count; `None` for fewer than two
/// periods, or where nothing varies.
#[must_use]
pub fn dispersion(periods: &[(u64, u64)]) -> Option<f64> {
    dispersion_and_freedom(periods).map(|(dispersion, _)| dispersion)
}

fn dispersion_and_freedom(periods: &[(u64, u64)]) -> Option<(f64, f64)> {
    let filled: Vec<Estimate> = periods
        .iter()
        .filter_map(|&(x, n)| Estimate::of_people(x, n))
        .collect();
    let people: f64 = filled.iter().map(Estimate::n).sum();
    let share = filled
        .iter()
        .map(|period| period.p() * period.n())
        .sum::<f64>()
        / people;
    let freedom = filled.iter().skip(1).map(|_| 1.0).sum::<f64>();
    let squares: f64 = filled
        .iter()
        .map(|period| score(period, share))
        .map(|z| z * z)
        .sum();
    (freedom > 0.0 && share > 0.0 && share < 1.0).then(|| (squares / freedom, freedom))
}

/// The normal score of `dispersion` (1 is usual) with `freedom` degrees of freedom, by the cube root
/// of a chi-square: good to 0.02 in the middle and 0.15 far out, enough for a flag.
/// Source: Wilson & Hilferty 1931.
#[must_use]
pub fn dispersion_score(dispersion: f64, freedom: f64) -> f64 {
    let step = 2.0 / (9.0 * freedom);
    (libm::cbrt(dispersion) - (1.0 - step)) / libm::sqrt(step)
}

/// Which units' dispersion stands out against the median of their peers, on either side, in the
/// order given; the false discoveries are held at 5 %.
#[must_use]
pub fn unusual_dispersions(units: &[&[(u64, u64)]]) -> Vec<bool> {
    let found: Vec<Option<(f64, f64)>> = units
        .iter()
        .map(|periods| dispersion_and_freedom(periods))
        .collect();
    let mut sorted: Vec<f64> = found
        .iter()
        .flatten()
        .map(|&(dispersion, _)| dispersion)
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let usual = sorted.get(sorted.len() / 2).copied().unwrap_or(1.0);
    let chances: Vec<f64> = found
        .iter()
        .map(|unit| match *unit {
            Some((dispersion, freedom)) if usual > 0.0 => {
                two_sided(dispersion_score(dispersion / usual, freedom))
            }
            _ => 1.0,
        })
        .collect();
    discoveries(&chances, FALSE_DISCOVERIES)
}

/// The chance of a normal value as far from 0 as `z`, on either side.
fn two_sided(z: f64) -> f64 {
    2.0 * distribution::normal_cdf(-z.abs())
}

/// Which of `chances` (p-values) are discoveries when a share `q` of them may be false: the k
/// smallest, for the largest k with the k-th at most q·k/count. Source: Benjamini & Hochberg 1995.
#[must_use]
pub fn discoveries(chances: &[f64], q: f64) -> Vec<bool> {
    let mut sorted = chances.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let count: f64 = sorted.iter().map(|_| 1.0).sum();
    let limit = sorted
        .iter()
        .zip(1_u32..)
        .filter(|&(&chance, rank)| chance <= q * f64::from(rank) / count)
        .map(|(&chance, _)| chance)
        .last();
    chances
        .iter()
        .map(|&chance| limit.is_some_and(|limit| chance <= limit))
        .collect()
}
