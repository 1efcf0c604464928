//! The five factors and their criteria: bars to see, a table to read, the same figures in both.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::manager::PartView;

use super::sheet::{Group, Sheet};
use super::showing::Spoken;
use crate::parts::{IntervalBar, LevelBar, Phrase, Words, format};
use crate::text::{FiguresText, ManagerText};

/// Factors and criteria.
#[component]
pub fn Criteria(
    /// What is shown.
    sheet: Arc<Sheet>,
    /// Whether as a table of numbers.
    as_table: RwSignal<bool>,
) -> impl IntoView {
    let words = Words::here();
    let is_partial = sheet.is_partial();
    let choice = move |table: bool, text: FiguresText| {
        view! {
            <button
                class="segment"
                aria-pressed=move || (as_table.get() == table).to_string()
                on:click=move |_| as_table.set(table)
            >
                {words.line(text)}
            </button>
        }
    };
    view! {
        <section class="criteria" aria-labelledby="criteria-name">
            <div class="criteria-head">
                <h2 id="criteria-name">{words.line(FiguresText::FactorsAndCriteria)}</h2>
                <div class="segments" role="group" aria-label=words.line(FiguresText::ShowAs)>
                    {choice(false, FiguresText::AsBars)} {choice(true, FiguresText::AsTable)}
                </div>
            </div>
            <p class="soft">
                {words.line(FiguresText::PartsAreSatisfied)} " "
                {move || is_partial.then(|| words.say(FiguresText::PartsAreFloored))}
            </p>
            {move || {
                if as_table.get() {
                    table(&sheet, words).into_any()
                } else {
                    bars(&sheet, words).into_any()
                }
            }}
        </section>
    }
}

fn worded(phrase: Phrase) -> impl IntoView {
    view! { <span lang=phrase.lang>{phrase.text}</span> }
}

/// A factor's heading, or that of the items that belong to none.
fn name(sheet: &Sheet, group: &Group<'_>, words: Words) -> Phrase {
    let language = words.language();
    match group.factor {
        Some(factor) => sheet.phrase(factor, language),
        None => Phrase {
            text: words.say(FiguresText::Alone).to_owned(),
            lang: Some(language.tag()),
        },
    }
}

fn bars(sheet: &Sheet, words: Words) -> impl IntoView {
    let labels = sheet.level_labels(words.language());
    let legend = (1..).zip(labels.clone()).map(|(level, label): (u8, _)| {
        view! {
            <li>
                <svg class="swatch" data-level=level aria-hidden="true" focusable="false">
                    <rect class="level-part" data-level=level width="100%" height="100%" />
                </svg>
                {worded(label)}
            </li>
        }
    });
    let groups = sheet.groups();
    let groups = groups.iter().map(|group| {
        let is_one = group.is_one_question();
        let own = group.factor.filter(|_| !is_one);
        let items = group.items.iter();
        let items = items.map(|item| criterion(sheet, item, is_one, &labels, words));
        view! {
            <section class="card factor">
                <div class="factor-head">
                    <h3>{worded(name(sheet, group, words))}</h3>
                    {own.map(|factor| measure(factor, words))}
                </div>
                <ul class="items">{items.collect_view()}</ul>
            </section>
        }
    });
    view! {
        <ul class="legend" aria-label=words.say(FiguresText::Levels)>
            {legend.collect_view()}
        </ul>
        <div class="factors">{groups.collect_view()}</div>
    }
}

/// A part's number with its interval and n.
fn measure(part: &PartView, words: Words) -> impl IntoView + use<> {
    let spoken = Spoken::of(&part.figure, words.language());
    let is_hidden = spoken.bar.is_none();
    let bar = spoken
        .bar
        .map(|(low, high, index)| view! { <IntervalBar low high index /> });
    let n = spoken.n.map(|n| words.fill(FiguresText::NIs, &[("n", &n)]));
    let small = [spoken.interval, n, spoken.short_note.map(str::to_owned)];
    let small = small.into_iter().flatten();
    let small = small.map(|part| view! { <span>{part}</span> " " }.into_any());
    view! {
        <div class="measure" data-hidden=is_hidden.to_string()>
            <p class="value">{spoken.main}</p>
            {bar}
            <p class="soft parts">{small.collect_view()}</p>
        </div>
    }
}

