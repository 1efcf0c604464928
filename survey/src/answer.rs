//! From the first tap to a complete response: a draft that becomes a [`Response`] only when every
//! step is answered or skipped. Never: storage, time, scores.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::form::{Condition, Form, Level, Step};
use crate::id::{FormId, ItemId, ResponseId};

/// What became of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The citizen chose this level.
    Level(Level),
    /// The question was shown and skipped; counted, but in no denominator.
    Missing,
    /// A filter kept the question away.
    NotAsked,
}

/// A complete, anonymous answer to a form: one entry for each item, in the form's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Drawn when the draft opened (rule O1).
    pub id: ResponseId,
    /// The form that was shown.
    pub form: FormId,
    /// One for each of [`Form::items`].
    pub answers: Vec<Answer>,
    /// For each of [`Form::filters`], the position of the chosen option.
    pub filters: Vec<Option<usize>>,
    /// For each of [`Form::demographics`], the position of the chosen option.
    pub demographics: Vec<Option<usize>>,
}

impl Response {
    /// Whether every answer fits the form: as many as it has items, and a factor is answered or
    /// missing exactly when its filter asked for it (rule A3).
    #[must_use]
    pub fn fits(&self, form: &Form) -> bool {
        let has_option = |choice: &crate::form::Choice, chosen: &Option<usize>| {
            chosen.is_none_or(|at| at < choice.options.len())
        };
        let lengths_fit = self.form == form.id()
            && self.answers.len() == form.items().len()
            && self.filters.len() == form.filters().len()
            && self.demographics.len() == form.demographics().len();
        let options_fit = |choices: &[crate::form::Choice], chosen: &[Option<usize>]| {
            choices
                .iter()
                .zip(chosen)
                .all(|(choice, chosen)| has_option(choice, chosen))
        };
        let items = form.items().iter().zip(&self.answers);
        lengths_fit
            && options_fit(form.filters(), &self.filters)
            && options_fit(form.demographics(), &self.demographics)
            && items.into_iter().all(|(item, answer)| {
                let is_asked = is_met(form.condition(item), &self.filters);
                is_asked == !matches!(answer, Answer::NotAsked)
            })
    }
}

/// What [`Draft::finish`] hands over: the answers, and apart from them what the citizen wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The answers.
    pub response: Response,
    /// The comment as typed, trimmed; `None` when nothing was written.
    pub comment: Option<String>,
}

/// The longest comment a citizen can write, in characters (UK7).
pub const LONGEST_COMMENT: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    Nothing,
    Skipped,
    /// A level's number or an option's position.
    Picked(Pick),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pick {
    Level(Level),
    Option(usize),
}

/// A survey in progress. Lives in memory only (rule O1): what is not finished is gone with the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    id: ResponseId,
    form: FormId,
    steps: Vec<(Step, Option<Condition>, Given)>,
    filters: usize,
    demographics: usize,
    items: usize,
    at: usize,
    comment: String,
}

impl Draft {
    /// Opens a draft at the form's first question. `asked` names the demographics that are on.
    #[must_use]
    pub fn open(id: ResponseId, form: &Form, asked: &[ItemId]) -> Self {
        let condition = |step: &Step| match step {
            Step::Item(at) => form.items().get(*at).and_then(|item| form.condition(item)),
            Step::Filter(_) | Step::Demographic(_) | Step::Comment => None,
        };
        let steps = form.steps(asked).into_iter();
        Self {
            id,
            form: form.id(),
            steps: steps
                .map(|step| (step, condition(&step), Given::Nothing))
                .collect(),
            filters: form.filters().len(),
            demographics: form.demographics().len(),
            items: form.items().len(),
            at: 0,
            comment: String::new(),
        }
    }

    /// The step to show; `None` when all are done and [`Self::finish`] will succeed.
    #[must_use]
    pub fn current(&self) -> Option<Step> {
        self.steps.get(self.at).map(|(step, _, _)| *step)
    }

    /// Answers the current item and moves on. Does nothing when the current step is no item.
    pub fn answer(&mut self, level: Level) {
        if matches!(self.current(), Some(Step::Item(_))) {
            self.give(Given::Picked(Pick::Level(level)));
        }
    }

