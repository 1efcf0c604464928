//! How a page of the house begins: its title, the one thing that is done with the whole of it, what it is
//! for; and what stands there until the server has answered.

use leptos::prelude::*;

use super::account::said;
use crate::device::api::Trouble;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// Its title with a button beside it, and its help.
#[must_use]
pub fn opening(words: Words, title: Text, help: Text, verb: Text, act: Callback<()>) -> AnyView {
    view! {
        <header class="fleet-head">
            <h1>{words.line(title)}</h1>
            <button class="button quiet" on:click=move |_| act.run(())>
                {words.line(verb)}
            </button>
        </header>
        <p class="soft">{words.line(help)}</p>
    }
    .into_any()
}

/// What the server told, drawn; that it is awaited, or that it did not tell.
pub fn told<T>(
    words: Words,
    known: Option<Result<T, Trouble>>,
    draw: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match known {
        None => waiting(words),
        Some(Err(met)) => band(Tone::Red, said(words, &met)),
        Some(Ok(known)) => draw(known),
    }
}

/// That the server is awaited.
#[must_use]
pub fn waiting(words: Words) -> AnyView {
    view! { <p role="status">{words.say(Text::Loading)}</p> }.into_any()
}
