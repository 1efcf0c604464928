//! Years at an inner node: when all below have closed one, what is left of it becomes an atom here or
//! moves up (rule P6). Never: splits what was put together.

use super::{damaged, number, set_number};
use crate::store::port::{Sql, StoreError, Value};
use survey::release::Slice;
use survey::rollup::{Left, Pooled, Snapshot, close as pool};
use survey::wire::tally::{read_left, read_snapshot, write_left};

/// Closes the year that all children have closed, if this node has not.
pub(super) fn close(sql: &dyn Sql, children: &[Snapshot]) -> Result<(), StoreError> {
    let all = children.iter().map(|child| child.closed).min();
    let year = all.unwrap_or_default();
    if i64::from(year) <= number(sql, "closed")? {
        return Ok(());
    }
    set_number(sql, "closed", year.into())?;
    let mut parts = Vec::new();
    for child in children {
        for left in child.left.iter().filter(|left| left.year <= year) {
            if !is_used(sql, child, left)? {
                let [child, form, of] = key(child, left);
                sql.run(
                    "INSERT INTO used VALUES (?1, ?2, ?3, ?4)",
                    &[child, form, of, i64::from(year).into()],
                )?;
                parts.push(left.clone());
            }
        }
    }
    for pooled in pool(year, parts) {
        let (is_shown, left) = match &pooled {
            Pooled::Shown(left) => (true, left),
            Pooled::Left(left) => (false, left),
        };
        sql.run(
            "INSERT INTO pool VALUES (?1, ?2, ?3, ?4)",
            &[
                left.sum.tally.form().to_string().into(),
                i64::from(year).into(),
                is_shown.into(),
                write_left(left).into(),
            ],
        )?;
    }
    Ok(())
}

/// A child that was restored may not have left any more what was used here: then what that became is
/// taken back for good. It would be counted twice, or differ by a few people.
pub(super) fn take_back(sql: &dyn Sql, arriving: &Snapshot) -> Result<(), StoreError> {
    let known = sql.first(
        "SELECT snapshot FROM child WHERE id = ?1 AND restore < ?2",
        &[arriving.child.as_str().into(), arriving.restore.into()],
    )?;
    let Some(known) = known else {
        return Ok(());
    };
    let known = read_snapshot(known.text(0)?).ok_or_else(damaged)?;
    for left in known
        .left
        .iter()
        .filter(|left| !arriving.left.contains(left))
    {
        let [child, form, year] = key(&known, left);
        sql.run(
            "DELETE FROM pool WHERE form = ?2 AND year IN
               (SELECT closing FROM used WHERE child = ?1 AND form = ?2 AND year = ?3)",
            &[child, form, year],
        )?;
    }
    Ok(())
}

/// Atoms of this node's own.
pub(super) fn shown(sql: &dyn Sql) -> Result<Vec<Slice>, StoreError> {
    Ok(pools(sql, true)?.into_iter().map(|left| left.sum).collect())
}

/// What moves up.
pub(super) fn left(sql: &dyn Sql) -> Result<Vec<Left>, StoreError> {
    pools(sql, false)
}

fn pools(sql: &dyn Sql, are_shown: bool) -> Result<Vec<Left>, StoreError> {
    let rows = sql.rows(
        "SELECT sum FROM pool WHERE is_shown = ?1 ORDER BY form, year",
        &[are_shown.into()],
    )?;
    let pools = rows
        .iter()
        .map(|row| read_left(row.text(0)?).ok_or_else(damaged));
    pools.collect()
}

fn is_used(sql: &dyn Sql, child: &Snapshot, left: &Left) -> Result<bool, StoreError> {
    let used = "SELECT 1 FROM used WHERE child = ?1 AND form = ?2 AND year = ?3";
    Ok(sql.first(used, &key(child, left))?.is_some())
}

fn key(child: &Snapshot, left: &Left) -> [Value; 3] {
    [
        child.child.as_str().into(),
        left.sum.tally.form().to_string().into(),
        i64::from(left.year).into(),
    ]
}
