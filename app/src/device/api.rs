//! The manager's door to the server: its questions and writes, with the session's cookie. Never: a
//! decision on what an answer means.

use survey::id::{DeviceId, UnitId};
use survey::wire::code::{Code, Refusal};
use survey::wire::manager::{
    Devices, FreshCode, Live, NewCode, Session, Setup, SignIn, UnitPage, Units,
};
use survey::wire::{read, write};
use web_sys::RequestCredentials;

use super::server::exchange;

/// Why there is no answer to work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No network, no server, or none in time.
    NoReply,
    /// The server said no.
    Refused {
        /// Why.
        code: Code,
        /// Seconds to wait before another try, where waiting helps.
        wait_s: Option<i64>,
    },
    /// The answer is not what this version of the page reads.
    Unreadable,
}

impl Trouble {
    /// Whether the session is over, so that somebody must sign in.
    #[must_use]
    pub const fn is_signed_out(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: Code::SignedOut,
                ..
            }
        )
    }
}

/// Who is signed in.
///
/// # Errors
/// [`Trouble`]; [`Trouble::is_signed_out`] when nobody is.
pub async fn session() -> Result<Session, Trouble> {
    let answer = ask("GET", "/v1/session", None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Signs in; the browser keeps the cookie, this page never sees it.
///
/// # Errors
/// [`Trouble`], with the time to wait after wrong passwords.
pub async fn sign_in(account: String, password: String) -> Result<Session, Trouble> {
    let body = write(&SignIn { account, password });
    let answer = ask("POST", "/v1/session", Some(&body)).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Ends the session on the server.
///
/// # Errors
/// [`Trouble`].
pub async fn sign_out() -> Result<(), Trouble> {
    ask("DELETE", "/v1/session", None).await.map(drop)
}

/// Makes the first operator of an empty server.
///
/// # Errors
/// [`Trouble`].
pub async fn set_up(wanted: &Setup) -> Result<(), Trouble> {
    ask("POST", "/v1/setup", Some(&write(wanted)))
        .await
        .map(drop)
}

/// The units that this account may see, parents before children.
///
/// # Errors
/// [`Trouble`].
pub async fn units() -> Result<Units, Trouble> {
    let answer = ask("GET", "/v1/units", None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// A unit's figures; `query` names the form and the months.
///
/// # Errors
/// [`Trouble`].
pub async fn figures(unit: &UnitId, query: &str) -> Result<UnitPage, Trouble> {
    let path = format!("/v1/units/{unit}/figures?{query}");
    let answer = ask("GET", &path, None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// How many responses came in and how many wait.
///
/// # Errors
/// [`Trouble`].
pub async fn live(unit: &UnitId) -> Result<Live, Trouble> {
    let answer = ask("GET", &format!("/v1/units/{unit}/live"), None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// The devices that this account may see.
///
/// # Errors
/// [`Trouble`].
pub async fn devices() -> Result<Devices, Trouble> {
    let answer = ask("GET", "/v1/devices", None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Draws a one-time enrolment code.
///
/// # Errors
/// [`Trouble`].
pub async fn draw_code(unit: &UnitId, wanted: &NewCode) -> Result<FreshCode, Trouble> {
    let path = format!("/v1/units/{unit}/enrolment-codes");
    let answer = ask("POST", &path, Some(&write(wanted))).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Ends a device's key. What it holds stays on it.
///
/// # Errors
/// [`Trouble`].
pub async fn revoke(device: DeviceId) -> Result<(), Trouble> {
    let path = format!("/v1/devices/{device}/revoke");
    ask("POST", &path, Some("{}")).await.map(drop)
}

async fn ask(method: &str, path: &str, body: Option<&str>) -> Result<String, Trouble> {
    let answer = exchange(method, path, &[], body, RequestCredentials::SameOrigin)
        .await
        .ok_or(Trouble::NoReply)?;
    let text = String::from_utf8(answer.body).map_err(|_| Trouble::Unreadable)?;
    if answer.status < 400 {
        return Ok(text);
    }
    let refusal: Refusal = read(&text).map_err(|_| Trouble::Unreadable)?;
    Err(Trouble::Refused {
        code: refusal.code,
        wait_s: answer.retry_after.map(|wait_ms| wait_ms / 1_000),
    })
}
