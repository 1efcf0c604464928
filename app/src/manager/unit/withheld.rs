//! What is not shown of a unit and why, part by part (P5). Never: how many there were.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::manager::{ShowingView, WhyView};

use super::sheet::Sheet;
use super::showing::reason;
use crate::parts::Words;
use crate::text::{FiguresText as Text, Language};

/// The section, where anything is withheld.
#[component]
pub fn Withheld(
    /// What is shown.
    sheet: Arc<Sheet>,
) -> impl IntoView {
    let words = Words::here();
    move || {
        let rows = rows(&sheet, words.language());
        view! {
            <section class="card withheld" aria-labelledby="withheld-name">
                <h2 id="withheld-name">{words.say(Text::WithheldTitle)}</h2>
                <p class="soft">{words.say(Text::WithheldHelp)}</p>
                <dl>{rows}</dl>
            </section>
        }
    }
}

/// Each reason with the parts that it hides.
pub fn rows(sheet: &Sheet, language: Language) -> Vec<AnyView> {
    let parts = sheet.page.factors.iter().chain(&sheet.page.items);
    let hidden = parts.filter_map(|part| match part.figure.showing {
        ShowingView::Hidden { why } => Some((why, sheet.phrase(part, language))),
        _ => None,
    });
    // A factor of one item bears its name: said once.
    let mut seen = BTreeSet::new();
    let hidden: Vec<_> = hidden
        .filter(|(why, phrase)| seen.insert((reason(*why).say(language), phrase.text.clone())))
        .collect();
    let reasons = [
        WhyView::TooFew,
        WhyView::GuardsNeighbour,
        WhyView::Nobody,
        WhyView::NeedsOthers,
    ];
    reasons
        .into_iter()
        .filter_map(|why| {
            let own = hidden.iter().filter(|(of, _)| *of == why);
            let own: Vec<AnyView> = own
                .map(|(_, phrase)| {
                    let phrase = phrase.clone();
                    view! { <li lang=phrase.lang>{phrase.text}</li> }.into_any()
                })
                .collect();
            (!own.is_empty()).then(|| {
                view! {
                    <div>
                        <dt>{reason(why).say(language)}</dt>
                        <dd>
                            <ul>{own}</ul>
                        </dd>
                    </div>
                }
                .into_any()
            })
        })
        .collect()
}
