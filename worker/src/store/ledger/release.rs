//! What waits becomes atoms (rules P5, P6), and the sums of the atoms go up (rule L11).

use super::{Ledger, damaged, number, raise_version, set_number, today, unit};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::release::{Atom, Rhythm, Slice, by_month, makes_an_atom, next_release};
use survey::rollup::Snapshot;
use survey::wire::manager::Live;
use survey::wire::read;
use survey::wire::tally::read_tally;

impl<S: Store> Ledger<S> {
    /// Releases what is due. A release that is due always comes before a later count or read.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn look(&self, now: Millis, rhythm: Rhythm) -> Result<(), Refused> {
        self.0.atomically(|sql| Ok(look(sql, now, rhythm)?))
    }

    /// When what waits is looked at next, if anything waits.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn next_look(&self, now: Millis) -> Result<Option<Millis>, Refused> {
        self.0.atomically(|sql| {
            let waiting = waiting(sql)?.iter().map(|(_, responses)| responses).sum();
            Ok(next_release(now).filter(|_| makes_an_atom(waiting)))
        })
    }

    /// Everything released, by form and month.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn slices(&self) -> Result<Vec<Slice>, Refused> {
        self.0.atomically(|sql| Ok(slices(sql)?))
    }

    /// How many came in today, wait, and are kept aside. Never a level.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn live(&self, now: Millis, rhythm: Rhythm) -> Result<Live, Refused> {
        let today = today(now)?.to_string();
        self.0.atomically(|sql| {
            let row = sql.first(
                "SELECT ifnull((SELECT responses FROM received WHERE day = ?1), 0),
                   (SELECT ifnull(sum(responses), 0) FROM cell WHERE atom = 0),
                   (SELECT count(*) FROM quarantine)",
                &[today.into()],
            )?;
            let row = row.ok_or_else(damaged)?;
            let count = |column| u64::try_from(row.integer(column)?).map_err(|_| damaged());
            Ok(Live {
                today: count(0)?,
                waiting: count(1)?,
                quarantined: count(2)?,
                now,
                next_release: next_release(now).filter(|_| rhythm == Rhythm::Daily),
            })
        })
    }

    /// What the Rollup above has not acknowledged yet, and the nodes above, nearest first.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn unacknowledged(&self) -> Result<Option<(Vec<UnitId>, Snapshot)>, Refused> {
        self.0.atomically(|sql| {
            let (released, restore) = (number(sql, "released")?, number(sql, "restore")?);
            // A Ledger that was restored tells so even with nothing released: the Rollup may hold
            // sums of a time that was undone.
            let has_news = released > 0 || restore > 0;
            let Some(child) = unit(sql)?.filter(|_| has_news) else {
                return Ok(None);
            };
            let row = sql.first("SELECT value FROM word WHERE name = 'above'", &[])?;
            let above = row.map_or(Ok(Vec::new()), |row| {
                read(row.text(0)?).map_err(|_| damaged())
            })?;
            // A Ledger that was moved in the tree sends its sums to its new place, too.
            let told = sql.first("SELECT value FROM word WHERE name = 'told'", &[])?;
            let told = told.as_ref().map(|row| row.text(0)).transpose()?;
            let is_told = told == above.first().map(UnitId::as_str);
            if above.is_empty() || (is_told && number(sql, "acknowledged")? >= released) {
                return Ok(None);
            }
            let snapshot = Snapshot {
                child,
                restore: u32::try_from(restore).map_err(|_| damaged())?,
                version: u64::try_from(released).map_err(|_| damaged())?,
                slices: slices(sql)?,
            };
            Ok(Some((above, snapshot)))
        })
    }

    /// The nearest Rollup has a snapshot.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn acknowledged(&self, by: &UnitId, version: u64) -> Result<(), Refused> {
        let version = i64::try_from(version).map_err(|_| damaged())?;
        self.0.atomically(|sql| {
            set_number(sql, "acknowledged", version)?;
            Ok(sql.run(
                "INSERT INTO word VALUES ('told', ?1)
                 ON CONFLICT DO UPDATE SET value = excluded.value",
                &[by.as_str().into()],
            )?)
        })
    }
}

/// Looks at what waits, if it is time to: of each form all of it becomes one atom, or none.
pub(super) fn look(sql: &dyn Sql, now: Millis, rhythm: Rhythm) -> Result<(), StoreError> {
    let last = number(sql, "looked_ms")?;
    if rhythm == Rhythm::Daily {
        let is_due = last != 0 && rhythm.is_due(Millis(last), now);
        // The first look begins the rhythm; a clock that was set back begins it anew.
        if is_due || last == 0 || Millis(last) > now {
            set_number(sql, "looked_ms", now.0)?;
        }
        if !is_due {
            return Ok(());
        }
    }
    for (form, waiting) in waiting(sql)? {
        if makes_an_atom(waiting) {
            release(sql, &form)?;
        }
    }
    Ok(())
}

fn waiting(sql: &dyn Sql) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = sql.rows(
        "SELECT form, sum(responses) FROM cell WHERE atom = 0 GROUP BY form",
        &[],
    )?;
    let form = |row: &Row| {
        let responses = u64::try_from(row.integer(1)?).map_err(|_| damaged())?;
        Ok((row.text(0)?.to_owned(), responses))
    };
    rows.iter().map(form).collect()
}

fn release(sql: &dyn Sql, form: &str) -> Result<(), StoreError> {
    let next = sql.first(
        "SELECT max(atom) + 1 FROM cell WHERE form = ?1",
        &[form.into()],
    )?;
    let atom = next.map_or(Ok(1), |row| row.integer(0))?;
    for statement in [
        "UPDATE response SET atom = ?2 WHERE form = ?1 AND atom = 0",
        "UPDATE cell SET atom = ?2 WHERE form = ?1 AND atom = 0",
    ] {
        sql.run(statement, &[form.into(), atom.into()])?;
    }
    let version = raise_version(sql)?;
    set_number(sql, "released", version)
}

fn slices(sql: &dyn Sql) -> Result<Vec<Slice>, StoreError> {
    let rows = sql.rows(
        "SELECT form, atom, day, tally FROM cell WHERE atom > 0 ORDER BY form, atom, day",
        &[],
    )?;
    let mut atoms: Vec<Atom> = Vec::new();
    for row in &rows {
        let number = u32::try_from(row.integer(1)?).map_err(|_| damaged())?;
        let day = Day::parse(row.text(2)?).ok_or_else(damaged)?;
        let tally = read_tally(row.text(3)?).ok_or_else(damaged)?;
        match atoms.last_mut() {
            Some(atom) if atom.number == number && atom.tally.form() == tally.form() => {
                atom.last = day;
                atom.tally.merge(&tally).map_err(|_| damaged())?;
            }
            _ => atoms.push(Atom {
                number,
                first: day,
                last: day,
                tally,
            }),
        }
    }
    Ok(by_month(atoms.into_iter().map(Slice::of)))
}
