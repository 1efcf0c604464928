//! Whom the shown sums are about: read from the tables, by the rules of docs/SPEC.md written down a
//! second time, and held against the sums by adding up person by person.

use std::collections::{BTreeMap, BTreeSet};

use survey::day::Day;
use survey::release::Slice;
use survey::score::{Shape, Tally};
use survey_worker::store::ledger::Ledger;
use survey_worker::store::port::{Store as _, StoreError};
use survey_worker::store::sqlite::Sqlite;

use super::auditor::Mark;
use super::people::Person;
use super::province::{FORMS, Province};
use super::rule::Rule;

/// By form and month: whom the sum is about.
pub type Sets = BTreeMap<(usize, String), BTreeSet<Mark>>;

/// k, written down a second time.
const TEN: usize = 10;

/// What is known of an atom.
#[derive(Default)]
struct Members {
    people: Vec<usize>,
    last: Option<Day>,
    restored: Option<Day>,
}

/// Whom the sums of a unit are about.
pub fn of_ledger(ledger: &Ledger<Sqlite>, people: &[Person], without: Option<Rule>) -> Sets {
    let read: Result<_, StoreError> = ledger.0.atomically(|sql| {
        Ok([
            sql.rows("SELECT id, atom, day FROM response WHERE atom > 0", &[])?,
            sql.rows("SELECT form, atom, day FROM refilled", &[])?,
        ])
    });
    let [responses, refilled] = read.unwrap_or_else(|error| panic!("{error}"));
    let by_id: BTreeMap<String, usize> = people
        .iter()
        .enumerate()
        .map(|(at, person)| (person.id.to_string(), at))
        .collect();
    let mut atoms: BTreeMap<(usize, i64), Members> = BTreeMap::new();
    for row in &responses {
        let (Ok(id), Ok(atom), Ok(day)) = (row.text(0), row.integer(1), row.text(2)) else {
            panic!("a response does not read");
        };
        let person = by_id[id];
        let members = atoms.entry((people[person].form, atom)).or_default();
        members.people.push(person);
        members.last = members.last.max(Day::parse(day));
    }
    for row in &refilled {
        let (Ok(form), Ok(atom), Ok(day)) = (row.text(0), row.integer(1), row.text(2)) else {
            panic!("a refill does not read");
        };
        let form = FORMS
            .iter()
            .position(|known| known.id().to_string() == form);
        let members = form.and_then(|form| atoms.get_mut(&(form, atom)));
        if let Some(members) = members {
            members.restored = Day::parse(day);
        }
    }
    let mut sets = Sets::new();
    // By form and factor: who waits, and how many of them count as new.
    let mut waiting: BTreeMap<(usize, u8), (BTreeSet<Mark>, usize)> = BTreeMap::new();
    // By form: the last restore so far.
    let mut since: BTreeMap<usize, Day> = BTreeMap::new();
    for ((form, _), members) in atoms {
        if let Some(day) = members.restored {
            since.insert(form, day);
        }
        let month = members.last.map_or_else(String::new, Day::month_slice);
        let set = sets.entry((form, month)).or_default();
        set.extend(members.people.iter().map(|person| (*person, 0)));
        for factor in 0..8 {
            let asked = |person: &&usize| people[**person].asked.contains(&factor);
            let asked: Vec<usize> = members.people.iter().filter(asked).copied().collect();
            let (held, new) = waiting.entry((form, factor)).or_default();
            held.extend(asked.iter().map(|person| (*person, factor)));
            if members.restored.is_some() {
                *new = 0;
            }
            let is_new = |at: &&usize| since.get(&form).is_none_or(|day| people[**at].day > *day);
            *new += asked.iter().filter(is_new).count();
            if *new >= TEN || without == Some(Rule::FilteredFactors) {
                set.extend(std::mem::take(held));
                *new = 0;
            }
        }
    }
    sets
}

/// How often a record came late or with a doubtful day depends on when it came: two places of the
/// people's numbers (SPEC C5) that are not compared.
const OF_ARRIVAL: [usize; 2] = [6, 7];

/// Holds sums against the sums of those that they are said to be about.
///
/// # Errors
/// The month that differs.
pub fn same_as_recounted(slices: &[Slice], sets: &Sets, all: &Province) -> Result<(), String> {
    if all.without == Some(Rule::FilteredFactors) {
        return Ok(());
    }
    if slices.len() != sets.len() {
        return Err(format!(
            "{} months, and {} by hand",
            slices.len(),
            sets.len()
        ));
    }
    for ((form, month), set) in sets {
        let form = &FORMS[*form];
        let slice = slices
            .iter()
            .find(|slice| slice.month == *month && slice.tally.form() == form.id());
        let slice = slice.ok_or_else(|| format!("{month} is not shown"))?;
        let mut sum = Tally::empty(form.id(), Shape::of(form));
        for (person, subject) in set {
            let person = &all.people[*person];
            let mut rest = person.tally.clone();
            let mut part = Tally::empty(form.id(), Shape::of(form));
            for factor in &person.asked {
                let of_factor = rest.take_factor(form, usize::from(*factor));
                if factor == subject {
                    part = of_factor;
                }
            }
            let added = if *subject == 0 { &rest } else { &part };
            sum.merge(added).map_err(|_| "another form".to_owned())?;
        }
        let (mut shown, mut added) = (slice.tally.numbers(), sum.numbers());
        for place in OF_ARRIVAL {
            (shown[place], added[place]) = (0, 0);
        }
        if shown != added {
            let places = (0..shown.len()).filter(|at| shown[*at] != added[*at]);
            let places: Vec<usize> = places.collect();
            let what = "is not the sum of those it is about at";
            return Err(format!("{month} {what} {places:?}"));
        }
    }
    Ok(())
}
