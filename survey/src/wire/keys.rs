//! API keys: how a program of the province's own reads figures, and nothing else (rule UM15).

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::id::UnitId;

/// The longest that a key may work, in days: a year and a day of a leap year.
pub const MOST_DAYS: i64 = 366;

/// `GET /v1/keys`: the keys at nodes where the caller may give rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The newest first. Never the key itself.
    pub keys: Vec<KeyRow>,
}

/// One key, as those see it who may revoke it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// By which the audit log names it: `key:` and this.
    pub id: String,
    /// What its maker calls it.
    pub name: String,
    /// At and below which unit it reads figures; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// The account that made it.
    pub maker: String,
    /// The day on which it was made.
    pub since: Day,
    /// The last day on which it works.
    pub until: Day,
    /// The day on which it was last used.
    #[serde(default)]
    pub used: Option<Day>,
    /// It works today: its last day is not over, and its maker may still give this right.
    pub works: bool,
}

/// `POST /v1/keys`: makes a key. `DELETE /v1/keys/{key}` revokes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// 1 to 60 characters.
    pub name: String,
    /// At and below which unit; `None` is the whole deployment.
    #[serde(default)]
    pub node: Option<UnitId>,
    /// The last day on which it works: today at the earliest, [`MOST_DAYS`] from today at the latest.
    pub until: Day,
}

/// The answer: the only time that the key is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshKey {
    /// As [`KeyRow::id`].
    pub id: String,
    /// What a program sends as `Authorization: Bearer …`.
    pub key: String,
}
