//! The report "Báo cáo kết quả khảo sát mức độ hài lòng" of a unit and a period, a page that becomes paper and
//! is signed (UM12). Never: a number that did not come as a published figure.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::beside::{ChildrenPage, CommentsPage, TrendPage};
use survey::wire::manager::FigureView;
use survey::wire::public::{ActionState, Actions};

use super::compare::Side;
use super::controls::form_name;
use super::period::Month;
use super::reading::{drawn, read};
use super::sheet::Sheet;
use super::showing::{Spoken, formula_name};
use super::withheld;
use crate::device::page;
use crate::parts::{Phrase, Words, format};
use crate::text::{FiguresText, ManagerText};

/// Rows to write what will be done about it by hand.
const EMPTY_ROWS: usize = 4;

/// The view.
#[component]
pub fn Report(
    /// What is shown.
    sheet: Memo<Option<Arc<Sheet>>>,
    /// What the views share.
    side: Side,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let at = move |what| Memo::new(move |_| Some(side.place.get()?.path(what)));
    let months = Memo::new(move |_| {
        let place = side.place.get()?;
        Some(format!(
            "/v1/units/{}/trend?form={}",
            place.unit, place.form
        ))
    });
    let trend = read::<TrendPage>(months, again);
    let children = read::<ChildrenPage>(at("children"), again);
    let comments = read::<CommentsPage>(at("comments"), again);
    let told = Memo::new(move |_| {
        let place = side.place.get()?;
        Some(format!("/v1/units/{}/actions?", place.unit))
    });
    let told = read::<Actions>(told, again);
    move || {
        let sheet = sheet.get()?;
        let words = side.words;
        let title = words.say(FiguresText::ReportTitle);
        let period = (sheet.page.from.clone(), sheet.page.to.clone());
        let within = period.clone();
        Some(view! {
            <p class="row">
                <button class="button" on:click=move |_| page::print()>
                    {words.say(FiguresText::ReportPrint)}
                </button>
            </p>
            <section class="card report" aria-label=title>
                {head(side, &sheet)}
                {section(1, words.say(FiguresText::ReportSummary), summary(words, &sheet))}
                {section(2, words.say(FiguresText::ReportMethod), method(words))}
                {section(3, words.say(FiguresText::ReportOverall), overall(words, &sheet))}
                {section(4, words.say(FiguresText::FactorsAndCriteria), parts(words, &sheet))}
                {section(
                    5,
                    words.say(FiguresText::ViewTrend),
                    drawn(words, trend, move |page| by_month(words, page, &period)),
                )}
                {section(
                    6,
                    words.say(FiguresText::ReportBelow),
                    drawn(words, children, move |page| below(side, page)),
                )}
                {section(
                    7,
                    words.say(FiguresText::ViewComments),
                    drawn(words, comments, move |page| written(words, page)),
                )}
                {section(8, words.say(FiguresText::WithheldTitle), kept_back(words, &sheet))}
                {section(
                    9,
                    words.say(FiguresText::ReportDone),
                    drawn(words, told, move |actions| done(side, actions, &within)),
                )}
                {section(10, words.say(FiguresText::ReportActions), actions(words))} {signatures(words)}
            </section>
        })
    }
}

fn section(no: u8, name: &'static str, body: AnyView) -> AnyView {
    view! {
        <h3>{format!("{no}. {name}")}</h3>
        {body}
    }
    .into_any()
}

/// What an official letter begins with.
fn head(side: Side, sheet: &Sheet) -> AnyView {
    let words = side.words;
    let form = form_name(sheet.form().code(), words);
    view! {
        <div class="report-head">
            <div>
                <p class="report-name">{side.name_of(&sheet.page.unit)}</p>
                <p>{words.say(FiguresText::ReportNumber)}</p>
            </div>
            <div>
                <p class="report-name">{words.say(FiguresText::ReportNation)}</p>
                <p class="report-motto">{words.say(FiguresText::ReportMotto)}</p>
                <p>{words.say(FiguresText::ReportDate)}</p>
            </div>
        </div>
        <h2>{words.say(FiguresText::ReportTitle)}</h2>
        <p class="report-period">{format!("{} · {form}", period(words, sheet))}</p>
    }
    .into_any()
}

fn month(words: Words, text: &str) -> String {
    let month = Month::parse(text);
    month.map_or_else(String::new, |month| {
        format::month(words.language(), month.year, month.month)
    })
}

