//! Answers, and the headers that every one of them carries (rules S8, S9).

use crate::objects::answer;
use crate::refused::Refused;
use serde::Serialize;
use std::cell::RefCell;
use survey::wire;
use worker::{Headers, Response, ResponseBody, ResponseBuilder, Result};

/// How long an answer may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// API answers.
    Never,
    /// Pages and `sw.js`: asked for again each time.
    Ask,
    /// Files whose name carries the hash of their content.
    Forever,
}

const SECURITY: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; media-src 'self'; connect-src 'self'; \
         worker-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), fullscreen=(self), screen-wake-lock=(self)",
    ),
];

/// A new set of headers with everything an answer must have.
///
/// # Errors
/// When the runtime refuses a header, which it does not for these.
pub fn headers(content_type: &str, keep: Keep) -> Result<Headers> {
    let headers = Headers::new();
    for (name, value) in SECURITY {
        headers.set(name, value)?;
    }
    headers.set("content-type", content_type)?;
    headers.set(
        "cache-control",
        match keep {
            Keep::Never => "no-store",
            Keep::Ask => "no-cache",
            Keep::Forever => "public, max-age=31536000, immutable",
        },
    )?;
    Ok(headers)
}

const JSON: &str = "application/json";

thread_local! {
    /// The headers of every API answer: to copy them is one call to the runtime, to make them is nine.
    static OF_JSON: RefCell<Option<Headers>> = const { RefCell::new(None) };
}

fn json_headers() -> Result<Headers> {
    if let Some(made) = OF_JSON.with_borrow(Clone::clone) {
        return Ok(made);
    }
    let made = headers(JSON, Keep::Never)?;
    OF_JSON.replace(Some(made.clone()));
    Ok(made)
}

/// A message of the wire.
///
/// # Errors
/// As [`headers`].
pub fn message<M: Serialize>(message: &M) -> Result<Response> {
    json(wire::write(message))
}

/// A text that is JSON already.
///
/// # Errors
/// As [`headers`].
pub fn json(text: String) -> Result<Response> {
    Ok(ResponseBuilder::new()
        .with_headers(json_headers()?)
        .fixed(text.into_bytes()))
}

/// Done, and nothing to say.
///
/// # Errors
/// As [`headers`].
pub fn done() -> Result<Response> {
    json("{}".to_owned())
}

/// A refusal.
///
/// # Errors
/// As [`headers`].
pub fn refused(refused: &Refused) -> Result<Response> {
    let headers = json_headers()?;
    if let Some(wait_s) = refused.wait_s {
        headers.set(answer::WAIT, &wait_s.to_string())?;
    }
    Ok(ResponseBuilder::new()
        .with_status(refused.code.status())
        .with_headers(headers)
        .fixed(wire::write(&refused.body()).into_bytes()))
}

/// What an object answered, with the headers of this server.
///
/// # Errors
/// As [`headers`].
pub fn relayed(response: Response) -> Result<Response> {
    let headers = json_headers()?;
    if let Some(cookie) = response.headers().get(answer::COOKIE)? {
        headers.set(answer::COOKIE, &cookie)?;
    }
    if let Some(cookie) = response.headers().get(answer::BROWSER_COOKIE)? {
        headers.append(answer::COOKIE, &cookie)?;
    }
    with(response, headers)
}

/// The same of what an object answered a device, which has no cookies.
///
/// # Errors
/// As [`headers`].
pub fn relayed_to_device(response: Response) -> Result<Response> {
    with(response, json_headers()?)
}

fn with(response: Response, headers: Headers) -> Result<Response> {
    let status = response.status_code();
    if status != 200
        && let Some(wait) = response.headers().get(answer::WAIT)?
    {
        headers.set(answer::WAIT, &wait)?;
    }
    let (_, body) = response.into_parts();
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_headers(headers)
        .body(body))
}

/// The same answer without its body, as HEAD wants it.
#[must_use]
pub fn without_body(response: Response) -> Response {
    let (builder, _) = response.into_parts();
    builder.body(ResponseBody::Empty)
}
