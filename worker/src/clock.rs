//! The server's clock: real time, except where `CLOCK` is bound to `settable` (the tests, and
//! `serve` with the sample). Never: settable on Cloudflare or in a package, where nothing binds it.

use crate::objects::{Ask, name::ObjectName};
use crate::refused::Refused;
use std::cell::{Cell, OnceCell};
use survey::day::Millis;
use worker::{Date, Env};

thread_local! {
    /// What the settable clock is ahead of real time, once it is known here.
    static AHEAD_MS: Cell<Option<i64>> = const { Cell::new(None) };
    /// Whether it may be set, once that was asked: the bindings of a running instance do not change.
    static IS_SETTABLE: OnceCell<bool> = const { OnceCell::new() };
}

/// Whether this server's clock may be set at all, and its test routes exist.
#[must_use]
pub fn is_settable(env: &Env) -> bool {
    IS_SETTABLE.with(|known| {
        *known.get_or_init(|| {
            env.var("CLOCK")
                .is_ok_and(|kind| kind.to_string() == "settable")
        })
    })
}

/// Real time.
#[must_use]
pub fn real() -> Millis {
    Millis(i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX))
}

/// The server's time. Read once for each request, at the edge, and for each alarm.
///
/// # Errors
/// Broken when the Directory, which keeps a settable clock's offset, cannot be asked.
pub async fn now(env: &Env) -> Result<Millis, Refused> {
    if !is_settable(env) {
        return Ok(real());
    }
    let ahead_ms = if let Some(ahead_ms) = AHEAD_MS.get() {
        ahead_ms
    } else {
        let ask = Ask::own("clock", real(), Vec::new());
        ask.read(&ObjectName::Directory, env).await?
    };
    AHEAD_MS.set(Some(ahead_ms));
    Ok(real().plus(ahead_ms))
}

/// Tells this instance of the new offset; the Directory keeps it.
pub fn set_ahead(ahead_ms: i64) {
    AHEAD_MS.set(Some(ahead_ms));
}
