//! Who may see how the server is, and what is gathered for it: on the watch socket of a machine of one's
//! own, with the operator's token elsewhere, or by an account (docs/adr/0023). Never: a figure.

use super::{body, reply};
use crate::access::token;
use crate::objects::Ask;
use crate::objects::ledger::LedgerState;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::watch::{Facts, Ledgers, Watched};
use crate::{clock, session, traffic};
use futures_util::future::join_all;
use std::cell::RefCell;
use survey::day::{MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::watch::{Level, Machine};
use survey::wire::write;
use worker::wasm_bindgen::JsValue;
use worker::{Env, Method, Request, Response, ResponseBuilder};

/// Asking all Ledgers wakes them: whoever looks more often sees what was gathered last.
const GATHERED_FOR_MS: i64 = 5 * MINUTE_MS;
/// Ledgers asked at a time.
const AT_ONCE: usize = 50;
/// A token that can be guessed is none.
const SHORTEST_TOKEN: usize = 32;

thread_local! {
    static GATHERED: RefCell<Option<(Millis, Ledgers)>> = const { RefCell::new(None) };
}

/// Answers on the watch socket.
///
/// # Errors
/// What the objects refuse.
pub async fn answer(request: Request, env: &Env, path: &[&str]) -> Result<Response, Refused> {
    match (path, request.method()) {
        (["machine"], Method::Put) => machine(request, env).await,
        (["health"], Method::Get | Method::Head) => health(env).await,
        (["metrics"], Method::Get | Method::Head) => metrics(env).await,
        (["health" | "metrics" | "machine"], _) => Err(crate::bad_method()),
        _ => Err(Refused::not_found()),
    }
}

/// `GET /v1/health` and `GET /v1/metrics` on the manager's site, for who holds the token that is bound as
/// `WATCH_TOKEN`. Where none is bound the routes do not exist.
///
/// # Errors
/// [`Code::NotFound`] without the right token.
pub async fn by_token(request: Request, env: &Env, path: &[&str]) -> Result<Response, Refused> {
    if !holds(&request, bound(env, "WATCH_TOKEN").as_deref())? {
        return Err(Refused::not_found());
    }
    match path {
        ["machine"] => Err(Refused::not_found()),
        path => answer(request, env, path).await,
    }
}

/// `GET /v1/server`: the checks, for an account that may see them.
///
/// # Errors
/// [`Code::SignedOut`], [`Code::NotAllowed`].
pub async fn by_account(request: &Request, env: &Env) -> Result<Response, Refused> {
    let now = clock::now(env).await?;
    let mut ask = Ask::own("watched", now, Vec::new());
    ask.session = session(request)?;
    let watched: Watched = ask.read(&ObjectName::Directory, env).await?;
    let facts = with_ledgers(watched, now, env).await;
    Ok(reply::message(&facts.health())?)
}

/// 503 where something has to be looked at today, so that a monitor that reads nothing sees it.
async fn health(env: &Env) -> Result<Response, Refused> {
    let health = facts(env).await?.health();
    let status = if health.level == Level::Alarm {
        503
    } else {
        200
    };
    Ok(ResponseBuilder::new()
        .with_status(status)
        .with_headers(reply::headers("application/json", reply::Keep::Never)?)
        .fixed(write(&health).into_bytes()))
}

async fn metrics(env: &Env) -> Result<Response, Refused> {
    let text = facts(env).await?.metrics(&traffic::so_far());
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    Ok(ResponseBuilder::new()
        .with_headers(reply::headers(kind, reply::Keep::Never)?)
        .fixed(text.into_bytes()))
}

/// `PUT /machine`: what the program around the server tells of its machine, with the token that it drew
/// when it started the runtime.
async fn machine(mut request: Request, env: &Env) -> Result<Response, Refused> {
    if !holds(&request, bound(env, "MACHINE_TOKEN").as_deref())? {
        let message = "Only the program that started this server may tell of its machine.";
        return Err(Refused::new(Code::NotAllowed, message));
    }
    let bytes = body::read(&mut request, body::MOST_BYTES).await?;
    let told: Machine = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| survey::wire::read(text).ok())
        .ok_or_else(|| {
            let message = "The body is not what a machine tells of itself.";
            Refused::new(Code::BadRequest, message)
        })?;
    let ask = Ask::own("machine", clock::now(env).await?, write(&told));
    let _: serde_json::Value = ask.read(&ObjectName::Directory, env).await?;
    Ok(reply::done()?)
}

/// The token that is bound under a name.
fn bound(env: &Env, name: &str) -> Option<String> {
    // What the surroundings do not say is null, which is no text.
    let bound = env.var(name).ok().map(JsValue::from);
    let bound = bound.and_then(|value| value.as_string());
    bound.filter(|token| token.len() >= SHORTEST_TOKEN)
}

/// Whether a request carries this token. Compared as digests: the time it takes says nothing about the
/// token.
fn holds(request: &Request, token: Option<&str>) -> Result<bool, Refused> {
    let given = request.headers().get("authorization")?.unwrap_or_default();
    let given = given.strip_prefix("Bearer ").unwrap_or_default();
    Ok(token.is_some_and(|token| token::digest(token) == token::digest(given)))
}

async fn facts(env: &Env) -> Result<Facts, Refused> {
    let now = clock::now(env).await?;
    let ask = Ask::own("watch", now, Vec::new());
    let watched = ask.read(&ObjectName::Directory, env).await?;
    Ok(with_ledgers(watched, now, env).await)
}

async fn with_ledgers(watched: Watched, now: Millis, env: &Env) -> Facts {
    let known = GATHERED.with_borrow(Clone::clone);
    let is_recent = |at: Millis| (0..GATHERED_FOR_MS).contains(&now.since(at));
    let ledgers = match known {
        Some((at, ledgers)) if is_recent(at) => ledgers,
        _ => {
            let ledgers = gather(&watched.counting, now, env).await;
            GATHERED.set(Some((now, ledgers.clone())));
            ledgers
        }
    };
    Facts {
        watched,
        ledgers,
        is_accompanied: bound(env, "MACHINE_TOKEN").is_some(),
        now,
    }
}

async fn gather(units: &[UnitId], now: Millis, env: &Env) -> Ledgers {
    let mut all = Ledgers::default();
    for units in units.chunks(AT_ONCE) {
        let asked = units.iter().map(|unit| async move {
            let ask = Ask::own("state", now, Vec::new());
            let ledger = ObjectName::Ledger(unit.clone());
            ask.read::<LedgerState>(&ledger, env).await.ok()
        });
        for (unit, state) in units.iter().zip(join_all(asked).await) {
            all.add(unit, state);
        }
    }
    all
}
