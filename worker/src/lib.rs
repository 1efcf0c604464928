//! The fetch event and its routes. Never: decisions.

pub mod access;
pub mod alerts;
mod beside;
mod clock;
pub mod dossiers;
mod edge;
pub mod export;
mod forms;
mod objects;
pub mod page;
mod post;
pub mod public;
pub mod refused;
pub mod sheet;
pub mod store;
mod traffic;
pub mod tree_change;
mod watch;

use access::token;
use edge::export::Kind;
use edge::path::{key_in, name_in, unit_in};
use edge::site::Site;
use edge::{body, download, files, overview, reply};
use objects::Ask;
use objects::name::ObjectName;
use refused::Refused;
use survey::id::DeviceId;
use survey::wire::batch::MOST_BYTES_TAKEN;
use survey::wire::code::Code;
use survey::wire::forms::MOST_FORM_BYTES;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::{Context, Env, Method, Request, Response, Result, event};

/// Bytes of a file of units: the whole country takes a third of it.
const MOST_BYTES_OF_A_SHEET: usize = 1 << 20;

/// Bytes of a message with a form's file in it, as a text within JSON.
const MOST_BYTES_OF_A_FORM: usize = 2 * MOST_FORM_BYTES;

/// Answers one request.
///
/// # Errors
/// When the runtime refuses to build a response.
#[event(fetch)]
pub async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let is_head = request.method() == Method::Head;
    let (site, path) = (Site::of(&request, &env), request.path());
    let answer = match site {
        Some(site) => route(site, request, &env).await,
        None => Err(Refused::not_found()),
    };
    let mut response = answer.or_else(|refused| reply::refused(&refused))?;
    if let (Some(site), 405) = (site, response.status_code()) {
        let methods = edge::allow::methods(site, &path);
        response.headers_mut().set("allow", methods)?;
    }
    traffic::answered(site.map_or("none", Site::name), response.status_code());
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

async fn route(site: Site, request: Request, env: &Env) -> Answer {
    // The crate takes a method that it does not know for GET.
    if request.method() == Method::Get && request.inner().method() != "GET" {
        return Err(bad_method());
    }
    let path = request.path();
    let segments: Vec<_> = path.trim_start_matches('/').split('/').collect();
    match (site, segments.as_slice()) {
        (Site::Watch, rest) => edge::watch::answer(request, env, rest).await,
        (Site::Public, _) => edge::public::answer(&request, env).await,
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
            to_device(ask, &directory, env).await
        }
        (["units", unit, "batches"], Method::Post) => {
            let unit = unit_in(unit)?;
            if !edge::ledgers::has(&unit, env).await {
                return Err(Refused::unknown_device());
            }
            let ledger = ObjectName::Ledger(unit);
            let ask = signed(request, env, "batch", MOST_BYTES_TAKEN).await?;
            to_device(ask, &ledger, env).await
        }
        (["device", "config"], Method::Get | Method::Head) => {
            let (signature, device) = (signature(&request)?, device(&request)?);
            let mut ask = Ask::own(
                "config",
                clock::now(env).await?,
                survey::wire::write(&device),
            );
            ask.signature = Some(signature);
            to_device(ask, &directory, env).await
        }
        (["rescue"], Method::Post) => edge::rescue::by_device(request, env).await,
        (["enrol" | "rescue"] | ["units", _, "batches"] | ["device", "config"], _) => {
            Err(bad_method())
        }
        _ => Err(Refused::not_found()),
    }
}

