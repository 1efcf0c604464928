//! What must stand beside a figure: how many, of when, of which form, how old; and the other formulas.

use std::sync::Arc;

use leptos::prelude::*;
use survey::day::Day;

use super::controls::form_name;
use super::period::Month;
use super::sheet::Sheet;
use super::showing::{Spoken, formula_name};
use crate::parts::{IntervalBar, Words, format};
use crate::text::{FiguresText, ManagerText};

/// The facts under the main figure.
#[component]
pub fn Facts(
    /// What is shown.
    sheet: Arc<Sheet>,
    /// People in the figure, where that may be told.
    n: Option<String>,
) -> impl IntoView {
    let words = Words::here();
    move || {
        let language = words.language();
        let page = &sheet.page;
        let month = |text: &str| {
            let month = Month::parse(text);
            month.map_or_else(String::new, |month| {
                format::month(language, month.year, month.month)
            })
        };
        let period = if page.from == page.to {
            month(&page.from)
        } else {
            format!("{} – {}", month(&page.from), month(&page.to))
        };
        let form = form_name(sheet.form().code(), words);
        let age = |last: Day| match Day::of(page.now).map(|today| today.since(last)) {
            Some(1) => words.say(FiguresText::Yesterday).to_owned(),
            Some(days) if days > 0 => words.count(FiguresText::DaysAgo, days),
            _ => words.say(FiguresText::Today).to_owned(),
        };
        let up_to = page
            .last
            .map(|last| format!("{} ({})", format::day(language, last), age(last)));
        let assisted = (page.responses > 0).then(|| {
            let of = format::count(language, page.responses);
            words.fill(
                FiguresText::AssistedOf,
                &[("n", &format::count(language, page.assisted)), ("m", &of)],
            )
        });
        let rows = [
            (words.say(FiguresText::People), n.clone()),
            (words.say(FiguresText::PeriodLabel), Some(period)),
            (words.say(ManagerText::FormLabel), Some(form)),
            (
                words.say(FiguresText::DataFrom),
                page.first.map(|first| format::day(language, first)),
            ),
            (
                words.say(FiguresText::DataUpTo),
                Some(up_to.unwrap_or_else(|| words.say(FiguresText::NothingReleased).to_owned())),
            ),
            (words.say(FiguresText::AssistedLabel), assisted),
        ];
        let rows = rows.into_iter().filter_map(|(name, value)| {
            let value = value?;
            Some(view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            })
        });
        view! { <dl class="facts">{rows.collect_view()}</dl> }
    }
}

/// The other three formulas, each with its name.
#[component]
pub fn Others(
    /// What is shown.
    sheet: Arc<Sheet>,
) -> impl IntoView {
    let words = Words::here();
    move || {
        let rows = sheet.others().filter_map(|figure| {
            let name = formula_name(&figure.formula)?;
            let spoken = Spoken::of(figure, words.language());
            let bar = spoken
                .bar
                .map(|(low, high, index)| view! { <IntervalBar low high index /> });
            let interval = spoken.interval.map(|interval| {
                view! {
                    <p class="soft">{format!("{}: {interval}", words.say(ManagerText::Interval95))}</p>
                }
            });
            Some(view! {
                <li>
                    <h3>{words.say(name)}</h3>
                    <p class="value">{spoken.main}</p>
                    {bar}
                    {interval}
                    {spoken.note.map(|note| view! { <p class="soft">{note}</p> })}
                </li>
            })
        });
        view! {
            <section class="card others" aria-labelledby="others-name">
                <h2 id="others-name">{words.say(FiguresText::OtherFormulas)}</h2>
                <ul>{rows.collect_view()}</ul>
            </section>
        }
    }
}
