//! Everything the screens are drawn from, in one value. Never: a browser, a clock.

use std::sync::Arc;

use survey::answer::Draft;
use survey::day::Millis;
use survey::id::FieldId;

use super::session::{Session, View};
use super::setup::Setup;
use crate::device::health::Health;
use crate::device::store::{Facts, QueueSummary};
use crate::parts::{Phrase, Wording};
use crate::text::{Language, Text};

/// The state of the counter's page. Screens are functions of it; touches change it.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Which screen stands.
    pub session: Session,
    /// The language chosen.
    pub language: Language,
    /// Larger letters, for this citizen.
    pub is_large: bool,
    /// Stronger contrast, for this citizen.
    pub is_strong: bool,
    /// Seconds until everything is cleared, while that is counted down.
    pub leaving: Option<u16>,
    /// The comment as it is being written.
    pub comment: String,
    /// The configuration; `None` before enrolment.
    pub setup: Option<Arc<Setup>>,
    /// The form's English words.
    pub english: Option<Wording>,
    /// What the device knows about itself.
    pub facts: Facts,
    /// The enrolment's progress.
    pub enrolment: Enrolling,
    /// The staff's way in.
    pub gate: Gate,
    /// The queue in counts, for staff.
    pub counts: QueueSummary,
    /// How the sending goes, for staff.
    pub sending: Sending,
    /// How the storage does, for staff.
    pub health: Option<Health>,
    /// Minutes by which the wall clock is ahead, for staff; `None` before the first reply.
    pub minutes_ahead: Option<i64>,
    /// A new shell waits for the idle screen.
    pub has_update: bool,
}

/// How far an enrolment is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrolling {
    /// The code as it is being typed.
    pub code: String,
    /// What came of it.
    pub stage: Stage,
}

/// What came of an enrolment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing yet.
    #[default]
    Typing,
    /// The server is being asked.
    Working,
    /// It failed; the sentence says what to do.
    Refused(Text),
    /// The device is enrolled.
    Done,
}

/// The PIN pad.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The PIN was right.
    pub is_open: bool,
    /// A PIN is being checked.
    pub is_checking: bool,
    /// The digits so far.
    pub pin: String,
    /// What stands under the pad.
    pub said: Option<GateSaid>,
}

/// Why a PIN did not open the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateSaid {
    /// It is wrong.
    Wrong,
    /// Too many were wrong: so many minutes to wait.
    Closed(i64),
}

/// How the sending goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// An exchange is under way.
    pub is_busy: bool,
    /// When the next one is due.
    pub next: Option<Millis>,
}

impl Model {
    /// The view that stands.
    #[must_use]
    pub fn view(&self) -> View {
        self.session.view()
    }

    /// A sentence in the language chosen.
    #[must_use]
    pub fn say(&self, text: Text) -> String {
        text.say(self.language).to_owned()
    }

    /// A sentence with its placeholders filled.
    #[must_use]
    pub fn fill(&self, text: Text, values: &[(&str, &str)]) -> String {
        text.fill(self.language, values)
    }

    /// A sentence with its `{n}` filled by a number.
    #[must_use]
    pub fn count(&self, text: Text, n: i64) -> String {
        self.fill(text, &[("n", &n.to_string())])
    }

    /// A form's text in the language chosen, or in Vietnamese, saying which.
    #[must_use]
    pub fn phrase(&self, key: &str, vietnamese: &str) -> Phrase {
        let english = self.english.as_ref();
        let translated = english.filter(|_| self.language == Language::En);
        match translated.and_then(|pack| pack.text(key)) {
            Some(text) => Phrase {
                text: text.to_owned(),
                language: Language::En,
            },
            None => Phrase {
                text: vietnamese.to_owned(),
                language: Language::Vi,
            },
        }
    }

    /// The draft in progress.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.session.draft()
    }

    /// The language a new citizen meets.
    #[must_use]
    pub fn first_language(&self) -> Language {
        let setup = self.setup.as_ref();
        let first = setup.and_then(|setup| setup.languages().first().copied());
        first.unwrap_or_default()
    }

    /// The service field that counts: chosen by staff, or the configuration's first.
    #[must_use]
    pub fn field(&self) -> Option<FieldId> {
        let fields = &self.setup.as_ref()?.config.fields;
        let chosen = self.facts.field.as_ref();
        let chosen = chosen.filter(|chosen| fields.iter().any(|field| field.id == **chosen));
        chosen.or_else(|| Some(&fields.first()?.id)).cloned()
    }
}
