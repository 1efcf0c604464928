//! The house's questionnaires as people of the house see them and add to them (rule F7). Never: a
//! change of one, or its removal; a form is frozen when it is kept.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::{Day, Millis};
use crate::id::{FormId, UnitId};

/// Bytes that the file of an added form may have: the longest official one has 13,000.
pub const MOST_FORM_BYTES: usize = 64 * 1_024;
/// Forms that may be added to a house: each Ledger keeps all of them.
pub const MOST_ADDED: usize = 50;

/// `GET /v1/forms`: every form that is known here, the built-in ones first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forms {
    /// The forms.
    pub forms: Vec<FormRow>,
    /// The server's clock.
    pub now: Millis,
}

/// One form, and where it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRow {
    /// Its id.
    pub id: FormId,
    /// The form as its file; [`crate::form::Form::parse`] reads it.
    pub file: String,
    /// The first day on which a device may show it; `None` for what is built in.
    #[serde(default)]
    pub starts: Option<Day>,
    /// Devices with a valid key that shall show it, of the units that the caller may see.
    pub devices: u32,
    /// The units where these stand.
    pub units: Vec<UnitId>,
}

/// `POST /v1/forms` (operator): a form to be added, or to be judged on trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    /// Its file, at most [`MOST_FORM_BYTES`].
    pub file: String,
    /// The first day on which a device may show it.
    pub starts: Day,
    /// Only judge it; keep nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormTaken {
    /// The form's id.
    pub id: FormId,
    /// It is kept, for ever.
    pub done: bool,
}
