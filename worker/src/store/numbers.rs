//! The table `number` that the three stores have alike: one number by its name. Never: what it means.

use super::port::{Sql, StoreError};

/// A number of the store; 0 when it was never written.
pub(super) fn number(sql: &dyn Sql, name: &str) -> Result<i64, StoreError> {
    let row = sql.first("SELECT value FROM number WHERE name = ?1", &[name.into()])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Writes a number of the store.
pub(super) fn set_number(sql: &dyn Sql, name: &str, value: i64) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO number VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
        &[name.into(), value.into()],
    )
}
