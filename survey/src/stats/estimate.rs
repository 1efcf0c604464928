//! A share and how many independent people it is worth: what every interval of a share starts from.

use super::border::{hundredths, real};
use super::interval::{Difference, Interval};
use super::{FactorSums, RatioSums, Stratum, Z_95, population, stratified};

/// The variance of somebody who is wholly for or wholly against, alike: places 0 and 1.
const TWO_PLACES: f64 = 0.25;

/// A share `p`, 0..=1, known as well as if `n` people had answered one question each.
///
/// The answers of one person resemble each other, so `n` is neither the number of answers nor of
/// people, but worked out from the spread between people and one more of them (ST6). It may be
/// infinite: then everybody was asked (ST8).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    p: f64,
    n: f64,
}

impl Estimate {
    /// The share, 0..=1.
    #[must_use]
    pub const fn p(&self) -> f64 {
        self.p
    }

    /// The effective number of independent people, at least 1; infinite for a census.
    #[must_use]
    pub const fn n(&self) -> f64 {
        self.n
    }

    /// `x` of `n` people, one fact each (for example `f3_all`: every answer at level 4 or 5);
    /// `None` when `n` is 0 or `x > n`.
    ///
    /// ```
    /// # use survey::stats::Estimate;
    /// let interval = Estimate::of_people(27, 30).unwrap().interval();
    /// assert_eq!((interval.low(), interval.high()), (7438, 9654));
    /// assert_eq!(Estimate::of_people(0, 0), None);
    /// ```
    #[must_use]
    pub fn of_people(x: u64, n: u64) -> Option<Self> {
        (x <= n && n > 0).then(|| Self {
            p: real(x) / real(n),
            n: real(n),
        })
    }

