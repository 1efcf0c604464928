//! The fetch event and its routes. Never: decisions.

mod access;
mod clock;
mod edge;
mod forms;
mod objects;
mod page;
mod post;
pub mod refused;
pub mod store;

use access::token;
use edge::site::Site;
use edge::{body, files, overview, reply};
use objects::Ask;
use objects::name::ObjectName;
use refused::Refused;
use survey::id::{DeviceId, UnitId};
use survey::wire::batch::MOST_BYTES_TAKEN;
use survey::wire::code::Code;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, Method, Request, Response, Result, event};

/// Answers one request.
///
/// # Errors
/// When the runtime refuses to build a response.
#[event(fetch)]
pub async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let is_head = request.method() == Method::Head;
    let answer = route(request, &env).await;
    let response = answer.or_else(|refused| reply::refused(&refused))?;
    Ok(if is_head {
        reply::without_body(response)
    } else {
        response
    })
}

/// The answer to a request during which the code panicked; `entry.mjs` asks for it.
///
/// # Errors
/// When the runtime refuses to build a response.
#[wasm_bindgen]
pub fn failure() -> std::result::Result<worker::web_sys::Response, wasm_bindgen::JsValue> {
    Ok(reply::refused(&Refused::broken("a request ended in a panic"))?.into())
}

async fn route(request: Request, env: &Env) -> Answer {
    let site = Site::of(&request, env).ok_or_else(Refused::not_found)?;
    let path = request.path();
    let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match (site, segments.as_slice()) {
        (Site::Counter, ["v1", rest @ ..]) => counter(request, env, rest).await,
        (Site::Manager, ["v1", "test", rest @ ..]) if clock::is_settable(env) => {
            edge::test::answer(request, env, rest).await
        }
        (Site::Manager, ["v1", rest @ ..]) => manager(request, env, rest).await,
        _ => match request.method() {
            Method::Get | Method::Head => files::answer(site, &path, env).await,
            _ => Err(bad_method()),
        },
    }
}

type Answer = std::result::Result<Response, Refused>;

/// The devices' routes. No cookie is looked at here, and nothing answers with a figure.
async fn counter(request: Request, env: &Env, path: &[&str]) -> Answer {
    let directory = ObjectName::Directory;
    match (path, request.method()) {
        (["enrol"], Method::Post) => {
            let ask = signed(request, env, "enrol", body::MOST_BYTES).await?;
            relay(ask, &directory, env).await
        }
        (["units", unit, "batches"], Method::Post) => {
            let unit = unit_in(unit)?;
            if !edge::ledgers::has(&unit, env).await {
                return Err(Refused::unknown_device());
            }
            let ledger = ObjectName::Ledger(unit);
            let ask = signed(request, env, "batch", MOST_BYTES_TAKEN).await?;
            relay(ask, &ledger, env).await
        }
        (["device", "config"], Method::Get | Method::Head) => {
            let device = request.headers().get("x-device")?.unwrap_or_default();
            let signature = signature(&request)?;
            let device = DeviceId::parse(&device).map_err(|_| {
                let message = "Send X-Device with the id from the enrolment.";
                Refused::new(Code::UnknownDevice, message)
            })?;
            let mut ask = Ask::own(
                "config",
                clock::now(env).await?,
                survey::wire::write(&device),
            );
            ask.signature = Some(signature);
            relay(ask, &directory, env).await
        }
        (["enrol"] | ["units", _, "batches"] | ["device", "config"], _) => Err(bad_method()),
        _ => Err(Refused::not_found()),
    }
}

/// The managers' and operators' routes. Each asks the Directory who is signed in.
async fn manager(request: Request, env: &Env, path: &[&str]) -> Answer {
    let directory = ObjectName::Directory;
    match (path, request.method()) {
        (["setup"], Method::Post) => told("set-up", request, env, &directory).await,
        (["session"], Method::Post) => told("sign-in", request, env, &directory).await,
        (["session"], Method::Delete) => {
            body::same_origin(&request, true)?;
            asked("sign-out", &request, env, &directory).await
        }
        (["session"], Method::Get | Method::Head) => {
            asked("session", &request, env, &directory).await
        }
        (["accounts"], Method::Post) => told("add-account", request, env, &directory).await,
        (["units"], Method::Post) => told("add-units", request, env, &directory).await,
        (["units"], Method::Get | Method::Head) => asked("units", &request, env, &directory).await,
        (["units", unit, "enrolment-codes"], Method::Post) => {
            let verb = format!("draw-code/{}", unit_in(unit)?);
            told(&verb, request, env, &directory).await
        }
        (["units", unit, "figures"], Method::Get | Method::Head) => {
            overview::figures(&request, env, unit_in(unit)?).await
        }
        (["units", unit, "live"], Method::Get | Method::Head) => {
            overview::live(&request, env, unit_in(unit)?).await
        }
        (["devices"], Method::Get | Method::Head) => overview::devices(&request, env).await,
        (["devices", device, "revoke"], Method::Post) => {
            let device = DeviceId::parse(device).map_err(|_| Refused::not_found())?;
            told(&format!("revoke/{device}"), request, env, &directory).await
        }
        (
            ["setup" | "session" | "accounts" | "units" | "devices"]
            | ["units", _, "enrolment-codes" | "figures" | "live"]
            | ["devices", _, "revoke"],
            _,
        ) => Err(bad_method()),
        _ => Err(Refused::not_found()),
    }
}

/// A signed write by a device.
async fn signed<'a>(
    mut request: Request,
    env: &Env,
    verb: &'a str,
    most_bytes: usize,
) -> std::result::Result<Ask<'a>, Refused> {
    body::same_origin(&request, false)?;
    let signature = signature(&request)?;
    let body = body::read(&mut request, most_bytes).await?;
    let mut ask = Ask::own(verb, clock::now(env).await?, body);
    ask.signature = Some(signature);
    Ok(ask)
}

/// The signature that a device sent, empty where it sent none, with the path that it signs.
fn signature(request: &Request) -> std::result::Result<(String, String), Refused> {
    let made = request.headers().get("x-device-signature")?;
    Ok((made.unwrap_or_default(), request.path()))
}

/// A write by somebody with a page of this site open.
async fn told(verb: &str, mut request: Request, env: &Env, object: &ObjectName) -> Answer {
    body::same_origin(&request, true)?;
    let body = body::read(&mut request, body::MOST_BYTES).await?;
    let mut ask = Ask::own(verb, clock::now(env).await?, body);
    ask.session = session(&request)?;
    relay(ask, object, env).await
}

/// A read by somebody who may be signed in.
async fn asked(verb: &str, request: &Request, env: &Env, object: &ObjectName) -> Answer {
    let mut ask = Ask::own(verb, clock::now(env).await?, Vec::new());
    ask.session = session(request)?;
    relay(ask, object, env).await
}

async fn relay(ask: Ask<'_>, object: &ObjectName, env: &Env) -> Answer {
    Ok(reply::relayed(ask.of(object, env).await?)?)
}

/// SHA-256 of the session's token in a request's cookie.
pub(crate) fn session(request: &Request) -> std::result::Result<Option<String>, Refused> {
    let cookies = request.headers().get("cookie")?;
    Ok(cookies
        .as_deref()
        .and_then(token::in_cookies)
        .map(token::digest))
}

fn unit_in(segment: &str) -> std::result::Result<UnitId, Refused> {
    UnitId::parse(segment).map_err(|_| Refused::not_found())
}

fn bad_method() -> Refused {
    Refused::new(Code::BadMethod, "This route has no such method.")
}
