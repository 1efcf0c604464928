//! Reads the server's tables and counts again by hand: invariants I1 to I3 and I5. Never: asks the
//! rules what they think.

use std::collections::{BTreeMap, BTreeSet};

use survey::day::{Day, DayQuality, Millis};
use survey::id::{AppHash, BatchId, DeviceId, Epoch, FormId, ParcelHash, ResponseId, UnitId};
use survey::ledger::Sender;
use survey::release::{Rhythm, Slice, by_month};
use survey::score::Tally;
use survey::wire::VERSION;
use survey::wire::batch::{Batch, Reason, Record, Status};
use survey::wire::tally::read_tally;
use survey_worker::store::ledger::{Ledger, SCHEMA, Upload};
use survey_worker::store::port::{Row, Sql, Store, StoreError};
use survey_worker::store::rollup::Rollup;
use survey_worker::store::sqlite::Sqlite;

use super::dice::{Clock, Dice, day_of};
use super::oracle::{Failure, Given, Key, Oracle, Wrong, fail};
use super::ruler::FORMS;
use super::server::Server;

/// What one ledger holds.
#[derive(Clone, Default)]
pub struct Look {
    version: i64,
    counted: Vec<(Key, FormId, Day, i64)>,
    quarantined: Vec<(Key, Reason)>,
    cells: Vec<(FormId, Day, i64, i64, Tally)>,
}

/// What all ledgers hold, as last seen.
#[derive(Default)]
pub struct Recount {
    looks: BTreeMap<UnitId, Look>,
}

/// A store to look at, without fuse.
struct Bare<'a>(&'a Sqlite);

impl Store for Bare<'_> {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        self.0.atomically(work)
    }
}

impl Recount {
    /// Looks at one ledger again and holds everything against the oracle.
    pub fn after(
        &mut self,
        server: &Server,
        unit: &UnitId,
        oracle: &mut Oracle,
        clock: &Clock,
    ) -> Result<(), Failure> {
        let is_whole = server.without.0.is_none();
        let Some(ledger) = server.ledgers.get(unit) else {
            return Ok(());
        };
        flags_are_just(ledger.0.bare(), oracle)?;
        let version = version(ledger.0.bare());
        let before = self.looks.get(unit).map(|look| look.version);
        // A batch that brought nothing new changed nothing, unless a rule is missing.
        if before == Some(version) && is_whole {
            return Ok(());
        }
        let look = look(ledger.0.bare(), oracle)?;
        tallies_are_recounts(&look)?;
        for (key, _, day, _) in &look.counted {
            let receipt = oracle.receipts.entry(*key);
            receipt.or_insert_with(|| (unit.clone(), clock.now()));
            the_day_is_right(oracle, key, *day, clock)?;
        }
        self.looks.insert(unit.clone(), look);
        self.nothing_is_twice(oracle)
    }

    /// Everything again, after the server was restored.
    pub fn afresh(
        &mut self,
        server: &Server,
        oracle: &mut Oracle,
        clock: &Clock,
    ) -> Result<(), Failure> {
        let units: Vec<UnitId> = server.ledgers.keys().cloned().collect();
        for unit in &units {
            if let Some(ledger) = server.ledgers.get(unit) {
                let mut look = look(ledger.0.bare(), oracle)?;
                // So that the next look looks again.
                look.version = -1;
                self.looks.insert(unit.clone(), look);
            }
        }
        let counted: BTreeSet<Key> = self.counted().map(|(key, ..)| *key).collect();
        oracle.receipts.retain(|key, _| counted.contains(key));
        for unit in &units {
            self.after(server, unit, oracle, clock)?;
        }
        Ok(())
    }

    /// Whether a record is on the server in any way.
    pub fn holds(&self, key: &Key) -> bool {
        self.counted().any(|(counted, ..)| counted == key)
            || self.quarantined().any(|(kept, _)| kept == key)
    }

    fn counted(&self) -> impl Iterator<Item = &(Key, FormId, Day, i64)> {
        self.looks.values().flat_map(|look| &look.counted)
    }

    fn quarantined(&self) -> impl Iterator<Item = &(Key, Reason)> {
        self.looks.values().flat_map(|look| &look.quarantined)
    }

    /// How many answers are counted, in all ledgers.
    pub fn counted_records(&self) -> usize {
        self.counted().count()
    }

