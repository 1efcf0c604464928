//! What rows about units would change, and what is wrong with them: every row is looked at, and one
//! error stops them all (rule D2). Never: SQL, a grant.

use std::collections::{BTreeMap, BTreeSet};
use survey::id::UnitId;
use survey::wire::manager::{Unit, UnitKind};
use survey::wire::units::{Cell, Change, Column, Outcome, Problem, RowError};

/// The most units above one another.
const DEEPEST: usize = 12;

/// The tree as it is, as far as the caller keeps it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Its units.
    pub units: BTreeMap<UnitId, Unit>,
    /// Units whose Ledger counted something, and all units above them.
    pub counted: BTreeSet<UnitId>,
    /// Whether the caller keeps the whole tree, its topmost units included.
    pub is_whole: bool,
}

/// One unit as it shall be, and the row that says so.
pub type Wanted = (u32, Unit);

/// Every kind of unit with the word that is kept for it.
pub const KINDS: [(UnitKind, &str); 6] = [
    (UnitKind::Country, "country"),
    (UnitKind::Province, "province"),
    (UnitKind::Department, "department"),
    (UnitKind::Commune, "commune"),
    (UnitKind::OneStop, "one-stop"),
    (UnitKind::Counter, "counter"),
];

/// The word of a kind.
#[must_use]
pub fn kind_word(kind: UnitKind) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("", |(_, word)| word)
}

/// Judges the rows. What would change is told even where something is wrong.
#[must_use]
pub fn judge(tree: &Tree, wanted: &[Wanted]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut after = tree.units.clone();
    let mut rows = BTreeMap::new();
    for (row, unit) in wanted {
        if rows.insert(unit.id.clone(), *row).is_some() {
            outcome.errors.push(error(*row, Column::Id, Problem::Twice));
            continue;
        }
        after.insert(unit.id.clone(), unit.clone());
        match tree.units.get(&unit.id) {
            Some(before) if before == unit => outcome.unchanged += 1,
            before => outcome.changes.push(Change {
                row: *row,
                unit: unit.id.clone(),
                name: unit.name.vi.clone(),
                is_new: before.is_none(),
                cells: before.map_or(Vec::new(), |before| cells(before, unit)),
            }),
        }
    }
    let children = children(&after);
    let judge = Judge {
        tree,
        after: &after,
        children: &children,
        rows: &rows,
    };
    for (row, unit) in wanted {
        let found = judge.problems(unit).into_iter();
        outcome
            .errors
            .extend(found.map(|(column, problem)| error(*row, column, problem)));
    }
    outcome.errors.sort_by_key(|error| error.row);
    outcome
}

const fn error(row: u32, column: Column, problem: Problem) -> RowError {
    RowError {
        row,
        column: Some(column),
        problem,
    }
}

fn children(units: &BTreeMap<UnitId, Unit>) -> BTreeMap<&UnitId, Vec<&Unit>> {
    let mut children: BTreeMap<&UnitId, Vec<&Unit>> = BTreeMap::new();
    for unit in units.values() {
        if let Some(parent) = &unit.parent {
            children.entry(parent).or_default().push(unit);
        }
    }
    children
}

/// A unit cell by cell, as a file holds it.
#[must_use]
pub fn text(unit: &Unit, column: Column) -> String {
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    match column {
        Column::Id => unit.id.to_string(),
        Column::Parent => unit
            .parent
            .as_ref()
            .map_or(String::new(), UnitId::to_string),
        Column::Kind => kind_word(unit.kind).to_owned(),
        Column::NameVi => unit.name.vi.clone(),
        Column::NameEn => unit.name.en.clone(),
        Column::Gso => or_empty(&unit.gso),
        Column::Agency => or_empty(&unit.agency),
        Column::ValidFrom => unit.valid_from.to_string(),
        Column::ValidTo => unit.valid_to.map_or(String::new(), |day| day.to_string()),
        Column::Successors => {
            let ids: Vec<_> = unit.successors.iter().map(UnitId::as_str).collect();
            ids.join(" ")
        }
        Column::Collects => if unit.collects { "yes" } else { "no" }.to_owned(),
    }
}

