//! What a unit's figure means beside what the State measures: its target, SIPAS, PAR INDEX, PAPI and QĐ 766
//! (UM21). Never: a sum of ours and theirs, a line across methods.

mod entry;
mod fields;
mod portal;
mod reference;
mod target;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::id::UnitId;
use survey::wire::context::ContextPage;
use survey::wire::manager::UnitPage;

use super::account::{Desk, said};
use super::grave::Writes;
use super::of_unit;
use super::overview::tree::Tree;
use super::unit::period::Month;
use super::unit::place::USUAL_FORM;
use crate::device::api;
use crate::parts::{Tone, Words, band};
use crate::text::{ActionText, ManagerText};
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
    view! {
        <article class="kept context">
            <h1>{words.line(ActionText::ContextTitle)}</h1>
            <p class="soft">{words.line(ActionText::ContextHelp)}</p>
            {of_unit::with(of_unit::units(), |tree| tree, |tree| view! { <OfUnit tree /> }.into_any())}
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
    let unit = of_unit::of_address(&tree);
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
    let lead = of_unit::leading();
    let go = Callback::new(move |unit| {
        writes.forget();
        lead.run(format!("/context?unit={unit}"));
    });
    let choice = of_unit::choice(&tree, "context-unit", unit, go);
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
