//! What is public of which unit (rule UM17): decided by who keeps it, written down. Never: a figure.

use super::units::{DEEPEST, find, id_in, subtree};
use super::{Directory, actor, audit, today};
use crate::access::Act;
use crate::forms::Forms;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::manager::{Unit, UnitKind};
use survey::wire::public::{Level, Publication};

/// A unit of which something is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The unit.
    pub unit: Unit,
    /// What.
    pub publication: Publication,
    /// Since when.
    pub since: Day,
}

impl<S: Store> Directory<S> {
    /// What is public of a unit, and since when, for who has a say in it.
    ///
    /// # Errors
    /// [`Code::SignedOut`], or the caller's own rights.
    pub fn publication(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
    ) -> Result<Option<(Publication, Day)>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::SeePublication, sql, unit)?;
            Ok(known(sql, unit)?)
        })
    }

    /// Makes the figures of a unit public, or takes them back; `forms` are those that are known here.
    ///
    /// # Errors
    /// [`Code::BadValue`] for a form that is not known or a unit without figures; [`Code::ProveAgain`];
    /// the caller's own rights.
    pub fn publish(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        wanted: Option<&Publication>,
        forms: &Forms,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::Publish, sql, unit)?;
            actor.must_be_proved(now)?;
            must_have_figures(sql, unit)?;
            let before = known(sql, unit)?;
            if before.as_ref().map(|(before, _)| before) == wanted {
                return Ok(());
            }
            let Some(wanted) = wanted else {
                sql.run(
                    "DELETE FROM publication WHERE unit = ?1",
                    &[unit.as_str().into()],
                )?;
                return Ok(audit(sql, now, &actor.name, "unpublish", unit.as_str())?);
            };
            if forms.with_code(&wanted.form).is_none() {
                return Err(Refused::new(Code::BadValue, "This form is not known here."));
            }
            let since = match before {
                Some((_, since)) => since,
                None => today(now)?,
            };
            sql.run(
                "INSERT INTO publication VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET form = excluded.form, level = excluded.level",
                &[
                    unit.as_str().into(),
                    wanted.form.as_str().into(),
                    wanted.level.word().into(),
                    since.to_string().into(),
                ],
            )?;
            let subject = format!("{unit} {} {}", wanted.level.word(), wanted.form);
            Ok(audit(sql, now, &actor.name, "publish", &subject)?)
        })
    }

    /// Everything that is public, for anybody.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn published(&self) -> Result<Vec<Published>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows("SELECT unit FROM publication ORDER BY unit", &[])?;
            let ids: Result<Vec<_>, _> = rows.iter().map(|row| id_in(row.text(0)?)).collect();
            let mut all = Vec::new();
            for id in ids? {
                all.extend(published(sql, &id)?);
            }
            Ok(all)
        })
    }

    /// One of these with the units whose figures it shows, the unit itself first, and those at and below it
    /// that may have told an action. Units that were closed before `first` are left out: they have nothing to show.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn shown(
        &self,
        unit: &UnitId,
        first: Day,
    ) -> Result<Option<(Published, Vec<Unit>)>, Refused> {
        self.0.atomically(|sql| {
            let Some(published) = published(sql, unit)? else {
                return Ok(None);
            };
            let steps = match published.publication.level {
                Level::Own => 0,
                Level::Below => 1,
                Level::All => DEEPEST,
            };
            let mut units = subtree(sql, unit, steps)?;
            units.retain(|known| {
                known.id == *unit || known.valid_to.is_none_or(|last| last >= first)
            });
            Ok(Some((published, units)))
        })
    }
}

/// Refuses a counter: what is answered there is the unit's above.
pub(super) fn must_have_figures(sql: &dyn Sql, unit: &UnitId) -> Result<(), Refused> {
    let is_counter = find(sql, unit)?.is_some_and(|unit| unit.kind == UnitKind::Counter);
    if is_counter {
        let message = "A counter has no figures of its own: choose the unit above it.";
        return Err(Refused::new(Code::BadValue, message));
    }
    Ok(())
}

fn published(sql: &dyn Sql, id: &UnitId) -> Result<Option<Published>, StoreError> {
    let found = find(sql, id)?.zip(known(sql, id)?);
    Ok(found.map(|(unit, (publication, since))| Published {
        unit,
        publication,
        since,
    }))
}

fn known(sql: &dyn Sql, unit: &UnitId) -> Result<Option<(Publication, Day)>, StoreError> {
    let row = sql.first(
        "SELECT form, level, since FROM publication WHERE unit = ?1",
        &[unit.as_str().into()],
    )?;
    row.as_ref().map(publication).transpose()
}

fn publication(row: &Row) -> Result<(Publication, Day), StoreError> {
    let damaged = || StoreError("a publication is damaged".into());
    let word = row.text(1)?;
    let level = Level::ALL.into_iter().find(|level| level.word() == word);
    let publication = Publication {
        form: row.text(0)?.to_owned(),
        level: level.ok_or_else(damaged)?,
    };
    Ok((publication, Day::parse(row.text(2)?).ok_or_else(damaged)?))
}