    fn nothing_is_twice(&self, oracle: &Oracle) -> Result<(), Failure> {
        let mut marks = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for (key, ..) in self.counted() {
            let Some(given) = oracle.given.get(key) else {
                return fail(Wrong::Invented, format!("{key:?} counted"));
            };
            keys.insert(*key);
            if !marks.insert((given.mark.form, given.mark.option)) {
                let item = given.mark.option;
                return fail(Wrong::Double, format!("the sum of item {item} is 2"));
            }
        }
        for (key, reason) in self.quarantined() {
            if !keys.insert(*key) {
                return fail(Wrong::Double, format!("{key:?} is kept in two places"));
            }
            let excuses = |given: &Given| given.excuses.contains(reason);
            match oracle.given.get(key) {
                Some(given) if excuses(given) => {}
                Some(_) => {
                    let what = format!("{key:?} is kept from counting as {reason:?}, for nothing");
                    return fail(Wrong::Lost, what);
                }
                None => {
                    let mut same = oracle.given.iter().filter(|((id, _), _)| *id == key.0);
                    if !same.any(|(_, given)| given.excuses.contains(&Reason::Damaged)) {
                        return fail(Wrong::Invented, format!("{key:?} quarantined"));
                    }
                }
            }
        }
        Ok(())
    }

    /// I1 and I4, when all is over: whoever was thanked is there.
    pub fn nobody_is_missing(&self, oracle: &Oracle) -> Result<(), Failure> {
        for (key, given) in &oracle.given {
            if !given.is_thanked || given.is_destroyed || self.holds(key) {
                continue;
            }
            let is_kept_damaged = given.excuses.contains(&Reason::Damaged)
                && self.quarantined().any(|((id, _), _)| *id == key.0);
            if !is_kept_damaged {
                let item = given.mark.option;
                return fail(
                    Wrong::Lost,
                    format!("item {item} was thanked and is nowhere"),
                );
            }
        }
        Ok(())
    }

    /// I5: the same records in another order give the same numbers.
    pub fn any_order_is_the_same(&self, oracle: &Oracle, dice: &Dice) -> Result<(), Failure> {
        for (unit, look) in &self.looks {
            let mut keys: Vec<Key> = look.counted.iter().map(|(key, ..)| *key).collect();
            if keys.is_empty() {
                continue;
            }
            dice.shuffle(&mut keys);
            let again = replay(unit, &keys, oracle)?;
            if sums(look) != sums(&again) {
                let what = format!("{unit}: another order gives other numbers");
                return fail(Wrong::Invented, what);
            }
        }
        Ok(())
    }
}

/// I2: the node above shows what its children released, once they are acknowledged. `must` says
/// that they have to be.
pub fn parent_is_its_children(server: &Server, must: bool) -> Result<(), Failure> {
    let mut children: Vec<Slice> = Vec::new();
    for (unit, ledger) in &server.ledgers {
        let ledger = Ledger(Bare(ledger.0.bare()));
        let (Ok(waiting), Ok(slices)) = (ledger.unacknowledged(&*FORMS), ledger.slices(&*FORMS))
        else {
            return fail(Wrong::Lost, format!("{unit} cannot be read"));
        };
        if waiting.is_some() {
            return if must {
                fail(Wrong::Stuck, format!("{unit} was not acknowledged"))
            } else {
                Ok(())
            };
        }
        children.extend(slices);
    }
    let Ok(parent) = Rollup(Bare(server.rollup.0.bare())).slices() else {
        return fail(Wrong::Lost, "the node above cannot be read");
    };
    let children = by_month(children);
    if parent == children {
        return Ok(());
    }
    let people = |slices: &[Slice]| -> u64 {
        let responses = slices.iter().map(|slice| slice.tally.people().responses);
        responses.sum()
    };
    let (above, below) = (people(&parent), people(&children));
    let wrong = if above < below {
        Wrong::Lost
    } else {
        Wrong::Double
    };
    fail(
        wrong,
        format!("the node above shows {above} people, its children {below}"),
    )
}

