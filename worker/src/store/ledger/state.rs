//! How a Ledger is, for whoever watches the server (rules V1, V2): counts, ages and days. Never: a
//! level, an id, anything of a single response.

use super::release::{has_an_atom, is_untold};
use super::{Ledger, damaged, number};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use serde::{Deserialize, Serialize};
use survey::day::{DAY_MS, Day, HOUR_MS, Millis};
use survey::release::Rhythm;

/// A release that is due happens at the next count, read or alarm; a day and two hours later none did.
const OVERDUE_MS: i64 = DAY_MS + 2 * HOUR_MS;
/// A device that was not heard for so long is silent: it speaks every few minutes while its page lives.
const SILENT_MS: i64 = DAY_MS;

/// How a Ledger is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Responses counted and not released yet.
    pub waiting: u64,
    /// The earliest day that they count for.
    pub oldest_waiting: Option<Day>,
    /// Ten or more of a form wait, and their release did not come.
    pub is_overdue: bool,
    /// Sums were released that the Rollup above has not acknowledged.
    pub is_untold: bool,
    /// Records kept uncounted that nobody has decided on.
    pub quarantined: u64,
    /// Devices that were ever heard.
    pub heard: u64,
    /// Of these, not within a day.
    pub silent: u64,
    /// What waits on the devices, as they said last.
    pub unsent: u64,
    /// The earliest day of it.
    pub oldest_unsent: Option<Day>,
    /// Set aside on the devices (rule O8).
    pub asides: u64,
}

impl<S: Store> Ledger<S> {
    /// How it is now. Nothing is released by looking.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn state(&self, now: Millis, rhythm: Rhythm) -> Result<State, Refused> {
        self.0.atomically(|sql| {
            let mut state = State {
                is_untold: is_untold(sql)?,
                ..State::default()
            };
            waiting(sql, now, rhythm, &mut state)?;
            devices(sql, now, &mut state)?;
            let row = sql.first(
                "SELECT (SELECT count(*) FROM quarantine) - (SELECT count(*) FROM kept)",
                &[],
            )?;
            state.quarantined = u64::try_from(row.ok_or_else(damaged)?.integer(0)?).unwrap_or(0);
            Ok(state)
        })
    }
}

fn waiting(
    sql: &dyn Sql,
    now: Millis,
    rhythm: Rhythm,
    state: &mut State,
) -> Result<(), StoreError> {
    let rows = sql.rows(
        "SELECT sum(responses), min(day) FROM cell WHERE atom = 0 GROUP BY form",
        &[],
    )?;
    for row in &rows {
        let waiting = u64::try_from(row.integer(0)?).map_err(|_| damaged())?;
        state.waiting += waiting;
        let day = Day::parse(row.text(1)?).ok_or_else(damaged)?;
        state.oldest_waiting = Some(state.oldest_waiting.map_or(day, |oldest| oldest.min(day)));
    }
    let looked = Millis(number(sql, "looked_ms")?);
    let is_late = rhythm == Rhythm::WhenTen || now.since(looked) > OVERDUE_MS;
    // As of a day ago: what became ripe since then has its release still to come.
    let then = now.plus(if rhythm == Rhythm::Daily { -DAY_MS } else { 0 });
    let is_held = number(sql, "refill")? != 0;
    state.is_overdue = is_late && !is_held && has_an_atom(sql, then)?;
    Ok(())
}

fn devices(sql: &dyn Sql, now: Millis, state: &mut State) -> Result<(), StoreError> {
    let row = sql.first(
        "SELECT count(*), ifnull(sum(json_extract(heard, '$.at') < ?1), 0),
           ifnull(sum(json_extract(heard, '$.status.unsent')), 0),
           min(json_extract(heard, '$.status.oldest')),
           ifnull(sum(json_extract(heard, '$.status.asides')), 0)
         FROM device WHERE heard IS NOT NULL AND is_active = 1",
        &[now.plus(-SILENT_MS).0.into()],
    )?;
    let row = row.ok_or_else(damaged)?;
    let count = |column| u64::try_from(row.integer(column)?).map_err(|_| damaged());
    state.heard = count(0)?;
    state.silent = count(1)?;
    state.unsent = count(2)?;
    state.oldest_unsent = row.maybe_text(3)?.and_then(Day::parse);
    state.asides = count(4)?;
    Ok(())
}
