//! The Directory's questions about forms (rule F7), and an object's to it: what its sums name and it does
//! not know is asked for once and kept. Never: a form that changes.

use super::name::ObjectName;
use super::{Ask, Asked, answer};
use crate::forms::Forms;
use crate::refused::Refused;
use crate::store::directory::Directory;
use crate::store::port::Store;
use std::collections::BTreeSet;
use survey::day::Millis;
use survey::id::FormId;
use survey::wire::forms::{FormTaken, Forms as Registry, NewForm};
use survey::wire::write;
use worker::{Env, Response};

/// `form-files`: ids of forms, and the code of one.
pub type Named = (Vec<FormId>, Option<String>);

/// Answers the Directory's questions.
///
/// # Errors
/// What the Directory refuses.
pub(super) fn answer<S: Store>(rows: &Directory<S>, asked: &Asked) -> Result<Response, Refused> {
    let session = asked.session.as_deref();
    Ok(match asked.verb.as_str() {
        "forms" => answer::message(&Registry {
            forms: rows.form_rows(session, asked.now)?,
            now: asked.now,
        }),
        "add-form" => {
            let wanted: NewForm = asked.message()?;
            let id = rows.add_form(session, asked.now, &wanted)?;
            let done = !wanted.dry_run;
            answer::message(&FormTaken { id, done })
        }
        _ => {
            let (ids, code): Named = asked.message()?;
            answer::message(&rows.form_files(&ids, code.as_deref())?)
        }
    })
}

/// The files of forms that sums are of or that are asked for by their code, and that are not known, from
/// the Directory.
///
/// # Errors
/// What the Directory refuses.
pub async fn lacking(
    known: &Forms,
    summed: impl Iterator<Item = FormId>,
    asked: Option<String>,
    env: &Env,
    now: Millis,
) -> Result<Vec<String>, Refused> {
    let ids: BTreeSet<_> = summed.filter(|id| known.code_of(*id).is_none()).collect();
    let code = asked.filter(|code| known.with_code(code).is_none());
    if ids.is_empty() && code.is_none() {
        return Ok(Vec::new());
    }
    let named: Named = (ids.into_iter().collect(), code);
    let ask = Ask::own("form-files", now, write(&named));
    ask.read(&ObjectName::Directory, env).await
}
