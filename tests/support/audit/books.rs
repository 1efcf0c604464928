//! Whether the books are right: nobody is missing, parents are their children.

use std::collections::{BTreeMap, BTreeSet};

use survey::id::UnitId;
use survey_worker::store::port::{Store as _, StoreError};

use super::auditor::Mark;
use super::province::{FORMS, Province, must};
use super::rule::Rule;
use super::sets::{Sets, of_ledger};

/// Unit, form, month.
pub type CommentsKey = (UnitId, usize, String);

impl Province {
    /// Whose comments may be read together.
    ///
    /// # Errors
    /// A comment that nobody wrote.
    pub fn comments_shown(&self) -> Result<BTreeMap<CommentsKey, BTreeSet<Mark>>, String> {
        let wrote = self.people.iter().enumerate();
        let by_words: BTreeMap<&str, usize> = wrote
            .filter_map(|(at, person)| Some((person.comment.as_deref()?, at)))
            .collect();
        let mut all = BTreeMap::new();
        for (unit, (ledger, _)) in &self.leaves {
            for (form, known) in FORMS.iter().enumerate() {
                let months = must(ledger.comments(known.id(), "", "9999-12"));
                for month in months {
                    let authors = month.comments.iter().map(|comment| {
                        let author = by_words.get(comment.as_str());
                        author.map(|at| (*at, 0)).ok_or_else(|| comment.clone())
                    });
                    let authors = authors.collect::<Result<BTreeSet<Mark>, String>>()?;
                    all.insert((unit.clone(), form, month.month), authors);
                }
            }
        }
        if self.without == Some(Rule::CommentsTogether) {
            for (at, person) in self.people.iter().enumerate() {
                if person.comment.is_some() {
                    let place = (person.unit.clone(), person.form, person.day.month_slice());
                    all.entry(place).or_default().insert((at, 0));
                }
            }
        }
        Ok(all)
    }

    /// The ids of all that is counted.
    pub fn stored(&self) -> BTreeSet<String> {
        let mut stored = BTreeSet::new();
        for (ledger, _) in self.leaves.values() {
            let rows: Result<_, StoreError> = ledger
                .0
                .atomically(|sql| sql.rows("SELECT id FROM response", &[]));
            for row in must(rows) {
                stored.insert(must(row.text(0)).to_owned());
            }
        }
        stored
    }

    /// Everybody who did not go with a device is counted.
    ///
    /// # Errors
    /// Who is missing.
    pub fn nobody_is_missing(&self) -> Result<(), String> {
        let stored = self.stored();
        let lost = |at: &usize| !self.gone.contains(at);
        let mut missing = (0..self.people.len()).filter(lost);
        match missing.find(|at| !stored.contains(&self.people[*at].id.to_string())) {
            Some(at) => Err(format!("answer {at} is nowhere")),
            None => Ok(()),
        }
    }

    /// Every node is the sum of the units below it.
    ///
    /// # Errors
    /// Which is not.
    pub fn parents_are_their_children(&self) -> Result<(), String> {
        for node in self.nodes.keys() {
            let mut below = Sets::new();
            for (ledger, above) in self.leaves.values() {
                if above.contains(node) {
                    for (place, set) in of_ledger(ledger, &self.people, self.without) {
                        below.entry(place).or_default().extend(set);
                    }
                }
            }
            // What stands at this node and at those below it, beside what the units show.
            for inner in self.nodes.keys() {
                if inner.as_str().starts_with(node.as_str()) {
                    self.add_pools(inner, &mut below);
                }
            }
            if self.of_node(node) != below {
                return Err(format!("{node} is not the sum of what is below it"));
            }
        }
        Ok(())
    }
}
