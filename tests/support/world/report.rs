//! Runs of many seeds, and the line that sums them up.

use std::fmt;

use super::chance::Faults;
use super::oracle::{Failure, Wrong};
use super::rule::Rule;
use super::step::Step;
use super::{World, dice::Dice};

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its seed.
    pub seed: u64,
    /// What went wrong.
    pub failure: Option<Failure>,
    /// What happened, to the end or to the failure.
    pub steps: Vec<Step>,
    /// Citizens thanked.
    pub thanked: usize,
    /// Answers counted in the end.
    pub counted: usize,
}

/// Runs one seed to its end: first any fault, then none.
#[must_use]
pub fn one(seed: u64, without: Option<Rule>) -> Run {
    let mut world = World::new(seed, without);
    let faults = Faults::draw(&Dice::of(!seed));
    let failure = live(&mut world, &faults).err();
    Run {
        seed,
        failure,
        steps: world.steps().to_vec(),
        thanked: world.thanked(),
        counted: world.counted(),
    }
}

fn live(world: &mut World, faults: &Faults) -> Result<(), Failure> {
    let turns = 40 + world.around.dice.below(160);
    for _ in 0..turns {
        world.play(&faults.next(world))?;
    }
    world.heal()
}

/// What many runs gave.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Runs.
    pub schedules: u64,
    /// Failed seeds and how.
    failures: Vec<(u64, Wrong)>,
    /// The failed run with the fewest steps.
    pub shortest: Option<Run>,
    /// Citizens thanked in all runs.
    pub thanked: usize,
    /// Answers counted in all runs.
    pub counted: usize,
}

impl Report {
    /// Failed runs.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    /// The lowest seed that fails.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.failures.iter().map(|(seed, _)| *seed).min()
    }

    /// Runs that failed in this way.
    #[must_use]
    pub fn of(&self, wrong: Wrong) -> usize {
        self.failures
            .iter()
            .filter(|(_, own)| *own == wrong)
            .count()
    }

    fn add(&mut self, run: Run) {
        self.schedules += 1;
        self.thanked += run.thanked;
        self.counted += run.counted;
        let Some(failure) = &run.failure else {
            return;
        };
        self.failures.push((run.seed, failure.wrong));
        let rank = |run: &Run| (run.steps.len(), run.seed);
        let shortest = self.shortest.as_ref();
        if shortest.is_none_or(|shortest| rank(&run) < rank(shortest)) {
            self.shortest = Some(run);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} schedules: lost {}, double {}, stuck {}, invented {}, false flags {}",
            self.schedules,
            self.of(Wrong::Lost),
            self.of(Wrong::Double),
            self.of(Wrong::Stuck),
            self.of(Wrong::Invented),
            self.of(Wrong::FalseFlag),
        )
    }
}

/// Runs `seeds` seeds from `first` on, on all cores. Each run is one thread's own world.
#[must_use]
pub fn many(first: u64, seeds: u64, without: Option<Rule>) -> Report {
    let live = |seed| one(seed, without);
    crate::seeds::all(first, seeds, live, Report::add)
}
