//! One unit's figures for a form and a period, each only as far as the publishing floor allows (UM2
//! to UM4). Never: a number that did not come as a published figure.

mod below;
mod comments;
mod compare;
mod controls;
mod coverage;
mod criteria;
mod drivers;
mod earlier;
mod facts;
mod folded;
mod groups;
mod headline;
mod heads;
mod live;
pub mod period;
pub mod place;
mod quality;
mod reading;
mod report;
mod resolvers;
mod review;
mod sheet;
mod showing;
mod take;
mod trend;
mod view;
mod weighted;
mod withheld;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::id::UnitId;
use survey::wire::manager::UnitPage;

use super::account::{Desk, said};
use super::overview::tree::Tree;
use crate::device::{api, page, server};
use crate::parts::{Tone, Wording, Words, band};
use crate::text::{FiguresText, Language, ManagerText};
use below::Below;
use comments::Comments;
use compare::{Compare, Side};
use controls::Controls;
pub use controls::{form_name, form_named};
use coverage::Covered;
use criteria::Criteria;
use drivers::Driven;
use earlier::Earlier;
use facts::Others;
use groups::Groups;
use headline::Headline;
use live::LiveStrip;
use place::Place;
use report::Report;
use resolvers::ResolvedBy;
use sheet::Sheet;
pub use showing::{Spoken, formula_name};
use take::TakeOut;
use trend::Trend;
use view::{Tabs, View};
use withheld::Withheld;

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
    let with_earlier = RwSignal::new(false);
    // Who sees no figures, sees how many answered (S4).
    let sees_figures = Memo::new(move |_| desk.powers().sees_figures);

    let ask = move || {
        let asked = place.get_untracked();
        let Some(asked) = asked.filter(|_| sees_figures.get_untracked()) else {
            return;
        };
        spawn_local(async move {
            let is_with = with_earlier.get_untracked();
            let with = if is_with { "&with=predecessors" } else { "" };
            let query = [&asked.query(), with].concat();
            let answer = api::figures(&asked.unit, &query).await;
            let is_still_asked = with_earlier.try_get_untracked() == Some(is_with);
            if !is_still_asked || place.try_get_untracked().flatten() != Some(asked) {
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
            with_earlier.set(false);
        }
        ask();
        unit
    });
    let sheet = Memo::new(move |_| match reading.get() {
        Reading::Here(page) => Sheet::read(*page, wording.get()).map(Arc::new),
        _ => None,
    });
    translate(words, sheet, wording);
    let unit = Memo::new(move |_| place.get().map(|place| place.unit));
    let is_known = is_known(tree, unit);
    let again = RwSignal::new(0_u32);
    let on_release = Callback::new(move |()| {
        ask();
        again.update(|times| *times += 1);
    });
    let side = Side {
        tree,
        place,
        go,
        choose,
        words,
    };
    let view = view_of(place, sees_figures);
    let figures = move || match reading.get() {
        Reading::Asking => {
            view! { <p role="status" class="waiting">{words.say(ManagerText::Loading)}</p> }
                .into_any()
        }
        Reading::Trouble(met) => view! {
            {band(Tone::Red, said(words, &met))}
            <button class="button" on:click=move |_| ask()>
                {words.say(ManagerText::TryAgain)}
            </button>
        }
        .into_any(),
        Reading::Here(_) => match sheet.get() {
            None => band(Tone::Red, words.say(ManagerText::UnknownForm)),
            Some(sheet) => overview(&sheet, side, again, as_table),
        },
    };
    view! {
        <article class="unit">
            <Heading tree unit choose />
            <Show when=move || is_known.get()>
                <Controls place sheet go />
                <Show when=move || sees_figures.get()>
                    <LiveStrip unit on_release />
                    <Tabs tree place />
                </Show>
                {move || match view.get() {
                    View::Figures => view! {
                        <Earlier sheet is_with=with_earlier again=on_release />
                        {figures}
                        <ResolvedBy place tree />
                    }
                    .into_any(),
                    View::Report => view! { <Report sheet side again /> }.into_any(),
                    view => other(view, side, again),
                }}
            </Show>
            <p class="standing-note">{words.line(ManagerText::NotSipas)}</p>
        </article>
    }
}

