//! How many dossiers ended at each unit in a month, which coverage needs: looked through by month, entered one
//! by one, or handed in as a file with a dry run (D5). Never: anything of a dossier but the number.

mod enter;
mod import;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use survey::id::UnitId;
use survey::wire::dossiers::{DossierOutcome, DossierProblem, Dossiers};
use survey::wire::manager::Unit;

use super::account::{Desk, said};
use super::grave::carry_out;
use super::opening::asked;
use super::overview::tree::Tree;
use super::unit::period::Month;
use crate::device::api;
use crate::parts::{Tone, Words, band, format};
use crate::text::DossierText as Text;
use enter::Enter;
use import::Import;

/// So many months can be chosen.
const MONTHS: usize = 24;

/// What the page knows.
#[derive(Clone, Debug)]
struct Known {
    tree: Arc<Tree>,
    dossiers: Dossiers,
}

impl Known {
    /// The units that collect answers, in the order of the tree.
    fn collecting(&self) -> Vec<Unit> {
        let units = self.tree.in_order().filter(|unit| unit.collects);
        units.cloned().collect()
    }

    fn of(&self, unit: &UnitId, month: &str) -> Option<u64> {
        let mut counts = self.dossiers.counts.iter();
        let found = counts.find(|count| count.unit == *unit && count.month == month);
        found.map(|count| count.dossiers)
    }
}

/// The page.
#[component]
pub fn DossierPage() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (known, refresh) = asked(desk, ask);
    let query = use_query_map();
    let this = move || desk.today().map(Month::of);
    let month = Memo::new(move |_| {
        let named = query.with(|query| query.get("month"));
        named
            .and_then(|text| Month::parse(&text))
            .or_else(|| this().map(Month::before))
    });
    // What was written changes the numbers, not the units: the form stays with what it said.
    let units = Memo::new(move |_| match known.get() {
        Some(Ok(known)) => known.collecting(),
        _ => Vec::new(),
    });
    let navigate = use_navigate();
    let choose = move |event| {
        let address = format!("/dossiers?month={}", event_target_value(&event));
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address, options);
    };
    let months = move || {
        let back = std::iter::successors(this(), |month| Some(month.before()));
        let options = back.take(MONTHS).map(|of| {
            let name = format::month(words.language(), of.year, of.month);
            view! {
                <option value=of.to_string() selected=move || month.get() == Some(of)>
                    {name}
                </option>
            }
        });
        options.collect_view()
    };
    view! {
        <article class="kept dossiers">
            <h1>{words.line(Text::Title)}</h1>
            <p class="soft">{words.line(Text::Help)}</p>
            <form class="controls" on:submit=|event| event.prevent_default()>
                <label class="field">
                    <span>{words.line(Text::Month)}</span>
                    <select name="month" on:change=choose>
                        {months}
                    </select>
                </label>
            </form>
            {move || match (known.get(), month.get()) {
                (None, _) | (_, None) => {
                    view! { <p role="status">{words.say(Text::Loading)}</p> }.into_any()
                }
                (Some(Err(met)), _) => band(Tone::Red, said(words, &met)),
                (Some(Ok(known)), Some(month)) => table(words, &known, month),
            }}
            <Enter units month refresh />
            <Import refresh />
        </article>
    }
}

async fn ask() -> Result<Known, api::Trouble> {
    let tree = Arc::new(Tree::of(api::units().await?.units));
    let dossiers = api::understood(api::get("/v1/dossiers").await)?;
    Ok(Known { tree, dossiers })
}

