//! Which factors go with the overall rating, and how much of it they share among them (ST17).
//! Never: a cause. It is shown with "tương quan, không phải nguyên nhân".

#![expect(
    clippy::indexing_slicing,
    reason = "every index runs over the five factors and the overall item, and so do the arrays"
)]

use super::border::{hundredths, nearest, real};

/// Factors of a form.
pub const FACTORS: usize = 5;

/// The overall item stands after the factors.
const OVERALL: usize = FACTORS;

/// Factors and the overall item.
const ITEMS: usize = FACTORS + 1;

/// Pairs of two different items.
pub const PAIRS: usize = 15;

/// Fewer people say nothing about a correlation.
const FEWEST: u64 = 200;

/// A standard deviation below this, in levels, leaves nothing to explain.
const LEAST_SPREAD: f64 = 0.2;

/// A pivot at or below this says that one factor repeats the others.
const LEAST_PIVOT: f64 = 1e-9;

/// What rounding may add to an R² of 1.
const NOISE: f64 = 1e-9;

/// k! for k up to the number of factors.
const FACTORIAL: [f64; ITEMS] = [1.0, 1.0, 2.0, 6.0, 24.0, 120.0];

/// Correlations between the factors and, last, the overall item; 1 on the diagonal.
pub type Correlations = [[f64; ITEMS]; ITEMS];

/// Sums over the people who answered both a and b: complete factors' sums of levels, or the overall
/// item's level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairSums {
    /// People (n).
    pub people: u64,
    /// Σ a.
    pub a: u64,
    /// Σ b.
    pub b: u64,
    /// Σ a².
    pub aa: u64,
    /// Σ b².
    pub bb: u64,
    /// Σ a·b.
    pub ab: u64,
}

/// What the factors explain, in hundredths of a percentage point of the overall item's variance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drivers {
    /// One per factor, 0..=10000; `None` where fewer than 200 people answered it together with
    /// another item: the factor is left out, by name.
    pub shares: [Option<u16>; FACTORS],
    /// R²: all factors together, 0..=10000.
    pub explained: u16,
}

/// Why no drivers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Fewer than 200 people, or no factor that 200 answered together with the overall item.
    TooFewPeople,
    /// An item that nearly everybody answered alike.
    TooLittleSpread,
    /// Factors that repeat each other, or pairs of items answered by too different people.
    TooEntangled,
}

/// ST17 for `people` with at least one answer; `pairs` row by row: (1,2), (1,3) … (1,overall),
/// (2,3) … (5,overall). Source: Grömping 2007 (LMG, that is Shapley values of R²).
///
/// # Errors
/// [`Hidden`] says why nothing is shown.
pub fn drivers(people: u64, pairs: &[PairSums; PAIRS]) -> Result<Drivers, Hidden> {
    if people < FEWEST {
        return Err(Hidden::TooFewPeople);
    }
    let kept = enough_people(pairs);
    if kept.iter().all(|kept| !kept) {
        return Err(Hidden::TooFewPeople);
    }
    let mut correlations = [[0.0; ITEMS]; ITEMS];
    for ((f, g), pair) in positions().zip(pairs) {
        let both = kept[f] && kept.get(g).copied().unwrap_or(true);
        if both {
            let r = pair.correlation().ok_or(Hidden::TooLittleSpread)?;
            correlations[f][g] = r;
            correlations[g][f] = r;
        }
    }
    for (item, row) in correlations.iter_mut().enumerate() {
        row[item] = 1.0;
    }
    let (shares, explained) = shapley(&correlations, kept).ok_or(Hidden::TooEntangled)?;
    Ok(Drivers {
        shares: core::array::from_fn(|f| kept[f].then(|| hundredths(shares[f]))),
        explained: hundredths(explained),
    })
}