    /// Chooses an option of the current filter or demographic and moves on.
    pub fn choose(&mut self, option: usize) {
        if matches!(self.current(), Some(Step::Filter(_) | Step::Demographic(_))) {
            self.give(Given::Picked(Pick::Option(option)));
        }
    }

    /// Leaves the current step without an answer and moves on.
    pub fn skip(&mut self) {
        if self.current() == Some(Step::Comment) {
            self.comment.clear();
        }
        self.give(Given::Skipped);
    }

    /// Keeps the comment as written and moves past it. At most [`LONGEST_COMMENT`] characters stay.
    pub fn comment(&mut self, text: &str) {
        if self.current() == Some(Step::Comment) {
            self.comment = text.trim().chars().take(LONGEST_COMMENT).collect();
            self.give(Given::Skipped);
        }
    }

    /// Returns to the step before, answers kept; `false` at the first.
    pub fn back(&mut self) -> bool {
        let earlier = self.steps.iter().enumerate().take(self.at);
        let Some((at, _)) = earlier.rev().find(|(at, _)| self.is_asked(*at)) else {
            return false;
        };
        self.at = at;
        true
    }

    /// Whether any step was answered; a skipped one was not.
    #[must_use]
    pub fn has_answer(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|(_, _, given)| matches!(given, Given::Picked(_)))
    }

    /// The level given to the current item before, if one returns to it.
    #[must_use]
    pub fn given_level(&self) -> Option<Level> {
        match self.steps.get(self.at)? {
            (_, _, Given::Picked(Pick::Level(level))) => Some(*level),
            _ => None,
        }
    }

    /// The option chosen at the current step before, if one returns to it.
    #[must_use]
    pub fn given_option(&self) -> Option<usize> {
        match self.steps.get(self.at)? {
            (_, _, Given::Picked(Pick::Option(option))) => Some(*option),
            _ => None,
        }
    }

    /// The comment as written so far.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.comment
    }

    /// Where the citizen is: (number of this question, number of questions), as filters stand now.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let asked = |end: usize| (0..end).filter(|at| self.is_asked(*at)).count();
        let of = asked(self.steps.len());
        (asked(self.at).saturating_add(1).min(of), of)
    }

    /// Makes the response (rule A2), consuming the draft: a double tap has nothing left to finish.
    ///
    /// # Errors
    /// The draft itself, unchanged, while a step is still open.
    pub fn finish(self) -> Result<Finished, Box<Self>> {
        if self.current().is_some() {
            return Err(Box::new(self));
        }
        let mut answers = alloc::vec![Answer::NotAsked; self.items];
        let mut filters = alloc::vec![None; self.filters];
        let mut demographics = alloc::vec![None; self.demographics];
        for (place, (step, _, given)) in self.steps.iter().enumerate() {
            if !self.is_asked(place) {
                continue;
            }
            let option = match given {
                Given::Picked(Pick::Option(option)) => Some(*option),
                _ => None,
            };
            match step {
                Step::Filter(at) => set(&mut filters, *at, option),
                Step::Demographic(at) => set(&mut demographics, *at, option),
                Step::Item(at) => {
                    let answer = match given {
                        Given::Picked(Pick::Level(level)) => Answer::Level(*level),
                        _ => Answer::Missing,
                    };
                    set(&mut answers, *at, answer);
                }
                Step::Comment => {}
            }
        }
        let response = Response {
            id: self.id,
            form: self.form,
            answers,
            filters,
            demographics,
        };
        let comment = (!self.comment.is_empty()).then_some(self.comment);
        Ok(Finished { response, comment })
    }

    fn give(&mut self, given: Given) {
        if let Some((_, _, place)) = self.steps.get_mut(self.at) {
            *place = given;
            let after = self.at.saturating_add(1)..self.steps.len();
            let next = after.into_iter().find(|at| self.is_asked(*at));
            self.at = next.unwrap_or(self.steps.len());
        }
    }

    fn is_asked(&self, at: usize) -> bool {
        let Some((_, condition, _)) = self.steps.get(at) else {
            return false;
        };
        condition.is_none_or(|condition| {
            self.steps.iter().any(|(step, _, given)| {
                *step == Step::Filter(condition.filter)
                    && *given == Given::Picked(Pick::Option(condition.option))
            })
        })
    }
}

