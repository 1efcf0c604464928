//! The public page of one unit: results, topics, months, units below, actions, method, open data. Never: a rank.

use super::figures::{how, levels, people, result};
use super::frame::{day, frame, name_text, named};
use super::method::METHOD;
use super::words::{self, Language};
use super::{Known, format, order};
use crate::export::words::{Both, NOT_SIPAS};
use crate::export::{Part, Row};
use maud::{Markup, html};
use survey::wire::manager::{ShowingView, Unit, WhyView};
use survey::wire::public::Level;

/// The parts of the page by their address and title.
const SECTIONS: [(&str, Both); 7] = [
    ("results", words::RESULTS),
    ("topics", words::PARTS),
    ("months", words::MONTHS),
    ("units", words::BELOW),
    ("actions", words::ACTIONS),
    ("method", words::METHOD),
    ("data", words::DATA),
];

/// The page of a unit in a language; `address` is where it stands: the unit, or nothing for the front page.
#[must_use]
pub fn page(known: &Known, language: Language, address: &str) -> String {
    let Some(unit) = known.unit() else {
        return String::new();
    };
    let rows = known.rows();
    let is_here = |id: &str| id != "units" || known.level != Level::Own;
    let main = html! {
        p.eyebrow { (language.say(words::NAME)) }
        h1 { (named(language, &unit.name)) }
        p.reference { strong { (language.say(NOT_SIPAS)) } }
        nav aria-label=(language.say(words::ON_THIS_PAGE)) {
            ul {
                @for (id, title) in SECTIONS.iter().filter(|(id, _)| is_here(id)) {
                    li { a href={ "#" (id) } { (language.say(*title)) } }
                }
            }
        }
        (section(language, 0, &results(known, language, &rows)))
        (section(language, 1, &topics(known, language, &rows)))
        (section(language, 2, &months(known, language, &rows)))
        @if is_here("units") { (section(language, 3, &below(known, language, &rows))) }
        (section(language, 4, &actions(known, language)))
        (section(language, 5, &method(language)))
        (section(language, 6, &data(language, unit)))
    };
    let title = format!(
        "{} - {}",
        name_text(language, &unit.name),
        language.say(words::NAME)
    );
    frame(language, &title, address, &main)
}

fn section(language: Language, at: usize, content: &Markup) -> Markup {
    let Some((id, title)) = SECTIONS.get(at) else {
        return html! {};
    };
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (language.say(*title)) }
            (content)
        }
    }
}

fn of(rows: &[Row], part: Part) -> impl Iterator<Item = &Row> {
    rows.iter().filter(move |row| row.part == part)
}

/// The first figure large, with all that belongs to it; then the other formulas.
fn results(known: &Known, language: Language, rows: &[Row]) -> Markup {
    let page = &known.replies.page;
    let form = known.form();
    let title = form.as_ref().and_then(survey::form::Form::title);
    // A form without a title is called by its code.
    let code = form.as_ref().map(survey::form::Form::code);
    let title = title.or(code).unwrap_or_default();
    let english = known.english.get("title").map(String::as_str);
    let main = of(rows, Part::Overall).next();
    let is_shown = |row: &&Row| !matches!(row.figure.showing, ShowingView::Hidden { .. });
    html! {
        div.headline {
            @if let Some(row) = main {
                p.large data-part="overall" data-formula=(row.figure.formula) {
                    (result(language, &row.figure))
                }
                p.how { (how(language, &row.figure)) }
            }
            dl.facts {
                @if let Some(row) = main.filter(is_shown) {
                    (fact(language, words::PEOPLE, &html! { (people(language, &row.figure)) }))
                }
                (fact(language, words::ANSWERS, &html! { (format::count(language, page.responses)) }))
                (fact(language, words::PERIOD, &html! {
                    (format::month(language, &page.from)) " " (language.say(words::TO)) " "
                    (format::month(language, &page.to))
                }))
                @if let (Some(first), Some(last)) = (page.first, page.last) {
                    (fact(language, words::DAYS, &html! {
                        (day(language, first)) " " (language.say(words::TO)) " " (day(language, last))
                    }))
                }
                (fact(language, words::FORM, &wording(language, title, english)))
                (fact(language, words::READ_ON, &day(language, known.today)))
            }
        }
        table {
            caption { (language.say(words::SATISFIED)) }
            (head(language, &[words::FORMULA, words::RESULT, words::PEOPLE]))
            tbody {
                @for row in of(rows, Part::Overall) {
                    tr data-part="overall" data-formula=(row.figure.formula) {
                        th scope="row" { (how(language, &row.figure)) }
                        (cells(language, row))
                    }
                }
            }
        }
    }
}

