//! The manager's door to the server: its questions and writes, with the session's cookie. Never: a
//! decision on what an answer means.

use serde::de::DeserializeOwned;
use survey::id::{DeviceId, UnitId};
use survey::wire::code::{Code, Refusal};
use survey::wire::manager::{
    Devices, FreshCode, Live, NewCode, Session, Setup, SignIn, UnitPage, Units,
};
use survey::wire::people::{Assertion, Challenge, Passkeys};
use survey::wire::quarantine::{Decide, Decided, Quarantine};
use survey::wire::rescue::Imported;
use survey::wire::watch::Health;
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
    /// Whether the one who is signed in must prove it again.
    #[must_use]
    pub const fn wants_proof(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: Code::ProveAgain,
                ..
            }
        )
    }

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

/// A challenge for a passkey.
///
/// # Errors
/// [`Trouble`].
pub async fn challenge() -> Result<Challenge, Trouble> {
    understood(ask("GET", "/v1/session/challenge", None).await)
}

/// Signs in with what a passkey signed.
///
/// # Errors
/// [`Trouble`].
pub async fn sign_in_by_passkey(signed: &Assertion) -> Result<Session, Trouble> {
    understood(ask("POST", "/v1/session/passkey", Some(&write(signed))).await)
}

/// One's own passkeys, with a challenge to make another one.
///
/// # Errors
/// [`Trouble`].
pub async fn passkeys() -> Result<Passkeys, Trouble> {
    understood(ask("GET", "/v1/passkeys", None).await)
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

/// What is kept uncounted.
///
/// # Errors
/// [`Trouble`].
pub async fn quarantine() -> Result<Quarantine, Trouble> {
    let answer = ask("GET", "/v1/quarantine", None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// How the server is.
///
/// # Errors
/// [`Trouble`].
pub async fn server() -> Result<Health, Trouble> {
    let answer = ask("GET", "/v1/server", None).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Decides on a group of it.
///
/// # Errors
/// [`Trouble`].
pub async fn decide(wanted: &Decide) -> Result<Decided, Trouble> {
    let answer = ask("POST", "/v1/quarantine", Some(&write(wanted))).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Hands in a rescue file.
///
/// # Errors
/// [`Trouble`].
pub async fn hand_in(file: &str) -> Result<Imported, Trouble> {
    let answer = ask("POST", "/v1/rescue", Some(file)).await?;
    read(&answer).map_err(|_| Trouble::Unreadable)
}

/// Sends a message (JSON) and wants nothing but that it is done.
///
/// # Errors
/// [`Trouble`].
pub async fn tell(method: &str, path: &str, message: &str) -> Result<(), Trouble> {
    ask(method, path, Some(message)).await.map(drop)
}

/// Ends what stands at a path.
///
/// # Errors
/// [`Trouble`].
pub async fn remove(path: &str) -> Result<(), Trouble> {
    ask("DELETE", path, None).await.map(drop)
}

/// Sends a message, and returns the answer's text.
///
/// # Errors
/// [`Trouble`].
pub async fn consult(method: &str, path: &str, message: &str) -> Result<String, Trouble> {
    ask(method, path, Some(message)).await
}

/// The text of what stands at a path.
///
/// # Errors
/// [`Trouble`].
pub async fn get(path: &str) -> Result<String, Trouble> {
    ask("GET", path, None).await
}

/// A text of the server as the message it is.
///
/// # Errors
/// [`Trouble::Unreadable`].
pub fn understood<A: DeserializeOwned>(answer: Result<String, Trouble>) -> Result<A, Trouble> {
    read(&answer?).map_err(|_| Trouble::Unreadable)
}

async fn ask(method: &str, path: &str, body: Option<&str>) -> Result<String, Trouble> {
    let answer = exchange(method, path, &[], body, RequestCredentials::SameOrigin)
        .await
        .ok_or(Trouble::NoReply)?;
    let text = String::from_utf8(answer.body).map_err(|_| Trouble::Unreadable)?;
    if answer.status < 400 {
        return Ok(text);
    }
    let refusal: Refusal = survey::json::read(&text).map_err(|_| Trouble::Unreadable)?;
    Err(Trouble::Refused {
        code: refusal.code,
        wait_s: answer.retry_after.map(|wait_ms| wait_ms / 1_000),
    })
}
