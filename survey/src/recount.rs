//! Counting a stored response again, as its row tells it (rule V3). Never: mends a sum.
//!
//! A row says everything about the answers; of its arrival it keeps the day it counts for, not the day of
//! receipt. So a recount knows whether the day was uncertain, and does not know whether it came late.

use crate::day::{Day, DayQuality};
use crate::form::Form;
use crate::id::ResponseId;
use crate::score::{Circumstance, Tally};
use crate::wire::body;

/// The tally of a stored response, with nothing about lateness; `None` where the row does not read, or
/// names a form that is not among `forms`: then what it added to a sum cannot be said.
#[must_use]
pub fn recount(id: ResponseId, body: &str, day: Day, forms: &[Form]) -> Option<Tally> {
    let body = body::decode(body).ok()?;
    let form = forms.iter().find(|form| form.id() == body.form)?;
    let submission = body.into_submission(id, form)?;
    let circumstance = Circumstance {
        is_late: false,
        is_day_uncertain: submission.day_quality == DayQuality::Lost || submission.day != day,
    };
    Some(Tally::of(&submission, form, circumstance))
}

/// Whether a stored sum is what its rows add up to. Lateness is compared only as far as it can be: no
/// more people can have come late than there are.
#[must_use]
pub fn is_the_same(stored: &Tally, recounted: &Tally) -> bool {
    let late = stored.people().late;
    late <= stored.people().responses && *stored == recounted.clone().with_late(late)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submission::{Parcel, Submission};
    use alloc::string::String;

    fn form() -> Form {
        Form::parse(include_str!("../forms/express6.json")).unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn submission(level: u8, quality: DayQuality) -> Submission {
        crate::ledger::tests::submission(level, "2026-11-20", quality)
    }

    fn body(level: u8, quality: DayQuality) -> String {
        Parcel::seal(&submission(level, quality), &form(), None).body
    }

    fn counted(level: u8, is_late: bool, is_day_uncertain: bool) -> Tally {
        let circumstance = Circumstance {
            is_late,
            is_day_uncertain,
        };
        Tally::of(&submission(level, DayQuality::Wall), &form(), circumstance)
    }

    fn again(level: u8, quality: DayQuality, on: &str) -> Tally {
        let id = ResponseId::from_random([5; 16]);
        recount(id, &body(level, quality), day(on), &[form()]).unwrap()
    }

    #[test]
    fn v3_a_row_adds_what_it_added_when_it_was_counted() {
        let same = again(4, DayQuality::Wall, "2026-11-20");
        assert!(is_the_same(&counted(4, false, false), &same));
        // Late or not, the row is the same; a day that was not its own says so.
        assert!(is_the_same(&counted(4, true, false), &same));
        let moved = again(4, DayQuality::Wall, "2026-11-23");
        assert!(is_the_same(&counted(4, false, true), &moved));
        let lost = again(4, DayQuality::Lost, "2026-11-20");
        assert!(is_the_same(&counted(4, false, true), &lost));
    }

    #[test]
    fn v3_any_other_number_is_a_difference() {
        let stored = counted(4, true, false);
        assert!(!is_the_same(
            &stored,
            &again(5, DayQuality::Wall, "2026-11-20")
        ));
        assert!(!is_the_same(
            &stored,
            &again(4, DayQuality::Lost, "2026-11-20")
        ));
        let numbers = stored.numbers();
        for at in 0..numbers.len() {
            let mut other = numbers.clone();
            other[at] += 2;
            let other = Tally::from_numbers(stored.form(), stored.shape(), &other).unwrap();
            assert!(
                !is_the_same(&other, &again(4, DayQuality::Wall, "2026-11-20")),
                "{at}"
            );
        }
    }

    #[test]
    fn v3_a_row_that_does_not_read_adds_nothing_anybody_could_say() {
        let id = ResponseId::from_random([5; 16]);
        let good = body(4, DayQuality::Wall);
        assert!(recount(id, &good, day("2026-11-20"), &[]).is_none());
        assert!(recount(id, &good[1..], day("2026-11-20"), &[form()]).is_none());
    }
}
