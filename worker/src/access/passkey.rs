//! Passkeys: what the browser and its authenticator say, read and held against what this server asked
//! (`WebAuthn` level 2, sections 7.1 and 7.2, attestation "none", ES256 only; rule S5). Never: an elliptic
//! curve, which the runtime has; HTTP, SQL.

use crate::refused::Refused;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use survey::day::{MINUTE_MS, Millis};
use survey::wire::code::Code;
use survey::wire::people::{Assertion, NewPasskey};

/// A challenge is good for so long: a person looks for a phone.
const LIFE_MS: i64 = 5 * MINUTE_MS;
/// Bytes of the time in a challenge, of the random part after it, and of the code that ends it.
const TIME_BYTES: usize = 8;
const NONCE_BYTES: usize = 16;
const CODE_BYTES: usize = 32;

/// Bytes of the hash of the site's host name, of the flags and the counter, that begin what an
/// authenticator says.
const HEAD_BYTES: usize = 37;
/// Flags in the byte after the hash: somebody was there; they were recognised; a new key follows.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ATTACHED: u8 = 1 << 6;
/// Bytes of the model's id before a new passkey's own.
const MODEL_BYTES: usize = 16;
/// The longest id of a passkey that is taken.
const LONGEST_ID: usize = 256;
/// The most characters of a name.
const LONGEST_NAME: usize = 60;

/// A P-256 key for ES256 as every authenticator must write it (CTAP2 canonical CBOR): these bytes, x,
/// [`BETWEEN`], y. Other kinds of key are not asked for.
const BEFORE: [u8; 10] = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
const BETWEEN: [u8; 3] = [0x22, 0x58, 0x20];
const COORDINATE_BYTES: usize = 32;

/// What a challenge was drawn for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To make a passkey for this account.
    Make(&'a str),
    /// To sign in, or to prove who is here.
    Open,
}

/// Draws a challenge: time, random bytes, and a code over both by which this server knows it again. So
/// nothing is kept of it before somebody has signed it, and strangers fill no table.
#[must_use]
pub fn draw(secret: &[u8], purpose: Purpose<'_>, now: Millis, nonce: [u8; NONCE_BYTES]) -> String {
    let mut bytes = now.0.to_be_bytes().to_vec();
    bytes.extend(nonce);
    if let Some(code) = code(secret, purpose, &bytes) {
        bytes.extend(code.finalize().into_bytes());
    }
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn code(secret: &[u8], purpose: Purpose<'_>, bytes: &[u8]) -> Option<Hmac<Sha256>> {
    let mut code = Hmac::new_from_slice(secret).ok()?;
    code.update(bytes);
    code.update(match purpose {
        Purpose::Make(_) => b"make",
        Purpose::Open => b"open",
    });
    if let Purpose::Make(account) = purpose {
        code.update(account.as_bytes());
    }
    Some(code)
}

/// Whether a challenge is this server's own, for this purpose, and not too old. Whether it was used
/// before is for who keeps that to say.
#[must_use]
pub fn is_own(secret: &[u8], purpose: Purpose<'_>, challenge: &str, now: Millis) -> bool {
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(challenge) else {
        return false;
    };
    let Some((said, given)) = bytes.split_at_checked(TIME_BYTES + NONCE_BYTES) else {
        return false;
    };
    let Some(time) = said.first_chunk::<TIME_BYTES>() else {
        return false;
    };
    let age_ms = now.since(Millis(i64::from_be_bytes(*time)));
    given.len() == CODE_BYTES
        && (0..=LIFE_MS).contains(&age_ms)
        // Compared in constant time.
        && code(secret, purpose, said).is_some_and(|code| code.verify_slice(given).is_ok())
}

/// A passkey as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its id, base64url.
    pub id: String,
    /// Its public key, base64url of the 65 uncompressed bytes.
    pub key: String,
    /// The host name that it belongs to.
    pub host: String,
    /// What it has counted so far.
    pub count: u32,
    /// The challenge that was answered.
    pub challenge: String,
}

