//! One-time enrolment codes: 8 of 32 symbols, read aloud without mistakes
//! (rule S2).

use survey::day::{MINUTE_MS, Millis};

/// Symbols of a code. Not among them: 0 and O, 1 and I, which look alike.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Symbols in a code.
pub const LENGTH: usize = 8;
/// The first symbols find the code; the rest must fit.
const HANDLE_LENGTH: usize = 3;
/// A code is good for ten minutes.
pub const LIFE_MS: i64 = 10 * MINUTE_MS;
/// What wrong tries wear off a code before it is dead: five of a person, [`WORN_BY_A_TRY`] each. Of a
/// flood ([`MOST_FAILURES_A_MINUTE`]), which hits every open code by chance and must use up none of them,
/// two hundred: who knows a code's handle and floods has 200 of 2²⁵ secrets, one in 168,000.
pub const MOST_WORN: i64 = 200;
/// What a wrong try wears off.
pub const WORN_BY_A_TRY: i64 = 40;
/// The same in a flood.
pub const WORN_IN_A_FLOOD: i64 = 1;
/// Codes that may be open at once: beyond that a new one hears to wait. Of the 32,768 handles few are
/// then taken, so that one is found at once, and a guessed one finds a code in one of 65 tries.
pub const MOST_OPEN: i64 = 500;
/// Wrong tries in a minute, over all codes, after which a wrong one only hears to wait.
pub const MOST_FAILURES_A_MINUTE: i64 = 30;

/// A code in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// A code of random bytes: five bits of each are a symbol, so every code is equally likely.
    #[must_use]
    pub fn draw(random: [u8; LENGTH]) -> Self {
        let symbol = |byte: u8| ALPHABET.get(usize::from(byte & 31)).copied();
        Self(
            random
                .into_iter()
                .filter_map(symbol)
                .map(char::from)
                .collect(),
        )
    }

    /// Reads a code as people type it: any case, with spaces and hyphens.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let is_symbol = |c: char| u8::try_from(c).is_ok_and(|c| ALPHABET.contains(&c));
        let symbols = typed.chars().filter(|c| !matches!(c, ' ' | '-'));
        let code: String = symbols.map(|c| c.to_ascii_uppercase()).collect();
        (code.len() == LENGTH && code.chars().all(is_symbol)).then_some(Self(code))
    }

    /// What finds the code: not secret.
    #[must_use]
    pub fn handle(&self) -> &str {
        self.0.split_at(HANDLE_LENGTH).0
    }

    /// What must fit: 25 bits.
    #[must_use]
    pub fn secret(&self) -> &str {
        self.0.split_at(HANDLE_LENGTH).1
    }

    /// The code as people read it: two groups of four.
    #[must_use]
    pub fn shown(&self) -> String {
        let (first, last) = self.0.split_at(LENGTH / 2);
        format!("{first}-{last}")
    }
}

/// What is kept of a code, as far as a try depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// SHA-256 of the secret.
    pub secret_digest: String,
    /// When it ends.
    pub ends: Millis,
    /// What wrong tries wore off it so far.
    pub worn: i64,
    /// Whether a device was enrolled with it.
    pub is_used: bool,
}

/// What a try of a code comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// It opens.
    Right,
    /// The secret does not fit; the try is counted.
    Wrong,
    /// Right or wrong, this code is over.
    Over,
}

/// Judges a try. A wrong secret is told apart from a code that is over only by who has the secret.
#[must_use]
pub fn judge(kept: Option<&Kept>, secret_digest: &str, now: Millis) -> Try {
    match kept {
        None => Try::Wrong,
        Some(kept) if kept.worn >= MOST_WORN => Try::Over,
        Some(kept) if kept.secret_digest != secret_digest => Try::Wrong,
        Some(kept) if kept.is_used || now > kept.ends => Try::Over,
        Some(_) => Try::Right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s2_a_code_survives_being_typed_by_people() {
        let code = Code::draw([0, 1, 10, 21, 22, 23, 31, 255]);
        assert_eq!(code.shown(), "23CP-QRZZ");
        for typed in ["23CPQRZZ", "23cp-qrzz", " 23CP qrzz", "2 3-CpqRzZ"] {
            assert_eq!(Code::parse(typed), Some(code.clone()), "{typed}");
        }
        for typed in [
            "23CPQRZ",
            "23CPQRZZ2",
            "23CPQRZ0",
            "23CPQRZI",
            "",
            "23CPQRZé",
        ] {
            assert_eq!(Code::parse(typed), None, "{typed}");
        }
        assert_eq!((code.handle(), code.secret()), ("23C", "PQRZZ"));
    }

    #[test]
    fn s2_a_code_opens_once_for_ten_minutes_and_dies_after_five_tries() {
        let kept = Kept {
            secret_digest: "right".into(),
            ends: Millis(600_000),
            worn: 4 * WORN_BY_A_TRY,
            is_used: false,
        };
        assert_eq!(judge(Some(&kept), "right", Millis(600_000)), Try::Right);
        assert_eq!(judge(Some(&kept), "right", Millis(600_001)), Try::Over);
        assert_eq!(judge(Some(&kept), "other", Millis(0)), Try::Wrong);
        assert_eq!(judge(None, "right", Millis(0)), Try::Wrong);
        let used = Kept {
            is_used: true,
            ..kept.clone()
        };
        assert_eq!(judge(Some(&used), "right", Millis(0)), Try::Over);
        let tried = Kept {
            worn: 5 * WORN_BY_A_TRY,
            ..kept
        };
        assert_eq!(judge(Some(&tried), "right", Millis(0)), Try::Over);
    }
}
