//! Everything the screens are drawn from, in one value. Never: a browser, a clock.

use std::rc::Rc;
use std::sync::Arc;

use survey::answer::Draft;
use survey::day::{Day, Millis};
use survey::format::{self, Language};
use survey::id::FieldId;
use survey::outbox::alarm::{self, Alarm};
use survey::wire::device::Names;

use super::pack::{FIRST, OWN, Pack, Phrase};
use super::rescue::Said;
use super::session::{Screen, Session, View};
use super::setup::Setup;
use crate::device::health::Health;
use crate::device::store::{Facts, QueueSummary};
use crate::parts::Wording;
use crate::text::{self, Text};

/// The class of a device that goes from hand to hand; all others stand where citizens come to them.
const TABLET: &str = "tablet";
/// Who listens is given so many seconds more before the countdown (UK10).
const LISTENING_S: u16 = 20;

/// The state of the counter's page. Screens are functions of it; touches change it.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Which screen stands.
    pub session: Session,
    /// The tag of the language wanted; Vietnamese until a pack for it is here.
    pub language: String,
    /// The languages that are here.
    pub packs: Vec<Rc<Pack>>,
    /// How this citizen likes to see it.
    pub look: Look,
    /// Seconds until everything is cleared, while that is counted down.
    pub leaving: Option<u16>,
    /// The comment as it is being written.
    pub comment: String,
    /// The configuration; `None` before enrolment.
    pub setup: Option<Arc<Setup>>,
    /// Somebody helps this citizen (US4).
    pub is_assisted: bool,
    /// Whether this screen can be read aloud, or is.
    pub hearing: Hearing,
    /// This citizen listens, and so is given longer (UK10).
    pub has_listened: bool,
    /// Seconds until the screen takes touches again (UK13).
    pub cleaning: u16,
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
    /// What came of exporting or importing, for staff.
    pub rescue: Said,
    /// How the storage does, for staff.
    pub health: Option<Health>,
    /// Minutes by which the wall clock is ahead, for staff; `None` before the first reply.
    pub minutes_ahead: Option<i64>,
    /// A new shell waits for the idle screen.
    pub has_update: bool,
}

/// Whether a screen can be read aloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hearing {
    /// A sentence of it has no voice: the button is hidden.
    #[default]
    Cannot,
    /// Each sentence has a recording or a voice of the device.
    Can,
    /// It is being read.
    Hears,
}

