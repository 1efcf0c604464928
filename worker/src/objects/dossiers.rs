//! What the Directory is asked about dossiers, and who may read what stands beside figures. Never: a
//! decision.

use super::directory::Place;
use super::{Asked, answer};
use crate::access::Act;
use crate::beside::Beside;
use crate::dossiers;
use crate::refused::Refused;
use crate::store::directory::Directory;
use crate::store::port::Store;
use survey::id::UnitId;
use survey::wire::dossiers::{DossierOutcome, DossierSheet, Dossiers, WantedDossiers};
use survey::wire::review::Review;
use worker::Response;

/// Answers one verb.
///
/// # Errors
/// What the Directory refuses.
pub fn answer<S: Store>(rows: &Directory<S>, asked: &Asked) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let outcome = match asked.verb.as_str() {
        "dossiers" => {
            let counts = rows.dossiers(session, now)?;
            return Ok(answer::message(&Dossiers { counts }));
        }
        "dossiers-put" => {
            let wanted: WantedDossiers = asked.message()?;
            let counts: Vec<_> = (1..).zip(wanted.counts).collect();
            rows.change_dossiers(session, now, &counts, wanted.dry_run)?
        }
        "dossiers-import" => {
            let wanted: DossierSheet = asked.message()?;
            // A stranger's file is not read.
            rows.who(session, now)?;
            match dossiers::read(&wanted.csv) {
                Ok(counts) => rows.change_dossiers(session, now, &counts, wanted.dry_run)?,
                Err(errors) => DossierOutcome {
                    errors,
                    ..DossierOutcome::default()
                },
            }
        }
        "review-comment" => {
            let (unit, decision): (UnitId, Option<Review>) = asked.message()?;
            match decision {
                Some(_) => rows.permit_review(session, now, &unit, decision)?,
                None => rows.permit(session, now, Act::ReviewComments, &unit)?,
            }
            if !rows.counts(&unit)? {
                return Err(Refused::not_found());
            }
            return Ok(answer::done());
        }
        verb => return beside(rows, asked, verb),
    };
    Ok(answer::message(&outcome))
}

/// Permits one of the questions beside the figures, and says where to put it, and whether its answer may
/// tell of what people answered (rule S4).
fn beside<S: Store>(rows: &Directory<S>, asked: &Asked, verb: &str) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    let (unit, query): (UnitId, String) = asked.message()?;
    let figures = rows.permit(session, now, Act::SeeFigures, &unit);
    let sees_figures = figures.is_ok();
    match verb {
        "beside/comments" => rows.permit_comments(session, now, &unit)?,
        "beside/review" => rows.permit_review(session, now, &unit, None)?,
        "beside/coverage" => rows.permit(session, now, Act::SeeCoverage, &unit)?,
        _ => figures?,
    }
    let place = Place::of(rows, unit.clone())?;
    let children = if verb == "beside/children" {
        rows.children(&unit)?
    } else {
        Vec::new()
    };
    let eligible = if verb == "beside/coverage" {
        rows.eligible(&unit)?
    } else {
        Vec::new()
    };
    let fields = if verb == "beside/breakdown" {
        rows.fields(&unit)?
    } else {
        Vec::new()
    };
    let above = if verb == "beside/breakdown" {
        let path = rows.path(&unit)?.into_iter().skip(1);
        path.map(|above| above.id).collect()
    } else {
        Vec::new()
    };
    let sought = Beside {
        unit,
        query,
        children,
        eligible,
        above,
        fields,
    };
    Ok(answer::message(&(place, sought, sees_figures)))
}
