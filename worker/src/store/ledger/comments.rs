//! Comments become readable in groups (rule P13). Never: a way from a comment to its response.

use super::{Ledger, damaged};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::id::FormId;
use survey::release::COMMENT_FLOOR;
use survey::wire::beside::CommentsOfMonth;

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
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT month, text FROM comment
                 WHERE form = ?1 AND month BETWEEN ?2 AND ?3
                   AND EXISTS (SELECT 1 FROM comment_shown WHERE comment_shown.key = comment.key)
                 ORDER BY month DESC, key",
                &[form.to_string().into(), from.into(), to.into()],
            )?;
            let mut months: Vec<CommentsOfMonth> = Vec::new();
            for row in &rows {
                let month = row.text(0)?;
                if months.last().is_none_or(|last| last.month != month) {
                    months.push(CommentsOfMonth {
                        month: month.to_owned(),
                        comments: Vec::new(),
                    });
                }
                let last = months.last_mut().ok_or_else(damaged)?;
                last.comments.push(row.text(1)?.to_owned());
            }
            Ok(months)
        })
    }
}

/// With an atom of a form, its waiting comments become readable: all of a month that has an atom, where
/// they are enough. Those that may name somebody wait for a person to look at them.
pub(super) fn show(sql: &dyn Sql, form: &str) -> Result<(), StoreError> {
    let floor = i64::try_from(COMMENT_FLOOR).map_err(|_| damaged())?;
    sql.run(
        "WITH waiting AS (
           SELECT key, month FROM comment
           WHERE form = ?1 AND needs_review = 0 AND text <> ''
             AND NOT EXISTS (SELECT 1 FROM comment_shown WHERE comment_shown.key = comment.key))
         INSERT INTO comment_shown SELECT key FROM waiting
         WHERE month IN (SELECT month FROM waiting GROUP BY month HAVING count(*) >= ?2)
           AND month IN (SELECT substr(day, 1, 7) FROM cell WHERE form = ?1 AND atom > 0)",
        &[form.into(), floor.into()],
    )
}
