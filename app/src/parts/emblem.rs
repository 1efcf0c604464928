//! The lotus that stands for the product, drawn by us.

use leptos::prelude::*;

/// The lotus: three petals over a line of water. Decoration, so screen readers pass it by.
#[component]
pub fn Emblem() -> impl IntoView {
    view! {
        <svg class="emblem" viewBox="0 0 96 72" aria-hidden="true" focusable="false">
            <path class="petal-far" d="M48 60 C20 62 6 46 4 28 C22 28 40 38 48 60 Z" />
            <path class="petal-far" d="M48 60 C76 62 90 46 92 28 C74 28 56 38 48 60 Z" />
            <path class="petal-side" d="M48 60 C28 52 22 34 26 14 C42 22 50 38 48 60 Z" />
            <path class="petal-side" d="M48 60 C68 52 74 34 70 14 C54 22 46 38 48 60 Z" />
            <path class="petal-near" d="M48 60 C34 44 36 20 48 4 C60 20 62 44 48 60 Z" />
            <path class="water" d="M14 68 H82" />
        </svg>
    }
}
