//! Which agencies resolve the dossiers of the people who answered here: counts by `resolved_by`. Never: a
//! level.

use super::{Ledger, damaged};
use crate::refused::Refused;
use crate::store::port::Store;
use survey::id::UnitId;

impl<S: Store> Ledger<S> {
    /// How many responses that counted name which agency, `None` being this unit itself; of the months
    /// `from` to `to`, each `YYYY-MM`, by the day on which they count.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn resolvers(
        &self,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<Vec<(Option<UnitId>, u64)>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT json_extract(body, '$.resolved_by'), count(*) FROM response
                 WHERE (?1 IS NULL OR substr(day, 1, 7) >= ?1)
                   AND (?2 IS NULL OR substr(day, 1, 7) <= ?2)
                 GROUP BY 1 ORDER BY 1",
                &[from.into(), to.into()],
            )?;
            let count = |row: &crate::store::port::Row| {
                let agency = row.maybe_text(0)?.map(UnitId::parse).transpose();
                let responses = u64::try_from(row.integer(1)?).map_err(|_| damaged())?;
                Ok((agency.map_err(|_| damaged())?, responses))
            };
            rows.iter().map(count).collect()
        })
    }
}