/// The Shapley value of each kept factor, and R² of them all:
/// `φ_f` = `Σ_S` |S|!(F-1-|S|)!/F!·(R²(S∪f) - R²(S)) over subsets S without f. `None` if a subset has a
/// pivot of at most 1e-9, or if R² is above 1 (correlations of different people that do not fit).
#[must_use]
pub fn shapley(
    correlations: &Correlations,
    kept: [bool; FACTORS],
) -> Option<([f64; FACTORS], f64)> {
    let count = kept.iter().filter(|&&kept| kept).count();
    let mut values = [0.0; FACTORS];
    for subset in subsets(kept) {
        let size = subset.iter().filter(|&&member| member).count();
        let alone = explained(correlations, subset)?;
        for joining in (0..FACTORS).filter(|&f| kept[f] && !subset[f]) {
            let mut joined = subset;
            joined[joining] = true;
            let others = count.checked_sub(size)?.checked_sub(1)?;
            let weight = FACTORIAL[size] * FACTORIAL[others] / FACTORIAL[count];
            values[joining] += weight * (explained(correlations, joined)? - alone);
        }
    }
    let all = explained(correlations, kept)?;
    (all <= 1.0 + NOISE).then_some((values, all))
}

/// R² of the overall item on the factors of `subset`: each factor's gain in turn, by elimination.
fn explained(correlations: &Correlations, subset: [bool; FACTORS]) -> Option<f64> {
    let mut rest = *correlations;
    let mut gained = 0.0;
    for f in (0..FACTORS).filter(|&f| subset[f]) {
        let row = rest[f];
        let pivot = row[f];
        if pivot <= LEAST_PIVOT {
            return None;
        }
        gained += row[OVERALL] * row[OVERALL] / pivot;
        for later in rest.iter_mut().skip(f).skip(1) {
            let share = later[f] / pivot;
            for (cell, above) in later.iter_mut().zip(row) {
                *cell -= share * above;
            }
        }
    }
    Some(gained)
}

/// Every subset of the kept factors, the empty one first.
fn subsets(kept: [bool; FACTORS]) -> impl Iterator<Item = [bool; FACTORS]> {
    const ALL: u8 = 1 << FACTORS;
    (0..ALL)
        .map(|bits| core::array::from_fn(|f| bits >> f & 1 == 1))
        .filter(move |subset: &[bool; FACTORS]| subset.iter().zip(kept).all(|(&s, k)| k || !s))
}

/// Which factors stay when every pair that is left must have 200 people. Of two factors that share
/// too few, the one that fewer people answered beside the overall item goes.
fn enough_people(pairs: &[PairSums; PAIRS]) -> [bool; FACTORS] {
    let mut beside_overall = [0; FACTORS];
    for ((f, _), pair) in positions().zip(pairs).filter(|((_, g), _)| *g == OVERALL) {
        beside_overall[f] = pair.people;
    }
    let mut kept = beside_overall.map(|people| people >= FEWEST);
    for ((f, g), pair) in positions().zip(pairs).filter(|((_, g), _)| *g != OVERALL) {
        if kept[f] && kept[g] && pair.people < FEWEST {
            let fewer = if beside_overall[f] < beside_overall[g] {
                f
            } else {
                g
            };
            kept[fewer] = false;
        }
    }
    kept
}

/// The places of the pairs, row by row.
fn positions() -> impl Iterator<Item = (usize, usize)> {
    (0..ITEMS).flat_map(|f| (0..ITEMS).filter(move |&g| g > f).map(move |g| (f, g)))
}

impl PairSums {
    /// r; `None` where a or b has a standard deviation below 0.2, or the sums cannot come from
    /// people.
    fn correlation(&self) -> Option<f64> {
        let a = self.scatter(self.aa, self.a, self.a)?;
        let b = self.scatter(self.bb, self.b, self.b)?;
        let least = real(self.people) * (real(self.people) - 1.0) * LEAST_SPREAD * LEAST_SPREAD;
        if a < least || b < least {
            return None;
        }
        Some(self.scatter(self.ab, self.a, self.b)? / libm::sqrt(a * b))
    }

    /// n·Σuv - Σu·Σv, exact until it becomes a float: n(n-1) times the covariance.
    fn scatter(&self, product: u64, u: u64, v: u64) -> Option<f64> {
        let above = i128::from(self.people).checked_mul(product.into())?;
        let below = i128::from(u).checked_mul(v.into())?;
        above.checked_sub(below).map(nearest)
    }
}