fn fact(language: Language, name: Both, value: &Markup) -> Markup {
    html! {
        div {
            dt { (language.say(name)) }
            dd { (value) }
        }
    }
}

fn head(language: Language, columns: &[Both]) -> Markup {
    html! {
        thead { tr {
            @for column in columns { th scope="col" { (language.say(*column)) } }
        } }
    }
}

fn cells(language: Language, row: &Row) -> Markup {
    html! {
        td.result { (result(language, &row.figure)) }
        td.n { (people(language, &row.figure)) }
    }
}

/// Words of the form: in Vietnamese where there are no others.
fn wording(language: Language, own: &str, english: Option<&str>) -> Markup {
    match (language, english) {
        (Language::Vi, _) => html! { (own) },
        (Language::En, Some(english)) => html! { (english) },
        (Language::En, None) => html! { span lang="vi" { (own) } },
    }
}

fn topics(known: &Known, language: Language, rows: &[Row]) -> Markup {
    let table = |part: Part, title: Both| {
        html! {
            table {
                caption { (language.say(title)) }
                (head(language, &[words::WHAT, words::RESULT, words::PEOPLE]))
                tbody {
                    @for row in of(rows, part) {
                        tr data-part=(part.word()) data-id=(row.id) {
                            th scope="row" {
                                (wording(language, &row.wording, known.english.get(&row.id).map(String::as_str)))
                            }
                            td.result {
                                (result(language, &row.figure))
                                @if let Some(levels) = levels(language, &row.figure) {
                                    span.levels { (levels) }
                                }
                            }
                            td.n { (people(language, &row.figure)) }
                        }
                    }
                }
            }
        }
    };
    let first = of(rows, Part::Factor).chain(of(rows, Part::Item)).next();
    let note = first.map(|row| how(language, &row.figure));
    html! {
        p.note {
            (language.say(words::PARTS_NOTE))
            @if let Some(note) = note { " " (language.say(words::FORMULA)) ": " (note) "." }
        }
        (table(Part::Factor, words::FACTORS))
        details {
            summary { (language.say(words::ITEMS)) " (" (language.say(words::LEVELS)) ")" }
            (table(Part::Item, words::ITEMS))
        }
    }
}

/// Month by month, the newest first; a month without a figure says so.
fn months(known: &Known, language: Language, rows: &[Row]) -> Markup {
    let of_month = |month: &str| -> Vec<&Row> {
        of(rows, Part::Month)
            .filter(|row| row.months.0 == month)
            .collect()
    };
    let formulas = of(rows, Part::Month).take(2);
    let formulas: Vec<&str> = formulas.map(|row| how(language, &row.figure)).collect();
    html! {
        p.note { (language.say(words::MONTHS_NOTE)) }
        table {
            caption { (language.say(words::MONTHS)) }
            thead { tr {
                th scope="col" { (language.say(words::MONTH)) }
                @if formulas.is_empty() {
                    th scope="col" { (language.say(words::RESULT)) }
                }
                @for formula in &formulas { th scope="col" { (formula) } }
                th scope="col" { (language.say(words::PEOPLE)) }
            } }
            tbody {
                @for month in &known.period.all {
                    tr data-part="month" data-month=(month) {
                        th scope="row" { (format::month(language, month)) }
                        @let own = of_month(month);
                        @for row in &own {
                            td.result data-formula=(row.figure.formula) { (result(language, &row.figure)) }
                        }
                        @if own.is_empty() {
                            td colspan=(formulas.len().max(1)) { span.few { (language.say(words::NO_MONTH)) } }
                        }
                        td.n { @if let Some(row) = own.first() { (people(language, &row.figure)) } }
                    }
                }
            }
        }
    }
}

