//! Runs the contract of `device/contract.rs` on the browser's own IndexedDB, for a test page: the
//! outcome stands in the attribute `data-contract` of `<html>`. With `#full` it writes until the
//! storage is full and says what the store said.

use std::cell::Cell;

use survey_app::device::indexed_db::IndexedDb;
use survey_app::device::store::Store;
use survey_app::device::{contract, page};

fn main() {
    std::panic::set_hook(Box::new(|broken| {
        page::set("data-contract", &broken.to_string());
    }));
    let is_full = page::take_fragment() == "full";
    leptos::task::spawn_local(async move {
        let outcome = if is_full {
            fill().await
        } else {
            let number = Cell::new(0);
            contract::run(async || {
                number.set(number.get() + 1);
                IndexedDb::named(&format!("contract-{}", number.get()))
            })
            .await;
            "kept".to_owned()
        };
        page::set("data-contract", &outcome);
    });
}

/// Writes records until one is refused; then the queue must still hold exactly those that were kept.
async fn fill() -> String {
    let store = IndexedDb::named("full");
    for kept in 0..=u8::MAX {
        let mut entry = contract::sample(kept);
        // Varied bytes: a browser compresses one letter away.
        let mut body = String::new();
        for at in 0..40_000_u32 {
            let varied = at.wrapping_mul(2_654_435_761).rotate_left(kept.into());
            body.push_str(&varied.to_string());
        }
        entry.parcel.body = body;
        if let Err(error) = store.finish(&entry).await {
            let waiting = store.waiting().await.map(|queue| queue.len());
            return format!("{error:?} after {kept}, waiting {waiting:?}");
        }
    }
    "never full".to_owned()
}
