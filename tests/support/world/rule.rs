//! The rules that can be knocked out, one at a time, to see the simulator find it. Never: a flag in
//! shipped code; each knock-out wraps what the rule does and undoes it.

use std::fmt;

macro_rules! rules {
    ($(#[doc = $what:literal] $rule:ident = $name:literal,)+) => {
        /// What a run goes without.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rule {
            $(#[doc = $what] $rule,)+
        }

        impl Rule {
            /// Every knock-out.
            pub const ALL: &[Self] = &[$(Self::$rule),+];

            /// As it is typed after `--without`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)+
                }
            }

            /// What happens without it, in one sentence.
            #[must_use]
            pub const fn without(self) -> &'static str {
                match self {
                    $(Self::$rule => $what,)+
                }
            }
        }
    };
}

rules! {
    /// The id is drawn anew at each sending.
    O1 = "O1",
    /// Thanks are shown before the write is complete.
    O2 = "O2",
    /// The record is encoded anew at each sending.
    O3 = "O3",
    /// A record is settled when it is sent, not when a verdict comes.
    O4 = "O4",
    /// A 4xx deletes what was sent.
    O6 = "O6",
    /// Settled records are dropped at once.
    O7 = "O7",
    /// A refused batch is sent again as it is.
    O8 = "O8",
    /// A batch that is too large is sent again as it is.
    O8Halving = "O8-413",
    /// A record damaged at rest goes out under its old hash.
    O9 = "O9",
    /// The restore ordinal is not looked at.
    O12 = "O12",
    /// After a restore only the unit that replied gets its records again.
    O12Unit = "O12-unit",
    /// A reply that was made before a restore known by now still settles.
    O12Outdated = "O12-outdated",
    /// Each tab counts its batches itself, trusting the lock to keep the other out.
    O13 = "O13",
    /// What is exported is deleted from the device.
    O14 = "O14",
    /// Thanks are shown although the write failed.
    O15 = "O15",
    /// Writes are relaxed: the last one may not be on the disk.
    B1 = "B1",
    /// Any answer with status 200 settles.
    W5 = "W5",
    /// The batch number is stored after the sending.
    W7 = "W7",
    /// A revoked device is turned away.
    W8 = "W8",
    /// A batch goes to the ledger of the unit that the device belongs to now.
    L1 = "L1",
    /// What was written before an error stays.
    L2 = "L2",
    /// A record is judged under the hash of the bytes that arrived.
    L4 = "L4",
    /// A second content under an id is dropped.
    L5 = "L5",
    /// The ledger does not know what it has counted.
    L5Unique = "L5-unique",
    /// The reply is sent before its verdicts are on the disk.
    L6 = "L6",
    /// A record that counts at last stays in quarantine.
    L8 = "L8",
    /// A child sends what is new, and the parent adds it.
    L11Deltas = "L11-deltas",
    /// The snapshot that arrives last wins.
    L11Last = "L11-last",
    /// The restore ordinal of a snapshot is not looked at.
    L11Ordinal = "L11-ordinal",
    /// Everything counts on the day of receipt.
    T3 = "T3",
}

impl Rule {
    /// The knock-out with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The rule that is knocked out in this run, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Without(pub Option<Rule>);

impl Without {
    /// Whether this is the one.
    #[must_use]
    pub fn is(self, rule: Rule) -> bool {
        self.0 == Some(rule)
    }
}
