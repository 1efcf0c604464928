//! What the silent could have said: the score if all who did not answer were dissatisfied, and if
//! all were satisfied (ST19).

use super::Interval;
use super::border::real;

/// [x/N, (x + N - n)/N] for `x` satisfied of `people` who answered, of `eligible` dossiers: no
/// sampling error, no assumption. `None` unless `x <= people <= eligible` and `eligible` is above 0.
/// Source: Manski 1989.
///
/// ```
/// # use survey::stats::coverage;
/// let bounds = coverage::non_response_bounds(98, 100, 500).unwrap();
/// assert_eq!((bounds.low(), bounds.high()), (1960, 9960));
/// ```
#[must_use]
pub fn non_response_bounds(x: u64, people: u64, eligible: u64) -> Option<Interval> {
    if x > people || eligible == 0 {
        return None;
    }
    let silent = eligible.checked_sub(people)?;
    let most = x.checked_add(silent)?;
    Some(Interval::rounded((
        real(x) / real(eligible),
        real(most) / real(eligible),
    )))
}
