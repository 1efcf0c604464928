//! The tree of units.

use super::{Actor, Directory, actor, audit};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::device::Names;
use survey::wire::manager::{Unit, UnitKind};

/// The most nodes above one: stops a walk that a damaged tree would make endless.
const DEEPEST: i64 = 12;

impl<S: Store> Directory<S> {
    /// Adds units, parents before children; only an operator may. All or none.
    ///
    /// # Errors
    /// [`Code::AlreadyThere`], [`Code::BadValue`], or the caller's own rights.
    pub fn add_units(
        &self,
        session: Option<&str>,
        now: Millis,
        units: &[Unit],
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddUnits)?;
            for unit in units {
                add(sql, unit)?;
                audit(sql, now, &actor.name, "add-unit", unit.id.as_str())?;
            }
            Ok(())
        })
    }

    /// The units that an account may see: the subtrees of its grants, parents before children.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn units(&self, session: Option<&str>, now: Millis) -> Result<Vec<Unit>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            Ok(seen(sql, &actor)?)
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
    let below = "SELECT 1 FROM unit WHERE parent = ?1";
    Ok(sql.first(below, &[id.as_str().into()])?.is_some())
}

fn seen(sql: &dyn Sql, actor: &Actor) -> Result<Vec<Unit>, StoreError> {
    let nodes = actor.grants.iter().map(|grant| grant.node.as_ref());
    let roots: Vec<_> = nodes.map(|node| node.map(UnitId::as_str)).collect();
    let rows = sql.rows(
        "WITH RECURSIVE
           root (id) AS (
             SELECT value FROM json_each(?1) WHERE value IS NOT NULL
             UNION SELECT id FROM unit WHERE parent IS NULL
               AND EXISTS (SELECT 1 FROM json_each(?1) WHERE value IS NULL)),
           seen (id, depth) AS (
             SELECT unit.id, 0 FROM unit JOIN root ON root.id = unit.id
             UNION SELECT unit.id, depth + 1 FROM unit JOIN seen ON unit.parent = seen.id
             WHERE depth < ?2)
         SELECT unit.id, parent, kind, name_vi, name_en, gso, valid_from, valid_to, collects
         FROM unit JOIN (SELECT id, min(depth) AS depth FROM seen GROUP BY id) AS found
           ON found.id = unit.id
         ORDER BY depth, unit.id",
        &[survey::wire::write(&roots).into(), DEEPEST.into()],
    )?;
    rows.iter().map(unit).collect()
}

fn add(sql: &dyn Sql, unit: &Unit) -> Result<(), Refused> {
    let bad = |message: String| Err(Refused::new(Code::BadValue, message));
    if unit.name.vi.trim().is_empty() || unit.name.vi.len() > 200 || unit.name.en.len() > 200 {
        return bad(format!("Unit {}: a name has 1 to 200 bytes.", unit.id));
    }
    if find(sql, &unit.id)?.is_some() {
        let message = format!("Unit {} is there already.", unit.id);
        return Err(Refused::new(Code::AlreadyThere, message));
    }
    if let Some(parent) = &unit.parent {
        let above = with_all_above(sql, parent)?;
        if above.is_empty() {
            return bad(format!("Unit {}: add its parent {parent} first.", unit.id));
        }
        if i64::try_from(above.len()).is_ok_and(|height| height >= DEEPEST) {
            return bad(format!("Unit {}: the tree is too deep.", unit.id));
        }
    }
    // A collecting unit that gets its first unit below sends its sums to its own Rollup from now on.
    sql.run(
        "UPDATE device SET told = 0 WHERE unit = ?1",
        &[unit.parent.as_ref().map(UnitId::as_str).into()],
    )?;
    sql.run(
        "INSERT INTO unit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            unit.id.as_str().into(),
            unit.parent.as_ref().map(UnitId::as_str).into(),
            word(unit.kind).into(),
            unit.name.vi.as_str().into(),
            unit.name.en.as_str().into(),
            unit.gso.as_deref().into(),
            unit.valid_from.to_string().into(),
            unit.valid_to.map(|day| day.to_string()).into(),
            unit.collects.into(),
        ],
    )?;
    Ok(())
}

/// The unit with this id.
pub(super) fn find(sql: &dyn Sql, id: &UnitId) -> Result<Option<Unit>, StoreError> {
    let row = sql.first(
        "SELECT id, parent, kind, name_vi, name_en, gso, valid_from, valid_to, collects
         FROM unit WHERE id = ?1",
        &[id.as_str().into()],
    )?;
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

/// Every kind of unit with the word that is kept for it.
const KINDS: [(UnitKind, &str); 5] = [
    (UnitKind::Country, "country"),
    (UnitKind::Province, "province"),
    (UnitKind::Department, "department"),
    (UnitKind::Commune, "commune"),
    (UnitKind::OneStop, "one-stop"),
];

fn word(kind: UnitKind) -> &'static str {
    let found = KINDS.iter().find(|(known, _)| *known == kind);
    found.map_or("", |(_, word)| word)
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
    })
}
