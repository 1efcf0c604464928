//! What an operator sees and decides of records that are kept but not counted (rules L7, L8).
//! Never: an answer, a comment, a record's id.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::batch::Reason;
use crate::day::{Day, Millis};
use crate::id::{DeviceId, FormId, UnitId};

/// `GET /v1/quarantine`: everything kept in the units that the operator looks after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The groups, of each unit the largest first.
    pub groups: Vec<Group>,
    /// Records in groups beyond the 200 largest of a unit.
    pub rest: u64,
    /// The server's clock.
    pub now: Millis,
}

impl Quarantine {
    /// The groups that each Ledger told, with its number of records beyond them. A unit that records name
    /// and the caller does not see is not told (rule S4).
    #[must_use]
    pub fn of(kept: Vec<(Vec<Group>, u64)>, seen: &BTreeSet<UnitId>, now: Millis) -> Self {
        let rest = kept.iter().map(|(_, rest)| *rest).sum();
        let mut groups: Vec<_> = kept.into_iter().flat_map(|(groups, _)| groups).collect();
        for group in &mut groups {
            group.which.names = group.which.names.take().filter(|unit| seen.contains(unit));
        }
        Self { groups, rest, now }
    }
}

/// What tells one group of records from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// The unit whose ledger keeps them.
    pub unit: UnitId,
    /// Why they are not counted.
    pub reason: Reason,
    /// The form that they name, if that can be read.
    #[serde(default)]
    pub form: Option<FormId>,
    /// The unit that they name, for `unknown-unit`, if that can be read.
    #[serde(default)]
    pub names: Option<UnitId>,
    /// The device that they came from, for `unverified-device`, while receipts name it.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// Somebody decided to keep them as they are.
    #[serde(default)]
    pub kept: bool,
}

/// Records that are kept for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Which records.
    pub which: Which,
    /// The code of the form, where it is known here.
    #[serde(default)]
    pub form_code: Option<String>,
    /// The day on which the first came in.
    pub oldest: Day,
    /// The day on which the last came in.
    pub newest: Day,
    /// How many.
    pub count: u64,
}

/// What is to become of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Judge them again as if a valid key had sent them; count what can be counted.
    Release,
    /// Keep them as they are, uncounted, and do not ask again.
    Keep,
}

/// `POST /v1/quarantine`: a decision on what was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The group.
    pub which: Which,
    /// How many there were in it when it was looked at; when there are others now, nothing is done.
    pub count: u64,
    /// What is to become of it.
    pub decision: Decision,
}

/// What came of a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Counted now.
    pub counted: u64,
    /// Counted before, elsewhere.
    pub already: u64,
    /// Still kept.
    pub kept: u64,
}

/// Whether a release can count records that are kept for a reason (rule L8). What the device found
/// damaged, and a second content under an id that is counted, are never counted.
#[must_use]
pub const fn is_releasable(reason: Reason) -> bool {
    !matches!(reason, Reason::Damaged | Reason::IdConflict)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_what_records_name_is_told_only_to_who_sees_that_unit() {
        let id = |text: &str| UnitId::parse(text).unwrap();
        let group = |names: &str| Group {
            which: Which {
                unit: id("33.1"),
                reason: Reason::UnknownUnit,
                form: None,
                names: Some(id(names)),
                device: None,
                kept: false,
            },
            form_code: None,
            oldest: Day::parse("2026-11-01").unwrap(),
            newest: Day::parse("2026-11-02").unwrap(),
            count: 3,
        };
        let kept = [
            (Vec::from([group("33.2"), group("34.1")]), 4),
            (Vec::new(), 1),
        ];
        let seen = BTreeSet::from([id("33.1"), id("33.2")]);
        let told = Quarantine::of(kept.into(), &seen, Millis(7));
        let names = told.groups.iter().map(|group| group.which.names.clone());
        assert_eq!(names.collect::<Vec<_>>(), [Some(id("33.2")), None]);
        assert_eq!((told.rest, told.groups[1].count), (5, 3));
    }
}
