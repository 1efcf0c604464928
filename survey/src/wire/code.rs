//! Stable codes: the one word on the wire by which a program knows what happened. Never reused.

use serde::Serialize;

use crate::json::{Fault, FromJson, Json};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal;)*) => {
        /// Why a request was not granted. Each has one word and one HTTP status, for ever.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $word)] $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The HTTP status it comes with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    /// The body is not the message this route takes.
    BadRequest = "bad-request", 400;
    /// The batch is not a batch (rule W2); the device keeps everything.
    BadBatch = "bad-batch", 400;
    /// The file is no rescue file, or not as it was exported (rule O14).
    BadRescue = "bad-rescue", 400;
    /// The rescue file is sealed to a key that this deployment does not have.
    OtherKey = "other-key", 400;
    /// A value is not allowed here, such as an empty name.
    BadValue = "bad-value", 400;
    /// The content type is not `application/json`.
    NotJson = "not-json", 415;
    /// The server does not speak this version of the wire.
    BadVersion = "bad-version", 400;
    /// Too many bytes or records; send less at a time.
    TooLarge = "too-large", 413;
    /// This device is not known here; its data stays on it.
    UnknownDevice = "unknown-device", 401;
    /// A device's signature does not fit.
    BadSignature = "bad-signature", 401;
    /// This device was revoked; it may not get a configuration.
    RevokedDevice = "revoked-device", 403;
    /// The enrolment code is wrong.
    WrongCode = "wrong-code", 403;
    /// The enrolment code is older than ten minutes, used, or tried too often.
    ExpiredCode = "expired-code", 403;
    /// Account or password is wrong.
    WrongPassword = "wrong-password", 401;
    /// A passkey is not known here, or what it signed does not fit.
    WrongPasskey = "wrong-passkey", 401;
    /// An API key is not known here, or works no more.
    BadKey = "bad-key", 401;
    /// Nobody is signed in.
    SignedOut = "signed-out", 401;
    /// The role does not allow this.
    NotAllowed = "not-allowed", 403;
    /// Prove who you are again: the last time is more than five minutes ago.
    ProveAgain = "prove-again", 403;
    /// The request does not come from this site's own page.
    WrongOrigin = "wrong-origin", 403;
    /// The server is set up already.
    AlreadySetUp = "already-set-up", 409;
    /// The id is taken.
    AlreadyThere = "already-there", 409;
    /// Somebody changed it since it was looked at.
    ChangedMeanwhile = "changed-meanwhile", 409;
    /// There is nothing here, or nothing that this account may see.
    NotFound = "not-found", 404;
    /// The route has no such method.
    BadMethod = "bad-method", 405;
    /// Too many requests or tries; wait as `Retry-After` says.
    SlowDown = "slow-down", 429;
    /// Our own fault; nothing was recorded.
    Broken = "broken", 500;
    /// Not ready; try again.
    Unavailable = "unavailable", 503;
}

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people: what is wrong and what to do, in English.
    pub message: alloc::string::String,
}

impl FromJson for Refusal {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            code: json.get("code")?,
            message: json.get("message")?,
        })
    }
}

impl FromJson for Code {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        let word = json.text()?;
        let mut codes = Self::ALL.iter().copied();
        let known = codes.find(|code| code.word() == word);
        known.ok_or_else(|| json.is_not("a code"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn codes_are_words_and_none_is_used_twice() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.word()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(code.word().chars().all(is_kebab));
            assert!((400..=599).contains(&code.status()));
            assert_eq!(
                super::super::write(code),
                alloc::format!("\"{}\"", code.word())
            );
            assert_eq!(crate::json::read(&super::super::write(code)), Ok(*code));
        }
    }
}
