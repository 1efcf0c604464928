//! A year is closed: what was too little for an atom is handed to the nodes above, which may show it
//! together with others' (rule P6). Never: shown here.

use super::release::{restored_on, waiting};
use super::{damaged, number, raise_version, set_number};
use crate::store::port::{Sql, StoreError};
use std::collections::BTreeMap;
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::release::{Slice, closed_at, sealed_at};
use survey::rollup::Left;
use survey::wire::tally::read_tally;

/// The last year that was closed; 0 before the first look.
pub(super) fn closed(sql: &dyn Sql) -> Result<i32, StoreError> {
    i32::try_from(number(sql, "closed")?).map_err(|_| damaged())
}

/// At the first look nothing was counted before: all earlier years are closed.
pub(super) fn begin(sql: &dyn Sql, now: Millis) -> Result<(), StoreError> {
    if closed(sql)? == 0 {
        let closed = closed_at(now).ok_or_else(damaged)?;
        set_number(sql, "closed", closed.into())?;
    }
    Ok(())
}

/// When the next year is closed.
pub(super) fn next_close(sql: &dyn Sql) -> Result<Option<Millis>, StoreError> {
    let closed = closed(sql)?;
    let december = Day::from_calendar(closed + 1, 12, 1);
    Ok(december.filter(|_| closed != 0).and_then(sealed_at))
}

/// Closes the year that is due at a release: what still waits of it waits no more.
pub(super) fn close(sql: &dyn Sql, at: Millis) -> Result<(), StoreError> {
    let due = closed_at(at).ok_or_else(damaged)?;
    if due <= closed(sql)? {
        return Ok(());
    }
    set_number(sql, "closed", due.into())?;
    let last = format!("{due:04}-12-31");
    for waits in waiting(sql)? {
        // After a restore what came back may have been shown: it waits for ten that are new.
        if restored_on(sql, &waits.form)?.is_some() {
            continue;
        }
        for table in ["response", "cell"] {
            sql.run(
                &format!("UPDATE {table} SET atom = ?1 WHERE atom = 0 AND day <= ?2 AND form = ?3"),
                &[
                    i64::from(-due).into(),
                    last.as_str().into(),
                    waits.form.as_str().into(),
                ],
            )?;
        }
    }
    // The node above waits for the word that it is closed, also where nothing is left.
    let version = raise_version(sql)?;
    set_number(sql, "released", version)
}

/// What is left of each closed year. Factors under a filter are taken out: few were asked about them.
pub(super) fn left(sql: &dyn Sql, forms: &[Form]) -> Result<Vec<Left>, StoreError> {
    let rows = sql.rows(
        "SELECT atom, day, tally FROM cell WHERE atom < 0 ORDER BY atom, day",
        &[],
    )?;
    let mut sums: BTreeMap<_, Left> = BTreeMap::new();
    for row in &rows {
        let year = i32::try_from(-row.integer(0)?).map_err(|_| damaged())?;
        let day = Day::parse(row.text(1)?).ok_or_else(damaged)?;
        let mut tally = read_tally(row.text(2)?).ok_or_else(damaged)?;
        let Some(form) = forms.iter().find(|form| form.id() == tally.form()) else {
            continue;
        };
        for (at, factor) in form.factors().iter().enumerate() {
            if factor.asked_if.is_some() {
                drop(tally.take_factor(form, at));
            }
        }
        let sum = Slice {
            month: format!("{year:04}-12"),
            atoms: 1,
            first: day,
            last: day,
            tally,
        };
        match sums.get_mut(&(form.id(), year)) {
            Some(left) => left.sum.merge(&sum).map_err(|_| damaged())?,
            None => drop(sums.insert(
                (form.id(), year),
                Left {
                    year,
                    units: 1,
                    sum,
                },
            )),
        }
    }
    let one = |mut left: Left| {
        left.sum.atoms = 1;
        left
    };
    Ok(sums.into_values().map(one).collect())
}
