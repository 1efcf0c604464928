//! What the Directory is asked about what is public: by those who decide it, and for everybody. Never: a
//! decision, a figure.

use super::directory::{Place, told};
use super::{Asked, answer};
use crate::refused::Refused;
use crate::store::directory::Directory;
use crate::store::port::Store;
use serde::{Deserialize, Serialize};
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::manager::Unit;
use survey::wire::public::{
    Action, ActionAdded, ActionWords, Actions, NewState, Publication, PublicationPage,
    WantedPublication,
};
use worker::{Env, Response};

/// `published`: a unit of which something is public.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The unit.
    pub unit: Unit,
    /// Since when.
    pub since: Day,
}

/// `shown`: what is public of one unit, and where its figures are.
#[derive(Serialize, Deserialize)]
pub struct Shown {
    /// What the one who keeps it chose.
    pub publication: Publication,
    /// Since when.
    pub since: Day,
    /// The units whose figures are shown, the unit itself first.
    pub units: Vec<Unit>,
    /// Who has its sums.
    pub place: Place,
    /// How many units were merged into it.
    pub predecessors: u32,
    /// Those of the units that have some below them, which are shown too; each of these with its kind.
    pub below: Vec<(Place, Vec<(UnitId, String)>)>,
    /// What was done at and below it, each with its unit, the newest first.
    pub actions: Vec<(Unit, Action)>,
}

/// Answers one verb; `None` when it is not one of these. `subject` is what follows the verb.
pub fn answer<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    env: &Env,
    verb: &str,
    subject: &str,
) -> Option<Result<Response, Refused>> {
    let answered = match verb {
        "published" => listed(rows),
        "shown" => shown(rows, asked),
        "publication" | "publish" | "actions" | "add-action" => {
            let unit = UnitId::parse(subject).map_err(|_| Refused::not_found());
            unit.and_then(|unit| of_unit(rows, asked, env, verb, unit))
        }
        "change-action" | "set-action" => of_action(rows, asked, verb, subject),
        _ => return None,
    };
    Some(answered)
}

fn listed<S: Store>(rows: &Directory<S>) -> Result<Response, Refused> {
    let published = rows.published()?.into_iter();
    let listed = published.map(|published| Listed {
        unit: published.unit,
        since: published.since,
    });
    Ok(answer::message(&listed.collect::<Vec<_>>()))
}

fn shown<S: Store>(rows: &Directory<S>, asked: &Asked) -> Result<Response, Refused> {
    let (unit, first): (UnitId, Day) = asked.message()?;
    let (published, units) = rows.shown(&unit, first)?.ok_or_else(Refused::not_found)?;
    let below = crate::export::inner(&units).into_iter().map(|node| {
        let children = rows.children(&node)?;
        Ok((Place::of(rows, node)?, children))
    });
    let predecessors = rows.predecessors(&unit)?.len();
    Ok(answer::message(&Shown {
        publication: published.publication,
        since: published.since,
        place: Place::of(rows, unit.clone())?,
        predecessors: u32::try_from(predecessors).unwrap_or(u32::MAX),
        below: below.collect::<Result<_, Refused>>()?,
        actions: rows.public_actions(&unit)?,
        units,
    }))
}

fn of_unit<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    env: &Env,
    verb: &str,
    unit: UnitId,
) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    Ok(match verb {
        "publication" => {
            let known = rows.publication(session, now, &unit)?;
            let (publication, since) = known.unzip();
            answer::message(&PublicationPage {
                address: public_address(env).map(|site| format!("{site}{unit}")),
                unit,
                publication,
                since,
            })
        }
        "publish" => {
            let wanted: WantedPublication = asked.message()?;
            let forms = rows.forms()?;
            rows.publish(session, now, &unit, wanted.publication.as_ref(), &forms)?;
            answer::done()
        }
        "actions" => answer::message(&Actions {
            actions: rows.actions(session, now, &unit)?,
        }),
        _ => {
            let words: ActionWords = asked.message()?;
            let action = rows.add_action(session, now, &unit, &words)?;
            answer::message(&ActionAdded { action })
        }
    })
}

fn of_action<S: Store>(
    rows: &Directory<S>,
    asked: &Asked,
    verb: &str,
    subject: &str,
) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let (unit, action) = subject.split_once('/').ok_or_else(Refused::not_found)?;
    let unit = UnitId::parse(unit).map_err(|_| Refused::not_found())?;
    if verb == "change-action" {
        let words: ActionWords = asked.message()?;
        rows.change_action(session, now, (&unit, action), &words)?;
    } else {
        let wanted: NewState = asked.message()?;
        rows.set_action(session, now, (&unit, action), wanted.state)?;
    }
    Ok(answer::done())
}

/// Where everybody reads what is public, with a closing slash: `PUBLIC_URL`, or on Cloudflare the public
/// site's host. `None` where neither is known.
fn public_address(env: &Env) -> Option<String> {
    told(env, "PUBLIC_URL")
        .map(|url| format!("{}/", url.trim_end_matches('/')))
        .or_else(|| Some(format!("https://{}/", told(env, "PUBLIC_HOST")?)))
}
