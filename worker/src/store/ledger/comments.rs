//! Comments become readable in groups, those that may name somebody after a person decided on each
//! (rule P13). Never: a way from a comment to its response.

use super::release::last_restore;
use super::{Ledger, damaged};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::comment::names;
use survey::day::Millis;
use survey::id::FormId;
use survey::release::{COMMENT_FLOOR, Finality, finality};
use survey::wire::beside::CommentsOfMonth;
use survey::wire::code::Code;
use survey::wire::review::{MarkedComment, MarkedMonth, Review, ReviewDecision};

impl<S: Store> Ledger<S> {
    /// The comments to a form that may be read, from month to month, the newest month first. Their
    /// order within a month is that of random keys: it says nothing of when they came.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn comments(
        &self,
        form: FormId,
        from: &str,
        to: &str,
    ) -> Result<Vec<CommentsOfMonth>, Refused> {
        let form = form.to_string();
        self.0.atomically(|sql| {
            // Of a month whose comments all waited for a decision, fewer may be left than are read together.
            let rows = sql.rows(
                "WITH readable AS (
                   SELECT key, month, text FROM comment WHERE form = ?1 AND month BETWEEN ?2 AND ?3
                     AND EXISTS (SELECT 1 FROM comment_shown WHERE comment_shown.key = comment.key))
                 SELECT month, text FROM readable
                 WHERE month IN (SELECT month FROM readable GROUP BY month HAVING count(*) >= ?4)
                 ORDER BY month DESC, key",
                &[form.into(), from.into(), to.into(), floor()?.into()],
            )?;
            let months = by_month(&rows, |row| Ok(row.text(1)?.to_owned()))?;
            let month = |(month, comments)| CommentsOfMonth { month, comments };
            Ok(months.into_iter().map(month).collect())
        })
    }

    /// The comments to a form that may name somebody and wait for a decision, the newest month first, in
    /// the order of random keys.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn marked_comments(
        &self,
        form: FormId,
        from: &str,
        to: &str,
    ) -> Result<Vec<MarkedMonth>, Refused> {
        let form = form.to_string();
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT month, text, key FROM comment JOIN comment_review USING (key)
                 WHERE form = ?1 AND month BETWEEN ?2 AND ?3 AND decision IS NULL
                 ORDER BY month DESC, key",
                &[form.into(), from.into(), to.into()],
            )?;
            let months = by_month(&rows, |row| {
                let (text, key) = (row.text(1)?.to_owned(), row.text(2)?.to_owned());
                Ok(MarkedComment { key, text })
            })?;
            let month = |(month, comments)| MarkedMonth { month, comments };
            Ok(months.into_iter().map(month).collect())
        })
    }

    /// Does what somebody decided on a comment that may name somebody; on trial only finds out whether it
    /// can. Hidden words are gone from the table, too.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] where none such waits, [`Code::BadValue`] where the words to hide are
    /// not its words, or all of them.
    pub fn review(&self, wanted: &ReviewDecision, is_trial: bool) -> Result<(), Refused> {
        let key = wanted.key.as_str();
        self.0.atomically(|sql| {
            let row = sql.first(
                "SELECT text FROM comment JOIN comment_review USING (key)
                 WHERE key = ?1 AND decision IS NULL",
                &[key.into()],
            )?;
            let decided = || {
                let message =
                    "No comment with this key waits for a decision. Look at the list again.";
                Refused::new(Code::ChangedMeanwhile, message)
            };
            let row = row.ok_or_else(decided)?;
            let (word, left) = match (wanted.decision, wanted.hide.as_slice()) {
                (Review::Keep, []) => ("keep", None),
                (Review::Show, []) => ("show", None),
                (Review::Show, hide) => {
                    let left = names::hide(row.text(0)?, hide).ok_or_else(not_its_words)?;
                    ("show", Some(left))
                }
                (Review::Keep, _) => return Err(not_its_words()),
            };
            if is_trial {
                return Ok(());
            }
            if let Some(left) = left {
                sql.run(
                    "UPDATE comment SET text = ?2 WHERE key = ?1",
                    &[key.into(), left.into()],
                )?;
            }
            if wanted.decision == Review::Show {
                sql.run("INSERT INTO comment_shown VALUES (?1)", &[key.into()])?;
            }
            sql.run(
                "UPDATE comment_review SET decision = ?2 WHERE key = ?1",
                &[key.into(), word.into()],
            )?;
            Ok(())
        })
    }
}

