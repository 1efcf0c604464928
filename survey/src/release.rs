//! When counted responses become public: atoms of at least ten, released together and never split
//! (rules P5, P6). Never: a live counter of levels, a clock.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::day::{DAY_MS, Day, HOUR_MS, Millis};
use crate::id::FormId;
use crate::score::{OtherForm, Tally};

/// k: an atom has at least this many responses (P5).
pub const FLOOR: u64 = 10;
/// The hour of the daily release in Việt Nam (P6).
const RELEASE_HOUR_MS: i64 = 5 * HOUR_MS;

/// When what is waiting is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// Every day at 05:00 (UTC+7).
    Daily,
    /// After each count, as soon as [`FLOOR`] are waiting. The same atoms, the same proof.
    WhenTen,
}

/// The first release time strictly after an instant.
#[must_use]
pub fn next_release(after: Millis) -> Option<Millis> {
    let today = Day::of(after)?.starts().plus(RELEASE_HOUR_MS);
    Some(if today > after {
        today
    } else {
        today.plus(DAY_MS)
    })
}

impl Rhythm {
    /// Whether what is waiting shall be looked at now, having been looked at last at `last`.
    #[must_use]
    pub fn is_due(self, last: Millis, now: Millis) -> bool {
        match self {
            Self::WhenTen => true,
            Self::Daily => next_release(last).is_some_and(|next| next <= now),
        }
    }
}

/// Whether the responses waiting in a leaf cell (unit × form) may be released: all of them become
/// one atom, or none.
#[must_use]
pub const fn makes_an_atom(waiting: u64) -> bool {
    waiting >= FLOOR
}

/// A set of responses released together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// 1, 2, 3, … within unit and form.
    pub number: u32,
    /// The first business day of its responses.
    pub first: Day,
    /// The last, which decides the month it belongs to.
    pub last: Day,
    /// Their sum.
    pub tally: Tally,
}

/// The atoms of one form whose last day lies in one month: the smallest thing ever shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// `YYYY-MM`.
    pub month: String,
    /// How many atoms.
    pub atoms: u64,
    /// First business day in them; may lie in an earlier month.
    pub first: Day,
    /// Last business day in them.
    pub last: Day,
    /// Their sum.
    pub tally: Tally,
}

impl Slice {
    /// The slice of one atom.
    #[must_use]
    pub fn of(atom: Atom) -> Self {
        Self {
            month: atom.last.month_slice(),
            atoms: 1,
            first: atom.first,
            last: atom.last,
            tally: atom.tally,
        }
    }

    /// Adds another slice of the same form; the month stays this one's.
    ///
    /// # Errors
    /// [`OtherForm`], changing nothing.
    pub fn merge(&mut self, other: &Self) -> Result<(), OtherForm> {
        self.tally.merge(&other.tally)?;
        self.atoms = self.atoms.saturating_add(other.atoms);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        Ok(())
    }
}

/// Sums slices by form and month, in that order. Any order of the input gives the same result.
#[must_use]
pub fn by_month(slices: impl IntoIterator<Item = Slice>) -> Vec<Slice> {
    let mut sums: BTreeMap<(FormId, String), Slice> = BTreeMap::new();
    for slice in slices {
        let key = (slice.tally.form(), slice.month.clone());
        match sums.get_mut(&key) {
            None => {
                sums.insert(key, slice);
            }
            // The key holds the form, and a form has one shape, so they merge.
            Some(sum) => drop(sum.merge(&slice)),
        }
    }
    sums.into_values().collect()
}

/// The sum of one form's slices from month to month, both included; `None` when there are none.
#[must_use]
pub fn over(slices: &[Slice], form: FormId, from: &str, to: &str) -> Option<Slice> {
    let mut sum: Option<Slice> = None;
    for slice in slices {
        if slice.tally.form() != form || slice.month.as_str() < from || slice.month.as_str() > to {
            continue;
        }
        match &mut sum {
            None => sum = Some(slice.clone()),
            Some(sum) => drop(sum.merge(slice)),
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::MINUTE_MS;

    #[test]
    fn p6_release_is_at_five_in_the_morning_in_viet_nam() {
        let monday = Day::parse("2026-11-23").unwrap();
        let five = monday.starts().plus(5 * HOUR_MS);
        assert_eq!(next_release(monday.starts()), Some(five));
        assert_eq!(next_release(five), Some(five.plus(DAY_MS)));
        let before = five.plus(-MINUTE_MS);
        assert!(!Rhythm::Daily.is_due(before.plus(-MINUTE_MS), before));
        assert!(Rhythm::Daily.is_due(before, five));
        assert!(!Rhythm::Daily.is_due(five, five.plus(23 * HOUR_MS)));
        assert!(Rhythm::Daily.is_due(five, five.plus(9 * DAY_MS)));
    }

    #[test]
    fn p5_nine_are_not_enough() {
        assert!(!makes_an_atom(9));
        assert!(makes_an_atom(10));
    }
}
