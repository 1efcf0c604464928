//! The units below one, side by side among their like: a funnel, bands, and differences only where they are
//! more than chance (UM5). Never: a league table; the order is by name.

use std::sync::Arc;

use leptos::prelude::*;
use survey::id::UnitId;
use survey::wire::beside::{BandView, ChildView, ChildrenPage, GroupView};
use survey::wire::manager::ShowingView;

use super::folded::folded;
use super::heads::column_heads;
use super::place::Place;
use super::reading::{Reading, drawn, read};
use super::showing::Spoken;
use super::trend::{change_of, in_words};
use crate::manager::overview::tree::Tree;
use crate::parts::plot::{Plot, Point, Sign};
use crate::parts::{Words, format};
use crate::text::FiguresText as Text;

/// What the parts of this view share.
#[derive(Clone, Copy)]
pub struct Side {
    /// The units.
    pub tree: StoredValue<Arc<Tree>>,
    /// What is looked at.
    pub place: Memo<Option<Place>>,
    /// Called to look at another place.
    pub go: Callback<Place>,
    /// Called to look at another unit.
    pub choose: Callback<UnitId>,
    /// The words.
    pub words: Words,
}

impl Side {
    /// A unit's name.
    pub fn name_of(self, unit: &UnitId) -> String {
        let tag = self.words.language().tag();
        let name = self
            .tree
            .with_value(|tree| Some(tree.unit(unit)?.name.in_language(tag).to_owned()));
        name.unwrap_or_else(|| unit.to_string())
    }

    /// A unit's name as the way to its figures.
    pub fn way_to(self, unit: &UnitId) -> AnyView {
        let (name, unit) = (self.name_of(unit), unit.clone());
        let choose = self.choose;
        view! {
            <button class="crumb" on:click=move |_| choose.run(unit.clone())>
                {name}
            </button>
        }
        .into_any()
    }

    /// The units of a page in the order of the tree, which is by name.
    pub fn in_order(self, page: &ChildrenPage) -> Vec<ChildView> {
        let mut children = page.children.clone();
        children.sort_by_cached_key(|child| {
            let position = self.tree.with_value(|tree| tree.position(&child.unit));
            position.unwrap_or(usize::MAX)
        });
        children
    }
}

/// The view.
#[component]
pub fn Compare(
    /// What it shares.
    side: Side,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let path = Memo::new(move |_| {
        let place = side.place.get()?;
        Some(place.path("children") + &place.rival())
    });
    let page = read::<ChildrenPage>(path, again);
    // Drawn apart from the answer: a choice asks anew, and must not lose the focus it was made with.
    let rivals = Memo::new(move |_| match page.get() {
        Reading::Here(page) => {
            let children = side.in_order(&page).into_iter();
            let compared = children.filter(is_compared);
            compared.map(|child| child.unit).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    });
    view! {
        {move || rivals.with(|rivals| choice(side, rivals))}
        {drawn(side.words, page, move |page| shown(side, page))}
    }
}

fn shown(side: Side, page: &Arc<ChildrenPage>) -> AnyView {
    let words = side.words;
    if page.children.is_empty() {
        let nothing = words.say(Text::NothingBelow);
        return view! { <p class="card note">{nothing}</p> }.into_any();
    }
    let children = side.in_order(page);
    let groups = page.groups.iter().map(|group| {
        let own: Vec<ChildView> = children
            .iter()
            .filter(|child| child.group == group.name)
            .cloned()
            .collect();
        kind(side, group, &own)
    });
    view! {
        <p class="soft">{words.say(Text::CompareHelp)}</p>
        {groups.collect_view()}
    }
    .into_any()
}

/// Which unit the others are held against, where there are any.
fn choice(side: Side, rivals: &[UnitId]) -> AnyView {
    if rivals.is_empty() {
        return ().into_any();
    }
    let words = side.words;
    let options = rivals.iter().map(|rival| {
        let (unit, name) = (rival.clone(), side.name_of(rival));
        let is_chosen = move || {
            let place = side.place.get();
            place.and_then(|place| place.against).as_ref() == Some(&unit)
        };
        view! {
            <option value=rival.to_string() prop:selected=is_chosen>
                {name}
            </option>
        }
        .into_any()
    });
    let change = move |event| {
        let against = UnitId::parse(&event_target_value(&event)).ok();
        if let Some(place) = side.place.get_untracked() {
            side.go.run(Place { against, ..place });
        }
    };
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            <label class="field">
                <span>{words.say(Text::CompareWith)}</span>
                <select name="against" on:change=change>
                    <option value="">{words.say(Text::CompareWithNone)}</option>
                    {options.collect_view()}
                </select>
            </label>
        </form>
    }
    .into_any()
}

