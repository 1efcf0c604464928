//! What is to be sent of alerts: at least once, under one id, ever more rarely, for two days (rule UM13).
//! Never: HTTP.

use super::Directory;
use super::alerts::{find, grants_of, may};
use crate::access::Act;
use crate::alerts::outbox::next_try;
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::day::{DAY_MS, Millis};

/// How long a delivery is told after it was made.
const KEPT_MS: i64 = 30 * DAY_MS;

/// One try, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// The delivery's id.
    pub id: String,
    /// Where to.
    pub url: String,
    /// Headers beside the type.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON.
    pub body: String,
}

/// How many deliveries wait, and how many were given up in the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deliveries {
    /// They are sent, again if need be.
    pub waiting: u64,
    /// They are not sent any more.
    pub failed: u64,
}

impl<S: Store> Directory<S> {
    /// Begins the tries that are due: each is counted, and the next one set, before anything is sent, so that
    /// a server that dies over it tries again and not at once.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn begin_tries(&self, now: Millis, most: u32) -> Result<Vec<Try>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT id, alert, body, tries FROM alert_delivery
                 WHERE state = 'waiting' AND next_ms <= ?1 ORDER BY next_ms, id LIMIT ?2",
                &[now.0.into(), most.into()],
            )?;
            let mut tries = Vec::new();
            for row in &rows {
                let (id, body) = (row.text(0)?, row.text(2)?);
                let Some(alert) = find(sql, row.text(1)?)? else {
                    continue;
                };
                let grants = grants_of(sql, &alert, now)?;
                if !may(sql, &grants, Act::SetAlerts, alert.node.as_ref())? {
                    settle(sql, id, "failed", "no-right")?;
                    continue;
                }
                let made = u32::try_from(row.integer(3)?).unwrap_or(u32::MAX);
                let next = next_try(now, made.saturating_add(1)).unwrap_or(now.plus(DAY_MS));
                sql.run(
                    "UPDATE alert_delivery SET tries = tries + 1, next_ms = ?2 WHERE id = ?1",
                    &[id.into(), next.0.into()],
                )?;
                tries.push(Try {
                    id: id.to_owned(),
                    url: alert.url().to_owned(),
                    headers: alert.headers(id, body, now),
                    body: body.to_owned(),
                });
            }
            Ok(tries)
        })
    }

    /// Writes down what came of a try: it was taken, or it waits for the next one, or it is given up.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn tried(&self, id: &str, is_taken: bool, outcome: &str) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            if is_taken {
                return Ok(settle(sql, id, "sent", outcome)?);
            }
            let row = sql.first(
                "SELECT tries FROM alert_delivery WHERE id = ?1",
                &[id.into()],
            )?;
            let failed = row.map_or(Ok(0), |row| row.integer(0))?;
            let failed = u32::try_from(failed).unwrap_or(u32::MAX);
            if next_try(Millis(0), failed).is_none() {
                return Ok(settle(sql, id, "failed", outcome)?);
            }
            Ok(sql.run(
                "UPDATE alert_delivery SET outcome = ?2 WHERE id = ?1 AND state = 'waiting'",
                &[id.into(), outcome.into()],
            )?)
        })
    }

    /// When the next try is due.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn next_try(&self) -> Result<Option<Millis>, Refused> {
        self.0.atomically(|sql| {
            let row = sql.first(
                "SELECT next_ms FROM alert_delivery WHERE state = 'waiting' ORDER BY next_ms LIMIT 1",
                &[],
            )?;
            Ok(row.map(|row| row.integer(0)).transpose()?.map(Millis))
        })
    }

    /// How deliveries stand, over all alerts.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn deliveries(&self) -> Result<Deliveries, Refused> {
        self.0.atomically(|sql| {
            let row = sql.first(
                "SELECT (SELECT count(*) FROM alert_delivery WHERE state = 'waiting'),
                   (SELECT count(*) FROM alert_delivery WHERE state = 'failed')",
                &[],
            )?;
            let row = row.ok_or_else(|| Refused::broken("a count gave no row"))?;
            let count = |column| row.integer(column).map(|n| u64::try_from(n).unwrap_or(0));
            Ok(Deliveries {
                waiting: count(0)?,
                failed: count(1)?,
            })
        })
    }
}

/// Forgets what was sent or given up long ago.
pub(super) fn forget(sql: &dyn Sql, now: Millis) -> Result<(), StoreError> {
    sql.run(
        "DELETE FROM alert_delivery WHERE state <> 'waiting' AND made_ms < ?1",
        &[now.plus(-KEPT_MS).0.into()],
    )
}

fn settle(sql: &dyn Sql, id: &str, state: &str, outcome: &str) -> Result<(), StoreError> {
    // What was taken once stays taken, whatever a later try says.
    sql.run(
        "UPDATE alert_delivery SET state = ?2, outcome = ?3 WHERE id = ?1 AND state = 'waiting'",
        &[id.into(), state.into(), outcome.into()],
    )
}