/// The managers' and operators' routes. Each asks the Directory who is signed in.
#[expect(
    clippy::too_many_lines,
    reason = "one table of routes reads best whole"
)]
async fn manager(request: Request, env: &Env, path: &[&str]) -> Answer {
    let directory = ObjectName::Directory;
    // A monitor's token is none of these.
    edge::key::admit(&request, env, path).await?;
    match (path, request.method()) {
        (
            [
                "setup" | "session" | "sessions" | "passkeys" | "accounts" | "audit" | "audit.csv"
                | "keys" | "alerts",
                ..,
            ],
            _,
        ) => people(request, env, path).await,
        (["units"], Method::Post) => told("add-units", request, env, &directory).await,
        (["units"], Method::Get | Method::Head) => asked("units", &request, env, &directory).await,
        (["units"], Method::Put) => {
            let ask = written("change-units", request, env, MOST_BYTES_OF_A_SHEET).await?;
            relay(ask, &directory, env).await
        }
        (["units", "import"], Method::Post) => {
            let ask = written("import-units", request, env, MOST_BYTES_OF_A_SHEET).await?;
            relay(ask, &directory, env).await
        }
        (["units.csv"], Method::Get | Method::Head) => {
            download::csv(&request, env, "units-file", "units.csv").await
        }
        (["units", unit, "enrolment-codes"], Method::Post) => {
            let verb = format!("draw-code/{}", unit_in(unit)?);
            told(&verb, request, env, &directory).await
        }
        (["units", unit, "figures"], Method::Get | Method::Head) => {
            overview::figures(&request, env, unit_in(unit)?).await
        }
        (["units", unit, "figures.csv"], Method::Get | Method::Head) => {
            edge::export::answer(&request, env, unit_in(unit)?, Kind::Csv).await
        }
        (["units", unit, "figures.xlsx"], Method::Get | Method::Head) => {
            edge::export::answer(&request, env, unit_in(unit)?, Kind::Xlsx).await
        }
        (["units", unit, "live"], Method::Get | Method::Head) => {
            overview::live(&request, env, unit_in(unit)?).await
        }
        (
            [
                "units",
                unit,
                what @ ("trend" | "children" | "coverage" | "comments" | "breakdown" | "review"),
            ],
            Method::Get | Method::Head,
        ) => edge::beside::answer(&request, env, unit_in(unit)?, what).await,
        (["units", unit, "review"], Method::Post) => {
            edge::beside::review(request, env, unit_in(unit)?).await
        }
        (["units", unit, "resolvers"], Method::Get | Method::Head) => {
            edge::resolvers::answer(&request, env, unit_in(unit)?).await
        }
        (["units", unit, "history"], Method::Get | Method::Head) => {
            let verb = format!("history/{}", unit_in(unit)?);
            asked(&verb, &request, env, &directory).await
        }
        (
            [
                "units",
                _,
                "publication" | "actions" | "context" | "target" | "portal" | "fields",
            ]
            | ["units", _, "actions", _]
            | ["units", _, "actions", _, "state"],
            _,
        ) => edge::unit::answer(request, env, path).await,
        (["dossiers", ..], _) => dossiers(request, env, path).await,
        (["devices"], Method::Get | Method::Head) => overview::devices(&request, env).await,
        (["server"], Method::Get | Method::Head) => edge::watch::by_account(&request, env).await,
        (["health" | "metrics"], _) => edge::watch::by_token(request, env, path).await,
        (["devices", device, "revoke"], Method::Post) => {
            let device = DeviceId::parse(device).map_err(|_| Refused::not_found())?;
            told(&format!("revoke/{device}"), request, env, &directory).await
        }
        (["rescue"], Method::Post) => edge::rescue::by_account(request, env).await,
        (["rescue", "keys"], Method::Post) => told("change-key", request, env, &directory).await,
        (["forms"], Method::Get | Method::Head) => asked("forms", &request, env, &directory).await,
        (["forms"], Method::Post) => {
            let ask = written("add-form", request, env, MOST_BYTES_OF_A_FORM).await?;
            relay(ask, &directory, env).await
        }
        (["quarantine"], Method::Get | Method::Head) => edge::quarantine::list(&request, env).await,
        (["quarantine"], Method::Post) => edge::quarantine::decide(request, env).await,
        (
            [
                "devices",
                device,
                verb @ ("config" | "move" | "replacement-codes"),
            ],
            method,
        ) => {
            let verb = match (*verb, method) {
                ("config", Method::Put) => "configure",
                ("move", Method::Post) => "move",
                ("replacement-codes", Method::Post) => "replacement-code",
                _ => return Err(bad_method()),
            };
            told(&format!("{verb}/{device}"), request, env, &directory).await
        }
        (
            ["units" | "units.csv" | "devices" | "rescue" | "quarantine" | "server" | "forms"]
            | ["units", "import"]
            | [
                "units",
                _,
                "trend" | "children" | "coverage" | "comments" | "breakdown" | "review"
                | "enrolment-codes" | "figures" | "figures.csv" | "figures.xlsx" | "live"
                | "resolvers" | "history",
            ]
            | ["rescue", "keys"]
            | ["devices", _, "revoke"],
            _,
        ) => Err(bad_method()),
        _ => Err(Refused::not_found()),
    }
}

