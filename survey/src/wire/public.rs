//! What is made public of a unit, and what its managers tell that they did: what managers send and read.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::id::UnitId;

/// Actions of one unit, at most.
pub const MOST_ACTIONS: usize = 500;

/// Which units' figures are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The unit's own alone.
    Own,
    /// Those of the units directly below it, too.
    Below,
    /// Those of every unit below it.
    All,
}

impl Level {
    /// Each, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Own, Self::Below, Self::All];

    /// Its word, as it is on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Below => "below",
            Self::All => "all",
        }
    }
}

/// What is public of a unit; the months follow by a rule (UM17), and nothing else is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The code of the form whose figures are shown.
    pub form: String,
    /// Which units.
    pub level: Level,
}

/// `PUT /v1/units/{unit}/publication`: null takes everything back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedPublication {
    /// What shall be public.
    #[serde(deserialize_with = "super::said")]
    pub publication: Option<Publication>,
}

/// `GET /v1/units/{unit}/publication`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationPage {
    /// Which unit.
    pub unit: UnitId,
    /// What is public of it.
    #[serde(default)]
    pub publication: Option<Publication>,
    /// Since when.
    #[serde(default)]
    pub since: Option<Day>,
    /// Where everybody reads it; `None` where the server was not told its public address.
    #[serde(default)]
    pub address: Option<String>,
}

/// How far an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionState {
    /// Only its managers read it, and may change it.
    Draft,
    /// Everybody reads it, and nobody changes it.
    Published,
    /// It was public; its managers still read it.
    Withdrawn,
}

impl ActionState {
    /// Its word, as it is on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        let all = [Self::Draft, Self::Published, Self::Withdrawn];
        all.into_iter().find(|state| state.word() == word)
    }
}

/// `POST /v1/units/{unit}/actions` and `PUT /v1/units/{unit}/actions/{action}`: "Bạn nói - Chúng tôi làm".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionWords {
    /// What people said, at most 300 characters.
    pub said: String,
    /// What was done about it, at most 600.
    pub done: String,
    /// When.
    pub day: Day,
}

/// `PUT /v1/units/{unit}/actions/{action}/state`: published, or withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewState {
    /// Which.
    pub state: ActionState,
}

/// The answer to a new action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionAdded {
    /// Its id, hex(16).
    pub action: String,
}

/// One action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Its id.
    pub action: String,
    /// Whose it is.
    pub unit: UnitId,
    /// What people said.
    pub said: String,
    /// What was done about it.
    pub done: String,
    /// When.
    pub day: Day,
    /// How far it is.
    pub state: ActionState,
    /// Since when everybody reads it, or did.
    #[serde(default)]
    pub published: Option<Day>,
    /// Since when nobody does any more.
    #[serde(default)]
    pub withdrawn: Option<Day>,
}

/// `GET /v1/units/{unit}/actions`: those of the unit and of the units below it, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// The actions.
    pub actions: Vec<Action>,
}
