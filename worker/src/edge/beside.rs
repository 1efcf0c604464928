//! What a manager reads beside the figures of one unit: its months, the units below it, what it
//! covers, what people wrote; after the Directory has permitted it.

use super::{body, reply};
use crate::beside::Beside;
use crate::forms::Forms;
use crate::objects::Ask;
use crate::objects::directory::Place;
use crate::objects::forms::lacking;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{clock, session};
use survey::breakdown::Quarter;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::beside::{BreakdownPage, CoveragePage, CoverageView};
use survey::wire::code::Code;
use survey::wire::review::ReviewDecision;
use survey::wire::{read, write};
use worker::{Env, Request, Response};

/// `GET /v1/units/{unit}/{what}`, `what` being `trend`, `children`, `coverage`, `comments`, `review` or
/// `breakdown`.
///
/// # Errors
/// What the Directory or an object refuses.
pub async fn answer(
    request: &Request,
    env: &Env,
    unit: UnitId,
    what: &str,
) -> Result<Response, Refused> {
    let query = request.url()?.query().unwrap_or_default().to_owned();
    answer_to(request, env, unit, what, &query).await
}

/// The same for a query that is not the request's own.
///
/// # Errors
/// As [`answer`].
pub async fn answer_to(
    request: &Request,
    env: &Env,
    unit: UnitId,
    what: &str,
    query: &str,
) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let verb = format!("beside/{what}");
    let mut ask = Ask::own(&verb, now, write(&(&unit, query)));
    ask.session = session(request)?;
    let permitted: (Place, Beside, bool) = ask.read(&ObjectName::Directory, env).await?;
    answer_at(permitted, what, env, now).await
}

/// The same where somebody may see it, or everybody: the place, the question, and whether its answer may tell
/// of what people answered.
///
/// # Errors
/// What an object refuses.
pub(super) async fn answer_at(
    (place, sought, sees_figures): (Place, Beside, bool),
    what: &str,
    env: &Env,
    now: Millis,
) -> Result<Response, Refused> {
    let unit = place.unit.clone();
    // The Ledger keeps a unit's comments, also where there are units below it.
    let object = match what {
        "comments" | "review" => place.counts.then_some(ObjectName::Ledger(unit)),
        "children" => place.is_inner.then_some(ObjectName::Rollup(unit)),
        _ => place.object(),
    };
    let forms = Forms::built_in();
    let forms = match &object {
        Some(_) => forms,
        None => forms.with(lacking(&forms, std::iter::empty(), sought.form()?, env, now).await?),
    };
    // Nothing was ever counted there otherwise, and asking makes no database.
    Ok(match (object, what) {
        (Some(object), "breakdown") => {
            let above = sought.above.clone();
            let ask = Ask::own(what, now, write(&sought));
            let page: BreakdownPage = ask.read(&object, env).await?;
            reply::message(&below(page, &above, env, now).await?)?
        }
        (Some(object), "coverage") if !sees_figures => {
            let ask = Ask::own(what, now, write(&sought));
            let page: CoveragePage = ask.read(&object, env).await?;
            reply::message(&counted_only(page))?
        }
        (None, "breakdown") => reply::message(&sought.breakdown((&[], &[]), &forms, now)?)?,
        (Some(object), _) => {
            let ask = Ask::own(what, now, write(&sought));
            reply::relayed(ask.of(&object, env).await?)?
        }
        (None, "trend") => reply::message(&sought.trend(&[], &forms, now)?)?,
        (None, "children") => reply::message(&sought.children(&[], &forms, now)?)?,
        (None, "coverage") => reply::message(&sought.coverage(&[], &forms, now)?)?,
        (None, "review") => {
            let nothing = |_, _: &str, _: &str| Ok(Vec::new());
            reply::message(&sought.review(&[], &forms, now, nothing)?)?
        }
        (None, _) => {
            let nothing = |_, _: &str, _: &str| Ok(Vec::new());
            reply::message(&sought.comments(&[], &forms, now, nothing)?)?
        }
    })
}

/// `POST /v1/units/{unit}/review`: a decision on a comment that may name somebody.
///
/// # Errors
/// What the Directory or the unit's Ledger refuses.
pub async fn review(mut request: Request, env: &Env, unit: UnitId) -> Result<Response, Refused> {
    body::same_origin(&request, true)?;
    let bytes = body::read(&mut request, body::MOST_BYTES).await?;
    body::must_not_be_a_list(&bytes)?;
    let wanted = std::str::from_utf8(&bytes).map_err(|_| not_this("not UTF-8"))?;
    let wanted: ReviewDecision = read(wanted).map_err(|error| not_this(&error.to_string()))?;
    let now = clock::now(env).await?;
    let session = session(&request)?;
    let ledger = ObjectName::Ledger(unit.clone());
    // Tried first: the log tells of decisions that were made, each before it is.
    for decision in [None, Some(wanted.decision)] {
        let mut ask = Ask::own("review-comment", now, write(&(&unit, decision)));
        ask.session.clone_from(&session);
        let _: serde_json::Value = ask.read(&ObjectName::Directory, env).await?;
        let ask = Ask::own("review-comment", now, write(&(&wanted, decision.is_none())));
        let _: serde_json::Value = ask.read(&ledger, env).await?;
    }
    Ok(reply::message(&serde_json::json!({}))?)
}

fn not_this(what: &str) -> Refused {
    let message = format!("The body is not the message this route takes: {what}.");
    Refused::new(Code::BadRequest, message)
}

/// The page without what follows from the answers themselves: an auditor sees how many, never what
/// (rule S4).
fn counted_only(page: CoveragePage) -> CoveragePage {
    let coverage = page.coverage.map(|coverage| CoverageView {
        interval: None,
        bounds: None,
        ..coverage
    });
    CoveragePage { coverage, ..page }
}

/// Takes out of a page what some node above does not let its child show (rule P7): a unit shows a breakdown
/// where every node up to the topmost lets the one below it.
async fn below(
    mut page: BreakdownPage,
    above: &[UnitId],
    env: &Env,
    now: Millis,
) -> Result<BreakdownPage, Refused> {
    let Some(quarter) = page.quarter.as_deref().and_then(Quarter::parse) else {
        return Ok(page);
    };
    let mut child = page.unit.clone();
    for node in above {
        let ask = Ask::own("shows", now, write(&(&child, quarter.0, page.form)));
        let shown: Vec<String> = ask.read(&ObjectName::Rollup(node.clone()), env).await?;
        for view in &mut page.by {
            if !shown.contains(&view.by) {
                view.groups = None;
                view.difference = None;
            }
        }
        child = node.clone();
    }
    Ok(page)
}
