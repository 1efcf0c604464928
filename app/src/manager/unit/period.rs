//! Months and spans of months, as the address and the figures' question write them.

use std::fmt;

use survey::day::Day;

/// A month of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    /// Such as 2026.
    pub year: i32,
    /// 1..=12.
    pub month: u8,
}

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Day) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    /// Reads `YYYY-MM`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Day::parse(&format!("{text}-01")).map(Self::of)
    }

    /// The month before.
    #[must_use]
    pub const fn before(self) -> Self {
        if self.month > 1 {
            Self {
                month: self.month - 1,
                ..self
            }
        } else {
            Self {
                year: self.year - 1,
                month: 12,
            }
        }
    }

    /// The first month of its quarter.
    #[must_use]
    pub const fn quarter(self) -> Self {
        Self {
            month: (self.month - 1) / 3 * 3 + 1,
            ..self
        }
    }

    /// January of its year.
    #[must_use]
    pub const fn january(self) -> Self {
        Self { month: 1, ..self }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// From one month to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First month.
    pub from: Month,
    /// Last month, not before the first.
    pub to: Month,
}

impl Period {
    /// A period; the ends may come in any order.
    #[must_use]
    pub fn new(one: Month, other: Month) -> Self {
        Self {
            from: one.min(other),
            to: one.max(other),
        }
    }

    /// What is shown when nobody chose: this year until now.
    #[must_use]
    pub fn year_until(now: Month) -> Self {
        Self::new(now.january(), now)
    }
}

/// The months a reader can choose between, newest first: those with figures, the chosen ones and
/// the thirteen up to now.
#[must_use]
pub fn choices(with_figures: &[String], chosen: Period, now: Month) -> Vec<Month> {
    let recent = std::iter::successors(Some(now), |month| Some(month.before())).take(13);
    let known = with_figures.iter().filter_map(|month| Month::parse(month));
    let mut months: Vec<Month> = known
        .chain([chosen.from, chosen.to])
        .chain(recent)
        .collect();
    months.sort_unstable_by(|one, other| other.cmp(one));
    months.dedup();
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn a_month_reads_back_what_it_writes() {
        assert_eq!(month("2026-01").to_string(), "2026-01");
        for bad in ["", "2026-13", "2026-1", "26-01", "2026-01-01"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn months_go_back_over_new_year_and_to_their_quarter() {
        assert_eq!(month("2026-01").before(), month("2025-12"));
        assert_eq!(month("2026-12").quarter(), month("2026-10"));
        assert_eq!(month("2026-03").quarter(), month("2026-01"));
    }

    #[test]
    fn a_period_is_never_backwards() {
        let period = Period::new(month("2026-11"), month("2026-02"));
        assert_eq!(
            (period.from, period.to),
            (month("2026-02"), month("2026-11"))
        );
        assert_eq!(Period::year_until(month("2026-11")).from, month("2026-01"));
    }

    #[test]
    fn every_month_can_be_chosen_once_newest_first() {
        let chosen = Period::new(month("2024-02"), month("2026-11"));
        let with_figures = ["2026-10".to_owned(), "2025-01".to_owned()];
        let months = choices(&with_figures, chosen, month("2026-11"));
        assert_eq!(months.len(), 15);
        assert_eq!(months[0], month("2026-11"));
        assert_eq!(
            months[12..],
            [month("2025-11"), month("2025-01"), month("2024-02")]
        );
    }
}
