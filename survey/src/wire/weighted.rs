//! A quarter's figure with fields weighing as their dossiers (rule UM20), as it crosses. Never: a weight that nobody
//! handed in.

use serde::{Deserialize, Serialize};

use crate::publish::Weighted;

/// [`Weighted`] on the wire; shares in hundredths of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightedView {
    /// n: people who answered.
    pub n: u64,
    /// N: dossiers that ended.
    pub eligible: u64,
    /// The weighted share.
    pub index: u16,
    /// Lower limit of its 95 % interval.
    pub low: u16,
    /// Upper limit.
    pub high: u16,
    /// What unequal weights cost (Kish), in hundredths.
    pub design_effect: u64,
    /// Strata after small ones were put together.
    pub strata: usize,
}

impl From<Weighted> for WeightedView {
    fn from(weighted: Weighted) -> Self {
        Self {
            n: weighted.people,
            eligible: weighted.eligible,
            index: weighted.index,
            low: weighted.interval.low(),
            high: weighted.interval.high(),
            design_effect: weighted.design_effect,
            strata: weighted.strata,
        }
    }
}
