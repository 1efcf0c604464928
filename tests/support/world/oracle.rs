//! What every citizen gave and saw, held against what the server shows. Never: reads a device; what
//! was thanked and not destroyed must be there in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use survey::day::{Day, DayQuality, Millis};
use survey::id::{DeviceId, ParcelHash, ResponseId, UnitId};
use survey::submission::Parcel;
use survey::wire::batch::Reason;

use super::ruler::Mark;

/// A record: an id, and a content under it.
pub type Key = (ResponseId, ParcelHash);

/// What a run can do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Somebody was thanked, and the answer is nowhere.
    Lost,
    /// An answer is there twice.
    Double,
    /// A device cannot get rid of what it holds.
    Stuck,
    /// Something is there that nobody gave.
    Invented,
    /// An honest device is taken for a copy.
    FalseFlag,
}

impl Wrong {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::Lost,
        Self::Double,
        Self::Stuck,
        Self::Invented,
        Self::FalseFlag,
    ];
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost",
            Self::Double => "double",
            Self::Stuck => "stuck",
            Self::Invented => "invented",
            Self::FalseFlag => "false flag",
        })
    }
}

/// The first thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of which kind.
    pub wrong: Wrong,
    /// What exactly.
    pub what: String,
}

/// A failure.
pub fn fail<T>(wrong: Wrong, what: impl Into<String>) -> Result<T, Failure> {
    Err(Failure {
        wrong,
        what: what.into(),
    })
}

/// One citizen's answers, as the oracle knows them.
#[derive(Clone, Debug)]
pub struct Given {
    /// The item marked.
    pub mark: Mark,
    /// The record.
    pub parcel: Parcel,
    /// The day in it, and how sure of it the device was.
    pub day: (Day, DayQuality),
    /// The day it truly was.
    pub true_day: Day,
    /// "Cảm ơn" was seen.
    pub is_thanked: bool,
    /// Every disk that held it is gone, and the server has it not.
    pub is_destroyed: bool,
    /// Reasons for which it may end in quarantine.
    pub excuses: BTreeSet<Reason>,
}

/// What the citizens know.
#[derive(Default)]
pub struct Oracle {
    /// Every record that a citizen finished.
    pub given: BTreeMap<Key, Given>,
    /// What each disk must hold, waiting or settled.
    pub holdings: BTreeMap<usize, BTreeSet<Key>>,
    /// Devices that were cloned or set back: only these may be flagged.
    pub forked: BTreeSet<DeviceId>,
    /// When each record was first counted, in which ledger.
    pub receipts: BTreeMap<Key, (UnitId, Millis)>,
    /// The item that the next citizen marks.
    pub next_option: usize,
}

impl Oracle {
    /// A citizen saw "Cảm ơn" on this device.
    pub fn thank(&mut self, key: Key, disk: usize) {
        if let Some(given) = self.given.get_mut(&key) {
            given.is_thanked = true;
            self.holdings.entry(disk).or_default().insert(key);
        }
    }

    /// The records under an id may end in quarantine for this reason.
    pub fn excuse(&mut self, id: ResponseId, reason: Reason) {
        for ((given_id, _), given) in &mut self.given {
            if *given_id == id {
                given.excuses.insert(reason);
            }
        }
    }

    /// The records named in a text may end in quarantine for this reason.
    pub fn excuse_in(&mut self, text: &str, reason: Reason) {
        for ((id, _), given) in &mut self.given {
            if text.contains(&id.to_string()) {
                given.excuses.insert(reason);
            }
        }
    }

    /// Every record may end in quarantine for this reason.
    pub fn excuse_all(&mut self, reason: Reason) {
        for given in self.given.values_mut() {
            given.excuses.insert(reason);
        }
    }

    /// Something was destroyed: what is on no disk and not on the server is nobody's duty any more.
    pub fn write_off(&mut self, is_on_server: impl Fn(&Key) -> bool) {
        let held: BTreeSet<Key> = self.holdings.values().flatten().copied().collect();
        for (key, given) in &mut self.given {
            if given.is_thanked && !held.contains(key) && !is_on_server(key) {
                given.is_destroyed = true;
            }
        }
    }
}
