//! What a segment of a path may name, as the values that it may be. Never: whether there is such a one, decoding but for
//! the `@` of a name.

use crate::refused::Refused;
use survey::id::UnitId;

/// A unit's id in a path.
///
/// # Errors
/// Not found for what is none.
pub fn unit_in(segment: &str) -> Result<UnitId, Refused> {
    UnitId::parse(segment).map_err(|_| Refused::not_found())
}

/// An account's name in a path: letters, digits, `-`, `_`, `.`, `@`.
///
/// # Errors
/// Not found for what is none.
pub fn name_in(segment: &str) -> Result<String, Refused> {
    let name = segment.replace("%40", "@");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
    (name.chars().all(is_plain) && name.len() <= 64)
        .then_some(name)
        .ok_or_else(Refused::not_found)
}

/// The id of a passkey, an API key or an alert in a path: base64url.
///
/// # Errors
/// Not found where it is none.
pub fn key_in(segment: &str) -> Result<&str, Refused> {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
    let is_id = !segment.is_empty() && segment.len() <= 400 && segment.bytes().all(is_plain);
    is_id.then_some(segment).ok_or_else(Refused::not_found)
}

/// An action's id in a path: 16 hexadecimal digits.
///
/// # Errors
/// Not found for what is none.
pub fn action_in(segment: &str) -> Result<&str, Refused> {
    let is_digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
    let is_id = segment.len() == 16 && segment.bytes().all(is_digit);
    is_id.then_some(segment).ok_or_else(Refused::not_found)
}
