//! Signatures of devices and passkeys: ECDSA over P-256 with SHA-256, checked by the runtime's WebCrypto
//! (rules W1, S5). Never: a private key.

use super::crypto::{KEY_BYTES, bytes, decode, object, subtle, uses};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use survey::wire::device::signed_bytes;
use wasm_bindgen::JsValue;

/// Public keys that an object keeps at most as the runtime has them. A unit has a few devices.
const MOST_KEPT: usize = 256;

/// Public keys as the runtime has them, by how they are written: making one of its 65 bytes takes about as
/// long as checking a signature with it. Whose a key is and whether it still holds is asked elsewhere, every
/// time.
#[derive(Default)]
pub struct Keys(RefCell<BTreeMap<String, JsValue>>);

impl Keys {
    /// As [`fits`].
    pub async fn fit(&self, key: &str, signature: &str, path: &str, body: &[u8]) -> bool {
        let Some(signature) = decode(signature) else {
            return false;
        };
        let known = self.0.borrow().get(key).cloned();
        let made = match known {
            Some(made) => made,
            None => match self.make(key).await {
                Some(made) => made,
                None => return false,
            },
        };
        check(made, &signature, &signed_bytes(path, body)).await
    }

    async fn make(&self, key: &str) -> Option<JsValue> {
        let made = import(&decode(key)?).await?;
        let mut kept = self.0.borrow_mut();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key.to_owned(), made.clone());
        Some(made)
    }
}

/// Bytes of a signature: r, s.
const SIGNATURE_BYTES: usize = 64;

/// Whether `signature` was made over a path and a body with the private half of `key`.
///
/// Both come as base64url without padding: the key as 65 uncompressed bytes, the signature as
/// 64 bytes r ‖ s (IEEE P1363). Anything unreadable is simply not a signature.
pub async fn fits(key: &str, signature: &str, path: &str, body: &[u8]) -> bool {
    let (Some(key), Some(signature)) = (decode(key), decode(signature)) else {
        return false;
    };
    holds(&key, &signature, &signed_bytes(path, body)).await
}

/// The same for bytes as they are, and the signature's own 64 bytes.
pub async fn is_over(key: &str, signature: &[u8], signed: &[u8]) -> bool {
    match decode(key) {
        Some(key) => holds(&key, signature, signed).await,
        None => false,
    }
}

async fn holds(key: &[u8], signature: &[u8], signed: &[u8]) -> bool {
    match import(key).await {
        Some(key) => check(key, signature, signed).await,
        None => false,
    }
}

/// A key as the runtime has it; `None` for bytes that are no point of the curve.
async fn import(key: &[u8]) -> Option<JsValue> {
    if key.len() != KEY_BYTES {
        return None;
    }
    let curve = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]).ok()?;
    let key = [
        "raw".into(),
        bytes(key),
        curve,
        JsValue::FALSE,
        uses(&["verify"]),
    ];
    subtle("importKey", &key).await.ok()
}

async fn check(key: JsValue, signature: &[u8], signed: &[u8]) -> bool {
    if signature.len() != SIGNATURE_BYTES {
        return false;
    }
    let Some(algorithm) = algorithm() else {
        return false;
    };
    let question = [algorithm, key, bytes(signature), bytes(signed)];
    let verified = subtle("verify", &question).await;
    verified.is_ok_and(|verified| verified.is_truthy())
}

thread_local! {
    /// How a signature is made, as the runtime takes it: the same for each.
    static ALGORITHM: OnceCell<Option<JsValue>> = const { OnceCell::new() };
}

fn algorithm() -> Option<JsValue> {
    let make = || object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]).ok();
    ALGORITHM.with(|known| known.get_or_init(make).clone())
}
