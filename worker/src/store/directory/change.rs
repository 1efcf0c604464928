//! Changing the tree: rows in, every change or every error out, all or nothing.

use super::units::reached;
use super::{Actor, Directory, actor, audit, today, units};
use crate::access::{Act, includes};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use crate::tree_change::{Tree, Wanted, judge};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::manager::Unit;
use survey::wire::units::{Column, Outcome, Problem, RowError};
use survey::wire::write;

impl<S: Store> Directory<S> {
    /// Adds units, parents before children; only an operator may. All or none.
    ///
    /// # Errors
    /// [`Code::AlreadyThere`], [`Code::BadValue`], [`Code::ProveAgain`], or the caller's own rights.
    pub fn add_units(
        &self,
        session: Option<&str>,
        now: Millis,
        units: &[Unit],
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddUnits)?;
            actor.must_be_proved(now)?;
            for unit in units {
                if units::find(sql, &unit.id)?.is_some() {
                    let message = format!("Unit {} is there already.", unit.id);
                    return Err(Refused::new(Code::AlreadyThere, message));
                }
            }
            let rows: Vec<_> = (1..).zip(units.iter().cloned()).collect();
            let outcome = change(sql, now, &actor, &rows, false)?;
            match outcome.errors.first() {
                None => Ok(()),
                Some(error) => {
                    let column = error.column.map_or("", Column::word);
                    let message = format!(
                        "Unit {} of the list: {column} is {}. Nothing was added.",
                        error.row,
                        write(&error.problem)
                    );
                    Err(Refused::new(Code::BadValue, message))
                }
            }
        })
    }

    /// Makes units as they are wanted, or says what is wrong with which row; nothing is changed then,
    /// nor on a dry run.
    ///
    /// # Errors
    /// The caller's own rights.
    pub fn change_units(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &[Wanted],
        is_dry: bool,
    ) -> Result<Outcome, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::AddUnits)?;
            if !is_dry {
                actor.must_be_proved(now)?;
            }
            change(sql, now, &actor, wanted, is_dry)
        })
    }

    /// The units that followed one another up to this one, each by it alone: what they collected
    /// shows in its history. The rule is transitive; a unit that was split has no single heir.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn predecessors(&self, unit: &UnitId) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "WITH RECURSIVE
                   merged (unit, heir) AS (
                     SELECT unit, max(heir) FROM successor GROUP BY unit HAVING count(*) = 1),
                   earlier (id) AS (
                     SELECT unit FROM merged WHERE heir = ?1
                     UNION SELECT merged.unit FROM merged JOIN earlier ON merged.heir = earlier.id)
                 SELECT id FROM earlier ORDER BY id",
                &[unit.as_str().into()],
            )?;
            let ids = rows.iter().map(|row| units::id_in(row.text(0)?));
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }
}

fn change(
    sql: &dyn Sql,
    now: Millis,
    actor: &Actor,
    wanted: &[Wanted],
    is_dry: bool,
) -> Result<Outcome, Refused> {
    let tree = tree(sql, actor)?;
    // Judged as its keeper sees it, so that nothing in the outcome names what they do not see.
    let mut outcome = judge(&masked(&tree), wanted);
    if !tree.is_whole {
        // An id that others have cannot be made again, wherever it is.
        for (row, unit) in wanted {
            if !tree.units.contains_key(&unit.id) && units::find(sql, &unit.id)?.is_some() {
                outcome.errors.push(RowError {
                    row: *row,
                    column: Some(Column::Id),
                    problem: Problem::Taken,
                });
            }
        }
    }
    if !is_dry && outcome.errors.is_empty() {
        let changed = outcome.changes.iter().map(|change| &change.unit);
        let changed: std::collections::BTreeSet<_> = changed.collect();
        let wanted = wanted.iter().filter(|(_, unit)| changed.contains(&unit.id));
        let whole = wanted.map(|(_, unit)| with_what_is_hidden(&tree, unit.clone()));
        apply(sql, today(now)?, &tree, &whole.collect::<Vec<_>>())?;
        for change in &outcome.changes {
            let act = if change.is_new {
                "add-unit"
            } else {
                "change-unit"
            };
            audit(sql, now, &actor.name, act, change.unit.as_str())?;
        }
        outcome.done = true;
    }
    Ok(outcome)
}

