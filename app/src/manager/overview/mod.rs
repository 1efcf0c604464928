//! The reader's own subtree: the tree beside, the chosen unit's figures in the middle (UM2, UM3).

pub mod fold;
pub mod picker;
pub mod tree;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use survey::wire::manager::UnitKind;

use super::account::{Desk, said};
use super::unit::UnitFigures;
use super::unit::period::Month;
use super::unit::place::{Place, Wish};
use crate::device::api;
use crate::parts::{Band, Tone, Words};
use crate::text::{FiguresText, ManagerText};
use picker::Picker;
use tree::Tree;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let tree = RwSignal::new(None::<Result<Arc<Tree>, api::Trouble>>);
    spawn_local(async move {
        let units = api::units().await;
        if let Err(met) = &units {
            desk.heed(met);
        }
        // A counter has no figures: they are the unit's above it.
        let with_figures = units.map(|units| {
            let units = units.units.into_iter();
            units
                .filter(|unit| unit.kind != UnitKind::Counter)
                .collect()
        });
        tree.set(Some(with_figures.map(|units| Arc::new(Tree::of(units)))));
    });
    let sees_any = Memo::new(move |_| desk.powers().sees_coverage);
    move || match tree.get() {
        _ if !sees_any.get() => {
            view! { <Band tone=Tone::Calm>{words.line(FiguresText::NoFiguresForRole)}</Band> }
                .into_any()
        }
        None => view! { <p role="status">{words.line(ManagerText::Loading)}</p> }.into_any(),
        Some(Err(met)) => {
            view! { <Band tone=Tone::Red>{move || said(words, &met)}</Band> }.into_any()
        }
        Some(Ok(tree)) if tree.is_empty() => {
            view! { <Band tone=Tone::Calm>{words.line(ManagerText::NoUnits)}</Band> }.into_any()
        }
        Some(Ok(tree)) => view! { <Desktop tree /> }.into_any(),
    }
}

/// Tree and figures side by side.
#[component]
fn Desktop(tree: Arc<Tree>) -> impl IntoView {
    let desk = Desk::here();
    let query = use_query_map();
    let navigate = use_navigate();
    let wish = Memo::new(move |_| query.with(|query| Wish::read(|key| query.get(key))));
    let place = {
        let tree = Arc::clone(&tree);
        Memo::new(move |_| {
            let wish = wish.get();
            let now = desk.today().map(Month::of)?;
            Some(wish.settle(tree.top()?.clone(), now))
        })
    };
    // An address that can be passed on says everything (UM3).
    let complete = navigate.clone();
    Effect::new(move || {
        if let Some(place) = place.get().filter(|_| !wish.with(Wish::is_whole)) {
            let options = NavigateOptions {
                scroll: false,
                replace: true,
                ..NavigateOptions::default()
            };
            complete(&place.address(), options);
        }
    });
    let go = Callback::new(move |place: Place| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&place.address(), options);
    });
    let tree = StoredValue::new(tree);
    let chosen = Memo::new(move |_| place.get().map(|place| place.unit));
    let choose = Callback::new(move |unit| {
        if let Some(place) = place.get_untracked() {
            let has_below = tree.with_value(|tree| tree.children(&unit) > 0);
            go.run(place.at(unit, has_below));
        }
    });
    view! {
        <div class="desk">
            <Picker tree chosen choose />
            <Show when=move || place.get().is_some()>
                <UnitFigures tree place go choose />
            </Show>
        </div>
    }
}
