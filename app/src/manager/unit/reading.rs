//! What a view of a unit asks the server for, asked again when the place changes or something was
//! released. Never: another place's answer under this place's name.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::device::api::{self, Trouble};
use crate::manager::account::{Desk, said};
use crate::parts::{Tone, Words, band};
use crate::text::{FiguresText, ManagerText};

/// What is known of an answer.
#[derive(Debug)]
pub enum Reading<A> {
    /// Nothing yet.
    Asking,
    /// It.
    Here(Arc<A>),
    /// Why there is none.
    Trouble(Trouble),
}

impl<A> Clone for Reading<A> {
    fn clone(&self) -> Self {
        match self {
            Self::Asking => Self::Asking,
            Self::Here(answer) => Self::Here(Arc::clone(answer)),
            Self::Trouble(met) => Self::Trouble(met.clone()),
        }
    }
}

/// Asks at a path, again whenever it or `again` changes.
pub fn read<A>(path: Memo<Option<String>>, again: RwSignal<u32>) -> RwSignal<Reading<A>>
where
    A: DeserializeOwned + Send + Sync + 'static,
{
    let desk = Desk::here();
    let reading = RwSignal::new(Reading::Asking);
    Effect::new(move |before: Option<Option<String>>| {
        again.track();
        let asked = path.get();
        // Another period of the same unit: the answer before stays until the new one is here.
        let unit = |path: &Option<String>| {
            let path = path.as_deref().unwrap_or_default();
            path.split_once('?').map(|(unit, _)| unit.to_owned())
        };
        if before.is_none_or(|before| unit(&before) != unit(&asked)) {
            reading.set(Reading::Asking);
        }
        if let Some(at) = asked.clone() {
            spawn_local(async move {
                let answer = api::understood(api::get(&at).await);
                if path.try_get_untracked().flatten() != Some(at) {
                    return;
                }
                reading.try_set(match answer {
                    Ok(answer) => Reading::Here(Arc::new(answer)),
                    Err(met) => {
                        desk.heed(&met);
                        Reading::Trouble(met)
                    }
                });
            });
        }
        asked
    });
    reading
}

/// Draws an answer, or what stands in its place.
pub fn drawn<A: Send + Sync + 'static>(
    words: Words,
    reading: RwSignal<Reading<A>>,
    draw: impl Fn(&Arc<A>) -> AnyView + Send + 'static,
) -> AnyView {
    let drawn = move || match reading.get() {
        Reading::Asking => {
            let waiting = words.say(ManagerText::Loading);
            view! { <p role="status" class="waiting">{waiting}</p> }.into_any()
        }
        Reading::Trouble(met) => {
            let said = format!("{} {}", words.say(FiguresText::NotHere), said(words, &met));
            band(Tone::Red, said)
        }
        Reading::Here(answer) => draw(&answer),
    };
    drawn.into_any()
}