fn not_its_words() -> Refused {
    let message = "Hide some of the comment's words, by their places from 0, and show the rest; or keep all \
                   of it.";
    Refused::new(Code::BadValue, message)
}

fn floor() -> Result<i64, StoreError> {
    i64::try_from(COMMENT_FLOOR).map_err(|_| damaged())
}

/// Rows that begin with their month, month by month, in their order.
fn by_month<C>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<C, StoreError>,
) -> Result<Vec<(String, Vec<C>)>, StoreError> {
    let mut months: Vec<(String, Vec<C>)> = Vec::new();
    for row in rows {
        let month = row.text(0)?;
        if months.last().is_none_or(|(last, _)| last != month) {
            months.push((month.to_owned(), Vec::new()));
        }
        let (_, last) = months.last_mut().ok_or_else(damaged)?;
        last.push(read(row)?);
    }
    Ok(months)
}

/// With an atom of a form, its waiting comments become readable: all of a month that has an atom, where
/// they are enough. All that wait belong to responses that are in atoms now. After a restore they are
/// enough by those that are certainly new: the others may have been read before it, and a few new ones
/// among them would be told by that.
pub(super) fn show(sql: &dyn Sql, form: &str, at: Millis) -> Result<(), StoreError> {
    let restored = last_restore(sql)?.map_or_else(String::new, |day| day.to_string());
    sql.run(
        &format!(
            "WITH waiting AS (
               SELECT key, month, {IS_NEW} AS is_new FROM comment
               WHERE form = ?1 AND needs_review = 0 AND text <> ''
                 AND NOT EXISTS (SELECT 1 FROM comment_shown WHERE comment_shown.key = comment.key))
             INSERT INTO comment_shown SELECT key FROM waiting
             WHERE month IN (SELECT month FROM waiting GROUP BY month HAVING sum(is_new) >= ?3)
               AND month IN (SELECT substr(day, 1, 7) FROM cell WHERE form = ?1 AND atom > 0)"
        ),
        &[form.into(), restored.as_str().into(), floor()?.into()],
    )?;
    mark(sql, form, &restored, at)
}

/// Whether a comment cannot have been read before the last restore, whose day is ?2, or none.
const IS_NEW: &str = "(?2 = '' OR EXISTS (
    SELECT 1 FROM comment_new WHERE comment_new.key = comment.key AND since = ?2))";

/// Those that may name somebody may be looked at, by the same fives; where a month is sealed also fewer,
/// if all are new and five of it are read or looked at together. Few comments name somebody: a unit that
/// has two such in a month would else keep them unread for ever.
fn mark(sql: &dyn Sql, form: &str, restored: &str, at: Millis) -> Result<(), StoreError> {
    let rows = sql.rows(
        &format!(
            "SELECT month, count(*), sum({IS_NEW}),
               (SELECT count(*) FROM comment AS other WHERE other.form = ?1 AND other.month = comment.month
                  AND (EXISTS (SELECT 1 FROM comment_shown WHERE comment_shown.key = other.key)
                    OR EXISTS (SELECT 1 FROM comment_review WHERE comment_review.key = other.key)))
             FROM comment
             WHERE form = ?1 AND needs_review = 1
               AND NOT EXISTS (SELECT 1 FROM comment_review WHERE comment_review.key = comment.key)
               AND month IN (SELECT substr(day, 1, 7) FROM cell WHERE form = ?1 AND atom > 0)
             GROUP BY month"
        ),
        &[form.into(), restored.into()],
    )?;
    for row in &rows {
        let (month, waiting, new) = (row.text(0)?, row.integer(1)?, row.integer(2)?);
        let is_sealed = finality(month, at) == Some(Finality::Sealed);
        let others = if is_sealed && waiting == new {
            row.integer(3)?
        } else {
            0
        };
        if new + others >= floor()? {
            sql.run(
                "INSERT INTO comment_review SELECT key, NULL FROM comment
                 WHERE form = ?1 AND month = ?2 AND needs_review = 1
                   AND NOT EXISTS (SELECT 1 FROM comment_review WHERE comment_review.key = comment.key)",
                &[form.into(), month.into()],
            )?;
        }
    }
    Ok(())
}
