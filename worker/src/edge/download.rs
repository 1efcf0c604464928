//! Files to keep: an attachment with its number of rows and its hash (rule S11).

use super::reply::{self, Keep};
use crate::access::token;
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{clock, session};
use worker::{Env, Request, Response, ResponseBuilder};

/// Answers with a file that the Directory writes: RFC 4180 with a byte order mark.
///
/// # Errors
/// What the Directory refuses.
pub async fn csv(
    request: &Request,
    env: &Env,
    verb: &str,
    name: &str,
) -> Result<Response, Refused> {
    let query = request.url()?.query().unwrap_or_default().to_owned();
    let mut ask = Ask::own(verb, clock::now(env).await?, survey::wire::write(&query));
    ask.session = session(request)?;
    let text: String = ask.read(&ObjectName::Directory, env).await?;
    let headers = reply::headers("text/csv; charset=utf-8", Keep::Never)?;
    let kept_as = format!("attachment; filename=\"{name}\"");
    headers.set("content-disposition", &kept_as)?;
    // A cell may hold a line end, so rows are counted by what ends one outside of quotes.
    let rows = text.split('"').step_by(2);
    let rows: usize = rows.map(|part| part.matches("\r\n").count()).sum();
    headers.set("x-rows", &rows.saturating_sub(1).to_string())?;
    headers.set("x-sha256", &token::digest(&text))?;
    Ok(ResponseBuilder::new()
        .with_headers(headers)
        .fixed(text.into_bytes()))
}
