//! The forms of the house (rule F7): what is known, where it is used, what is added. Never: a change
//! of a form, or its removal.

use super::{Directory, actor, audit, today};
use crate::access::Act;
use crate::forms::Forms;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::BTreeMap;
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{FormId, UnitId};
use survey::wire::code::Code;
use survey::wire::forms::{FormRow, MOST_ADDED, MOST_FORM_BYTES, NewForm};
use survey::wire::write;

impl<S: Store> Directory<S> {
    /// Every form that is known here.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn forms(&self) -> Result<Forms, Refused> {
        self.0
            .atomically(|sql| Ok(Forms::built_in().with(files(sql)?)))
    }

    /// The forms that a device may be set to on a day: those that are built in or have begun.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn forms_begun(&self, now: Millis) -> Result<Forms, Refused> {
        let today = today(now)?.to_string();
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT file FROM form WHERE starts <= ?1 ORDER BY no",
                &[today.into()],
            )?;
            let files = rows.iter().map(|row| row.text(0));
            let files: Vec<_> = files.collect::<Result<_, _>>()?;
            Ok(Forms::built_in().with(files))
        })
    }

    /// Every form with where it is used, as far as the caller sees the units (rule S4).
    ///
    /// # Errors
    /// [`Code::SignedOut`], or the caller's own rights.
    pub fn form_rows(&self, session: Option<&str>, now: Millis) -> Result<Vec<FormRow>, Refused> {
        let mut used: BTreeMap<String, BTreeMap<UnitId, u32>> = BTreeMap::new();
        for device in self.devices(session, now)? {
            if device.revoked.is_none() {
                let form = crate::post::Post::read(&device.post)?.settings.form;
                *used
                    .entry(form)
                    .or_default()
                    .entry(device.unit)
                    .or_default() += 1;
            }
        }
        let starts = self.0.atomically(starts)?;
        let row = |(form, file): (&Form, &str)| {
            let used = used.remove(form.code()).unwrap_or_default();
            FormRow {
                id: form.id(),
                file: file.to_owned(),
                starts: starts.get(&form.id()).copied(),
                devices: used.values().sum(),
                units: used.into_keys().collect(),
            }
        };
        Ok(self.forms()?.with_files().map(row).collect())
    }

    /// The files of added forms that one of these ids or the code names, for an object that met them
    /// and does not know them.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn form_files(&self, ids: &[FormId], code: Option<&str>) -> Result<Vec<String>, Refused> {
        let ids: Vec<_> = ids.iter().map(FormId::to_string).collect();
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT file FROM form WHERE code = ?1 OR id IN (SELECT value FROM json_each(?2))",
                &[code.into(), write(&ids).into()],
            )?;
            Ok(rows.iter().map(file).collect::<Result<_, _>>()?)
        })
    }

    /// Judges a form and, unless it is only on trial, keeps it for ever and lets the Ledgers be told.
    ///
    /// # Errors
    /// [`Code::BadValue`] for what is no form, or too many; [`Code::AlreadyThere`] when its code is
    /// taken; [`Code::ProveAgain`]; the caller's own rights.
    pub fn add_form(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &NewForm,
    ) -> Result<FormId, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            // Every Ledger of the house keeps it, for ever, and there is room for 50 only.
            actor.must_keep_everything(Act::AddForms)?;
            if wanted.file.len() > MOST_FORM_BYTES {
                let message = "A form's file has at most 64 KiB.";
                return Err(Refused::new(Code::TooLarge, message));
            }
            let form = Form::parse(&wanted.file)
                .map_err(|error| Refused::new(Code::BadValue, error.to_string()))?;
            let known = files(sql)?;
            let all = Forms::built_in().with(&known);
            let is_there = all.with_code(form.code()).is_some() || all.code_of(form.id()).is_some();
            if is_there {
                let message =
                    "A form with this code is here, and a form never changes. Choose another code.";
                return Err(Refused::new(Code::AlreadyThere, message));
            }
            if known.len() >= MOST_ADDED {
                return Err(Refused::new(
                    Code::BadValue,
                    "No more than 50 forms can be added.",
                ));
            }
            if wanted.dry_run {
                return Ok(form.id());
            }
            actor.must_be_proved(now)?;
            let id = form.id().to_string();
            sql.run(
                "INSERT INTO form (id, code, starts, file) VALUES (?1, ?2, ?3, ?4)",
                &[
                    id.as_str().into(),
                    form.code().into(),
                    wanted.starts.to_string().into(),
                    wanted.file.as_str().into(),
                ],
            )?;
            sql.run("UPDATE stay SET told = 2 WHERE told = 1", &[])?;
            let subject = [form.code(), " ", &id].concat();
            audit(sql, now, &actor.name, "add-form", &subject)?;
            Ok(form.id())
        })
    }
}

/// The files of all forms that were added, the oldest first.
pub(super) fn files(sql: &dyn Sql) -> Result<Vec<String>, StoreError> {
    let rows = sql.rows("SELECT file FROM form ORDER BY no", &[])?;
    rows.iter().map(file).collect()
}

fn file(row: &Row) -> Result<String, StoreError> {
    row.text(0).map(str::to_owned)
}

fn starts(sql: &dyn Sql) -> Result<BTreeMap<FormId, Day>, StoreError> {
    let damaged = || StoreError("a form's row is damaged".into());
    let rows = sql.rows("SELECT id, starts FROM form", &[])?;
    let start = |row: &Row| {
        let id = FormId::parse(row.text(0)?).map_err(|_| damaged())?;
        Ok((id, Day::parse(row.text(1)?).ok_or_else(damaged)?))
    };
    rows.iter().map(start).collect()
}
