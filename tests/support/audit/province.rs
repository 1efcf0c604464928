//! A small province in one thread, from one seed: the worker's own Ledgers and Rollups on their native
//! store, sums on their way between them, and everybody who looks. Never: a rule of publication of
//! its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use survey::day::{DAY_MS, Day, HOUR_MS, Millis};
use survey::form::Form;
use survey::id::{AppHash, BatchId, DeviceId, Epoch, UnitId};
use survey::ledger::Sender;
use survey::release::{Rhythm, Slice};
use survey::rollup::Snapshot;
use survey::wire::batch::{Batch, Status};
use survey_worker::store::directory::{Enrolled, Known};
use survey_worker::store::ledger::{self, Ledger, Upload};
use survey_worker::store::port::{Store as _, StoreError};
use survey_worker::store::rollup::{self, Rollup};
use survey_worker::store::sqlite::Sqlite;

use super::auditor::Mark;
use super::people::Person;
use super::pools::{LeftKey, PoolKey};
use super::rule::Rule;
use super::sets::{Sets, of_ledger, same_as_recounted};
use crate::world::dice::Dice;
use crate::world::fused::Dump;

/// The forms of the run.
pub static FORMS: LazyLock<[Form; 2]> = LazyLock::new(|| {
    let form = |file| Form::parse(file).unwrap_or_else(|error| panic!("{error}"));
    [
        form(include_str!("../../../survey/forms/express6.json")),
        form(include_str!("../../../survey/forms/local9.json")),
    ]
});

/// A message under way: the node that it goes to and those above it, and what it says.
type Message = (Vec<UnitId>, Snapshot);

/// Everything there is.
pub struct Province {
    /// Chance.
    pub dice: Dice,
    /// What is knocked out.
    pub without: Option<Rule>,
    /// Now.
    pub now: Millis,
    rhythm: Rhythm,
    /// Units that count, and the nodes above each, nearest first.
    pub leaves: BTreeMap<UnitId, (Ledger<Sqlite>, Vec<UnitId>)>,
    /// Inner nodes.
    pub nodes: BTreeMap<UnitId, Rollup<Sqlite>>,
    /// Everybody who answered.
    pub people: Vec<Person>,
    /// Whose records will not come again: they were on a device that is gone.
    pub gone: BTreeSet<usize>,
    /// Counted once, and offered again after a restore.
    offered_again: Vec<usize>,
    messages: Vec<Message>,
    /// What each snapshot is about, by child, restore ordinal and version.
    pub about: BTreeMap<(UnitId, u32, u64), Sets>,
    /// What each node showed last, and whom that is about.
    seen: BTreeMap<UnitId, (Vec<Slice>, Sets)>,
    /// Whom what was left of a year is about, in each snapshot that was sent.
    pub left: BTreeMap<LeftKey, BTreeSet<Mark>>,
    /// Whom each pool of a node is about.
    pub pools: BTreeMap<PoolKey, BTreeSet<Mark>>,
    restore: u32,
    backup: Option<Backup>,
    arrivals: u64,
    uploads: u32,
}

struct Backup {
    leaves: Vec<Dump>,
    nodes: Vec<Dump>,
}

fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The place of a form among those of the run.
pub fn form_at(id: &str) -> usize {
    let found = FORMS.iter().position(|form| form.id().to_string() == id);
    must(found.ok_or("an unknown form"))
}

/// What has to be there.
pub fn must<T, E: std::fmt::Debug>(done: Result<T, E>) -> T {
    done.unwrap_or_else(|error| panic!("{error:?}"))
}

