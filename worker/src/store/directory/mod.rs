//! The Directory's verbs, one transaction each: who is who, what is where. Never: an answer.

mod accounts;
mod actions;
#[cfg(test)]
mod actions_tests;
mod alerts;
#[cfg(test)]
mod alerts_tests;
mod audit;
mod change;
mod context;
mod devices;
mod digest;
mod dossiers;
mod fields;
mod fleet;
#[cfg(test)]
mod flood_tests;
mod forms;
#[cfg(test)]
mod forms_tests;
mod history;
mod keys;
#[cfg(test)]
mod keys_tests;
mod night;
mod outbox;
mod passkeys;
mod people;
#[cfg(test)]
mod people_tests;
mod publication;
#[cfg(test)]
mod reach_tests;
mod rescue;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod tree_tests;
mod units;

pub use accounts::SignedIn;
pub use audit::Filter;
use devices::find as find_device;
pub use devices::{Device, Enrolled, Known, NewCode, Untold};
pub use night::{Recounts, Told};
pub use outbox::{Deliveries, Try};
pub use publication::Published;
pub use rescue::{Importer, KeptKey};

use super::numbers::{number, set_number};
use super::port::{Sql, Store, StoreError};
use super::today::today;
use crate::access::token;
use crate::access::{Act, Grant, includes};
use crate::refused::Refused;
use survey::day::{MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;

/// The tables.
pub const SCHEMA: &str = include_str!("schema.sql");

/// The Directory over a store.
pub struct Directory<S>(pub S);

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub name: String,
    /// Its grants that hold today.
    pub grants: Vec<Grant>,
    /// When the session ends at the latest.
    pub ends: Millis,
    /// When they last proved who they are.
    pub proved: Millis,
}

impl Actor {
    /// Refuses an act that no grant of this account includes anywhere.
    fn must_be_able_to(&self, act: Act) -> Result<(), Refused> {
        if self.grants.iter().any(|grant| includes(grant.role, act)) {
            Ok(())
        } else {
            Err(Refused::new(
                Code::NotAllowed,
                "This account may not do that.",
            ))
        }
    }

    /// Refuses an act that changes the whole deployment to who may do it in a part only.
    fn must_keep_everything(&self, act: Act) -> Result<(), Refused> {
        let mut whole = self.grants.iter().filter(|grant| grant.node.is_none());
        if whole.any(|grant| includes(grant.role, act)) {
            Ok(())
        } else {
            let message = "Only who keeps the whole deployment may do that.";
            Err(Refused::new(Code::NotAllowed, message))
        }
    }

    /// Refuses a grave step of somebody who proved themselves too long ago (rule S7).
    fn must_be_proved(&self, now: Millis) -> Result<(), Refused> {
        if token::is_fresh(self.proved, now) {
            Ok(())
        } else {
            let message = "Prove who you are again: give your password, then repeat this.";
            Err(Refused::new(Code::ProveAgain, message))
        }
    }

    /// Refuses an act at a unit that no grant covers. A unit outside every grant is refused in the
    /// words for one that does not exist.
    fn must_be_able_to_at(&self, act: Act, sql: &dyn Sql, unit: &UnitId) -> Result<(), Refused> {
        let above = units::with_all_above(sql, unit)?;
        let sees = |grant: &Grant| grant.allows(Act::SeeUnits, &above);
        if above.is_empty() || !self.grants.iter().any(sees) {
            return Err(Refused::not_found());
        }
        if self.grants.iter().any(|grant| grant.allows(act, &above)) {
            Ok(())
        } else {
            Err(Refused::new(
                Code::NotAllowed,
                "This account may not do that here.",
            ))
        }
    }
}

impl<S: Store> Directory<S> {
    /// A number of the deployment; 0 when it was never written.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn number(&self, name: &str) -> Result<i64, Refused> {
        self.0.atomically(|sql| Ok(number(sql, name)?))
    }

    /// Moves the settable clock; only an operator may.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::NotAllowed`].
    pub fn set_clock(
        &self,
        session: Option<&str>,
        now: Millis,
        ahead_ms: i64,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            actor(sql, session, now)?.must_be_able_to(Act::SetClock)?;
            Ok(set_number(sql, "clock_ahead_ms", ahead_ms)?)
        })
    }

    /// Checks that somebody, or an API key, may do something at a unit. A key reads figures, whatever its
    /// maker may (rule UM15).
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::BadKey`], [`Code::NotAllowed`], [`Code::NotFound`].
    pub fn permit(
        &self,
        session: Option<&str>,
        now: Millis,
        act: Act,
        unit: &UnitId,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| match act {
            Act::SeeFigures | Act::SeeCoverage => {
                reader(sql, session, now)?.must_be_able_to_at(act, sql, unit)
            }
            _ => actor(sql, session, now)?.must_be_able_to_at(act, sql, unit),
        })
    }
}

/// Who reads figures: somebody with a session, or a program with an API key. Nothing else asks this, so that
/// a key can do nothing else (rule UM15).
///
/// # Errors
/// As [`actor`] of a session; [`Code::BadKey`] where a key does not work.
fn reader(sql: &dyn Sql, credential: Option<&str>, now: Millis) -> Result<Actor, Refused> {
    match credential.and_then(token::key_digest) {
        Some(digest) => keys::reader(sql, digest, now),
        None => actor(sql, credential, now),
    }
}

/// Who is signed in with a session, seen now.
///
/// # Errors
/// [`Code::SignedOut`] when nobody is, or no longer; [`Code::NotAllowed`] for an API key.
fn actor(sql: &dyn Sql, session: Option<&str>, now: Millis) -> Result<Actor, Refused> {
    let signed_out = || Refused::new(Code::SignedOut, "Sign in first.");
    let digest = session.ok_or_else(signed_out)?;
    if token::key_digest(digest).is_some() {
        return Err(keys::reads_only());
    }
    let row = sql.first(
        "SELECT account, name, began_ms, seen_ms,
           max(began_ms, ifnull((SELECT at_ms FROM proof WHERE proof.digest = session.digest), 0)),
           ifnull((SELECT ends_ms FROM replaced WHERE replaced.digest = session.digest), ?2)
         FROM session JOIN account ON account.id = session.account WHERE digest = ?1",
        &[digest.into(), now.0.into()],
    )?;
    let row = row.ok_or_else(signed_out)?;
    let (began, seen) = (Millis(row.integer(2)?), Millis(row.integer(3)?));
    if token::is_over(began, seen, now) || now.0 > row.integer(5)? {
        return Err(signed_out());
    }
    // Once a minute is enough for half an hour, and spares a write for each request.
    if now.since(seen) > MINUTE_MS {
        sql.run(
            "UPDATE session SET seen_ms = ?2 WHERE digest = ?1",
            &[digest.into(), now.0.into()],
        )?;
    }
    Ok(Actor {
        grants: accounts::grants(sql, row.text(0)?, today(now)?)?,
        account: row.text(0)?.to_owned(),
        name: row.text(1)?.to_owned(),
        ends: token::ends(began),
        proved: Millis(row.integer(4)?),
    })
}

/// Writes a line of the audit log.
fn audit(
    sql: &dyn Sql,
    now: Millis,
    actor: &str,
    act: &str,
    subject: &str,
) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO audit (at_ms, actor, act, subject) VALUES (?1, ?2, ?3, ?4)",
        &[now.0.into(), actor.into(), act.into(), subject.into()],
    )
}
