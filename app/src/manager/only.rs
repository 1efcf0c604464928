//! A part of a page that is there only while something is so. Never: made anew while it stays so.

use leptos::prelude::*;

/// The part, while it is so. Smaller than `Show`, which is compiled for every type that it draws.
pub fn only_if(
    is_so: impl Fn() -> bool + Send + Sync + 'static,
    part: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let is_so = Memo::new(move |_| is_so());
    (move || is_so.get().then(&part)).into_any()
}