/// From which side the place is looked at.
fn view_of(place: Memo<Option<Place>>, sees_figures: Memo<bool>) -> Memo<View> {
    Memo::new(move |_| match place.get() {
        _ if !sees_figures.get() => View::Coverage,
        place => place.map(|place| place.view).unwrap_or_default(),
    })
}

/// Whether the unit is here: of one that is not, the heading says all there is to say.
fn is_known(tree: StoredValue<Arc<Tree>>, unit: Memo<Option<UnitId>>) -> Memo<bool> {
    let is_here = move |unit: &UnitId| tree.with_value(|tree| tree.unit(unit).is_some());
    Memo::new(move |_| unit.with(|unit| unit.as_ref().is_some_and(is_here)))
}

/// Another side than that of the figures.
fn other(view: View, side: Side, again: RwSignal<u32>) -> AnyView {
    let Side { place, go, .. } = side;
    match view {
        View::Figures | View::Report => ().into_any(),
        View::Trend => view! { <Trend place again /> }.into_any(),
        View::Groups => view! { <Groups place go again /> }.into_any(),
        View::Compare => view! { <Compare side again /> }.into_any(),
        View::Coverage => view! { <Covered place again /> }.into_any(),
        View::Comments => view! { <Comments place again /> }.into_any(),
    }
}

/// The figures of a period, and the units below at a glance where there are some.
fn overview(
    sheet: &Arc<Sheet>,
    side: Side,
    again: RwSignal<u32>,
    as_table: RwSignal<bool>,
) -> AnyView {
    let unit = &sheet.page.unit;
    let has_below = side.tree.with_value(|tree| tree.children(unit) > 0);
    let below = has_below.then(|| view! { <Below side again /> });
    let sheet = Arc::clone(sheet);
    if !sheet.has_any() {
        let forms = sheet.page.forms.clone();
        return view! {
            <Headline sheet />
            {below}
            <OtherForms forms place=side.place go=side.go />
        }
        .into_any();
    }
    let has_drivers = sheet.page.drivers.is_some();
    view! {
        <div class="summary">
            <Headline sheet=Arc::clone(&sheet) />
            <Others sheet=Arc::clone(&sheet) />
        </div>
        {below}
        <Criteria sheet=Arc::clone(&sheet) as_table />
        {has_drivers.then(|| view! { <Driven sheet=Arc::clone(&sheet) /> })}
        <Withheld sheet=Arc::clone(&sheet) />
        <TakeOut sheet />
    }
    .into_any()
}

/// Fetches the form's words in the reader's language; without them the official wording stands.
fn translate(words: Words, sheet: Memo<Option<Arc<Sheet>>>, wording: RwSignal<Option<Wording>>) {
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
            <p>{words.say(FiguresText::OtherFormsHere)}</p>
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
        name.unwrap_or_else(|| words.say(ManagerText::NotFound).to_owned())
    };
    Effect::new(move || page::entitle(&format!("{} · Hài Lòng", name())));
    let below = move || {
        let below = tree.with_value(|tree| unit.get().map_or(0, |unit| tree.children(&unit)));
        let n = i64::try_from(below).unwrap_or_default();
        (n > 0).then(|| view! { <p class="soft">{words.count(FiguresText::WithUnitsBelow, n)}</p> })
    };
    view! {
        <header class="unit-head">
            <nav aria-label=words.line(FiguresText::WayUp)>
                <ol class="crumbs">{crumbs}</ol>
            </nav>
            <h1 id=HEADING tabindex="-1">
                {name}
            </h1>
            {below}
        </header>
    }
}