fn period(words: Words, sheet: &Sheet) -> String {
    let page = &sheet.page;
    if page.from == page.to {
        month(words, &page.from)
    } else {
        format!("{} – {}", month(words, &page.from), month(words, &page.to))
    }
}

fn summary(words: Words, sheet: &Sheet) -> AnyView {
    let (language, page) = (words.language(), &sheet.page);
    let count = |n| format::count(language, n);
    let days = page.first.zip(page.last).map(|(first, last)| {
        words.fill(
            FiguresText::ReportSaid,
            &[
                ("n", &count(page.responses)),
                ("m", &count(page.assisted)),
                ("from", &format::day(language, first)),
                ("to", &format::day(language, last)),
            ],
        )
    });
    let headline = sheet.headline().map(|figure| {
        let spoken = Spoken::of(figure, language);
        let name = formula_name(&figure.formula).map(|name| words.say(name));
        let main = format!("{}: {}.", name.unwrap_or_default(), spoken.main);
        let interval = spoken
            .interval
            .map(|interval| format!("{}: {interval}.", words.say(ManagerText::Interval95)));
        let n = spoken
            .n
            .map(|n| format!("{}.", words.fill(FiguresText::NIs, &[("n", &n)])));
        let note = spoken.note.map(str::to_owned);
        let said = [Some(main), interval, n, note].into_iter().flatten();
        view! { <p class="report-index">{said.collect::<Vec<_>>().join(" ")}</p> }
    });
    view! {
        {headline}
        <p>{days.unwrap_or_else(|| words.say(FiguresText::NothingReleased).to_owned())}</p>
        <p>{words.say(ManagerText::NotSipas)}</p>
    }
    .into_any()
}

fn method(words: Words) -> AnyView {
    let lines = [
        FiguresText::ReportLevels,
        FiguresText::ReportInterval,
        FiguresText::WithheldHelp,
        FiguresText::ReportOpen,
    ];
    let lines = lines.map(|line| view! { <li>{words.say(line)}</li> }.into_any());
    view! { <ul>{lines.collect_view()}</ul> }.into_any()
}

/// n, index and interval of a figure, or why there is none.
fn cells(words: Words, figure: &FigureView) -> AnyView {
    let spoken = Spoken::of(figure, words.language());
    let Some(n) = spoken.n else {
        return view! {
            <td class="words" colspan="3">
                {spoken.short_note.unwrap_or(words.say(ManagerText::NotEnough))}
            </td>
        }
        .into_any();
    };
    // Of few people the interval is all there is.
    let (index, interval) = match spoken.interval {
        Some(interval) => (spoken.main, interval),
        None => ("–".to_owned(), spoken.main),
    };
    view! {
        <td>{n}</td>
        <td>{index}</td>
        <td>{interval}</td>
    }
    .into_any()
}

