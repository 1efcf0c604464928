//! The Ledger's verbs, one transaction each: what a device sent is counted once, and released in
//! atoms. Never: a decision that `survey` makes.

mod breakdown;
mod comments;
mod count;
mod devices;
mod entries;
mod facts;
mod quarantine;
mod recount;
mod release;
mod resolvers;
mod retention;
mod state;
#[cfg(test)]
mod tests;
mod year;

pub use count::{Count, Rescue, Upload};
pub use devices::{Heard, Standing};
pub use quarantine::{Bench, KeptRecord};
pub use recount::{PIECE, Recount, Recounted};
pub use state::State;

use super::numbers::{number, set_number};
use super::port::{Sql, StoreError};
use super::today::today;
use survey::id::UnitId;

/// The tables.
pub const SCHEMA: &str = include_str!("schema.sql");

/// A unit's Ledger over a store.
pub struct Ledger<S>(pub S);

/// Raises the version by one and returns it (rule L2).
fn raise_version(sql: &dyn Sql) -> Result<i64, StoreError> {
    let version = number(sql, "version")? + 1;
    set_number(sql, "version", version)?;
    Ok(version)
}

/// The unit whose Ledger this is; `None` before the Directory has told of any device.
fn unit(sql: &dyn Sql) -> Result<Option<UnitId>, StoreError> {
    let row = sql.first("SELECT value FROM word WHERE name = 'unit'", &[])?;
    let unit = row.map(|row| UnitId::parse(row.text(0)?).map_err(|_| damaged()));
    unit.transpose()
}

fn damaged() -> StoreError {
    StoreError("a row of the Ledger is damaged".into())
}
