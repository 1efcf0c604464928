//! A year that a real server kept, audited: its files are read after it has stopped, everything that could
//! be seen on any day is put together again, and searched for a few people (rule P8). Never: a clock, a
//! network; the rules of publication are written down here a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use survey::answer::Answer;
use survey::day::Day;
use survey::form::Form;
use survey::id::ResponseId;
use survey::release::{COMMENT_FLOOR, FLOOR, Slice, by_month};
use survey::wire::body;
use survey_worker::store::ledger::Ledger;
use survey_worker::store::port::{Row, Store as _, StoreError};
use survey_worker::store::rollup::Rollup;
use survey_worker::store::sqlite::Sqlite;

use super::auditor::{Auditor, Mark};

/// Rows of a piece of the recount: nobody waits meanwhile.
const PIECE: i64 = 100_000;

/// More than any form has.
const MOST_FACTORS: u8 = 16;

/// What was found in a year.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Responses stored.
    pub responses: usize,
    /// Units with a Ledger.
    pub units: usize,
    /// Atoms.
    pub atoms: usize,
    /// Different sets that could be seen.
    pub shown: usize,
    /// Months of a form in which a difference of two sets was of one to nine people.
    pub differences: usize,
    /// The same by the linear span.
    pub spans: usize,
    /// Months of a form in which live counters would have given somebody away.
    pub live: usize,
    /// Months of a form.
    pub months: usize,
    /// Stored sums that a recount from the rows does not give.
    pub recount: u64,
    /// Sums of the province that are not those of its units.
    pub unequal: usize,
    /// Comments that may be read, in how many months of a unit's form, and how many the fewest are.
    pub comments: (usize, usize, usize),
}

impl Found {
    /// Whether everything is as it must be, and the search is able to find.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let wrong = self.differences + self.spans + self.unequal;
        let (_, groups, fewest) = self.comments;
        wrong == 0 && self.recount == 0 && self.live > 0 && (groups == 0 || fewest >= COMMENT_FLOOR)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (comments, groups, fewest) = self.comments;
        write!(
            f,
            "{} answers of {} units in {} atoms, {} different sets shown: 1 to 9 people in a \
             difference in {} of {} months, in the linear span in {}, with live counters in {}; \
             sums that a recount does not give {}, sums of the province that are not its units' {}; \
             {comments} comments in {groups} groups of at least {fewest}",
            self.responses,
            self.units,
            self.atoms,
            self.shown,
            self.differences,
            self.months,
            self.spans,
            self.live,
            self.recount,
            self.unequal,
        )
    }
}

/// Somebody who answered.
struct Person {
    day: Day,
    asked: Vec<u8>,
}

/// What could be seen of one form's month, by the day on which it could, unit by unit.
#[derive(Default)]
struct Block {
    /// Of each unit after each of its atoms.
    units: Vec<BTreeSet<Mark>>,
    /// What each day's release added anywhere.
    added: BTreeMap<Day, BTreeSet<Mark>>,
    /// What live counters of each unit would have shown, day by day.
    live: Vec<BTreeSet<Mark>>,
}

type Blocks = BTreeMap<(usize, String), Block>;

