//! One province from its seed to its end, many of them, and the line that sums them up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use survey::breakdown::By;
use survey::day::Millis;
use survey::id::UnitId;
use survey::release::{COMMENT_FLOOR, FLOOR, Finality, finality};

use super::auditor::{Auditor, Mark};
use super::groups::{Groups, GroupsKey};
use super::province::Province;
use super::rule::Rule;
use super::sets::Sets;

/// What a province can do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// An answer is nowhere.
    Lost,
    /// A sum is not of those it is said to be about, or a parent not of its children.
    Unequal,
    /// A sealed month changed.
    Unsealed,
    /// One to nine people were found.
    Found,
}

/// How a province ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Its seed.
    pub seed: u64,
    /// What went wrong first.
    pub failure: Option<(Wrong, String)>,
    /// Answers given.
    pub people: usize,
    /// Different sets that were shown.
    pub shown: usize,
    /// Breakdowns that were shown.
    pub broken: usize,
    /// Different sets of comments that could be read.
    pub read: usize,
}

/// Lives through one seed.
#[must_use]
pub fn one(seed: u64, without: Option<Rule>) -> Ending {
    let mut province = Province::new(seed, without);
    let floor = usize::try_from(FLOOR).unwrap_or(usize::MAX);
    let mut eyes = Eyes {
        auditor: Auditor::new(floor),
        refreshed: BTreeMap::new(),
        sealed: BTreeMap::new(),
        groups: BTreeMap::new(),
        reader: Auditor::new(COMMENT_FLOOR),
    };
    let failure = live(&mut province, &mut eyes).err();
    Ending {
        seed,
        failure,
        people: province.people.len(),
        shown: eyes.auditor.seen(),
        broken: eyes.groups.len(),
        read: eyes.reader.seen(),
    }
}

struct Eyes {
    auditor: Auditor,
    /// What each node shows that is refreshed on its own.
    refreshed: BTreeMap<UnitId, Sets>,
    /// What each unit showed of a month when that was sealed.
    sealed: BTreeMap<(UnitId, usize, String), BTreeSet<Mark>>,
    /// Every breakdown that was ever shown.
    groups: BTreeMap<GroupsKey, Groups>,
    /// Whose comments could be read together.
    reader: Auditor,
}

type Failure = (Wrong, String);

fn live(province: &mut Province, eyes: &mut Eyes) -> Result<(), Failure> {
    let turns = 12 + province.dice.below(24);
    for turn in 0..turns {
        province.pass();
        province.answer();
        eyes.look(province)?;
        province.seal();
        province.carry(false);
        eyes.look(province)?;
        if province.dice.one_in(8) {
            province.back_up();
        }
        if turn > turns / 2 && province.dice.one_in(9) {
            province.go_back();
            // What is shown then is of an earlier day, sealed months included.
            eyes.sealed.clear();
        }
    }
    province.heal();
    eyes.look(province)?;
    province
        .nobody_is_missing()
        .map_err(|what| (Wrong::Lost, what))?;
    province
        .parents_are_their_children()
        .map_err(|what| (Wrong::Unequal, what))?;
    // Two breakdowns of one set are not crossed: each is looked at beside all sums.
    let eyes_for = By::ALL.map(|by| {
        let mut auditor = eyes.auditor.clone();
        for (key, groups) in &eyes.groups {
            if key.3 == by {
                for set in groups {
                    auditor.see(set);
                }
            }
        }
        auditor
    });
    if let Some(found) = eyes.reader.find() {
        return Err((Wrong::Found, format!("comments of {found:?}")));
    }
    match eyes_for.iter().find_map(Auditor::find) {
        Some(found) => Err((Wrong::Found, format!("{found:?}"))),
        None => Ok(()),
    }
}

/// What everybody reads of a unit (rule UM17): of each form, the sum of its last twelve sealed months.
fn on_the_page(now: Millis, sets: &Sets) -> BTreeMap<usize, BTreeSet<Mark>> {
    let months = survey_worker::public::months(now);
    let months = months.map(|period| period.all).unwrap_or_default();
    let mut sums: BTreeMap<usize, BTreeSet<Mark>> = BTreeMap::new();
    for ((form, month), set) in sets {
        if months.contains(month) {
            sums.entry(*form).or_default().extend(set);
        }
    }
    sums
}

impl Eyes {
    fn look(&mut self, province: &mut Province) -> Result<(), Failure> {
        let shown = province.shown().map_err(|what| (Wrong::Unequal, what))?;
        let groups = province
            .groups_shown()
            .map_err(|what| (Wrong::Unequal, what))?;
        for (key, groups) in groups {
            let known = self.groups.entry(key).or_insert_with(|| groups.clone());
            if *known != groups {
                return Err((Wrong::Unsealed, "a breakdown changed".to_owned()));
            }
        }
        let comments = province.comments_shown();
        for set in comments.map_err(|what| (Wrong::Unequal, what))?.values() {
            self.reader.see(set);
        }
        for (unit, sets) in shown {
            let province = &*province;
            if province.leaves.contains_key(&unit) {
                self.stays_sealed(province, &unit, &sets)?;
            }
            let sets = match province.without {
                Some(Rule::Atoms) => live_counters(province, &unit),
                Some(Rule::OneRelease) => self.refresh(province, unit),
                _ => sets,
            };
            for set in sets
                .values()
                .chain(on_the_page(province.now, &sets).values())
            {
                self.see(set, province.without);
            }
        }
        Ok(())
    }

