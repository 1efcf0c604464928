//! The languages that are installed: what each lacks, what is shown in its place, and its recordings to
//! listen to (UA5). The same comparison as `cargo xtask lang check`. Never: a change of a language.

pub mod pack;
mod part;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::form::Form;

use super::account::Desk;
use super::forms::{registry, title};
use super::opening::told;
use crate::device::{aloud, api};
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;
use pack::{OWN, Pack, installed};
use part::Part;

/// Gaps that are listed of one part; more are counted.
const MOST_LISTED: usize = 500;

/// A language with everything that is known of it.
#[derive(Clone, Debug)]
struct Installed {
    tag: String,
    /// `None` where the sentences of the interface are missing: a device does not offer it then.
    pack: Option<Pack>,
}

/// What the page shows.
#[derive(Clone, Debug)]
struct Known {
    forms: Vec<Form>,
    languages: Vec<Installed>,
}

/// The page.
#[component]
pub fn Languages() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let known = RwSignal::new(None::<Result<Known, api::Trouble>>);
    spawn_local(async move {
        let answer = ask().await;
        if let Err(met) = &answer {
            desk.heed(met);
        }
        known.try_set(Some(answer));
    });
    let list = move || {
        told(words, known.get(), |known| {
            let cards = known.languages.iter();
            let cards = cards.map(|language| card(words, language, &known.forms));
            view! { <ul class="languages-list">{cards.collect_view()}</ul> }.into_any()
        })
    };
    view! {
        <article class="house">
            <h1>{words.line(Text::LanguagesTitle)}</h1>
            <p class="soft">{words.line(Text::LanguagesHelp)}</p>
            {list}
        </article>
    }
}

async fn ask() -> Result<Known, api::Trouble> {
    let rows = registry().await?.forms.into_iter();
    let forms: Vec<_> = rows.filter_map(|row| Form::parse(&row.file).ok()).collect();
    let wanted: Vec<_> = forms.iter().collect();
    let mut languages = Vec::new();
    for tag in installed().await {
        let pack = Pack::fetch(tag.clone(), &wanted).await;
        languages.push(Installed { tag, pack });
    }
    Ok(Known { forms, languages })
}

fn card(words: Words, language: &Installed, forms: &[Form]) -> AnyView {
    let tag = language.tag.clone();
    let Some(pack) = &language.pack else {
        return view! {
            <li class="card device">
                <h2>{tag}</h2>
                {band(Tone::Red, words.say(Text::LangBroken))}
            </li>
        }
        .into_any();
    };
    let mut parts = vec![Part::interface(words, pack)];
    parts.extend(
        forms
            .iter()
            .map(|form| Part::form(title(form, words), form, pack)),
    );
    let lacking: usize = parts.iter().map(|part| part.gaps().len()).sum();
    let state = match lacking {
        _ if tag == OWN => band(Tone::Good, words.say(Text::LangOwn)),
        0 => band(Tone::Good, words.say(Text::LangComplete)),
        n => band(Tone::Amber, words.count(Text::LangLacks, whole(n))),
    };
    let rows = parts.iter().map(|part| row(words, part, pack));
    let heard: Vec<_> = parts.iter().flat_map(|part| part.recorded(pack)).collect();
    view! {
        <li class="card device">
            <div>
                <h2 lang=tag.clone()>{pack.own_name()}</h2>
                <p>{tag.clone()}</p>
            </div>
            {state}
            <div class="scroll" tabindex="0" role="region" aria-label=pack.own_name()>
                <table class="log">
                    <thead>
                        <tr>
                            <th scope="col">{words.say(Text::LangPart)}</th>
                            <th scope="col">{words.say(Text::LangTexts)}</th>
                            <th scope="col">{words.say(Text::LangLacking)}</th>
                            <th scope="col">{words.say(Text::LangRecorded)}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            {(lacking > 0).then(|| gaps(words, &parts))}
            {(!heard.is_empty()).then(|| listen(words, &tag, heard))}
        </li>
    }
    .into_any()
}

fn row(words: Words, part: &Part, pack: &Pack) -> AnyView {
    let numbers = [part.texts(), part.gaps().len(), part.recorded(pack).len()];
    let language = words.language();
    let cells = numbers.map(|n| {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        view! { <td>{crate::parts::format::count(language, n)}</td> }
    });
    view! {
        <tr>
            <th scope="row">{part.name.clone()}</th>
            {cells}
        </tr>
    }
    .into_any()
}

/// Everything that is missing, with what a citizen sees in its place.
fn gaps(words: Words, parts: &[Part]) -> AnyView {
    use survey::wording::Lack;
    let sections = parts.iter().filter_map(|part| {
        let gaps = part.gaps();
        if gaps.is_empty() {
            return None;
        }
        let name = part.name.clone();
        if !part.has_any() {
            let lines = vec![words.say(Text::LangNoPart).to_owned()];
            return Some((name, lines));
        }
        let line = |gap: survey::wording::Gap| {
            let text = match gap.lack {
                Lack::Missing => Text::GapMissing,
                Lack::Placeholders => Text::GapPlaceholders,
                Lack::Strange => Text::GapStrange,
            };
            let said = words.fill(text, &[("text", gap.vietnamese)]);
            [gap.key, ": ", &said].concat()
        };
        let lines = gaps.into_iter().take(MOST_LISTED).map(line).collect();
        Some((name, lines))
    });
    let sections = sections.map(|(name, lines): (String, Vec<String>)| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
        view! {
            <h3>{name}</h3>
            <ul class="rights">{lines.collect_view()}</ul>
        }
    });
    view! {
        <details>
            <summary>{words.say(Text::LangGaps)}</summary>
            {sections.collect_view()}
        </details>
    }
    .into_any()
}

/// Every recorded sentence, to be heard.
fn listen(words: Words, tag: &str, heard: Vec<(String, String)>) -> AnyView {
    let tag = tag.to_owned();
    let lines = heard.into_iter().map(|(sentence, path)| {
        let play = move |_| {
            aloud::hush();
            let path = path.clone();
            spawn_local(async move { aloud::play(&path).await });
        };
        view! {
            <li>
                <button class="button" on:click=play>
                    {words.say(Text::Listen)}
                </button>
                <span lang=tag.clone()>{sentence}</span>
            </li>
        }
    });
    view! {
        <details>
            <summary>{words.say(Text::LangListen)}</summary>
            <ul class="heard">{lines.collect_view()}</ul>
        </details>
    }
    .into_any()
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
