//! How a delivery is signed, and when it is tried again (rule UM13). Never: HTTP, SQL.

use crate::access::token::hex;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use survey::day::{HOUR_MS, MINUTE_MS, Millis};

/// How long is waited after each try that failed; after the last of these there is one more try.
const WAITS_MS: [i64; 7] = [
    MINUTE_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    24 * HOUR_MS,
];

/// When the next try is due, after so many have failed; `None` where it is given up.
#[must_use]
pub fn next_try(now: Millis, failed: u32) -> Option<Millis> {
    let nth = usize::try_from(failed).ok()?.checked_sub(1)?;
    WAITS_MS.get(nth).map(|wait_ms| now.plus(*wait_ms))
}

/// What `X-HaiLong-Signature` says: the second of sending, and HMAC-SHA256 of `<second>.<body>` under the
/// secret's bytes as they were shown. `None` never comes of a text.
#[must_use]
pub fn signature(secret: &str, now: Millis, body: &str) -> Option<String> {
    let second = now.0.div_euclid(1_000);
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    code.update(format!("{second}.").as_bytes());
    code.update(body.as_bytes());
    Some(format!(
        "t={second},v1={}",
        hex(&code.finalize().into_bytes())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um13_a_delivery_is_tried_for_two_days_ever_more_rarely() {
        let mut at = Millis(0);
        let mut waits = Vec::new();
        for failed in 1.. {
            let Some(next) = next_try(at, failed) else {
                break;
            };
            waits.push(next.since(at) / MINUTE_MS);
            at = next;
        }
        assert_eq!(waits, [1, 5, 30, 120, 360, 720, 1_440]);
        assert_eq!(next_try(at, 0), None);
    }

    #[test]
    fn um13_a_signature_is_hmac_sha256_over_the_second_and_the_body() {
        // `printf '1795402800.{"v":1}' | openssl dgst -sha256 -hmac hls_abc`
        assert_eq!(
            signature("hls_abc", Millis(1_795_402_800_999), "{\"v\":1}").unwrap(),
            "t=1795402800,v1=05addff7f7809ee0cb7dce2f5cbcc20391f9ef71c41bef4e588c9a8d556da94f"
        );
    }
}
