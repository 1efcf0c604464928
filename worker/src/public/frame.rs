//! What every public page stands in: head, title, footer, and the pages that are about no unit. Never: a program, an
//! address of another site.

use super::format;
use super::order;
use super::words::{self, Language};
use crate::access::token;
use crate::export::words::Both;
use maud::{DOCTYPE, Markup, html};
use survey::day::Day;
use survey::wire::device::Names;
use survey::wire::manager::Unit;

/// The rules by which the pages are drawn.
pub const STYLE: &str = include_str!("style.css");

/// The file of [`STYLE`], named by its content.
#[must_use]
pub fn style_name() -> String {
    let hash = token::digest(STYLE);
    format!("style.{}.css", hash.get(..16).unwrap_or_default())
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
    let other = language.other();
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
                link rel="alternate" hreflang=(other.tag()) href=(other.address(address));
            }
            body {
                a.skip href="#main" { (language.say(words::SKIP)) }
                header.top {
                    a.home href=(language.address("")) {
                        img src="/icon.svg" alt="" width="40" height="40";
                        span { (language.say(words::NAME)) }
                    }
                    a.other href=(other.address(address)) hreflang=(other.tag()) lang=(other.tag()) {
                        (language.say(words::OTHER))
                    }
                }
                main #main { (main) }
                footer {
                    p { (language.say(words::PRIVACY)) }
                    p { (language.say(words::MADE_BY)) }
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
        return frame(language, language.say(words::NOTHING), "", &main);
    }
    let main = html! {
        h1 { (language.say(words::CHOOSE)) }
        p { (language.say(words::PUBLISHES)) }
        ul.units {
            @for (unit, _) in units {
                li { a href=(language.address(unit.id.as_str())) { (named(language, &unit.name)) } }
            }
        }
    };
    frame(language, language.say(words::NAME), "", &main)
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
        p { a href=(language.address("")) { (language.say(words::TO_FRONT)) } }
    };
    frame(language, language.say(title), "", &main)
}

fn plain(language: Language, title: Both, text: Both) -> Markup {
    html! {
        h1 { (language.say(title)) }
        p.lead { (language.say(text)) }
    }
}

/// A day in its element.
pub fn day(language: Language, day: Day) -> Markup {
    html! { time datetime=(day) { (format::day(language, day)) } }
}
