//! The public page of one unit: results, topics, months, units below, actions, method, open data. Never: a rank.

use super::figures::{how, levels, people, result};
use super::frame::{day, frame, month, name_text, named};
use super::method::METHOD;
use super::{Known, order, words};
use crate::export::words::{Both, NOT_SIPAS};
use crate::export::{Part, Row};
use maud::{Markup, html};
use survey::format::{self, Language};
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
        p.eyebrow { (words::NAME.say(language)) }
        h1 { (named(language, &unit.name)) }
        p.reference { strong { (NOT_SIPAS.say(language)) } }
        nav aria-label=(words::ON_THIS_PAGE.say(language)) {
            ul {
                @for (id, title) in SECTIONS.iter().filter(|(id, _)| is_here(id)) {
                    li { a href={ "#" (id) } { (title.say(language)) } }
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
        words::NAME.say(language)
    );
    frame(language, &title, address, &main)
}

fn section(language: Language, at: usize, content: &Markup) -> Markup {
    let Some((id, title)) = SECTIONS.get(at) else {
        return html! {};
    };
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title.say(language)) }
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
    // As managers call it; one of the operator's own by its title, or without one by its code.
    let code = form.as_ref().map(survey::form::Form::code);
    let name = code.and_then(words::form_name);
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
                    (month(language, &page.from)) " " (words::TO.say(language)) " "
                    (month(language, &page.to))
                }))
                @if let (Some(first), Some(last)) = (page.first, page.last) {
                    (fact(language, words::DAYS, &html! {
                        (day(language, first)) " " (words::TO.say(language)) " " (day(language, last))
                    }))
                }
                (fact(language, words::FORM, &match name {
                    Some(name) => html! { (name.say(language)) },
                    None => wording(language, title, english),
                }))
                (fact(language, words::READ_ON, &day(language, known.today)))
            }
        }
        table {
            caption { (words::SATISFIED.say(language)) }
            (head(language, &[words::FORMULA, words::RESULT, words::N]))
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
            dt { (name.say(language)) }
            dd { (value) }
        }
    }
}

fn head(language: Language, columns: &[Both]) -> Markup {
    html! {
        thead { tr {
            @for column in columns { th scope="col" { (column.say(language)) } }
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
                caption { (title.say(language)) }
                (head(language, &[words::WHAT, words::RESULT, words::N]))
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
            (words::PARTS_NOTE.say(language))
            @if let Some(note) = note { " " (words::FORMULA.say(language)) ": " (note) "." }
        }
        (table(Part::Factor, words::FACTORS))
        details {
            summary { (words::ITEMS.say(language)) " (" (words::LEVELS.say(language)) ")" }
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
        p.note { (words::MONTHS_NOTE.say(language)) }
        table {
            caption { (words::MONTHS.say(language)) }
            thead { tr {
                th scope="col" { (words::MONTH.say(language)) }
                @if formulas.is_empty() {
                    th scope="col" { (words::RESULT.say(language)) }
                }
                @for formula in &formulas { th scope="col" { (formula) } }
                th scope="col" { (words::N.say(language)) }
            } }
            tbody {
                @for each in &known.period.all {
                    tr data-part="month" data-month=(each) {
                        th scope="row" { (month(language, each)) }
                        @let own = of_month(each);
                        @for row in &own {
                            td.result data-formula=(row.figure.formula) { (result(language, &row.figure)) }
                        }
                        @if own.is_empty() {
                            td colspan=(formulas.len().max(1)) { span.few { (words::NO_MONTH.say(language)) } }
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
                caption { (words::BELOW_OF.say(language)) " " (named(language, &node.name)) }
                (head(language, &[words::UNIT, words::RESULT, words::N]))
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
            (words::UNITS_NOTE.say(language))
            @if let Some(row) = first {
                " " (words::FORMULA.say(language)) ": " (how(language, &row.figure)) "."
            }
        }
        @for node in nodes {
            @let (none, some) = sorted(node).into_iter().partition::<Vec<&Row>, _>(|row| is_of_nobody(row));
            @if !some.is_empty() { (table(node, &some)) }
            // Many names without a number would hide the few with one.
            @if !none.is_empty() {
                details {
                    summary {
                        (words::OF_NOBODY.say(language)) " (" (format::count(language, none.len() as u64)) ")"
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
        p.note { (words::ACTIONS_NOTE.say(language)) }
        @if known.actions.is_empty() {
            p { (words::NO_ACTIONS.say(language)) }
        } @else {
            ol.actions {
                @for (unit, action) in &known.actions {
                    li data-action=(action.action) {
                        p.whose { (named(language, &unit.name)) ", " (day(language, action.day)) }
                        dl {
                            dt.said { (words::SAID.say(language)) }
                            dd lang="vi" { (action.said) }
                            dt.done { (words::DONE.say(language)) }
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
            h3 { (title.say(language)) }
            p { (text.say(language)) }
        }
    }
}

fn data(language: Language, unit: &Unit) -> Markup {
    html! {
        p { (words::DATA_NOTE.say(language)) }
        ul.files {
            li { a href={ "/" (unit.id) "/du-lieu.csv" } { (words::TABLE.say(language)) } }
            li { a href={ "/" (unit.id) "/tu-dien.csv" } { (words::DICTIONARY.say(language)) } }
        }
    }
}
