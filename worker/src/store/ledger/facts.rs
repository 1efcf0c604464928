//! What a Ledger has one of each of, read in one statement: a batch asks for a dozen of them. Never: kept
//! from one transaction to the next.

use super::{damaged, release::above_of};
use crate::store::port::{Sql, StoreError};
use std::collections::BTreeMap;
use survey::day::Millis;
use survey::id::UnitId;
use survey::release::Rhythm;
use survey::wire::read;

/// The tables `number` and `word` as they were read.
pub(super) struct Facts {
    numbers: BTreeMap<String, i64>,
    words: BTreeMap<String, String>,
}

impl Facts {
    /// Reads them.
    pub(super) fn read(sql: &dyn Sql) -> Result<Self, StoreError> {
        let row = sql.first(
            "SELECT (SELECT json_group_object(name, value) FROM number),
               (SELECT json_group_object(name, value) FROM word)",
            &[],
        )?;
        let row = row.ok_or_else(damaged)?;
        Ok(Self {
            numbers: read(row.text(0)?).map_err(|_| damaged())?,
            words: read(row.text(1)?).map_err(|_| damaged())?,
        })
    }

    /// A number; 0 where it was never set.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.numbers.get(name).copied().unwrap_or_default()
    }

    /// See [`super::unit`].
    pub(super) fn unit(&self) -> Result<Option<UnitId>, StoreError> {
        let unit = self.words.get("unit").map(|unit| UnitId::parse(unit));
        unit.transpose().map_err(|_| damaged())
    }

    /// Whether a look at what waits would do nothing at all (see [`super::release::look`]).
    pub(super) fn is_quiet(&self, now: Millis, rhythm: Rhythm) -> bool {
        let looked = Millis(self.number("looked_ms"));
        rhythm == Rhythm::Daily
            && self.number("closed") != 0
            && self.number("refill") == 0
            && looked.0 != 0
            && looked <= now
            && !rhythm.is_due(looked, now)
    }

    /// Whether the nearest Rollup has not acknowledged what is released here.
    pub(super) fn is_untold(&self) -> Result<bool, StoreError> {
        let released = self.number("released");
        // A Ledger that was restored tells so even with nothing released: the Rollup may hold sums of a
        // time that was undone.
        if self.unit()?.is_none() || (released == 0 && self.number("restore") == 0) {
            return Ok(false);
        }
        let above = self.words.get("above").map(String::as_str);
        let above = above.map_or(Ok(Vec::new()), above_of)?;
        // A Ledger that was moved in the tree sends its sums to its new place, too.
        let told = self.words.get("told").map(String::as_str);
        let is_told = told == above.first().map(UnitId::as_str);
        Ok(!above.is_empty() && (!is_told || self.number("acknowledged") < released))
    }
}