fn look(store: &Sqlite, oracle: &Oracle) -> Result<Look, Failure> {
    let read = store.atomically(|sql| -> Result<_, StoreError> {
        Ok([
            sql.rows("SELECT id, form, day, atom, body FROM response", &[])?,
            sql.rows("SELECT id, hash, reason FROM quarantine", &[])?,
            sql.rows("SELECT form, day, atom, responses, tally FROM cell", &[])?,
        ])
    });
    let [responses, quarantine, cells] = read.unwrap_or_else(|error| panic!("{error}"));
    let mut look = Look {
        version: version(store),
        ..Look::default()
    };
    for row in &responses {
        let id = response_id(text(row, 0));
        let (body, form) = (text(row, 4), form_id(text(row, 1)));
        let from = (id, ParcelHash::from_bytes([0; 32]));
        let to = (id, ParcelHash::from_bytes([255; 32]));
        let is_it = |(_, given): &(&Key, &Given)| given.parcel.body == body;
        let same_id = oracle.given.range(from..=to).find(is_it);
        let Some((key, _)) = same_id.or_else(|| oracle.given.iter().find(is_it)) else {
            return fail(
                Wrong::Invented,
                format!("{id} counted with what nobody gave"),
            );
        };
        look.counted
            .push((*key, form, day(text(row, 2)), number(row, 3)));
    }
    for row in &quarantine {
        let hash = ParcelHash::parse(text(row, 1)).unwrap_or_else(|error| panic!("{error}"));
        let reason = survey::wire::read(&format!("\"{}\"", text(row, 2)));
        let reason = reason.unwrap_or_else(|error| panic!("{error:?}"));
        look.quarantined
            .push(((response_id(text(row, 0)), hash), reason));
    }
    for row in &cells {
        let Some(tally) = read_tally(text(row, 4)) else {
            return fail(Wrong::Invented, "a tally that cannot be read");
        };
        let (form, day) = (form_id(text(row, 0)), day(text(row, 1)));
        look.cells
            .push((form, day, number(row, 2), number(row, 3), tally));
    }
    Ok(look)
}

fn version(store: &Sqlite) -> i64 {
    let row =
        store.atomically(|sql| sql.first("SELECT value FROM number WHERE name = 'version'", &[]));
    let row: Result<_, StoreError> = row;
    let row = row.unwrap_or_else(|error| panic!("{error}"));
    row.map_or(0, |row| number(&row, 0))
}

/// I2: every cell is the sum of its responses, person by person and item by item.
fn tallies_are_recounts(look: &Look) -> Result<(), Failure> {
    let mut people: BTreeMap<(FormId, Day, i64), i64> = BTreeMap::new();
    for (_, form, day, atom) in &look.counted {
        *people.entry((*form, *day, *atom)).or_default() += 1;
    }
    for (form, day, atom, responses, tally) in &look.cells {
        let there = people.remove(&(*form, *day, *atom)).unwrap_or_default();
        let marks: u64 = tally.items().iter().map(|item| item.levels[4]).sum();
        let others: u64 = (tally.items().iter())
            .map(|item| item.answers() - item.levels[4])
            .sum();
        let shown = [
            *responses,
            i64::try_from(tally.people().responses).unwrap_or(i64::MAX),
            i64::try_from(marks).unwrap_or(i64::MAX),
        ];
        if others > 0 || shown.iter().any(|shown| *shown > there) {
            let what = format!("the cell of {day} shows {shown:?} people, there are {there}");
            return fail(Wrong::Double, what);
        }
        if shown.iter().any(|shown| *shown < there) {
            let what = format!("the cell of {day} shows {shown:?} people, there are {there}");
            return fail(Wrong::Lost, what);
        }
    }
    match people.into_iter().next() {
        None => Ok(()),
        Some(((_, day, _), there)) => fail(
            Wrong::Lost,
            format!("{there} people of {day} are in no cell"),
        ),
    }
}

/// T2, T3: the day an answer counts for is the day it was given, as far as anybody can know.
fn the_day_is_right(
    oracle: &Oracle,
    key: &Key,
    counted: Day,
    clock: &Clock,
) -> Result<(), Failure> {
    let (Some(given), Some((_, receipt))) = (oracle.given.get(key), oracle.receipts.get(key))
    else {
        return Ok(());
    };
    let (own, quality) = given.day;
    let received = day_of(*receipt);
    let is_possible = own <= received && own >= day_of(Clock::start().now()).plus(-1);
    let expected = if quality == DayQuality::Lost || !is_possible {
        received
    } else {
        own
    };
    let is_true = quality != DayQuality::Anchored || (own.since(given.true_day)).abs() <= 1;
    if counted == expected && is_true {
        return Ok(());
    }
    let today = clock.today();
    let what = format!(
        "{quality:?} {own}, given on {}, received on {received}, counts for {counted} ({today})",
        given.true_day
    );
    fail(Wrong::Invented, what)
}

