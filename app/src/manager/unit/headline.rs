//! The figure everybody looks at first, with all that must stand beside it (rule P9).

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
                <div>
                    <IntervalBar low high index />
                    <Scale />
                </div>
            }
        });
        // Where the interval itself stands large, its name still stands with it.
        let interval = spoken.bar.map(|_| {
            let name = words.say(Text::Interval95);
            match spoken.interval {
                None => view! { <p>{name}</p> }.into_any(),
                Some(limits) => view! { <p>{name} ": " <strong>{limits}</strong></p> }.into_any(),
            }
        });
        Some(view! {
            <section class="card headline" aria-labelledby="headline-name">
                <h2 id="headline-name">{words.say(name)}</h2>
                <p id="headline" class="headline-value" data-show=kind>
                    {spoken.main}
                </p>
                {interval}
                {spoken.note.map(|note| view! { <p class="note">{note}</p> })}
                {scale}
                <Facts sheet=Arc::clone(&sheet) n=spoken.n />
            </section>
        })
    }
}
