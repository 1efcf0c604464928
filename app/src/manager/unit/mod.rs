//! One unit's figures for a form and a period, each only as far as the publishing floor allows (UM2
//! to UM4). Never: a number that did not come as a published figure.

mod controls;
mod criteria;
mod facts;
mod headline;
mod live;
pub mod period;
pub mod place;
mod sheet;
mod showing;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::id::UnitId;
use survey::wire::manager::UnitPage;

use super::account::{Desk, said};
use super::overview::tree::Tree;
use crate::device::{api, page, server};
use crate::parts::{Band, Tone, Wording, Words};
use crate::text::{Language, ManagerText as Text};
use controls::Controls;
pub use controls::form_name;
use criteria::Criteria;
use facts::Others;
use headline::Headline;
use live::LiveStrip;
use place::Place;
use sheet::Sheet;

/// Where the unit's name stands in the document.
pub const HEADING: &str = "unit-name";

/// What is known of the figures of a place.
#[derive(Clone, Debug, PartialEq)]
enum Reading {
    Asking,
    Here(Box<UnitPage>),
    Trouble(api::Trouble),
}

/// The page of a unit.
#[component]
pub fn UnitFigures(
    /// The units, for names and the way up.
    tree: StoredValue<Arc<Tree>>,
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Called to look at another place.
    go: Callback<Place>,
    /// Called to look at another unit.
    choose: Callback<UnitId>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let reading = RwSignal::new(Reading::Asking);
    let wording = RwSignal::new(None::<Wording>);
    let as_table = RwSignal::new(false);

    let ask = move || {
        let Some(asked) = place.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let answer = api::figures(&asked.unit, &asked.query()).await;
            if place.try_get_untracked().flatten() != Some(asked) {
                return;
            }
            reading.set(match answer {
                Ok(page) => Reading::Here(Box::new(page)),
                Err(met) => {
                    desk.heed(&met);
                    Reading::Trouble(met)
                }
            });
        });
    };
    // Another unit's figures never stand under this unit's name while the new ones are on their way.
    Effect::new(move |before: Option<Option<UnitId>>| {
        let unit = place.get().map(|place| place.unit);
        if before.as_ref() != Some(&unit) {
            reading.set(Reading::Asking);
        }
        ask();
        unit
    });
    let sheet = Memo::new(move |_| match reading.get() {
        Reading::Here(page) => Sheet::read(*page, wording.get()).map(Arc::new),
        _ => None,
    });
    // The form's words in the reader's language; without them the official wording stands.
    Effect::new(move || {
        let language = words.language();
        let Some(form) = sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.form().clone()))
        else {
            return;
        };
        if language == Language::Vi || wording.with_untracked(|known| is_of(known.as_ref(), &form))
        {
            return;
        }
        spawn_local(async move {
            if let Some(pack) = server::file(&Wording::path(&form, language)).await {
                wording.try_set(Wording::read(&pack, &form));
            }
        });
    });

    let unit = Memo::new(move |_| place.get().map(|place| place.unit));
    let on_release = Callback::new(move |()| ask());
    let figures = move || match reading.get() {
        Reading::Asking => {
            view! { <p role="status" class="waiting">{words.say(Text::Loading)}</p> }.into_any()
        }
        Reading::Trouble(met) => view! {
            <Band tone=Tone::Red>{said(words, &met)}</Band>
            <button class="button" on:click=move |_| ask()>
                {words.say(Text::TryAgain)}
            </button>
        }
        .into_any(),
        Reading::Here(_) => match sheet.get() {
            None => view! { <Band tone=Tone::Red>{words.say(Text::UnknownForm)}</Band> }.into_any(),
            Some(sheet) if !sheet.has_any() => view! {
                <Headline sheet=Arc::clone(&sheet) />
                <OtherForms forms=sheet.page.forms.clone() place go />
            }
            .into_any(),
            Some(sheet) => view! {
                <div class="summary">
                    <Headline sheet=Arc::clone(&sheet) />
                    <Others sheet=Arc::clone(&sheet) />
                </div>
                <Criteria sheet as_table />
            }
            .into_any(),
        },
    };
    view! {
        <article class="unit">
            <Heading tree unit choose />
            <Controls place sheet go />
            <LiveStrip unit on_release />
            {figures}
            <p class="standing-note">{move || words.say(Text::NotSipas)}</p>
        </article>
    }
}

fn is_of(wording: Option<&Wording>, form: &survey::form::Form) -> bool {
    wording.is_some_and(|wording| wording.is_of(form))
}

/// Leads to the forms that have figures here, when this one has none.
#[component]
fn OtherForms(
    forms: Vec<String>,
    place: Memo<Option<Place>>,
    go: Callback<Place>,
) -> impl IntoView {
    let words = Words::here();
    let asked = place.get_untracked().map(|place| place.form);
    let others: Vec<String> = forms
        .into_iter()
        .filter(|form| Some(form) != asked.as_ref())
        .collect();
    if others.is_empty() {
        return None;
    }
    let buttons = others.into_iter().map(|form| {
        let name = form_name(&form, words);
        let show = move |_| {
            if let Some(place) = place.get_untracked() {
                let form = form.clone();
                go.run(Place { form, ..place });
            }
        };
        view! {
            <button class="button" on:click=show>
                {name}
            </button>
        }
    });
    Some(view! {
        <div class="other-forms" role="status">
            <p>{words.say(Text::OtherFormsHere)}</p>
            {buttons.collect_view()}
        </div>
    })
}

/// The unit's name under the way to it.
#[component]
fn Heading(
    tree: StoredValue<Arc<Tree>>,
    unit: Memo<Option<UnitId>>,
    choose: Callback<UnitId>,
) -> impl IntoView {
    let words = Words::here();
    let crumbs = move || {
        let tag = words.language().tag();
        let unit = unit.get()?;
        let above = tree.with_value(|tree| {
            let above = tree.above(&unit).into_iter();
            above
                .map(|unit| (unit.id.clone(), unit.name.in_language(tag).to_owned()))
                .collect::<Vec<_>>()
        });
        let crumbs = above.into_iter().map(|(id, name)| {
            view! {
                <li>
                    <button class="crumb" on:click=move |_| choose.run(id.clone())>
                        {name}
                    </button>
                </li>
            }
        });
        Some(crumbs.collect_view())
    };
    let name = move || {
        let tag = words.language().tag();
        let name = unit.get().and_then(|unit| {
            tree.with_value(|tree| Some(tree.unit(&unit)?.name.in_language(tag).to_owned()))
        });
        name.unwrap_or_else(|| words.say(Text::NotFound).to_owned())
    };
    Effect::new(move || page::entitle(&format!("{} · Hài Lòng", name())));
    let below = move || {
        let below = tree.with_value(|tree| unit.get().map_or(0, |unit| tree.children(&unit)));
        let n = i64::try_from(below).unwrap_or_default();
        (n > 0).then(|| view! { <p class="soft">{words.count(Text::WithUnitsBelow, n)}</p> })
    };
    view! {
        <header class="unit-head">
            <nav aria-label=move || words.say(Text::WayUp)>
                <ol class="crumbs">{crumbs}</ol>
            </nav>
            <h1 id=HEADING tabindex="-1">
                {name}
            </h1>
            {below}
        </header>
    }
}
