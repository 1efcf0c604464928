//! How the server is, for whoever runs it (rules V1, V2): each check with its level and what to look at.
//! Never: a figure, an answer, anything about a single response.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Millis;
use crate::id::UnitId;

/// `GET /v1/server`, and `GET /health` of the watch socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The worst of the checks.
    pub level: Level,
    /// One for each thing that is watched here.
    pub checks: Vec<Check>,
    /// The release that runs.
    pub version: String,
    /// How often this deployment was restored from a backup.
    pub restore: u32,
    /// The server's clock.
    pub now: Millis,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it shall be.
    Ok,
    /// Look at it this week.
    Warning,
    /// Look at it today.
    Alarm,
}

/// One thing that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which.
    pub what: What,
    /// How bad it is.
    pub level: Level,
    /// What was measured, in the unit that [`What`] names; `None` where there is nothing yet.
    #[serde(default)]
    pub value: Option<i64>,
    /// The units that it is about, at most twenty.
    #[serde(default)]
    pub units: Vec<UnitId>,
}

/// What is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// Whether the stored sums are what the rows add up to (V3); units where they are not, or where
    /// nobody could say.
    Recount,
    /// Ledgers whose release is overdue.
    Release,
    /// Days that the oldest answer has been waiting on a device.
    Queues,
    /// Hours since the newest backup that was proved.
    Backup,
    /// Megabytes that are free where responses are kept.
    Disk,
    /// Minutes since the machine last told of itself.
    Machine,
}

/// What the program around the server tells once a minute. Sizes are in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Everything that the server keeps.
    pub stored_bytes: u64,
    /// Free on that disk.
    pub free_bytes: u64,
    /// Memory of the runtime.
    pub memory_bytes: u64,
    /// When the newest backup was made and proved.
    #[serde(default)]
    pub backup: Option<Millis>,
    /// Its size.
    pub backup_bytes: u64,
    /// Since when there is something to lose, where no backup can be found.
    #[serde(default)]
    pub unsaved_since: Option<Millis>,
}