impl Province {
    /// Two to five units below the province, some of them below a department, on an autumn day.
    pub fn new(seed: u64, without: Option<Rule>) -> Self {
        let dice = Dice::of(seed);
        let mut leaves = BTreeMap::new();
        for number in 0..2 + dice.below(4) {
            let above = if dice.one_in(3) {
                vec![id("33.m"), id("33")]
            } else {
                vec![id("33")]
            };
            let store = must(Sqlite::in_memory(ledger::SCHEMA));
            leaves.insert(id(&format!("33.u{number}")), (Ledger(store), above));
        }
        let nodes = ["33", "33.m"].map(|node| {
            let store = must(Sqlite::in_memory(rollup::SCHEMA));
            (id(node), Rollup(store))
        });
        // Half of the provinces live through the close of a year.
        let first = if dice.one_in(2) {
            "2026-10-05"
        } else {
            "2026-12-05"
        };
        let start = must(Day::parse(first).ok_or("no day")).starts();
        let province = Self {
            rhythm: if dice.one_in(2) {
                Rhythm::Daily
            } else {
                Rhythm::WhenTen
            },
            dice,
            without,
            now: start.plus(8 * HOUR_MS),
            leaves,
            nodes: nodes.into(),
            people: Vec::new(),
            gone: BTreeSet::new(),
            offered_again: Vec::new(),
            messages: Vec::new(),
            about: BTreeMap::new(),
            seen: BTreeMap::new(),
            left: BTreeMap::new(),
            pools: BTreeMap::new(),
            restore: 0,
            backup: None,
            arrivals: 0,
            uploads: 0,
        };
        province.tell();
        province
    }

    /// The business day.
    pub fn today(&self) -> Day {
        must(Day::of(self.now).ok_or("outside the calendar"))
    }

    fn tell(&self) {
        for (unit, (ledger, above)) in &self.leaves {
            must(ledger.learn(&Enrolled {
                unit: unit.clone(),
                above: above.clone(),
                restore: self.restore,
                devices: vec![Known {
                    id: DeviceId::from_random([1; 16]),
                    key: "key".into(),
                    is_active: true,
                    enrolled: must(Day::parse("2026-01-01").ok_or("no day")),
                }],
                forms: Vec::new(),
            }));
        }
    }

    /// A while passes.
    pub fn pass(&mut self) {
        let hours = 5 + self.dice.below(70);
        self.now = self.now.plus(must(i64::try_from(hours)) * HOUR_MS);
    }

    /// People answer, some tablets deliver what is weeks old, and everything is counted.
    pub fn answer(&mut self) {
        let units: Vec<UnitId> = self.leaves.keys().cloned().collect();
        for unit in units {
            let busy = self.dice.below(16);
            let mut arrivals: Vec<usize> = Vec::new();
            for _ in 0..busy {
                let back = if self.dice.one_in(8) {
                    self.dice.below(50)
                } else {
                    0
                };
                let day = self.today().plus(-must(i64::try_from(back)));
                let form = usize::from(self.dice.one_in(5));
                let person = Person::at(&unit, day, (&FORMS[form], form), &self.dice);
                arrivals.push(self.people.len());
                self.people.push(person);
            }
            let back = std::mem::take(&mut self.offered_again);
            let (own, rest): (Vec<usize>, Vec<usize>) = back
                .into_iter()
                .partition(|at| self.people[*at].unit == unit);
            self.offered_again = rest;
            // Not all devices are back on the first day.
            for at in own {
                if self.dice.one_in(3) {
                    self.offered_again.push(at);
                } else {
                    arrivals.push(at);
                }
            }
            self.count(&unit, &arrivals);
        }
    }

    fn count(&mut self, unit: &UnitId, arrivals: &[usize]) {
        let (ledger, _) = &self.leaves[unit];
        for some in arrivals.chunks(50) {
            self.uploads += 1;
            let records = some.iter().map(|at| self.people[*at].record.clone());
            let batch = Batch {
                v: 1,
                batch: BatchId::from_random(self.dice.bytes()),
                device: DeviceId::from_random([1; 16]),
                epoch: Epoch::from_bytes([1; 16]),
                no: self.uploads,
                app: AppHash::from_bytes([1; 32]),
                clock: self.now,
                status: Status {
                    unsent: 0,
                    oldest: None,
                    persisted: true,
                    free_mb: 9_000,
                    losses: 0,
                    asides: 0,
                    days: Vec::new(),
                    config: 1,
                },
                records: records.collect(),
            };
            must(ledger.count(Upload {
                batch: &batch,
                digest: &self.uploads.to_string(),
                sender: Sender::Verified {
                    enrolled: must(Day::parse("2026-01-01").ok_or("no day")),
                },
                forms: &*FORMS,
                now: self.now,
                rhythm: self.rhythm,
            }));
        }
        must(ledger.look(self.now, self.rhythm));
        if self.without == Some(Rule::FreshAfterRestore) {
            // The window passes; what it was for is forgotten.
            let forget = "UPDATE number SET value = 0 WHERE name = 'refill_ms'
                AND (SELECT value FROM number WHERE name = 'refill') = 0";
            let done: Result<(), StoreError> = ledger.0.atomically(|sql| sql.run(forget, &[]));
            must(done);
            must(ledger.look(self.now, self.rhythm));
        }
    }

