//! How many dossiers ended at each unit in each month: what managers hand in and read.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::id::UnitId;

/// Dossiers that ended at one unit in one month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierCount {
    /// Which unit.
    pub unit: UnitId,
    /// `YYYY-MM`.
    pub month: String,
    /// How many, at most a million.
    pub dossiers: u64,
}

/// `GET /v1/dossiers`: all of the subtree, by unit and month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dossiers {
    /// The counts.
    pub counts: Vec<DossierCount>,
}

/// `PUT /v1/dossiers`: counts from a form; each takes the place of the one that was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedDossiers {
    /// The counts.
    pub counts: Vec<DossierCount>,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// `POST /v1/dossiers/import`: counts from a file with the columns `unit`, `month`, `dossiers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierSheet {
    /// The file.
    pub csv: String,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it, or would: all or, with an error, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierOutcome {
    /// Counts that are new.
    pub added: u32,
    /// Counts that took the place of another.
    pub changed: u32,
    /// Counts that were there already.
    pub same: u32,
    /// Everything that is wrong, by row; the first row below the head of a file is 2.
    pub errors: Vec<DossierError>,
}

/// One thing that is wrong with one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierError {
    /// The row.
    pub row: u32,
    /// What.
    pub problem: DossierProblem,
}

/// What can be wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DossierProblem {
    /// The head is not `unit`, `month`, `dossiers` in any order.
    Columns,
    /// The row has more or fewer cells than the head.
    Cells,
    /// There is no such unit that collects answers here.
    NoUnit,
    /// Not a month such as 2026-07, or one to come.
    BadMonth,
    /// Not a whole number up to a million.
    BadNumber,
    /// Unit and month stand in an earlier row too.
    Twice,
}
