//! The door to comparisons: a unit among its peers, as a share, a band and a range of places.
//! Never: a league table. A place is a range, and most ranges are wide.

use alloc::vec::Vec;

use super::border::{ceiling, floor, hundredths};
use super::funnel::{Band, Funnel};
use super::shrinkage::{Peers, Standing};
use super::{Estimate, Interval, Z_95, distribution};

/// Fewer units are not a group to be compared with.
const FEWEST: usize = 5;

/// A peer group: same level, urban or rural, same mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// "không phân biệt được": chance explains all that is seen, every unit stands at the mean.
    Indistinguishable {
        /// The share of the group, in hundredths of a percentage point, 0..=10000.
        mean: u16,
    },
    /// The units can be told apart.
    Distinguished {
        /// The share of the group, in hundredths of a percentage point, 0..=10000.
        mean: u16,
        /// One place per unit, in the order given.
        units: Vec<Place>,
    },
}

/// Where one unit stands among its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// ST11: the shrunk share, in hundredths of a percentage point, 0..=10000.
    pub share: u16,
    /// ST11: its 95 % interval.
    pub interval: Interval,
    /// ST12: what would be ordinary for a unit of this size.
    pub ordinary: Interval,
    /// ST13: above, within or below the group.
    pub band: Band,
    /// ST14: the best place, counted from 1, that is still likely.
    pub best: u64,
    /// ST14: the worst place that is still likely.
    pub worst: u64,
}

/// ST11 to ST14 for a peer group; `None` for fewer than five units, or if one is a census.
#[must_use]
pub fn compare(units: &[Estimate]) -> Option<Comparison> {
    if units.len() < FEWEST {
        return None;
    }
    let peers = Peers::of(units)?;
    let mean = hundredths(peers.mean());
    let standings: Option<Vec<Standing>> = units.iter().map(|unit| peers.standing(unit)).collect();
    let Some(standings) = standings else {
        return Some(Comparison::Indistinguishable { mean });
    };
    let funnel = Funnel::around(peers.mean(), units);
    let units = units
        .iter()
        .zip(&standings)
        .zip(places(&standings))
        .map(|((unit, standing), (best, worst))| {
            Some(Place {
                share: hundredths(standing.mean()),
                interval: Interval::rounded(standing.limits()),
                ordinary: Interval::rounded(funnel.limits(unit.n())),
                band: funnel.band(unit),
                best: floor(best)?,
                worst: ceiling(worst)?,
            })
        })
        .collect::<Option<_>>()?;
    Some(Comparison::Distinguished { mean, units })
}

/// ST14: for each unit the expected number of peers above its upper limit, and above its lower
/// limit, each plus one: 1 + Σ Φ((`μ_j` - `μ_i` ∓ z√`v_i`)/√`v_j`) over all others. To be rounded
/// outward. Takes time with the square of the number of units (3,321: 11 million normal tails).
#[must_use]
pub fn places(standings: &[Standing]) -> Vec<(f64, f64)> {
    let known: Vec<(f64, f64)> = standings
        .iter()
        .map(|standing| (standing.mean(), libm::sqrt(standing.variance())))
        .collect();
    let above = |own: usize, limit: f64| -> f64 {
        known
            .iter()
            .enumerate()
            .filter(|&(other, _)| other != own)
            .map(|(_, &(mean, deviation))| distribution::normal_cdf((mean - limit) / deviation))
            .sum()
    };
    known
        .iter()
        .enumerate()
        .map(|(own, &(mean, deviation))| {
            let reach = Z_95 * deviation;
            (
                1.0 + above(own, mean + reach),
                1.0 + above(own, mean - reach),
            )
        })
        .collect()
}
