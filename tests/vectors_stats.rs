//! The statistics: hand-worked values, properties that hold for any input, and coverage measured
//! by simulation. The values stand in `vectors/stats/*.json`, each with its reference.

#![expect(
    clippy::unwrap_used,
    reason = "a test that has no value to go on with stops"
)]

#[path = "stats/changes.rs"]
mod changes;
#[path = "stats/comparisons.rs"]
mod comparisons;
#[path = "stats/coverage.rs"]
mod coverage;
#[path = "stats/distributions.rs"]
mod distributions;
#[path = "stats/intervals.rs"]
mod intervals;
#[path = "stats/people.rs"]
mod people;
#[path = "stats/plans.rs"]
mod plans;
#[path = "stats/properties.rs"]
mod properties;
#[path = "stats/random.rs"]
mod random;
#[path = "stats/rows.rs"]
mod rows;
