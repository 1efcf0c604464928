//! A newtype for every id, so that one can never be passed for another.

use alloc::string::String;
use core::fmt::{self, Write};

use sha2::{Digest, Sha256};

/// Why a text is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// Too short, too long, or hyphens out of place.
    Length,
    /// A character that this kind of id does not have.
    Character,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "wrong length",
            Self::Character => "character not allowed",
        })
    }
}

impl core::error::Error for IdError {}

/// The value of one lower-case hexadecimal digit. Upper case is refused: an id has one spelling.
fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

fn read_hex<const N: usize>(text: &str) -> Result<[u8; N], IdError> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return Err(IdError::Length);
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let high = hex_value(*high).ok_or(IdError::Character)?;
        let low = hex_value(*low).ok_or(IdError::Character)?;
        *byte = (high << 4) | low;
    }
    Ok(bytes)
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.try_for_each(|digit| f.write_char(digit))
}

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Reads lower-case hexadecimal digits, two for each byte.
            ///
            /// # Errors
            /// [`IdError`] for any other length or character.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                read_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }
    };
}

hex_id!(
    /// A form's id: SHA-256 of its structure, Vietnamese wording, scale and filters.
    FormId, 32
);
hex_id!(
    /// A parcel's hash (rule W3): what a verdict must repeat before the device lets go (rule O4).
    ParcelHash, 32
);
hex_id!(
    /// What binds a comment to its record without revealing it: SHA-256 of `02`, salt, text (W3).
    Commitment, 32
);

impl ParcelHash {
    /// SHA-256 of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl Commitment {
    /// The commitment to no comment.
    pub const NONE: Self = Self([0; 32]);
}

hex_id!(
    /// Which build of the app is speaking: SHA-256 of its WebAssembly (rule S15).
    AppHash, 32
);
hex_id!(
    /// One life of a device's storage: new at enrolment and after a storage reset (rule W2).
    Epoch, 16
);
hex_id!(
    /// The salt that keeps a comment's commitment from being guessed (rule W3).
    Salt, 16
);

macro_rules! uuid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// Makes a version 4 UUID of sixteen random bytes: six bits are set as RFC 9562 says.
            #[must_use]
            pub const fn from_random(random: [u8; 16]) -> Self {
                let mut bytes = random;
                let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
                *version = (*version & 0x0f) | 0x40;
                *variant = (*variant & 0x3f) | 0x80;
                Self(bytes)
            }

            /// Reads `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx` in lower case, y being 8, 9, a or b.
            ///
            /// # Errors
            /// [`IdError`] for any other spelling, version or variant.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let mut groups = text.split('-');
                let mut digits = String::with_capacity(32);
                for length in [8, 4, 4, 4, 12] {
                    let group = groups.next().ok_or(IdError::Length)?;
                    if group.len() != length {
                        return Err(IdError::Length);
                    }
                    digits.push_str(group);
                }
                if groups.next().is_some() {
                    return Err(IdError::Length);
                }
                let bytes = read_hex(&digits)?;
                if Self::from_random(bytes).0 == bytes {
                    Ok(Self(bytes))
                } else {
                    Err(IdError::Character)
                }
            }

            /// The sixteen bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for (at, byte) in self.0.iter().enumerate() {
                    if matches!(at, 4 | 6 | 8 | 10) {
                        f.write_str("-")?;
                    }
                    write_hex(&[*byte], f)?;
                }
                Ok(())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

uuid!(
    /// One filled form, drawn when its draft opens and never redrawn (rule O1).
    ResponseId
);
uuid!(
    /// One batch on the wire; the reply repeats it (rule W5).
    BatchId
);
uuid!(
    /// One enrolled kiosk or tablet.
    DeviceId
);

macro_rules! word_id {
    ($(#[$doc:meta])* $name:ident, $longest:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The most characters it has.
            pub const LONGEST: usize = $longest;

            /// Reads a word of lower-case letters, digits, `-`, `_` and `.`, a letter or digit among
            /// them: `.` and `..` would be a place in an address, not a name.
            ///
            /// # Errors
            /// [`IdError`] when it is empty, too long, has another character, or names nothing.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                if text.is_empty() || text.len() > Self::LONGEST {
                    return Err(IdError::Length);
                }
                let is_allowed =
                    |c: u8| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
                let names = |c: u8| c.is_ascii_alphanumeric();
                if text.bytes().all(is_allowed) && text.bytes().any(names) {
                    Ok(Self(String::from(text)))
                } else {
                    Err(IdError::Character)
                }
            }

            /// The word.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

word_id!(
    /// A unit of the tree, from the country down to a one-stop body. Stable for ever (rule L1).
    UnitId, 32
);
word_id!(
    /// A counter (quầy) within a unit.
    CounterId, 32
);
word_id!(
    /// A service field (lĩnh vực), such as civil status or land.
    FieldId, 32
);
word_id!(
    /// Where the device stands: kiosk, counter tablet.
    DeviceClass, 16
);
word_id!(
    /// The way of answering (kênh): counter, qr, web, paper.
    Channel, 16
);
word_id!(
    /// A thing asked in a form (criterion, filter, factor, demographic), bound to its wording.
    ItemId, 32
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_uuid_reads_back_what_it_writes() {
        let id = ResponseId::from_random([0xab; 16]);
        assert_eq!(id.to_string(), "abababab-abab-4bab-abab-abababababab");
        assert_eq!(ResponseId::parse(&id.to_string()), Ok(id));
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        for bad in [
            "",
            "abababab-abab-4bab-abab-ababababab",
            "ABABABAB-abab-4bab-abab-abababababab",
            "abababab-abab-1bab-abab-abababababab",
            "abababab-abab-4bab-cbab-abababababab",
            "ababababababa-b4b-ab-abab-abababababab",
            "abababab-abab-4bab-abab-abababababab-",
        ] {
            assert!(ResponseId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hex_ids_refuse_other_lengths_and_letters() {
        assert!(Epoch::parse("00112233445566778899aabbccddeeff").is_ok());
        assert_eq!(Epoch::parse("0011"), Err(IdError::Length));
        assert_eq!(
            Epoch::parse("0g112233445566778899aabbccddeeff"),
            Err(IdError::Character)
        );
        assert_eq!(
            Epoch::parse("00112233445566778899AABBCCDDEEFF"),
            Err(IdError::Character)
        );
    }

    #[test]
    fn words_are_short_and_plain() {
        assert!(UnitId::parse("33.11977-m").is_ok());
        assert_eq!(UnitId::parse(""), Err(IdError::Length));
        assert_eq!(UnitId::parse(&"a".repeat(33)), Err(IdError::Length));
        assert_eq!(UnitId::parse("Hà Nội"), Err(IdError::Character));
        for place in [".", "..", "-", "_.-"] {
            assert_eq!(UnitId::parse(place), Err(IdError::Character), "{place}");
        }
    }
}
