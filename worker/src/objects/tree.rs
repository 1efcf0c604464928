//! What the Directory is asked about the tree of units as a whole. Never: a decision.

use super::{Asked, answer};
use crate::refused::Refused;
use crate::sheet;
use crate::store::directory::Directory;
use crate::store::port::Store;
use survey::id::UnitId;
use survey::wire::units::{Outcome, Sheet, WantedUnits};
use worker::Response;

/// Answers one verb.
///
/// # Errors
/// What the Directory refuses.
pub fn answer<S: Store>(rows: &Directory<S>, asked: &Asked) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let outcome = match asked.verb.as_str() {
        "units-file" => {
            let units = rows.units_to_keep(session, now)?;
            return Ok(answer::message(&sheet::write(&units)));
        }
        "figures-file" => {
            let unit: UnitId = asked.message()?;
            return Ok(answer::message(&rows.figures_to_keep(session, now, &unit)?));
        }
        "change-units" => {
            let wanted: WantedUnits = asked.message()?;
            let units: Vec<_> = (1..).zip(wanted.units).collect();
            rows.change_units(session, now, &units, wanted.dry_run)?
        }
        _ => {
            let wanted: Sheet = asked.message()?;
            // A stranger's file is not read.
            rows.who(session, now)?;
            match sheet::read(&wanted.csv) {
                Ok(units) => rows.change_units(session, now, &units, wanted.dry_run)?,
                Err(errors) => Outcome {
                    errors,
                    ..Outcome::default()
                },
            }
        }
    };
    Ok(answer::message(&outcome))
}
