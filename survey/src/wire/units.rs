//! Changing the tree of units: rows wanted, what they would change, what is wrong with them.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::manager::Unit;
use crate::day::Day;
use crate::id::UnitId;

/// `PUT /v1/units`: units as they shall be, all or none. A unit that is not there is added, others
/// are renamed, closed, merged into their successor; what is not named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedUnits {
    /// The units.
    pub units: Vec<Unit>,
    /// Only say what would change.
    pub dry_run: bool,
}

/// `POST /v1/units/import`: the same from a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// RFC 4180, with or without a byte order mark; the first row names the columns.
    pub csv: String,
    /// Only say what would change.
    pub dry_run: bool,
}

/// The answer to both: every change or every error by row. With an error nothing is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What changes, in the order of the rows.
    pub changes: Vec<Change>,
    /// What is wrong.
    pub errors: Vec<RowError>,
    /// Rows that are already so.
    pub unchanged: u32,
    /// Whether it was done.
    pub done: bool,
}

/// What one row changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The row, from 1; in a file the row of the column names is 1.
    pub row: u32,
    /// Which unit.
    pub unit: UnitId,
    /// Its name afterwards.
    pub name: String,
    /// It is new; otherwise what changes.
    pub is_new: bool,
    /// Each column that changes, from what to what.
    pub cells: Vec<Cell>,
}

/// One cell that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The column.
    pub column: Column,
    /// Before.
    pub from: String,
    /// Afterwards.
    pub to: String,
}

/// One thing that is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// The row.
    pub row: u32,
    /// The column; `None` where it is the row as a whole.
    #[serde(default)]
    pub column: Option<Column>,
    /// What.
    pub problem: Problem,
}

/// `GET /v1/units/{unit}/history`: what a unit was, and whom it follows. Nothing of it names a unit that
/// the caller does not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// What was changed when, the newest first.
    pub changes: Vec<Changed>,
    /// The units that end in this one.
    pub follows: Vec<Followed>,
}

/// What was changed on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The day.
    pub on: Day,
    /// Each column, from what to what.
    pub cells: Vec<Cell>,
}

/// A unit whose successor another is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// Its id.
    pub unit: UnitId,
    /// Its last day.
    pub last: Option<Day>,
}

macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// A column of the file; each is a part of [`Unit`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Column {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Column {
            /// Every column, in the order in which files are written.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in a file.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

columns! {
    /// Stable for ever.
    Id = "id";
    /// The unit above.
    Parent = "parent";
    /// What it is.
    Kind = "kind";
    /// Its Vietnamese name.
    NameVi = "name_vi";
    /// Its English name.
    NameEn = "name_en";
    /// The code of the General Statistics Office.
    Gso = "gso";
    /// The code of the agency.
    Agency = "agency";
    /// First day.
    ValidFrom = "valid_from";
    /// Last day.
    ValidTo = "valid_to";
    /// Who follows it.
    Successors = "successors";
    /// Whether counters of its own collect answers.
    Collects = "collects";
}

/// What can be wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Problem {
    /// The file has no such column.
    MissingColumn,
    /// The file has a column that is none, or one twice.
    UnknownColumn,
    /// The row has more or fewer cells than the first.
    Cells,
    /// Not an id: 1 to 32 of `a-z 0-9 - _ .`.
    BadId,
    /// Not a kind of unit.
    BadKind,
    /// Not a day such as 2026-07-01.
    BadDay,
    /// Not a code: at most 32 letters, digits, points, hyphens.
    BadCode,
    /// Neither yes nor no.
    BadFlag,
    /// A name has 1 to 200 bytes.
    BadName,
    /// The id stands in an earlier row too.
    Twice,
    /// The id is taken by a unit that this account does not keep.
    Taken,
    /// There is no such unit above.
    NoParent,
    /// It would stand below itself.
    Circle,
    /// More than twelve units above one another.
    TooDeep,
    /// It ends before it begins.
    EndsEarly,
    /// There is no such successor, or it is the unit itself, or in a circle.
    NoSuccessor,
    /// Only a unit with a last day has successors.
    SuccessorNeedsEnd,
    /// Answers were collected here or below: a unit that goes elsewhere is closed and followed by a
    /// new one.
    HasAnswers,
    /// The unit above ends earlier.
    OutlivesParent,
    /// A counter has no answers of its own: they are the unit's above it.
    CounterCollects,
    /// Nothing stands below a counter.
    BelowCounter,
    /// Only a whole deployment's operator makes a topmost unit.
    NeedsParent,
}
