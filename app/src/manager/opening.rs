//! How a page of the house begins: its title, the one thing that is done with the whole of it, what it is
//! for; the question to the server, and what stands there until it has answered. Never: what is asked.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::account::{Desk, said};
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

/// What the server answered when it was asked last, `None` until then; and what asks it again. It is asked at
/// once. An answer that comes when the page is gone is dropped.
pub fn asked<T, Asking>(
    desk: Desk,
    ask: impl Fn() -> Asking + Copy + Send + Sync + 'static,
) -> (RwSignal<Option<Result<T, Trouble>>>, Callback<()>)
where
    T: Send + Sync + 'static,
    Asking: Future<Output = Result<T, Trouble>> + 'static,
{
    let known = RwSignal::new(None);
    let refresh = Callback::new(move |()| {
        spawn_local(async move {
            let answer = ask().await;
            if let Err(met) = &answer {
                desk.heed(met);
            }
            known.try_set(Some(answer));
        });
    });
    refresh.run(());
    (known, refresh)
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
