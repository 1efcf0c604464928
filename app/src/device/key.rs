//! The device's signing key and the check of the staff PIN, both in the browser's `WebCrypto`.
//! Never: the private key's bytes; it is made non-extractable and only ever used.

use js_sys::{Array, Object, Reflect, Uint8Array};
use survey::wire::device::PinVerifier;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, CryptoKeyPair, SubtleCrypto};

use super::random;

/// A P-256 key pair.
#[derive(Clone, Debug)]
pub struct Key(CryptoKeyPair);

pub(super) fn subtle() -> Option<SubtleCrypto> {
    Some(random::crypto()?.subtle())
}

/// The plain object `{name: value, ...}` that `WebCrypto` takes its parameters in.
pub(super) fn parameters(members: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        // A plain object takes every member.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

/// What a promise was kept with.
pub(super) async fn done(promise: Result<js_sys::Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(promise.ok()?).await.ok()
}

impl Key {
    /// Draws a new pair. `None` when the browser cannot.
    pub async fn generate() -> Option<Self> {
        let algorithm = parameters(&[("name", "ECDSA".into()), ("namedCurve", "P-256".into())]);
        let uses = Array::of2(&"sign".into(), &"verify".into());
        let pair = subtle()?.generate_key_with_object(&algorithm, false, &uses);
        Some(Self(done(pair).await?.unchecked_into()))
    }

    /// The pair as the browser stored it; `None` when it is none.
    #[must_use]
    pub fn of_stored(stored: JsValue) -> Option<Self> {
        let private = Reflect::get(&stored, &"privateKey".into()).ok()?;
        private
            .is_instance_of::<CryptoKey>()
            .then(|| Self(stored.unchecked_into()))
    }

    /// The pair as the browser stores it.
    #[must_use]
    pub fn to_stored(&self) -> &JsValue {
        &self.0
    }

    /// The public key: base64url of the 65 uncompressed bytes.
    pub async fn public(&self) -> Option<String> {
        let raw = subtle()?.export_key("raw", &self.0.get_public_key());
        Some(base64url(&Uint8Array::new(&done(raw).await?).to_vec()))
    }

    /// ECDSA with SHA-256 over the bytes, as base64url (W1).
    pub async fn sign(&self, bytes: &[u8]) -> Option<String> {
        let algorithm = parameters(&[("name", "ECDSA".into()), ("hash", "SHA-256".into())]);
        let bytes = Uint8Array::from(bytes);
        let key = self.0.get_private_key();
        let signature = subtle()?.sign_with_object_and_js_u8_array(&algorithm, &key, &bytes);
        let signature = done(signature).await?;
        Some(base64url(&Uint8Array::new(&signature).to_vec()))
    }
}

/// Whether this is the PIN (UK14). `None` when the browser cannot tell.
pub async fn is_pin(pin: &str, verifier: &PinVerifier) -> Option<bool> {
    let subtle = subtle()?;
    let salt = (0..verifier.salt.len() / 2)
        .map(|at| u8::from_str_radix(verifier.salt.get(2 * at..2 * at + 2)?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    let secret = Uint8Array::from(pin.as_bytes());
    let uses = Array::of1(&"deriveBits".into());
    let key = subtle.import_key_with_str("raw", &secret, "PBKDF2", false, &uses);
    let key: CryptoKey = done(key).await?.unchecked_into();
    let algorithm = parameters(&[
        ("name", "PBKDF2".into()),
        ("hash", "SHA-256".into()),
        ("salt", Uint8Array::from(salt.as_slice()).into()),
        ("iterations", verifier.rounds.into()),
    ]);
    let bits = subtle.derive_bits_with_object(&algorithm, &key, 256);
    let bits = Uint8Array::new(&done(bits).await?).to_vec();
    let digit = |half: u8| char::from_digit(half.into(), 16);
    let hex = bits.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    Some(hex.map(digit).eq(verifier.hash.chars().map(Some)))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648 section 5, without padding.
pub(super) fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for at in 0..=chunk.len() {
            let index = (bits >> (18 - 6 * at)) & 63;
            text.push(char::from(ALPHABET[index as usize]));
        }
    }
    text
}

/// The bytes of [`base64url`]; `None` for any other text.
pub(super) fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for symbol in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == symbol)?;
        bits = (bits << 6) | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{base64url, bytes_of};

    #[test]
    fn base64url_is_that_of_rfc_4648() {
        let rows = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let coded = ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"];
        for (row, coded) in rows.iter().zip(coded) {
            assert_eq!(base64url(row.as_bytes()), coded);
            assert_eq!(bytes_of(coded).as_deref(), Some(row.as_bytes()));
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
        assert_eq!(bytes_of("+/8"), None);
    }
}