/// Reads a passkey that the browser says it made, on a page of `origin`.
///
/// # Errors
/// [`Code::WrongPasskey`] for anything that is not one, made here, by somebody who was recognised;
/// [`Code::BadValue`] for its name.
pub fn made(new: &NewPasskey, origin: &str) -> Result<Made, Refused> {
    let length = new.name.trim().chars().count();
    if length == 0 || length > LONGEST_NAME {
        let message = "A passkey's name has 1 to 60 characters.";
        return Err(Refused::new(Code::BadValue, message));
    }
    let read = || {
        let client = client(&new.client_data, "webauthn.create", origin)?;
        let data = decode(&new.authenticator_data)?;
        let host = host(origin)?;
        let (said, rest) = said(&data, host)?;
        let (id, key) = attached(said.flags, rest)?;
        Some(Made {
            id: BASE64_URL_SAFE_NO_PAD.encode(id),
            key: BASE64_URL_SAFE_NO_PAD.encode(key),
            host: host.to_owned(),
            count: said.count,
            challenge: client.challenge,
        })
    };
    read().ok_or_else(wrong)
}

/// What a passkey signed, ready for the runtime to check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The bytes that were signed.
    pub bytes: Vec<u8>,
    /// The signature: r, s.
    pub signature: [u8; 2 * COORDINATE_BYTES],
    /// What the passkey has counted.
    pub count: u32,
    /// The challenge that was answered.
    pub challenge: String,
}

/// Reads what a passkey of `kept_host` signed on a page of `origin`.
///
/// # Errors
/// [`Code::WrongPasskey`] for anything else.
pub fn signed(assertion: &Assertion, origin: &str, kept_host: &str) -> Result<Signed, Refused> {
    let read = || {
        let client = client(&assertion.client_data, "webauthn.get", origin)?;
        let data = decode(&assertion.authenticator_data)?;
        // Who chooses the `Host` of a request shall not choose whose passkey opens.
        let host = host(origin).filter(|host| *host == kept_host)?;
        let (said, _) = said(&data, host)?;
        let hash = Sha256::digest(decode(&assertion.client_data)?);
        Some(Signed {
            signature: of_der(&decode(&assertion.signature)?)?,
            bytes: [&data[..], hash.as_slice()].concat(),
            count: said.count,
            challenge: client.challenge,
        })
    };
    read().ok_or_else(wrong)
}

/// Whether a count can follow on one that is kept. Passkeys that live on several devices count nothing
/// and always say 0; one that counts and goes back was copied.
#[must_use]
pub const fn follows(kept: u32, count: u32) -> bool {
    count > kept || (kept == 0 && count == 0)
}

/// The one answer to a passkey that does not open.
#[must_use]
pub fn wrong() -> Refused {
    let message = "This passkey does not open here. Try again, or sign in with name and password.";
    Refused::new(Code::WrongPasskey, message)
}

/// What the browser says that it asked for; keys that later versions add are passed over.
#[derive(Deserialize)]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_framed: bool,
}

fn client(text: &str, kind: &str, origin: &str) -> Option<Client> {
    let client: Client = serde_json::from_slice(&decode(text)?).ok()?;
    let fits = client.kind == kind && client.origin == origin && !client.is_framed;
    fits.then_some(client)
}

/// The host of an origin, without its port.
fn host(origin: &str) -> Option<&str> {
    let (_, rest) = origin.split_once("://")?;
    let host = rest.split(':').next()?;
    (!host.is_empty() && !host.contains('/')).then_some(host)
}

struct Said {
    flags: u8,
    count: u32,
}

/// What the authenticator says of itself, and what follows. Somebody must have been there, and have been
/// recognised by it: a passkey alone is as much as a password and a second thing.
fn said<'a>(data: &'a [u8], host: &str) -> Option<(Said, &'a [u8])> {
    let (head, rest) = data.split_first_chunk::<HEAD_BYTES>()?;
    let (site, numbers) = head.split_at_checked(HEAD_BYTES - 5)?;
    let [flags, count @ ..] = *numbers.first_chunk::<5>()?;
    let is_here = site == Sha256::digest(host).as_slice();
    let is_somebody = flags & (PRESENT | VERIFIED) == PRESENT | VERIFIED;
    let count = u32::from_be_bytes(count);
    (is_here && is_somebody).then_some((Said { flags, count }, rest))
}

/// The id and the uncompressed point of a new passkey.
fn attached(flags: u8, rest: &[u8]) -> Option<(&[u8], [u8; 1 + 2 * COORDINATE_BYTES])> {
    let (_, rest) = rest.split_at_checked(MODEL_BYTES)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length)?;
    let (x, rest) = rest
        .strip_prefix(&BEFORE)?
        .split_at_checked(COORDINATE_BYTES)?;
    let (y, _) = rest
        .strip_prefix(&BETWEEN)?
        .split_at_checked(COORDINATE_BYTES)?;
    let mut point = [4; 1 + 2 * COORDINATE_BYTES];
    point.get_mut(1..=COORDINATE_BYTES)?.copy_from_slice(x);
    point.get_mut(1 + COORDINATE_BYTES..)?.copy_from_slice(y);
    let is_one = flags & ATTACHED != 0 && (1..=LONGEST_ID).contains(&length);
    is_one.then_some((id, point))
}

