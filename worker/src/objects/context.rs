//! What the Directory is asked about what a unit's figures are held beside. Never: a decision.

use super::{Asked, answer};
use crate::refused::Refused;
use crate::store::directory::Directory;
use crate::store::port::Store;
use survey::id::UnitId;
use worker::Response;

/// Answers one verb about a unit.
///
/// # Errors
/// What the Directory refuses.
pub fn answer<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    verb: &str,
    unit: &UnitId,
) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    match verb {
        "target" => rows.set_target(session, now, unit, asked.message()?)?,
        "portal" => rows.count_portal(session, now, unit, &asked.message()?)?,
        "fields" => rows.count_fields(session, now, unit, &asked.message()?)?,
        _ => return Ok(answer::message(&rows.context(session, now, unit)?)),
    }
    Ok(answer::done())
}
