//! How many of those who could have answered did, and what follows (ST8, ST18, ST19). Never: a number
//! of dossiers of its own; these are counted elsewhere and handed in.

use super::{FLOOR, SCORE_FLOOR};
use crate::release::Slice;
use crate::score::{Index, Summed};
use crate::stats::coverage::non_response_bounds;
use crate::stats::{Estimate, Interval, planning, population};

/// The margin that is planned for: five percentage points.
const MARGIN: u16 = 500;
/// The share that is planned for where none is known: 90 %.
const EXPECTED: u16 = 9_000;

/// What may be said about a sum whose eligible dossiers are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// N: dossiers that ended in the period.
    pub eligible: u64,
    /// Responses in the sum; at least ten, or none.
    pub responses: u64,
    /// Responses of dossiers, in hundredths of a percentage point; `None` where N cannot be the
    /// population: it is smaller than n, and is to be looked at.
    pub share: Option<u16>,
    /// ST8: the interval of `f1_pooled` for this finite population; from 30 people on.
    pub interval: Option<Interval>,
    /// ST19: `f3_all` if all who were silent were dissatisfied, and if all were satisfied; from 30
    /// people on.
    pub bounds: Option<Interval>,
    /// ST18: people to ask for ± 5 points around 90 %, with 95 %.
    pub target: Option<u64>,
    /// ST18: the same as QĐ 1383 trains it (Slovin).
    pub slovin: Option<u64>,
}

/// What a sum covers of `eligible` dossiers.
#[must_use]
pub fn coverage(released: Option<&Slice>, eligible: u64) -> Coverage {
    let people = released.map(|slice| *slice.tally.people());
    let people = people.unwrap_or_default();
    let answered = people.answered;
    let is_scored = answered >= SCORE_FLOOR;
    let is_usable = population::is_usable(people.responses, Some(eligible));
    let interval = released.and_then(|slice| {
        let estimate = Estimate::pooled(&slice.tally.pooled(Summed::Satisfied))?;
        Some(estimate.within(answered, Some(eligible)).interval())
    });
    Coverage {
        eligible,
        responses: people.responses,
        share: Index::new(people.responses, eligible)
            .filter(|_| is_usable && people.responses >= FLOOR)
            .map(Index::hundredths),
        interval: interval.filter(|_| is_scored && is_usable),
        bounds: non_response_bounds(people.all_satisfied, answered, eligible)
            .filter(|_| is_scored && is_usable),
        target: planning::sample_size(EXPECTED, MARGIN, 100, Some(eligible)),
        slovin: planning::slovin(eligible, MARGIN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::form::Form;
    use crate::score::{Shape, Tally};

    fn slice(people: u64, satisfied: u64) -> Slice {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let shape = Shape::of(&form);
        let mut numbers = Tally::empty(form.id(), shape).numbers();
        numbers[0] = people;
        numbers[1] = people;
        numbers[3] = satisfied;
        let of_factors = 16 + 6 * shape.items;
        numbers[of_factors..of_factors + 4].copy_from_slice(&[people, satisfied, people, people]);
        let cross = of_factors + 4 * shape.factors;
        numbers[cross..cross + 3].copy_from_slice(&[satisfied, satisfied, people]);
        let day = Day::parse("2026-11-20").unwrap();
        Slice {
            month: "2026-11".into(),
            atoms: 1,
            first: day,
            last: day,
            tally: Tally::from_numbers(form.id(), shape, &numbers).unwrap(),
        }
    }

    fn limits(interval: Option<Interval>) -> Option<(u16, u16)> {
        interval.map(|interval| (interval.low(), interval.high()))
    }

    #[test]
    fn st8_st18_st19_what_known_dossiers_add() {
        // ST19 with 98 of 100 among 500; ST18 with N = 300 gives 95, QĐ 1383 with N = 294 gives 170.
        let covered = coverage(Some(&slice(100, 98)), 500);
        assert_eq!(limits(covered.bounds), Some((1_960, 9_960)));
        assert_eq!(covered.share, Some(2_000));
        assert_eq!(coverage(None, 300).target, Some(95));
        assert_eq!(coverage(None, 294).slovin, Some(170));
        // ST8: 27 of 30 of one mind are worth 30 people (ST6), and 59 among 60.
        let finite = coverage(Some(&slice(30, 27)), 60);
        assert_eq!(limits(finite.interval), Some((7_974, 9_536)));
    }

    #[test]
    fn st8_dossiers_that_are_too_few_are_not_a_population() {
        let covered = coverage(Some(&slice(100, 98)), 80);
        assert_eq!(
            (covered.share, covered.interval, covered.bounds),
            (None, None, None)
        );
    }

    #[test]
    fn p5_coverage_of_few_people_shows_no_interval() {
        let covered = coverage(Some(&slice(12, 12)), 40);
        assert_eq!(
            (covered.share, covered.interval, covered.bounds),
            (Some(3_000), None, None)
        );
    }
}
