//! Passkeys: made and used by the browser's own dialog (`navigator.credentials`, S5). Never: a private
//! key, which stays with the browser or the phone.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use survey::wire::people::{Assertion, NewPasskey, Passkeys};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::key::{base64url, bytes_of, parameters};

/// ECDSA over P-256 with SHA-256, by its number in the register of COSE.
const ES256: i32 = -7;
/// How long the browser's dialog may stand open: somebody fetches a phone.
const PATIENCE_MS: i32 = 120_000;

/// Why there is no passkey to work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// The dialog was closed, or nobody answered in time.
    Cancelled,
    /// The device has one for this account.
    Already,
    /// The browser cannot, or not under this address.
    Unable,
}

/// Whether the browser has passkeys at all, under this address: they belong to a host name, and an IP
/// address is none.
#[must_use]
pub fn is_offered() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let has = Reflect::has(&window, &"PublicKeyCredential".into()).unwrap_or_default();
    let host = window.location().hostname().unwrap_or_default();
    has && window.is_secure_context() && is_name(&host)
}

/// Whether a host is one that can have passkeys: no digits and points alone, and no IPv6 address.
fn is_name(host: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    !host.is_empty() && !host.contains(':') && !host.chars().all(is_number)
}

/// Has the browser make a passkey for the one who is signed in.
///
/// # Errors
/// [`Missed`].
pub async fn make(own: &Passkeys, account: &str, name: &str) -> Result<NewPasskey, Missed> {
    let bytes = |text: &str| bytes_of(text).map(|bytes| Uint8Array::from(bytes.as_slice()));
    let challenge = bytes(&own.challenge).ok_or(Missed::Unable)?;
    let user = parameters(&[
        ("id", Uint8Array::from(own.user.as_bytes()).into()),
        ("name", account.into()),
        ("displayName", account.into()),
    ]);
    let kind = ("type", JsValue::from("public-key"));
    let there: Array = own
        .passkeys
        .iter()
        .filter_map(|passkey| bytes(&passkey.id))
        .map(|id| parameters(&[kind.clone(), ("id", id.into())]))
        .collect();
    let algorithm = parameters(&[kind.clone(), ("alg", ES256.into())]);
    // Kept by the device, so that no account name is typed; opened only by who unlocks the device.
    let choice = parameters(&[
        ("residentKey", "required".into()),
        ("requireResidentKey", true.into()),
        ("userVerification", "required".into()),
    ]);
    let wanted = parameters(&[
        ("challenge", challenge.into()),
        ("rp", parameters(&[("name", "Hài Lòng".into())]).into()),
        ("user", user.into()),
        ("pubKeyCredParams", Array::of1(&algorithm).into()),
        ("authenticatorSelection", choice.into()),
        ("excludeCredentials", there.into()),
        ("attestation", "none".into()),
        ("timeout", PATIENCE_MS.into()),
    ]);
    let made = call("create", &wanted.into()).await?;
    let response = member(&made, "response")?;
    let data: Function = member(&response, "getAuthenticatorData")?
        .dyn_into()
        .map_err(|_| Missed::Unable)?;
    let data = data.call0(&response).map_err(|_| Missed::Unable)?;
    Ok(NewPasskey {
        name: name.to_owned(),
        client_data: text(&response, "clientDataJSON")?,
        authenticator_data: coded(&data),
    })
}

/// Has the browser sign a challenge with one of the passkeys that it has for this site.
///
/// # Errors
/// [`Missed`].
pub async fn sign(challenge: &str) -> Result<Assertion, Missed> {
    let challenge = bytes_of(challenge).ok_or(Missed::Unable)?;
    let wanted = parameters(&[
        ("challenge", Uint8Array::from(challenge.as_slice()).into()),
        ("userVerification", "required".into()),
        ("timeout", PATIENCE_MS.into()),
    ]);
    let signed = call("get", &wanted.into()).await?;
    let response = member(&signed, "response")?;
    Ok(Assertion {
        id: text(&signed, "rawId")?,
        client_data: text(&response, "clientDataJSON")?,
        authenticator_data: text(&response, "authenticatorData")?,
        signature: text(&response, "signature")?,
    })
}

/// Asks the browser; what it throws says why there is nothing.
async fn call(verb: &str, wanted: &JsValue) -> Result<JsValue, Missed> {
    let window = web_sys::window().ok_or(Missed::Unable)?;
    let credentials = member(&window.navigator(), "credentials")?;
    let verb: Function = member(&credentials, verb)?
        .dyn_into()
        .map_err(|_| Missed::Unable)?;
    let wanted = parameters(&[("publicKey", wanted.clone())]);
    let promise = verb
        .call1(&credentials, &wanted)
        .map_err(|_| Missed::Unable)?;
    let promise: Promise = promise.dyn_into().map_err(|_| Missed::Unable)?;
    JsFuture::from(promise).await.map_err(|thrown| {
        let name = member(&thrown, "name")
            .ok()
            .and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError" | "AbortError") => Missed::Cancelled,
            Some("InvalidStateError") => Missed::Already,
            _ => Missed::Unable,
        }
    })
}

fn member(of: &JsValue, name: &str) -> Result<JsValue, Missed> {
    let found = Reflect::get(of, &name.into()).map_err(|_| Missed::Unable)?;
    if found.is_undefined() || found.is_null() {
        return Err(Missed::Unable);
    }
    Ok(found)
}

/// A member that holds bytes, as base64url.
fn text(of: &JsValue, name: &str) -> Result<String, Missed> {
    Ok(coded(&member(of, name)?))
}

fn coded(buffer: &JsValue) -> String {
    base64url(&Uint8Array::new(buffer).to_vec())
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn s5_passkeys_are_offered_under_a_host_name_only() {
        for host in ["localhost", "xem.example.vn", "1.example.vn"] {
            assert!(is_name(host), "{host}");
        }
        for host in ["127.0.0.1", "[::1]", "::1", ""] {
            assert!(!is_name(host), "{host}");
        }
    }
}