/// How many dossiers each unit had.
async fn dossiers(request: Request, env: &Env, path: &[&str]) -> Answer {
    let directory = ObjectName::Directory;
    match (path, request.method()) {
        (["dossiers"], Method::Get | Method::Head) => {
            asked("dossiers", &request, env, &directory).await
        }
        (["dossiers"], Method::Put) => {
            let ask = written("dossiers-put", request, env, MOST_BYTES_OF_A_SHEET).await?;
            relay(ask, &directory, env).await
        }
        (["dossiers", "import"], Method::Post) => {
            let ask = written("dossiers-import", request, env, MOST_BYTES_OF_A_SHEET).await?;
            relay(ask, &directory, env).await
        }
        (["dossiers"] | ["dossiers", "import"], _) => Err(bad_method()),
        _ => Err(Refused::not_found()),
    }
}

/// Who is who: the first operator, sessions, accounts, the audit log.
async fn people(request: Request, env: &Env, path: &[&str]) -> Answer {
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
        (["session", "proof"], Method::Post) => told("prove", request, env, &directory).await,
        (["session", "password"], Method::Put) => {
            told("change-password", request, env, &directory).await
        }
        (["session", "challenge"], Method::Get | Method::Head) => {
            asked("challenge", &request, env, &directory).await
        }
        (["session", "passkey"], Method::Post) => {
            told("sign-in-passkey", request, env, &directory).await
        }
        (["session", "passkey", "proof"], Method::Post) => {
            told("prove-passkey", request, env, &directory).await
        }
        (["passkeys"], Method::Get | Method::Head) => {
            asked("passkeys", &request, env, &directory).await
        }
        (["passkeys"], Method::Post) => told("add-passkey", request, env, &directory).await,
        (["passkeys", id], Method::Delete) => {
            body::same_origin(&request, true)?;
            let verb = format!("drop-passkey/{}", key_in(id)?);
            asked(&verb, &request, env, &directory).await
        }
        (["keys"], Method::Get | Method::Head) => asked("keys", &request, env, &directory).await,
        (["keys"], Method::Post) => told("make-key", request, env, &directory).await,
        (["alerts"], Method::Get | Method::Head) => {
            asked("alerts", &request, env, &directory).await
        }
        (["alerts"], Method::Post) => told("add-alert", request, env, &directory).await,
        (["alerts", id, "test"], Method::Post) => {
            let verb = format!("test-alert/{}", key_in(id)?);
            told(&verb, request, env, &directory).await
        }
        (["alerts", id], Method::Delete) => {
            body::same_origin(&request, true)?;
            let verb = format!("drop-alert/{}", key_in(id)?);
            asked(&verb, &request, env, &directory).await
        }
        (["keys", id], Method::Delete) => {
            body::same_origin(&request, true)?;
            let verb = format!("revoke-key/{}", key_in(id)?);
            asked(&verb, &request, env, &directory).await
        }
        (["sessions"], Method::Delete) => {
            body::same_origin(&request, true)?;
            asked("sign-out-everywhere", &request, env, &directory).await
        }
        (["accounts"], Method::Post) => told("add-account", request, env, &directory).await,
        (["accounts"], Method::Get | Method::Head) => {
            asked("accounts", &request, env, &directory).await
        }
        (["accounts", account, what @ ("grants" | "password")], Method::Put) => {
            let act = if *what == "grants" {
                "set-grants"
            } else {
                "recover"
            };
            told(
                &format!("{act}/{}", name_in(account)?),
                request,
                env,
                &directory,
            )
            .await
        }
        (["audit"], Method::Get | Method::Head) => {
            let query = request.url()?.query().unwrap_or_default().to_owned();
            let mut ask = Ask::own("audit", clock::now(env).await?, survey::wire::write(&query));
            ask.session = session(&request)?;
            relay(ask, &directory, env).await
        }
        (["audit.csv"], Method::Get | Method::Head) => {
            download::csv(&request, env, "audit-file", "audit.csv").await
        }
        (
            [
                "setup" | "session" | "sessions" | "passkeys" | "accounts" | "audit" | "audit.csv"
                | "keys" | "alerts",
            ]
            | ["session", "proof" | "password" | "challenge" | "passkey"]
            | ["session", "passkey", "proof"]
            | ["passkeys" | "keys" | "alerts", _]
            | ["alerts", _, "test"]
            | ["accounts", _, "grants" | "password"],
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
pub(crate) fn signature(request: &Request) -> std::result::Result<(String, String), Refused> {
    let made = request.headers().get("x-device-signature")?;
    Ok((made.unwrap_or_default(), request.path()))
}

/// The device that says it is asking.
pub(crate) fn device(request: &Request) -> std::result::Result<DeviceId, Refused> {
    let device = request.headers().get("x-device")?.unwrap_or_default();
    DeviceId::parse(&device).map_err(|_| {
        let message = "Send X-Device with the id from the enrolment.";
        Refused::new(Code::UnknownDevice, message)
    })
}

/// A write by somebody with a page of this site open.
pub(crate) async fn told(verb: &str, request: Request, env: &Env, object: &ObjectName) -> Answer {
    let ask = written(verb, request, env, body::MOST_BYTES).await?;
    relay(ask, object, env).await
}

/// The same, not asked yet.
async fn written<'a>(
    verb: &'a str,
    mut request: Request,
    env: &Env,
    most_bytes: usize,
) -> std::result::Result<Ask<'a>, Refused> {
    body::same_origin(&request, true)?;
    if most_bytes > body::MOST_BYTES {
        signed_in(&request, env).await?;
    }
    let body = body::read(&mut request, most_bytes).await?;
    body::must_not_be_a_list(&body)?;
    let mut ask = Ask::own(verb, clock::now(env).await?, body);
    ask.session = session(&request)?;
    ask.browser = browser(&request)?;
    ask.origin = request.headers().get("origin")?;
    Ok(ask)
}