/// Each unit with its number in a month.
fn table(words: Words, known: &Known, month: Month) -> AnyView {
    let language = words.language();
    let units = known.collecting();
    let month = month.to_string();
    let counts = units.iter().map(|unit| known.of(&unit.id, &month));
    let counts: Vec<Option<u64>> = counts.collect();
    let missing = counts.iter().filter(|count| count.is_none()).count();
    let missing = format::count(language, u64::try_from(missing).unwrap_or_default());
    let all = format::count(language, u64::try_from(units.len()).unwrap_or_default());
    let sum = format::count(language, counts.iter().flatten().sum());
    let rows = units.iter().zip(counts).map(|(unit, count)| {
        let count = count.map_or_else(
            || words.say(Text::NoneYet).to_owned(),
            |count| format::count(language, count),
        );
        view! {
            <tr>
                <th scope="row">{unit.name.in_language(language.tag()).to_owned()}</th>
                <td>{unit.id.to_string()}</td>
                <td>{count}</td>
            </tr>
        }
        .into_any()
    });
    let summary = words.fill(
        Text::Summary,
        &[("n", &missing), ("m", &all), ("sum", &sum)],
    );
    view! {
        <p id="dossier-summary">{summary}</p>
        <div class="scroll card" role="region" tabindex="0" aria-label=words.say(Text::Title)>
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">{words.say(Text::Unit)}</th>
                        <th scope="col">{words.say(Text::Code)}</th>
                        <th scope="col">{words.say(Text::Dossiers)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What came of a write.
type Answer = Option<Result<(DossierOutcome, bool), api::Trouble>>;

/// Sends counts; whether it is a trial is told with its outcome.
fn send(
    desk: Desk,
    (method, path): (&'static str, &'static str),
    (message, is_trial): (String, bool),
    answer: RwSignal<Answer>,
    refresh: Callback<()>,
) {
    let step = move || {
        let message = message.clone();
        async move { api::understood::<DossierOutcome>(api::consult(method, path, &message).await) }
    };
    carry_out(desk, step, move |outcome| {
        let is_done = outcome
            .as_ref()
            .is_ok_and(|outcome| outcome.errors.is_empty() && !is_trial);
        answer.try_set(Some(outcome.map(|outcome| (outcome, is_trial))));
        if is_done {
            refresh.run(());
        }
    });
}

/// What came of a write, in words; after a trial without errors, `make` makes it so.
fn told(words: Words, answer: RwSignal<Answer>, make: Option<Callback<()>>) -> Option<AnyView> {
    let (outcome, is_trial) = match answer.get()? {
        Err(met) => return Some(band(Tone::Red, said(words, &met))),
        Ok(told) => told,
    };
    if !outcome.errors.is_empty() {
        let n = i64::try_from(outcome.errors.len()).unwrap_or(i64::MAX);
        let rows = outcome.errors.iter().map(|error| {
            let row = words.count(Text::RowN, i64::from(error.row));
            let sentence = format!("{row}: {}", words.say(problem(error.problem)));
            view! { <li>{sentence}</li> }.into_any()
        });
        return Some(
            view! {
                {band(Tone::Red, words.count(Text::ErrorsN, n))}
                <ul class="rights changes" tabindex="0">
                    {rows.collect_view()}
                </ul>
            }
            .into_any(),
        );
    }
    let count = |n: u32| format::count(words.language(), u64::from(n));
    let numbers = [outcome.added, outcome.changed, outcome.same].map(count);
    let [added, changed, same] = &numbers;
    let numbers = [("a", added.as_str()), ("c", changed), ("s", same)];
    let (tone, text) = if is_trial {
        (Tone::Amber, Text::WouldChange)
    } else {
        (Tone::Good, Text::Changed)
    };
    let make = make.filter(|_| is_trial && outcome.added + outcome.changed > 0);
    let make = make.map(|make| {
        view! {
            <button class="button danger" on:click=move |_| make.run(())>
                {words.say(Text::Keep)}
            </button>
        }
    });
    Some(
        view! {
            {band(tone, words.fill(text, &numbers))}
            {make}
        }
        .into_any(),
    )
}

const fn problem(problem: DossierProblem) -> Text {
    match problem {
        DossierProblem::Columns => Text::PColumns,
        DossierProblem::Cells => Text::PCells,
        DossierProblem::NoUnit => Text::PNoUnit,
        DossierProblem::BadMonth => Text::PBadMonth,
        DossierProblem::BadNumber => Text::PBadNumber,
        DossierProblem::Twice => Text::PTwice,
    }
}
