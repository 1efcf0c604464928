//! Provinces in which everybody looks at everything all the time, and an auditor who keeps all of it
//! and looks for a few people (docs/SPEC.md, rules P5 to P8, L11).
//!
//! Ledgers and Rollups are the worker's own. Sums are lost, repeated and overtaken on their way; the
//! server is restored from backups, and devices are gone.

mod auditor;
mod books;
mod groups;
mod people;
mod pools;
mod province;
mod report;
mod rule;
mod search;
mod sets;
mod span;
mod year;

pub use auditor::{Auditor, Mark};
pub use report::{Ending, Report, Wrong, first_failure, many, one};
pub use rule::Rule;
pub use year::{Found, year};
