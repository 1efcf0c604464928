//! What leaves the statistics: intervals and differences in hundredths of a percentage point.

use super::border::{hundredths, signed_hundredths};

/// A 95 % interval: `low <= high`, both in hundredths of a percentage point, 0..=10000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    low: u16,
    high: u16,
}

impl Interval {
    /// A hundred percent.
    const WHOLE: u16 = 10_000;

    /// The interval from `low` to `high`; `None` unless `low <= high <= 10000`.
    ///
    /// ```
    /// # use survey::stats::Interval;
    /// assert_eq!(Interval::new(7438, 9654).unwrap().low(), 7438);
    /// assert_eq!(Interval::new(9654, 7438), None);
    /// assert_eq!(Interval::new(7438, 10001), None);
    /// ```
    #[must_use]
    pub const fn new(low: u16, high: u16) -> Option<Self> {
        if low <= high && high <= Self::WHOLE {
            Some(Self { low, high })
        } else {
            None
        }
    }

    /// The one rounding: two shares 0..=1, in order, half up.
    pub(super) fn rounded((low, high): (f64, f64)) -> Self {
        Self {
            low: hundredths(low),
            high: hundredths(high),
        }
    }

    /// The lower limit, in hundredths of a percentage point, 0..=10000.
    #[must_use]
    pub const fn low(self) -> u16 {
        self.low
    }

    /// The upper limit, in hundredths of a percentage point, 0..=10000.
    #[must_use]
    pub const fn high(self) -> u16 {
        self.high
    }

    /// Is `share` (hundredths of a percentage point) inside, limits included?
    #[must_use]
    pub const fn contains(self, share: u16) -> bool {
        self.low <= share && share <= self.high
    }

    /// The smallest interval with limits at multiples of `step` that holds this one; what is shown
    /// for 10 to 29 people has a `step` of 500, that is 5 points. A `step` of 0 changes nothing.
    ///
    /// ```
    /// # use survey::stats::Interval;
    /// let shown = Interval::new(7438, 9654).unwrap().outward(500);
    /// assert_eq!((shown.low(), shown.high()), (7000, 10000));
    /// ```
    #[must_use]
    pub fn outward(self, step: u16) -> Self {
        let below = self.low.checked_rem(step).unwrap_or(0);
        Self {
            low: self.low.saturating_sub(below),
            high: self
                .high
                .checked_next_multiple_of(step)
                .unwrap_or(self.high)
                .min(Self::WHOLE),
        }
    }
}

/// The difference of two shares with its 95 % interval (ST9), all in hundredths of a percentage
/// point, -10000..=10000, `low <= estimate <= high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    estimate: i16,
    low: i16,
    high: i16,
}

impl Difference {
    /// The one rounding: three differences of shares, in order, half up.
    pub(super) fn rounded(estimate: f64, (low, high): (f64, f64)) -> Self {
        Self {
            estimate: signed_hundredths(estimate),
            low: signed_hundredths(low),
            high: signed_hundredths(high),
        }
    }

    /// First minus second, in hundredths of a percentage point.
    #[must_use]
    pub const fn estimate(self) -> i16 {
        self.estimate
    }

    /// The lower limit, in hundredths of a percentage point.
    #[must_use]
    pub const fn low(self) -> i16 {
        self.low
    }

    /// The upper limit, in hundredths of a percentage point.
    #[must_use]
    pub const fn high(self) -> i16 {
        self.high
    }

    /// May the word "khác biệt" be said? Only if zero is outside. Decided on the limits as they
    /// are printed, so that no reader sees 0,00 in an interval that is said to exclude it.
    #[must_use]
    pub const fn excludes_zero(self) -> bool {
        self.low > 0 || self.high < 0
    }
}
