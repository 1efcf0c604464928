//! What an object answers with; the edge adds what a stranger may see beside it.

use crate::access::token;
use crate::refused::Refused;
use serde::Serialize;
use survey::wire;
use worker::{Headers, Response, ResponseBuilder, Result};

/// The header that tells a browser to keep or drop a session.
pub const COOKIE: &str = "set-cookie";
/// The same for the token by which a browser is known; the edge sends it under the same name.
pub const BROWSER_COOKIE: &str = "x-set-browser-cookie";
/// The header that says how many seconds to wait.
pub const WAIT: &str = "retry-after";

/// A message of the wire.
#[must_use]
pub fn message<M: Serialize>(message: &M) -> Response {
    ResponseBuilder::new().fixed(wire::write(message).into_bytes())
}

/// Done, and nothing to say.
#[must_use]
pub fn done() -> Response {
    ResponseBuilder::new().fixed(b"{}".to_vec())
}

/// Done, and a session's token for the browser.
///
/// # Errors
/// When the runtime refuses a header.
pub fn with_session(session: &str) -> std::result::Result<Response, Refused> {
    let response = done();
    response.headers().set(COOKIE, &token::cookie(session))?;
    Ok(response)
}

/// A refusal.
///
/// # Errors
/// When the runtime refuses a header.
pub fn refused(refused: &Refused) -> Result<Response> {
    let headers = Headers::new();
    if let Some(wait_s) = refused.wait_s {
        headers.set(WAIT, &wait_s.to_string())?;
    }
    Ok(ResponseBuilder::new()
        .with_status(refused.code.status())
        .with_headers(headers)
        .fixed(wire::write(&refused.body()).into_bytes()))
}