/// r, s of an ECDSA signature in DER: a sequence of two whole numbers, here of at most 33 bytes each.
fn of_der(der: &[u8]) -> Option<[u8; 2 * COORDINATE_BYTES]> {
    let rest = der.strip_prefix(&[0x30])?;
    let (length, rest) = rest.split_first()?;
    let (r, rest) = (usize::from(*length) == rest.len()).then(|| whole(rest))??;
    let (s, rest) = whole(rest)?;
    let mut both = [0; 2 * COORDINATE_BYTES];
    let (left, right) = both.split_at_mut(COORDINATE_BYTES);
    left.copy_from_slice(&r);
    right.copy_from_slice(&s);
    rest.is_empty().then_some(both)
}

/// A whole number of DER as 32 bytes, and what follows it.
fn whole(der: &[u8]) -> Option<([u8; COORDINATE_BYTES], &[u8])> {
    let (length, rest) = der.strip_prefix(&[0x02])?.split_first()?;
    let (digits, rest) = rest.split_at_checked(usize::from(*length))?;
    // A leading zero keeps a number from being negative.
    let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
    let mut number = [0; COORDINATE_BYTES];
    let from = COORDINATE_BYTES.checked_sub(digits.len())?;
    number.get_mut(from..)?.copy_from_slice(digits);
    Some((number, rest))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://xem.example.vn";
    const HOST: &str = "xem.example.vn";
    const SECRET: &[u8] = b"a secret of this server";
    const NOW: Millis = Millis(1_795_400_000_000);

    fn encode(bytes: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn client_data(kind: &str, origin: &str, more: &str) -> String {
        let text =
            format!("{{\"type\":\"{kind}\",\"challenge\":\"abc\",\"origin\":\"{origin}\"{more}}}");
        encode(text.as_bytes())
    }

    fn head(host: &str, flags: u8, count: u32) -> Vec<u8> {
        let mut head = Sha256::digest(host).to_vec();
        head.push(flags);
        head.extend(count.to_be_bytes());
        head
    }

    fn attachment(id: &[u8]) -> Vec<u8> {
        let length = u16::try_from(id.len()).unwrap().to_be_bytes();
        let parts = [
            &[0; 16][..],
            &length,
            id,
            &BEFORE,
            &[7; 32],
            &BETWEEN,
            &[9; 32],
        ];
        parts.concat()
    }

    fn new(host: &str, flags: u8, rest: &[u8]) -> NewPasskey {
        NewPasskey {
            name: "Điện thoại".into(),
            client_data: client_data("webauthn.create", ORIGIN, ""),
            authenticator_data: encode(&[&head(host, flags, 3), rest].concat()),
        }
    }

    const ALL: u8 = PRESENT | VERIFIED | ATTACHED;

    #[test]
    fn s5_a_new_passkey_is_read_with_its_id_key_and_host() {
        let read = made(&new(HOST, ALL, &attachment(b"id")), ORIGIN).unwrap();
        let point = [&[4][..], &[7; 32], &[9; 32]].concat();
        let wanted = Made {
            id: encode(b"id"),
            key: encode(&point),
            host: HOST.into(),
            count: 3,
            challenge: "abc".into(),
        };
        assert_eq!(read, wanted);
        // What extensions append after the key is passed over.
        let longer = [attachment(b"id"), b"\xa0".to_vec()].concat();
        assert_eq!(made(&new(HOST, ALL, &longer), ORIGIN).unwrap(), wanted);
    }

    #[test]
    fn s5_a_passkey_of_another_place_kind_or_nobody_is_none() {
        let good = attachment(b"id");
        let mut other_curve = good.clone();
        other_curve[16 + 2 + 2 + 6] = 2;
        let cases = [
            (new("evil.example", ALL, &good), "another host's"),
            (
                new(HOST, PRESENT | ATTACHED, &good),
                "nobody was recognised",
            ),
            (new(HOST, VERIFIED | ATTACHED, &good), "nobody was there"),
            (
                new(HOST, PRESENT | VERIFIED, &good),
                "says that it has no key",
            ),
            (new(HOST, ALL, &attachment(b"")), "no id"),
            (new(HOST, ALL, &attachment(&[1; 257])), "an id too long"),
            (new(HOST, ALL, &good[..good.len() - 1]), "cut"),
            (new(HOST, ALL, &other_curve), "another kind of key"),
            (new(HOST, ALL, b""), "nothing"),
        ];
        for (case, why) in cases {
            assert_eq!(made(&case, ORIGIN), Err(wrong()), "{why}");
        }
        let with = |client_data| NewPasskey {
            client_data,
            ..new(HOST, ALL, &good)
        };
        for client_data in [
            client_data("webauthn.get", ORIGIN, ""),
            client_data("webauthn.create", "https://evil.example", ""),
            client_data("webauthn.create", "http://xem.example.vn", ""),
            client_data("webauthn.create", ORIGIN, ",\"crossOrigin\":true"),
            encode(b"[]"),
            "=".into(),
        ] {
            assert_eq!(made(&with(client_data), ORIGIN), Err(wrong()));
        }
        for name in ["", "  ", &"x".repeat(61)] {
            let nameless = NewPasskey {
                name: name.into(),
                ..new(HOST, ALL, &good)
            };
            assert_eq!(made(&nameless, ORIGIN).unwrap_err().code, Code::BadValue);
        }
    }

    #[test]
    fn s5_what_a_passkey_signed_is_read_for_its_own_host_only() {
        let der = [
            &[0x30, 0x45, 0x02, 0x21, 0x00, 0xff][..],
            &[1; 31],
            &[0x02, 0x20, 2],
            &[3; 31],
        ];
        let mut assertion = Assertion {
            id: encode(b"id"),
            client_data: client_data("webauthn.get", ORIGIN, ",\"later\":[1]"),
            authenticator_data: encode(&head(HOST, PRESENT | VERIFIED, 8)),
            signature: encode(&der.concat()),
        };
        let read = signed(&assertion, ORIGIN, HOST).unwrap();
        let both = [&[0xff][..], &[1; 31], &[2], &[3; 31]].concat();
        assert_eq!(read.signature.as_slice(), both);
        assert_eq!((read.count, read.bytes.len()), (8, HEAD_BYTES + 32));
        assert_eq!(signed(&assertion, ORIGIN, "evil.example"), Err(wrong()));
        assert_eq!(
            signed(&assertion, "https://evil.example", HOST),
            Err(wrong())
        );
        assertion.authenticator_data = encode(&head(HOST, PRESENT, 8));
        assert_eq!(signed(&assertion, ORIGIN, HOST), Err(wrong()));
    }

    #[test]
    fn s5_a_signature_is_der_and_nothing_beside_it() {
        let small = [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07];
        let both = of_der(&small).unwrap();
        assert_eq!((both[31], both[63]), (5, 7));
        for at in 0..small.len() {
            assert_eq!(of_der(&small[..at]), None, "cut at {at}");
        }
        assert_eq!(of_der(&[&small[..], &[0]].concat()), None);
        let wide = [
            &[0x30, 0x26, 0x02, 0x21, 1][..],
            &[1; 32],
            &[0x02, 0x01, 0x07],
        ];
        assert_eq!(of_der(&wide.concat()), None, "33 digits");
    }

    #[test]
    fn s5_a_challenge_is_known_again_for_its_purpose_and_five_minutes() {
        let drawn = draw(SECRET, Purpose::Open, NOW, [5; 16]);
        let is_own = |purpose, at| is_own(SECRET, purpose, &drawn, at);
        assert!(is_own(Purpose::Open, NOW) && is_own(Purpose::Open, NOW.plus(LIFE_MS)));
        assert!(!is_own(Purpose::Open, NOW.plus(LIFE_MS + 1)));
        assert!(!is_own(Purpose::Open, NOW.plus(-1)), "of the future");
        assert!(!is_own(Purpose::Make("a"), NOW));
        assert!(!super::is_own(b"other", Purpose::Open, &drawn, NOW));
        let make = draw(SECRET, Purpose::Make("a"), NOW, [5; 16]);
        assert!(super::is_own(SECRET, Purpose::Make("a"), &make, NOW));
        assert!(!super::is_own(SECRET, Purpose::Make("b"), &make, NOW));
        let mut changed = decode(&drawn).unwrap();
        changed[9] ^= 1;
        for other in [
            encode(&changed),
            encode(&changed[..24]),
            String::new(),
            "abc".into(),
        ] {
            assert!(!super::is_own(SECRET, Purpose::Open, &other, NOW));
        }
    }

    #[test]
    fn s5_a_passkey_that_counts_backwards_was_copied() {
        assert!(follows(0, 0) && follows(0, 1) && follows(7, 8));
        assert!(!follows(7, 7) && !follows(7, 0) && !follows(7, 6));
    }
}
