//! Whose dossiers the people had who answered at and below a unit: counts, after the Directory has
//! permitted it. Never: a level, an agency that the caller does not see.

use super::{overview, reply};
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::page::Wanted;
use crate::refused::Refused;
use crate::{clock, session};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::resolved::ResolvedPage;
use survey::wire::write;
use worker::{Env, Request, Response};

/// `GET /v1/units/{unit}/resolvers`, from every Ledger at and below the unit.
///
/// # Errors
/// [`Code::BadValue`] for another question than months, and what the Directory or an object refuses.
pub async fn answer(request: &Request, env: &Env, unit: UnitId) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let query = request.url()?.query().unwrap_or_default().to_owned();
    let wanted = Wanted::of(&query)?;
    if wanted.form.is_some() || wanted.with_predecessors {
        let message = "Ask with from=YYYY-MM and to=YYYY-MM only.";
        return Err(Refused::new(Code::BadValue, message));
    }
    let permitted = overview::permitted(request, env, &unit, now).await?;
    let months = write(&(wanted.from, wanted.to));
    let counts = permitted.counting.into_iter().map(async |ledger| {
        let ask = Ask::own("resolvers", now, months.as_str());
        ask.read::<Vec<(Option<UnitId>, u64)>>(&ObjectName::Ledger(ledger), env)
            .await
    });
    let mut sums: BTreeMap<Option<UnitId>, u64> = BTreeMap::new();
    for (agency, responses) in try_join_all(counts).await?.into_iter().flatten() {
        *sums.entry(agency).or_default() += responses;
    }
    let named: Vec<_> = sums.keys().flatten().collect();
    let mut ask = Ask::own("seen", now, write(&named));
    ask.session = session(request)?;
    let seen: Vec<UnitId> = ask.read(&ObjectName::Directory, env).await?;
    let counts: Vec<_> = sums.into_iter().collect();
    let page = ResolvedPage::of(unit, &counts, &seen, now);
    Ok(reply::message(&page)?)
}
