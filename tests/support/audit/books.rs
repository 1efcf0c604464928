//! Whether the books are right: nobody is missing, parents are their children.

use std::collections::BTreeSet;

use survey_worker::store::port::{Store as _, StoreError};

use super::province::{Province, must};
use super::sets::{Sets, of_ledger};

impl Province {
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