/// From so many people on units are compared (rule UM5).
const COMPARED: u64 = 100;

fn is_compared(child: &ChildView) -> bool {
    matches!(child.figure.showing, ShowingView::Score { n, .. } if n >= COMPARED)
}

/// What a kind of unit is called.
pub fn kind_name(name: &str) -> Text {
    match name {
        "commune" => Text::KindCommune,
        "ward" => Text::KindWard,
        "special-zone" => Text::KindSpecialZone,
        "department" => Text::KindDepartment,
        "one-stop" => Text::KindOneStop,
        "province" => Text::KindProvince,
        _ => Text::KindOther,
    }
}

fn kind(side: Side, group: &GroupView, own: &[ChildView]) -> AnyView {
    let words = side.words;
    let language = words.language();
    let name = words.say(kind_name(&group.name));
    let n = format::count(language, u64::try_from(group.compared).unwrap_or_default());
    let note = match group.mean {
        None => words.fill(Text::TooFewUnits, &[("n", &n)]),
        Some(mean) => {
            let mean = format::percent(language, mean);
            let text = if group.are_told_apart {
                Text::MeanOfKind
            } else {
                Text::NotToldApart
            };
            words.fill(text, &[("n", &n), ("mean", &mean)])
        }
    };
    let funnel = group.mean.map(|mean| funnel(side, own, mean, name));
    let rival = side.place.get_untracked().and_then(|place| place.against);
    // Only its like are held against it.
    let rival = rival.filter(|rival| own.iter().any(|child| child.unit == *rival));
    let rival = rival.map(|unit| side.name_of(&unit));
    let rival = rival.map(|rival| words.fill(Text::AgainstHead, &[("unit", &rival)]));
    let table = |children: &[&ChildView], name| table(side, children, name, rival.as_deref());
    view! {
        <section class="kind">
            <h2>{name}</h2>
            <p class="soft">{note}</p>
            {funnel}
            {folded(words, own, name, table)}
        </section>
    }
    .into_any()
}

