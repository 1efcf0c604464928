//! Which factors go with the overall rating, of a sum that may be shown (ST17, rule UM18). Never: a cause, a
//! number for a form without an overall item.

use alloc::vec::Vec;

use crate::score::{PairCount, Tally};
use crate::stats::drivers::{Drivers, Hidden, PAIRS, PairSums, drivers as shares};

/// The drivers of a sum; `None` where its form has no overall item, or not five factors.
#[must_use]
pub fn drivers(tally: &Tally) -> Option<Result<Drivers, Hidden>> {
    let pairs: Vec<PairSums> = tally.pairs().iter().map(sums).collect();
    let pairs: &[PairSums; PAIRS] = pairs.as_slice().try_into().ok()?;
    Some(shares(tally.people().answered, pairs))
}

const fn sums(count: &PairCount) -> PairSums {
    PairSums {
        people: count.n,
        a: count.a,
        b: count.b,
        aa: count.aa,
        bb: count.bb,
        ab: count.ab,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Form;
    use crate::score::Shape;

    fn tally(file: &str, change: impl FnOnce(&mut [u64], usize)) -> Tally {
        let form = Form::parse(file).unwrap();
        let shape = Shape::of(&form);
        let mut numbers = Tally::empty(form.id(), shape).numbers();
        let pairs = numbers.len() - if shape.has_overall { 6 * PAIRS } else { 0 };
        change(&mut numbers, pairs);
        Tally::from_numbers(form.id(), shape, &numbers).unwrap()
    }

    #[test]
    fn um18_a_form_without_an_overall_item_has_no_drivers() {
        let sipas = include_str!("../../forms/sipas2022.json");
        assert_eq!(drivers(&tally(sipas, |_, _| ())), None);
    }

    #[test]
    fn um18_fewer_than_two_hundred_people_say_nothing() {
        let express = include_str!("../../forms/express6.json");
        let few = tally(express, |numbers, _| numbers[..2].fill(199));
        assert_eq!(drivers(&few), Some(Err(Hidden::TooFewPeople)));
    }

    #[test]
    fn um18_the_factor_that_goes_with_the_overall_rating_has_all_of_it() {
        let express = include_str!("../../forms/express6.json");
        // Of 400 people half give 4 and half 2, the overall rating always as the first factor; of the others each
        // combination is as frequent as any.
        let all = tally(express, |numbers, pairs| {
            numbers[..2].fill(400);
            for (pair, sums) in numbers[pairs..].chunks_exact_mut(6).enumerate() {
                // The fifth pair is that of the first factor and the overall item.
                let together = if pair == 4 {
                    400 / 2 * (16 + 4)
                } else {
                    400 / 4 * (16 + 8 + 8 + 4)
                };
                sums.copy_from_slice(&[400, 1_200, 1_200, 4_000, 4_000, together]);
            }
        });
        let found = drivers(&all).unwrap().unwrap();
        assert_eq!(found.explained, 10_000);
        assert_eq!(
            found.shares,
            [Some(10_000), Some(0), Some(0), Some(0), Some(0)]
        );
    }
}