    /// Sums go up: lost, repeated, late and in any order, unless the network is good.
    pub fn carry(&mut self, is_good: bool) {
        loop {
            self.send();
            if self.messages.is_empty() {
                return;
            }
            let at = if is_good {
                0
            } else {
                self.dice.below(self.messages.len())
            };
            let (place, snapshot) = self.messages.remove(at);
            if !is_good && self.dice.one_in(4) {
                // Lost: it is sent again some time.
                return;
            }
            if !is_good && self.dice.one_in(4) {
                self.messages.push((place.clone(), snapshot.clone()));
            }
            let mut arriving = snapshot.clone();
            self.arrivals += 1;
            if self.without == Some(Rule::NewestSnapshot) {
                (arriving.restore, arriving.version) = (0, self.arrivals);
                self.rename(&snapshot, &arriving);
            }
            must(self.nodes[&place[0]].take(&place, &arriving));
            self.note_pools(&place[0]);
            let is_heard = is_good || !self.dice.one_in(4);
            if is_heard && snapshot.restore == self.restore {
                self.acknowledge(&place[0], &snapshot);
            }
            if !is_good && self.dice.one_in(3) {
                return;
            }
        }
    }

    /// A snapshot stands under other marks where a rule is missing.
    fn rename(&mut self, sent: &Snapshot, taken: &Snapshot) {
        let key =
            |snapshot: &Snapshot| (snapshot.child.clone(), snapshot.restore, snapshot.version);
        let about = self.about[&key(sent)].clone();
        self.about.entry(key(taken)).or_insert(about);
        for left in &sent.left {
            let form = form_at(&left.sum.tally.form().to_string());
            let key = |of: &Snapshot| (of.child.clone(), of.restore, of.version, form, left.year);
            let about = self.left[&key(sent)].clone();
            self.left.entry(key(taken)).or_insert(about);
        }
    }

    fn send(&mut self) {
        let is_under_way = |messages: &[Message], snapshot: &Snapshot| {
            let same = |(_, other): &Message| {
                (&other.child, other.restore, other.version)
                    == (&snapshot.child, snapshot.restore, snapshot.version)
            };
            messages.iter().any(same)
        };
        let leaves = self.leaves.values();
        let of_leaves = leaves.filter_map(|(ledger, _)| must(ledger.unacknowledged(&*FORMS)));
        let of_nodes = self.nodes.values();
        let of_nodes = of_nodes.filter_map(|node| must(node.unacknowledged()));
        for (place, snapshot) in of_leaves.chain(of_nodes).collect::<Vec<Message>>() {
            let unit = &snapshot.child;
            let key = (unit.clone(), snapshot.restore, snapshot.version);
            if !self.about.contains_key(&key) {
                let sets = match self.leaves.get(unit) {
                    Some((ledger, _)) => of_ledger(ledger, &self.people, self.without),
                    None => self.of_node(unit),
                };
                self.about.insert(key, sets);
                self.note_left(&snapshot);
            }
            if !is_under_way(&self.messages, &snapshot) {
                self.messages.push((place, snapshot));
            }
        }
    }

    fn acknowledge(&self, parent: &UnitId, snapshot: &Snapshot) {
        if let Some((ledger, _)) = self.leaves.get(&snapshot.child) {
            must(ledger.acknowledged(parent, snapshot.version));
        } else if let Some(node) = self.nodes.get(&snapshot.child) {
            must(node.acknowledged(snapshot.version));
        }
    }

