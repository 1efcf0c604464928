//! Dossiers of the units of a table, each summed over the units at and below it that collect answers, as the server
//! does for coverage (UM7). Never: a month of which one of them has no count.

use std::collections::{BTreeMap, BTreeSet};

use survey::id::UnitId;
use survey::wire::dossiers::Dossiers;
use survey::wire::manager::Unit;

use crate::manager::overview::tree::Tree;
use crate::manager::unit::period::Month;

/// The counts, found by unit and month.
#[derive(Debug)]
pub(super) struct Counts<'a> {
    counts: BTreeMap<(&'a UnitId, &'a str), u64>,
    /// Units that collect answers, by the row that they are at or below.
    collecting: BTreeMap<UnitId, Vec<&'a Unit>>,
}

impl<'a> Counts<'a> {
    /// The counts for these rows, none of which is below another.
    pub(super) fn of(tree: &'a Tree, dossiers: &'a Dossiers, rows: &BTreeSet<UnitId>) -> Self {
        let mut collecting: BTreeMap<UnitId, Vec<&Unit>> = BTreeMap::new();
        for unit in tree.in_order().filter(|unit| unit.collects) {
            let above = tree.above(&unit.id).into_iter();
            let mut path = above.chain([unit]).map(|unit| &unit.id);
            if let Some(row) = path.find(|id| rows.contains(id)) {
                collecting.entry(row.clone()).or_default().push(unit);
            }
        }
        let counts = dossiers.counts.iter();
        let counts = counts.map(|count| ((&count.unit, count.month.as_str()), count.dossiers));
        Self {
            counts: counts.collect(),
            collecting,
        }
    }

    /// The dossiers of a row in a month; `None` where a unit that collected answers in it has no count, or none did.
    pub(super) fn month(&self, row: &UnitId, month: Month) -> Option<u64> {
        let name = month.to_string();
        let is_there = |unit: &&&Unit| {
            let ended = unit.valid_to.map(Month::of);
            Month::of(unit.valid_from) <= month && ended.is_none_or(|last| month <= last)
        };
        let mut there = self.collecting.get(row)?.iter().filter(is_there).peekable();
        there.peek()?;
        there.try_fold(0_u64, |sum, unit| {
            let count = self.counts.get(&(&unit.id, name.as_str()))?;
            Some(sum.saturating_add(*count))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::overview::tree::tests::{id, unit as named};
    use survey::day::Day;
    use survey::wire::dossiers::DossierCount;

    fn unit(own: &str, parent: Option<&str>, collects: bool, from: &str) -> Unit {
        Unit {
            valid_from: Day::parse(from).unwrap(),
            collects,
            ..named(own, own, parent)
        }
    }

    #[test]
    fn um19_a_month_is_known_where_each_unit_that_collected_in_it_has_a_count() {
        let tree = Tree::of(vec![
            unit("33", None, false, "2025-07-01"),
            unit("33.d", Some("33"), false, "2025-07-01"),
            unit("33.d.1", Some("33.d"), true, "2025-07-01"),
            // It begins in June: months before do without it.
            unit("33.d.2", Some("33.d"), true, "2026-06-15"),
            unit("33.1", Some("33"), true, "2025-07-01"),
            unit("33.x", Some("33"), false, "2025-07-01"),
        ]);
        let count = |unit: &str, month: &str, dossiers| DossierCount {
            unit: id(unit),
            month: month.to_owned(),
            dossiers,
        };
        let dossiers = Dossiers {
            counts: vec![
                count("33.d.1", "2026-05", 40),
                count("33.d.1", "2026-06", 50),
                count("33.d.1", "2026-07", 60),
                count("33.d.2", "2026-07", 6),
                count("33.1", "2026-05", 0),
            ],
        };
        let rows = ["33.d", "33.1", "33.x"].map(id).into_iter().collect();
        let counts = Counts::of(&tree, &dossiers, &rows);
        let month = |row: &str, month: &str| counts.month(&id(row), Month::parse(month).unwrap());
        assert_eq!(month("33.d", "2026-05"), Some(40));
        assert_eq!(month("33.d", "2026-06"), None);
        assert_eq!(month("33.d", "2026-07"), Some(66));
        assert_eq!(month("33.1", "2026-05"), Some(0));
        assert_eq!(month("33.1", "2026-06"), None);
        // Nobody collects there, and nothing is known before anybody did.
        assert_eq!(month("33.x", "2026-05"), None);
        assert_eq!(month("33.d", "2025-06"), None);
    }
}
