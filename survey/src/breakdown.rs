//! Breakdowns by field, mode and channel (rule P7): the groups are fixed, they are counted once, when their
//! quarter is sealed, and shown where no few people follow from them. Never: a free filter, a level, two
//! breakdowns crossed.
//!
//! What follows is reckoned with everything else that is shown: each atom's sum is known, so from a group's
//! sum every atom that is wholly of it can be taken away. What is left lies in atoms of more groups than one.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::day::{Day, Millis};
use crate::form::Form;
use crate::id::FormId;
use crate::release::{FLOOR, sealed_at};
use crate::score::{Summed, Tally};
use crate::stats::RatioSums;
use crate::submission::{Mode, Submission};

/// The most groups of a breakdown.
pub const GROUPS: usize = 6;
/// A group has nobody, or at least this many.
pub const GROUP_FLOOR: u64 = 30;

/// What a breakdown is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The service field.
    Field,
    /// With a helper or without.
    Mode,
    /// Where the answer came from.
    Channel,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Field, Self::Mode, Self::Channel];

    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Mode => "mode",
            Self::Channel => "channel",
        }
    }

    /// The groups, in their order; what is in none of the others is in the last.
    #[must_use]
    pub const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Field => &[
                "civil",
                "land",
                "social",
                "business",
                "health-education",
                "other",
            ],
            Self::Mode => &["self", "assisted"],
            Self::Channel => &["counter", "qr", "web", "paper", "other"],
        }
    }

    /// The group of a response.
    #[must_use]
    pub fn group(self, submission: &Submission) -> usize {
        let name = match self {
            Self::Field => match submission.place.field.as_str() {
                "ho-tich" | "cu-tru" | "chung-thuc" => "civil",
                "dat-dai" | "xay-dung" | "moi-truong" => "land",
                "bao-tro-xa-hoi" | "nguoi-co-cong" | "lao-dong" => "social",
                "ho-kinh-doanh" => "business",
                "y-te" | "giao-duc" => "health-education",
                _ => "other",
            },
            Self::Mode => match submission.mode {
                Mode::SelfService => "self",
                Mode::Assisted => "assisted",
            },
            Self::Channel => submission.place.channel.as_str(),
        };
        let groups = self.groups();
        let last = groups.len().saturating_sub(1);
        let mut names = groups.iter();
        names.position(|group| *group == name).unwrap_or(last)
    }
}

/// The sums of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSum {
    /// Responses.
    pub responses: u64,
    /// What a share and its interval need, factors under a filter left out: few were asked about them.
    pub ratio: RatioSums,
}

impl GroupSum {
    /// The sum of one response of a form.
    #[must_use]
    pub fn of(mut tally: Tally, form: &Form) -> Self {
        for (at, factor) in form.factors().iter().enumerate() {
            if factor.asked_if.is_some() {
                drop(tally.take_factor(form, at));
            }
        }
        Self {
            responses: tally.people().responses,
            ratio: tally.pooled(Summed::Satisfied),
        }
    }

    /// Adds another.
    pub fn add(&mut self, other: &Self) {
        let (mine, theirs) = (&mut self.ratio, &other.ratio);
        for (place, number) in [
            (&mut self.responses, other.responses),
            (&mut mine.people, theirs.people),
            (&mut mine.x, theirs.x),
            (&mut mine.m, theirs.m),
            (&mut mine.xx, theirs.xx),
            (&mut mine.xm, theirs.xm),
            (&mut mine.mm, theirs.mm),
        ] {
            *place = place.saturating_add(number);
        }
    }
}

/// One breakdown of a set of atoms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Group by group.
    pub groups: [GroupSum; GROUPS],
    /// Responses by group, in the atoms that hold exactly the groups of the bits.
    pub patterns: BTreeMap<u8, [u64; GROUPS]>,
}

impl Sums {
    /// Adds an atom, split into its groups.
    pub fn add_atom(&mut self, atom: &[GroupSum; GROUPS]) {
        let mut pattern = 0_u8;
        let mut responses = [0; GROUPS];
        for (at, ((own, sum), count)) in
            (0_u32..).zip(self.groups.iter_mut().zip(atom).zip(responses.iter_mut()))
        {
            own.add(sum);
            *count = sum.responses;
            if sum.responses > 0 {
                pattern |= 1_u8.checked_shl(at).unwrap_or(0);
            }
        }
        self.add_pattern(pattern, &responses);
    }

    /// Adds the sums of other atoms.
    pub fn merge(&mut self, other: &Self) {
        for (own, sum) in self.groups.iter_mut().zip(&other.groups) {
            own.add(sum);
        }
        for (pattern, responses) in &other.patterns {
            self.add_pattern(*pattern, responses);
        }
    }

    fn add_pattern(&mut self, pattern: u8, responses: &[u64; GROUPS]) {
        if pattern != 0 {
            let own = self.patterns.entry(pattern).or_default();
            for (place, number) in own.iter_mut().zip(responses) {
                *place = place.saturating_add(*number);
            }
        }
    }

    /// Responses in all groups.
    #[must_use]
    pub fn responses(&self) -> u64 {
        let groups = self.groups.iter().map(|group| group.responses);
        groups.fold(0, u64::saturating_add)
    }

