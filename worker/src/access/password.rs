//! Passwords: Argon2id at 19 MiB, 2 passes, 1 lane (rule S5), and the delay that
//! grows with every wrong one.

use crate::refused::Refused;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use survey::day::Millis;

/// Characters that a new password has at least.
pub const SHORTEST: usize = 12;
/// Bytes that a password has at most.
pub const LONGEST_BYTES: usize = 256;

/// Passwords that are checked in a minute, in all, for browsers in which nobody signed in before. A
/// whole province's first Monday fits; a flood costs the server no more than this.
pub const MOST_OF_STRANGERS_A_MINUTE: i64 = 60;

/// The longest delay after wrong passwords: 15 minutes.
const LONGEST_DELAY_MS: i64 = 900_000;

fn argon2() -> Result<Argon2<'static>, Refused> {
    let params = Params::new(19_456, 2, 1, None)
        .map_err(|_| Refused::broken("argon2 refuses its parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The text to keep of a password: algorithm, parameters, salt and hash.
///
/// # Errors
/// Broken when the algorithm cannot run.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, Refused> {
    let broken = |_| Refused::broken("argon2 cannot hash");
    let salt = SaltString::encode_b64(&salt).map_err(broken)?;
    let hash = argon2()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(broken)?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed.
///
/// `None` stands for an account that does not exist: it takes the same time and fails, so that
/// nobody learns which names there are.
///
/// # Errors
/// Broken when the kept text is not one of [`hash`]'s.
pub fn is_right(password: &str, kept: Option<&str>) -> Result<bool, Refused> {
    let Some(kept) = kept else {
        hash(password, [0; 16])?;
        return Ok(false);
    };
    let kept =
        PasswordHash::new(kept).map_err(|_| Refused::broken("a kept password is damaged"))?;
    Ok(argon2()?
        .verify_password(password.as_bytes(), &kept)
        .is_ok())
}

/// When the next try is allowed after this many wrong ones in a row: 1 s, 2 s, 4 s … 15 min.
#[must_use]
pub fn next_try(now: Millis, failures: i64) -> Millis {
    let doublings = u32::try_from(failures.saturating_sub(1))
        .unwrap_or(0)
        .min(20);
    now.plus((1_000_i64 << doublings).min(LONGEST_DELAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s5_a_password_is_kept_as_argon2id_and_recognised() {
        let kept = hash("mật khẩu dài", [7; 16]).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(is_right("mật khẩu dài", Some(&kept)).unwrap());
        assert!(!is_right("mat khau dai", Some(&kept)).unwrap());
        assert!(!is_right("mật khẩu dài", None).unwrap());
    }

    #[test]
    fn s5_the_delay_doubles_up_to_a_quarter_of_an_hour() {
        let wait = |failures| next_try(Millis(0), failures).0;
        assert_eq!([1, 2, 3, 10].map(wait), [1_000, 2_000, 4_000, 512_000]);
        assert_eq!([11, 60, 1_000_000].map(wait), [900_000; 3]);
    }
}
