//! Signatures of devices and passkeys: ECDSA over P-256 with SHA-256, checked by the runtime's WebCrypto
//! (rules W1, S5).

use super::crypto::{KEY_BYTES, bytes, decode, object, subtle, uses};
use survey::wire::device::signed_bytes;
use wasm_bindgen::JsValue;

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
    if key.len() != KEY_BYTES || signature.len() != SIGNATURE_BYTES {
        return false;
    }
    // A key that is no point of the curve makes WebCrypto throw.
    let verified = verify(key, signature, signed).await;
    verified.is_ok_and(|verified| verified.is_truthy())
}

async fn verify(key: &[u8], signature: &[u8], signed: &[u8]) -> Result<JsValue, JsValue> {
    let curve = object(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())])?;
    let key = [
        "raw".into(),
        bytes(key),
        curve,
        JsValue::FALSE,
        uses(&["verify"]),
    ];
    let key = subtle("importKey", &key).await?;
    let algorithm = object(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())])?;
    let question = [algorithm, key, bytes(signature), bytes(signed)];
    subtle("verify", &question).await
}
