//! Honest uncertainty: what a manager may conclude from stored integers (docs/SPEC.md, rules ST).
//! Never: single responses, a clock, a figure that was rounded twice.
//!
//! Floats live in this folder and nowhere else in the crate. Integers come in (sums over people),
//! integers go out (hundredths of a percentage point, rounded half up, once), and between the two
//! stands an inner layer of plain `f64`, public so that golden vectors can hold it to 1e-6.
//!
//! ```
//! use survey::stats::{Estimate, RatioSums};
//!
//! // Ten people, five questions each at most: 38 answers of 47 were satisfied.
//! let sums = RatioSums { people: 10, x: 38, m: 47, xx: 170, xm: 186, mm: 225 };
//! let estimate = Estimate::pooled(&sums).unwrap();
//! let interval = estimate.interval();
//! assert_eq!((interval.low(), interval.high()), (5768, 9290));
//!
//! // The same ten among twelve who came: less is left to chance.
//! let interval = estimate.within(sums.people, Some(12)).interval();
//! assert_eq!((interval.low(), interval.high()), (7186, 8747));
//! ```
#![expect(
    clippy::float_arithmetic,
    reason = "intervals are irrational; every float of the crate stays in this folder"
)]

mod border;
pub mod change;
pub mod coverage;
pub mod distribution;
pub mod drivers;
mod estimate;
mod factors;
pub mod funnel;
mod interval;
pub mod mean;
pub mod peers;
pub mod planning;
pub mod population;
pub mod quality;
mod ratio;
pub mod shrinkage;
pub mod stratified;

pub use estimate::Estimate;
pub use factors::{CrossSums, FactorSums, FactorTotals};
pub use interval::{Difference, Interval};
pub use ratio::RatioSums;
pub use stratified::Stratum;

/// The 97.5 % quantile of the standard normal distribution: two-sided 95 %.
pub const Z_95: f64 = 1.959_963_984_540_054;
