//! Session tokens and their cookie (rule S6).

use crate::refused::Refused;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use survey::day::{HOUR_MS, MINUTE_MS, Millis};

/// A session ends after this long without a request.
const IDLE_MS: i64 = 30 * MINUTE_MS;
/// A session ends after this long in all.
const TOTAL_MS: i64 = 10 * HOUR_MS;
/// The cookie. The prefix makes a browser insist on `Secure`, `Path=/` and no `Domain`.
const COOKIE: &str = "__Host-s";

/// The cookie of a browser in which somebody signed in before.
const BROWSER: &str = "__Host-b";
/// A browser is known for so many seconds after the last sign-in.
const BROWSER_LIFE_S: u32 = 180 * 24 * 3_600;
/// Whoever signed in or proved themselves so long ago has to do it again before a grave step (S7).
const PROOF_MS: i64 = 5 * MINUTE_MS;

/// How an API key begins: programs that look for leaked secrets find it by that.
const KEY: &str = "hlk_";

/// Bytes from the system's generator.
///
/// # Errors
/// Broken when the system has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], Refused> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Refused::broken("no random bytes"))?;
    Ok(bytes)
}

/// A new token of 256 random bits, as the cookie carries it.
///
/// # Errors
/// As [`random`].
pub fn draw() -> Result<String, Refused> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A new API key of 256 random bits.
///
/// # Errors
/// As [`random`].
pub fn draw_key() -> Result<String, Refused> {
    Ok([KEY, &draw()?].concat())
}

/// The API key in a request's `Authorization` header, perhaps nobody's. Anything else, such as a proxy's own
/// password, is none.
#[must_use]
pub fn key_in(header: &str) -> Option<&str> {
    let (scheme, key) = header.trim().split_once(' ')?;
    let is_bearer = scheme.eq_ignore_ascii_case("bearer");
    Some(key.trim()).filter(|key| is_bearer && key.starts_with(KEY))
}

/// What a key is known by in the place of a session's digest, which has no such beginning.
#[must_use]
pub fn credential_of_key(key: &str) -> String {
    [KEY, &digest(key)].concat()
}

/// The digest of the key in a credential; `None` where that is a session's.
#[must_use]
pub fn key_digest(credential: &str) -> Option<&str> {
    credential.strip_prefix(KEY)
}

/// SHA-256 of a text in hexadecimal: what is kept of a token.
#[must_use]
pub fn digest(text: &str) -> String {
    digest_of(text.as_bytes())
}

/// SHA-256 of bytes in hexadecimal.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The header that gives a token to the browser.
#[must_use]
pub fn cookie(token: &str) -> String {
    format!("{COOKIE}={token}; Secure; HttpOnly; SameSite=Strict; Path=/")
}

/// The header that takes it back.
#[must_use]
pub fn no_cookie() -> String {
    format!("{COOKIE}=; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age=0")
}

/// The header by which a browser will be known. It opens nothing: a password tried with it is only
/// not held up by what strangers tried (S5).
#[must_use]
pub fn browser_cookie(token: &str) -> String {
    format!(
        "{BROWSER}={token}; Secure; HttpOnly; SameSite=Strict; Path=/; Max-Age={BROWSER_LIFE_S}"
    )
}

/// The token in a request's `Cookie` header.
#[must_use]
pub fn in_cookies(header: &str) -> Option<&str> {
    named(header, COOKIE)
}

/// The token of a browser in a request's `Cookie` header.
#[must_use]
pub fn browser_in_cookies(header: &str) -> Option<&str> {
    named(header, BROWSER)
}

fn named<'a>(header: &'a str, cookie: &str) -> Option<&'a str> {
    let mut pairs = header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == cookie)
        .map(|(_, token)| token)
}

/// Whether a proof is fresh enough for a grave step.
#[must_use]
pub fn is_fresh(proved: Millis, now: Millis) -> bool {
    (0..=PROOF_MS).contains(&now.since(proved))
}

/// When a session ends at the latest.
#[must_use]
pub const fn ends(began: Millis) -> Millis {
    began.plus(TOTAL_MS)
}

/// Whether a session is over.
#[must_use]
pub fn is_over(began: Millis, last_seen: Millis, now: Millis) -> bool {
    now.since(last_seen) > IDLE_MS || now.since(began) > TOTAL_MS || now < began
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s6_a_token_has_256_bits_and_is_found_among_cookies() {
        let token = draw().unwrap();
        assert_eq!(token.len(), 43);
        assert_ne!(token, draw().unwrap());
        assert_eq!(digest(&token).len(), 64);
        let header = format!("a=b; {COOKIE}={token}; c=d");
        assert_eq!(in_cookies(&header), Some(token.as_str()));
        assert_eq!(in_cookies("s=1; x__Host-s=2"), None);
    }

    #[test]
    fn um15_a_key_has_256_bits_and_is_told_from_every_session() {
        let key = draw_key().unwrap();
        assert_eq!(key.len(), 47);
        assert_ne!(key, draw_key().unwrap());
        for header in [format!("Bearer {key}"), format!(" bearer  {key} ")] {
            assert_eq!(key_in(&header), Some(key.as_str()));
        }
        for header in [&key, "Basic aGxrXw==", "Bearer other", "Bearer", ""] {
            assert_eq!(key_in(header), None, "{header}");
        }
        let credential = credential_of_key(&key);
        assert_eq!(key_digest(&credential), Some(digest(&key).as_str()));
        assert_eq!(key_digest(&digest(&key)), None);
    }

    #[test]
    fn s7_a_proof_is_good_for_five_minutes() {
        assert!(is_fresh(Millis(0), Millis(PROOF_MS)));
        assert!(!is_fresh(Millis(0), Millis(PROOF_MS + 1)));
        assert!(
            !is_fresh(Millis(1), Millis(0)),
            "a clock that was set back proves nothing"
        );
    }

    #[test]
    fn s6_a_session_ends_after_half_an_hour_of_rest_or_ten_hours() {
        let began = Millis(1_000);
        let at = |ms| began.plus(ms);
        assert!(!is_over(began, began, at(IDLE_MS)));
        assert!(is_over(began, began, at(IDLE_MS + 1)));
        assert!(!is_over(began, at(TOTAL_MS - 5), at(TOTAL_MS)));
        assert!(is_over(began, at(TOTAL_MS), at(TOTAL_MS + 1)));
        assert!(is_over(began, began, Millis(0)));
    }
}
