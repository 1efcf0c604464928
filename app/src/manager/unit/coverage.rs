//! How many of those whose dossiers ended did answer, and what follows for the figures (UM7). Never: a
//! share where a month's number of dossiers is not known.

use std::sync::Arc;

use leptos::prelude::*;
use survey::publish::quality::TOO_PERFECT;
use survey::wire::beside::{CoveragePage, CoverageView};
use survey::wire::manager::{FigureView, ShowingView};

use super::period::Month;
use super::place::Place;
use super::reading::{drawn, read};
use crate::manager::account::Desk;
use crate::manager::program::Program;
use crate::parts::{IntervalBar, Scale, Tone, Words, band, format};
use crate::text::{FiguresText, Language, ManagerText};

/// Whether a figure is nearly perfect: flagged, never dropped (UM7).
#[must_use]
pub const fn nearly_perfect(figure: &FigureView) -> bool {
    matches!(figure.showing, ShowingView::Score { index, .. } if index >= TOO_PERFECT)
}

/// The view.
#[component]
pub fn Covered(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let path = Memo::new(move |_| Some(place.get()?.path("coverage")));
    let page = read::<CoveragePage>(path, again);
    let keeps = move || desk.powers().keeps_devices;
    let to_dossiers = Program::Action.rel();
    view! {
        {drawn(words, page, move |page| shown(words, page, desk.powers().sees_figures))}
        <Show when=keeps>
            <p>
                <a class="button" href="/dossiers" rel=to_dossiers>
                    {words.line(FiguresText::ToDossiers)}
                </a>
            </p>
        </Show>
    }
}

fn months(language: Language, months: &[String]) -> String {
    let months = months.iter().filter_map(|month| Month::parse(month));
    let months = months.map(|month| format::month(language, month.year, month.month));
    months.collect::<Vec<_>>().join(", ")
}

fn shown(words: Words, page: &Arc<CoveragePage>, sees_figures: bool) -> AnyView {
    let language = words.language();
    let Some(coverage) = page.coverage else {
        let missing = months(language, &page.missing);
        let said = words.fill(FiguresText::MissingDossiers, &[("months", &missing)]);
        return view! {
            <section class="card covered">
                <h2>{words.say(FiguresText::NoDossiers)}</h2>
                <p>{said}</p>
            </section>
        }
        .into_any();
    };
    let share = coverage.share.map(|share| {
        view! {
            <p class="headline-value" id="coverage-share">
                {format::percent(language, share)}
            </p>
            <div>
                <IntervalBar low=0 high=share index=None />
                <Scale />
            </div>
        }
        .into_any()
    });
    let unusable = (coverage.responses > coverage.eligible)
        .then(|| band(Tone::Amber, words.say(FiguresText::MoreThanDossiers)));
    view! {
        <section class="card covered">
            <h2>{words.say(FiguresText::CoverageOfDossiers)}</h2>
            {share}
            {unusable}
            {facts(words, &coverage, sees_figures)}
        </section>
    }
    .into_any()
}

/// The numbers; what follows from the answers themselves only for who sees figures (S4).
fn facts(words: Words, coverage: &CoverageView, sees_figures: bool) -> AnyView {
    let language = words.language();
    let count = |n: u64| format::count(language, n);
    let limits = |(low, high): (u16, u16)| format::interval(language, low, high);
    let few = || words.say(ManagerText::NotEnough).to_owned();
    let rows = [
        (
            FiguresText::DossiersEnded,
            count(coverage.eligible),
            FiguresText::DossiersEndedHelp,
        ),
        (
            FiguresText::Responses,
            count(coverage.responses),
            FiguresText::ResponsesHelp,
        ),
        (
            FiguresText::FiniteInterval,
            coverage.interval.map_or_else(few, limits),
            FiguresText::FiniteIntervalHelp,
        ),
        (
            FiguresText::Bounds,
            coverage.bounds.map_or_else(few, limits),
            FiguresText::BoundsHelp,
        ),
        (
            FiguresText::Target,
            coverage.target.map_or_else(few, count),
            FiguresText::TargetHelp,
        ),
        (
            FiguresText::Slovin,
            coverage.slovin.map_or_else(few, count),
            FiguresText::SlovinHelp,
        ),
    ];
    let tells_of_answers =
        |text: FiguresText| matches!(text, FiguresText::FiniteInterval | FiguresText::Bounds);
    let told = rows.into_iter();
    let told = told.filter(|(name, ..)| sees_figures || !tells_of_answers(*name));
    let rows = told.map(|(name, value, help)| {
        view! {
            <tr>
                <th scope="row">{words.say(name)}</th>
                <td>{value}</td>
                <td class="words">{words.say(help)}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        <div
            class="scroll"
            role="region"
            tabindex="0"
            aria-label=words.say(FiguresText::CoverageOfDossiers)
        >
            <table class="numbers">
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
