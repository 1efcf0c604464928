//! One response becomes a tally of one person.

use alloc::vec::Vec;

use super::{Shape, Tally, add, bump};
use crate::answer::Answer;
use crate::form::{Form, Level};
use crate::submission::{Mode, Submission};

/// What is known of a response besides its answers when it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstance {
    /// Received more than 7 days after its day.
    pub is_late: bool,
    /// Its day is the day of receipt (T3).
    pub is_day_uncertain: bool,
}

/// One person's sums in one factor.
#[derive(Clone, Copy, Default)]
struct Sums {
    satisfied: u64,
    answers: u64,
    levels: u64,
    asked: u64,
}

impl Tally {
    /// The tally of one response, which must fit the form ([`crate::answer::Response::fits`]).
    #[must_use]
    pub fn of(submission: &Submission, form: &Form, circumstance: Circumstance) -> Self {
        let mut tally = Self::empty(form.id(), Shape::of(form));
        let mut sums = alloc::vec![Sums::default(); form.factors().len()];
        let mut overall = None;
        let mut given: Vec<Level> = Vec::new();
        let items = form.items().iter().zip(&submission.response.answers);
        for ((item, answer), count) in items.zip(&mut tally.items) {
            match answer {
                Answer::NotAsked => continue,
                Answer::Missing => bump(&mut count.missing),
                Answer::Level(level) => {
                    let place = usize::from(level.number()).saturating_sub(1);
                    count.levels.get_mut(place).into_iter().for_each(bump);
                }
            }
            let Some(sum) = item.factor.and_then(|at| sums.get_mut(at)) else {
                overall = level_of(*answer);
                continue;
            };
            bump(&mut sum.asked);
            if let Some(level) = level_of(*answer) {
                given.push(level);
                bump(&mut sum.answers);
                add(&mut sum.satisfied, u64::from(level.is_satisfied()));
                add(&mut sum.levels, u64::from(level.number()));
            }
        }
        tally.add_people(&given, submission, circumstance);
        tally.add_factors(&sums);
        tally.add_pairs(&sums, overall);
        tally
    }

    fn add_people(&mut self, given: &[Level], submission: &Submission, about: Circumstance) {
        let people = &mut self.people;
        let is_straight = given.len() >= 5 && given.windows(2).all(|two| two.first() == two.last());
        let is_all_satisfied = !given.is_empty() && given.iter().all(|level| level.is_satisfied());
        bump(&mut people.responses);
        add(&mut people.answered, u64::from(!given.is_empty()));
        add(
            &mut people.low,
            u64::from(given.iter().any(|level| level.is_low())),
        );
        add(&mut people.all_satisfied, u64::from(is_all_satisfied));
        add(
            &mut people.assisted,
            u64::from(submission.mode == Mode::Assisted),
        );
        add(&mut people.straight_lined, u64::from(is_straight));
        add(&mut people.late, u64::from(about.is_late));
        add(&mut people.day_uncertain, u64::from(about.is_day_uncertain));
        let bucket = usize::from(submission.duration.number());
        people.durations.get_mut(bucket).into_iter().for_each(bump);
    }

    fn add_factors(&mut self, sums: &[Sums]) {
        for (count, f) in self.factors.iter_mut().zip(sums) {
            add(&mut count.people, u64::from(f.answers > 0));
            add(&mut count.satisfied, f.satisfied);
            add(&mut count.answers, f.answers);
            add(&mut count.levels, f.levels);
        }
        let ordered = sums.iter().flat_map(|f| sums.iter().map(move |g| (f, g)));
        for (cross, (f, g)) in self.cross.iter_mut().zip(ordered) {
            add(&mut cross.ss, f.satisfied.saturating_mul(g.satisfied));
            add(&mut cross.sm, f.satisfied.saturating_mul(g.answers));
            add(&mut cross.mm, f.answers.saturating_mul(g.answers));
            add(&mut cross.tt, f.levels.saturating_mul(g.levels));
            add(&mut cross.tm, f.levels.saturating_mul(g.answers));
        }
    }

    fn add_pairs(&mut self, sums: &[Sums], overall: Option<Level>) {
        let complete = |f: &Sums| (f.asked > 0 && f.asked == f.answers).then_some(f.levels);
        let mut members: Vec<Option<u64>> = sums.iter().map(complete).collect();
        members.push(overall.map(|level| u64::from(level.number())));
        let ordered = members.iter().enumerate().flat_map(|(at, a)| {
            let later = members.iter().skip(at.saturating_add(1));
            later.map(move |b| (*a, *b))
        });
        for (pair, members) in self.pairs.iter_mut().zip(ordered) {
            if let (Some(a), Some(b)) = members {
                bump(&mut pair.n);
                add(&mut pair.a, a);
                add(&mut pair.b, b);
                add(&mut pair.aa, a.saturating_mul(a));
                add(&mut pair.bb, b.saturating_mul(b));
                add(&mut pair.ab, a.saturating_mul(b));
            }
        }
    }
}

const fn level_of(answer: Answer) -> Option<Level> {
    match answer {
        Answer::Level(level) => Some(level),
        Answer::Missing | Answer::NotAsked => None,
    }
}