    /// ST6, for `f1_pooled`: R = `S_s`/`S_m`, worth `n_eff` people; `x` of `sums` counts the
    /// answers at level 4 or 5. `None` without an answer, or when the sums cannot come from people
    /// (more satisfied answers than answers, a negative sum of squares).
    ///
    /// ```
    /// # use survey::stats::{Estimate, RatioSums};
    /// // 27 people satisfied five times of five, three never: worth 30 people, not 150.
    /// let sums = RatioSums { people: 30, x: 135, m: 150, xx: 675, xm: 675, mm: 750 };
    /// assert!((Estimate::pooled(&sums).unwrap().n() - 30.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn pooled(sums: &RatioSums) -> Option<Self> {
        if sums.m == 0 || sums.x > sums.m {
            return None;
        }
        let p = real(sums.x) / real(sums.m);
        let most = real(sums.m);
        Self::among(p, sums.variance()?, sums.people, TWO_PLACES, most)
    }

    /// ST7, for `f1_factors`: the mean of the factors' shares, worth `n_eff` people. `None` if a
    /// factor has no answer, or when the sums cannot come from people.
    #[must_use]
    pub fn of_factors(sums: &FactorSums) -> Option<Self> {
        let (p, most) = (
            sums.mean_share()?,
            real(sums.factors.iter().map(|f| f.m).sum()),
        );
        Self::among(p, sums.variance()?, sums.people, TWO_PLACES, most)
    }

    /// ST10: the share weighted by what each stratum (a field of procedures) has in dossiers instead
    /// of in answers; see [`stratified`]. v knows the population already, so `n_eff` may exceed the
    /// answers, and [`Estimate::within`] is not to narrow it again. `None` without strata, when one has more people than dossiers or
    /// more satisfied answers than answers, or when there are fewer than two people.
    ///
    /// ```
    /// # use survey::stats::{Estimate, Stratum};
    /// let strata = [
    ///     Stratum { people: 100, x: 90, m: 100, eligible: 600 },
    ///     Stratum { people: 50, x: 35, m: 50, eligible: 400 },
    /// ];
    /// let estimate = Estimate::post_stratified(&strata).unwrap();
    /// assert!((estimate.p() - 0.82).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn post_stratified(strata: &[Stratum]) -> Option<Self> {
        let strata = stratified::merged(strata);
        let (p, variance) = stratified::share_and_variance(&strata)?;
        let total = |of: fn(&Stratum) -> u64| strata.iter().map(of).sum::<u64>();
        let (people, eligible) = (total(|s| s.people), total(|s| s.eligible));
        let n = if variance > 0.0 {
            (p * (1.0 - p) / variance).max(1.0)
        } else {
            real(people)
        };
        let estimate = Self { p, n };
        Some(if people == eligible {
            estimate.within(people, Some(eligible))
        } else {
            estimate
        })
    }

    /// ST6: a share p (or a mean's place on its scale, 0..=1) that varies by v among `people`, worth
    /// n/θ of them, held between one person and `most`; `None` without people.
    ///
    /// θ = (n(n-1)v + u)/(n·p(1-p) + u): how much people vary, of how much they would if each were
    /// wholly at one end or the other. Who has seen nobody unhappy has not seen that nobody is, so
    /// one more person is counted into both, who may be at every place of the scale alike:
    /// u = `evenly` + (p - 1/2)², with `evenly` the variance of the places themselves. Where all are
    /// at one end, or gave one answer each, θ is 1, and Wilson's limits are those of `people`.
    /// Sources: Kish 1965 (the ratio of variances), Perks 1947 (the one more); why, and what else was
    /// tried: docs/adr/0032-one-more-person.md.
    pub(super) fn among(
        p: f64,
        variance: f64,
        people: u64,
        evenly: f64,
        most: f64,
    ) -> Option<Self> {
        let n = real(people);
        let one_more = evenly + (p - 0.5) * (p - 0.5);
        let theta = (n * (n - 1.0) * variance + one_more) / (n * p * (1.0 - p) + one_more);
        match people {
            0 => None,
            1 => Some(Self { p, n }),
            _ => Some(Self {
                p,
                n: (n / theta).clamp(1.0, most),
            }),
        }
    }

    /// ST8: the same share when only `eligible` people could have answered and `people` did:
    /// n* = n(N-1)/(N-n). Unchanged when `eligible` is unknown or smaller than `people`
    /// ([`population::is_usable`] tells, so that the page can say so). Source: Cochran 1977.
    ///
    /// ```
    /// # use survey::stats::Estimate;
    /// let interval = Estimate::of_people(27, 30).unwrap().within(30, Some(60)).interval();
    /// assert_eq!((interval.low(), interval.high()), (7974, 9536));
    /// ```
    #[must_use]
    pub fn within(self, people: u64, eligible: Option<u64>) -> Self {
        let gain = population::gain(people, eligible).unwrap_or(1.0);
        Self {
            n: self.n * gain,
            ..self
        }
    }

    /// ST5: the 95 % limits of the share, 0..=1, in order. Source: Wilson 1927.
    ///
    /// centre (p + z²/2n)/(1 + z²/n), half z/(1 + z²/n)·√(p(1-p)/n + z²/4n²); the clamps take away
    /// what rounding adds where a limit is exactly 0, 1 or p.
    #[must_use]
    pub fn limits(&self) -> (f64, f64) {
        let Self { p, n } = *self;
        let z2 = Z_95 * Z_95;
        let shrink = 1.0 + z2 / n;
        let centre = (p + z2 / (2.0 * n)) / shrink;
        let half = Z_95 / shrink * libm::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
        ((centre - half).clamp(0.0, p), (centre + half).clamp(p, 1.0))
    }

    /// The share itself, in hundredths of a percentage point.
    #[must_use]
    pub fn index(&self) -> u16 {
        hundredths(self.p)
    }

    /// ST5 at the door: the 95 % interval of the share, in hundredths of a percentage point,
    /// 0..=10000. A share of 0 or 1 is valid: ten of ten gives (7225, 10000).
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::rounded(self.limits())
    }

    /// ST9: 95 % limits of `self.p - other.p`, -1..=1, in order. Source: Newcombe 1998, method 10.
    ///
    /// lower d - √((p₁-l₁)² + (u₂-p₂)²), upper d + √((u₁-p₁)² + (p₂-l₂)²), with l, u the Wilson
    /// limits of each share.
    #[must_use]
    pub fn difference_limits(&self, other: &Self) -> (f64, f64) {
        let (low, high) = self.limits();
        let (other_low, other_high) = other.limits();
        let difference = self.p - other.p;
        (
            difference - libm::hypot(self.p - low, other_high - other.p),
            difference + libm::hypot(high - self.p, other.p - other_low),
        )
    }

    /// ST9 at the door: `self - other` with its 95 % interval, in hundredths of a percentage point.
    ///
    /// ```
    /// # use survey::stats::Estimate;
    /// let now = Estimate::of_people(56, 70).unwrap();
    /// let before = Estimate::of_people(48, 80).unwrap();
    /// let change = now.minus(&before);
    /// assert_eq!((change.estimate(), change.low(), change.high()), (2000, 524, 3339));
    /// assert!(change.excludes_zero());
    /// ```
    #[must_use]
    pub fn minus(&self, other: &Self) -> Difference {
        Difference::rounded(self.p - other.p, self.difference_limits(other))
    }
}
