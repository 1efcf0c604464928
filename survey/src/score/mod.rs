//! Adding up: integers that merge in any order (rule L10), and indices as exact fractions. Never: a
//! float, a rounding (that is `publish`'s), a guess about who asks.

mod count;
mod index;
mod part;

use alloc::vec::Vec;

use crate::form::Form;
use crate::id::FormId;
use crate::stats::{CrossSums, FactorTotals, RatioSums};

pub use count::Circumstance;
pub use index::{Formula, Index};

/// Levels of every satisfaction scale.
const LEVELS: usize = 5;
/// Buckets of durations.
const DURATIONS: usize = 8;

/// What a form's tally has places for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Items, the overall one included.
    pub items: usize,
    /// Factors.
    pub factors: usize,
    /// Whether there is an overall item, against which drivers are computed.
    pub has_overall: bool,
}

impl Shape {
    /// The shape of a form's tally.
    #[must_use]
    pub fn of(form: &Form) -> Self {
        Self {
            items: form.items().len(),
            factors: form.factors().len(),
            has_overall: form.items().iter().any(|item| item.factor.is_none()),
        }
    }
}

/// The counts of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemCount {
    /// Answers at level 1, 2, 3, 4, 5.
    pub levels: [u64; LEVELS],
    /// Shown and skipped.
    pub missing: u64,
}

impl ItemCount {
    /// Answers given.
    #[must_use]
    pub fn answers(&self) -> u64 {
        self.levels.iter().sum()
    }

    /// Answers at level 4 or 5.
    #[must_use]
    pub fn satisfied(&self) -> u64 {
        let [_, _, _, four, five] = self.levels;
        four.saturating_add(five)
    }
}

/// The counts of one factor, over people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FactorCount {
    /// People with at least one answer in this factor.
    pub people: u64,
    /// `Σs_f`: answers at level 4 or 5.
    pub satisfied: u64,
    /// `Σm_f`: answers given.
    pub answers: u64,
    /// `Σt_f`: sum of levels.
    pub levels: u64,
}

/// Sums of products over people, for one ordered pair of factors (f, g): what intervals need,
/// because the answers of one person resemble each other (ST6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossCount {
    /// `Σs_f·s_g`.
    pub ss: u64,
    /// `Σs_f·m_g`: not symmetric.
    pub sm: u64,
    /// `Σm_f·m_g`.
    pub mm: u64,
    /// `Σt_f·t_g`.
    pub tt: u64,
    /// `Σt_f·m_g`: not symmetric.
    pub tm: u64,
}

/// For one pair among complete-factor level sums and the overall item: what a covariance needs (ST17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairCount {
    /// People who have both.
    pub n: u64,
    /// Sum of the first.
    pub a: u64,
    /// Sum of the second.
    pub b: u64,
    /// Sum of squares of the first.
    pub aa: u64,
    /// Sum of squares of the second.
    pub bb: u64,
    /// Sum of products.
    pub ab: u64,
}

/// The counts of people, and what speaks about the quality of their answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeopleCount {
    /// Responses counted.
    pub responses: u64,
    /// n: with at least one answer in a factor. The overall item alone does not make an n.
    pub answered: u64,
    /// With an answer at level 1 or 2.
    pub low: u64,
    /// With every answer at level 4 or 5.
    pub all_satisfied: u64,
    /// With a helper.
    pub assisted: u64,
    /// Five or more answers, all the same.
    pub straight_lined: u64,
    /// Received more than 7 days after their day.
    pub late: u64,
    /// The day of receipt was taken for want of a trustworthy one (T3).
    pub day_uncertain: u64,
    /// By duration bucket.
    pub durations: [u64; DURATIONS],
}

/// The sum of a set of responses to one form. Merging is commutative and associative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    form: FormId,
    people: PeopleCount,
    items: Vec<ItemCount>,
    factors: Vec<FactorCount>,
    /// F × F, row by row.
    cross: Vec<CrossCount>,
    /// Each pair (i, j), i < j, of the factors and, last, the overall item; none without one.
    pairs: Vec<PairCount>,
}

impl Tally {
    /// The tally of nobody.
    #[must_use]
    pub fn empty(form: FormId, shape: Shape) -> Self {
        let members = shape.factors.saturating_add(1);
        let pairs = if shape.has_overall {
            members.saturating_mul(shape.factors).div_euclid(2)
        } else {
            0
        };
        Self {
            form,
            people: PeopleCount::default(),
            items: alloc::vec![ItemCount::default(); shape.items],
            factors: alloc::vec![FactorCount::default(); shape.factors],
            cross: alloc::vec![CrossCount::default(); shape.factors.saturating_mul(shape.factors)],
            pairs: alloc::vec![PairCount::default(); pairs],
        }
    }

    /// Adds another tally of the same form and shape.
    ///
    /// # Errors
    /// [`OtherForm`], changing nothing: forms and scales are never mixed.
    pub fn merge(&mut self, other: &Self) -> Result<(), OtherForm> {
        if self.form != other.form || self.shape() != other.shape() {
            return Err(OtherForm);
        }
        let numbers = other.numbers();
        for (mine, theirs) in self.numbers_mut().into_iter().zip(numbers) {
            add(mine, theirs);
        }
        Ok(())
    }

    /// The form that was answered.
    #[must_use]
    pub const fn form(&self) -> FormId {
        self.form
    }

