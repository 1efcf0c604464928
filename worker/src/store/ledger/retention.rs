//! What is kept how long (rule P14): the one place where anything that was sent goes away. Never: a
//! sum, or the id and the verdict of a receipt.

use super::entries::FORGOTTEN;
use super::{Ledger, set_number, today};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::day::{Day, Millis};

/// Rows of answers: five years, two leap days among them. After that there are their sums.
const ROW_DAYS: i64 = 1_827;
/// Comments: twelve months after the end of their month, the finest that they tell.
const COMMENT_DAYS: i64 = 366;
/// Records that were never counted.
const QUARANTINE_DAYS: i64 = 365;
/// What a device said of itself.
const STATUS_DAYS: i64 = 365;
/// A quarter is sealed so long after its last day: longer than any device keeps what it settled (O7).
/// From then on its receipts name no device (P3).
const SEALED_AFTER_DAYS: i64 = 45;

impl<S: Store> Ledger<S> {
    /// Lets go of what has been kept long enough; how many records went that were never counted.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn retire(&self, now: Millis) -> Result<u64, Refused> {
        let today = today(now)?;
        self.0.atomically(|sql| {
            let before = |days: i64| today.plus(-days);
            rows(sql, before(ROW_DAYS))?;
            let uncounted = quarantine(sql, before(QUARANTINE_DAYS))?;
            let month = before(COMMENT_DAYS).month_slice();
            sql.run("DELETE FROM comment WHERE month < ?1", &[month.into()])?;
            let silent = before(STATUS_DAYS);
            sql.run(
                "UPDATE device SET heard = NULL WHERE json_extract(heard, '$.at') < ?1",
                &[silent.starts().0.into()],
            )?;
            let day = silent.to_string();
            sql.run("DELETE FROM visit WHERE day < ?1", &[day.into()])?;
            let sealed = before(SEALED_AFTER_DAYS).quarter_begins().to_string();
            sql.run(
                "UPDATE receipt SET device = NULL WHERE device IS NOT NULL
                 AND verdict = 'counted' AND id IN (SELECT id FROM response WHERE day < ?1)",
                &[sealed.into()],
            )?;
            Ok(uncounted)
        })
    }
}

/// Rows of days before this one go, and with each the hash by which its answers could be guessed.
fn rows(sql: &dyn Sql, first: Day) -> Result<(), StoreError> {
    let day = first.to_string();
    sql.run(
        "UPDATE OR REPLACE receipt SET hash = ?2, device = NULL
         WHERE verdict = 'counted' AND id IN (SELECT id FROM response WHERE day < ?1)",
        &[day.as_str().into(), FORGOTTEN.into()],
    )?;
    sql.run("DELETE FROM response WHERE day < ?1", &[day.into()])?;
    // A recount goes back no further.
    set_number(sql, "rows_from_ms", first.starts().0)
}

/// Records that came in before this day and were never counted go; that they were here stays. Should
/// one come again it is judged as if it came for the first time.
fn quarantine(sql: &dyn Sql, first: Day) -> Result<u64, StoreError> {
    const OLD: &str = "(id, hash) IN (SELECT id, hash FROM quarantine WHERE day < ?1)";
    let day = first.to_string();
    let going = sql.first(
        "SELECT count(*) FROM quarantine WHERE day < ?1",
        &[day.as_str().into()],
    )?;
    let going = going.map_or(Ok(0), |row| row.integer(0))?;
    // Of two contents under one id one receipt remains, without its hash.
    let forget = format!("UPDATE OR IGNORE receipt SET hash = ?2, device = NULL WHERE {OLD}");
    sql.run(&forget, &[day.as_str().into(), FORGOTTEN.into()])?;
    for table in ["receipt", "kept"] {
        let statement = format!("DELETE FROM {table} WHERE {OLD}");
        sql.run(&statement, &[day.as_str().into()])?;
    }
    sql.run("DELETE FROM quarantine WHERE day < ?1", &[day.into()])?;
    Ok(u64::try_from(going).unwrap_or_default())
}