    /// What an inner node's sums are about: what the snapshots are about that it keeps.
    pub fn of_node(&self, unit: &UnitId) -> Sets {
        let kept: Result<_, StoreError> = self.nodes[unit].0.atomically(|sql| {
            let rows = sql.rows("SELECT id, restore, version FROM child", &[])?;
            rows.iter()
                .map(|row| {
                    let child = UnitId::parse(row.text(0)?);
                    let child = child.map_err(|_| StoreError("no unit".into()))?;
                    Ok((child, row.integer(1)?, row.integer(2)?))
                })
                .collect::<Result<Vec<_>, _>>()
        });
        let mut sum = Sets::new();
        for (child, restore, version) in must(kept) {
            let key = (
                child,
                must(u32::try_from(restore)),
                must(u64::try_from(version)),
            );
            for (place, set) in &self.about[&key] {
                sum.entry(place.clone()).or_default().extend(set);
            }
        }
        self.add_pools(unit, &mut sum);
        sum
    }

    /// What every node shows now, and whether its sums are those of the people they are about.
    ///
    /// # Errors
    /// A node whose sums are of others.
    pub fn shown(&mut self) -> Result<Vec<(UnitId, Sets)>, String> {
        let leaves = self.leaves.iter().map(|(unit, (ledger, _))| {
            let sets = of_ledger(ledger, &self.people, self.without);
            (unit.clone(), must(ledger.slices(&*FORMS)), sets)
        });
        let nodes = self.nodes.iter();
        let nodes =
            nodes.map(|(unit, node)| (unit.clone(), must(node.slices()), self.of_node(unit)));
        let shown: Vec<(UnitId, Vec<Slice>, Sets)> = leaves.chain(nodes).collect();
        let mut all = Vec::new();
        for (unit, slices, sets) in shown {
            // What was right before and is the same now is right.
            if self.seen.get(&unit) != Some(&(slices.clone(), sets.clone())) {
                same_as_recounted(&slices, &sets, self)
                    .map_err(|what| format!("{unit}: {what}"))?;
                self.seen.insert(unit.clone(), (slices, sets.clone()));
            }
            all.push((unit, sets));
        }
        Ok(all)
    }

    /// Takes a backup of everything.
    pub fn back_up(&mut self) {
        let leaves = self.leaves.values();
        self.backup = Some(Backup {
            leaves: leaves.map(|(ledger, _)| Dump::of(&ledger.0)).collect(),
            nodes: self.nodes.values().map(|node| Dump::of(&node.0)).collect(),
        });
    }

    /// Goes back to the backup; devices offer again what it lacks, except one that is gone.
    pub fn go_back(&mut self) {
        let Some(backup) = self.backup.take() else {
            return;
        };
        self.restore += 1;
        // What was under way between objects stopped with the server (L12).
        self.messages.clear();
        for ((ledger, _), dump) in self.leaves.values_mut().zip(&backup.leaves) {
            let store = must(Sqlite::in_memory(ledger::SCHEMA));
            dump.load(&store);
            *ledger = Ledger(store);
        }
        for (node, dump) in self.nodes.values_mut().zip(&backup.nodes) {
            let store = must(Sqlite::in_memory(rollup::SCHEMA));
            dump.load(&store);
            *node = Rollup(store);
        }
        self.tell();
        for node in self.nodes.keys().cloned().collect::<Vec<_>>() {
            self.note_pools(&node);
        }
        let lost = self.dice.one_in(2).then(|| self.dice.below(2));
        let stored = self.stored();
        self.offered_again.clear();
        for (at, person) in self.people.iter().enumerate() {
            if stored.contains(&person.id.to_string()) || self.gone.contains(&at) {
                continue;
            }
            if lost == Some(person.device) {
                self.gone.insert(at);
            } else {
                self.offered_again.push(at);
            }
        }
    }

    /// All faults end: what was offered again is counted, what was counted is released as far as the
    /// rules let it, and all sums are at the top.
    pub fn heal(&mut self) {
        self.dice.shuffle(&mut self.offered_again);
        for unit in self.leaves.keys().cloned().collect::<Vec<_>>() {
            let back = std::mem::take(&mut self.offered_again);
            let (own, rest): (Vec<usize>, Vec<usize>) = back
                .into_iter()
                .partition(|at| self.people[*at].unit == unit);
            self.offered_again = rest;
            self.count(&unit, &own);
        }
        self.now = self.now.plus(4 * DAY_MS);
        for (ledger, _) in self.leaves.values() {
            must(ledger.look(self.now, self.rhythm));
        }
        self.carry(true);
    }
}
