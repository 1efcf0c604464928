//! From units to province to country: each child's whole released sum, the newest one wins (rule
//! L11); what was too little for an atom of its own joins others' at year close (rule P6). Never:
//! differences, live counters, single responses.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::breakdown::Quarterly;
use crate::id::{FormId, UnitId};
use crate::release::{Slice, by_month, makes_a_pool};

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
    /// The last year that is closed there; 0 while none is.
    pub closed: i32,
    /// What is left of closed years: too little to be shown there. Never shown as it is.
    pub left: Vec<Left>,
    /// Its sealed quarters, broken down, in order (rule P7). Shown where [`crate::breakdown::choose`] says.
    pub quarters: Vec<Quarterly>,
    /// Surveys begun there, month by month, in order (UM14). Never shown as they are.
    pub visits: Vec<Visits>,
}

/// Surveys begun on devices in a month, as the devices told (W2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visits {
    /// `YYYY-MM`.
    pub month: String,
    /// Begun.
    pub opened: u64,
    /// Of these, left before the end.
    pub abandoned: u64,
}

/// What was too little for an atom when its year was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The year that was closed; its month is that year's last.
    pub year: i32,
    /// Units that it is of.
    pub units: u64,
    /// The sum.
    pub sum: Slice,
}

/// What an inner node does with what is left below it when it closes a year, form by form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pooled {
    /// Enough, and of at least two units: an atom of this node, "các đơn vị khác".
    Shown(Left),
    /// Not enough: it moves up.
    Left(Left),
}

/// Closes a year at an inner node over all that is left below it. The sums of one form merge.
#[must_use]
pub fn close(year: i32, left: impl IntoIterator<Item = Left>) -> Vec<Pooled> {
    let mut sums: BTreeMap<FormId, Left> = BTreeMap::new();
    for part in left {
        match sums.get_mut(&part.sum.tally.form()) {
            Some(sum) => {
                let units = sum.units.saturating_add(part.units);
                if sum.sum.merge(&part.sum).is_ok() {
                    sum.units = units;
                }
            }
            None => {
                sums.insert(part.sum.tally.form(), part);
            }
        }
    }
    sums.into_values()
        .map(|mut sum| {
            sum.year = year;
            sum.sum.month = alloc::format!("{year:04}-12");
            sum.sum.atoms = 1;
            if makes_a_pool(sum.sum.tally.people().responses, sum.units) {
                Pooled::Shown(sum)
            } else {
                Pooled::Left(sum)
            }
        })
        .collect()
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

/// The surveys begun at all children, month by month.
#[must_use]
pub fn visits<'a>(children: impl IntoIterator<Item = &'a Snapshot>) -> Vec<Visits> {
    let mut months: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for visits in children.into_iter().flat_map(|child| &child.visits) {
        let (opened, abandoned) = months.entry(&visits.month).or_default();
        *opened = opened.saturating_add(visits.opened);
        *abandoned = abandoned.saturating_add(visits.abandoned);
    }
    months
        .into_iter()
        .map(|(month, (opened, abandoned))| Visits {
            month: month.into(),
            opened,
            abandoned,
        })
        .collect()
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
            closed: 0,
            left: Vec::new(),
            quarters: Vec::new(),
            visits: Vec::new(),
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
    fn p6_what_is_left_of_two_units_is_shown_together_or_moves_up() {
        let left = |responses: u64, units: u64| Left {
            year: 2026,
            units,
            sum: snapshot("a", 0, 1, responses).slices.remove(0),
        };
        let pooled = close(2026, [left(4, 1), left(7, 1)]);
        let [Pooled::Shown(pool)] = pooled.as_slice() else {
            panic!("{pooled:?}");
        };
        assert_eq!((pool.sum.tally.people().responses, pool.units), (11, 2));
        assert_eq!((pool.sum.month.as_str(), pool.sum.atoms), ("2026-12", 1));
        // Nine, or all of one unit.
        for too_little in [vec_of([left(4, 1), left(5, 1)]), vec_of([left(12, 1)])] {
            assert!(matches!(close(2026, too_little)[..], [Pooled::Left(_)]));
        }
        assert_eq!(close(2026, []), []);
    }

    fn vec_of<const N: usize>(left: [Left; N]) -> Vec<Left> {
        left.into()
    }

    #[test]
    fn l11_a_parent_is_the_sum_of_its_children() {
        let total = sum([snapshot("a", 0, 1, 10), snapshot("b", 0, 7, 32)]);
        assert_eq!(total.len(), 1);
        assert_eq!(total[0].tally.people().responses, 42);
        assert_eq!(total[0].atoms, 2);
    }
}
