//! The mean of several ratios over the same people, such as the five factors (ST7, `f1_factors`).

use super::border::{nearest, real};
use super::ratio::RatioSums;

/// Sums of one factor over people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactorTotals {
    /// Σ x: the answers at level 4 or 5, or the sum of levels.
    pub x: u64,
    /// Σ m: the answers given.
    pub m: u64,
}

/// Sums of products over people, for a factor f and a factor g (also f = g).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossSums {
    /// Σ `x_f`·`x_g`.
    pub xx: u64,
    /// Σ `x_f`·`m_g`: not symmetric.
    pub xm: u64,
    /// Σ `m_f`·`m_g`.
    pub mm: u64,
}

/// Sums over people who answered about F factors.
#[derive(Clone, Copy, Debug)]
pub struct FactorSums<'a> {
    /// People with at least one answer (n).
    pub people: u64,
    /// One entry per factor of the form, F in all.
    pub factors: &'a [FactorTotals],
    /// Row by row, F × F: (1,1), (1,2) … (F,F).
    pub cross: &'a [CrossSums],
}

impl FactorSums<'_> {
    /// The mean of the factors' shares, (1/F)·Σ `R_f`, 0..=1; `None` without a factor, if one has
    /// no answer, or if one has more satisfied answers than answers.
    #[must_use]
    pub fn mean_share(&self) -> Option<f64> {
        let shares: f64 = self
            .factors
            .iter()
            .map(FactorTotals::share)
            .sum::<Option<_>>()?;
        (!self.factors.is_empty()).then(|| shares / count(self.factors))
    }

    /// The linearised variance of the mean of the factors' ratios: v = n/(n-1)·Σe², where a person's
    /// e is the sum over factors of (x - R·m)/(F·Σm), multiplied out into the cross sums. Zero for a
    /// single person. `None` where a factor has no answer, `cross` is not F × F, or the sums cannot
    /// come from people.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        linearised_variance(self.people, self.factors, self.cross)
    }

    /// The sums of all factors taken together, for `f1_pooled`.
    #[must_use]
    pub fn pooled(&self) -> RatioSums {
        let total = |of: fn(&FactorTotals) -> u64| self.factors.iter().map(of).sum();
        let product = |of: fn(&CrossSums) -> u64| self.cross.iter().map(of).sum();
        RatioSums {
            people: self.people,
            x: total(|f| f.x),
            m: total(|f| f.m),
            xx: product(|c| c.xx),
            xm: product(|c| c.xm),
            mm: product(|c| c.mm),
        }
    }
}

impl FactorTotals {
    fn share(&self) -> Option<f64> {
        (self.m > 0 && self.x <= self.m).then(|| real(self.x) / real(self.m))
    }
}

/// Rounding in a sum of terms of both signs; anything smaller is zero.
const NOISE: f64 = 1e-12;

/// v of [`RatioSums::variance`] (one factor) and [`FactorSums::variance`] (F factors).
pub(super) fn linearised_variance(
    people: u64,
    factors: &[FactorTotals],
    cross: &[CrossSums],
) -> Option<f64> {
    let pairs = factors
        .iter()
        .flat_map(|f| factors.iter().map(move |g| (f, g)));
    if pairs.clone().count() != cross.len() || cross.is_empty() {
        return None;
    }
    let (mut squares, mut magnitude) = (0.0, 0.0);
    for ((f, g), sums) in pairs.zip(cross) {
        let term = residual_product(*f, *g, *sums)?;
        squares += term;
        magnitude += term.abs();
    }
    if squares < -NOISE * magnitude {
        return None;
    }
    if people < 2 || squares < NOISE * magnitude {
        return Some(0.0);
    }
    let n = real(people);
    Some(n / (n - 1.0) * squares / (count(factors) * count(factors)))
}

/// The sum over people of (x - R·m)/Σm of factor f times the same of factor g, up to the swap of f
/// and g, which a sum over all pairs undoes. The numerator is an exact integer: where everybody
/// answered alike it is zero and stays zero; floats would leave a rest that passes for a variance.
fn residual_product(f: FactorTotals, g: FactorTotals, sums: CrossSums) -> Option<f64> {
    if f.m == 0 || g.m == 0 {
        return None;
    }
    let exact = product([sums.xx, f.m, g.m])?
        .checked_sub(product([sums.xm, g.x, f.m])?.checked_mul(2)?)?
        .checked_add(product([sums.mm, f.x, g.x])?)?;
    let scale = real(f.m) * real(g.m);
    Some(nearest(exact) / (scale * scale))
}

fn product(factors: [u64; 3]) -> Option<i128> {
    factors.iter().try_fold(1_i128, |product, &factor| {
        product.checked_mul(factor.into())
    })
}

/// F, as a float.
fn count(factors: &[FactorTotals]) -> f64 {
    factors.iter().map(|_| 1.0).sum()
}
