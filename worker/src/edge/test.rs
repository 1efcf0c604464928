//! What only tests and `serve` with the sample can ask, and only where the clock is settable: move
//! the clock, break things on purpose. The router does not know these paths anywhere else.

use super::{body, reply};
use crate::objects::Ask;
use crate::objects::name::ObjectName;
use crate::refused::Refused;
use crate::{clock, session};
use serde::Deserialize;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::{read, write};
use worker::{Env, Method, Request, Response};

/// The object that tests may break. No unit of a tree has this id.
const SCRATCH: &str = "test-scratch";

/// `PUT /v1/test/clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    /// What the server's clock shall show now.
    now: Millis,
}

/// Answers a test route; only an operator may use one.
///
/// # Errors
/// What the objects refuse.
pub async fn answer(mut request: Request, env: &Env, path: &[&str]) -> Result<Response, Refused> {
    body::same_origin(&request, true)?;
    let bytes = body::read(&mut request, body::MOST_BYTES).await?;
    let set = async |ahead_ms: i64| {
        let mut ask = Ask::own("set-clock", clock::now(env).await?, write(&ahead_ms));
        ask.session = session(&request)?;
        ask.read::<serde_json::Value>(&ObjectName::Directory, env)
            .await
    };
    let now = clock::now(env).await?;
    let ahead_ms = now.since(clock::real());
    match (path, request.method()) {
        (["clock"], Method::Put) => {
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            let wanted: SetClock = read(text).map_err(|error| {
                Refused::new(Code::BadRequest, format!("Send {{\"now\": ms}}: {error}."))
            })?;
            let ahead_ms = wanted.now.since(clock::real());
            set(ahead_ms).await?;
            clock::set_ahead(ahead_ms);
            tick(env, wanted.now).await
        }
        (["night"], Method::Post) => {
            set(ahead_ms).await?;
            let ask = Ask::own("night", now, Vec::new());
            Ok(reply::relayed(ask.of(&ObjectName::Directory, env).await?)?)
        }
        (["panic"], Method::Post) => {
            set(ahead_ms).await?;
            // As a bug might: its message quotes what was sent, and the log must not (rule P2).
            let quoted = String::from_utf8_lossy(&bytes);
            panic!("as a test, with {quoted}");
        }
        (["scratch", verb], Method::Post) => {
            set(ahead_ms).await?;
            let scratch = UnitId::parse(SCRATCH).map_err(|_| Refused::not_found())?;
            let ask = Ask::own(verb, now, bytes);
            Ok(reply::relayed(
                ask.of(&ObjectName::Ledger(scratch), env).await?,
            )?)
        }
        _ => Err(Refused::not_found()),
    }
}

/// Lets every Ledger look at the new time, as its alarm would have done.
async fn tick(env: &Env, now: Millis) -> Result<Response, Refused> {
    let ask = Ask::own("counting", now, Vec::new());
    let counting: Vec<UnitId> = ask.read(&ObjectName::Directory, env).await?;
    for unit in counting {
        let ask = Ask::own("tick", now, Vec::new());
        let _: serde_json::Value = ask.read(&ObjectName::Ledger(unit), env).await?;
    }
    Ok(reply::done()?)
}