    /// Each subject is a figure of its own, and all together are one.
    fn see(&mut self, set: &BTreeSet<Mark>, without: Option<Rule>) {
        let floor = usize::try_from(FLOOR).unwrap_or(usize::MAX);
        let of_filters = without == Some(Rule::FilteredFactors);
        let mut subjects: BTreeMap<u8, BTreeSet<Mark>> = BTreeMap::new();
        for mark in set {
            subjects.entry(mark.1).or_default().insert(*mark);
        }
        for about in subjects.values() {
            // As it was before: a factor with fewer than ten is hidden, and another one beside it,
            // so that the whole does not tell of it.
            if !of_filters || about.len() >= floor {
                self.auditor.see(about);
            }
        }
        if !of_filters {
            self.auditor.see(set);
        }
    }

    fn stays_sealed(&mut self, of: &Province, unit: &UnitId, sets: &Sets) -> Result<(), Failure> {
        for ((form, month), set) in sets {
            if finality(month, of.now) == Some(Finality::Sealed) {
                let key = (unit.clone(), *form, month.clone());
                let known = self.sealed.entry(key).or_insert_with(|| set.clone());
                if known != set {
                    let what = format!("{month} of {unit} changed after it was sealed");
                    return Err((Wrong::Unsealed, what));
                }
            }
        }
        Ok(())
    }

    /// Without one release for all: a node moves on when it has ten answers that it does not show.
    fn refresh(&mut self, province: &Province, unit: UnitId) -> Sets {
        let live = live_counters(province, &unit);
        let own = self.refreshed.entry(unit).or_default();
        for (place, set) in live {
            let old = own.entry(place).or_default();
            let floor = usize::try_from(FLOOR).unwrap_or(usize::MAX);
            if set.difference(old).count() >= floor {
                *old = set;
            }
        }
        own.clone()
    }
}

/// All that ever came in at and below a node, by form and month.
fn live_counters(province: &Province, unit: &UnitId) -> Sets {
    let mut sets = Sets::new();
    for (at, person) in province.people.iter().enumerate() {
        let above = &province.leaves[&person.unit].1;
        if person.unit == *unit || above.contains(unit) {
            let place = (person.form, person.day.month_slice());
            sets.entry(place).or_default().insert((at, 0));
        }
    }
    sets
}

/// What many provinces gave.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many.
    pub provinces: u64,
    /// Answers given in all of them.
    pub people: usize,
    /// Different sets shown in all of them.
    pub shown: usize,
    /// Breakdowns shown in all of them.
    pub broken: usize,
    /// Different sets of comments that could be read in all of them.
    pub read: usize,
    failures: Vec<(u64, Wrong, String)>,
}

impl Report {
    /// Provinces in which something went wrong.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    /// Provinces in which this went wrong.
    #[must_use]
    pub fn of(&self, wrong: Wrong) -> usize {
        let failures = self.failures.iter();
        failures.filter(|(_, own, _)| *own == wrong).count()
    }

    /// The lowest seed that failed, and how.
    #[must_use]
    pub fn first(&self) -> Option<&(u64, Wrong, String)> {
        self.failures.iter().min_by_key(|(seed, ..)| *seed)
    }

    fn add(&mut self, ending: Ending) {
        self.provinces += 1;
        self.people += ending.people;
        self.shown += ending.shown;
        self.broken += ending.broken;
        self.read += ending.read;
        if let Some((wrong, what)) = ending.failure {
            self.failures.push((ending.seed, wrong, what));
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} provinces, {} answers, {} sets, {} breakdowns and {} sets of comments shown: lost {}, unequal {}, \
             unsealed {}, sets of 1 to 9 people or 1 to 4 comments found in {}",
            self.provinces,
            self.people,
            self.shown,
            self.broken,
            self.read,
            self.of(Wrong::Lost),
            self.of(Wrong::Unequal),
            self.of(Wrong::Unsealed),
            self.of(Wrong::Found),
        )
    }
}

/// The first of `seeds` seeds from 1 on that fails, and how.
#[must_use]
pub fn first_failure(seeds: u64, without: Option<Rule>) -> Option<Ending> {
    let mut endings = (1..=seeds).map(|seed| one(seed, without));
    endings.find(|ending| ending.failure.is_some())
}

/// Lives through `seeds` seeds from `first` on, on all cores.
#[must_use]
pub fn many(first: u64, seeds: u64, without: Option<Rule>) -> Report {
    let live = |seed| one(seed, without);
    crate::seeds::all(first, seeds, live, Report::add)
}
