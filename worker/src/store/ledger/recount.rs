//! Counting every response of the unit again and holding the stored sums against it (rule V3), in pieces,
//! so that devices are served in between. Never: mends a sum; a difference is for a person to look at.

use super::{Ledger, damaged, number};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::ResponseId;
use survey::recount::{is_the_same, recount};
use survey::score::Tally;
use survey::wire::tally::read_tally;

/// Rows that are read at once: some 20 ms, and little memory whatever a unit has.
pub const PIECE: i64 = 500;

/// Form, atom and day of a sum, as they are stored.
type Key = (String, i64, String);

/// A recount under way.
#[derive(Debug)]
pub struct Recount {
    /// What must not have moved when it ends: the version, and the first day that has rows.
    mark: (i64, i64),
    /// The last row that was counted.
    after: String,
    /// Rows in a piece.
    piece: i64,
    /// Pieces until others are served.
    pieces: u32,
    sums: BTreeMap<Key, Tally>,
    unread: u64,
}

/// What a recount found. All zero: every stored sum is what its rows add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recounted {
    /// Stored sums that are not the sum of their rows, and rows that are in none.
    pub sums: u64,
    /// Rows that do not read.
    pub unread: u64,
    /// How far the number of receipts that say "counted" is from the responses in all sums, and these
    /// from what came in day by day.
    pub receipts: u64,
    /// Records that the same night let go of and that were never counted (P14): no difference.
    #[serde(default)]
    pub uncounted: u64,
}

impl Recounted {
    /// How much is not as it must be.
    #[must_use]
    pub const fn differences(self) -> u64 {
        self.sums
            .saturating_add(self.unread)
            .saturating_add(self.receipts)
    }
}

impl<S: Store> Ledger<S> {
    /// Begins a recount in pieces of so many rows.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn begin_recount(&self, piece: i64) -> Result<Recount, Refused> {
        self.0.atomically(|sql| Ok(begin(sql, piece, 1)?))
    }

    /// Counts on; the end says what was found. When something was counted or released in the meantime it
    /// begins anew with twice as many pieces at a time, so that it ends.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn recount_on(
        &self,
        recount: &mut Recount,
        forms: &[Form],
    ) -> Result<Option<Recounted>, Refused> {
        self.0.atomically(|sql| {
            if mark(sql)? != recount.mark {
                *recount = begin(sql, recount.piece, recount.pieces.saturating_mul(2))?;
            }
            for _ in 0..recount.pieces {
                let rows = sql.rows(
                    "SELECT id, form, atom, day, body FROM response WHERE id > ?1 ORDER BY id LIMIT ?2",
                    &[recount.after.as_str().into(), recount.piece.into()],
                )?;
                for row in &rows {
                    recount.add(row, forms)?;
                }
                if i64::try_from(rows.len()).is_ok_and(|rows| rows < recount.piece) {
                    return Ok(Some(end(sql, recount)?));
                }
            }
            Ok(None)
        })
    }
}

impl Recount {
    fn add(&mut self, row: &Row, forms: &[Form]) -> Result<(), StoreError> {
        let (id, form, day) = (row.text(0)?, row.text(1)?, row.text(3)?);
        id.clone_into(&mut self.after);
        let tally = ResponseId::parse(id)
            .ok()
            .zip(Day::parse(day))
            .and_then(|(id, day)| recount(id, row.text(4).ok()?, day, forms));
        let Some(tally) = tally.filter(|tally| tally.form().to_string() == form) else {
            self.unread += 1;
            return Ok(());
        };
        let key = (form.to_owned(), row.integer(2)?, day.to_owned());
        match self.sums.get_mut(&key) {
            None => drop(self.sums.insert(key, tally)),
            Some(sum) => sum.merge(&tally).map_err(|_| damaged())?,
        }
        Ok(())
    }
}

fn mark(sql: &dyn Sql) -> Result<(i64, i64), StoreError> {
    Ok((number(sql, "version")?, number(sql, "rows_from_ms")?))
}

fn begin(sql: &dyn Sql, piece: i64, pieces: u32) -> Result<Recount, StoreError> {
    Ok(Recount {
        mark: mark(sql)?,
        after: String::new(),
        piece,
        pieces,
        sums: BTreeMap::new(),
        unread: 0,
    })
}

/// Holds the stored sums against the recounted ones. Sums of days whose rows are gone (P14) stand alone.
fn end(sql: &dyn Sql, recount: &mut Recount) -> Result<Recounted, StoreError> {
    let (_, rows_from) = recount.mark;
    let first = Day::of(Millis(rows_from)).filter(|_| rows_from > 0);
    let first = first.map_or_else(String::new, |day| day.to_string());
    let stored = sql.rows(
        "SELECT form, atom, day, responses, tally FROM cell WHERE day >= ?1",
        &[first.as_str().into()],
    )?;
    let mut found = Recounted {
        unread: recount.unread,
        ..Recounted::default()
    };
    for row in &stored {
        let key = (
            row.text(0)?.to_owned(),
            row.integer(1)?,
            row.text(2)?.to_owned(),
        );
        let responses = u64::try_from(row.integer(3)?).ok();
        let recounted = recount.sums.remove(&key);
        let stored = read_tally(row.text(4)?);
        let is_right = stored.zip(recounted).is_some_and(|(stored, recounted)| {
            is_the_same(&stored, &recounted) && responses == Some(stored.people().responses)
        });
        found.sums += u64::from(!is_right);
    }
    let without_a_sum = recount.sums.keys().filter(|(_, _, day)| *day >= first);
    found.sums += u64::try_from(without_a_sum.count()).map_err(|_| damaged())?;
    let row = sql.first(
        "SELECT (SELECT count(*) FROM receipt WHERE verdict = 'counted'),
           (SELECT ifnull(sum(responses), 0) FROM cell),
           (SELECT ifnull(sum(responses), 0) FROM received)",
        &[],
    )?;
    let row = row.ok_or_else(damaged)?;
    let (receipts, in_sums, came) = (row.integer(0)?, row.integer(1)?, row.integer(2)?);
    found.receipts = receipts.abs_diff(in_sums).max(in_sums.abs_diff(came));
    Ok(found)
}
