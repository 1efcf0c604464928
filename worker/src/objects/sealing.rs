//! The deployment's sealing key (rule O14): drawn, used to derive the key of one rescue file, and the
//! opening of that file; all by the runtime's WebCrypto. Never: where the private key is kept.

use super::crypto::{KEY_BYTES, bytes, bytes_of, decode, encode, object, subtle, uses};
use crate::access::token;
use crate::refused::Refused;
use crate::store::directory::KeptKey;
use js_sys::Reflect;
use survey::wire::code::Code;
use survey::wire::rescue::{FORMAT, SealingKey, salt};
use wasm_bindgen::JsValue;

/// Bytes of what is derived for a file: a key of AES-256, then the nonce of GCM.
const SECRET_BYTES: usize = 44;
const AES_KEY_BYTES: usize = 32;
/// Digits of a key's id.
const ID_DIGITS: usize = 16;

/// Draws a key pair.
///
/// # Errors
/// Broken when the runtime cannot.
pub async fn draw() -> Result<KeptKey, Refused> {
    let drawn = generate().await;
    let (public, private) = drawn.map_err(|_| Refused::broken("no sealing key could be drawn"))?;
    let id = token::digest_of(&public).chars().take(ID_DIGITS).collect();
    Ok(KeptKey {
        public: SealingKey {
            id,
            public: encode(&public),
        },
        private: encode(&private),
    })
}

async fn generate() -> Result<(Vec<u8>, Vec<u8>), JsValue> {
    let wanted = [curve()?, JsValue::TRUE, uses(&["deriveBits"])];
    let pair = subtle("generateKey", &wanted).await?;
    let half = |name: &str| Reflect::get(&pair, &name.into());
    let public = subtle("exportKey", &["raw".into(), half("publicKey")?]).await?;
    let private = subtle("exportKey", &["pkcs8".into(), half("privateKey")?]).await?;
    Ok((bytes_of(&public), bytes_of(&private)))
}

/// What one file is sealed with, from the deployment's pair and the file's public key: HKDF-SHA-256
/// of the ECDH secret.
///
/// # Errors
/// [`Code::BadRescue`] when the file's key is none.
pub async fn secret(public: &str, private: &str, ephemeral: &str) -> Result<Vec<u8>, Refused> {
    let damaged = || Refused::broken("a sealing key is damaged");
    let public = decode(public).ok_or_else(damaged)?;
    let private = decode(private).ok_or_else(damaged)?;
    let ephemeral = decode(ephemeral).filter(|key| key.len() == KEY_BYTES);
    let ephemeral = ephemeral.ok_or_else(not_whole)?;
    let derived = derive(&public, &private, &ephemeral).await;
    derived.map_err(|_| not_whole())
}

async fn derive(public: &[u8], private: &[u8], ephemeral: &[u8]) -> Result<Vec<u8>, JsValue> {
    let private = import("pkcs8", private, &["deriveBits"], curve()?).await?;
    let theirs = import("raw", ephemeral, &[], curve()?).await?;
    let agree = object(&[("name", "ECDH".into()), ("public", theirs)])?;
    let shared = subtle("deriveBits", &[agree, private, 256.into()]).await?;
    let shared = import("raw", &bytes_of(&shared), &["deriveBits"], "HKDF".into()).await?;
    let stretch = object(&[
        ("name", "HKDF".into()),
        ("hash", "SHA-256".into()),
        ("salt", bytes(&salt(ephemeral, public))),
        ("info", bytes(FORMAT.as_bytes())),
    ])?;
    let bits = u32::try_from(8 * SECRET_BYTES).unwrap_or_default();
    let secret = subtle("deriveBits", &[stretch, shared, bits.into()]).await?;
    Ok(bytes_of(&secret))
}

/// Opens what was sealed with a file's secret under its header.
///
/// # Errors
/// [`Code::BadRescue`] when a bit of either has changed.
pub async fn open(secret: &[u8], header: &str, sealed: &str) -> Result<Vec<u8>, Refused> {
    let sealed = decode(sealed).ok_or_else(not_whole)?;
    let opened = decrypt(secret, header, &sealed).await;
    opened.map_err(|_| not_whole())
}

async fn decrypt(secret: &[u8], header: &str, sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
    let (key, nonce) = secret
        .split_at_checked(AES_KEY_BYTES)
        .ok_or(JsValue::NULL)?;
    let key = import("raw", key, &["decrypt"], "AES-GCM".into()).await?;
    let algorithm = object(&[
        ("name", "AES-GCM".into()),
        ("iv", bytes(nonce)),
        ("additionalData", bytes(header.as_bytes())),
    ])?;
    let opened = subtle("decrypt", &[algorithm, key, bytes(sealed)]).await?;
    Ok(bytes_of(&opened))
}

fn curve() -> Result<JsValue, JsValue> {
    object(&[("name", "ECDH".into()), ("namedCurve", "P-256".into())])
}

async fn import(
    format: &str,
    key: &[u8],
    may: &[&str],
    algorithm: JsValue,
) -> Result<JsValue, JsValue> {
    let key = [
        format.into(),
        bytes(key),
        algorithm,
        JsValue::FALSE,
        uses(may),
    ];
    subtle("importKey", &key).await
}

/// The file is not as it was exported.
pub fn not_whole() -> Refused {
    let message = "This is no rescue file, or it has changed since it was exported. Nothing was \
                   recorded; export it again.";
    Refused::new(Code::BadRescue, message)
}
