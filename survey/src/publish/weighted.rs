//! A quarter's figure with each field of procedures weighing as its dossiers do (ST10, rule UM20). Never: a
//! group that may not be shown, a weight that nobody handed in.

use alloc::vec::Vec;

use super::SCORE_FLOOR;
use crate::breakdown::GroupSum;
use crate::stats::{Estimate, Interval, Stratum, stratified};

/// The figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighted {
    /// n: people who answered.
    pub people: u64,
    /// N: dossiers that ended.
    pub eligible: u64,
    /// The weighted share, in hundredths of a percentage point.
    pub index: u16,
    /// Its 95 % interval.
    pub interval: Interval,
    /// What unequal weights cost (Kish), in hundredths: 100 where all weigh the same.
    pub design_effect: u64,
    /// Strata after those with fewer than 20 people were put together.
    pub strata: usize,
}

/// The figure of groups that may be shown, each with its dossiers; `None` for fewer than 30 people, without
/// dossiers, or where a stratum has more people than dossiers.
#[must_use]
pub fn weighted(groups: &[(GroupSum, u64)]) -> Option<Weighted> {
    let strata: Vec<Stratum> = groups
        .iter()
        .map(|(sum, eligible)| Stratum {
            people: sum.ratio.people,
            x: sum.ratio.x,
            m: sum.ratio.m,
            eligible: *eligible,
        })
        .filter(|stratum| stratum.people > 0 || stratum.eligible > 0)
        .collect();
    let people = strata.iter().map(|stratum| stratum.people).sum();
    let merged = stratified::merged(&strata);
    let estimate = Estimate::post_stratified(&strata)?;
    (people >= SCORE_FLOOR).then_some(())?;
    Some(Weighted {
        people,
        eligible: strata.iter().map(|stratum| stratum.eligible).sum(),
        index: estimate.index(),
        interval: estimate.interval(),
        design_effect: stratified::design_effect(&merged)?,
        strata: merged.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(people: u64, x: u64, eligible: u64) -> (GroupSum, u64) {
        let mut sum = GroupSum::default();
        (sum.ratio.people, sum.ratio.x, sum.ratio.m) = (people, x, people);
        (sum, eligible)
    }

    #[test]
    fn um20_fields_weigh_as_their_dossiers() {
        // The golden row of ST10, with an empty group beside.
        let found = weighted(&[group(100, 90, 600), group(50, 35, 400), group(0, 0, 0)]).unwrap();
        assert_eq!(
            (found.index, found.people, found.eligible, found.strata),
            (8_200, 150, 1_000, 2)
        );
        // √.000872727 is 2.95 points: about 5.8 to each side.
        assert!(found.interval.low() > 7_450 && found.interval.low() < 7_700);
        assert!(found.interval.high() > 8_650 && found.interval.high() < 8_800);
        // Σw²/(Σw)² with weights 6 and 8: 150·(100·36 + 50·64)/1000² = 1.02.
        assert_eq!(found.design_effect, 102);
    }

    #[test]
    fn um20_small_groups_are_put_together_and_few_people_or_more_than_dossiers_say_nothing() {
        let found = weighted(&[group(100, 90, 600), group(12, 6, 300), group(11, 5, 100)]).unwrap();
        assert_eq!(found.strata, 2);
        assert_eq!(weighted(&[group(15, 9, 60), group(14, 9, 60)]), None);
        assert_eq!(weighted(&[group(100, 90, 60), group(50, 35, 400)]), None);
        assert_eq!(weighted(&[group(100, 90, 0), group(50, 35, 0)]), None);
        assert_eq!(weighted(&[]), None);
    }
}
