//! Has something changed? An exact limit for one period, and a running sum over weeks.

use super::border::{hundredths, real};
use super::{Estimate, distribution};

/// ST15: the false alarms of a 3σ chart on one side, kept exactly. A 3σ chart itself would raise
/// 3.6 % at n = 30, p₀ = .99.
const FALSE_ALARMS: f64 = 0.00135;

/// ST15: the largest number c of satisfied people of `people` that signals a fall below `usual`:
/// the largest c with P(X <= c) <= 0.00135 for X ~ Binomial(`people`, p₀). `None` where even 0
/// would be ordinary.
///
/// ```
/// # use survey::stats::{Estimate, change};
/// let usual = Estimate::of_people(92, 100).unwrap();
/// assert_eq!(change::exact_limit(30, &usual), Some(21));
/// ```
#[must_use]
pub fn exact_limit(people: u64, usual: &Estimate) -> Option<u64> {
    let signals = |c: u64| distribution::binomial_cdf(c, people, usual.p()) <= FALSE_ALARMS;
    if !signals(0) {
        return None;
    }
    // All of them satisfied never signals, so the answer lies from 0 to below `people`.
    let (mut signal, mut ordinary) = (0, people);
    while ordinary.abs_diff(signal) > 1 {
        let middle = u64::midpoint(signal, ordinary);
        if signals(middle) {
            signal = middle;
        } else {
            ordinary = middle;
        }
    }
    Some(signal)
}

/// ST16: a running sum of the evidence that more people than usual had an answer at level 1 or 2.
/// Sources: Page 1954; Steiner et al. 2000.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    per_low: f64,
    per_other: f64,
    level: f64,
}

impl Cusum {
    /// h: the level that raises an alarm. At 30 people a week, .08 usual and .15 now: 8 weeks to an
    /// alarm, and 2,318 weeks between false ones.
    pub const ALARM: f64 = 6.0;

    /// The usual rate is taken as at least this, and at most its mirror image: no logarithm of 0.
    const RAREST: f64 = 0.01;

    /// Against the peers' rate `usual` of last year (floor 0.01), watching for twice the odds
    /// or so: q₁ = 2q₀/(1 + q₀).
    #[must_use]
    pub fn against(usual: &Estimate) -> Self {
        let usual = usual.p().clamp(Self::RAREST, 1.0 - Self::RAREST);
        Self::between(usual, 2.0 * usual / (1.0 + usual))
    }

    /// The same sum, held against another rate from now on: what is usual is known better with time.
    #[must_use]
    pub fn held_against(self, usual: &Estimate) -> Self {
        let level = self.level;
        Self {
            level,
            ..Self::against(usual)
        }
    }

    /// Between the rate `usual` and the rate `raised`, both strictly between 0 and 1.
    #[must_use]
    pub fn between(usual: f64, raised: f64) -> Self {
        Self {
            per_low: libm::log(raised / usual),
            per_other: libm::log((1.0 - raised) / (1.0 - usual)),
            level: 0.0,
        }
    }

    /// What a week in which `low` of `people` had a low answer adds; negative in a good week.
    #[must_use]
    pub fn evidence(&self, low: u64, people: u64) -> f64 {
        real(low) * self.per_low + real(people.saturating_sub(low)) * self.per_other
    }

    /// Adds a week and gives the level it reached, before an alarm sets it back to 0. An empty
    /// week changes nothing.
    pub fn add(&mut self, low: u64, people: u64) -> f64 {
        let reached = (self.level + self.evidence(low, people)).max(0.0);
        self.level = if reached > Self::ALARM { 0.0 } else { reached };
        reached
    }

    /// Adds a week at the door: the level in hundredths of a percent of the alarm's, capped at
    /// 10000, and whether it raised the alarm.
    ///
    /// ```
    /// # use survey::stats::{Estimate, change::Cusum};
    /// let mut weeks = Cusum::against(&Estimate::of_people(8, 100).unwrap());
    /// assert_eq!(weeks.week(2, 30), (0, false));
    /// assert_eq!(weeks.week(14, 30), (10_000, true));
    /// ```
    pub fn week(&mut self, low: u64, people: u64) -> (u16, bool) {
        let reached = self.add(low, people);
        (hundredths(reached / Self::ALARM), reached > Self::ALARM)
    }
}
