//! What a manager reads: answers put together from the Directory and the Ledgers or Rollups below a
//! unit, after the Directory has permitted it.

use super::reply;
use crate::forms::Forms;
use crate::objects::Ask;
use crate::objects::directory::{Permitted, Place};
use crate::objects::forms::lacking;
use crate::objects::ledger::Heard;
use crate::objects::name::ObjectName;
use crate::page::{Sought, Wanted};
use crate::refused::Refused;
use crate::{clock, session};
use futures_util::future::try_join_all;
use std::collections::BTreeMap;
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::wire::manager::{Devices, Live};
use survey::wire::write;
use worker::{Env, Request, Response};

/// Asks the Directory whether the caller may see a unit's figures.
pub(super) async fn permitted(
    request: &Request,
    env: &Env,
    unit: &UnitId,
    now: Millis,
) -> Result<Permitted, Refused> {
    let mut ask = Ask::own("permit", now, write(unit));
    ask.session = session(request)?;
    ask.read(&ObjectName::Directory, env).await
}

/// `GET /v1/units/{unit}/figures`: from the unit's own Ledger, or from its Rollup where it has
/// units below it; with the sums of units that were merged into it, where that is asked for.
///
/// # Errors
/// What the Directory or an object refuses.
pub async fn figures(request: &Request, env: &Env, unit: UnitId) -> Result<Response, Refused> {
    let query = request.url()?.query().unwrap_or_default().to_owned();
    figures_of(request, env, unit, &query).await
}

/// The same for a query that is not the request's own.
///
/// # Errors
/// As [`figures`].
pub async fn figures_of(
    request: &Request,
    env: &Env,
    unit: UnitId,
    query: &str,
) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let permitted = permitted(request, env, &unit, now).await?;
    let is_with = Wanted::of(query)?.with_predecessors;
    let earlier = permitted
        .earlier
        .iter()
        .filter(|_| is_with)
        .map(async |place| {
            let Some(object) = place.object() else {
                return Ok(None);
            };
            let ask = Ask::own("slices", now, write(&place.unit));
            ask.read::<String>(&object, env).await.map(Some)
        });
    let earlier = try_join_all(earlier).await?.into_iter().flatten();
    let sought = Sought {
        query: query.to_owned(),
        predecessors: u32::try_from(permitted.earlier.len()).unwrap_or(u32::MAX),
        earlier: earlier.collect(),
    };
    figures_at(permitted.place, sought, env, now).await
}

/// The same where somebody may see them, or everybody.
///
/// # Errors
/// What an object refuses.
pub(super) async fn figures_at(
    place: Place,
    sought: Sought,
    env: &Env,
    now: Millis,
) -> Result<Response, Refused> {
    let object = place.object();
    let unit = place.unit;
    let Some(object) = object else {
        // Nothing was ever counted here, and asking makes no database.
        let slices = sought.slices(&unit, Vec::new())?;
        let forms = Forms::built_in();
        let summed = slices.iter().map(|slice| slice.tally.form());
        let lacking = lacking(&forms, summed, sought.form()?, env, now).await?;
        let forms = forms.with(lacking);
        let page = sought.page(unit, &slices, &forms, now)?;
        return Ok(reply::message(&page)?);
    };
    let answer = Ask::own("figures", now, write(&(unit, sought))).of(&object, env);
    Ok(reply::relayed(answer.await?)?)
}

/// `GET /v1/units/{unit}/live`: the sum of what the Ledgers at and below the unit have received.
/// Counts only, never a level (rule P6).
///
/// # Errors
/// What the Directory or an object refuses.
pub async fn live(request: &Request, env: &Env, unit: UnitId) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let permitted = permitted(request, env, &unit, now).await?;
    let ledgers = permitted.counting.into_iter().map(ObjectName::Ledger);
    let counts = ledgers.map(|ledger| async move {
        let ask = Ask::own("live", now, Vec::new());
        ask.read::<Live>(&ledger, env).await
    });
    let nothing = Live {
        today: 0,
        waiting: 0,
        quarantined: 0,
        now,
        next_release: None,
    };
    let counts = try_join_all(counts).await?;
    let sum = counts.into_iter().fold(nothing, |sum, count| Live {
        today: sum.today + count.today,
        waiting: sum.waiting + count.waiting,
        quarantined: sum.quarantined + count.quarantined,
        now,
        next_release: sum.next_release.or(count.next_release),
    });
    Ok(reply::message(&sum)?)
}

/// `GET /v1/devices`: the devices that the caller may see, and what was last heard of each by any
/// Ledger of a unit where it stands or stood.
///
/// # Errors
/// What the Directory or an object refuses.
pub async fn devices(request: &Request, env: &Env) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let mut ask = Ask::own("devices", now, Vec::new());
    ask.session = session(request)?;
    let (mut known, stays): (Devices, Vec<UnitId>) = ask.read(&ObjectName::Directory, env).await?;
    let heard = stays.into_iter().map(|unit| async move {
        let ask = Ask::own("heard", now, Vec::new());
        ask.read::<Vec<Heard>>(&ObjectName::Ledger(unit), env).await
    });
    let heard = try_join_all(heard).await?.into_iter().flatten();
    let heard = newest(heard);
    for row in &mut known.devices {
        if let Some(heard) = heard.get(&row.device) {
            row.seen = Some(heard.at);
            row.unsent = heard.status.unsent;
            row.asides = heard.status.asides;
            row.oldest = heard.status.oldest;
            row.persisted = heard.status.persisted;
            row.free_mb = heard.status.free_mb;
            row.losses = heard.status.losses;
            row.is_copied = heard.is_copied;
            row.skew_ms = heard.skew_ms;
            row.app = Some(heard.app);
            row.applied = heard.status.config;
        }
    }
    Ok(reply::message(&known)?)
}

/// Of each device what was heard last. A copy that sends to any of its units is one.
fn newest(heard: impl Iterator<Item = Heard>) -> BTreeMap<DeviceId, Heard> {
    let mut last: BTreeMap<DeviceId, Heard> = BTreeMap::new();
    for mut heard in heard {
        if let Some(other) = last.remove(&heard.device) {
            let is_copied = heard.is_copied || other.is_copied;
            heard = if other.at > heard.at { other } else { heard };
            heard.is_copied = is_copied;
        }
        last.insert(heard.device, heard);
    }
    last
}
