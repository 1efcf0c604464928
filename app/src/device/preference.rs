//! What this browser remembers of a reader's taste: the language. Never: who they are, what they saw.

const LANGUAGE: &str = "language";

/// The language tag chosen last time, if the browser kept it.
#[must_use]
pub fn language() -> Option<String> {
    let storage = web_sys::window()?.local_storage().ok()??;
    storage.get_item(LANGUAGE).ok()?
}

/// Remembers a language tag; where the browser refuses, the choice lasts as long as the page.
pub fn remember_language(tag: &str) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok()?);
    if let Some(storage) = storage {
        // A full or forbidden storage only forgets a taste.
        let _ = storage.set_item(LANGUAGE, tag);
    }
}