fn criterion(
    sheet: &Sheet,
    item: &PartView,
    is_named_above: bool,
    labels: &[Phrase],
    words: Words,
) -> impl IntoView + use<> {
    let language = words.language();
    let text = (!is_named_above).then(|| {
        view! {
            <div>
                <p>{worded(sheet.phrase(item, language))}</p>
            </div>
        }
    });
    let levels = Spoken::of(&item.figure, language).levels.map(|levels| {
        let shares = labels.iter().zip(levels);
        let said: Vec<String> = shares
            .map(|(label, share)| format!("{} {}", label.text, format::percent(language, share)))
            .collect();
        let tongue = labels.first().and_then(|label| label.lang);
        view! {
            <LevelBar levels />
            <p class="spoken" lang=tongue>
                {said.join("; ")}
            </p>
        }
    });
    view! {
        <li class="item" data-alone=is_named_above.then_some("true")>
            {text}
            <div>{levels}</div>
            {measure(item, words)}
        </li>
    }
}

fn table(sheet: &Sheet, words: Words) -> impl IntoView {
    let language = words.language();
    let labels = sheet.level_labels(language);
    let heads = labels
        .into_iter()
        .map(|label| view! { <th scope="col">{worded(label)}</th> })
        .collect_view();
    let groups = sheet.groups();
    let bodies = groups.iter().map(|group| {
        let head = match group.factor {
            Some(_) if group.is_one_question() => ().into_any(),
            Some(factor) => {
                row(sheet.phrase(factor, language), factor, "factor-row", words).into_any()
            }
            None => view! {
                <tr class="factor-row">
                    <th scope="rowgroup" colspan="9">
                        {worded(name(sheet, group, words))}
                    </th>
                </tr>
            }
            .into_any(),
        };
        let rows = group.items.iter();
        let rows = rows.map(|item| row(sheet.phrase(item, language), item, "item-row", words));
        view! { <tbody>{head} {rows.collect_view()}</tbody> }
    });
    view! {
        <div class="scroll card" role="region" tabindex="0" aria-label=words.say(FiguresText::AsTable)>
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">{words.say(FiguresText::Criterion)}</th>
                        <th scope="col">{words.say(FiguresText::Index)}</th>
                        <th scope="col">{words.say(ManagerText::Interval95)}</th>
                        <th scope="col">"n"</th>
                        {heads}
                    </tr>
                </thead>
                {bodies.collect_view()}
            </table>
        </div>
    }
}

fn row(
    phrase: Phrase,
    part: &PartView,
    class: &'static str,
    words: Words,
) -> impl IntoView + use<> {
    let language = words.language();
    let spoken = Spoken::of(&part.figure, language);
    let nothing = || "–".to_owned();
    let cells = match spoken.bar {
        None => view! {
            <td colspan="8" class="words">
                {spoken.main}
                ": "
                {spoken.short_note}
            </td>
        }
        .into_any(),
        Some((low, high, index)) => {
            let index = index.map_or_else(nothing, |index| format::percent(language, index));
            let levels = match spoken.levels {
                Some(levels) => levels
                    .map(|share| format::percent(language, share))
                    .to_vec(),
                None => (0..5).map(|_| nothing()).collect(),
            };
            let levels = levels.into_iter().map(|share| view! { <td>{share}</td> });
            view! {
                <td>{index}</td>
                <td>{format::interval(language, low, high)}</td>
                <td>{spoken.n}</td>
                {levels.collect_view()}
            }
            .into_any()
        }
    };
    view! {
        <tr class=class>
            <th scope="row">{worded(phrase)}</th>
            {cells}
        </tr>
    }
}
