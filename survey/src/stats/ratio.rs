//! A ratio of two totals per person: its sums, and how much it varies from person to person (ST6).

use super::factors::{CrossSums, FactorTotals, linearised_variance};

/// Sums over people, each of whom gave `m` answers that add up to `x`. All additive, so that cells
/// merge by adding. `x` is the number of answers at level 4 or 5 (`f1_pooled`), or the sum of
/// levels (`f2_mean5`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatioSums {
    /// People with at least one answer (n).
    pub people: u64,
    /// Σ x.
    pub x: u64,
    /// Σ m: the answers given.
    pub m: u64,
    /// Σ x².
    pub xx: u64,
    /// Σ x·m.
    pub xm: u64,
    /// Σ m².
    pub mm: u64,
}

impl RatioSums {
    /// The linearised variance of R = Σx/Σm, people drawn at random:
    /// v = n/(n-1)·(Σx² - 2R·Σxm + R²·Σm²)/(Σm)². Zero for a single person: nothing to compare.
    /// `None` without an answer, when the sum of squares is negative (no people have such sums),
    /// or when a product leaves `i128` (sums above 10^12). Source: Cochran 1977, section 6.3.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let Self { people, x, m, .. } = *self;
        let cross = CrossSums {
            xx: self.xx,
            xm: self.xm,
            mm: self.mm,
        };
        linearised_variance(people, &[FactorTotals { x, m }], &[cross])
    }
}
