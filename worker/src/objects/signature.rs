//! Device signatures: ECDSA over P-256 with SHA-256, checked by the runtime's WebCrypto (rule W1).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use survey::wire::device::signed_bytes;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

/// Bytes of an uncompressed public key: 04, x, y.
const KEY_BYTES: usize = 65;
/// Bytes of a signature: r, s.
const SIGNATURE_BYTES: usize = 64;

/// Whether `signature` was made over a path and a body with the private half of `key`.
///
/// Both come as base64url without padding: the key as 65 uncompressed bytes, the signature as
/// 64 bytes r ‖ s (IEEE P1363). Anything unreadable is simply not a signature.
pub async fn fits(key: &str, signature: &str, path: &str, body: &[u8]) -> bool {
    let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let (Some(key), Some(signature)) = (bytes(key), bytes(signature)) else {
        return false;
    };
    if key.len() != KEY_BYTES || signature.len() != SIGNATURE_BYTES {
        return false;
    }
    // A key that is no point of the curve makes WebCrypto throw.
    let verified = verify(&key, &signature, &signed_bytes(path, body)).await;
    verified.is_ok_and(|verified| verified.is_truthy())
}

async fn verify(key: &[u8], signature: &[u8], signed: &[u8]) -> Result<JsValue, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    let subtle = Reflect::get(&crypto, &"subtle".into())?;
    let bytes = |bytes: &[u8]| JsValue::from(Uint8Array::from(bytes));

    let curve = object(&[("name", "ECDSA"), ("namedCurve", "P-256")])?;
    let uses = Array::of1(&"verify".into());
    let key = [
        "raw".into(),
        bytes(key),
        curve,
        JsValue::FALSE,
        JsValue::from(uses),
    ];
    let key = call(&subtle, "importKey", &key).await?;

    let algorithm = object(&[("name", "ECDSA"), ("hash", "SHA-256")])?;
    let question = [algorithm, key, bytes(signature), bytes(signed)];
    call(&subtle, "verify", &question).await
}

fn object(entries: &[(&str, &str)]) -> Result<JsValue, JsValue> {
    let object = JsValue::from(Object::new());
    for (name, value) in entries {
        Reflect::set(&object, &(*name).into(), &(*value).into())?;
    }
    Ok(object)
}

async fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(of, &name.into())?.dyn_into()?;
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = function.apply(of, &arguments)?.dyn_into()?;
    JsFuture::from(promise).await
}
