//! When counted responses become public: atoms of at least ten, released together and never split
//! (rules P5, P6), and how final a month is. Never: a live counter of levels, a clock.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::day::{DAY_MS, Day, HOUR_MS, Millis};
use crate::form::Form;
use crate::id::FormId;
use crate::score::{OtherForm, Shape, Tally};

/// k: an atom has at least this many responses (P5).
pub const FLOOR: u64 = 10;
/// Comments are shown with at least this many of the same unit, form and month (P13).
pub const COMMENT_FLOOR: usize = 5;
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

/// Whether the responses waiting in a leaf cell (unit × form) may be released at `at`: all of them
/// become one atom, or none. `last` is the last business day among them; a month that is sealed
/// takes no more atoms, so late answers wait for one of a later day.
#[must_use]
pub fn makes_an_atom(waiting: u64, last: Day, at: Millis) -> bool {
    waiting >= FLOOR && sealed_at(last).is_some_and(|sealed| at <= sealed)
}

/// Whether what was left of so many units at year close may be shown together (rule P6).
#[must_use]
pub const fn makes_a_pool(responses: u64, units: u64) -> bool {
    responses >= FLOOR && units >= 2
}

/// The year that closes with this release, at the earliest the one before: a year closes when its
/// December is sealed. `None` at the ends of the calendar.
#[must_use]
pub fn closed_at(at: Millis) -> Option<i32> {
    let last = Day::of(at)?.year().checked_sub(1)?;
    let sealed = sealed_at(Day::from_calendar(last, 12, 1)?)?;
    Some(if at >= sealed {
        last
    } else {
        last.checked_sub(1)?
    })
}

/// How long after its last day a month takes late answers.
const PROVISIONAL_DAYS: i64 = 7;

/// The last release that may add to the month of a day: at 05:00 after seven more whole days.
/// `None` at the end of the calendar.
#[must_use]
pub fn sealed_at(day: Day) -> Option<Millis> {
    let (year, month) = match day.month() {
        12 => (day.year().checked_add(1)?, 1),
        month => (day.year(), month.checked_add(1)?),
    };
    let next = Day::from_calendar(year, month, 1)?;
    Some(next.plus(PROVISIONAL_DAYS).starts().plus(RELEASE_HOUR_MS))
}

/// How final the figures of a month are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finality {
    /// Days of it are still to come.
    Open,
    /// Its days are over; late answers still join it.
    Provisional,
    /// It changes no more.
    Sealed,
}

