//! The runtime's `WebCrypto`, by name: the SDK binds none of it. Never: a key that is kept.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast as _, JsValue};
use worker::wasm_bindgen_futures::JsFuture;

/// Bytes of an uncompressed P-256 public key: 04, x, y.
pub const KEY_BYTES: usize = 65;

thread_local! {
    /// Functions of `crypto.subtle`, bound to it: each is looked for once.
    static BOUND: RefCell<BTreeMap<&'static str, Function>> = const { RefCell::new(BTreeMap::new()) };
}

/// Calls a function of `crypto.subtle`.
///
/// # Errors
/// What it throws: a key that is no point of the curve, bytes that do not open.
pub async fn subtle(name: &'static str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let known = BOUND.with_borrow(|bound| bound.get(name).cloned());
    let function = match known {
        Some(function) => function,
        None => bind(name)?,
    };
    let arguments: Array = arguments.iter().collect();
    let promise: Promise = function
        .apply(&JsValue::UNDEFINED, &arguments)?
        .dyn_into()?;
    JsFuture::from(promise).await
}

fn bind(name: &'static str) -> Result<Function, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    let subtle = Reflect::get(&crypto, &"subtle".into())?;
    let function: Function = Reflect::get(&subtle, &name.into())?.dyn_into()?;
    let bound = function.bind0(&subtle);
    BOUND.with_borrow_mut(|known| known.insert(name, bound.clone()));
    Ok(bound)
}

/// A plain object, as `WebCrypto` takes its parameters.
///
/// # Errors
/// Never for a plain object.
pub fn object(entries: &[(&str, JsValue)]) -> Result<JsValue, JsValue> {
    let object = JsValue::from(Object::new());
    for (name, value) in entries {
        Reflect::set(&object, &(*name).into(), value)?;
    }
    Ok(object)
}

/// What a key may be used for.
pub fn uses(names: &[&str]) -> JsValue {
    let names: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
    names.into()
}

/// Bytes for the runtime.
pub fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Bytes from the runtime.
pub fn bytes_of(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}

/// The bytes of base64url without padding.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// Bytes as base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
