//! Pages about one unit: the units of the account, the one that the address names, and the way to another. Never:
//! an address that changes unless somebody chose.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use survey::id::UnitId;
use survey::wire::manager::UnitKind;

use super::account::Desk;
use super::finder::{Found, finder};
use super::opening::told;
use super::overview::tree::Tree;
use crate::device::api::{self, Trouble};
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// The units of the account, without counters: what is known of one is its unit's.
///
/// # Errors
/// What the server refuses.
pub async fn units() -> Result<Arc<Tree>, Trouble> {
    let units = api::units().await?.units.into_iter();
    let units = units.filter(|unit| unit.kind != UnitKind::Counter);
    Ok(Arc::new(Tree::of(units.collect())))
}

/// Draws with what was asked for, once it is here; `tree_of` finds the units in it.
pub fn with<T, F>(
    ask: F,
    tree_of: fn(&T) -> &Tree,
    draw: impl Fn(T) -> AnyView + Send + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Trouble>> + 'static,
{
    let words = Words::here();
    let desk = Desk::here();
    let known = RwSignal::new(None);
    spawn_local(async move {
        let answer = ask.await;
        if let Err(met) = &answer {
            desk.heed(met);
        }
        known.try_set(Some(answer));
    });
    let drawn = move || {
        told(words, known.get(), |known: T| {
            if tree_of(&known).is_empty() {
                band(Tone::Calm, words.say(Text::NoUnits))
            } else {
                draw(known)
            }
        })
    };
    drawn.into_any()
}

/// The unit that the address names, else the topmost.
#[must_use]
pub fn of_address(tree: &Tree) -> Memo<Option<UnitId>> {
    let query = use_query_map();
    let top = tree.top().cloned();
    Memo::new(move |_| {
        let named = query.with(|query| query.get("unit"));
        let named = named.and_then(|id| UnitId::parse(&id).ok());
        named.or_else(|| top.clone())
    })
}

/// Leads to an address without moving the page.
#[must_use]
pub fn leading() -> Callback<String> {
    let navigate = use_navigate();
    Callback::new(move |address: String| {
        let options = NavigateOptions {
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&address, options);
    })
}

/// The way to another unit, where there is one; what stands there follows the address.
#[must_use]
pub fn choice(
    tree: &Arc<Tree>,
    id: &'static str,
    unit: Memo<Option<UnitId>>,
    go: Callback<UnitId>,
) -> Option<AnyView> {
    let found = Found::of(unit.get_untracked().into_iter().collect(), 1, |_| true);
    Effect::new(move || {
        if let Some(unit) = unit.get() {
            found.show(unit);
        }
    });
    Effect::new(move || {
        let chosen = found.chosen();
        if let Some(chosen) = chosen.filter(|chosen| unit.get_untracked().as_ref() != Some(chosen))
        {
            go.run(chosen);
        }
    });
    let has_several = tree.in_order().nth(1).is_some();
    has_several.then(|| finder(found, Text::Unit, id.to_owned(), Arc::clone(tree)))
}