/// A table of figures under the heads that each has.
fn table(words: Words, first: &'static str, rows: Vec<AnyView>) -> AnyView {
    let heads = [
        FiguresText::PeopleHead,
        FiguresText::IndexHead,
        FiguresText::IntervalHead,
    ];
    let heads = heads.map(|head| view! { <th scope="col">{words.say(head)}</th> }.into_any());
    view! {
        <table class="numbers">
            <thead>
                <tr>
                    <th scope="col">{first}</th>
                    {heads.collect_view()}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(words: Words, name: Phrase, is_item: bool, figure: &FigureView) -> AnyView {
    view! {
        <tr class:report-item=is_item>
            <th scope="row" lang=name.lang>
                {name.text}
            </th>
            {cells(words, figure)}
        </tr>
    }
    .into_any()
}

fn own(text: impl Into<String>) -> Phrase {
    Phrase {
        text: text.into(),
        lang: None,
    }
}

fn overall(words: Words, sheet: &Sheet) -> AnyView {
    let figures = sheet.page.overall.iter();
    let rows = figures.filter_map(|figure| {
        let name = formula_name(&figure.formula)?;
        Some(row(words, own(words.say(name)), false, figure))
    });
    table(words, words.say(FiguresText::ReportFormula), rows.collect())
}

fn parts(words: Words, sheet: &Sheet) -> AnyView {
    let mut rows = Vec::new();
    for group in sheet.groups() {
        let factor = group.factor.filter(|_| !group.is_one_question());
        let items = group.items.iter().map(|item| (*item, factor.is_some()));
        for (part, is_item) in factor
            .map(|factor| (factor, false))
            .into_iter()
            .chain(items)
        {
            let name = sheet.phrase(part, words.language());
            rows.push(row(words, name, is_item, &part.figure));
        }
    }
    table(words, words.say(FiguresText::Criterion), rows)
}

fn by_month(words: Words, page: &TrendPage, (from, to): &(String, String)) -> AnyView {
    let months = page.months.iter();
    let months = months.filter(|it| *from <= it.month && it.month <= *to);
    let rows: Vec<_> = months
        .map(|it| row(words, own(month(words, &it.month)), false, &it.figure))
        .collect();
    if rows.is_empty() {
        return view! { <p>{words.say(FiguresText::NoMonths)}</p> }.into_any();
    }
    table(words, words.say(FiguresText::MonthHead), rows)
}

fn below(side: Side, page: &ChildrenPage) -> AnyView {
    let words = side.words;
    let rows: Vec<_> = side
        .in_order(page)
        .iter()
        .map(|child| {
            let name = own(side.name_of(&child.unit));
            row(words, name, false, &child.figure)
        })
        .collect();
    if rows.is_empty() {
        return view! { <p>{words.say(FiguresText::ReportNoneBelow)}</p> }.into_any();
    }
    table(words, words.say(FiguresText::UnitHead), rows)
}

fn written(words: Words, page: &CommentsPage) -> AnyView {
    if page.months.is_empty() {
        return view! { <p>{words.say(FiguresText::NoComments)}</p> }.into_any();
    }
    let months = page.months.iter().map(|of| {
        let comments = of.comments.iter();
        let comments =
            comments.map(|comment| view! { <li lang="vi">{comment.clone()}</li> }.into_any());
        view! {
            <h4>{month(words, &of.month)}</h4>
            <ul>{comments.collect_view()}</ul>
        }
        .into_any()
    });
    months.collect_view().into_any()
}

fn kept_back(words: Words, sheet: &Sheet) -> AnyView {
    let rows = withheld::rows(sheet, words.language());
    if rows.is_empty() {
        return view! { <p>{words.say(FiguresText::ReportAllShown)}</p> }.into_any();
    }
    view! { <dl class="withheld">{rows}</dl> }.into_any()
}

/// What was done in the months of the report, as everybody may read it (UM16).
fn done(side: Side, actions: &Actions, (from, to): &(String, String)) -> AnyView {
    let words = side.words;
    let public = actions.actions.iter().filter(|action| {
        let month = action.day.month_slice();
        action.state == ActionState::Published && *from <= month && month <= *to
    });
    let rows: Vec<AnyView> = public
        .map(|action| {
            view! {
                <li>
                    <p>
                        <strong>{side.name_of(&action.unit)}</strong>
                        ", "
                        {format::day(words.language(), action.day)}
                    </p>
                    <p lang="vi">{action.said.clone()}</p>
                    <p lang="vi">{action.done.clone()}</p>
                </li>
            }
            .into_any()
        })
        .collect();
    if rows.is_empty() {
        return view! { <p>{words.say(FiguresText::ReportNothingDone)}</p> }.into_any();
    }
    view! { <ul>{rows.into_iter().collect_view()}</ul> }.into_any()
}

/// Empty rows for a pen: what will be done is the unit's to say.
fn actions(words: Words) -> AnyView {
    let heads = [
        FiguresText::ReportAct,
        FiguresText::ReportWho,
        FiguresText::ReportBy,
    ];
    let heads = heads.map(|head| view! { <th scope="col">{words.say(head)}</th> }.into_any());
    let rows = (0..EMPTY_ROWS).map(|_| view! { <tr><td></td><td></td><td></td></tr> }.into_any());
    view! {
        <table class="numbers report-actions">
            <thead>
                <tr>{heads.collect_view()}</tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn signatures(words: Words) -> AnyView {
    let place = |who: FiguresText, how: FiguresText| {
        view! {
            <div>
                <p class="report-name">{words.say(who)}</p>
                <p class="soft">{words.say(how)}</p>
            </div>
        }
    };
    view! {
        <div class="report-head report-sign">
            {place(FiguresText::ReportMaker, FiguresText::ReportSign)}
            {place(FiguresText::ReportLeader, FiguresText::ReportStamp)}
        </div>
    }
    .into_any()
}
