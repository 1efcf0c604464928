//! Sums on their way from the ledgers to the node above: lost, repeated, late, overtaken. Also where
//! knocked-out rules of the roll-up are undone.

use std::collections::BTreeMap;

use survey::id::UnitId;
use survey::release::{Slice, by_month};
use survey::rollup::Snapshot;
use survey::score::Tally;

use super::rule::{Rule, Without};
use super::ruler::FORMS;
use super::server::Server;

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// It arrives and is acknowledged.
    Good,
    /// It arrives; the acknowledgement is lost.
    AckLost,
    /// It is lost.
    Lost,
    /// It arrives and is acknowledged, and a copy stays under way.
    Copied,
}

/// Messages under way.
pub struct Upward {
    /// Oldest first.
    pub messages: Vec<(Vec<UnitId>, Snapshot)>,
    without: Without,
    /// Without L11: what each child's parent acknowledged.
    acknowledged: BTreeMap<UnitId, Vec<Slice>>,
    /// Without L11: what the parent has added up.
    added: BTreeMap<UnitId, Vec<Slice>>,
    arrivals: u64,
}

impl Upward {
    /// Nothing under way.
    pub fn new(without: Without) -> Self {
        Self {
            messages: Vec::new(),
            without,
            acknowledged: BTreeMap::new(),
            added: BTreeMap::new(),
            arrivals: 0,
        }
    }

    /// A ledger sends what its parent has not acknowledged; false when there is nothing.
    pub fn send(&mut self, server: &Server, unit: &UnitId) -> bool {
        let Some(ledger) = server.ledgers.get(unit) else {
            return false;
        };
        let Ok(Some((above, mut snapshot))) = ledger.unacknowledged(&*FORMS) else {
            return false;
        };
        if self.without.is(Rule::L11Deltas) {
            let known = self.acknowledged.get(unit);
            snapshot.slices = less(&snapshot.slices, known.map_or(&[], Vec::as_slice));
        }
        self.messages.push((above, snapshot));
        true
    }

    /// Lets a message arrive, or not.
    pub fn carry(&mut self, server: &Server, at: usize, passage: Passage) {
        if at >= self.messages.len() {
            return;
        }
        let (above, snapshot) = self.messages.remove(at);
        if passage == Passage::Lost {
            return;
        }
        if passage == Passage::Copied {
            self.messages.push((above.clone(), snapshot.clone()));
        }
        let arriving = self.arriving(snapshot.clone());
        let is_taken = server.rollup.take(&above, &arriving).is_ok();
        // A call that a restore interrupted has nobody left to hear the answer.
        let is_heard = snapshot.restore == server.restore && passage != Passage::AckLost;
        if !(is_taken && is_heard) {
            return;
        }
        let Some(ledger) = server.ledgers.get(&snapshot.child) else {
            return;
        };
        if let Some(parent) = above.first()
            && ledger.acknowledged(parent, snapshot.version).is_ok()
            && self.without.is(Rule::L11Deltas)
        {
            let known = self.acknowledged.entry(snapshot.child).or_default();
            *known = by_month(std::mem::take(known).into_iter().chain(snapshot.slices));
        }
    }

    fn arriving(&mut self, mut snapshot: Snapshot) -> Snapshot {
        self.arrivals += 1;
        match self.without.0 {
            Some(Rule::L11Deltas) => {
                let added = self.added.entry(snapshot.child.clone()).or_default();
                let before = std::mem::take(added).into_iter();
                *added = by_month(before.chain(std::mem::take(&mut snapshot.slices)));
                snapshot.slices.clone_from(added);
                (snapshot.restore, snapshot.version) = (0, self.arrivals);
            }
            Some(Rule::L11Last) => (snapshot.restore, snapshot.version) = (0, self.arrivals),
            Some(Rule::L11Ordinal) => snapshot.restore = 0,
            _ => {}
        }
        snapshot
    }
}

/// What is in `all` beyond `known`, by form and month.
fn less(all: &[Slice], known: &[Slice]) -> Vec<Slice> {
    let is_same = |a: &Slice, b: &Slice| a.month == b.month && a.tally.form() == b.tally.form();
    let rest = |slice: &Slice| {
        let Some(old) = known.iter().find(|old| is_same(slice, old)) else {
            return Some(slice.clone());
        };
        let numbers = slice.tally.numbers().into_iter().zip(old.tally.numbers());
        let numbers: Vec<u64> = numbers.map(|(new, old)| new.saturating_sub(old)).collect();
        let tally = Tally::from_numbers(slice.tally.form(), slice.tally.shape(), &numbers)?;
        Some(Slice {
            atoms: slice.atoms.saturating_sub(old.atoms),
            tally,
            ..slice.clone()
        })
    };
    all.iter().filter_map(rest).collect()
}
