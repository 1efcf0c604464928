//! Whom the pools of closed years are about, put down when a node makes one.

use std::collections::BTreeSet;

use survey::id::UnitId;
use survey::rollup::Snapshot;
use survey_worker::store::ledger::Ledger;
use survey_worker::store::port::{Store as _, StoreError};
use survey_worker::store::sqlite::Sqlite;

use super::auditor::Mark;
use super::people::Person;
use super::province::{FORMS, Province, form_at, must};
use super::sets::Sets;

/// What was left of a year in a snapshot: child, restore ordinal, version, form, year.
pub type LeftKey = (UnitId, u32, u64, usize, i32);
/// A pool: node, form, year.
pub type PoolKey = (UnitId, usize, i32);

impl Province {
    /// Puts down whom the leftovers of a snapshot that is sent are about.
    pub fn note_left(&mut self, snapshot: &Snapshot) {
        for left in &snapshot.left {
            let form = form_at(&left.sum.tally.form().to_string());
            let about = match self.leaves.get(&snapshot.child) {
                Some((ledger, _)) => left_in(ledger, &self.people, form, left.year),
                None => self.pools[&(snapshot.child.clone(), form, left.year)].clone(),
            };
            let (restore, version) = (snapshot.restore, snapshot.version);
            let key = (snapshot.child.clone(), restore, version, form, left.year);
            self.left.insert(key, about);
        }
    }

    /// A node took a snapshot: pools that it made and pools that it took back.
    pub fn note_pools(&mut self, node: &UnitId) {
        let rows: Result<_, StoreError> = self.nodes[node].0.atomically(|sql| {
            Ok((
                sql.rows("SELECT form, year FROM pool", &[])?,
                sql.rows(
                    "SELECT child, used.form, used.year, closing, restore, version
                     FROM used JOIN child ON child.id = used.child",
                    &[],
                )?,
            ))
        });
        let (pools, used) = must(rows);
        let mut there = BTreeSet::new();
        for pool in &pools {
            let form = form_at(must(pool.text(0)));
            let year = must(i32::try_from(must(pool.integer(1))));
            let key: PoolKey = (node.clone(), form, year);
            there.insert(key.clone());
            if self.pools.contains_key(&key) {
                continue;
            }
            let mut about = BTreeSet::new();
            for row in &used {
                let number = |column| must(row.integer(column));
                if form_at(must(row.text(1))) != form || number(3) != i64::from(year) {
                    continue;
                }
                let child = must(UnitId::parse(must(row.text(0))));
                let (restore, version) = (must(number(4).try_into()), must(number(5).try_into()));
                let of = must(i32::try_from(number(2)));
                about.extend(&self.left[&(child, restore, version, form, of)]);
            }
            self.pools.insert(key, about);
        }
        self.pools
            .retain(|key, _| key.0 != *node || there.contains(key));
    }

    /// Adds what a node shows of closed years.
    pub fn add_pools(&self, node: &UnitId, sets: &mut Sets) {
        let rows: Result<_, StoreError> = self.nodes[node]
            .0
            .atomically(|sql| sql.rows("SELECT form, year FROM pool WHERE is_shown = 1", &[]));
        for row in &must(rows) {
            let form = form_at(must(row.text(0)));
            let year = must(i32::try_from(must(row.integer(1))));
            let about = &self.pools[&(node.clone(), form, year)];
            let place = (form, format!("{year}-12"));
            sets.entry(place).or_default().extend(about);
        }
    }
}

/// Whom a unit's leftover of a year is about.
fn left_in(ledger: &Ledger<Sqlite>, people: &[Person], form: usize, year: i32) -> BTreeSet<Mark> {
    let rows: Result<_, StoreError> = ledger.0.atomically(|sql| {
        sql.rows(
            "SELECT id FROM response WHERE atom = ?1 AND form = ?2",
            &[i64::from(-year).into(), FORMS[form].id().to_string().into()],
        )
    });
    let rows = must(rows);
    let ids: BTreeSet<&str> = rows.iter().map(|row| must(row.text(0))).collect();
    let those = people.iter().enumerate();
    those
        .filter(|(_, person)| ids.contains(person.id.to_string().as_str()))
        .map(|(at, _)| (at, 0))
        .collect()
}
