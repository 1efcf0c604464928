//! The four named formulas as exact fractions, rounded once.

use core::num::NonZeroU128;

use super::{FactorCount, Tally};
use crate::form::Scale;

impl Tally {
    /// An index of everybody in the tally; `None` when nobody answered: never a percentage of
    /// nobody. `f1_factors` also needs an answer in every factor.
    #[must_use]
    pub fn index(&self, formula: Formula) -> Option<Index> {
        let total = |of: fn(&FactorCount) -> u64| self.factors.iter().map(of).sum::<u64>();
        let answers = total(|factor| factor.answers);
        match formula {
            Formula::Pooled => Index::new(total(|factor| factor.satisfied), answers),
            Formula::AllSatisfied => Index::new(self.people.all_satisfied, self.people.answered),
            Formula::Mean5 => Index::new(
                total(|factor| factor.levels),
                answers.saturating_mul(u64::from(Scale::LEVELS)),
            ),
            Formula::Factors => {
                let shares = self.factors.iter();
                Index::mean(shares.map(|factor| (factor.satisfied, factor.answers)))
            }
        }
    }
}

/// The four named formulas (SPEC C1..C4); the name is printed on every number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formula {
    /// `f1_pooled`, the default: satisfied answers of all answers, all factors together.
    Pooled,
    /// `f1_factors`: the mean of the factors' shares.
    Factors,
    /// `f2_mean5`: the mean level as a share of 5.
    Mean5,
    /// `f3_all`: people satisfied with everything they answered, of those who answered anything.
    AllSatisfied,
}

impl Formula {
    /// All of them, the default first.
    pub const ALL: [Self; 4] = [Self::Pooled, Self::Factors, Self::Mean5, Self::AllSatisfied];

    /// The id on the wire and in exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pooled => "f1_pooled",
            Self::Factors => "f1_factors",
            Self::Mean5 => "f2_mean5",
            Self::AllSatisfied => "f3_all",
        }
    }
}

/// An exact share between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    numerator: u128,
    denominator: NonZeroU128,
}

/// What a whole is in hundredths of a percentage point.
const WHOLE: u128 = 10_000;
/// Binary places kept of each factor's share where the exact sum would overflow.
const FIXED_POINT_BITS: u32 = 64;

impl Index {
    /// `part` of `whole`; `None` when the whole is nothing or smaller than the part.
    #[must_use]
    pub fn new(part: u64, whole: u64) -> Option<Self> {
        (part <= whole).then_some(Self {
            numerator: u128::from(part),
            denominator: NonZeroU128::new(u128::from(whole))?,
        })
    }

    /// The mean of shares; `None` when there are none or one is of nothing.
    ///
    /// Exact while numerator and denominator fit into 128 bits (five factors of 30 million answers
    /// each); beyond that each share is cut to 64 binary places, a ten-trillionth of the last digit
    /// that is ever printed.
    fn mean(shares: impl Iterator<Item = (u64, u64)> + Clone) -> Option<Self> {
        let count = u128::try_from(shares.clone().count()).ok()?;
        if shares
            .clone()
            .any(|(part, whole)| part > whole || whole == 0)
        {
            return None;
        }
        let exact = shares
            .clone()
            .try_fold((0_u128, count), |(num, den), (part, whole)| {
                // num/den + part/(count·whole), the common divisor taken out at once.
                let (part, whole) = (u128::from(part), u128::from(whole));
                let scaled = count.checked_mul(whole)?;
                let numerator = num
                    .checked_mul(scaled)?
                    .checked_add(part.checked_mul(den)?)?;
                let denominator = den.checked_mul(scaled)?;
                let divisor = greatest_common_divisor(numerator, denominator);
                Some((
                    numerator.checked_div(divisor)?,
                    denominator.checked_div(divisor)?,
                ))
            });
        let (numerator, denominator) = exact.or_else(|| {
            let fixed = shares.map(|(part, whole)| {
                let part = u128::from(part) << FIXED_POINT_BITS;
                part.checked_div(u128::from(whole)).unwrap_or(0)
            });
            Some((fixed.sum(), count.checked_shl(FIXED_POINT_BITS)?))
        })?;
        Some(Self {
            numerator,
            denominator: NonZeroU128::new(denominator)?,
        })
    }

    /// The share as (numerator, denominator).
    #[must_use]
    pub const fn fraction(self) -> (u128, u128) {
        (self.numerator, self.denominator.get())
    }

    /// Hundredths of a percentage point, 0..=10000, rounded half up, once. `6 of 8` gives 7500.
    #[must_use]
    pub fn hundredths(self) -> u16 {
        let (mut numerator, mut denominator) = self.fraction();
        // Twice the scaled numerator must fit: very long fractions lose low bits that cannot show.
        while numerator.leading_zeros() < 16 || denominator.leading_zeros() < 2 {
            numerator >>= 1;
            denominator >>= 1;
        }
        let doubled = numerator.saturating_mul(WHOLE).saturating_mul(2);
        let rounded = doubled
            .saturating_add(denominator)
            .checked_div(denominator.saturating_mul(2));
        u16::try_from(rounded.unwrap_or(0)).unwrap_or(0)
    }
}

fn greatest_common_divisor(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c6_rounding_is_half_up_and_once() {
        let hundredths = |part, whole| Index::new(part, whole).unwrap().hundredths();
        assert_eq!(hundredths(6, 8), 7_500);
        assert_eq!(hundredths(1, 3), 3_333);
        assert_eq!(hundredths(2, 3), 6_667);
        assert_eq!(hundredths(1, 20_000), 1);
        assert_eq!(hundredths(1, 20_001), 0);
        assert_eq!(hundredths(u64::MAX, u64::MAX), 10_000);
        assert_eq!(Index::new(0, 0), None);
        assert_eq!(Index::new(2, 1), None);
    }

    #[test]
    fn c2_the_mean_of_shares_is_exact() {
        let mean = Index::mean([(5, 6), (1, 2)].into_iter()).unwrap();
        assert_eq!(mean.fraction(), (2, 3));
        assert_eq!(Index::mean([(5, 6), (0, 0)].into_iter()), None);
        assert_eq!(Index::mean([].into_iter()), None);
    }

    #[test]
    fn c2_a_nation_of_answers_does_not_overflow() {
        let primes = [
            4_294_967_291,
            4_294_967_279,
            4_294_967_231,
            4_294_967_197,
            4_294_967_189,
        ];
        let shares = primes.into_iter().map(|whole| (whole / 4, whole));
        assert_eq!(Index::mean(shares).unwrap().hundredths(), 2_500);
    }
}
