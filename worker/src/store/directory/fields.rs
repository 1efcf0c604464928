//! Dossiers of a quarter by field of procedures, handed in by people (UM20). Never: a figure, an answer.

use super::units::find;
use super::{Directory, actor, audit};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError, Value};
use std::collections::BTreeMap;
use survey::breakdown::{By, Quarter};
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::context::{FieldDossiers, WantedFields};

/// The most dossiers of a field in a quarter.
const MOST: u64 = 10_000_000;

impl<S: Store> Directory<S> {
    /// The dossiers of a unit by quarter and field.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn fields(&self, unit: &UnitId) -> Result<Vec<FieldDossiers>, Refused> {
        self.0.atomically(|sql| Ok(fields(sql, unit)?))
    }

    /// Writes the dossiers of a quarter by field down, or takes those of a quarter away.
    ///
    /// # Errors
    /// The caller's own rights; [`Code::BadValue`].
    pub fn count_fields(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        wanted: &WantedFields,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::CountDossiers, sql, unit)?;
            let quarter = Quarter::parse(&wanted.quarter);
            let this = Day::of(now).map(Quarter::of);
            let is_past = quarter.is_some() && quarter <= this;
            let groups = By::Field.groups().len();
            let counts = wanted.counts.as_deref();
            let is_sound = counts.is_none_or(|counts| {
                counts.len() == groups && counts.iter().all(|count| *count <= MOST)
            });
            if !is_past || !is_sound || find(sql, unit)?.is_none() {
                return Err(Refused::new(
                    Code::BadValue,
                    "A quarter such as 2026-Q3 that is not to come, and a number of dossiers for each field.",
                ));
            }
            let own: [Value; 2] = [unit.as_str().into(), wanted.quarter.as_str().into()];
            sql.run(
                "DELETE FROM field_dossier WHERE unit = ?1 AND quarter = ?2",
                &own,
            )?;
            for (place, count) in (0_i64..).zip(counts.unwrap_or_default()) {
                let count = i64::try_from(*count).map_err(|_| damaged())?;
                let [unit, quarter] = own.clone();
                sql.run(
                    "INSERT INTO field_dossier VALUES (?1, ?2, ?3, ?4)",
                    &[unit, quarter, place.into(), count.into()],
                )?;
            }
            Ok(audit(sql, now, &actor.name, "count-fields", unit.as_str())?)
        })
    }
}

/// The dossiers of a unit by quarter, each with a number for every field's group.
pub(super) fn fields(sql: &dyn Sql, unit: &UnitId) -> Result<Vec<FieldDossiers>, StoreError> {
    let rows = sql.rows(
        "SELECT quarter, dossiers FROM field_dossier WHERE unit = ?1 ORDER BY quarter, place",
        &[unit.as_str().into()],
    )?;
    let mut quarters: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for row in &rows {
        let counts = quarters.entry(row.text(0)?.to_owned()).or_default();
        counts.push(u64::try_from(row.integer(1)?).map_err(|_| damaged())?);
    }
    let quarters = quarters.into_iter();
    Ok(quarters
        .map(|(quarter, counts)| FieldDossiers { quarter, counts })
        .collect())
}

fn damaged() -> StoreError {
    StoreError("a count of dossiers by field is damaged".into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{NOW, account, directory, id, signed_in};
    use super::*;
    use survey::wire::manager::Role;

    #[test]
    fn um20_a_quarters_dossiers_by_field_are_kept_replaced_and_taken_away() {
        let (directory, operator) = directory();
        let new = account("lanhdao", Role::Manager, Some("33"));
        directory.add_account(Some(&operator), NOW, &new).unwrap();
        let unit = id("33");
        let count = |session: &str, quarter: &str, counts: Option<Vec<u64>>| {
            let wanted = WantedFields {
                quarter: quarter.into(),
                counts,
            };
            let done = directory.count_fields(Some(session), NOW, &unit, &wanted);
            done.map_err(|refused| refused.code)
        };
        let six = |first| vec![first, 2, 3, 4, 5, 6];
        assert_eq!(count(&operator, "2026-Q3", Some(six(1))), Ok(()));
        assert_eq!(count(&operator, "2026-Q3", Some(six(9))), Ok(()));
        let kept = FieldDossiers {
            quarter: "2026-Q3".into(),
            counts: six(9),
        };
        assert_eq!(directory.fields(&unit).unwrap(), [kept]);
        for (quarter, counts) in [
            ("2026-Q5", six(1)),
            ("2027-Q1", six(1)),
            ("2026-Q3", vec![1, 2, 3, 4, 5]),
            ("2026-Q3", six(MOST + 1)),
        ] {
            assert_eq!(
                count(&operator, quarter, Some(counts)),
                Err(Code::BadValue),
                "{quarter}"
            );
        }
        let manager = signed_in(&directory, "lanhdao");
        assert_eq!(
            count(&manager, "2026-Q3", Some(six(1))),
            Err(Code::NotAllowed)
        );
        assert_eq!(count(&operator, "2026-Q3", None), Ok(()));
        assert_eq!(directory.fields(&unit).unwrap(), []);
    }
}
