//! What waits becomes atoms (rules P5, P6), and the sums of the atoms go up (rule L11).

use super::facts::Facts;
use super::{Ledger, damaged, number, raise_version, set_number, today, unit};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::BTreeMap;
use survey::day::{Day, HOUR_MS, Millis};
use survey::form::Form;
use survey::id::UnitId;
use survey::release::{Atom, FLOOR, Rhythm, Slice, by_month, makes_an_atom, next_release, shown};
use survey::rollup::Snapshot;
use survey::score::Tally;
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
        self.0.reading(|sql| {
            let waiting = waiting(sql)?;
            let next = next_release(now).filter(|at| {
                let mut forms = waiting.iter();
                forms.any(|waits| makes_an_atom(waits.responses, waits.last, *at))
            });
            // A year is closed also where nothing can be released.
            let has_any = !waiting.is_empty() || number(sql, "released")? > 0;
            let next = match next {
                None if has_any => super::year::next_close(sql)?,
                next => next,
            };
            let held_until = refilled_at(sql)?.filter(|at| *at > now);
            Ok(next.map(|next| held_until.map_or(next, |until| until.max(next))))
        })
    }

    /// Everything of these forms that may be shown, by form and month.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn slices(&self, forms: &[Form]) -> Result<Vec<Slice>, Refused> {
        self.0.atomically(|sql| Ok(slices(sql, forms)?))
    }

    /// What [`Ledger::slices`] depends on: it is raised with every atom.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn released(&self) -> Result<i64, Refused> {
        self.0.atomically(|sql| Ok(number(sql, "released")?))
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
    pub fn unacknowledged(
        &self,
        forms: &[Form],
    ) -> Result<Option<(Vec<UnitId>, Snapshot)>, Refused> {
        self.0.atomically(|sql| {
            let Some(child) = unit(sql)? else {
                return Ok(None);
            };
            if !is_untold(sql)? {
                return Ok(None);
            }
            let (released, restore) = (number(sql, "released")?, number(sql, "restore")?);
            let snapshot = Snapshot {
                child,
                restore: u32::try_from(restore).map_err(|_| damaged())?,
                version: u64::try_from(released).map_err(|_| damaged())?,
                slices: slices(sql, forms)?,
                closed: super::year::closed(sql)?,
                left: super::year::left(sql, forms)?,
                quarters: super::breakdown::quarters(sql)?,
                visits: super::devices::visits(sql)?,
            };
            Ok(Some((above(sql)?, snapshot)))
        })
    }

    /// Whether there is something that the Rollup above has not acknowledged yet.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn is_untold(&self) -> Result<bool, Refused> {
        self.0.reading(|sql| Ok(is_untold(sql)?))
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

/// The nodes above, nearest first.
fn above(sql: &dyn Sql) -> Result<Vec<UnitId>, StoreError> {
    let row = sql.first("SELECT value FROM word WHERE name = 'above'", &[])?;
    row.map_or(Ok(Vec::new()), |row| above_of(row.text(0)?))
}

/// The nodes above as the table has them.
pub(super) fn above_of(text: &str) -> Result<Vec<UnitId>, StoreError> {
    read(text).map_err(|_| damaged())
}

/// Whether the nearest Rollup has not acknowledged what is released here.
pub(super) fn is_untold(sql: &dyn Sql) -> Result<bool, StoreError> {
    Facts::read(sql)?.is_untold()
}

/// How long a restored Ledger releases nothing: over a weekend the devices that have what it lost come
/// back and send it again (rules O12, L11). Atoms of a half-filled Ledger would differ from those
/// that were shown before by a few people, and subtraction would tell of them.
pub(super) const REFILL_MS: i64 = 72 * HOUR_MS;

/// When a restored Ledger may release again; `None` where it does not hold back.
fn refilled_at(sql: &dyn Sql) -> Result<Option<Millis>, StoreError> {
    if number(sql, "refill")? == 0 {
        return Ok(None);
    }
    let since = number(sql, "refill_ms")?;
    Ok((since > 0).then(|| Millis(since).plus(REFILL_MS)))
}