/// The tree without the names of units that its keeper does not see.
fn masked(tree: &Tree) -> Tree {
    let mut masked = tree.clone();
    for unit in masked.units.values_mut() {
        unit.parent = unit
            .parent
            .take()
            .filter(|parent| tree.units.contains_key(parent));
        unit.successors.retain(|heir| tree.units.contains_key(heir));
    }
    masked
}

/// The unit with the unit above it and the successors that its keeper does not see: what one is not
/// shown, one does not take away.
fn with_what_is_hidden(tree: &Tree, mut unit: Unit) -> Unit {
    if let Some(was) = tree.units.get(&unit.id) {
        let is_hidden = |other: &&UnitId| !tree.units.contains_key(*other);
        if unit.parent.is_none() {
            unit.parent = was.parent.as_ref().filter(is_hidden).cloned();
        }
        let hidden = was.successors.iter().filter(is_hidden);
        let hidden: Vec<_> = hidden
            .filter(|heir| !unit.successors.contains(heir))
            .cloned()
            .collect();
        unit.successors.extend(hidden);
    }
    unit.successors.sort();
    unit
}

/// The part of the tree that an account may change.
fn tree(sql: &dyn Sql, actor: &Actor) -> Result<Tree, StoreError> {
    let units = reached(sql, actor, Act::AddUnits)?;
    let rows = sql.rows(
        "WITH RECURSIVE counted (id) AS (
           SELECT unit FROM stay
           UNION SELECT unit.parent FROM unit JOIN counted ON unit.id = counted.id
           WHERE unit.parent IS NOT NULL)
         SELECT id FROM counted",
        &[],
    )?;
    let counted = rows.iter().map(|row| units::id_in(row.text(0)?));
    let mut able = actor
        .grants
        .iter()
        .filter(|grant| includes(grant.role, Act::AddUnits));
    Ok(Tree {
        units: units
            .into_iter()
            .map(|unit| (unit.id.clone(), unit))
            .collect(),
        counted: counted.collect::<Result<_, _>>()?,
        is_whole: able.any(|grant| grant.node.is_none()),
    })
}

fn apply(sql: &dyn Sql, today: Day, tree: &Tree, units: &[Unit]) -> Result<(), StoreError> {
    let list = write(&units);
    let was: Vec<_> = units
        .iter()
        .filter_map(|unit| tree.units.get(&unit.id))
        .collect();
    sql.run(
        "INSERT INTO unit_was (unit, until, was)
         SELECT value ->> '$.id', ?2, value FROM json_each(?1)",
        &[write(&was).into(), today.to_string().into()],
    )?;
    // A collecting unit that gets its first unit below sends its sums to its own Rollup from now on.
    sql.run(
        "UPDATE stay SET told = 0 WHERE unit IN (SELECT value ->> '$.parent' FROM json_each(?1))",
        &[list.as_str().into()],
    )?;
    for statement in [
        "INSERT INTO unit
           SELECT value ->> '$.id', value ->> '$.parent', value ->> '$.kind',
             value ->> '$.name.vi', value ->> '$.name.en', value ->> '$.gso',
             value ->> '$.valid_from', value ->> '$.valid_to', value ->> '$.collects'
           FROM json_each(?1) WHERE true
           ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, kind = excluded.kind,
             name_vi = excluded.name_vi, name_en = excluded.name_en, gso = excluded.gso,
             valid_from = excluded.valid_from, valid_to = excluded.valid_to,
             collects = excluded.collects",
        "DELETE FROM agency WHERE unit IN (SELECT value ->> '$.id' FROM json_each(?1))",
        "INSERT INTO agency SELECT value ->> '$.id', value ->> '$.agency'
           FROM json_each(?1) WHERE value ->> '$.agency' IS NOT NULL",
        "DELETE FROM successor WHERE unit IN (SELECT value ->> '$.id' FROM json_each(?1))",
        "INSERT OR IGNORE INTO successor SELECT unit.value ->> '$.id', heir.value
           FROM json_each(?1) AS unit, json_each(unit.value -> '$.successors') AS heir",
    ] {
        sql.run(statement, &[list.as_str().into()])?;
    }
    Ok(())
}
