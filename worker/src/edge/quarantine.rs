//! `/v1/quarantine`: what is kept uncounted, in groups, and the decisions on it (rules L7, L8), put
//! together from the Directory and the Ledgers. Never: an answer, a comment, a record's id.

use super::{body, reply};
use crate::objects::Ask;
use crate::objects::kept::KeptRecord;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{clock, session};
use futures_util::future::try_join_all;
use std::collections::BTreeSet;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::batch::Reason;
use survey::wire::code::Code;
use survey::wire::manager::Units;
use survey::wire::quarantine::{Decide, Decided, Decision, Group, Quarantine};
use survey::wire::write;
use worker::{Env, Request, Response};

/// `GET`: every group in the units that the caller looks after. A unit that records name and the caller
/// does not see is not told (rule S4).
///
/// # Errors
/// What the Directory or a Ledger refuses.
pub async fn list(request: &Request, env: &Env) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let mut ask = Ask::own("units", now, Vec::new());
    ask.session = session(request)?;
    let seen: Units = ask.read(&ObjectName::Directory, env).await?;
    let seen: BTreeSet<UnitId> = seen.units.into_iter().map(|unit| unit.id).collect();
    let units = looked_after(session(request)?, now, env).await?;
    let kept = units.into_iter().map(|unit| async move {
        let ask = Ask::own("quarantine", now, Vec::new());
        ask.read::<(Vec<Group>, u64)>(&ObjectName::Ledger(unit), env)
            .await
    });
    let kept = try_join_all(kept).await?;
    Ok(reply::message(&Quarantine::of(kept, &seen, now))?)
}

async fn looked_after(
    session: Option<String>,
    now: Millis,
    env: &Env,
) -> Result<Vec<UnitId>, Refused> {
    let mut ask = Ask::own("quarantines", now, Vec::new());
    ask.session = session;
    ask.read(&ObjectName::Directory, env).await
}

/// `POST`: a decision on one group.
///
/// # Errors
/// What the Directory or a Ledger refuses.
pub async fn decide(mut request: Request, env: &Env) -> Result<Response, Refused> {
    body::same_origin(&request, true)?;
    let bytes = body::read(&mut request, body::MOST_BYTES).await?;
    body::must_not_be_a_list(&bytes)?;
    let now = clock::now(env).await?;
    let mut ask = Ask::own("decide", now, bytes.as_slice());
    ask.session = session(&request)?;
    let _: serde_json::Value = ask.read(&ObjectName::Directory, env).await?;
    // The Directory has read it; so it reads.
    let text = String::from_utf8_lossy(&bytes);
    let wanted: Decide = survey::wire::read(&text)
        .map_err(|error| Refused::new(Code::BadRequest, error.to_string()))?;
    let counting = looked_after(session(&request)?, now, env).await?;
    if !counting.contains(&wanted.which.unit) {
        return Err(Refused::not_found());
    }
    let decided = match (wanted.decision, wanted.which.reason) {
        (Decision::Keep, _) => ask_about(&wanted, "keep", now, env).await?,
        (Decision::Release, Reason::UnknownUnit) => hand_over(&wanted, &counting, now, env).await?,
        (Decision::Release, _) => ask_about(&wanted, "release", now, env).await?,
    };
    Ok(reply::message(&decided)?)
}

async fn ask_about(
    wanted: &Decide,
    verb: &str,
    now: Millis,
    env: &Env,
) -> Result<Decided, Refused> {
    let ask = Ask::own(verb, now, write(&(&wanted.which, wanted.count)));
    let ledger = ObjectName::Ledger(wanted.which.unit.clone());
    ask.read(&ledger, env).await
}

/// Records that name another unit go to that unit's Ledger, and leave this one only when it has
/// them: cut off in between, they are in both and counted in one (rule L1).
async fn hand_over(
    wanted: &Decide,
    counting: &[UnitId],
    now: Millis,
    env: &Env,
) -> Result<Decided, Refused> {
    let named = wanted.which.names.as_ref();
    let Some(named) = named.filter(|unit| **unit != wanted.which.unit && counting.contains(unit))
    else {
        let message = "The unit that these records name takes no answers here. Add it and enrol a \
                       device there, then release them; or keep them.";
        return Err(Refused::new(Code::BadValue, message));
    };
    let from = ObjectName::Ledger(wanted.which.unit.clone());
    let ask = Ask::own("hand-over", now, write(&(&wanted.which, wanted.count)));
    let records: Vec<KeptRecord> = ask.read(&from, env).await?;
    let ask = Ask::own("take-over", now, write(&records));
    let decided: Decided = ask.read(&ObjectName::Ledger(named.clone()), env).await?;
    let ask = Ask::own("handed-over", now, write(&records));
    let _: serde_json::Value = ask.read(&from, env).await?;
    Ok(decided)
}
