//! From units to province to country: each child's whole released sum, the newest one wins (rule
//! L11). Never: differences, live counters, single responses.

use alloc::vec::Vec;

use crate::id::UnitId;
use crate::release::{Slice, by_month};

/// Everything a child has released, summed by form and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose.
    pub child: UnitId,
    /// How often the deployment had been restored.
    pub restore: u32,
    /// The child's version.
    pub version: u64,
    /// The sums.
    pub slices: Vec<Slice>,
}

impl Snapshot {
    /// Whether this snapshot replaces one with these marks. A restored child starts again at a lower
    /// version, so the restore ordinal goes first.
    #[must_use]
    pub fn is_newer_than(&self, stored: Option<(u32, u64)>) -> bool {
        stored.is_none_or(|stored| (self.restore, self.version) > stored)
    }
}

/// What an inner node shows: the sum of its children's snapshots. Parent minus shown children is 0.
#[must_use]
pub fn sum(children: impl IntoIterator<Item = Snapshot>) -> Vec<Slice> {
    by_month(children.into_iter().flat_map(|child| child.slices))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::id::FormId;
    use crate::score::{Shape, Tally};

    fn snapshot(child: &str, restore: u32, version: u64, responses: u64) -> Snapshot {
        let shape = Shape {
            items: 1,
            factors: 1,
            has_overall: false,
        };
        let mut numbers =
            alloc::vec![0; Tally::empty(FormId::from_bytes([1; 32]), shape).numbers().len()];
        numbers[0] = responses;
        let day = Day::parse("2026-11-23").unwrap();
        Snapshot {
            child: UnitId::parse(child).unwrap(),
            restore,
            version,
            slices: alloc::vec![Slice {
                month: day.month_slice(),
                atoms: 1,
                first: day,
                last: day,
                tally: Tally::from_numbers(FormId::from_bytes([1; 32]), shape, &numbers).unwrap(),
            }],
        }
    }

    #[test]
    fn l11_the_highest_restore_and_version_wins_whatever_the_order() {
        let mut stored = None;
        for (restore, version, is_kept) in [
            (0, 5, true),
            (0, 4, false),
            (0, 5, false),
            (1, 1, true),
            (0, 9, false),
        ] {
            let arriving = snapshot("a", restore, version, 10);
            assert_eq!(arriving.is_newer_than(stored), is_kept);
            if is_kept {
                stored = Some((restore, version));
            }
        }
    }

    #[test]
    fn l11_a_parent_is_the_sum_of_its_children() {
        let total = sum([snapshot("a", 0, 1, 10), snapshot("b", 0, 7, 32)]);
        assert_eq!(total.len(), 1);
        assert_eq!(total[0].tally.people().responses, 42);
        assert_eq!(total[0].atoms, 2);
    }
}