    /// Whether its groups may be shown beside the sums of the atoms: each has nobody or thirty, and nothing
    /// that follows is about one to nine.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        let has_enough = |group: &GroupSum| !(1..GROUP_FLOOR).contains(&group.responses);
        self.groups.iter().all(has_enough) && self.least().is_none_or(|least| least >= FLOOR)
    }

    /// The fewest people whose sum follows from the groups' sums and the atoms', those of whole atoms left
    /// out; `None` where nothing else follows.
    ///
    /// Exact: a sum that follows takes each group with a factor and each atom with another, and counts
    /// everybody once or not at all. So within an atom the factors of its groups differ by one at most, and
    /// those of the higher factor are what is counted.
    #[must_use]
    pub fn least(&self) -> Option<u64> {
        let mut search = Search {
            patterns: &self.patterns,
            factors: [0; GROUPS],
            least: None,
        };
        search.go(0);
        search.least
    }
}

struct Search<'a> {
    patterns: &'a BTreeMap<u8, [u64; GROUPS]>,
    factors: [u8; GROUPS],
    least: Option<u64>,
}

impl Search<'_> {
    /// Tries every factor of the groups from one on.
    fn go(&mut self, group: usize) {
        if group == GROUPS {
            let found = self.counted();
            if found > 0 {
                self.least = Some(self.least.map_or(found, |least| least.min(found)));
            }
            return;
        }
        for factor in 0..=GROUPS {
            let Some(place) = self.factors.get_mut(group) else {
                return;
            };
            *place = u8::try_from(factor).unwrap_or(u8::MAX);
            if self.fits(group) {
                self.go(group.saturating_add(1));
            }
        }
    }

    /// The lowest and highest factor of an atom's groups, up to one of them.
    fn range(&self, pattern: u8, last: usize) -> Option<(u8, u8)> {
        let factors = self.factors.iter().enumerate().take(last.saturating_add(1));
        let own = factors.filter(|(at, _)| has(pattern, *at));
        own.fold(None, |range: Option<(u8, u8)>, (_, factor)| {
            let (low, high) = range.unwrap_or((*factor, *factor));
            Some((low.min(*factor), high.max(*factor)))
        })
    }

    fn fits(&self, last: usize) -> bool {
        let mut patterns = self.patterns.keys();
        // A group that nobody is in has no factor but 0.
        let is_there = patterns.any(|pattern| has(*pattern, last));
        let is_zero = self.factors.get(last) == Some(&0);
        let within = |pattern: &u8| {
            let range = self.range(*pattern, last);
            range.is_none_or(|(low, high)| high.abs_diff(low) <= 1)
        };
        (is_there || is_zero) && self.patterns.keys().all(within)
    }

    fn counted(&self) -> u64 {
        let mut sum = 0_u64;
        for (pattern, responses) in self.patterns {
            let Some((low, high)) = self.range(*pattern, GROUPS) else {
                continue;
            };
            let groups = responses.iter().zip(&self.factors).enumerate();
            for (at, (count, factor)) in groups {
                if low != high && *factor == high && has(*pattern, at) {
                    sum = sum.saturating_add(*count);
                }
            }
        }
        sum
    }
}

fn has(pattern: u8, group: usize) -> bool {
    let bit = u32::try_from(group)
        .ok()
        .and_then(|at| 1_u8.checked_shl(at));
    bit.is_some_and(|bit| pattern & bit != 0)
}

/// Which children may show a breakdown beside their parent's, by their place, of those that may at all; `None` where the parent itself
/// may not. What the parent has beside those that show is safe as a whole, so a child is hidden, the
/// smallest first, until it is.
#[must_use]
pub fn choose(children: &[(Sums, bool)]) -> Option<Vec<bool>> {
    let mut shown: Vec<bool> = children
        .iter()
        .map(|(child, may)| *may && child.responses() > 0 && child.is_safe())
        .collect();
    loop {
        let mut rest = Sums::default();
        let hidden = children.iter().zip(&shown).filter(|(_, shown)| !**shown);
        hidden.for_each(|((child, _), _)| rest.merge(child));
        if rest.is_safe() {
            return Some(shown);
        }
        let sizes = children.iter().zip(shown.iter_mut());
        let smallest = sizes
            .filter(|(_, shown)| **shown)
            .min_by_key(|((child, _), _)| child.responses());
        match smallest {
            Some((_, shown)) => *shown = false,
            None => return None,
        }
    }
}

/// A quarter, counted from the year 0: four times the year and the quarter before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter(pub i32);

