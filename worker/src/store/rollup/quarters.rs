//! Quarters at an inner node: when all below have sealed one, it is decided once and for ever which of them
//! may show their breakdowns (rule P7). Never: decided anew.

use super::{Rollup, damaged, number, set_number};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::BTreeSet;
use survey::breakdown::{By, Part, Quarter, Quarterly, Sums, choose};
use survey::id::{FormId, UnitId};
use survey::rollup::Snapshot;
use survey::wire::tally::{read_quarter, write_quarter};
use survey::wire::{read, write};

impl<S: Store> Rollup<S> {
    /// The quarters that were decided, with the breakdowns that may be shown here if those above may.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn quarters(&self) -> Result<Vec<Quarterly>, Refused> {
        self.0.atomically(|sql| {
            let mut all = quarters(sql)?;
            for quarterly in &mut all {
                let parts = quarterly.parts.take();
                // What is not safe here shows nothing of its children either.
                quarterly.parts = parts.map(|parts| {
                    let parts = parts.into_iter();
                    parts.filter(|part| part.sums.is_safe()).collect()
                });
            }
            Ok(all)
        })
    }

    /// By what a child may show a form's quarter, as words, if this node itself may.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn shows(
        &self,
        child: &UnitId,
        quarter: Quarter,
        form: FormId,
    ) -> Result<Vec<String>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT dimension, shown FROM broken WHERE quarter = ?1 AND form = ?2",
                &[i64::from(quarter.0).into(), form.to_string().into()],
            )?;
            let mut words = Vec::new();
            for row in &rows {
                let shown: Vec<UnitId> = read(row.text(1)?).map_err(|_| damaged())?;
                if shown.contains(child) {
                    words.push(row.text(0)?.to_owned());
                }
            }
            Ok(words)
        })
    }
}

/// All of them, as they go up.
pub(super) fn quarters(sql: &dyn Sql) -> Result<Vec<Quarterly>, StoreError> {
    let rows = sql.rows("SELECT parts FROM quarter ORDER BY quarter", &[])?;
    let read = |row: &Row| read_quarter(row.text(0)?).ok_or_else(damaged);
    rows.iter().map(read).collect()
}

/// The newest quarter that a child has sealed.
fn newest(child: &Snapshot) -> i32 {
    child.quarters.last().map_or(0, |last| last.quarter.0)
}

/// A child of a restored server: what was decided before the restore and is lost is never decided again.
pub(super) fn restored(sql: &dyn Sql, arriving: &Snapshot) -> Result<(), StoreError> {
    if i64::from(arriving.restore) > number(sql, "restore")? {
        let children = super::children(sql)?;
        let known = children.iter().map(newest).max().unwrap_or(0);
        set_number(sql, "void_to", known.max(newest(arriving)).into())?;
    }
    Ok(())
}

/// Decides the quarters that all children have sealed, if this node has not. `own` is the node: a Ledger
/// under its own name shows nothing beside it.
pub(super) fn decide(sql: &dyn Sql, own: &UnitId, children: &[Snapshot]) -> Result<(), StoreError> {
    let due = children.iter().map(newest).min().unwrap_or(0);
    let firsts = children.iter().filter_map(|child| child.quarters.first());
    let first = match number(sql, "quarter")? {
        0 => firsts.map(|first| first.quarter.0).min().unwrap_or(0),
        last => i32::try_from(last)
            .map_err(|_| damaged())?
            .saturating_add(1),
    };
    if due == 0 || first > due {
        return Ok(());
    }
    let void_to = number(sql, "void_to")?;
    for quarter in (first..=due).map(Quarter) {
        let of_child = |child: &Snapshot| {
            let mut quarters = child.quarters.iter();
            let found = quarters.find(|quarterly| quarterly.quarter == quarter);
            // Who began later has nobody in it.
            found.map_or(Some(Vec::new()), |quarterly| quarterly.parts.clone())
        };
        let below: Option<Vec<(UnitId, Vec<Part>)>> = children
            .iter()
            .map(|child| Some((child.child.clone(), of_child(child)?)))
            .collect();
        let below = below.filter(|_| i64::from(quarter.0) > void_to);
        let parts = match below {
            None => None,
            Some(below) => Some(decided(sql, own, quarter, &below)?),
        };
        sql.run(
            "INSERT INTO quarter VALUES (?1, ?2)",
            &[
                i64::from(quarter.0).into(),
                write_quarter(&Quarterly { quarter, parts }).into(),
            ],
        )?;
    }
    set_number(sql, "quarter", due.into())
}

