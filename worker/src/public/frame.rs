//! What every public page stands in: head, title, footer, and the pages that are about no unit. Never: a program, an
//! address of another site.

use super::{order, words};
use crate::access::token;
use crate::export::words::Both;
use maud::{DOCTYPE, Markup, html};
use std::cell::Cell;
use survey::day::Day;
use survey::format::{self, Language};
use survey::wire::device::Names;
use survey::wire::manager::Unit;

/// The rules by which the pages are drawn.
pub const STYLE: &str = include_str!("style.css");

thread_local! {
    /// Whether this deployment shows sample data: for the whole life of an instance.
    static IS_SAMPLE: Cell<bool> = const { Cell::new(false) };
}

/// Tells whether this deployment shows sample data, as its devices and managers are told; every page then says so.
pub fn tell_sample(is_sample: bool) {
    IS_SAMPLE.set(is_sample);
}

/// The file of [`STYLE`], named by its content.
#[must_use]
pub fn style_name() -> String {
    let hash = token::digest(STYLE);
    format!("style.{}.css", hash.get(..16).unwrap_or_default())
}

/// The language that a page links to.
const fn other(language: Language) -> Language {
    match language {
        Language::Vi => Language::En,
        Language::En => Language::Vi,
    }
}

/// The address of a page in a language; `of` is a unit, or nothing for the front page.
fn address_in(language: Language, of: &str) -> String {
    match language {
        Language::Vi => format!("/{of}"),
        Language::En => format!("/en/{of}"),
    }
}

/// A name in a language: Vietnamese where there is no other.
pub fn named(language: Language, name: &Names) -> Markup {
    match language {
        Language::En if !name.en.trim().is_empty() => html! { (name.en) },
        Language::En => html! { span lang="vi" { (name.vi) } },
        Language::Vi => html! { (name.vi) },
    }
}

/// The plain text of the same.
pub fn name_text(language: Language, name: &Names) -> &str {
    match language {
        Language::En if !name.en.trim().is_empty() => &name.en,
        _ => &name.vi,
    }
}

/// A whole page: its title, its address without the language, what stands in it.
pub fn frame(language: Language, title: &str, address: &str, main: &Markup) -> String {
    let other = other(language);
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href={ "/" (style_name()) };
                link rel="alternate" hreflang=(other.tag()) href=(address_in(other, address));
            }
            body {
                a.skip href="#main" { (words::SKIP.say(language)) }
                header {
                    div.top {
                        a.home href=(address_in(language, "")) {
                            img src="/icon.svg" alt="" width="40" height="40";
                            span { (words::NAME.say(language)) }
                        }
                        a.other href=(address_in(other, address)) hreflang=(other.tag()) lang=(other.tag()) {
                            (words::OTHER.say(language))
                        }
                    }
                    @if IS_SAMPLE.get() {
                        p.sample { strong { (words::SAMPLE.say(language)) } }
                    }
                }
                main #main { (main) }
                footer {
                    p { (words::PRIVACY.say(language)) }
                    p { (words::MADE_BY.say(language)) }
                }
            }
        }
    };
    page.into_string()
}

/// The front page where not one unit alone publishes: those that do, or an honest word that none does.
#[must_use]
pub fn front(language: Language, units: &[(Unit, Day)]) -> String {
    let mut units: Vec<&(Unit, Day)> = units.iter().collect();
    units.sort_by_key(|(unit, _)| order::place(&unit.name.vi));
    if units.is_empty() {
        let main = plain(language, words::NOTHING, words::NOTHING_YET);
        return frame(language, words::NOTHING.say(language), "", &main);
    }
    let main = html! {
        h1 { (words::CHOOSE.say(language)) }
        p { (words::PUBLISHES.say(language)) }
        ul.units {
            @for (unit, _) in units {
                li { a href=(address_in(language, unit.id.as_str())) { (named(language, &unit.name)) } }
            }
        }
    };
    frame(language, words::NAME.say(language), "", &main)
}

/// A page for what cannot be shown, by its status.
#[must_use]
pub fn trouble(language: Language, status: u16) -> String {
    let (title, text) = match status {
        404 => (words::NO_PAGE, words::NO_PAGE_TEXT),
        405 => (words::READ_ONLY, words::READ_ONLY_TEXT),
        _ => (words::BUSY, words::BUSY_TEXT),
    };
    let main = html! {
        (plain(language, title, text))
        p { a href=(address_in(language, "")) { (words::TO_FRONT.say(language)) } }
    };
    frame(language, title.say(language), "", &main)
}

fn plain(language: Language, title: Both, text: Both) -> Markup {
    html! {
        h1 { (title.say(language)) }
        p.lead { (text.say(language)) }
    }
}

/// A day in its element.
pub fn day(language: Language, day: Day) -> Markup {
    html! { time datetime=(day) { (format::day(language, day)) } }
}

/// A month, `YYYY-MM`, as a reader writes it.
pub fn month(language: Language, month: &str) -> String {
    let first = Day::parse(&format!("{month}-01"));
    first.map_or_else(
        || month.to_owned(),
        |first| format::month(language, first.year(), first.month()),
    )
}