impl Quarter {
    /// The quarter of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        let before = i32::from(day.month().saturating_sub(1)).div_euclid(3);
        Self(day.year().saturating_mul(4).saturating_add(before))
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Option<Day> {
        let before = u8::try_from(self.0.rem_euclid(4)).ok()?;
        Day::from_calendar(
            self.0.div_euclid(4),
            before.checked_mul(3)?.checked_add(1)?,
            1,
        )
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Option<Day> {
        Some(Self(self.0.checked_add(1)?).first()?.plus(-1))
    }

    /// The last release that adds to it: after that its atoms stay as they are.
    #[must_use]
    pub fn sealed_at(self) -> Option<Millis> {
        sealed_at(self.last()?)
    }

    /// The newest quarter that is sealed.
    #[must_use]
    pub fn sealed_by(now: Millis) -> Option<Self> {
        let current = Self::of(Day::of(now)?);
        let before = |back: i32| current.0.checked_sub(back).map(Self);
        let mut recent = (1..=2).filter_map(before);
        recent.find(|quarter| quarter.sealed_at().is_some_and(|sealed| now > sealed))
    }

    /// Reads `2026-Q1`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (year, quarter) = name.split_once("-Q")?;
        let (year, quarter): (i32, i32) = (year.parse().ok()?, quarter.parse().ok()?);
        let found = Self(year.checked_mul(4)?.checked_add(quarter.checked_sub(1)?)?);
        (found.name() == name).then_some(found)
    }

    /// `2026-Q1`.
    #[must_use]
    pub fn name(self) -> String {
        let (year, quarter) = (self.0.div_euclid(4), self.0.rem_euclid(4).saturating_add(1));
        alloc::format!("{year:04}-Q{quarter}")
    }
}

/// A sealed quarter of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarterly {
    /// Which.
    pub quarter: Quarter,
    /// Its breakdowns; `None` where the server was restored since it began: nobody knows any more which
    /// atoms were shown.
    pub parts: Option<Vec<Part>>,
}

/// One breakdown of one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The form.
    pub form: FormId,
    /// By what.
    pub by: By,
    /// The sums.
    pub sums: Sums,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::DAY_MS;

    /// Atoms of groups by their sizes.
    fn sums(atoms: &[[u64; GROUPS]]) -> Sums {
        let mut sums = Sums::default();
        for atom in atoms {
            sums.add_atom(&atom.map(|responses| GroupSum {
                responses,
                ratio: RatioSums::default(),
            }));
        }
        sums
    }

    #[test]
    fn p7_what_follows_from_groups_is_what_lies_in_mixed_atoms() {
        // An atom that is wholly of a group can be taken away from it.
        let one = sums(&[[25, 0, 0, 0, 0, 0], [5, 30, 0, 0, 0, 0]]);
        assert_eq!(one.least(), Some(5));
        assert!(!one.is_safe());
        // Nothing follows where no atom is mixed.
        let apart = sums(&[[40, 0, 0, 0, 0, 0], [0, 31, 0, 0, 0, 0]]);
        assert_eq!(apart.least(), None);
        assert!(apart.is_safe());
        // The second group less the third: only those in atoms with the first.
        let chain = sums(&[[30, 3, 0, 0, 0, 0], [0, 40, 31, 0, 0, 0]]);
        assert_eq!(chain.least(), Some(3));
        assert_eq!(sums(&[]).least(), None);
    }

    #[test]
    fn p7_a_group_has_nobody_or_thirty() {
        assert!(sums(&[[30, 30, 0, 0, 0, 0]]).is_safe());
        assert!(!sums(&[[30, 29, 0, 0, 0, 0]]).is_safe());
        assert!(sums(&[[12, 0, 0, 0, 0, 0], [30, 0, 0, 0, 0, 0]]).is_safe());
    }

    #[test]
    fn p7_the_smallest_neighbour_hides_with_one_that_is_too_small() {
        let large = sums(&[[100, 90, 0, 0, 0, 0]]);
        let middle = sums(&[[60, 50, 0, 0, 0, 0]]);
        let small = sums(&[[20, 12, 0, 0, 0, 0]]);
        let choose = |children: &[&Sums]| {
            let children: Vec<_> = children
                .iter()
                .map(|sums| ((*sums).clone(), true))
                .collect();
            choose(&children)
        };
        let found = choose(&[&large, &middle, &small]);
        assert_eq!(found, Some(alloc::vec![true, false, false]));
        // Enough are hidden already.
        let found = choose(&[&large, &small, &small, &small]);
        assert_eq!(found, Some(alloc::vec![true, false, false, false]));
        assert_eq!(choose(&[&small]), None);
        assert_eq!(choose(&[]), Some(Vec::new()));
    }

    #[test]
    fn p7_a_quarter_is_sealed_with_its_last_month() {
        let day = |text| Day::parse(text).unwrap();
        let quarter = Quarter::of(day("2026-11-20"));
        assert_eq!(quarter.name(), "2026-Q4");
        assert_eq!(Quarter::parse("2026-Q4"), Some(quarter));
        assert_eq!(Quarter::parse("2026-Q5"), None);
        assert_eq!(
            (quarter.first(), quarter.last()),
            (Some(day("2026-10-01")), Some(day("2026-12-31")))
        );
        let sealed = quarter.sealed_at().unwrap();
        assert_eq!(Quarter::sealed_by(sealed), Some(Quarter(quarter.0 - 1)));
        assert_eq!(Quarter::sealed_by(sealed.plus(1)), Some(quarter));
        assert_eq!(Quarter::sealed_by(sealed.plus(60 * DAY_MS)), Some(quarter));
    }
}
