//! What a unit's figure means beside what the State measures: its target, SIPAS, PAR INDEX, PAPI and QĐ 766
//! (UM21). Never: a sum of ours and theirs, a line across methods.

mod fields;
mod portal;
mod reference;
mod target;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use survey::id::UnitId;
use survey::wire::context::ContextPage;
use survey::wire::manager::{UnitKind, UnitPage};

use super::account::{Desk, said};
use super::finder::{Found, finder};
use super::grave::Writes;
use super::overview::tree::Tree;
use super::unit::period::Month;
use super::unit::place::USUAL_FORM;
use crate::device::api;
use crate::parts::{Tone, Words, band};
use crate::text::{ActionText as Text, ManagerText};
use fields::Fields;
use portal::Portal;
use reference::reference;
use target::Wanted;

/// What is known of a unit.
type Known = (Arc<UnitPage>, Arc<ContextPage>);

/// The page.
#[component]
pub fn Context() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let tree = RwSignal::new(None::<Result<Arc<Tree>, api::Trouble>>);
    spawn_local(async move {
        let answer = api::units().await;
        if let Err(met) = &answer {
            desk.heed(met);
        }
        let tree_of = |units: Vec<_>| Arc::new(Tree::of(units));
        tree.try_set(Some(answer.map(|units| {
            let units = units.units.into_iter();
            tree_of(
                units
                    .filter(|unit| unit.kind != UnitKind::Counter)
                    .collect(),
            )
        })));
    });
    view! {
        <article class="kept context">
            <h1>{words.line(Text::ContextTitle)}</h1>
            <p class="soft">{words.line(Text::ContextHelp)}</p>
            {move || match tree.get() {
                None => view! { <p role="status">{words.say(ManagerText::Loading)}</p> }.into_any(),
                Some(Err(met)) => band(Tone::Red, said(words, &met)),
                Some(Ok(tree)) if tree.is_empty() => {
                    band(Tone::Calm, words.say(ManagerText::NoUnits))
                }
                Some(Ok(tree)) => view! { <OfUnit tree /> }.into_any(),
            }}
            <p class="standing-note">{words.line(ManagerText::NotSipas)}</p>
        </article>
    }
}

async fn ask(unit: &UnitId, this: Month) -> Result<Known, api::Trouble> {
    let year = this.january();
    let figures = api::figures(unit, &format!("form={USUAL_FORM}&from={year}&to={this}")).await?;
    let context = api::understood(api::get(&format!("/v1/units/{unit}/context")).await)?;
    Ok((Arc::new(figures), Arc::new(context)))
}

/// The choice of a unit, and what is said of it.
#[component]
fn OfUnit(tree: Arc<Tree>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let query = use_query_map();
    let navigate = use_navigate();
    let top = tree.top().cloned();
    let unit = Memo::new(move |_| {
        let named = query.with(|query| query.get("unit"));
        named
            .and_then(|id| UnitId::parse(&id).ok())
            .or_else(|| top.clone())
    });
    let known = RwSignal::new(None::<Result<Known, api::Trouble>>);
    let again = RwSignal::new(0_u32);
    let this = Memo::new(move |_| desk.today().map(Month::of));
    Effect::new(move |before: Option<Option<UnitId>>| {
        again.track();
        let (asked, Some(this)) = (unit.get(), this.get()) else {
            return None;
        };
        // After a write the page stays as it is until the answer is here.
        if before.flatten() != asked {
            known.set(None);
        }
        let of = asked.clone();
        spawn_local(async move {
            let Some(of) = of else { return };
            let answer = ask(&of, this).await;
            if unit.try_get_untracked().flatten() != Some(of) {
                return;
            }
            if let Err(met) = &answer {
                desk.heed(met);
            }
            known.try_set(Some(answer));
        });
        asked
    });
    let writes = Writes::then(Callback::new(move |()| again.update(|times| *times += 1)));
    let found = Found::of(unit.get_untracked().into_iter().collect(), 1, |_| true);
    Effect::new(move || {
        let chosen = found.chosen();
        if let Some(chosen) = chosen.filter(|chosen| unit.get_untracked().as_ref() != Some(chosen))
        {
            writes.forget();
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&format!("/context?unit={chosen}"), options);
        }
    });
    let has_several = tree.in_order().nth(1).is_some();
    let choice = has_several.then(|| {
        finder(
            found,
            ManagerText::Unit,
            "context-unit".to_owned(),
            Arc::clone(&tree),
        )
    });
    let sets_targets = Memo::new(move |_| desk.powers().reviews_comments);
    let counts = Memo::new(move |_| desk.powers().keeps_devices);
    let shown = move || match known.get() {
        None => view! { <p role="status">{words.say(ManagerText::Loading)}</p> }.into_any(),
        Some(Err(met)) => band(Tone::Red, said(words, &met)),
        Some(Ok((figures, context))) => {
            let year = this.get().map_or(0, |this| this.year);
            let mut targets = context.targets.iter();
            let target = targets.find(|target| i32::from(target.year) == year);
            let target = target.and_then(|target| target.index);
            view! {
                <Wanted figures=Arc::clone(&figures) target year writes may=sets_targets />
                {reference(words, &figures)}
                <Portal context=Arc::clone(&context) writes may=counts />
                <Fields context writes may=counts />
            }
            .into_any()
        }
    };
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            {choice}
        </form>
        <div role="status">{move || writes.note()}</div>
        {shown}
    }
}
