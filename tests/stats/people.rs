//! Sums over people, added up one person at a time, as the ledger does.

use survey::stats::{CrossSums, FactorTotals, RatioSums};

/// The sums over people who each gave `m` answers that add up to `x`.
pub fn sums(people: impl IntoIterator<Item = (u64, u64)>) -> RatioSums {
    people
        .into_iter()
        .filter(|&(_, m)| m > 0)
        .fold(RatioSums::default(), |sums, (x, m)| RatioSums {
            people: sums.people + 1,
            x: sums.x + x,
            m: sums.m + m,
            xx: sums.xx + x * x,
            xm: sums.xm + x * m,
            mm: sums.mm + m * m,
        })
}

/// The totals and the F × F cross sums of people who each answered about F factors.
pub fn factor_sums(people: &[Vec<(u64, u64)>]) -> (Vec<FactorTotals>, Vec<CrossSums>) {
    let factors = people.first().map_or(0, Vec::len);
    let totals = (0..factors)
        .map(|f| FactorTotals {
            x: people.iter().map(|person| person[f].0).sum(),
            m: people.iter().map(|person| person[f].1).sum(),
        })
        .collect();
    let cross = (0..factors * factors)
        .map(|cell| {
            let (f, g) = (cell / factors, cell % factors);
            CrossSums {
                xx: people.iter().map(|p| p[f].0 * p[g].0).sum(),
                xm: people.iter().map(|p| p[f].0 * p[g].1).sum(),
                mm: people.iter().map(|p| p[f].1 * p[g].1).sum(),
            }
        })
        .collect();
    (totals, cross)
}
