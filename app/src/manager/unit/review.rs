//! Comments that may name somebody: an administrator shows each, hides a part of it first, or keeps it hidden
//! (P13). Never: asked for by itself, since each reading is in the audit log.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::comment::names;
use survey::id::UnitId;
use survey::wire::review::{MarkedComment, Review, ReviewDecision, ReviewPage};
use survey::wire::write;

use super::period::Month;
use super::place::Place;
use crate::device::api::{self, Trouble};
use crate::manager::account::{Desk, said};
use crate::parts::{Tone, Words, band, format};
use crate::text::FiguresText as Text;

type Reading = Option<Result<Arc<ReviewPage>, Trouble>>;

/// The section, for who may decide.
#[component]
pub fn Reviews(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Raised when a comment is shown from now on.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let reading = RwSignal::new(None::<Reading>);
    Effect::new(move || {
        place.track();
        reading.set(None);
    });
    let ask = move |_| {
        let Some(asked) = place.get_untracked() else {
            return;
        };
        reading.set(Some(None));
        spawn_local(async move {
            let path = asked.path("review");
            let came = api::understood::<ReviewPage>(api::get(&path).await);
            if place.try_get_untracked().flatten() != Some(asked) {
                return;
            }
            if let Err(met) = &came {
                desk.heed(met);
            }
            reading.try_set(Some(Some(came.map(Arc::new))));
        });
    };
    let body = move || match reading.get() {
        None => view! {
            <button class="button" on:click=ask>
                {words.say(Text::ReviewOpen)}
            </button>
        }
        .into_any(),
        Some(None) => {
            let waiting = words.say(crate::text::ManagerText::Loading);
            view! { <p role="status">{waiting}</p> }.into_any()
        }
        Some(Some(Err(met))) => band(Tone::Red, said(words, &met)),
        Some(Some(Ok(page))) => months(words, &page, again),
    };
    view! {
        <section class="card comments reviews" aria-labelledby="review-name">
            <h2 id="review-name">{words.line(Text::ReviewTitle)}</h2>
            <p class="soft">{words.line(Text::ReviewHelp)}</p>
            {body}
        </section>
    }
}

fn months(words: Words, page: &Arc<ReviewPage>, again: RwSignal<u32>) -> AnyView {
    if page.months.is_empty() {
        let nothing = words.say(Text::ReviewNone);
        return view! { <p role="status">{nothing}</p> }.into_any();
    }
    let months = page.months.iter().map(|of| {
        let month = Month::parse(&of.month);
        let name = month.map(|month| format::month(words.language(), month.year, month.month));
        let comments = of.comments.iter().map(|comment| {
            let (comment, unit) = (comment.clone(), page.unit.clone());
            view! { <Marked comment unit again /> }
        });
        view! {
            <h3>{name}</h3>
            <ul>{comments.collect_view()}</ul>
        }
    });
    view! {
        <p>{words.say(Text::ReviewWords)}</p>
        {months.collect_view()}
    }
    .into_any()
}

/// How far a decision is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Asking,
    Done(Review),
    Trouble(Trouble),
}

#[component]
fn Marked(comment: MarkedComment, unit: UnitId, again: RwSignal<u32>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let stage = RwSignal::new(Stage::Open);
    let hidden = RwSignal::new(names::suspects(&comment.text));
    let comment = StoredValue::new(comment);
    let path = StoredValue::new(format!("/v1/units/{unit}/review"));
    // What would be read then; nothing where every word is hidden.
    let left = Memo::new(move |_| {
        let hidden = hidden.get();
        comment.with_value(|comment| match hidden.as_slice() {
            [] => Some(comment.text.clone()),
            hidden => names::hide(&comment.text, hidden),
        })
    });
    let decide = move |decision: Review| {
        stage.set(Stage::Asking);
        let hide = match decision {
            Review::Show => hidden.get_untracked(),
            Review::Keep => Vec::new(),
        };
        let key = comment.with_value(|comment| comment.key.clone());
        let message = write(&ReviewDecision {
            key,
            decision,
            hide,
        });
        let path = path.get_value();
        spawn_local(async move {
            let outcome = api::tell("POST", &path, &message).await;
            if let Err(met) = &outcome {
                desk.heed(met);
            }
            if outcome.is_ok() && decision == Review::Show {
                again.try_update(|times| *times += 1);
            }
            stage.try_set(match outcome {
                Ok(()) => Stage::Done(decision),
                Err(met) => Stage::Trouble(met),
            });
        });
    };
    let toggles = move || {
        let text = comment.with_value(|comment| comment.text.clone());
        let toggle = |(at, word): (usize, &str)| {
            let is_hidden = move || hidden.with(|hidden| hidden.contains(&at));
            let turn = move |_| {
                hidden.update(|hidden| match hidden.iter().position(|it| *it == at) {
                    Some(place) => drop(hidden.remove(place)),
                    None => hidden.push(at),
                });
            };
            view! {
                <button
                    class="word"
                    type="button"
                    aria-pressed=move || is_hidden().to_string()
                    on:click=turn
                >
                    {word.to_owned()}
                </button>
            }
            .into_any()
        };
        let toggles: Vec<AnyView> = names::words(&text).enumerate().map(toggle).collect();
        toggles
    };
    let open = move || {
        let show = move || {
            let n = hidden.with(Vec::len);
            match n {
                0 => words.say(Text::ReviewShow).to_owned(),
                n => words.count(Text::ReviewShowHidden, i64::try_from(n).unwrap_or_default()),
            }
        };
        view! {
            <div class="words" role="group" lang="vi" aria-label=words.line(Text::ReviewWords)>
                {toggles()}
            </div>
            <p class="left">
                {words.line(Text::ReviewLeft)} " "
                <q lang="vi">{move || left.get()}</q>
            </p>
            <div class="row">
                <button
                    class="button main"
                    disabled=move || left.with(Option::is_none)
                    on:click=move |_| decide(Review::Show)
                >
                    {show}
                </button>
                <button class="button quiet" on:click=move |_| decide(Review::Keep)>
                    {words.line(Text::ReviewKeep)}
                </button>
            </div>
        }
        .into_any()
    };
    let body = move || match stage.get() {
        Stage::Open => open(),
        Stage::Asking => view! { <p role="status">{words.say(Text::ReviewAsking)}</p> }.into_any(),
        Stage::Done(decision) => {
            let done = match decision {
                Review::Show => Text::ReviewShown,
                Review::Keep => Text::ReviewKept,
            };
            view! { <p role="status">{words.say(done)}</p> }.into_any()
        }
        Stage::Trouble(met) => {
            view! { <div role="alert">{band(Tone::Red, said(words, &met))}</div> }.into_any()
        }
    };
    view! { <li>{body}</li> }
}