/// How final a month, written `YYYY-MM`, is; `None` when it is no month.
#[must_use]
pub fn finality(month: &str, now: Millis) -> Option<Finality> {
    let first = Day::parse(&alloc::format!("{month}-01"))?;
    let today = Day::of(now)?;
    Some(if now > sealed_at(first)? {
        Finality::Sealed
    } else if today.month_slice().as_str() > month {
        Finality::Provisional
    } else {
        Finality::Open
    })
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
    /// After a restore of the server, its day and the sum of those of later days: only these were
    /// certainly in no figure that was shown before. `None` where there was none.
    pub fresh: Option<(Day, Tally)>,
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
    /// The slice of one atom, of which `tally` may be shown.
    fn of(atom: &Atom, tally: Tally) -> Self {
        Self {
            month: atom.last.month_slice(),
            atoms: 1,
            first: atom.first,
            last: atom.last,
            tally,
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

/// What waits of a factor under a filter.
struct Held {
    factor: usize,
    /// Asked since the last of its answers were shown, as far as they are new.
    asked: u64,
    /// The restore since which they are counted.
    restored: Option<Day>,
    tally: Tally,
}

/// What of one form's atoms may be shown, in the order of their numbers.
///
/// Who is asked about a factor under a filter is known to others: who handed in a petition, say. So
/// such a factor has atoms of its own: it is left out of the sums until ten who were asked are
/// together, and joins the atom that completes them (rule P5). Everything else is shown with its
/// atom.
#[must_use]
pub fn shown(form: &Form, atoms: impl IntoIterator<Item = Atom>) -> Vec<Slice> {
    let nobody = Tally::empty(form.id(), Shape::of(form));
    let factors = form.factors().iter().enumerate();
    let filtered = factors.filter(|(_, factor)| factor.asked_if.is_some());
    let mut held: Vec<Held> = filtered
        .map(|(factor, _)| Held {
            factor,
            asked: 0,
            restored: None,
            tally: nobody.clone(),
        })
        .collect();
    let mut slices = Vec::new();
    for atom in atoms {
        let mut tally = atom.tally.clone();
        for held in &mut held {
            let part = tally.take_factor(form, held.factor);
            let restored = atom.fresh.as_ref().map(|(day, _)| *day);
            if held.restored != restored {
                (held.restored, held.asked) = (restored, 0);
            }
            // Also in later atoms: devices bring back what was shown before for weeks.
            let new = atom.fresh.as_ref().map_or_else(
                || part.asked(form, held.factor),
                |(_, fresh)| {
                    let asked = fresh.asked(form, held.factor);
                    asked.saturating_sub(fresh.people().day_uncertain)
                },
            );
            held.asked = held.asked.saturating_add(new);
            // One form has one shape, so they merge.
            held.tally.merge(&part).unwrap_or(());
        }
        // Only now: what joins again is not taken out as a part of the next.
        for held in held.iter_mut().filter(|held| held.asked >= FLOOR) {
            tally.merge(&held.tally).unwrap_or(());
            held.asked = 0;
            held.tally = nobody.clone();
        }
        slices.push(Slice::of(&atom, tally));
    }
    slices
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
        let day = Day::parse("2026-11-23").unwrap();
        assert!(!makes_an_atom(9, day, day.starts()));
        assert!(makes_an_atom(10, day, day.starts()));
    }

    #[test]
    fn p6_a_month_is_open_then_provisional_then_sealed() {
        let at = |day: &str, hours: i64| {
            let day = Day::parse(day).unwrap();
            day.starts().plus(hours * HOUR_MS)
        };
        for (month, now, finality_then) in [
            ("2026-11", at("2026-11-30", 23), Finality::Open),
            ("2026-11", at("2026-12-01", 0), Finality::Provisional),
            ("2026-11", at("2026-12-08", 5), Finality::Provisional),
            ("2026-11", at("2026-12-08", 6), Finality::Sealed),
            ("2026-12", at("2027-01-08", 5), Finality::Provisional),
            ("2026-12", at("2027-01-08", 6), Finality::Sealed),
        ] {
            assert_eq!(finality(month, now), Some(finality_then), "{month}");
        }
        assert_eq!(finality("2026-13", at("2026-11-30", 0)), None);
    }

    #[test]
    fn p6_a_year_closes_when_its_december_is_sealed() {
        let seal = Day::parse("2027-01-08").unwrap().starts().plus(5 * HOUR_MS);
        assert_eq!(closed_at(seal), Some(2026));
        assert_eq!(closed_at(seal.plus(-1)), Some(2025));
        assert_eq!(closed_at(seal.plus(300 * DAY_MS)), Some(2026));
    }

    #[test]
    fn p6_a_sealed_month_takes_no_more_atoms() {
        let last = Day::parse("2026-11-30").unwrap();
        let seal = Day::parse("2026-12-08").unwrap().starts().plus(5 * HOUR_MS);
        assert!(makes_an_atom(10, last, seal));
        assert!(!makes_an_atom(500, last, seal.plus(1)));
        // With one answer of an open month they may go.
        assert!(makes_an_atom(500, last.plus(1), seal.plus(1)));
    }

    /// Ten people and more, some of whom were asked about petitions.
    fn atom(form: &Form, number: u32, (people, asked): (u64, u64)) -> Atom {
        let last = Day::parse("2026-11-02").unwrap().plus(i64::from(number));
        let mut numbers = Tally::empty(form.id(), Shape::of(form)).numbers();
        let petitions = form.items().iter().position(|item| item.factor == Some(4));
        for (item, count) in [(Some(1), people), (petitions, asked)] {
            // Sixteen numbers of people, then six of each item; level 5 is the fifth.
            numbers[16 + 6 * item.unwrap() + 4] = count;
        }
        let (of_factors, factor) = (
            16 + 6 * form.items().len(),
            [asked, asked, asked, 5 * asked],
        );
        numbers[of_factors + 16..of_factors + 20].copy_from_slice(&factor);
        numbers[0] = people;
        Atom {
            number,
            first: last,
            last,
            tally: Tally::from_numbers(form.id(), Shape::of(form), &numbers).unwrap(),
            fresh: None,
        }
    }

    #[test]
    fn p5_a_factor_under_a_filter_waits_until_ten_were_asked() {
        let form = Form::parse(include_str!("../forms/express6.json")).unwrap();
        let restored = atom(&form, 1, (10, 0)).last;
        let of = |atoms: &[(u64, u64)], fresh: &[Option<(u64, u64)>]| -> Vec<u64> {
            let made = atoms.iter().enumerate().map(|(at, atom_of)| {
                let number = u32::try_from(at).unwrap() + 1;
                let fresh = fresh.get(at).copied().flatten();
                let plain = atom(&form, number, *atom_of);
                Atom {
                    fresh: fresh.map(|fresh| (restored, atom(&form, number, fresh).tally)),
                    ..plain
                }
            });
            let slices = shown(&form, made);
            assert!(
                slices
                    .iter()
                    .zip(atoms)
                    .all(|(slice, (people, _))| { slice.tally.people().responses == *people })
            );
            slices
                .iter()
                .map(|slice| slice.tally.asked(&form, 4))
                .collect()
        };
        assert_eq!(of(&[(10, 4), (12, 5), (10, 3)], &[]), [0, 0, 12]);
        assert_eq!(of(&[(40, 10), (12, 9), (12, 1)], &[]), [10, 0, 10]);
        assert_eq!(of(&[(10, 0), (10, 0)], &[]), [0, 0]);
        // What came back after a restore may have been shown before: only what is new counts, also in
        // the atoms that follow, since devices come back for weeks.
        let fresh = [
            None,
            Some((12, 6)),
            Some((10, 3)),
            Some((0, 0)),
            Some((1, 1)),
        ];
        assert_eq!(
            of(&[(10, 4), (30, 11), (10, 3), (10, 8), (10, 1)], &fresh),
            [0, 0, 0, 0, 27]
        );
    }

    #[test]
    fn p5_what_is_held_back_comes_later_and_whole() {
        let form = Form::parse(include_str!("../forms/express6.json")).unwrap();
        let atoms = [(10, 4), (12, 5), (10, 3)].into_iter().zip(1..);
        let atoms: Vec<Atom> = atoms.map(|(of, number)| atom(&form, number, of)).collect();
        let mut whole = Tally::empty(form.id(), Shape::of(&form));
        for atom in &atoms {
            whole.merge(&atom.tally).unwrap();
        }
        let months = by_month(shown(&form, atoms));
        assert_eq!(months.len(), 1);
        assert_eq!(months[0].tally, whole);
    }
}