/// Audits the folder of a stopped server's objects.
///
/// # Errors
/// When a file does not read as an object's.
pub fn year(objects: &Path) -> Result<Found, String> {
    let forms = [
        include_str!("../../../survey/forms/express6.json"),
        include_str!("../../../survey/forms/local9.json"),
        include_str!("../../../survey/forms/sipas2022.json"),
    ];
    let forms = forms.map(|file| Form::parse(file).map_err(|error| error.to_string()));
    let forms: Vec<Form> = forms.into_iter().collect::<Result<_, _>>()?;
    let (mut found, mut blocks, mut people) = (Found::default(), Blocks::new(), Vec::new());
    let mut sums: Vec<Slice> = Vec::new();
    for file in files(objects, "hai-long-ledger")? {
        let ledger = Ledger(Sqlite::read_only(&file).map_err(|error| error.to_string())?);
        found.units += 1;
        found.recount += recounted(&ledger, &forms)?;
        sums.extend(ledger.slices(&forms).map_err(|error| error.message)?);
        of_unit(&ledger, &forms, &mut people, &mut blocks, &mut found)
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    found.responses = people.len();
    let sums = by_month(sums);
    for file in files(objects, "hai-long-rollup")? {
        let rollup = Rollup(Sqlite::read_only(&file).map_err(|error| error.to_string())?);
        let above = rollup.slices().map_err(|error| error.message)?;
        let same = above
            .iter()
            .zip(&sums)
            .filter(|(above, below)| above == below);
        found.unequal += above.len().max(sums.len()) - same.count();
    }
    found.months = blocks.len();
    for block in blocks.values() {
        audit(block, &mut found);
    }
    Ok(found)
}

/// The objects of a class: one file each, beside what the runtime keeps of itself.
fn files(objects: &Path, class: &str) -> Result<Vec<PathBuf>, String> {
    let listed = |folder: &Path| -> Result<Vec<PathBuf>, String> {
        let found =
            std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let paths = found.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.collect();
        paths.sort();
        Ok(paths)
    };
    let name = |path: &PathBuf| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let mut found = Vec::new();
    for folder in listed(objects)? {
        if name(&folder).is_some_and(|name| name.starts_with(class)) {
            found.extend(listed(&folder)?.into_iter().filter(|path| {
                let name = name(path).unwrap_or_default();
                name.ends_with(".sqlite") && name != "metadata.sqlite"
            }));
        }
    }
    Ok(found)
}

fn recounted(ledger: &Ledger<Sqlite>, forms: &[Form]) -> Result<u64, String> {
    let mut recount = ledger.begin_recount(PIECE).map_err(|error| error.message)?;
    loop {
        let found = ledger.recount_on(&mut recount, forms);
        if let Some(found) = found.map_err(|error| error.message)? {
            return Ok(found.differences());
        }
    }
}

fn of_unit(
    ledger: &Ledger<Sqlite>,
    forms: &[Form],
    people: &mut Vec<Person>,
    blocks: &mut Blocks,
    found: &mut Found,
) -> Result<(), StoreError> {
    let damaged = || StoreError("a row does not read".into());
    let read = ledger.0.atomically(|sql| {
        Ok::<_, StoreError>([
            sql.rows("SELECT id, atom, day, body FROM response", &[])?,
            sql.rows("SELECT form FROM refilled", &[])?,
            sql.rows(
                "SELECT count(*) FROM comment JOIN comment_shown USING (key) GROUP BY form, month",
                &[],
            )?,
        ])
    })?;
    let [responses, refilled, comments] = read;
    if !refilled.is_empty() {
        return Err(StoreError(
            "it was restored, and its atoms were shown before".into(),
        ));
    }
    for row in &comments {
        let group = usize::try_from(row.integer(0)?).map_err(|_| damaged())?;
        let (comments, groups, fewest) = &mut found.comments;
        *fewest = if *groups == 0 {
            group
        } else {
            group.min(*fewest)
        };
        *comments += group;
        *groups += 1;
    }
    let mut atoms: BTreeMap<(usize, i64), Vec<usize>> = BTreeMap::new();
    let mut live: BTreeMap<(usize, String), BTreeMap<Day, Vec<usize>>> = BTreeMap::new();
    for row in &responses {
        let (form, person) = person(row, forms).ok_or_else(damaged)?;
        let (at, day) = (people.len(), person.day);
        people.push(person);
        let days = live.entry((form, day.month_slice())).or_default();
        days.entry(day).or_default().push(at);
        if row.integer(1)? > 0 {
            atoms.entry((form, row.integer(1)?)).or_default().push(at);
        }
    }
    found.atoms += atoms.len();
    for (place, days) in live {
        let block = blocks.entry(place).or_default();
        let mut so_far = BTreeSet::new();
        for came in days.into_values() {
            so_far.extend(came.into_iter().map(|at| (at, 0)));
            block.live.push(so_far.clone());
        }
    }
    walk(&atoms, people, blocks);
    Ok(())
}

/// Atom by atom, what the unit shows of a month then: rules P5 and P6, a second time.
fn walk(atoms: &BTreeMap<(usize, i64), Vec<usize>>, people: &[Person], blocks: &mut Blocks) {
    let floor = usize::try_from(FLOOR).unwrap_or(usize::MAX);
    let mut months: BTreeMap<(usize, String), BTreeSet<Mark>> = BTreeMap::new();
    let mut held: BTreeMap<(usize, u8), BTreeSet<Mark>> = BTreeMap::new();
    for ((form, _), members) in atoms {
        let Some(last) = members.iter().map(|at| people[*at].day).max() else {
            continue;
        };
        let mut added: BTreeSet<Mark> = members.iter().map(|at| (*at, 0)).collect();
        for factor in 1..MOST_FACTORS {
            let asked = members
                .iter()
                .filter(|at| people[**at].asked.contains(&factor));
            let waiting = held.entry((*form, factor)).or_default();
            waiting.extend(asked.map(|at| (*at, factor)));
            if waiting.len() >= floor {
                added.append(waiting);
            }
        }
        let place = (*form, last.month_slice());
        let month = months.entry(place.clone()).or_default();
        month.extend(&added);
        let block = blocks.entry(place).or_default();
        block.units.push(month.clone());
        block.added.entry(last).or_default().append(&mut added);
    }
}

fn person(row: &Row, forms: &[Form]) -> Option<(usize, Person)> {
    let id = ResponseId::parse(row.text(0).ok()?).ok()?;
    let body = body::decode(row.text(3).ok()?).ok()?;
    let at = forms.iter().position(|form| form.id() == body.form)?;
    let form = &forms[at];
    let response = body.into_submission(id, form)?.response;
    let asked = form.factors().iter().enumerate().filter(|(at, factor)| {
        let mut items = form.items().iter().zip(&response.answers);
        factor.asked_if.is_some()
            && items.any(|(item, answer)| item.factor == Some(*at) && *answer != Answer::NotAsked)
    });
    Some((
        at,
        Person {
            day: Day::parse(row.text(2).ok()?)?,
            // 0 is what everybody is asked.
            asked: asked
                .filter_map(|(at, _)| u8::try_from(at + 1).ok())
                .collect(),
        },
    ))
}

fn audit(block: &Block, found: &mut Found) {
    let floor = usize::try_from(FLOOR).unwrap_or(usize::MAX);
    let mut auditor = Auditor::new(floor);
    let mut see = |set: &BTreeSet<Mark>| {
        // Each subject is a figure of its own, and all together are one.
        let mut subjects: BTreeMap<u8, BTreeSet<Mark>> = BTreeMap::new();
        for mark in set {
            subjects.entry(mark.1).or_default().insert(*mark);
        }
        for about in subjects.values() {
            auditor.see(about);
        }
        auditor.see(set);
    };
    for set in &block.units {
        see(set);
    }
    let mut province = BTreeSet::new();
    for added in block.added.values() {
        province.extend(added);
        see(&province);
    }
    found.shown += auditor.seen();
    found.differences += usize::from(auditor.find_difference().is_some());
    found.spans += usize::from(auditor.find().is_some());
    let mut eyes = Auditor::new(floor);
    for set in &block.live {
        eyes.see(set);
    }
    found.live += usize::from(eyes.find_difference().is_some());
}
