//! Signs that deserve a look (ST22): abandoned or straight-lined forms, answers that vary too little
//! or too much. Never: a reason to drop an answer.

use alloc::vec::Vec;

use super::border::real;
use super::funnel::score;
use super::{Estimate, distribution};

/// Of the signs of one kind that are raised, the share that may be false: a twentieth in all, for the five
/// kinds of signs that stand beside a unit.
const FALSE_DISCOVERIES: f64 = 0.05 / 5.0;

/// The median of a normal value's square.
const MEDIAN_SQUARE: f64 = 0.454_936_423_119_572_7;

/// Twice as many halvings as a float has digits to tell apart.
const HALVINGS: u32 = 106;

/// Which units' rates (x of n people: straight-lined, assisted, late, left) lie above their peers' by more than
/// chance and the peers' own variety, in the order given; the false discoveries are held low.
///
/// A rate is asin √((x + 3/8)/(n + 3/4)), which varies by chance as 1/(4n + 2) whatever the rate is.
/// Source: Anscombe 1948, doi 10.1093/biomet/35.3-4.246. Why not √φ of ST12: docs/adr/0036-who-stands-out.md.
#[must_use]
pub fn high_rates(units: &[(u64, u64)]) -> Vec<bool> {
    let rates: Vec<(f64, f64)> = units
        .iter()
        .map(|&(x, n)| {
            let share = (real(x) + 0.375) / (real(n) + 0.75);
            let angle = libm::asin(libm::sqrt(share.min(1.0)));
            (angle, 1.0 / (4.0 * real(n) + 2.0))
        })
        .collect();
    let freedom = freedom_of(rates.len());
    let chances = distances(&rates).into_iter();
    let chances: Vec<f64> = chances.map(|t| above(t, freedom)).collect();
    discoveries(&chances, FALSE_DISCOVERIES)
}

/// How far each value stands from the middle of all, in units of what it varies by: its own chance (a
/// variance) and the variety between them. Both the middle and the variety are told from medians, so that
/// the few that stand out do not hide themselves.
fn distances(values: &[(f64, f64)]) -> Vec<f64> {
    let middle = median(values.iter().map(|(value, _)| *value).collect());
    let square = |between: f64| {
        let squares = values
            .iter()
            .map(|(value, chance)| (value - middle) * (value - middle) / (chance + between));
        median(squares.collect())
    };
    // More than any: then the median square would be below that of a normal value.
    let widest = values
        .iter()
        .map(|(value, _)| (value - middle) * (value - middle));
    let (mut low, mut high): (f64, f64) = (0.0, widest.sum::<f64>() / MEDIAN_SQUARE);
    for _ in 0..HALVINGS {
        let between = low.midpoint(high);
        if square(between) > MEDIAN_SQUARE {
            low = between;
        } else {
            high = between;
        }
    }
    let distance = |(value, chance): &(f64, f64)| (value - middle) / libm::sqrt(chance + high);
    values.iter().map(distance).collect()
}

/// The middle value; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or(0.0);
    let half = values.len() / 2;
    if values.len().is_multiple_of(2) {
        at(half.saturating_sub(1)).midpoint(at(half))
    } else {
        at(half)
    }
}

/// Degrees of freedom of a variety between `count` units that is told from a median: half of what a sum of
/// squares would have.
fn freedom_of(count: usize) -> f64 {
    let others = u64::try_from(count.saturating_sub(1)).unwrap_or(u64::MAX);
    real(others.max(1)) / 2.0
}

/// The chance of a value of Student's t above `t`.
fn above(t: f64, freedom: f64) -> f64 {
    let tail = distribution::beta_cdf(freedom / (freedom + t * t), freedom / 2.0, 0.5) / 2.0;
    if t > 0.0 { tail } else { 1.0 - tail }
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

/// Which units' dispersion stands out against that of their peers, on either side, in the order given;
/// the false discoveries are held low. A unit of which no dispersion is known does not stand out.
#[must_use]
pub fn unusual_dispersions(units: &[&[(u64, u64)]]) -> Vec<bool> {
    let scores = units.iter().map(|periods| {
        let (dispersion, freedom) = dispersion_and_freedom(periods)?;
        // A normal score varies by 1.
        Some((dispersion_score(dispersion, freedom), 1.0))
    });
    let scores: Vec<Option<(f64, f64)>> = scores.collect();
    let known: Vec<(f64, f64)> = scores.iter().flatten().copied().collect();
    let freedom = freedom_of(known.len());
    let mut distances = distances(&known).into_iter();
    let chances: Vec<f64> = scores
        .iter()
        .map(|score| {
            let distance = score.and_then(|_| distances.next());
            distance.map_or(1.0, |t| 2.0 * above(libm::fabs(t), freedom))
        })
        .collect();
    discoveries(&chances, FALSE_DISCOVERIES)
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
