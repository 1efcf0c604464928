//! The operator hands in a rescue file (O14). Never: opens one; the server alone can.

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::code::Code;
use survey::wire::rescue::{Imported, MOST_FILE_BYTES};

use crate::device::api::Trouble;
use crate::device::{api, files};
use crate::manager::account::{Desk, said};
use crate::manager::grave::carry_out;
use crate::parts::{Tone, Words, band, format};
use crate::text::{Language, ManagerText as Text};

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Sending,
    Done(Imported),
    NotAFile,
    Trouble(Trouble),
}

/// A button to choose the file with, and what came of it.
#[component]
pub(super) fn Upload(
    /// Called when the list should be asked for again.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let stage = RwSignal::new(Stage::Open);
    let choose = move |_| {
        let Some(chosen) = files::choose(".hailong") else {
            return;
        };
        spawn_local(async move {
            let Some(text) = chosen.text(MOST_FILE_BYTES).await else {
                stage.try_set(Stage::NotAFile);
                return;
            };
            stage.try_set(Stage::Sending);
            carry_out(
                desk,
                move || {
                    let text = text.clone();
                    async move { api::hand_in(&text).await }
                },
                move |outcome| {
                    let has_kept = outcome
                        .as_ref()
                        .is_ok_and(|told| told.units.iter().any(|unit| unit.quarantined > 0));
                    stage.try_set(match outcome {
                        Err(met) if met.wants_proof() => Stage::Open,
                        outcome => outcome.map_or_else(Stage::Trouble, Stage::Done),
                    });
                    if has_kept {
                        refresh.run(());
                    }
                },
            );
        });
    };
    let told = move || {
        let language = words.language();
        let bands = match stage.get() {
            Stage::Open => Vec::new(),
            Stage::Sending => vec![(Tone::Calm, words.say(Text::HandingIn).to_owned())],
            Stage::NotAFile => vec![(Tone::Red, words.say(Text::RescueBad).to_owned())],
            Stage::Trouble(met) => vec![(Tone::Red, refused(words, &met))],
            Stage::Done(told) => outcome(language, &told),
        };
        let bands = bands.into_iter();
        bands.map(|(tone, text)| band(tone, text)).collect_view()
    };
    view! {
        <section class="card new-code">
            <h2>{words.line(Text::RescueTitle)}</h2>
            <p>{words.line(Text::RescueHelp)}</p>
            <button class="button" on:click=choose>
                {words.line(Text::RescueChoose)}
            </button>
            <div role="status">{told}</div>
        </section>
    }
}

/// What is wrong with the file, or what any page says.
fn refused(words: Words, met: &Trouble) -> String {
    match met {
        Trouble::Refused {
            code: Code::BadRescue | Code::TooLarge,
            ..
        } => words.say(Text::RescueBad).to_owned(),
        Trouble::Refused {
            code: Code::OtherKey,
            ..
        } => words.say(Text::RescueOther).to_owned(),
        met => said(words, met),
    }
}

fn outcome(language: Language, told: &Imported) -> Vec<(Tone, String)> {
    let units = told.units.iter();
    let [n, m, k] = units.fold([0; 3], |[n, m, k], unit| {
        [
            n + u64::from(unit.counted),
            m + u64::from(unit.already),
            k + u64::from(unit.quarantined),
        ]
    });
    let [n, m, k] = [n, m, k].map(|count| format::count(language, count));
    let numbers = [("n", n.as_str()), ("m", &m), ("k", &k)];
    let mut said = vec![(Tone::Good, Text::RescueDone.fill(language, &numbers))];
    if told.unread > 0 {
        let u = format::count(language, u64::from(told.unread));
        said.push((Tone::Amber, Text::RescueUnread.fill(language, &[("n", &u)])));
    }
    said
}
