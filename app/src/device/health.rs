//! How the device's storage is doing (B2, B3).

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

/// Whether the storage lasts and what is free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The browser promised to keep the storage.
    pub persisted: bool,
    /// Free for this site, in megabytes of 1,000,000 bytes; 0 when unknown.
    pub free_mb: u32,
}

fn storage() -> Option<StorageManager> {
    let storage = web_sys::window()?.navigator().storage();
    storage.is_object().then_some(storage)
}

async fn kept(promise: Result<js_sys::Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(promise.ok()?).await.ok()
}

/// Looks.
pub async fn look() -> Health {
    let Some(storage) = storage() else {
        return Health::default();
    };
    let persisted = kept(storage.persisted()).await;
    let estimate = kept(storage.estimate()).await;
    Health {
        persisted: persisted.is_some_and(|persisted| persisted.is_truthy()),
        free_mb: estimate.map_or(0, |estimate| free_mb(estimate.unchecked_ref())),
    }
}

/// Asks the browser for lasting storage; call it while a person touches the screen.
pub async fn persist() -> bool {
    match storage() {
        Some(storage) => kept(storage.persist())
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
fn free_mb(estimate: &StorageEstimate) -> u32 {
    let quota = estimate.get_quota().unwrap_or_default();
    let usage = estimate.get_usage().unwrap_or_default();
    ((quota - usage).max(0.0) / 1_000_000.0) as u32
}