/// Each cell of a unit that differs.
#[must_use]
pub fn cells(before: &Unit, after: &Unit) -> Vec<Cell> {
    let cell = |column: &Column| {
        let (from, to) = (text(before, *column), text(after, *column));
        (from != to).then_some(Cell {
            column: *column,
            from,
            to,
        })
    };
    Column::ALL.iter().filter_map(cell).collect()
}

struct Judge<'a> {
    tree: &'a Tree,
    after: &'a BTreeMap<UnitId, Unit>,
    children: &'a BTreeMap<&'a UnitId, Vec<&'a Unit>>,
    rows: &'a BTreeMap<UnitId, u32>,
}

impl Judge<'_> {
    fn problems(&self, unit: &Unit) -> Vec<(Column, Problem)> {
        let name = |name: &str, least| (least..=200).contains(&name.trim().len());
        let code = |code: &Option<String>| code.as_ref().is_none_or(|code| is_code(code));
        let checks = [
            (!name(&unit.name.vi, 1), Column::NameVi, Problem::BadName),
            (!name(&unit.name.en, 0), Column::NameEn, Problem::BadName),
            (!code(&unit.gso), Column::Gso, Problem::BadCode),
            (!code(&unit.agency), Column::Agency, Problem::BadCode),
            (
                unit.valid_to.is_some_and(|last| last < unit.valid_from),
                Column::ValidTo,
                Problem::EndsEarly,
            ),
            (
                !unit.successors.is_empty() && unit.valid_to.is_none(),
                Column::Successors,
                Problem::SuccessorNeedsEnd,
            ),
            (
                !self.has_heirs(unit),
                Column::Successors,
                Problem::NoSuccessor,
            ),
            (
                unit.kind == UnitKind::Counter && unit.collects,
                Column::Collects,
                Problem::CounterCollects,
            ),
            (
                self.is_below_a_counter(unit),
                Column::Parent,
                Problem::BelowCounter,
            ),
            (
                self.is_taken_away(unit),
                Column::Parent,
                Problem::HasAnswers,
            ),
            (
                self.outlived(unit),
                Column::ValidTo,
                Problem::OutlivesParent,
            ),
        ];
        let found = checks.into_iter().filter(|(is_wrong, ..)| *is_wrong);
        let found = found.map(|(_, column, problem)| (column, problem));
        let above = self.above(unit).err();
        found
            .chain(above.map(|problem| (Column::Parent, problem)))
            .collect()
    }

    /// How many units stand above one.
    fn above(&self, unit: &Unit) -> Result<usize, Problem> {
        let Some(mut parent) = unit.parent.as_ref() else {
            // A topmost unit that is there already stays one.
            let was_there = self
                .tree
                .units
                .get(&unit.id)
                .is_some_and(|was| was.parent.is_none());
            return if self.tree.is_whole || was_there {
                Ok(0)
            } else {
                Err(Problem::NeedsParent)
            };
        };
        let was = self.tree.units.get(&unit.id);
        if !self.tree.is_whole && was.is_some_and(|was| was.parent == unit.parent) {
            // It stays where it is, perhaps below a unit that the caller does not see.
            return Ok(1);
        }
        for height in 1..DEEPEST {
            if *parent == unit.id {
                return Err(Problem::Circle);
            }
            let Some(above) = self.after.get(parent) else {
                // Above the part that the caller keeps there may be more.
                let is_edge = height > 1 && !self.tree.is_whole;
                return if is_edge {
                    Ok(height)
                } else {
                    Err(Problem::NoParent)
                };
            };
            match &above.parent {
                Some(next) => parent = next,
                None => return Ok(height),
            }
        }
        Err(Problem::TooDeep)
    }

    /// Whether every successor is another unit, and following them comes to an end.
    fn has_heirs(&self, unit: &Unit) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), unit.successors.clone());
        while let Some(heir) = next.pop() {
            let Some(found) = self.after.get(&heir) else {
                return false;
            };
            if heir == unit.id {
                return false;
            }
            if seen.insert(heir) {
                next.extend(found.successors.iter().cloned());
            }
        }
        true
    }

    /// Whether a counter stands above it, or it is a counter and something stands below.
    fn is_below_a_counter(&self, unit: &Unit) -> bool {
        let above = unit.parent.as_ref().and_then(|id| self.after.get(id));
        let has_some = self.children.contains_key(&unit.id);
        above.is_some_and(|above| above.kind == UnitKind::Counter)
            || (unit.kind == UnitKind::Counter && has_some)
    }

    /// Whether answers that were collected here or below would go to other sums.
    fn is_taken_away(&self, unit: &Unit) -> bool {
        let was = self.tree.units.get(&unit.id);
        was.is_some_and(|was| was.parent != unit.parent) && self.tree.counted.contains(&unit.id)
    }

    /// Whether it ends after the unit above it, or before one below it that no row speaks of.
    fn outlived(&self, unit: &Unit) -> bool {
        let outlives = |below: &Unit, above: &Unit| match (below.valid_to, above.valid_to) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(below), Some(above)) => below > above,
        };
        let parent = unit.parent.as_ref().and_then(|id| self.after.get(id));
        let below = self.children.get(&unit.id).into_iter().flatten();
        let mut untold = below.filter(|child| !self.rows.contains_key(&child.id));
        parent.is_some_and(|parent| outlives(unit, parent))
            || untold.any(|child| outlives(child, unit))
    }
}

