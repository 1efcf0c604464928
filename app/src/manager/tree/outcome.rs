//! What rows would change, or what is wrong with them, row by row; then the button that makes it so.

use leptos::prelude::*;
use survey::wire::units::{Change, Column, Outcome, Problem, RowError};

use super::history::cell_line;
use super::{Answer, TreeHere, column_name};
use crate::manager::account::said;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// So many rows are listed at once; more on request.
const LISTED_AT_ONCE: usize = 200;

const fn problem(problem: Problem) -> Text {
    match problem {
        Problem::MissingColumn => Text::PMissingColumn,
        Problem::UnknownColumn => Text::PUnknownColumn,
        Problem::Cells => Text::PCells,
        Problem::BadId => Text::PBadId,
        Problem::BadKind => Text::PBadKind,
        Problem::BadDay => Text::PBadDay,
        Problem::BadCode => Text::PBadCode,
        Problem::BadFlag => Text::PBadFlag,
        Problem::BadName => Text::PBadName,
        Problem::Twice => Text::PTwice,
        Problem::Taken => Text::PTaken,
        Problem::NoParent => Text::PNoParent,
        Problem::Circle => Text::PCircle,
        Problem::TooDeep => Text::PTooDeep,
        Problem::EndsEarly => Text::PEndsEarly,
        Problem::NoSuccessor => Text::PNoSuccessor,
        Problem::SuccessorNeedsEnd => Text::PSuccessorNeedsEnd,
        Problem::HasAnswers => Text::PHasAnswers,
        Problem::OutlivesParent => Text::POutlivesParent,
        Problem::CounterCollects => Text::PCounterCollects,
        Problem::BelowCounter => Text::PBelowCounter,
        Problem::NeedsParent => Text::PNeedsParent,
    }
}

/// What came back.
#[component]
pub(super) fn Shown(
    /// What the server said.
    answer: RwSignal<Answer>,
    /// The units, for their names.
    names: TreeHere,
    /// Called to make it so.
    make: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    move || {
        Some(match answer.get()? {
            Err(met) => band(Tone::Red, said(words, &met)),
            Ok(outcome) if !outcome.errors.is_empty() => errors(words, outcome.errors).into_any(),
            Ok(outcome) if outcome.done => band(Tone::Good, words.say(Text::ChangesDone)),
            Ok(outcome) => changes(words, names, outcome, make).into_any(),
        })
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Lines with a button for more of them, until all stand there.
fn listed<T: Clone + Send + Sync + 'static>(
    words: Words,
    class: &'static str,
    all: Vec<T>,
    line: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let count = all.len();
    let (all, most) = (StoredValue::new(all), RwSignal::new(LISTED_AT_ONCE));
    let lines = move || {
        let some = all.with_value(|all| all.iter().take(most.get()).cloned().collect::<Vec<_>>());
        some.into_iter().map(&line).collect_view()
    };
    let more = move || {
        let rest = count.saturating_sub(most.get());
        (rest > 0).then(|| {
            view! {
                <button
                    class="button"
                    on:click=move |_| most.update(|most| *most += LISTED_AT_ONCE)
                >
                    {words.count(Text::MoreRows, self::count(rest))}
                </button>
            }
        })
    };
    view! {
        <ul class=class tabindex="0">
            {lines}
        </ul>
        {more}
    }
    .into_any()
}

fn errors(words: Words, errors: Vec<RowError>) -> impl IntoView {
    let n = count(errors.len());
    let line = move |error: RowError| {
        let column = error.column.map(|column| words.say(column_name(column)));
        let column = column.map_or_else(String::new, |name| [": ", name].concat());
        let row = words.count(Text::RowN, i64::from(error.row));
        let sentence = [
            &row,
            column.as_str(),
            " – ",
            words.say(problem(error.problem)),
        ]
        .concat();
        view! { <li>{sentence}</li> }.into_any()
    };
    view! {
        {band(Tone::Red, words.count(Text::ErrorsN, n))}
        {listed(words, "rights changes", errors, line)}
    }
}

/// Whether a change ends a unit or lets it go on.
fn has_another_end(change: &Change) -> bool {
    change
        .cells
        .iter()
        .any(|cell| cell.column == Column::ValidTo)
}

fn changes(words: Words, names: TreeHere, outcome: Outcome, make: Callback<()>) -> impl IntoView {
    let n = count(outcome.changes.len());
    let unchanged = i64::from(outcome.unchanged);
    if n == 0 {
        return band(Tone::Calm, words.say(Text::NothingChanges));
    }
    let closing = outcome.changes.iter().any(has_another_end);
    let closing = closing.then(|| band(Tone::Calm, words.say(Text::ClosingHelp)));
    let tree = names.tree();
    let line = move |change: Change| {
        // The name is told in Vietnamese on either page.
        let head = view! { <span lang="vi">{change.name}</span> };
        let id = [" (", change.unit.as_str(), ")"].concat();
        let new = change
            .is_new
            .then(|| view! { <b>{[" – ", words.say(Text::IsNew)].concat()}</b> });
        let cells = change
            .cells
            .into_iter()
            .map(|cell| cell_line(words, &tree, cell));
        view! { <li>{head} {id} {new} <ul>{cells.collect_view()}</ul></li> }.into_any()
    };
    let lines = listed(words, "rights changes", outcome.changes, line);
    let rest = (unchanged > 0)
        .then(|| view! { <p class="soft">{words.count(Text::Unchanged, unchanged)}</p> });
    view! {
        {band(Tone::Amber, words.count(Text::ChangesN, n))}
        {lines}
        {rest}
        {closing}
        <button class="button danger" on:click=move |_| make.run(())>
            {words.say(Text::MakeChanges)}
        </button>
    }
    .into_any()
}
