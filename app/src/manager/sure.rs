//! A step that cannot be taken back: a button, then what will happen, asked once.

use leptos::prelude::*;

use crate::parts::{Tone, Words, band};
use crate::text::{ManagerText as Text, Sentence};

/// What is asked before a step, and how.
#[derive(Clone, Copy, Debug)]
pub struct Step<T> {
    /// What the button says that begins it.
    pub verb: T,
    /// What will happen.
    pub question: T,
    /// What the button says that does it.
    pub yes: T,
    /// The classes of the first button.
    pub class: &'static str,
}

/// The button, or the question with its two answers; `of` is told with the verb where the step is about one of
/// several, `trouble` is what stood in its way.
#[must_use]
pub fn sure<T: Sentence + Send + Sync + 'static>(
    words: Words,
    step: Step<T>,
    of: String,
    is_asked: RwSignal<bool>,
    trouble: Signal<Option<String>>,
    go: Callback<()>,
) -> AnyView {
    let of = StoredValue::new(of);
    let body = move || {
        let of = of.with_value(|of| {
            if of.is_empty() {
                String::new()
            } else {
                [": ", of].concat()
            }
        });
        let label = [words.say(step.verb), &of].concat();
        if is_asked.get() {
            view! {
                <div class="sure" role="group" aria-label=label>
                    <p role="alert">{words.say(step.question)}</p>
                    {trouble.get().map(|met| band(Tone::Red, met))}
                    <button class="button danger" on:click=move |_| go.run(())>
                        {words.say(step.yes)}
                    </button>
                    <button class="button quiet" on:click=move |_| is_asked.set(false)>
                        {words.say(Text::Cancel)}
                    </button>
                </div>
            }
            .into_any()
        } else {
            view! {
                <button class=step.class aria-label=label on:click=move |_| is_asked.set(true)>
                    {words.say(step.verb)}
                </button>
            }
            .into_any()
        }
    };
    body.into_any()
}

/// [`sure`] for the end of one of several things: the answer says the verb again, and nothing is said to stand in
/// its way but by the page.
#[must_use]
pub fn end<T: Sentence + Send + Sync + 'static>(
    words: Words,
    [verb, question]: [T; 2],
    of: String,
    go: Callback<()>,
) -> AnyView {
    let step = Step {
        verb,
        question,
        yes: verb,
        class: "button quiet",
    };
    let is_asked = RwSignal::new(false);
    sure(words, step, of, is_asked, Signal::stored(None), go)
}