fn table(side: Side, children: &[&ChildView], name: String, rival: Option<&str>) -> AnyView {
    let words = side.words;
    let rows = children
        .iter()
        .map(|child| row(side, child, rival.is_some()));
    let rival = rival.map(|head| view! { <th scope="col">{head.to_owned()}</th> });
    let heads = [
        Text::UnitHead,
        Text::IndexHead,
        Text::IntervalHead,
        Text::PeopleHead,
        Text::BandHead,
        Text::OrdinaryHead,
        Text::PlaceHead,
    ];
    let heads = column_heads(words, heads, &[Text::BandHead]);
    view! {
        <div class="scroll card" role="region" tabindex="0" aria-label=name>
            <table class="numbers">
                <thead>
                    <tr>{heads} {rival}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// The root of a number of people, so that the funnel's sides are nearly straight.
fn breadth(n: u64) -> u64 {
    n.saturating_mul(10_000).isqrt()
}

fn funnel(side: Side, own: &[ChildView], mean: u16, name: &str) -> AnyView {
    let words = side.words;
    let language = words.language();
    let mut compared: Vec<(u64, u16, &ChildView)> = own
        .iter()
        .filter_map(|child| match child.figure.showing {
            ShowingView::Score { n, index, .. } if n >= COMPARED => Some((n, index, child)),
            _ => None,
        })
        .collect();
    compared.sort_by_key(|(n, ..)| *n);
    let most = compared.last().map_or(1, |(n, ..)| breadth(*n)).max(1);
    let at = |n: u64| u16::try_from(breadth(n) * 9_600 / most).unwrap_or(9_600);
    let points = compared.iter().map(|(n, index, child)| {
        let sign = match child.place.map(|place| place.band) {
            Some(BandView::Above) => Sign::Above,
            Some(BandView::Below) => Sign::Below,
            _ => Sign::Plain,
        };
        let band = child.place.map(|place| words.say(band_name(place.band)));
        let figure = in_words(language, &child.figure);
        let said = [
            Some(side.name_of(&child.unit)),
            Some(figure),
            band.map(str::to_owned),
        ];
        Point {
            at: at(*n),
            index: Some(*index),
            interval: None,
            ordinary: child
                .place
                .map(|place| (place.ordinary_low, place.ordinary_high)),
            sign,
            said: said.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        }
    });
    let points: Vec<Point> = points.collect();
    let people = compared.last().map_or(0, |(n, ..)| *n);
    let labels = [people / 16, people / 4, people * 9 / 16, people];
    let labels = labels.map(|n| (at(n), format::count(language, n))).to_vec();
    let name = words.fill(Text::FunnelPlot, &[("kind", name)]);
    view! {
        <div class="card funnel">
            <p class="soft">{words.say(Text::FunnelHelp)}</p>
            <Plot points labels line=Some(mean) is_joined=false name axis=words.say(Text::FunnelAxis) />
        </div>
    }
    .into_any()
}

/// ST13 in words.
pub const fn band_name(band: BandView) -> Text {
    match band {
        BandView::Above => Text::BandAbove,
        BandView::Within => Text::BandWithin,
        BandView::Below => Text::BandBelow,
    }
}

/// The band as a chip whose shape says it too.
pub fn chip(words: Words, band: BandView) -> AnyView {
    let (word, sign) = match band {
        BandView::Above => ("above", "▲ "),
        BandView::Within => ("within", ""),
        BandView::Below => ("below", "▼ "),
    };
    let name = words.say(band_name(band));
    view! {
        <span class="chip" data-band=word>
            <span aria-hidden="true">{sign}</span>
            {name}
        </span>
    }
    .into_any()
}

fn row(side: Side, child: &ChildView, has_rival: bool) -> AnyView {
    let words = side.words;
    let language = words.language();
    let spoken = Spoken::of(&child.figure, language);
    let nothing = || "–".to_owned();
    let limits = match (spoken.bar, &spoken.interval) {
        (Some((low, high, _)), _) => format::interval(language, low, high),
        (None, _) => nothing(),
    };
    let index = match spoken.bar {
        Some((_, _, None)) => nothing(),
        _ => spoken.main.clone(),
    };
    let band = match child.place {
        Some(place) => chip(words, place.band),
        None if is_compared(child) => nothing().into_any(),
        None => words.say(Text::NotCompared).into_any(),
    };
    let ordinary = child.place.map_or_else(nothing, |place| {
        format::interval(language, place.ordinary_low, place.ordinary_high)
    });
    let ranks = child
        .place
        .map_or_else(nothing, |place| format!("{} – {}", place.best, place.worst));
    let rival = has_rival.then(|| {
        let difference = child.against;
        let difference = difference.map_or_else(nothing, |change| change_of(words, change));
        view! { <td class="words">{difference}</td> }
    });
    view! {
        <tr>
            <th scope="row">{side.way_to(&child.unit)}</th>
            <td>{index}</td>
            <td>{limits}</td>
            <td>{spoken.n.unwrap_or_else(nothing)}</td>
            <td class="words">{band}</td>
            <td>{ordinary}</td>
            <td>{ranks}</td>
            {rival}
        </tr>
    }
    .into_any()
}
