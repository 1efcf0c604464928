//! What a unit was before, and which units end in it (rule D1). Never: a unit that the caller does not see.

use super::units::{find, id_in};
use super::{Directory, actor};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Row, Store, StoreError};
use crate::tree_change::cells;
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::manager::Unit;
use survey::wire::units::{Changed, Followed, History};

impl<S: Store> Directory<S> {
    /// The history of a unit.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`], [`survey::wire::code::Code::NotFound`].
    pub fn history(
        &self,
        session: Option<&str>,
        now: Millis,
        id: &UnitId,
    ) -> Result<History, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::SeeUnits, sql, id)?;
            let sees = |other: &UnitId| {
                let seen = actor.must_be_able_to_at(Act::SeeUnits, sql, other);
                seen.is_ok()
            };
            let mask = |mut unit: Unit| {
                unit.parent = unit.parent.filter(&sees);
                unit.successors.retain(&sees);
                unit
            };
            let rows = sql.rows(
                "SELECT until, was FROM unit_was WHERE unit = ?1 ORDER BY no DESC",
                &[id.as_str().into()],
            )?;
            let mut after = find(sql, id)?.map(mask).ok_or_else(Refused::not_found)?;
            let mut changes = Vec::new();
            for row in &rows {
                let (on, before) = state(row)?;
                let before = mask(before);
                let cells = cells(&before, &after);
                if !cells.is_empty() {
                    changes.push(Changed { on, cells });
                }
                after = before;
            }
            let mut follows = Vec::new();
            for row in sql.rows(
                "SELECT unit FROM successor WHERE heir = ?1 ORDER BY unit",
                &[id.as_str().into()],
            )? {
                let unit = id_in(row.text(0)?)?;
                if sees(&unit) {
                    let last = find(sql, &unit)?.and_then(|unit| unit.valid_to);
                    follows.push(Followed { unit, last });
                }
            }
            Ok(History { changes, follows })
        })
    }
}

/// Until which day a unit was what.
fn state(row: &Row) -> Result<(Day, Unit), StoreError> {
    let damaged = || StoreError("what a unit was is damaged".into());
    let on = Day::parse(row.text(0)?).ok_or_else(damaged)?;
    let was = survey::wire::read(row.text(1)?).map_err(|_| damaged())?;
    Ok((on, was))
}