/// Devices flagged by any ledger.
pub fn flags(server: &Server) -> usize {
    let flagged = |sql: &dyn Sql| sql.rows("SELECT DISTINCT device FROM flag", &[]);
    let flags = server.ledgers.values().map(|ledger| {
        let rows: Result<_, StoreError> = ledger.0.bare().atomically(flagged);
        rows.map_or(0, |rows| rows.len())
    });
    flags.sum()
}

/// I3: only copies are flagged.
fn flags_are_just(store: &Sqlite, oracle: &Oracle) -> Result<(), Failure> {
    let rows: Result<_, StoreError> =
        store.atomically(|sql| sql.rows("SELECT device FROM flag", &[]));
    for row in &rows.unwrap_or_else(|error| panic!("{error}")) {
        let device = DeviceId::parse(text(row, 0)).unwrap_or_else(|error| panic!("{error}"));
        if !oracle.forked.contains(&device) {
            return fail(Wrong::FalseFlag, format!("{device} is no copy"));
        }
    }
    Ok(())
}

fn replay(unit: &UnitId, keys: &[Key], oracle: &Oracle) -> Result<Look, Failure> {
    let store = Sqlite::in_memory(SCHEMA).unwrap_or_else(|error| panic!("{error}"));
    let ledger = Ledger(store);
    let news = survey_worker::store::directory::Enrolled {
        unit: unit.clone(),
        above: Vec::new(),
        restore: 0,
        devices: Vec::new(),
        forms: Vec::new(),
    };
    ledger
        .learn(&news)
        .unwrap_or_else(|refused| panic!("{}", refused.message));
    // Each is judged as of the instant at which it was received; those instants in any order.
    let mut received: Vec<(Millis, Vec<Record>)> = Vec::new();
    for key in keys {
        let (Some(given), Some((_, receipt))) = (oracle.given.get(key), oracle.receipts.get(key))
        else {
            continue;
        };
        let record = Record::of(&given.parcel);
        match received.iter_mut().find(|(now, _)| now == receipt) {
            Some((_, together)) => together.push(record),
            None => received.push((*receipt, vec![record])),
        }
    }
    for (now, records) in received {
        let batch = Batch {
            v: VERSION,
            batch: BatchId::from_random([1; 16]),
            device: DeviceId::from_random([1; 16]),
            epoch: Epoch::from_bytes([1; 16]),
            no: 1,
            app: AppHash::from_bytes([1; 32]),
            clock: now,
            status: Status {
                unsent: 1,
                oldest: None,
                persisted: true,
                free_mb: 1,
                losses: 0,
                asides: 0,
                days: Vec::new(),
                config: 1,
            },
            records,
        };
        let counted = ledger.count(Upload {
            batch: &batch,
            digest: "replay",
            sender: Sender::Verified {
                enrolled: day_of(Clock::start().now()),
            },
            forms: &*FORMS,
            now,
            rhythm: Rhythm::WhenTen,
        });
        if counted.is_err() {
            return fail(
                Wrong::Lost,
                "records that were counted cannot be counted again",
            );
        }
    }
    look(&ledger.0, oracle)
}

/// All cells of a form and day together.
fn sums(look: &Look) -> BTreeMap<(FormId, Day), Tally> {
    let mut sums: BTreeMap<(FormId, Day), Tally> = BTreeMap::new();
    for (form, day, _, _, tally) in &look.cells {
        match sums.get_mut(&(*form, *day)) {
            Some(sum) => drop(sum.merge(tally)),
            None => drop(sums.insert((*form, *day), tally.clone())),
        }
    }
    sums
}

fn text(row: &Row, column: usize) -> &str {
    row.text(column).unwrap_or_else(|error| panic!("{error}"))
}

fn number(row: &Row, column: usize) -> i64 {
    row.integer(column)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap_or_else(|| panic!("{text} is no day"))
}

fn form_id(text: &str) -> FormId {
    FormId::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn response_id(text: &str) -> ResponseId {
    // Without the ledger's memory of what it counted, ids are made unique by a tail.
    let id = text.get(..36).unwrap_or(text);
    ResponseId::parse(id).unwrap_or_else(|error| panic!("{id}: {error}"))
}
