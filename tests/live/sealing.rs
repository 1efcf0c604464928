//! A rescue file as a stranger writes one from docs/SPEC.md: with other cryptography than the app or
//! the server uses.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::PublicKey;
use p256::ecdh::diffie_hellman;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use survey::wire::batch::Record;

use crate::device::{Device, random};
use crate::world::hex;

const FORMAT: &str = "hai-long/rescue/1";

/// The content of a file with records of one unit.
pub fn content(unit: &str, records: &[Record]) -> Value {
    json!({"v": 1, "units": [{"unit": unit, "records": records}]})
}

/// Seals a content to the key of a configuration.
pub fn seal(device: &Device, key: &Value, content: &Value) -> Value {
    let count = content["units"].as_array().map_or(0, |units| {
        let records = units.iter().filter_map(|unit| unit["records"].as_array());
        records.map(Vec::len).sum()
    });
    let content = content.to_string();
    let public = BASE64_URL_SAFE_NO_PAD.decode(key["public"].as_str().expect("a key"));
    let public = public.expect("base64url");
    let server = PublicKey::from_sec1_bytes(&public).expect("a point");
    let own = loop {
        if let Ok(key) = p256::SecretKey::from_slice(&random::<32>()) {
            break key;
        }
    };
    let ephemeral = own.public_key().to_encoded_point(false);
    let shared = diffie_hellman(own.to_nonzero_scalar(), server.as_affine());
    let salt = [ephemeral.as_bytes(), &public].concat();
    let mut secret = [0; 44];
    Hkdf::<Sha256>::new(Some(&salt), shared.raw_secret_bytes())
        .expand(FORMAT.as_bytes(), &mut secret)
        .expect("44 bytes");
    let header = json!({"format": FORMAT, "device": device.id, "epoch": device.epoch(),
        "count": count, "sha256": hex(&Sha256::digest(&content)), "key": key["id"],
        "ephemeral": BASE64_URL_SAFE_NO_PAD.encode(ephemeral.as_bytes())});
    let header = header.to_string();
    let (key, nonce) = secret.split_at(32);
    let sealed = Aes256Gcm::new_from_slice(key)
        .expect("32 bytes")
        .encrypt(
            Nonce::from_slice(nonce),
            Payload {
                msg: content.as_bytes(),
                aad: header.as_bytes(),
            },
        )
        .expect("it seals");
    json!({"signature": device.signature(FORMAT, header.as_bytes()), "header": header,
        "sealed": BASE64_URL_SAFE_NO_PAD.encode(sealed)})
}
