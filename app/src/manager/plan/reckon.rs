//! How many people a unit should ask in a year, and how far it has come (ST18, ST20). Never: a reason to
//! stop asking, a number that was not handed in.

use survey::stats::planning;

use crate::manager::unit::period::Month;

/// The margin that is planned for: five percentage points, in hundredths of one.
const MARGIN: u16 = 500;
/// The share that is planned for where none is known: 90 %.
const EXPECTED: u16 = 9_000;
/// A hundred percent, in hundredths of a percentage point.
const WHOLE: u64 = 10_000;

/// How many to ask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// As QĐ 1383 trains it (Slovin, 5 %).
    #[default]
    Slovin,
    /// ± 5 points around 90 %, with 95 %.
    Margin,
    /// Đà Nẵng's steps.
    Stepped,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Slovin, Self::Margin, Self::Stepped];

    /// As the address spells it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Slovin => "slovin",
            Self::Margin => "margin",
            Self::Stepped => "steps",
        }
    }

    /// The rule of a word; the usual one for any other.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let mut rules = Self::ALL.into_iter();
        rules.find(|rule| rule.word() == word).unwrap_or_default()
    }

    /// People to ask among so many dossiers; `None` for none.
    #[must_use]
    pub fn target(self, dossiers: u64) -> Option<u64> {
        match self {
            _ if dossiers == 0 => None,
            Self::Slovin => planning::slovin(dossiers, MARGIN),
            Self::Margin => planning::sample_size(EXPECTED, MARGIN, 100, Some(dossiers)),
            Self::Stepped => Some(planning::stepped_quota(dossiers)),
        }
    }
}

/// The dossiers of a year, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// In all twelve months.
    pub dossiers: u64,
    /// So many months were counted; the others are taken to be like these.
    pub months: u8,
}

/// What a year will bring, from its months that are over and counted; `None` where none is.
#[must_use]
pub fn expected(year: i32, this: Month, count: impl Fn(Month) -> Option<u64>) -> Option<Expected> {
    let months = (1..=12).map(|month| Month { year, month });
    let over = months.filter(|month| *month < this);
    let known: Vec<u64> = over.filter_map(count).collect();
    let sum: u64 = known.iter().sum();
    let months = u8::try_from(known.len()).unwrap_or(12);
    (months > 0).then(|| Expected {
        dossiers: sum.saturating_mul(12).div_ceil(u64::from(months)),
        months,
    })
}

/// What is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How much is done, in hundredths of a percentage point, at most 10000.
    pub share: u16,
    /// How many are left for each month of the year that is not over; `None` where the year is.
    pub a_month: Option<u64>,
}

/// How far `done` is on the way to `target`.
#[must_use]
pub fn progress(target: u64, done: u64, year: i32, this: Month) -> Progress {
    let share = done.saturating_mul(WHOLE).checked_div(target);
    let share = share.unwrap_or(WHOLE).min(WHOLE);
    let left = (this.year == year).then(|| 13 - u64::from(this.month));
    Progress {
        share: u16::try_from(share).unwrap_or_default(),
        a_month: left.map(|months| target.saturating_sub(done).div_ceil(months)),
    }
}

/// ST20: answers to check by calling back, so that with 95 % at least one fake is among them if `fakes`
/// of them (hundredths of a percentage point) are; `None` without answers.
#[must_use]
pub fn call_backs(done: u64, fakes: u16) -> Option<u64> {
    let fakes = done.saturating_mul(u64::from(fakes)).div_ceil(WHOLE);
    planning::call_backs_among(done, fakes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOVEMBER: Month = Month {
        year: 2026,
        month: 11,
    };

    #[test]
    fn um19_a_year_is_told_from_its_months_that_are_over_and_counted() {
        let counted = |month: Month| (month.month < 4 || month.month > 10).then_some(100);
        // November is not over.
        let known = expected(2026, NOVEMBER, counted);
        let whole = Expected {
            dossiers: 1_200,
            months: 3,
        };
        assert_eq!(known, Some(whole));
        assert_eq!(expected(2026, NOVEMBER, |_| None), None);
        assert_eq!(expected(2027, NOVEMBER, |_| Some(1)), None);
        let before = expected(2025, NOVEMBER, |_| Some(7));
        assert_eq!(
            before.map(|year| (year.dossiers, year.months)),
            Some((84, 12))
        );
    }

    #[test]
    fn um19_each_rule_asks_for_people_of_dossiers_and_of_none_for_nobody() {
        let targets = |dossiers| Rule::ALL.map(|rule| rule.target(dossiers));
        assert_eq!(targets(0), [None; 3]);
        assert_eq!(targets(300), [Some(172), Some(95), Some(90)]);
        assert_eq!(Rule::ALL.map(|rule| Rule::of(rule.word())), Rule::ALL);
        assert_eq!(Rule::of("nonsense"), Rule::Slovin);
    }

    #[test]
    fn um19_what_is_left_is_spread_over_the_months_left() {
        let at = |target, done, year| {
            let progress = progress(target, done, year, NOVEMBER);
            (progress.share, progress.a_month)
        };
        assert_eq!(at(400, 100, 2026), (2_500, Some(150)));
        assert_eq!(at(400, 500, 2026), (10_000, Some(0)));
        assert_eq!(at(400, 100, 2025), (2_500, None));
    }

    #[test]
    fn um19_few_answers_need_fewer_calls() {
        assert_eq!(call_backs(200, 500), Some(51));
        assert_eq!(call_backs(60, 500), Some(38));
        assert_eq!(call_backs(0, 500), None);
    }
}
