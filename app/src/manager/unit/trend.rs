//! A unit month by month: the index with its interval, what changed beyond chance, and people satisfied
//! with everything against their limit (UM6). Never: a line that goes on over another form.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::beside::{ChangeView, FinalityView, MonthView, TrendPage, UsualView, WatchView};
use survey::wire::manager::{FigureView, ShowingView};

use super::heads::column_heads;
use super::period::{Month, Period};
use super::place::Place;
use super::reading::{drawn, read};
use super::showing::Spoken;
use crate::parts::plot::{Plot, Point, Sign};
use crate::parts::{Words, format};
use crate::text::{FiguresText, Language, ManagerText};

/// A trend of fewer months says little: so many are shown, also where the period is shorter.
const FEWEST: usize = 12;

/// The view.
#[component]
pub fn Trend(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = Words::here();
    let path = Memo::new(move |_| {
        let Place { unit, form, .. } = place.get()?;
        Some(format!("/v1/units/{unit}/trend?form={form}"))
    });
    let page = read::<TrendPage>(path, again);
    drawn(words, page, move |page| {
        let period = place.get().map(|place| place.period);
        period.map_or_else(|| ().into_any(), |period| shown(words, page, period))
    })
}

/// The months to show, the earliest first, each with what is known of it.
fn months(page: &TrendPage, period: Period) -> Vec<(Month, Option<&MonthView>)> {
    let back = std::iter::successors(Some(period.to), |month| Some(month.before()));
    let first = page
        .months
        .iter()
        .filter_map(|it| Month::parse(&it.month))
        .min();
    let in_reach = back
        .enumerate()
        .take_while(|(at, month)| *month >= period.from || *at < FEWEST)
        .map(|(_, month)| month)
        // Before the first figures there is nothing to leave room for.
        .take_while(|month| first.is_some_and(|first| *month >= first));
    let mut months: Vec<_> = in_reach
        .map(|month| {
            let mut known = page.months.iter();
            (month, known.find(|it| it.month == month.to_string()))
        })
        .collect();
    months.reverse();
    months
}