/// The units below, by name, under the unit that they stand below where there are several.
fn below(known: &Known, language: Language, rows: &[Row]) -> Markup {
    let units = &known.replies.units;
    let mut nodes: Vec<&Unit> = Vec::new();
    for row in of(rows, Part::Below) {
        let parent = units
            .iter()
            .find(|unit| Some(&unit.id) == row.parent.as_ref());
        if let Some(parent) = parent
            && !nodes.iter().any(|node| node.id == parent.id)
        {
            nodes.push(parent);
        }
    }
    let sorted = |node: &Unit| -> Vec<&Row> {
        let own = of(rows, Part::Below).filter(|row| row.parent.as_ref() == Some(&node.id));
        let mut own: Vec<&Row> = own.collect();
        own.sort_by_key(|row| order::place(&row.name.vi));
        own
    };
    let first = of(rows, Part::Below).next();
    let is_of_nobody = |row: &Row| {
        let why = WhyView::Nobody;
        row.figure.showing == ShowingView::Hidden { why }
    };
    let table = |node: &Unit, own: &[&Row]| {
        html! {
            table {
                caption { (language.say(words::BELOW_OF)) " " (named(language, &node.name)) }
                (head(language, &[words::UNIT, words::RESULT, words::PEOPLE]))
                tbody {
                    @for row in own {
                        tr data-part="below" data-unit=(row.unit) {
                            th scope="row" { (named(language, &row.name)) }
                            (cells(language, row))
                        }
                    }
                }
            }
        }
    };
    html! {
        p.note {
            (language.say(words::UNITS_NOTE))
            @if let Some(row) = first {
                " " (language.say(words::FORMULA)) ": " (how(language, &row.figure)) "."
            }
        }
        @for node in nodes {
            @let (none, some) = sorted(node).into_iter().partition::<Vec<&Row>, _>(|row| is_of_nobody(row));
            @if !some.is_empty() { (table(node, &some)) }
            // Many names without a number would hide the few with one.
            @if !none.is_empty() {
                details {
                    summary {
                        (language.say(words::OF_NOBODY)) " (" (format::count(language, none.len() as u64)) ")"
                    }
                    (table(node, &none))
                }
            }
        }
    }
}

/// What people said and what was done, in the words of those who did it.
fn actions(known: &Known, language: Language) -> Markup {
    html! {
        p.note { (language.say(words::ACTIONS_NOTE)) }
        @if known.actions.is_empty() {
            p { (language.say(words::NO_ACTIONS)) }
        } @else {
            ol.actions {
                @for (unit, action) in &known.actions {
                    li data-action=(action.action) {
                        p.whose { (named(language, &unit.name)) ", " (day(language, action.day)) }
                        dl {
                            dt.said { (language.say(words::SAID)) }
                            dd lang="vi" { (action.said) }
                            dt.done { (language.say(words::DONE)) }
                            dd lang="vi" { (action.done) }
                        }
                    }
                }
            }
        }
    }
}

fn method(language: Language) -> Markup {
    html! {
        @for (title, text) in METHOD {
            h3 { (language.say(title)) }
            p { (language.say(text)) }
        }
    }
}

fn data(language: Language, unit: &Unit) -> Markup {
    html! {
        p { (language.say(words::DATA_NOTE)) }
        ul.files {
            li { a href={ "/" (unit.id) "/du-lieu.csv" } { (language.say(words::TABLE)) } }
            li { a href={ "/" (unit.id) "/tu-dien.csv" } { (language.say(words::DICTIONARY)) } }
        }
    }
}
