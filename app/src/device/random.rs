//! Randomness from the system (O1).

use web_sys::Crypto;

/// The browser's cryptography; `None` on a page that is no secure context.
#[must_use]
pub fn crypto() -> Option<Crypto> {
    web_sys::window()?.crypto().ok()
}

/// `N` random bytes. `None` when the browser has no generator: then nothing may be drawn at all.
#[must_use]
pub fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    crypto()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}

/// A number uniform over all of `u32`, for the jitter of retries; 0 where there is no generator.
#[must_use]
pub fn number() -> u32 {
    bytes().map_or(0, u32::from_be_bytes)
}
