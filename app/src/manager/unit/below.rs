//! The units below one at a glance: what needs a look first, then each with its figure by name (UM2, UM5).
//! Never: a place in a ranking.

use leptos::prelude::*;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::beside::{BandView, ChildView, ChildrenPage, CoveragePage};
use survey::wire::manager::{DeviceRow, Devices, ShowingView};

use super::compare::{Side, chip};
use super::coverage::nearly_perfect;
use super::folded::folded;
use super::heads::column_heads;
use super::quality::{deserves_a_look, graded};
use super::reading::{Reading, drawn, read};
use super::showing::Spoken;
use super::trend::change_of;
use super::view::View;
use crate::manager::account::Desk;
use crate::manager::fleet::condition::{Sign, signs};
use crate::manager::overview::tree::Tree;
use crate::manager::program::Program;
use crate::parts::{IntervalBar, format};
use crate::text::FiguresText as Text;

/// So many names are listed; the rest is a number.
const MOST_NAMES: usize = 5;

/// The section.
#[component]
pub fn Below(
    /// What it shares.
    side: Side,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let desk = Desk::here();
    let at = move |what| Memo::new(move |_| Some(side.place.get()?.path(what)));
    let children = read::<ChildrenPage>(at("children"), again);
    let coverage = read::<CoveragePage>(at("coverage"), again);
    let devices = read::<Devices>(Memo::new(|_| Some("/v1/devices".to_owned())), again);
    let whole = drawn(side.words, children, move |page| {
        if page.children.is_empty() {
            return ().into_any();
        }
        let children = side.in_order(page);
        let silent = match devices.get() {
            Reading::Here(devices) => {
                let unit = page.unit.clone();
                side.tree
                    .with_value(|tree| Some(silence(tree, &unit, &devices, desk.now())))
            }
            _ => None,
        };
        let coverage = match coverage.get() {
            Reading::Here(coverage) => Some(coverage),
            _ => None,
        };
        let table = |children: &[&ChildView], name| table(side, children, name);
        let name = side.words.say(Text::BelowTable);
        view! {
            <section class="below" aria-labelledby="below-name">
                <h2 id="below-name">{side.words.say(Text::BelowTitle)}</h2>
                <ul class="glance">
                    {watched(side, &children)} {quiet(side, silent)}
                    {coverage.map(|coverage| covered(side, &coverage))}
                    {listed(side, &children, Text::WatchFew, "calm", &has_too_few)}
                </ul>
                {folded(side.words, &children, name, table)}
            </section>
        }
        .into_any()
    });
    view! { {whole} }
}

/// How many devices at and below a unit are in use, and how many of them say nothing in opening hours.
fn silence(tree: &Tree, unit: &UnitId, devices: &Devices, now: Millis) -> (usize, usize) {
    let is_here = |row: &&DeviceRow| {
        row.unit == *unit || tree.above(&row.unit).iter().any(|above| above.id == *unit)
    };
    let in_use = devices.devices.iter().filter(is_here);
    let in_use: Vec<_> = in_use.filter(|row| !row.revoked).collect();
    let silent = in_use.iter().filter(|row| {
        let signs = signs(row, now);
        signs
            .iter()
            .any(|sign| matches!(sign, Sign::Silent | Sign::SilentOpen(_) | Sign::NeverSeen))
    });
    (silent.count(), in_use.len())
}

fn watched(side: Side, children: &[ChildView]) -> AnyView {
    let has_band = |band: BandView| {
        move |child: &ChildView| child.place.is_some_and(|place| place.band == band)
    };
    let of =
        |text, tone, is_so: &dyn Fn(&ChildView) -> bool| listed(side, children, text, tone, is_so);
    view! {
        {of(Text::WatchBelow, "amber", &has_band(BandView::Below))}
        {of(Text::WatchFell, "amber", &has_fallen)}
        {of(Text::WatchAbove, "good", &has_band(BandView::Above))}
        {of(Text::WatchPerfect, "calm", &|child| nearly_perfect(&child.figure))}
        {of(Text::WatchQuality, "amber", &deserves_a_look)}
    }
    .into_any()
}

/// Those units of which something is so.
fn listed(
    side: Side,
    children: &[ChildView],
    text: Text,
    tone: &'static str,
    is_so: &dyn Fn(&ChildView) -> bool,
) -> AnyView {
    let those = children.iter().filter(|child| is_so(child));
    let units: Vec<UnitId> = those.map(|child| child.unit.clone()).collect();
    card(side, text, tone, &units)
}

const fn has_too_few(child: &ChildView) -> bool {
    matches!(child.figure.showing, ShowingView::Hidden { .. })
}

fn has_fallen(child: &ChildView) -> bool {
    child.newest.as_ref().is_some_and(|newest| {
        let lower = newest.change.is_some_and(|it| it.differs && it.by < 0);
        newest.fell == Some(true) || newest.alarm || lower
    })
}

