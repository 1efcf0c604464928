//! The figure everybody looks at first, with all that must stand beside it (statistics §8).

use std::sync::Arc;

use leptos::prelude::*;

use super::facts::Facts;
use super::sheet::Sheet;
use super::showing::{Spoken, formula_name};
use crate::parts::{IntervalBar, Scale, Words};
use crate::text::ManagerText as Text;

/// The main figure.
#[component]
pub fn Headline(
    /// What is shown.
    sheet: Arc<Sheet>,
) -> impl IntoView {
    let words = Words::here();
    move || {
        let figure = sheet.headline()?;
        let name = formula_name(&figure.formula)?;
        let spoken = Spoken::of(figure, words.language());
        let kind = match spoken.bar {
            None => "hidden",
            Some((_, _, None)) => "interval",
            Some(_) => "score",
        };
        let scale = spoken.bar.map(|(low, high, index)| {
            view! {
                <div class="scaled">
                    <IntervalBar low high index />
                    <Scale />
                </div>
            }
        });
        let interval = spoken.interval.map(|interval| {
            view! {
                <p class="interval-line">
                    {words.say(Text::Interval95)} ": " <strong>{interval}</strong>
                </p>
            }
        });
        Some(view! {
            <section class="card headline" aria-labelledby="headline-name">
                <h2 id="headline-name">{words.say(name)}</h2>
                <p id="headline" class="headline-value" data-show=kind>
                    {spoken.main}
                </p>
                {spoken.note.map(|note| view! { <p class="note">{note}</p> })}
                {interval}
                {scale}
                <Facts sheet=Arc::clone(&sheet) n=spoken.n />
            </section>
        })
    }
}
