//! Which months are public: the last twelve that are sealed (rule UM17). Never: a choice.

use survey::day::{Day, Millis};
use survey::release::{Finality, finality};

/// How many months a public page speaks of.
const MONTHS: usize = 12;

/// First and last month, `YYYY-MM`, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// First month.
    pub from: String,
    /// Last month.
    pub to: String,
    /// Each of them, the newest first.
    pub all: Vec<String>,
    /// The first day.
    pub first: Day,
}

/// The last twelve months whose figures change no more.
#[must_use]
pub fn months(now: Millis) -> Option<Period> {
    let begins = |day: Day| Day::from_calendar(day.year(), day.month(), 1);
    let this = begins(Day::of(now)?)?;
    let earlier = std::iter::successors(Some(this), |month| begins(month.plus(-1)));
    let is_sealed = |month: &Day| finality(&month.month_slice(), now) == Some(Finality::Sealed);
    let months: Vec<Day> = earlier
        .skip_while(|month| !is_sealed(month))
        .take(MONTHS)
        .collect();
    let (last, first) = (months.first()?, months.last()?);
    Some(Period {
        from: first.month_slice(),
        to: last.month_slice(),
        first: *first,
        all: months.iter().map(|month| month.month_slice()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::day::HOUR_MS;

    #[test]
    fn um17_only_months_that_are_sealed_are_public_and_twelve_of_them() {
        let at = |day: &str, hour: i64| {
            let period = months(Day::parse(day).unwrap().starts().plus(hour * HOUR_MS));
            let period = period.unwrap();
            assert_eq!(period.all.len(), 12);
            assert_eq!(Some(&period.to), period.all.first());
            assert_eq!(period.first.to_string(), format!("{}-01", period.from));
            (period.from, period.to)
        };
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(at("2026-11-28", 9), pair("2025-11", "2026-10"));
        // October's figures stand from the release of the 8th on.
        assert_eq!(at("2026-11-08", 5), pair("2025-10", "2026-09"));
        assert_eq!(at("2026-11-08", 6), pair("2025-11", "2026-10"));
        assert_eq!(at("2027-01-02", 9), pair("2025-12", "2026-11"));
    }
}
