//! Whom the groups of a sealed quarter are about, and which of them are shown: rule P7 as the worker's own
//! Ledgers and Rollups decide it.

use std::collections::{BTreeMap, BTreeSet};

use survey::breakdown::{By, GROUPS, Quarter, Quarterly};
use survey::day::Day;
use survey::id::UnitId;
use survey_worker::store::ledger::{Ledger, PIECE};
use survey_worker::store::port::{Store as _, StoreError};
use survey_worker::store::sqlite::Sqlite;

use super::auditor::Mark;
use super::province::{FORMS, Province, form_at, must};
use super::rule::Rule;

/// The groups of one breakdown.
pub type Groups = [BTreeSet<Mark>; GROUPS];
/// Node, quarter, form, breakdown.
pub type GroupsKey = (UnitId, Quarter, usize, By);

impl Province {
    /// The nightly round: what is sealed is broken down.
    pub fn seal(&self) {
        for (ledger, _) in self.leaves.values() {
            must(ledger.seal(&*FORMS, self.now, PIECE));
        }
    }

    /// The breakdowns that are shown now.
    ///
    /// # Errors
    /// A group that is not of the people it is about.
    pub fn groups_shown(&self) -> Result<BTreeMap<GroupsKey, Groups>, String> {
        let mut all = BTreeMap::new();
        for (unit, (ledger, above)) in &self.leaves {
            let own = must(ledger.quarters());
            self.add(&mut all, (unit, above), &own, &[unit])?;
        }
        for (node, rollup) in &self.nodes {
            let dots = node.as_str().rmatch_indices('.');
            let above = dots.filter_map(|(at, _)| UnitId::parse(&node.as_str()[..at]).ok());
            let above: Vec<UnitId> = above
                .filter(|above| self.nodes.contains_key(above))
                .collect();
            let below = self
                .leaves
                .iter()
                .filter(|(_, (_, above))| above.contains(node));
            let below: Vec<&UnitId> = below.map(|(unit, _)| unit).collect();
            let own = must(rollup.quarters());
            self.add(&mut all, (node, &above), &own, &below)?;
        }
        Ok(all)
    }

    fn add(
        &self,
        all: &mut BTreeMap<GroupsKey, Groups>,
        (unit, above): (&UnitId, &[UnitId]),
        own: &[Quarterly],
        below: &[&UnitId],
    ) -> Result<(), String> {
        for quarterly in own {
            for part in quarterly.parts.iter().flatten() {
                let is_shown = self.without == Some(Rule::SafeGroups)
                    || part.sums.is_safe() && {
                        let mut child = unit;
                        above.iter().all(|node| {
                            let shown = self.nodes[node].shows(child, quarterly.quarter, part.form);
                            child = node;
                            must(shown).iter().any(|by| by == part.by.word())
                        })
                    };
                if !is_shown {
                    continue;
                }
                let form = form_at(&part.form.to_string());
                let mut groups = Groups::default();
                for leaf in below {
                    let members = self.in_quarter(&self.leaves[*leaf].0, form, quarterly.quarter);
                    for at in members {
                        let by = must(By::ALL.iter().position(|by| *by == part.by).ok_or("by"));
                        groups[self.people[at].groups[by]].insert((at, 0));
                    }
                }
                for (set, sum) in groups.iter().zip(&part.sums.groups) {
                    if set.len() as u64 != sum.responses {
                        let what = "has a group that is not of whom it is about";
                        return Err(format!("{} of {unit} {what}", quarterly.quarter.name()));
                    }
                }
                all.insert((unit.clone(), quarterly.quarter, form, part.by), groups);
            }
        }
        Ok(())
    }

    /// Who is in an atom whose last day lies in a quarter.
    fn in_quarter(&self, ledger: &Ledger<Sqlite>, form: usize, quarter: Quarter) -> Vec<usize> {
        let rows: Result<_, StoreError> = ledger.0.atomically(|sql| {
            sql.rows(
                "SELECT id, atom, day FROM response WHERE atom > 0 AND form = ?1",
                &[FORMS[form].id().to_string().into()],
            )
        });
        let people = self.people.iter().enumerate();
        let by_id: BTreeMap<String, usize> = people
            .map(|(at, person)| (person.id.to_string(), at))
            .collect();
        let mut atoms: BTreeMap<i64, (Option<Day>, Vec<usize>)> = BTreeMap::new();
        for row in &must(rows) {
            let (last, members) = atoms.entry(must(row.integer(1))).or_default();
            *last = (*last).max(Day::parse(must(row.text(2))));
            members.push(by_id[must(row.text(0))]);
        }
        let own = atoms.into_values();
        own.filter(|(last, _)| last.map(Quarter::of) == Some(quarter))
            .flat_map(|(_, members)| members)
            .collect()
    }
}
