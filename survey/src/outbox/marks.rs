//! How a device notices that the server was restored from a backup, and what it offers again (rule
//! O12). Never: deletes, or trusts one unit's word about another.

use super::Reoffer;
use crate::wire::batch::Reply;

/// The highest marks a device has seen in replies about one unit. Kept with the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// How often the deployment was restored; one number for all units (L12).
    pub restore: u32,
    /// The unit's ledger version.
    pub version: u64,
}

impl Marks {
    /// The marks that a reply carries.
    #[must_use]
    pub const fn of(reply: &Reply) -> Self {
        Self {
            restore: reply.restore,
            version: reply.version,
        }
    }

    /// What to offer again after this reply, if `self` was known before that request was sent.
    ///
    /// A reply may overtake another: a version learned while the request was under way says nothing
    /// about a restore, so only what was known before counts. The ordinal is needed beside the
    /// version: a restored ledger that counts on overtakes its old version unseen.
    #[must_use]
    pub fn reoffer(self, said: Self) -> Reoffer {
        if said.restore > self.restore {
            Reoffer::Everything
        } else if said.restore == self.restore && said.version < self.version {
            Reoffer::ThisUnit
        } else {
            Reoffer::Nothing
        }
    }

    /// What is known after this reply, if `before` was known before that request was sent. A higher
    /// ordinal begins a new count of versions; an older one teaches nothing. A version that fell is
    /// believed, or each reply would offer everything again until it is reached once more.
    #[must_use]
    pub fn after(self, before: Self, said: Self) -> Self {
        let version = match before.reoffer(said) {
            Reoffer::ThisUnit => said.version,
            Reoffer::Nothing | Reoffer::Everything => self.version.max(said.version),
        };
        match said.restore.cmp(&self.restore) {
            core::cmp::Ordering::Greater => said,
            core::cmp::Ordering::Equal => Self { version, ..self },
            core::cmp::Ordering::Less => self,
        }
    }

    /// Whether a reply was made before a restore that is known by now, from another page of this
    /// device: its verdicts speak of rows that may be gone, and settle nothing.
    #[must_use]
    pub const fn is_outdated(self, said: Self) -> bool {
        said.restore < self.restore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(restore: u32, version: u64) -> Marks {
        Marks { restore, version }
    }

    #[test]
    fn o12_a_restore_brings_back_everything_and_a_lost_version_one_unit() {
        let known = Marks {
            restore: 1,
            version: 50,
        };
        for (restore, version, expected) in [
            (1, 50, Reoffer::Nothing),
            (1, 51, Reoffer::Nothing),
            (1, 49, Reoffer::ThisUnit),
            (2, 99, Reoffer::Everything),
            (2, 3, Reoffer::Everything),
            (0, 3, Reoffer::Nothing),
        ] {
            assert_eq!(known.reoffer(reply(restore, version)), expected);
        }
    }

    #[test]
    fn o12_versions_count_anew_after_a_restore() {
        let known = Marks {
            restore: 1,
            version: 50,
        };
        let after = known.after(known, reply(2, 7));
        assert_eq!(after.reoffer(reply(2, 7)), Reoffer::Nothing);
        assert_eq!(after.after(known, reply(1, 90)), after);
        assert!(after.is_outdated(reply(1, 90)));
    }

    #[test]
    fn o12_a_version_that_fell_offers_again_once() {
        let known = Marks {
            restore: 1,
            version: 50,
        };
        assert_eq!(known.reoffer(reply(1, 8)), Reoffer::ThisUnit);
        let after = known.after(known, reply(1, 8));
        assert_eq!(after.reoffer(reply(1, 9)), Reoffer::Nothing);
    }

    #[test]
    fn o12_a_reply_that_was_overtaken_is_no_restore() {
        let before = Marks {
            restore: 1,
            version: 50,
        };
        let overtaken = reply(1, 51);
        assert_eq!(before.reoffer(overtaken), Reoffer::Nothing);
        let meanwhile = before.after(before, reply(1, 60));
        assert_eq!(meanwhile.after(before, overtaken), meanwhile);
    }
}