/// Whether nothing may be released yet, after a restore.
fn is_refilling(sql: &dyn Sql, now: Millis) -> Result<bool, StoreError> {
    if number(sql, "refill")? == 0 {
        return Ok(false);
    }
    let since = Millis(number(sql, "refill_ms")?);
    if since.0 == 0 || since > now {
        // The window begins when the server is first asked again; a clock set back begins it anew.
        set_number(sql, "refill_ms", now.0)?;
        return Ok(true);
    }
    let is_over = now.since(since) >= REFILL_MS;
    if is_over {
        set_number(sql, "refill", 0)?;
    }
    Ok(!is_over)
}

/// Looks at what waits, if it is time to: of each form all of it becomes one atom, or none.
pub(super) fn look(sql: &dyn Sql, now: Millis, rhythm: Rhythm) -> Result<(), StoreError> {
    super::year::begin(sql, now)?;
    let is_refilling = is_refilling(sql, now)?;
    let last = number(sql, "looked_ms")?;
    let mut at = now;
    if rhythm == Rhythm::Daily {
        let is_due = last != 0 && rhythm.is_due(Millis(last), now);
        // The first look begins the rhythm; a clock that was set back begins it anew.
        if is_due || last == 0 || Millis(last) > now {
            set_number(sql, "looked_ms", now.0)?;
        }
        if !is_due {
            return Ok(());
        }
        // What waits was there when the release was due: whoever comes later looks first.
        at = next_release(Millis(last)).ok_or_else(damaged)?;
    }
    if is_refilling {
        return Ok(());
    }
    for waits in waiting(sql)? {
        if makes_an_atom(waits.responses, waits.last, at) {
            release(sql, &waits.form, at)?;
        }
    }
    super::year::close(sql, at)
}

/// What waits of a form.
pub(super) struct Waiting {
    pub(super) form: String,
    responses: u64,
    last: Day,
}

/// What waits, form by form.
pub(super) fn waiting(sql: &dyn Sql) -> Result<Vec<Waiting>, StoreError> {
    let rows = sql.rows(
        "SELECT form, sum(responses), max(day) FROM cell WHERE atom = 0 GROUP BY form",
        &[],
    )?;
    let form = |row: &Row| {
        Ok(Waiting {
            form: row.text(0)?.to_owned(),
            responses: u64::try_from(row.integer(1)?).map_err(|_| damaged())?,
            last: Day::parse(row.text(2)?).ok_or_else(damaged)?,
        })
    };
    rows.iter().map(form).collect()
}

