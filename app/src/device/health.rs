//! How the device's storage is doing (B2, B3, B6).

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{StorageEstimate, StorageManager};

use super::bell::in_time;
use super::witness;

/// Whether the storage lasts and what is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The browser promised to keep the storage.
    pub persisted: bool,
    /// Free for this site, in megabytes of 1,000,000 bytes; `None` where the browser does not say.
    pub free_mb: Option<u32>,
    /// How often it was found empty after it had held an enrolment.
    pub losses: u16,
}

/// After so many losses a device must promise to keep its storage before it asks a citizen (B6).
const MOST_LOSSES: u16 = 2;

/// Whether a storage with this past may hold citizens' answers.
#[must_use]
pub const fn is_fit(losses: u16, is_persisted: bool) -> bool {
    is_persisted || losses < MOST_LOSSES
}

fn storage() -> Option<StorageManager> {
    let storage = web_sys::window()?.navigator().storage();
    storage.is_object().then_some(storage)
}

/// Sending waits for the answers (U4), so longer than this nobody waits for one.
const PATIENCE_MS: i64 = 5_000;
/// A person may be asked before the browser promises, and think about it.
const PERSON_MS: i64 = 60_000;

async fn kept(promise: Result<js_sys::Promise, JsValue>, milliseconds: i64) -> Option<JsValue> {
    in_time(promise.ok()?, milliseconds).await
}

/// Looks.
pub async fn look() -> Health {
    let Some(storage) = storage() else {
        return Health::default();
    };
    let persisted = kept(storage.persisted(), PATIENCE_MS).await;
    let estimate = kept(storage.estimate(), PATIENCE_MS).await;
    Health {
        persisted: persisted.is_some_and(|persisted| persisted.is_truthy()),
        free_mb: estimate.and_then(|estimate| free_mb(estimate.unchecked_ref())),
        losses: witness::losses(),
    }
}

/// Asks the browser for lasting storage; call it while a person touches the screen.
pub async fn persist() -> bool {
    match storage() {
        Some(storage) => kept(storage.persist(), PERSON_MS)
            .await
            .is_some_and(|promised| promised.is_truthy()),
        None => false,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a double above zero; the conversion stops at u32::MAX"
)]
fn free_mb(estimate: &StorageEstimate) -> Option<u32> {
    let quota = estimate.get_quota()?;
    let usage = estimate.get_usage().unwrap_or_default();
    Some(((quota - usage).max(0.0) / 1_000_000.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::is_fit;

    #[test]
    fn b6_after_two_losses_only_a_storage_that_is_promised_to_last() {
        let fit = [0, 1, 2, 3].map(|losses| is_fit(losses, false));
        assert_eq!(fit, [true, true, false, false]);
        assert!(is_fit(9, true));
    }
}
