//! A secret that is shown once: to read and to copy. Never: kept after the page is left.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::device::clipboard;
use crate::parts::Words;
use crate::text::ConnectText as Text;

/// What was just made, with the words for it.
pub(super) fn once(words: Words, about: Text, secret: String) -> AnyView {
    let is_copied = RwSignal::new(None::<bool>);
    let kept = StoredValue::new(secret.clone());
    let copy = move |_| {
        spawn_local(async move {
            is_copied.try_set(Some(clipboard::copy(&kept.get_value()).await));
        });
    };
    let said = move || match is_copied.get() {
        None => words.say(Text::CopyIt),
        Some(true) => words.say(Text::Copied),
        Some(false) => words.say(Text::NotCopied),
    };
    view! {
        <div class="fresh" role="group" aria-label=words.line(about)>
            <p role="status">{words.line(about)}</p>
            <output class="long">{secret}</output>
            <button class="button" type="button" on:click=copy>
                {said}
            </button>
        </div>
    }
    .into_any()
}
