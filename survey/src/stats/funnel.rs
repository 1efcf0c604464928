//! Which units differ from their peers by more than chance and ordinary variety (ST12, ST13).
//! Source: Spiegelhalter 2005, doi 10.1002/sim.1970.

use alloc::vec::Vec;

use super::Estimate;
use super::border::{floor, real};

/// The normal quantile of the outer funnel: one unit in a thousand on either side.
const OUTER: f64 = 3.09;

/// The quantiles beyond which a z-score counts as the quantile itself.
const WINSORISED: (f64, f64) = (0.1, 0.9);

/// Where a unit lies in the funnel of its peers. There are no finer places, on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// "cao hơn mức chung".
    Above,
    /// "trong mức chung".
    Within,
    /// "thấp hơn mức chung".
    Below,
}

/// A group's mean share and how much more its units vary than people would by chance.
#[derive(Clone, Debug, PartialEq)]
pub struct Funnel {
    mean: f64,
    dispersion: f64,
}

impl Funnel {
    /// The funnel of `units` around `mean` (0..=1): φ is the mean of the squared z-scores,
    /// winsorised at their 10 % and 90 % quantiles, and never below 1.
    #[must_use]
    pub fn around(mean: f64, units: &[Estimate]) -> Self {
        let scores: Vec<f64> = units.iter().map(|unit| score(unit, mean)).collect();
        let (low, high) = (
            quantile(&scores, WINSORISED.0),
            quantile(&scores, WINSORISED.1),
        );
        let squares: f64 = scores
            .iter()
            .map(|z| z.max(low).min(high))
            .map(|z| z * z)
            .sum();
        let count: f64 = scores.iter().map(|_| 1.0).sum();
        Self {
            mean,
            dispersion: (squares / count).max(1.0),
        }
    }

    /// φ, at least 1.
    #[must_use]
    pub const fn dispersion(&self) -> f64 {
        self.dispersion
    }

    /// `unit`'s z-score over √φ: its distance from the mean in units of ordinary variety.
    #[must_use]
    pub fn adjusted(&self, unit: &Estimate) -> f64 {
        score(unit, self.mean) / libm::sqrt(self.dispersion)
    }

    /// The funnel at `n` people: m ± 3.09·√(φ·m(1-m)/n), clipped to 0..=1.
    #[must_use]
    pub fn limits(&self, n: f64) -> (f64, f64) {
        let half = OUTER * libm::sqrt(self.dispersion * self.mean * (1.0 - self.mean) / n);
        ((self.mean - half).max(0.0), (self.mean + half).min(1.0))
    }

    /// ST13: outside the funnel, or within.
    #[must_use]
    pub fn band(&self, unit: &Estimate) -> Band {
        let z = self.adjusted(unit);
        if z > OUTER {
            Band::Above
        } else if z < -OUTER {
            Band::Below
        } else {
            Band::Within
        }
    }
}

/// z = (p - m)/√(m(1-m)/n); 0 where the group does not vary at all.
#[must_use]
pub fn score(unit: &Estimate, mean: f64) -> f64 {
    let chance = libm::sqrt(mean * (1.0 - mean) / unit.n());
    if chance > 0.0 {
        (unit.p() - mean) / chance
    } else {
        0.0
    }
}

/// The `q`-quantile of `values`, linear between neighbours: type 7 of Hyndman & Fan 1996; 0 for none.
fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.iter().skip(1).map(|_| 1.0).sum::<f64>();
    let place = q * last;
    let below = floor(place).unwrap_or(0);
    let at = |index: u64| {
        usize::try_from(index)
            .ok()
            .and_then(|i| sorted.get(i))
            .copied()
    };
    let low = at(below).unwrap_or(0.0);
    let high = at(below.saturating_add(1)).unwrap_or(low);
    low + (place - real(below)) * (high - low)
}