fn decided(
    sql: &dyn Sql,
    own: &UnitId,
    quarter: Quarter,
    below: &[(UnitId, Vec<Part>)],
) -> Result<Vec<Part>, StoreError> {
    let parts = below.iter().flat_map(|(_, parts)| parts);
    let kinds: BTreeSet<(FormId, By)> = parts.map(|part| (part.form, part.by)).collect();
    let mut all = Vec::new();
    for (form, by) in kinds {
        let children: Vec<(Sums, bool)> = below
            .iter()
            .map(|(child, parts)| {
                let mut parts = parts.iter();
                let found = parts.find(|part| (part.form, part.by) == (form, by));
                let sums = found.map(|part| part.sums.clone());
                (sums.unwrap_or_default(), child != own)
            })
            .collect();
        let shown = choose(&children).unwrap_or_default();
        let names = below.iter().zip(shown).filter(|(_, shown)| *shown);
        let names: Vec<&UnitId> = names.map(|((child, _), _)| child).collect();
        sql.run(
            "INSERT INTO broken VALUES (?1, ?2, ?3, ?4)",
            &[
                i64::from(quarter.0).into(),
                form.to_string().into(),
                by.word().into(),
                write(&names).into(),
            ],
        )?;
        let mut sums = Sums::default();
        for (child, _) in &children {
            sums.merge(child);
        }
        all.push(Part { form, by, sums });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::rollup::SCHEMA;
    use crate::store::sqlite::Sqlite;
    use survey::breakdown::GroupSum;
    use survey::day::Day;

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    fn form() -> FormId {
        FormId::from_bytes([1; 32])
    }

    fn quarter() -> Quarter {
        Quarter::of(Day::parse("2026-11-20").unwrap())
    }

    /// A child whose quarter had one atom of so many alone and so many with a helper.
    fn child(name: &str, restore: u32, [alone, helped]: [u64; 2]) -> Snapshot {
        let mut sums = Sums::default();
        let mut atom = [GroupSum::default(); survey::breakdown::GROUPS];
        atom[0].responses = alone;
        atom[1].responses = helped;
        sums.add_atom(&atom);
        let by = By::Mode;
        let form = form();
        Snapshot {
            child: id(name),
            restore,
            version: 1,
            slices: Vec::new(),
            closed: 0,
            left: Vec::new(),
            quarters: vec![Quarterly {
                quarter: quarter(),
                parts: Some(vec![Part { form, by, sums }]),
            }],
            visits: Vec::new(),
        }
    }

    fn rollup() -> Rollup<Sqlite> {
        Rollup(Sqlite::in_memory(SCHEMA).unwrap())
    }

    #[test]
    fn p7_children_show_what_their_parent_does_not_give_away() {
        let rollup = rollup();
        let place = [id("33"), id("vn")];
        let mut silent = child("33.3", 0, [0, 0]);
        silent.quarters.clear();
        rollup.take(&place, &silent).unwrap();
        for (name, sizes) in [("33.1", [100, 60]), ("33.2", [50, 12])] {
            rollup.take(&place, &child(name, 0, sizes)).unwrap();
        }
        // One child has not sealed it.
        assert_eq!(rollup.quarters().unwrap(), []);
        let mut sealed = child("33.3", 0, [40, 35]);
        sealed.version = 2;
        rollup.take(&place, &sealed).unwrap();
        let shown = |name: &str| rollup.shows(&id(name), quarter(), form()).unwrap();
        // 33.2 alone would have twelve; so the smallest of the others hides with it.
        assert_eq!(shown("33.1"), ["mode"]);
        assert!(shown("33.2").is_empty() && shown("33.3").is_empty());
        let own = rollup.quarters().unwrap();
        let parts = own[0].parts.as_ref().unwrap();
        assert_eq!(parts[0].sums.responses(), 297);
        let (_, up) = rollup.unacknowledged().unwrap().unwrap();
        assert_eq!(up.quarters, own);
        // Decided for ever.
        let mut other = child("33.2", 0, [500, 400]);
        other.version = 3;
        rollup.take(&place, &other).unwrap();
        assert!(shown("33.2").is_empty());
    }

    #[test]
    fn p7_what_a_restore_lost_is_not_decided_again() {
        let rollup = rollup();
        let place = [id("33"), id("vn")];
        rollup.take(&place, &child("33.1", 1, [100, 60])).unwrap();
        assert_eq!(rollup.quarters().unwrap()[0].parts, None);
    }
}
