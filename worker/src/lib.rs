//! The fetch event and its routes. Never: decisions.
use worker::{Context, Env, Request, Response, Result, event};

/// Answers one request.
///
/// # Errors
/// When the runtime refuses to build a response.
#[event(fetch)]
pub async fn fetch(_request: Request, _env: Env, _context: Context) -> Result<Response> {
    Response::error("not built yet", 501)
}