/// Refuses who is not signed in, before a large body is taken in: a stranger's fills no memory.
pub(crate) async fn signed_in(request: &Request, env: &Env) -> std::result::Result<(), Refused> {
    let mut ask = Ask::own("session", clock::now(env).await?, Vec::new());
    ask.session = session(request)?;
    let known: std::result::Result<serde_json::Value, _> =
        ask.read(&ObjectName::Directory, env).await;
    known.map(drop)
}

/// A read by somebody who may be signed in.
pub(crate) async fn asked(verb: &str, request: &Request, env: &Env, object: &ObjectName) -> Answer {
    let mut ask = Ask::own(verb, clock::now(env).await?, Vec::new());
    ask.session = session(request)?;
    relay(ask, object, env).await
}

async fn relay(ask: Ask<'_>, object: &ObjectName, env: &Env) -> Answer {
    Ok(reply::relayed(ask.of(object, env).await?)?)
}

/// As [`relay`], for a device.
async fn to_device(ask: Ask<'_>, object: &ObjectName, env: &Env) -> Answer {
    Ok(reply::relayed_to_device(ask.of(object, env).await?)?)
}

/// SHA-256 of the session's token in a request's cookie; what an API key is known by where there is one,
/// and then no cookie is read.
pub(crate) fn session(request: &Request) -> std::result::Result<Option<String>, Refused> {
    if let Some(key) = edge::key::of(request)? {
        return Ok(Some(key));
    }
    let cookies = request.headers().get("cookie")?;
    Ok(cookies
        .as_deref()
        .and_then(token::in_cookies)
        .map(token::digest))
}

/// SHA-256 of the token by which a request's browser may be known.
fn browser(request: &Request) -> std::result::Result<Option<String>, Refused> {
    let cookies = request.headers().get("cookie")?;
    let token = cookies.as_deref().and_then(token::browser_in_cookies);
    Ok(token.map(token::digest))
}

pub(crate) fn bad_method() -> Refused {
    Refused::new(Code::BadMethod, "This route has no such method.")
}
