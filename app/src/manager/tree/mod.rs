//! The tree of units to be kept: search, what a unit is, changes shown before they are made (UA1).

mod edit;
mod history;
mod import;
mod outcome;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::manager::{Unit, UnitKind};
use survey::wire::units::{Column, Outcome};

use super::account::Desk;
use super::grave::take_away;
use super::opening::told;
use super::overview::picker::Picker;
use super::overview::tree::Tree;
use super::program::Program;
use crate::device::api;
use crate::parts::{Words, format};
use crate::text::{DossierText, ManagerText};
use edit::Edit;
use history::Past;
use import::Import;

/// Every kind with its word on the wire and its sentence.
const KINDS: [(UnitKind, &str, ManagerText); 6] = [
    (UnitKind::Country, "country", ManagerText::KindCountry),
    (UnitKind::Province, "province", ManagerText::KindProvince),
    (
        UnitKind::Department,
        "department",
        ManagerText::KindDepartment,
    ),
    (UnitKind::Commune, "commune", ManagerText::KindCommune),
    (UnitKind::OneStop, "one-stop", ManagerText::KindOneStop),
    (UnitKind::Counter, "counter", ManagerText::KindCounter),
];

/// The sentence of a column.
const fn column_name(column: Column) -> ManagerText {
    match column {
        Column::Id => ManagerText::UnitId,
        Column::Parent => ManagerText::ParentLabel,
        Column::Kind => ManagerText::UnitKindLabel,
        Column::NameVi => ManagerText::NameViLabel,
        Column::NameEn => ManagerText::NameEnLabel,
        Column::Gso => ManagerText::GsoLabel,
        Column::Agency => ManagerText::AgencyLabel,
        Column::ValidFrom => ManagerText::ValidFromLabel,
        Column::ValidTo => ManagerText::ValidToLabel,
        Column::Successors => ManagerText::SuccessorsLabel,
        Column::Collects => ManagerText::CollectsLabel,
    }
}

/// What stands in a cell, as a person reads it; an empty one is a dash. A unit has its name beside its id.
fn spoken(words: Words, tree: &Tree, column: Column, cell: &str) -> String {
    let say = |text: ManagerText| words.say(text).to_owned();
    match column {
        _ if cell.is_empty() => "–".to_owned(),
        Column::Kind => {
            let kind = KINDS.iter().find(|(_, word, _)| *word == cell);
            kind.map_or_else(|| cell.to_owned(), |(.., text)| say(*text))
        }
        Column::Collects => say(if cell == "yes" {
            ManagerText::FlagYes
        } else {
            ManagerText::FlagNo
        }),
        Column::Parent | Column::Successors => {
            let name = |word: &str| {
                let id = UnitId::parse(word).ok();
                let known = id.filter(|id| tree.unit(id).is_some());
                let name = known.map(|id| tree.placed_name(&id, words.language().tag()));
                name.map_or_else(|| word.to_owned(), |name| [&name, " (", word, ")"].concat())
            };
            let names: Vec<_> = cell.split_whitespace().map(name).collect();
            names.join(", ")
        }
        Column::ValidFrom | Column::ValidTo => {
            let day = Day::parse(cell);
            day.map_or_else(|| cell.to_owned(), |day| format::day(words.language(), day))
        }
        _ => cell.to_owned(),
    }
}

/// The units, for names; none until they are here.
#[derive(Clone, Copy)]
struct TreeHere(RwSignal<Option<Result<Arc<Tree>, api::Trouble>>>);

impl TreeHere {
    /// The units now.
    fn tree(self) -> Arc<Tree> {
        match self.0.get_untracked() {
            Some(Ok(tree)) => tree,
            _ => Arc::default(),
        }
    }
}

/// What came of rows that were sent.
type Answer = Option<Result<Outcome, api::Trouble>>;

/// Sends rows, on trial or in earnest; where a proof is wanted it is asked for and they are sent again.
fn send(
    desk: Desk,
    (method, path): (&'static str, &'static str),
    message: String,
    answer: RwSignal<Answer>,
    done: Callback<()>,
) {
    spawn_local(async move {
        let came = api::understood::<Outcome>(api::consult(method, path, &message).await);
        match &came {
            Ok(outcome) if outcome.done => done.run(()),
            Ok(_) => {}
            Err(met) => {
                let again = Callback::new(move |()| {
                    send(desk, (method, path), message.clone(), answer, done);
                });
                desk.heed_grave(met, again);
                if met.wants_proof() {
                    return;
                }
            }
        }
        answer.try_set(Some(came));
    });
}

/// The page.
#[component]
pub fn Organisation() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let known = RwSignal::new(None::<Result<Arc<Tree>, api::Trouble>>);
    let chosen = RwSignal::new(None::<UnitId>);
    let refresh = Callback::new(move |()| {
        spawn_local(async move {
            let units = api::units().await;
            if let Err(met) = &units {
                desk.heed(met);
            }
            known.try_set(Some(units.map(|units| Arc::new(Tree::of(units.units)))));
        });
    });
    refresh.run(());
    view! {
        <article class="house">
            <header class="fleet-head">
                <h1>{words.line(ManagerText::Organisation)}</h1>
                <a class="button" href="/dossiers" rel=Program::Action.rel()>
                    {words.line(DossierText::Title)}
                </a>
                <button
                    class="button"
                    on:click=move |_| take_away(desk, "/v1/units.csv".to_owned())
                >
                    {words.line(ManagerText::ExportCsv)}
                </button>
            </header>
            <p class="soft">{words.line(ManagerText::UnitsHelp)}</p>
            <Import names=TreeHere(known) refresh />
            {move || {
                let names = TreeHere(known);
                let kept = |tree| view! { <Kept names tree chosen refresh /> }.into_any();
                told(words, known.get(), kept)
            }}
        </article>
    }
}

/// The tree beside the unit that is kept.
#[component]
fn Kept(
    names: TreeHere,
    tree: Arc<Tree>,
    chosen: RwSignal<Option<UnitId>>,
    refresh: Callback<()>,
) -> impl IntoView {
    if chosen.get_untracked().is_none() {
        chosen.set(tree.top().cloned());
    }
    let below = RwSignal::new(None::<UnitId>);
    let here = Memo::new(move |_| chosen.get());
    let choose = Callback::new(move |unit| {
        below.set(None);
        chosen.set(Some(unit));
    });
    let tree = StoredValue::new(tree);
    let edit = move || {
        let (unit, parent) = (chosen.get(), below.get());
        let found = |id: &UnitId| tree.with_value(|tree| tree.unit(id).cloned());
        let unit = match parent {
            Some(parent) => Some(Err(Some(parent))),
            None => unit.as_ref().and_then(found).map(Ok),
        };
        // An empty house begins with its topmost unit.
        let is_empty = tree.with_value(|tree| tree.is_empty());
        let unit: Option<Result<Unit, _>> = unit.or_else(|| is_empty.then_some(Err(None)));
        unit.map(|unit| {
            let own = unit.as_ref().ok();
            let own = own.map(|unit| (unit.id.clone(), unit.successors.clone()));
            let past = own.map(|(unit, heirs)| view! { <Past unit heirs tree choose /> });
            view! { <div class="kept-unit"><Edit unit names below refresh /> {past}</div> }
        })
    };
    view! {
        <div class="desk">
            <Picker tree chosen=here choose />
            {edit}
        </div>
    }
}