/// How many, and who they are.
fn card(side: Side, text: Text, tone: &'static str, units: &[UnitId]) -> AnyView {
    let words = side.words;
    let language = words.language();
    let count = |n: usize| format::count(language, u64::try_from(n).unwrap_or_default());
    let names = units.iter().take(MOST_NAMES);
    let names = names.map(|unit| view! { <li>{side.way_to(unit)}</li> }.into_any());
    let more = units.len().saturating_sub(MOST_NAMES);
    let more = (more > 0).then(|| {
        let more = words.fill(Text::AndMore, &[("n", &count(more))]);
        view! { <li class="soft">{more}</li> }
    });
    let tone = if units.is_empty() { "calm" } else { tone };
    view! {
        <li class="card" data-tone=tone>
            <p class="value">{count(units.len())}</p>
            <p>{words.say(text)}</p>
            <ul>{names.collect_view()} {more}</ul>
        </li>
    }
    .into_any()
}

fn quiet(side: Side, silent: Option<(usize, usize)>) -> AnyView {
    let words = side.words;
    let language = words.language();
    let Some((silent, in_use)) = silent else {
        return ().into_any();
    };
    let count = |n: usize| format::count(language, u64::try_from(n).unwrap_or_default());
    let tone = if silent > 0 { "amber" } else { "calm" };
    let of = words.fill(Text::SilentOf, &[("m", &count(in_use))]);
    view! {
        <li class="card" data-tone=tone>
            <p class="value">{count(silent)}</p>
            <p>{of}</p>
            <p>
                <a href="/devices" rel=Program::House.rel()>
                    {words.say(Text::ToDevices)}
                </a>
            </p>
        </li>
    }
    .into_any()
}

fn covered(side: Side, page: &CoveragePage) -> AnyView {
    let words = side.words;
    let share = page.coverage.and_then(|coverage| coverage.share);
    let value = match share {
        Some(share) => format::percent(words.language(), share),
        None => words.say(Text::NoDossiersShort).to_owned(),
    };
    let place = side.place.get_untracked();
    let address = place.map(|place| {
        let view = View::Coverage;
        super::place::Place { view, ..place }.address()
    });
    view! {
        <li class="card" data-tone="calm">
            <p class="value">{value}</p>
            <p>{words.say(Text::CoverageOfDossiers)}</p>
            <p>
                <a href=address>{words.say(Text::ViewCoverage)}</a>
            </p>
        </li>
    }
    .into_any()
}

fn table(side: Side, children: &[&ChildView], name: String) -> AnyView {
    let words = side.words;
    let heads = [
        Text::UnitHead,
        Text::IndexHead,
        Text::PeopleHead,
        Text::BandHead,
        Text::NewestHead,
        Text::UpToHead,
    ];
    let of_words = [Text::IndexHead, Text::BandHead, Text::NewestHead];
    let heads = column_heads(words, heads, &of_words);
    let rows = children.iter().map(|child| row(side, child));
    view! {
        <div class="scroll card" role="region" tabindex="0" aria-label=name>
            <table class="numbers units-below">
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(side: Side, child: &ChildView) -> AnyView {
    let words = side.words;
    let language = words.language();
    let spoken = Spoken::of(&child.figure, language);
    let nothing = || "–".to_owned();
    let bar = spoken
        .bar
        .map(|(low, high, index)| view! { <IntervalBar low high index /> });
    let small = spoken
        .interval
        .or_else(|| spoken.short_note.map(str::to_owned));
    let n = spoken.n.unwrap_or_else(nothing);
    let band = child.place.map(|place| chip(words, place.band));
    let newest = child.newest.as_ref().map(|newest| {
        let fell = (newest.fell == Some(true)).then(|| {
            view! {
                <span class="chip" data-band="below">
                    {words.say(Text::FellShort)}
                </span>
            }
        });
        let alarm = newest.alarm.then(|| {
            view! {
                <span class="chip" data-band="below">
                    {words.say(Text::AlarmShort)}
                </span>
            }
        });
        let change = newest
            .change
            .map_or_else(nothing, |change| change_of(words, change));
        view! {
            {fell}
            {alarm}
            {change}
        }
    });
    let last = child
        .last
        .map_or_else(nothing, |last| format::day(language, last));
    let flag = nearly_perfect(&child.figure).then(|| {
        view! {
            <span class="chip" data-band="flag">
                {words.say(Text::PerfectShort)}
            </span>
        }
    });
    let quality = child.quality.as_ref();
    let quality = quality.map(|quality| graded(words, quality));
    let is_bare = band.is_none() && flag.is_none() && quality.is_none();
    let bare = is_bare.then(nothing);
    let assisted = (child.responses > 0).then(|| {
        let [n, m] = [child.assisted, child.responses].map(|n| format::count(language, n));
        let said = words.fill(Text::AssistedOf, &[("n", &n), ("m", &m)]);
        let said = format!("{}: {said}", words.say(Text::AssistedLabel));
        view! { <p class="soft">{said}</p> }
    });
    view! {
        <tr>
            <th scope="row">{side.way_to(&child.unit)}</th>
            <td class="words figure">
                <p class="value">{spoken.main}</p>
                {bar}
                <p class="soft">{small}</p>
            </td>
            <td>{n} {assisted}</td>
            <td class="words">{bare} {band} {flag} {quality}</td>
            <td class="words">{newest}</td>
            <td>{last}</td>
        </tr>
    }
    .into_any()
}
