//! What the Directory is asked about API keys. Never: a decision.

use super::allowance::Allowance;
use super::{Asked, answer};
use crate::refused::Refused;
use crate::store::directory::Directory;
use crate::store::port::Store;
use survey::wire::keys::Keys;
use worker::Response;

/// Answers one verb.
///
/// # Errors
/// What the Directory refuses, and a key that asks too often.
pub fn answer<S: Store>(
    rows: &Directory<S>,
    readers: &Allowance<String>,
    asked: &Asked,
) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    Ok(match asked.verb.as_str() {
        "use-key" => {
            readers.spend(rows.use_key(session, now)?, now)?;
            answer::done()
        }
        "make-key" => answer::message(&rows.make_key(session, now, &asked.message()?)?),
        _ => answer::message(&Keys {
            keys: rows.keys(session, now)?,
        }),
    })
}
