//! A sealed quarter is broken down, once (rule P7). Never: a quarter of which it is not known any more what
//! was shown.

use super::{Ledger, damaged, number, raise_version, set_number};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::BTreeMap;
use survey::breakdown::{By, GROUPS, GroupSum, Part, Quarter, Quarterly, Sums};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{FormId, ResponseId};
use survey::score::{Circumstance, Tally};
use survey::wire::body;
use survey::wire::tally::{read_quarter, write_quarter};

/// One atom, group by group, for each breakdown.
type Split = [[GroupSum; GROUPS]; By::ALL.len()];

impl<S: Store> Ledger<S> {
    /// Breaks down every quarter that is sealed and was not; no more than `piece` rows are in memory at once.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn seal(&self, forms: &[Form], now: Millis, piece: i64) -> Result<(), Refused> {
        self.0.atomically(|sql| Ok(seal(sql, forms, now, piece)?))
    }

    /// The quarters that were broken down.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn quarters(&self) -> Result<Vec<Quarterly>, Refused> {
        self.0.atomically(|sql| Ok(quarters(sql)?))
    }
}

pub(super) fn quarters(sql: &dyn Sql) -> Result<Vec<Quarterly>, StoreError> {
    let rows = sql.rows("SELECT parts FROM breakdown ORDER BY quarter", &[])?;
    let read = |row: &Row| read_quarter(row.text(0)?).ok_or_else(damaged);
    rows.iter().map(read).collect()
}

fn seal(sql: &dyn Sql, forms: &[Form], now: Millis, piece: i64) -> Result<(), StoreError> {
    let Some(due) = Quarter::sealed_by(now) else {
        return Ok(());
    };
    let first = match number(sql, "quarter")? {
        0 => {
            let row = sql.first("SELECT min(day) FROM cell", &[])?;
            let day = row.as_ref().map(|row| row.maybe_text(0)).transpose()?;
            let Some(day) = day.flatten().and_then(Day::parse) else {
                return Ok(());
            };
            // Who began later says so of the last quarter, and holds up no node above.
            Quarter::of(day).0.min(due.0)
        }
        last => i32::try_from(last)
            .map_err(|_| damaged())?
            .saturating_add(1),
    };
    if first > due.0 {
        return Ok(());
    }
    let restored = number(sql, "refill_ms")?;
    let restored = (restored > 0).then(|| Day::of(Millis(restored))).flatten();
    for quarter in (first..=due.0).map(Quarter) {
        let (Some(begins), Some(ends)) = (quarter.first(), quarter.last()) else {
            return Err(damaged());
        };
        let is_known = restored.is_none_or(|day| day < begins);
        let parts = if is_known {
            Some(parts(sql, forms, (begins, ends), piece)?)
        } else {
            None
        };
        sql.run(
            "INSERT INTO breakdown VALUES (?1, ?2)",
            &[
                i64::from(quarter.0).into(),
                write_quarter(&Quarterly { quarter, parts }).into(),
            ],
        )?;
    }
    set_number(sql, "quarter", due.0.into())?;
    let version = raise_version(sql)?;
    set_number(sql, "released", version)
}

/// The breakdowns of the atoms whose last day lies between two. A large unit has hundreds of thousands of
/// rows in a quarter, so they are read in pieces; within the transaction, so that they are of one state.
fn parts(
    sql: &dyn Sql,
    forms: &[Form],
    (from, to): (Day, Day),
    piece: i64,
) -> Result<Vec<Part>, StoreError> {
    let own = sql.rows(
        "SELECT json_group_array(json_array(form, atom)) FROM (
           SELECT form, atom FROM cell WHERE atom > 0 GROUP BY form, atom
           HAVING max(day) BETWEEN ?1 AND ?2)",
        &[from.to_string().into(), to.to_string().into()],
    )?;
    let own = own.first().ok_or_else(damaged)?.text(0)?;
    let mut atoms: BTreeMap<(FormId, i64), Split> = BTreeMap::new();
    let mut after = String::new();
    loop {
        let rows = sql.rows(
            "SELECT id, form, atom, body FROM response
             WHERE id > ?2 AND (form, atom) IN (
               SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1))
             ORDER BY id LIMIT ?3",
            &[own.into(), after.as_str().into(), piece.into()],
        )?;
        for row in &rows {
            add(&mut atoms, row, forms)?;
        }
        match rows.last() {
            Some(last) => last.text(0)?.clone_into(&mut after),
            None => break,
        }
    }
    let mut parts: BTreeMap<(FormId, By), Sums> = BTreeMap::new();
    for ((form, _), split) in &atoms {
        for (by, groups) in By::ALL.into_iter().zip(split) {
            parts.entry((*form, by)).or_default().add_atom(groups);
        }
    }
    let part = |((form, by), sums)| Part { form, by, sums };
    Ok(parts.into_iter().map(part).collect())
}

/// Adds a response to its groups of its atom.
fn add(
    atoms: &mut BTreeMap<(FormId, i64), Split>,
    row: &Row,
    forms: &[Form],
) -> Result<(), StoreError> {
    let id = ResponseId::parse(row.text(0)?).map_err(|_| damaged())?;
    let body = body::decode(row.text(3)?).map_err(|_| damaged())?;
    let Some(form) = forms.iter().find(|form| form.id() == body.form) else {
        return Ok(());
    };
    let submission = body.into_submission(id, form).ok_or_else(damaged)?;
    let tally = Tally::of(&submission, form, Circumstance::default());
    let person = GroupSum::of(tally, form);
    let split = atoms.entry((form.id(), row.integer(2)?)).or_default();
    for (by, groups) in By::ALL.into_iter().zip(split) {
        if let Some(group) = groups.get_mut(by.group(&submission)) {
            group.add(&person);
        }
    }
    Ok(())
}