/// At most 32 letters, digits, points, hyphens.
fn is_code(code: &str) -> bool {
    let is_symbol = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    (1..=32).contains(&code.len()) && code.bytes().all(is_symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::directory::tests::{id, unit};
    use survey::day::Day;

    fn tree() -> Tree {
        let units = [
            unit("33", None),
            unit("33.1", Some("33")),
            unit("33.2", Some("33")),
            unit("34", None),
        ];
        Tree {
            units: units.map(|unit| (unit.id.clone(), unit)).into(),
            counted: [id("33.1"), id("33")].into(),
            is_whole: true,
        }
    }

    fn problems(wanted: &[Unit]) -> Vec<(u32, Problem)> {
        let rows: Vec<Wanted> = (2..).zip(wanted.iter().cloned()).collect();
        let outcome = judge(&tree(), &rows);
        let errors = outcome.errors.iter();
        errors.map(|error| (error.row, error.problem)).collect()
    }

    fn closed(text: &str, heirs: &[&str]) -> Unit {
        Unit {
            valid_to: Day::parse("2026-11-30"),
            successors: heirs.iter().map(|heir| id(heir)).collect(),
            ..unit(text, Some("33"))
        }
    }

    #[test]
    fn ua1_each_change_is_told_cell_by_cell() {
        let mut renamed = unit("33.2", Some("33"));
        renamed.name.vi = "Phường 2".into();
        let rows = [
            (2, unit("33.1", Some("33"))),
            (3, renamed),
            (4, unit("33.3", Some("33"))),
            (5, closed("33.1.x", &[])),
        ];
        let outcome = judge(&tree(), &rows[..3]);
        assert_eq!((outcome.unchanged, outcome.errors.len()), (1, 0));
        let [renamed, added] = &outcome.changes[..] else {
            panic!("two changes: {:?}", outcome.changes);
        };
        assert!(!renamed.is_new && added.is_new);
        let cell = &renamed.cells[0];
        assert_eq!(
            (cell.column, &cell.from[..], &cell.to[..]),
            (Column::NameVi, "Xã 33.2", "Phường 2")
        );
    }

    #[test]
    fn ua1_each_error_is_told_with_its_row() {
        let wrong = [
            (unit("33.3", Some("35")), Problem::NoParent),
            (unit("33.3", Some("33.3")), Problem::Circle),
            (closed("33.2", &["33.9"]), Problem::NoSuccessor),
            (closed("33.2", &["33.2"]), Problem::NoSuccessor),
            (unit("33.1", Some("34")), Problem::HasAnswers),
            (unit("33.1", None), Problem::HasAnswers),
        ];
        for (unit, problem) in wrong {
            assert_eq!(
                problems(std::slice::from_ref(&unit)),
                [(2, problem)],
                "{unit:?}"
            );
        }
        let mut nameless = unit("33.2", Some("33"));
        nameless.name.vi = "  ".into();
        nameless.gso = Some("1,2".into());
        let found = problems(&[unit("34", None), nameless, unit("34", None)]);
        assert_eq!(
            found,
            [
                (3, Problem::BadName),
                (3, Problem::BadCode),
                (4, Problem::Twice)
            ]
        );
        // Nothing was counted there: it may go elsewhere.
        assert_eq!(problems(&[unit("33.2", Some("34"))]), []);
        let mut early = closed("33.2", &[]);
        early.valid_to = Day::parse("2025-06-30");
        assert_eq!(problems(&[early]), [(2, Problem::EndsEarly)]);
        let mut open = closed("33.2", &["33.1"]);
        open.valid_to = None;
        assert_eq!(problems(&[open]), [(2, Problem::SuccessorNeedsEnd)]);
    }

    #[test]
    fn d1_a_unit_does_not_outlive_the_one_above_it() {
        let mut province = unit("33", None);
        province.valid_to = Day::parse("2026-11-30");
        assert_eq!(
            problems(std::slice::from_ref(&province)),
            [(2, Problem::OutlivesParent)]
        );
        let all = [province.clone(), closed("33.1", &[]), closed("33.2", &[])];
        assert_eq!(problems(&all), []);
        let late = [province, closed("33.1", &[]), unit("33.2", Some("33"))];
        assert_eq!(problems(&late), [(4, Problem::OutlivesParent)]);
    }

    #[test]
    fn d1_a_counter_is_the_last_node_and_collects_for_the_unit_above_it() {
        let counter = |text: &str, parent: &str, collects| Unit {
            kind: UnitKind::Counter,
            collects,
            ..unit(text, Some(parent))
        };
        assert_eq!(problems(&[counter("33.2.q1", "33.2", false)]), []);
        assert_eq!(
            problems(&[counter("33.2.q1", "33.2", true)]),
            [(2, Problem::CounterCollects)]
        );
        let below = [
            counter("33.2.q1", "33.2", false),
            counter("33.2.q2", "33.2.q1", false),
        ];
        let wrong = [(2, Problem::BelowCounter), (3, Problem::BelowCounter)];
        assert_eq!(problems(&below), wrong);
    }

    #[test]
    fn d1_succession_comes_to_an_end() {
        assert_eq!(problems(&[closed("33.2", &["33.1"])]), []);
        let round = [closed("33.1", &["33.2"]), closed("33.2", &["33.1"])];
        assert_eq!(
            problems(&round),
            [(2, Problem::NoSuccessor), (3, Problem::NoSuccessor)]
        );
    }

    #[test]
    fn s4_who_keeps_a_part_makes_no_topmost_unit() {
        let part = Tree {
            is_whole: false,
            ..tree()
        };
        let wanted = |unit: Unit| {
            let errors = judge(&part, &[(2, unit)]).errors;
            errors.first().map(|error| error.problem)
        };
        assert_eq!(wanted(unit("35", None)), Some(Problem::NeedsParent));
        assert_eq!(wanted(unit("33.9", Some("33"))), None);
        assert_eq!(wanted(unit("35.9", Some("35"))), Some(Problem::NoParent));
    }
}