/// Whether a factor under this condition is asked, given the chosen filters.
fn is_met(condition: Option<Condition>, filters: &[Option<usize>]) -> bool {
    condition.is_none_or(|condition| {
        filters.get(condition.filter).copied().flatten() == Some(condition.option)
    })
}

fn set<T>(slots: &mut [T], at: usize, value: T) {
    if let Some(slot) = slots.get_mut(at) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form::parse(include_str!("../forms/sipas2022.json")).unwrap()
    }

    fn open(form: &Form) -> Draft {
        Draft::open(ResponseId::from_random([7; 16]), form, &[])
    }

    fn level(form: &Form, number: u8) -> Level {
        form.scale().level(number).unwrap()
    }

    #[test]
    fn a1_every_level_takes_the_same_taps() {
        let form = form();
        let taps = |number: u8| {
            let mut draft = open(&form);
            let mut taps = 0;
            while let Some(step) = draft.current() {
                match step {
                    Step::Item(_) => draft.answer(level(&form, number)),
                    Step::Filter(_) => draft.choose(0),
                    Step::Demographic(_) | Step::Comment => draft.skip(),
                }
                taps += 1;
            }
            taps
        };
        assert_eq!(taps(1), taps(5));
    }

    #[test]
    fn a2_an_unfinished_draft_gives_no_response() {
        let form = form();
        let mut draft = open(&form);
        draft.answer(level(&form, 4));
        let draft = draft.finish().unwrap_err();
        assert_eq!(draft.progress(), (2, 22 - 6));
    }

    #[test]
    fn o1_a_response_keeps_the_id_of_its_draft() {
        let form = form();
        let mut draft = open(&form);
        while draft.current().is_some() {
            draft.skip();
        }
        let finished = draft.finish().unwrap();
        assert_eq!(finished.response.id, ResponseId::from_random([7; 16]));
        assert!(!finished.response.answers.is_empty());
    }

    #[test]
    fn us4_an_answer_anywhere_is_an_answer_and_a_skip_is_none() {
        let form = form();
        let mut draft = open(&form);
        draft.skip();
        assert!(!draft.has_answer(), "only skipped");
        draft.answer(level(&form, 2));
        assert!(draft.has_answer());
        assert!(draft.back() && draft.back());
        assert_eq!(draft.given_level(), None, "the first question has none");
        assert!(draft.has_answer(), "the second question still has its own");
    }

    #[test]
    fn a3_filters_decide_what_is_not_asked() {
        let form = form();
        let mut draft = open(&form);
        while let Some(step) = draft.current() {
            match step {
                Step::Item(0) | Step::Demographic(_) | Step::Comment => draft.skip(),
                Step::Item(_) => draft.answer(level(&form, 5)),
                Step::Filter(0) => draft.choose(1),
                Step::Filter(_) => draft.skip(),
            }
        }
        let response = draft.finish().unwrap().response;
        assert_eq!(response.answers[0], Answer::Missing);
        assert_eq!(response.answers[13], Answer::Level(level(&form, 5)));
        assert_eq!(response.answers[16], Answer::NotAsked);
        assert_eq!(response.filters, [Some(1), None]);
        assert!(response.fits(&form));
        let mut wrong = response;
        wrong.answers[16] = Answer::Missing;
        assert!(!wrong.fits(&form));
    }

    #[test]
    fn a4_going_back_and_changing_a_filter_drops_its_answers() {
        let form = form();
        let mut draft = open(&form);
        while draft.current() != Some(Step::Filter(0)) {
            draft.answer(level(&form, 4));
        }
        draft.choose(1);
        draft.answer(level(&form, 1));
        assert!(draft.back());
        assert_eq!(draft.given_level(), Some(level(&form, 1)));
        assert!(draft.back());
        assert_eq!(draft.given_option(), Some(1));
        draft.choose(0);
        assert_eq!(draft.current(), Some(Step::Filter(1)));
        draft.choose(1);
        draft.comment("  cảm ơn  ");
        let finished = draft.finish().unwrap();
        assert_eq!(finished.response.answers[13], Answer::NotAsked);
        assert_eq!(finished.comment.as_deref(), Some("cảm ơn"));
    }
}
