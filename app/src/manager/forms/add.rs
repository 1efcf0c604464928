//! A form added as data: chosen or pasted, judged here and by the server, looked at as the kiosk shows
//! it, then kept for ever. Never: kept before it was seen.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::form::Form;
use survey::wire::code::Code;
use survey::wire::forms::{FormTaken, MOST_FORM_BYTES, NewForm};
use survey::wire::write;

use super::card::{extent, title};
use super::preview::Preview;
use super::wrong;
use crate::device::api::{self, Trouble};
use crate::manager::account::{Desk, said};
use crate::manager::field::{Field, typed};
use crate::manager::source::Source;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// How far a form is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    /// Nothing was chosen or pasted, or too much.
    Wrong(Text),
    /// The file is no form.
    NoForm(String, String),
    /// It can be added.
    Good(String),
    Trouble(Trouble),
    Done,
}

/// The fields, folded until they are wanted.
#[component]
pub(super) fn Add(
    /// Called when a form was added.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let source = Source::default();
    let stage = RwSignal::new(Stage::Open);
    let check = move |_| {
        spawn_local(async move {
            let text = source.text().await;
            if text.trim().is_empty() {
                stage.try_set(Stage::Wrong(Text::FormNeeded));
            } else if text.len() > MOST_FORM_BYTES {
                stage.try_set(Stage::Wrong(Text::TooLarge));
            } else if let Err(error) = Form::parse(&text) {
                let (sentence, line) = wrong::said(words, &error, &text);
                stage.try_set(Stage::NoForm(sentence, line));
            } else if let Some(starts) = Day::of(desk.now()) {
                send(desk, text, starts, true, stage, refresh);
            }
        });
    };
    let labels = [Text::FormFile, Text::FormPaste].map(|label| words.line(label).into_any());
    let told = move || match stage.get() {
        Stage::Open => ().into_any(),
        Stage::Wrong(text) => band(Tone::Red, words.say(text)),
        Stage::NoForm(sentence, line) => view! {
            {band(Tone::Red, sentence)}
            <code class="excerpt" lang="vi">
                {line}
            </code>
        }
        .into_any(),
        Stage::Trouble(met) => band(Tone::Red, refused(words, &met)),
        Stage::Done => band(Tone::Good, words.say(Text::FormDone)),
        Stage::Good(file) => view! { <Sure file stage refresh /> }.into_any(),
    };
    view! {
        <details class="card">
            <summary>{words.line(Text::FormAdd)}</summary>
            <p class="soft">{words.line(Text::FormAddHelp)}</p>
            {source.fields(labels, ".json,application/json")}
            <button class="button main" on:click=check>
                {words.line(Text::FormCheck)}
            </button>
            {told}
        </details>
    }
}

/// Sends a form, on trial or in earnest; where a proof is wanted it is asked for and it is sent again.
fn send(
    desk: Desk,
    file: String,
    starts: Day,
    dry_run: bool,
    stage: RwSignal<Stage>,
    refresh: Callback<()>,
) {
    let message = write(&NewForm {
        file: file.clone(),
        starts,
        dry_run,
    });
    spawn_local(async move {
        let answer = api::consult("POST", "/v1/forms", &message).await;
        match api::understood::<FormTaken>(answer) {
            Ok(taken) if taken.done => {
                stage.try_set(Stage::Done);
                refresh.run(());
            }
            Ok(_) => {
                stage.try_set(Stage::Good(file));
            }
            Err(met) => {
                let wants_proof = met.wants_proof();
                let again = Callback::new(move |()| {
                    send(desk, file.clone(), starts, dry_run, stage, refresh);
                });
                desk.heed_grave(&met, again);
                if !wants_proof {
                    stage.try_set(Stage::Trouble(met));
                }
            }
        }
    });
}

fn refused(words: Words, met: &Trouble) -> String {
    match met {
        Trouble::Refused {
            code: Code::AlreadyThere,
            ..
        } => words.say(Text::FormTaken).to_owned(),
        met => said(words, met),
    }
}

/// What would be kept, shown whole; and the button that keeps it.
#[component]
fn Sure(file: String, stage: RwSignal<Stage>, refresh: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let starts = NodeRef::<Input>::new();
    let trouble = RwSignal::new(false);
    let today = Day::of(desk.now());
    let today = today.map(|day| day.to_string()).unwrap_or_default();
    let form = StoredValue::new(Form::parse(&file).ok());
    let reads = move || {
        form.with_value(|form| {
            let form = form.as_ref()?;
            let (name, extent) = (title(form, words), extent(form, words));
            Some(words.fill(Text::FormReads, &[("name", &name), ("extent", &extent)]))
        })
    };
    let id = form.with_value(|form| form.as_ref().map(|form| form.id().to_string()));
    let shown = file.clone();
    let keep = move |_| match Day::parse(&typed(starts)) {
        Some(day) => send(desk, file.clone(), day, false, stage, refresh),
        None => trouble.set(true),
    };
    let note = move || {
        trouble
            .get()
            .then(|| band(Tone::Red, words.say(Text::FormStartNeeded)))
    };
    view! {
        <p class="band" data-tone="good" role="status">
            {reads}
        </p>
        <p class="soft hash">{id}</p>
        <Preview file=shown />
        <Field label=Text::FormStarts node_ref=starts name="starts" kind="date" value=today />
        {note}
        <p>{words.line(Text::FormSure)}</p>
        <div class="row">
            <button class="button danger" on:click=keep>
                {words.line(Text::FormYes)}
            </button>
            <button class="button quiet" on:click=move |_| stage.set(Stage::Open)>
                {words.line(Text::Cancel)}
            </button>
        </div>
    }
}