/// How a citizen likes to see the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Larger letters.
    pub is_large: bool,
    /// Stronger contrast.
    pub is_strong: bool,
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

    fn pack(&self) -> Option<&Rc<Pack>> {
        self.packs.iter().find(|pack| pack.tag == self.language)
    }

    /// The tag of the language that the page is in.
    #[must_use]
    pub fn tag(&self) -> &str {
        self.pack().map_or(OWN, |pack| &pack.tag)
    }

    /// The languages to offer: those of the configuration, or the first ones.
    #[must_use]
    pub fn languages(&self) -> Vec<String> {
        match &self.setup {
            Some(setup) if !setup.config.languages.is_empty() => setup.config.languages.clone(),
            _ => FIRST.map(str::to_owned).to_vec(),
        }
    }

    /// The languages that can be shown now, each with its own name. Vietnamese always can.
    #[must_use]
    pub fn choices(&self) -> Vec<(String, String)> {
        let (key, vietnamese) = Text::LanguageName.entry();
        let name = |tag: String| {
            let pack = self.packs.iter().find(|pack| pack.tag == tag);
            let name = pack.and_then(|pack| pack.words.as_ref()?.text(key));
            let name = name.or((tag == OWN).then_some(vietnamese))?.to_owned();
            Some((tag, name))
        };
        self.languages().into_iter().filter_map(name).collect()
    }

    /// A text of a pack, or in its place the Vietnamese one, marked as such.
    fn or_vietnamese(
        &self,
        words: impl FnOnce(&Pack) -> Option<&Wording>,
        key: &str,
        vietnamese: &str,
    ) -> Phrase {
        let pack = self.pack();
        let own = pack.and_then(|pack| words(pack)?.text(key));
        match own.filter(|text| !text.is_empty()) {
            Some(text) => Phrase {
                text: text.to_owned(),
                lang: None,
            },
            None => Phrase {
                text: vietnamese.to_owned(),
                lang: (self.tag() != OWN).then_some(OWN),
            },
        }
    }

    /// A sentence in the language chosen.
    #[must_use]
    pub fn say(&self, text: Text) -> Phrase {
        let (key, vietnamese) = text.entry();
        self.or_vietnamese(|pack| pack.words.as_ref(), key, vietnamese)
    }

    /// A sentence with its placeholders filled.
    #[must_use]
    pub fn fill(&self, text: Text, values: &[(&str, &str)]) -> Phrase {
        let said = self.say(text);
        Phrase {
            text: text::fill(&said.text, values),
            lang: said.lang,
        }
    }

    /// How numbers and days are written here: as in English where it is not Vietnamese.
    #[must_use]
    pub fn language(&self) -> Language {
        if self.tag() == OWN {
            Language::Vi
        } else {
            Language::En
        }
    }

    /// A sentence with its `{n}` filled by a number, its thousands grouped.
    #[must_use]
    pub fn count(&self, text: Text, n: i64) -> Phrase {
        let n = format::count(self.language(), n.unsigned_abs());
        self.fill(text, &[("n", &n)])
    }

    /// A form's text in the language chosen, or in Vietnamese, saying so.
    #[must_use]
    pub fn phrase(&self, key: &str, vietnamese: &str) -> Phrase {
        self.or_vietnamese(|pack| pack.form.as_ref(), key, vietnamese)
    }

    /// A name in the language chosen, or in Vietnamese, saying so.
    #[must_use]
    pub fn name(&self, names: &Names) -> Phrase {
        let (text, lang) = names.said_in(self.tag());
        Phrase {
            text: text.to_owned(),
            lang: (lang != self.tag()).then_some(lang),
        }
    }

    /// A sentence whose placeholders are names, in parts, each with its language.
    #[must_use]
    pub fn sentence_of(&self, text: Text, values: &[(&str, &Names)]) -> Vec<Phrase> {
        let said = self.say(text);
        let part = |text: &str| Phrase {
            text: text.to_owned(),
            lang: said.lang,
        };
        let mut parts = Vec::new();
        for piece in said.text.split('{') {
            let (name, after) = piece.split_once('}').unwrap_or(("", piece));
            let names = values.iter().find(|(known, _)| *known == name);
            parts.extend(names.map(|(_, names)| self.name(names)));
            parts.push(part(after));
        }
        parts
    }

    /// Whether all of it is practice: nothing is kept, nothing counted.
    #[must_use]
    pub fn is_practice(&self) -> bool {
        let setup = self.setup.as_ref();
        setup.is_some_and(|setup| setup.config.training)
    }

    /// Whether staff hand this device over for each survey (US3).
    #[must_use]
    pub fn is_tablet(&self) -> bool {
        let setup = self.setup.as_ref();
        setup.is_some_and(|setup| setup.config.class.as_str() == TABLET)
    }

    /// The screen between two citizens, in the opening hours.
    #[must_use]
    pub fn rest(&self) -> Screen {
        if self.is_tablet() {
            Screen::Ready
        } else {
            Screen::Attract
        }
    }

    /// Whether the tablet waits for the citizen to whom it was handed.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.is_tablet() && self.view() == View::Attract
    }

    /// Whether it can still be said that somebody helps: until the first answer (US4).
    #[must_use]
    pub fn can_be_assisted(&self) -> bool {
        !self.draft().is_some_and(Draft::has_answer)
    }

    /// Whether somebody chose a language, a look, or to listen: theirs, not the next citizen's (UK11).
    #[must_use]
    pub fn is_to_taste(&self) -> bool {
        let first = self.languages().into_iter().next();
        self.look != Look::default() || self.has_listened || first.as_ref() != Some(&self.language)
    }

    /// After so many seconds of silence somebody may have left (UK10): who listens is given longer.
    #[must_use]
    pub fn idle_s(&self) -> Option<u16> {
        let longer = if self.has_listened { LISTENING_S } else { 0 };
        let setup = self.setup.as_ref()?;
        Some(setup.config.idle_s.saturating_add(longer))
    }

    /// What the queue asks of staff now (B3). Red: the records that wait are to be exported (O14).
    #[must_use]
    pub fn queue_alarm(&self, wall: Millis) -> Alarm {
        let unsent = u64::try_from(self.counts.unsent).unwrap_or(u64::MAX);
        alarm::of_queue(unsent, self.counts.oldest, Day::of(wall))
    }

    /// Whether staff are asked for nothing but to export what waits (B3): not where that has just
    /// failed, or the server's key never came.
    #[must_use]
    pub fn must_export(&self, wall: Millis) -> bool {
        let has_key = self
            .setup
            .as_ref()
            .is_some_and(|it| it.config.rescue.is_some());
        let has_failed = matches!(self.rescue, Said::Wrong(_));
        has_key
            && !has_failed
            && alarm::asks_for_export(self.queue_alarm(wall), self.facts.exported, wall)
    }

    /// The draft in progress.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.session.draft()
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
