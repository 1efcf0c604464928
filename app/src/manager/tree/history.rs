//! What a unit was before, whom it follows and who follows it (D1). Never: a unit that one does not see.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::units::{Cell, Changed, Column, History};

use super::{column_name, spoken};
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::overview::tree::Tree;
use crate::parts::{Tone, Words, band, format};
use crate::text::ManagerText as Text;

/// The line of a cell that changes, from what to what.
pub(super) fn cell_line(words: Words, tree: &Tree, cell: Cell) -> AnyView {
    let Cell { column, from, to } = cell;
    let tongue = match column {
        Column::NameVi => Some("vi"),
        Column::NameEn => Some("en"),
        _ => None,
    };
    let [from, to] = [from, to].map(|cell| spoken(words, tree, column, &cell));
    view! {
        <li>
            {words.say(column_name(column))} ": " <del lang=tongue>{from}</del> " → "
            <ins lang=tongue>{to}</ins>
        </li>
    }
    .into_any()
}

/// The history of a unit, folded until it is wanted.
#[component]
pub(super) fn Past(
    /// Which unit.
    unit: UnitId,
    /// Who follows it.
    heirs: Vec<UnitId>,
    /// The units, for their names.
    tree: StoredValue<Arc<Tree>>,
    /// Called with the unit to look at.
    choose: Callback<UnitId>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let known = RwSignal::new(None::<Result<History, api::Trouble>>);
    spawn_local(async move {
        let path = format!("/v1/units/{unit}/history");
        let came = api::understood::<History>(api::get(&path).await);
        if let Err(met) = &came {
            desk.heed(met);
        }
        known.try_set(Some(came));
    });
    let other = move |unit: UnitId, last: Option<Day>| {
        let tag = words.language().tag();
        let name = tree.with_value(|tree| tree.placed_name(&unit, tag));
        let until = last.map(|last| {
            let day = format::day(words.language(), last);
            [", ", &words.fill(Text::UntilDay, &[("day", &day)])].concat()
        });
        view! {
            <li>
                <button class="button quiet" on:click=move |_| choose.run(unit.clone())>
                    {name}
                </button>
                {until}
            </li>
        }
    };
    let others = move |title: Text, units: Vec<(UnitId, Option<Day>)>| {
        (!units.is_empty()).then(|| {
            let lines = units.into_iter().map(|(unit, last)| other(unit, last));
            view! {
                <h3>{words.say(title)}</h3>
                <ul class="rights">{lines.collect_view()}</ul>
            }
        })
    };
    let heirs: Vec<_> = heirs.into_iter().map(|heir| (heir, None)).collect();
    let body = move || match known.get()? {
        Err(met) => Some(band(Tone::Red, said(words, &met))),
        Ok(history) => {
            let follows = history.follows.into_iter();
            let follows: Vec<_> = follows.map(|was| (was.unit, was.last)).collect();
            let is_lone = follows.is_empty() && heirs.is_empty();
            let note = if is_lone && history.changes.is_empty() {
                Some(Text::HistoryNone)
            } else {
                (!is_lone).then_some(Text::HistoryAnswers)
            };
            let note = note.map(|note| view! { <p class="soft">{words.say(note)}</p> });
            let changes = history
                .changes
                .into_iter()
                .map(|changed| tree.with_value(|tree| day(words, tree, changed)));
            Some(
                view! {
                    {others(Text::FollowsUnits, follows)}
                    {others(Text::SuccessorsLabel, heirs.clone())}
                    {note}
                    <ul class="rights changes">{changes.collect_view()}</ul>
                }
                .into_any(),
            )
        }
    };
    view! {
        <details class="card past" open>
            <summary>{words.line(Text::HistoryTitle)}</summary>
            {body}
        </details>
    }
}

/// What was changed on one day.
fn day(words: Words, tree: &Tree, Changed { on, cells }: Changed) -> AnyView {
    let cells = cells.into_iter().map(|cell| cell_line(words, tree, cell));
    view! {
        <li>
            {format::day(words.language(), on)}
            <ul>{cells.collect_view()}</ul>
        </li>
    }
    .into_any()
}