/// Whether a form waits that could have been released at an instant.
pub(super) fn has_an_atom(sql: &dyn Sql, at: Millis) -> Result<bool, StoreError> {
    for waits in waiting(sql)? {
        let is_an_atom = makes_an_atom(waits.responses, waits.last, at);
        if is_an_atom && !is_held_back(sql, &waits.form, restored_on(sql, &waits.form)?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a form that has had no atom since a restore has too few that are certainly new.
fn is_held_back(sql: &dyn Sql, form: &str, restored: Option<Day>) -> Result<bool, StoreError> {
    match restored {
        Some(day) => Ok(newer_than(sql, form, day)? < FLOOR),
        None => Ok(false),
    }
}

fn release(sql: &dyn Sql, form: &str, at: Millis) -> Result<(), StoreError> {
    let restored = restored_on(sql, form)?;
    if is_held_back(sql, form, restored)? {
        return Ok(());
    }
    let next = sql.first(
        "SELECT max(0, ifnull(max(atom), 0)) + 1 FROM cell WHERE form = ?1",
        &[form.into()],
    )?;
    let atom = next.map_or(Ok(1), |row| row.integer(0))?;
    for statement in [
        "UPDATE response SET atom = ?2 WHERE form = ?1 AND atom = 0",
        "UPDATE cell SET atom = ?2 WHERE form = ?1 AND atom = 0",
    ] {
        sql.run(statement, &[form.into(), atom.into()])?;
    }
    if let Some(day) = restored {
        sql.run(
            "INSERT INTO refilled VALUES (?1, ?2, ?3)",
            &[form.into(), atom.into(), day.to_string().into()],
        )?;
    }
    super::comments::show(sql, form, at)?;
    let version = raise_version(sql)?;
    set_number(sql, "released", version)
}

/// The day of the last restore, if this form has had no atom since. An atom that was made between
/// backup and restore is gone, but was shown: what came back may be of it, so the next one has to
/// bring ten that cannot be, or the two would differ by a few people.
pub(super) fn restored_on(sql: &dyn Sql, form: &str) -> Result<Option<Day>, StoreError> {
    let Some(day) = last_restore(sql)? else {
        return Ok(None);
    };
    let known = "SELECT 1 FROM refilled WHERE form = ?1 AND day = ?2";
    let known = sql.first(known, &[form.into(), day.to_string().into()])?;
    Ok(known.is_none().then_some(day))
}

/// The day of the last restore, if there was one.
pub(super) fn last_restore(sql: &dyn Sql) -> Result<Option<Day>, StoreError> {
    let since = number(sql, "refill_ms")?;
    let day = (since > 0).then(|| Day::of(Millis(since)).ok_or_else(damaged));
    day.transpose()
}

/// How many wait that were certainly answered after a day.
fn newer_than(sql: &dyn Sql, form: &str, day: Day) -> Result<u64, StoreError> {
    let rows = sql.rows(
        "SELECT tally FROM cell WHERE form = ?1 AND atom = 0 AND day > ?2",
        &[form.into(), day.to_string().into()],
    )?;
    rows.iter().try_fold(0_u64, |sum, row| {
        let people = *read_tally(row.text(0)?).ok_or_else(damaged)?.people();
        Ok(sum + people.responses.saturating_sub(people.day_uncertain))
    })
}

fn slices(sql: &dyn Sql, forms: &[Form]) -> Result<Vec<Slice>, StoreError> {
    let mut slices = Vec::new();
    for form in forms {
        slices.extend(shown(form, atoms(sql, form)?));
    }
    Ok(by_month(slices))
}

/// The atoms of a form, in the order of their numbers.
fn atoms(sql: &dyn Sql, form: &Form) -> Result<Vec<Atom>, StoreError> {
    let id = form.id().to_string();
    let refilled = sql.rows(
        "SELECT atom, day FROM refilled WHERE form = ?1",
        &[id.as_str().into()],
    )?;
    let refilled = refilled.iter().map(|row| {
        Ok((
            row.integer(0)?,
            Day::parse(row.text(1)?).ok_or_else(damaged)?,
        ))
    });
    let refilled: BTreeMap<i64, Day> = refilled.collect::<Result<_, StoreError>>()?;
    let rows = sql.rows(
        "SELECT atom, day, tally FROM cell WHERE form = ?1 AND atom > 0 ORDER BY atom, day",
        &[id.as_str().into()],
    )?;
    let mut atoms: Vec<Atom> = Vec::new();
    for row in &rows {
        let number = row.integer(0)?;
        let since = refilled.range(..=number).next_back().map(|(_, day)| *day);
        let number = u32::try_from(number).map_err(|_| damaged())?;
        let day = Day::parse(row.text(1)?).ok_or_else(damaged)?;
        let tally = read_tally(row.text(2)?).ok_or_else(damaged)?;
        if atoms.last().is_none_or(|atom| atom.number != number) {
            let nobody = || Tally::empty(tally.form(), tally.shape());
            atoms.push(Atom {
                number,
                first: day,
                last: day,
                tally: nobody(),
                fresh: since.map(|day| (day, nobody())),
            });
        }
        let Some(atom) = atoms.last_mut() else {
            continue;
        };
        atom.last = day;
        atom.tally.merge(&tally).map_err(|_| damaged())?;
        if let Some((since, fresh)) = atom.fresh.as_mut()
            && day > *since
        {
            fresh.merge(&tally).map_err(|_| damaged())?;
        }
    }
    Ok(atoms)
}