fn shown(words: Words, page: &Arc<TrendPage>, period: Period) -> AnyView {
    let months = months(page, period);
    if months.iter().all(|(_, known)| known.is_none()) {
        let nothing = words.say(FiguresText::NoMonths);
        return view! { <p class="card note">{nothing}</p> }.into_any();
    }
    let changes = months.iter().filter_map(|(_, known)| *known);
    let is_calm = changes.clone().all(|it| {
        let fell = it.usual.is_some_and(|usual| usual.fell);
        let alarm = it.watch.as_ref().is_some_and(|watch| watch.alarm);
        !fell && !alarm && it.change.is_none_or(|change| !change.differs)
    });
    let has_compared = changes.clone().any(|it| it.change.is_some());
    let calm = if has_compared {
        FiguresText::NoClearChange
    } else {
        FiguresText::TooFewToCompare
    };
    let satisfied = plot(words, &months, FiguresText::TrendPlot, false);
    let all = plot(words, &months, FiguresText::TrendAllPlot, true);
    let rows = months
        .iter()
        .rev()
        .map(|(month, known)| row(words, *month, *known));
    let heads = [
        FiguresText::MonthHead,
        FiguresText::IndexHead,
        FiguresText::IntervalHead,
        FiguresText::PeopleHead,
        FiguresText::ChangeHead,
        FiguresText::AllHead,
        FiguresText::LimitHead,
        FiguresText::WatchHead,
        FiguresText::AssistedHead,
        FiguresText::FinalityHead,
    ];
    let of_words = [
        FiguresText::ChangeHead,
        FiguresText::LimitHead,
        FiguresText::WatchHead,
    ];
    let heads = column_heads(words, heads, &of_words);
    let watched = watched(words, &months);
    view! {
        <section class="card trend">
            <h2>{words.say(ManagerText::FormulaPooled)}</h2>
            <p class="soft">{words.say(FiguresText::TrendHelp)}</p>
            {satisfied}
            {is_calm.then(|| view! { <p class="note">{words.say(calm)}</p> })}
        </section>
        <section class="card trend">
            <h2>{words.say(ManagerText::FormulaAll)}</h2>
            <p class="soft">{words.say(FiguresText::LimitHelp)}</p>
            {all}
        </section>
        {watched}
        <div class="scroll card" role="region" tabindex="0" aria-label=words.say(FiguresText::TrendTable)>
            <table class="numbers months">
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// One month's figure as far as it is shown.
fn parts_of(figure: &FigureView) -> (Option<u16>, Option<(u16, u16)>) {
    match figure.showing {
        ShowingView::Hidden { .. } => (None, None),
        ShowingView::Interval { low, high, .. } => (None, Some((low, high))),
        ShowingView::Score {
            index, low, high, ..
        } => (Some(index), Some((low, high))),
    }
}

fn plot(
    words: Words,
    months: &[(Month, Option<&MonthView>)],
    name: FiguresText,
    is_of_all: bool,
) -> AnyView {
    let language = words.language();
    let places = places(months);
    let points = places.iter().zip(months).map(|(at, (month, known))| {
        let figure = known.map(|it| if is_of_all { &it.all } else { &it.figure });
        let (index, interval) = figure.map(parts_of).unwrap_or_default();
        let usual = known.and_then(|it| it.usual).filter(|_| is_of_all);
        let change = known.and_then(|it| it.change).filter(|_| !is_of_all);
        let sign = match (usual, change.filter(|change| change.differs)) {
            (Some(usual), _) if usual.fell => Sign::Below,
            (_, Some(change)) if change.by < 0 => Sign::Below,
            (_, Some(_)) => Sign::Above,
            _ => Sign::Plain,
        };
        let name = format::month(language, month.year, month.month);
        let said = figure.map_or_else(
            || words.say(FiguresText::NotReleased).to_owned(),
            |figure| in_words(language, figure),
        );
        let more = if is_of_all {
            usual.map(|_| limit_of(words, known.and_then(|it| it.usual)))
        } else {
            change.map(|change| change_of(words, change))
        };
        Point {
            at: *at,
            index,
            interval,
            // What signals a fall lies below the limit; above it all is ordinary.
            ordinary: usual.and_then(|it| it.limit).map(|limit| (limit, 10_000)),
            sign,
            said: [Some(name), Some(said), more]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" · "),
        }
    });
    let points: Vec<Point> = points.collect();
    let labels = labels(months);
    let name = words.say(name).to_owned();
    view! { <Plot points labels line=None is_joined=true name /> }.into_any()
}

/// Where each month stands on the axis.
fn places(months: &[(Month, Option<&MonthView>)]) -> Vec<u16> {
    let columns = u32::try_from(months.len()).unwrap_or(u32::MAX).max(1);
    let place = |at: u32| u16::try_from((2 * at + 1) * 5_000 / columns).unwrap_or_default();
    (0..columns).map(place).collect()
}

/// What stands below the axis: each month, the year with January and with the first.
fn labels(months: &[(Month, Option<&MonthView>)]) -> Vec<(u16, String)> {
    let labels = places(months).into_iter().zip(months).enumerate();
    let label = |(at, (place, (month, _))): (usize, (u16, &(Month, _)))| {
        let text = if month.month == 1 || at == 0 {
            format!("{}/{:02}", month.month, month.year.rem_euclid(100))
        } else {
            month.month.to_string()
        };
        (place, text)
    };
    labels.map(label).collect()
}

/// A figure in one line.
pub fn in_words(language: Language, figure: &FigureView) -> String {
    let spoken = Spoken::of(figure, language);
    let n = spoken
        .n
        .map(|n| FiguresText::NIs.fill(language, &[("n", &n)]));
    let reason = spoken.short_note.map(str::to_owned);
    let parts = [Some(spoken.main), spoken.interval, n, reason];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A difference in words: how much, its interval, or that there is none to speak of.
pub fn change_of(words: Words, change: ChangeView) -> String {
    let language = words.language();
    let end = |hundredths: i16| format::signed(language, hundredths);
    let limits = format!("95%: {} … {}", end(change.low), end(change.high));
    let text = match (change.differs, change.by < 0) {
        (false, _) => FiguresText::NoDifference,
        (true, true) => FiguresText::Lower,
        (true, false) => FiguresText::Higher,
    };
    words.fill(
        text,
        &[
            ("by", &format::points(language, change.by)),
            ("limits", &limits),
        ],
    )
}

fn limit_of(words: Words, usual: Option<UsualView>) -> String {
    let Some(usual) = usual else {
        return "–".to_owned();
    };
    let language = words.language();
    let share = format::percent(language, usual.share);
    let limit = usual
        .limit
        .map_or_else(|| "–".to_owned(), |limit| format::percent(language, limit));
    let text = if usual.fell {
        FiguresText::Fell
    } else {
        FiguresText::WithinLimit
    };
    words.fill(text, &[("usual", &share), ("limit", &limit)])
}

/// The running sum of ST16 over the months, where there is one.
fn watched(words: Words, months: &[(Month, Option<&MonthView>)]) -> AnyView {
    let language = words.language();
    let watch = |known: Option<&MonthView>| known.and_then(|it| it.watch.clone());
    if months.iter().all(|(_, known)| watch(*known).is_none()) {
        return ().into_any();
    }
    let places = places(months);
    let points = places.iter().zip(months).map(|(at, (month, known))| {
        let watch = watch(*known);
        let name = format::month(language, month.year, month.month);
        let said = match &watch {
            None => words.say(FiguresText::WatchWaits).to_owned(),
            Some(watch) => watch_of(words, watch),
        };
        let has_alarm = watch.as_ref().is_some_and(|watch| watch.alarm);
        Point {
            at: *at,
            // A column from 0, as long as the sum is high.
            interval: watch.as_ref().map(|watch| (0, watch.level)),
            index: watch.map(|watch| watch.level),
            ordinary: None,
            sign: if has_alarm { Sign::Below } else { Sign::Plain },
            said: format!("{name} · {said}"),
        }
    });
    let points: Vec<Point> = points.collect();
    let labels = labels(months);
    let name = words.say(FiguresText::WatchPlot).to_owned();
    view! {
        <section class="card trend watch">
            <h2>{words.say(FiguresText::WatchTitle)}</h2>
            <p class="soft">{words.say(FiguresText::WatchHelp)}</p>
            <Plot points labels line=Some(10_000) is_joined=true name />
        </section>
    }
    .into_any()
}

/// Where the running sum stands, in words.
fn watch_of(words: Words, watch: &WatchView) -> String {
    let language = words.language();
    let percent = |share| format::percent(language, share);
    let text = if watch.alarm {
        FiguresText::WatchAlarm
    } else {
        FiguresText::WatchLevel
    };
    let n = format::count(language, watch.people);
    let level = (watch.level / 100).to_string();
    words.fill(
        text,
        &[
            ("low", &percent(watch.low)),
            ("usual", &percent(watch.usual)),
            ("n", &n),
            ("level", &level),
        ],
    )
}

fn row(words: Words, month: Month, known: Option<&MonthView>) -> AnyView {
    let language = words.language();
    let name = format::month(language, month.year, month.month);
    let Some(known) = known else {
        let nothing = words.say(FiguresText::NotReleased);
        return view! {
            <tr>
                <th scope="row">{name}</th>
                <td colspan="9" class="words">
                    {nothing}
                </td>
            </tr>
        }
        .into_any();
    };
    let nothing = || "–".to_owned();
    let index = |figure: &FigureView| {
        let (index, _) = parts_of(figure);
        index.map_or_else(nothing, |index| format::percent(language, index))
    };
    let limits = match parts_of(&known.figure).1 {
        Some((low, high)) => format::interval(language, low, high),
        None => words.say(ManagerText::NotEnough).to_owned(),
    };
    let finality = match known.finality {
        FinalityView::Open => FiguresText::Open,
        FinalityView::Provisional => FiguresText::Provisional,
        FinalityView::Sealed => FiguresText::Sealed,
    };
    let assisted = words.fill(
        FiguresText::AssistedOf,
        &[
            ("n", &format::count(language, known.assisted)),
            ("m", &format::count(language, known.responses)),
        ],
    );
    let change = known
        .change
        .map_or_else(nothing, |change| change_of(words, change));
    let n = Spoken::of(&known.figure, language)
        .n
        .unwrap_or_else(nothing);
    let watch = known.watch.as_ref();
    let has_alarm = watch.is_some_and(|watch| watch.alarm);
    let watch = watch.map_or_else(nothing, |watch| watch_of(words, watch));
    let has_fallen = known.usual.is_some_and(|usual| usual.fell);
    let has_changed = known.change.is_some_and(|change| change.differs);
    view! {
        <tr
            data-fell=has_fallen.to_string()
            data-changed=has_changed.to_string()
            data-alarm=has_alarm.to_string()
        >
            <th scope="row">{name}</th>
            <td>{index(&known.figure)}</td>
            <td>{limits}</td>
            <td>{n}</td>
            <td class="words">{change}</td>
            <td>{index(&known.all)}</td>
            <td class="words">{limit_of(words, known.usual)}</td>
            <td class="words">{watch}</td>
            <td>{assisted}</td>
            <td>{words.say(finality)}</td>
        </tr>
    }
    .into_any()
}
