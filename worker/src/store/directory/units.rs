//! The tree of units.

use super::{Actor, Directory, actor, audit, reader};
use crate::access::{Act, includes};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use crate::tree_change::KINDS;
use std::collections::BTreeSet;
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::device::Names;
use survey::wire::manager::{Unit, UnitKind};

/// The most nodes above one: stops a walk that a damaged tree would make endless.
pub(super) const DEEPEST: i64 = 12;

/// The cells of a unit, as [`unit()`] reads them.
const CELLS: &str = "unit.id, parent, kind, name_vi, name_en, gso, valid_from, valid_to, collects,
    (SELECT code FROM agency WHERE agency.unit = unit.id),
    (SELECT json_group_array(heir) FROM successor WHERE successor.unit = unit.id)";

impl<S: Store> Directory<S> {
    /// The units that an account may see: the subtrees of its grants, parents before children.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`].
    pub fn units(&self, session: Option<&str>, now: Millis) -> Result<Vec<Unit>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            Ok(seen(sql, &actor)?)
        })
    }

    /// The same for a file to keep; written down.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`], [`survey::wire::code::Code::ProveAgain`].
    pub fn units_to_keep(&self, session: Option<&str>, now: Millis) -> Result<Vec<Unit>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_proved(now)?;
            audit(sql, now, &actor.name, "export-units", "")?;
            Ok(seen(sql, &actor)?)
        })
    }

    /// Permits to take the figures of a unit out of the house, which is written down: the units whose
    /// figures these are, the unit itself first. Who made an API key has proved themselves for it.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SignedOut`], [`survey::wire::code::Code::ProveAgain`], and
    /// not found where the account sees no figures.
    pub fn figures_to_keep(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
    ) -> Result<Vec<Unit>, Refused> {
        self.0.atomically(|sql| {
            let actor = reader(sql, session, now)?;
            actor.must_be_able_to_at(Act::SeeFigures, sql, unit)?;
            actor.must_be_proved(now)?;
            audit(sql, now, &actor.name, "export-figures", unit.as_str())?;
            // Parents come before children.
            let mut below = BTreeSet::from([unit.clone()]);
            let mut is_below = |known: &Unit| {
                let parent = known.parent.as_ref();
                let is_below = parent.is_some_and(|parent| below.contains(parent));
                if is_below {
                    below.insert(known.id.clone());
                }
                is_below || known.id == *unit
            };
            let seen = seen(sql, &actor)?.into_iter();
            Ok(seen.filter(|known| is_below(known)).collect())
        })
    }
}

impl<S: Store> Directory<S> {
    /// A unit and all nodes above it, nearest first.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn path(&self, id: &UnitId) -> Result<Vec<Unit>, Refused> {
        self.0.atomically(|sql| {
            let above = with_all_above(sql, id)?;
            let units = above.iter().map(|id| find(sql, id));
            let units: Result<Vec<_>, _> = units.collect();
            Ok(units?.into_iter().flatten().collect())
        })
    }

    /// Whether there is anything below a unit, so that it has a Rollup.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn is_inner(&self, id: &UnitId) -> Result<bool, Refused> {
        self.0.atomically(|sql| Ok(is_inner(sql, id)?))
    }
}

pub(super) fn is_inner(sql: &dyn Sql, id: &UnitId) -> Result<bool, StoreError> {
    // A counter has no sums of its own.
    let below = "SELECT 1 FROM unit WHERE parent = ?1 AND kind <> 'counter'";
    Ok(sql.first(below, &[id.as_str().into()])?.is_some())
}

/// What an account may see of the tree; nothing in it names a unit outside of it (rule S4).
fn seen(sql: &dyn Sql, actor: &Actor) -> Result<Vec<Unit>, StoreError> {
    let mut units = reached(sql, actor, Act::SeeUnits)?;
    let ids: BTreeSet<UnitId> = units.iter().map(|unit| unit.id.clone()).collect();
    for unit in &mut units {
        unit.parent = unit.parent.take().filter(|parent| ids.contains(parent));
        unit.successors.retain(|heir| ids.contains(heir));
    }
    Ok(units)
}

