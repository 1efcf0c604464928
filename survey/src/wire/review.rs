//! What an administrator reads and decides of comments that may name somebody (rule P13). Never: a counter,
//! a level, a day, or what leads to an answer.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Millis;
use crate::id::UnitId;

/// `GET /v1/units/{unit}/review?form=CODE&from=YYYY-MM&to=YYYY-MM`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewPage {
    /// Which unit.
    pub unit: UnitId,
    /// The form's code.
    pub form_code: String,
    /// By month, the newest first; in no order within.
    pub months: Vec<MarkedMonth>,
    /// The server's clock.
    pub now: Millis,
}

/// The comments of one month that wait for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// They.
    pub comments: Vec<MarkedComment>,
}

/// A comment that may name somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkedComment {
    /// Its random key, which leads to no answer.
    pub key: String,
    /// What was written, redacted.
    pub text: String,
}

/// What is to become of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Review {
    /// It stands with the others.
    Show,
    /// Nobody reads it any more.
    Keep,
}

/// `POST /v1/units/{unit}/review`: a decision on one comment, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecision {
    /// Which.
    pub key: String,
    /// What is to become of it.
    pub decision: Review,
    /// The words to hide for good before it is shown, by their places; see [`crate::comment::names`].
    #[serde(default)]
    pub hide: Vec<usize>,
}
