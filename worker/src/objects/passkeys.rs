//! What the Directory is asked about passkeys: the runtime checks what was signed, the rows say what it
//! opens. Never: a decision.

use super::{Asked, answer, signature};
use crate::access::passkey::{self, Signed, made, signed};
use crate::refused::Refused;
use crate::store::directory::{Directory as Rows, SignedIn};
use crate::store::durable::Durable;
use survey::wire::people::{Assertion, Challenge, NewPasskey};
use worker::Response;

/// Answers one verb about the passkeys of somebody who is signed in, or draws a challenge for somebody
/// who is not.
///
/// # Errors
/// What the rules refuse.
pub(super) async fn answer(rows: &Rows<Durable>, asked: &Asked) -> Result<Response, Refused> {
    let (session, now) = (asked.session.as_deref(), asked.now);
    match asked.verb.as_str() {
        "challenge" => Ok(answer::message(&Challenge {
            challenge: rows.challenge(now)?,
        })),
        "passkeys" => Ok(answer::message(&rows.passkeys(session, now)?)),
        "add-passkey" => {
            let new: NewPasskey = asked.message()?;
            rows.add_passkey(session, now, &new.name, &made(&new, origin(asked))?)?;
            Ok(answer::done())
        }
        _ => {
            let (id, signed) = checked(rows, asked).await?;
            answer::with_session(&rows.prove_by_passkey(session, now, &id, &signed)?)
        }
    }
}

/// Begins a session with a passkey.
///
/// # Errors
/// [`survey::wire::code::Code::WrongPasskey`].
pub(super) async fn sign_in(rows: &Rows<Durable>, asked: &Asked) -> Result<SignedIn, Refused> {
    let (id, signed) = checked(rows, asked).await?;
    rows.sign_in_by_passkey(asked.now, &id, &signed, asked.browser.as_deref())
}

/// What a passkey that is known here signed, once its signature is seen to fit.
async fn checked(rows: &Rows<Durable>, asked: &Asked) -> Result<(String, Signed), Refused> {
    let assertion: Assertion = asked.message()?;
    let kept = rows.passkey(&assertion.id)?;
    let signed = signed(&assertion, origin(asked), &kept.host)?;
    if signature::is_over(&kept.key, &signed.signature, &signed.bytes).await {
        Ok((assertion.id, signed))
    } else {
        Err(passkey::wrong())
    }
}

/// The page's origin; a write without one does not come this far.
fn origin(asked: &Asked) -> &str {
    asked.origin.as_deref().unwrap_or_default()
}