/// The units where an account may do something, parents before children.
pub(super) fn reached(sql: &dyn Sql, actor: &Actor, act: Act) -> Result<Vec<Unit>, StoreError> {
    let able = actor
        .grants
        .iter()
        .filter(|grant| includes(grant.role, act));
    let nodes = able.map(|grant| grant.node.as_ref());
    let roots: Vec<_> = nodes.map(|node| node.map(UnitId::as_str)).collect();
    let statement = format!(
        "WITH RECURSIVE
           root (id) AS (
             SELECT value FROM json_each(?1) WHERE value IS NOT NULL
             UNION SELECT id FROM unit WHERE parent IS NULL
               AND EXISTS (SELECT 1 FROM json_each(?1) WHERE value IS NULL)),
           seen (id, depth) AS (
             SELECT unit.id, 0 FROM unit JOIN root ON root.id = unit.id
             UNION SELECT unit.id, depth + 1 FROM unit JOIN seen ON unit.parent = seen.id
             WHERE depth < ?2)
         SELECT {CELLS}
         FROM unit JOIN (SELECT id, min(depth) AS depth FROM seen GROUP BY id) AS found
           ON found.id = unit.id
         ORDER BY depth, unit.id"
    );
    let rows = sql.rows(
        &statement,
        &[survey::wire::write(&roots).into(), DEEPEST.into()],
    )?;
    rows.iter().map(unit).collect()
}

/// A unit and so many steps below it, parents before children.
pub(super) fn subtree(sql: &dyn Sql, id: &UnitId, steps: i64) -> Result<Vec<Unit>, StoreError> {
    let statement = format!(
        "WITH RECURSIVE seen (id, depth) AS (
           SELECT ?1, 0
           UNION SELECT unit.id, depth + 1 FROM unit JOIN seen ON unit.parent = seen.id
           WHERE depth < ?2)
         SELECT {CELLS} FROM unit JOIN seen ON seen.id = unit.id ORDER BY depth, unit.id"
    );
    let rows = sql.rows(&statement, &[id.as_str().into(), steps.into()])?;
    rows.iter().map(unit).collect()
}

/// The unit with this id.
pub(super) fn find(sql: &dyn Sql, id: &UnitId) -> Result<Option<Unit>, StoreError> {
    let statement = format!("SELECT {CELLS} FROM unit WHERE id = ?1");
    let row = sql.first(&statement, &[id.as_str().into()])?;
    row.as_ref().map(unit).transpose()
}

/// A unit and all nodes above it, nearest first; empty when there is no such unit.
pub(super) fn with_all_above(sql: &dyn Sql, id: &UnitId) -> Result<Vec<UnitId>, StoreError> {
    let rows = sql.rows(
        "WITH RECURSIVE above (id, parent, height) AS (
           SELECT id, parent, 0 FROM unit WHERE id = ?1
           UNION ALL SELECT unit.id, unit.parent, height + 1
           FROM unit JOIN above ON unit.id = above.parent WHERE height < ?2)
         SELECT id FROM above ORDER BY height",
        &[id.as_str().into(), DEEPEST.into()],
    )?;
    rows.iter().map(|row| id_in(row.text(0)?)).collect()
}

fn kind(word: &str) -> Result<UnitKind, StoreError> {
    let found = KINDS.iter().find(|(_, known)| *known == word);
    found
        .map(|(kind, _)| *kind)
        .ok_or_else(|| StoreError("a unit's kind is damaged".into()))
}

/// The id in a text of the store.
pub(super) fn id_in(text: &str) -> Result<UnitId, StoreError> {
    UnitId::parse(text).map_err(|_| StoreError("a unit's id is damaged".into()))
}

fn unit(row: &Row) -> Result<Unit, StoreError> {
    let day = |text| Day::parse(text).ok_or_else(|| StoreError("a unit's day is damaged".into()));
    Ok(Unit {
        id: id_in(row.text(0)?)?,
        parent: row.maybe_text(1)?.map(id_in).transpose()?,
        kind: kind(row.text(2)?)?,
        name: Names {
            vi: row.text(3)?.to_owned(),
            en: row.text(4)?.to_owned(),
        },
        gso: row.maybe_text(5)?.map(str::to_owned),
        valid_from: day(row.text(6)?)?,
        valid_to: row.maybe_text(7)?.map(day).transpose()?,
        collects: row.integer(8)? != 0,
        agency: row.maybe_text(9)?.map(str::to_owned),
        successors: survey::wire::read(row.text(10)?)
            .map_err(|_| StoreError("a unit's successors are damaged".into()))?,
    })
}