    /// The places it has.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape {
            items: self.items.len(),
            factors: self.factors.len(),
            has_overall: !self.pairs.is_empty(),
        }
    }

    /// People and quality.
    #[must_use]
    pub const fn people(&self) -> &PeopleCount {
        &self.people
    }

    /// By item, in the form's order.
    #[must_use]
    pub fn items(&self) -> &[ItemCount] {
        &self.items
    }

    /// By factor, in the form's order.
    #[must_use]
    pub fn factors(&self) -> &[FactorCount] {
        &self.factors
    }

    /// By pair (i, j), i < j, of the factors and, last, the overall item.
    #[must_use]
    pub fn pairs(&self) -> &[PairCount] {
        &self.pairs
    }

    /// The same sum with another number of people who came late: what a recount cannot know.
    #[must_use]
    pub const fn with_late(mut self, late: u64) -> Self {
        self.people.late = late;
        self
    }

    /// Every number in a fixed order: people, items, factors, cross, pairs. What is stored (SPEC C5).
    #[must_use]
    pub fn numbers(&self) -> Vec<u64> {
        // One walk for reading and writing keeps the two orders the same.
        let mut copy = self.clone();
        copy.numbers_mut()
            .into_iter()
            .map(|number| *number)
            .collect()
    }

    /// A tally of these numbers, in the order of [`Self::numbers`]; `None` when there are more or
    /// fewer of them than the shape has places.
    #[must_use]
    pub fn from_numbers(form: FormId, shape: Shape, numbers: &[u64]) -> Option<Self> {
        // Each item has six places, each two factors five: a shape that cannot be filled is refused before
        // room is made for it, or a damaged one would take all there is.
        let least = shape.items.max(shape.factors.saturating_mul(shape.factors));
        if least > numbers.len() {
            return None;
        }
        let mut tally = Self::empty(form, shape);
        let places = tally.numbers_mut();
        if places.len() != numbers.len() {
            return None;
        }
        for (place, number) in places.into_iter().zip(numbers) {
            *place = *number;
        }
        Some(tally)
    }

    fn numbers_mut(&mut self) -> Vec<&mut u64> {
        let PeopleCount {
            responses,
            answered,
            low,
            all_satisfied,
            assisted,
            straight_lined,
            late,
            day_uncertain,
            durations,
        } = &mut self.people;
        let mut numbers = alloc::vec![
            responses,
            answered,
            low,
            all_satisfied,
            assisted,
            straight_lined,
            late,
            day_uncertain,
        ];
        numbers.extend(durations);
        for ItemCount { levels, missing } in &mut self.items {
            numbers.extend(levels);
            numbers.push(missing);
        }
        for count in &mut self.factors {
            let FactorCount {
                people,
                satisfied,
                answers,
                levels,
            } = count;
            numbers.extend([people, satisfied, answers, levels]);
        }
        for CrossCount { ss, sm, mm, tt, tm } in &mut self.cross {
            numbers.extend([ss, sm, mm, tt, tm]);
        }
        for PairCount {
            n,
            a,
            b,
            aa,
            bb,
            ab,
        } in &mut self.pairs
        {
            numbers.extend([n, a, b, aa, bb, ab]);
        }
        numbers
    }

    /// Sums of all answers together, as intervals need them: satisfied answers, or levels.
    #[must_use]
    pub fn pooled(&self, of: Summed) -> RatioSums {
        let totals = self.totals(of);
        let cross = self.cross_sums(of);
        RatioSums {
            people: self.people.answered,
            x: totals.iter().map(|factor| factor.x).sum(),
            m: totals.iter().map(|factor| factor.m).sum(),
            xx: cross.iter().map(|cross| cross.xx).sum(),
            xm: cross.iter().map(|cross| cross.xm).sum(),
            mm: cross.iter().map(|cross| cross.mm).sum(),
        }
    }

    /// Sums of satisfied answers in one factor, over the people who answered in it.
    #[must_use]
    pub fn factor_sums(&self, at: usize) -> Option<RatioSums> {
        let factor = self.factors.get(at)?;
        let diagonal = at.saturating_mul(self.factors.len()).saturating_add(at);
        let cross = self.cross.get(diagonal)?;
        Some(RatioSums {
            people: factor.people,
            x: factor.satisfied,
            m: factor.answers,
            xx: cross.ss,
            xm: cross.sm,
            mm: cross.mm,
        })
    }

    /// By factor, as [`crate::stats::FactorSums`] takes them.
    #[must_use]
    pub fn totals(&self, of: Summed) -> Vec<FactorTotals> {
        let factors = self.factors.iter();
        factors
            .map(|factor| FactorTotals {
                x: match of {
                    Summed::Satisfied => factor.satisfied,
                    Summed::Levels => factor.levels,
                },
                m: factor.answers,
            })
            .collect()
    }

    /// By ordered pair of factors, as [`crate::stats::FactorSums`] takes them.
    #[must_use]
    pub fn cross_sums(&self, of: Summed) -> Vec<CrossSums> {
        let cross = self.cross.iter();
        cross
            .map(|cross| match of {
                Summed::Satisfied => CrossSums {
                    xx: cross.ss,
                    xm: cross.sm,
                    mm: cross.mm,
                },
                Summed::Levels => CrossSums {
                    xx: cross.tt,
                    xm: cross.tm,
                    mm: cross.mm,
                },
            })
            .collect()
    }
}

/// What is added up for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summed {
    /// Answers at level 4 or 5.
    Satisfied,
    /// Levels.
    Levels,
}

/// Two tallies of different forms, or of different scales, do not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherForm;

fn add(place: &mut u64, number: u64) {
    *place = place.saturating_add(number);
}

fn bump(place: &mut u64) {
    add(place, 1);
}
