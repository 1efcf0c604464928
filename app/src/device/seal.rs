//! Seals a rescue file to the deployment's key (O14), in the browser's `WebCrypto`. Never: opens one.

use js_sys::{Array, Uint8Array};
use survey::wire::rescue::{FORMAT, SealingKey, salt};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CryptoKey, CryptoKeyPair};

use super::key::{base64url, bytes_of, done, parameters, subtle};

/// Bytes of an AES key; the nonce follows it in what is derived for a file.
const KEY_BYTES: usize = 32;
/// Bits of both.
const SECRET_BITS: u32 = 352;

/// What one file is sealed with.
pub struct Seal {
    /// The public key that was drawn for this file, as its header names it.
    pub ephemeral: String,
    secret: Vec<u8>,
}

fn curve() -> JsValue {
    parameters(&[("name", "ECDH".into()), ("namedCurve", "P-256".into())]).into()
}

async fn import(key: &[u8], algorithm: &JsValue, may: &str) -> Option<CryptoKey> {
    let uses = if may.is_empty() {
        Array::new()
    } else {
        Array::of1(&may.into())
    };
    let key = Uint8Array::from(key);
    let key =
        subtle()?.import_key_with_object("raw", &key, algorithm.unchecked_ref(), false, &uses);
    Some(done(key).await?.unchecked_into())
}

fn named(name: &str) -> JsValue {
    parameters(&[("name", name.into())]).into()
}

impl Seal {
    /// Draws a key pair for one file and derives from it and the deployment's key what seals it.
    /// `None` when the browser cannot, or the deployment's key is none.
    pub async fn draw(to: &SealingKey) -> Option<Self> {
        let server = bytes_of(&to.public)?;
        let uses = Array::of1(&"deriveBits".into());
        let pair = subtle()?.generate_key_with_object(curve().unchecked_ref(), false, &uses);
        let pair: CryptoKeyPair = done(pair).await?.unchecked_into();
        let ephemeral = subtle()?.export_key("raw", &pair.get_public_key());
        let ephemeral = Uint8Array::new(&done(ephemeral).await?).to_vec();
        let theirs = import(&server, &curve(), "").await?;
        let agree = parameters(&[("name", "ECDH".into()), ("public", theirs.into())]);
        let shared = subtle()?.derive_bits_with_object(&agree, &pair.get_private_key(), 256);
        let shared = Uint8Array::new(&done(shared).await?).to_vec();
        let shared = import(&shared, &named("HKDF"), "deriveBits").await?;
        let salt = Uint8Array::from(salt(&ephemeral, &server).as_slice());
        let stretch = parameters(&[
            ("name", "HKDF".into()),
            ("hash", "SHA-256".into()),
            ("salt", salt.into()),
            ("info", Uint8Array::from(FORMAT.as_bytes()).into()),
        ]);
        let secret = subtle()?.derive_bits_with_object(&stretch, &shared, SECRET_BITS);
        Some(Self {
            ephemeral: base64url(&ephemeral),
            secret: Uint8Array::new(&done(secret).await?).to_vec(),
        })
    }

    /// Seals the content under a file's header; base64url. Once: the nonce belongs to this file.
    pub async fn close(self, header: &str, content: &str) -> Option<String> {
        let (key, nonce) = self.secret.split_at_checked(KEY_BYTES)?;
        let key = import(key, &named("AES-GCM"), "encrypt").await?;
        let algorithm = parameters(&[
            ("name", "AES-GCM".into()),
            ("iv", Uint8Array::from(nonce).into()),
            ("additionalData", Uint8Array::from(header.as_bytes()).into()),
        ]);
        let content = Uint8Array::from(content.as_bytes());
        let sealed = subtle()?.encrypt_with_object_and_js_u8_array(&algorithm, &key, &content);
        let sealed = done(sealed).await?;
        Some(base64url(&Uint8Array::new(&sealed).to_vec()))
    }
}
