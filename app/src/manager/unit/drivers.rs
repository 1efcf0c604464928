//! Which factors go with the overall rating, beside how each is rated (UM18). Never: a cause, an order by
//! merit.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::drivers::{DriversView, NoDriversView};

use super::sheet::Sheet;
use super::showing::Spoken;
use crate::parts::{IntervalBar, Tone, Words, band, format};
use crate::text::FiguresText as Text;

/// The section, for a form with an overall item.
#[component]
pub fn Driven(
    /// What is shown.
    sheet: Arc<Sheet>,
) -> impl IntoView {
    let words = Words::here();
    let drawn = move || match sheet.page.drivers.as_ref()? {
        DriversView::Hidden { why } => {
            let why = match why {
                NoDriversView::TooFewPeople => Text::DriversFew,
                NoDriversView::TooLittleSpread => Text::DriversAlike,
                NoDriversView::TooEntangled => Text::DriversEntangled,
            };
            Some(band(Tone::Calm, words.say(why)))
        }
        DriversView::Shares { shares, explained } => Some(shown(words, &sheet, shares, *explained)),
    };
    view! {
        <section class="card driven" aria-labelledby="drivers-name">
            <h2 id="drivers-name">{words.line(Text::DriversTitle)}</h2>
            <p class="soft">{words.line(Text::DriversHelp)}</p>
            {drawn}
        </section>
    }
}

fn shown(words: Words, sheet: &Sheet, shares: &[Option<u16>], explained: u16) -> AnyView {
    let language = words.language();
    let factors = sheet.page.factors.iter().zip(shares);
    let rows = factors.map(|(factor, share)| {
        let name = sheet.phrase(factor, language);
        let spoken = Spoken::of(&factor.figure, language);
        let limits = spoken.interval.map(|limits| {
            view! { <span class="soft">" (" {limits} ")"</span> }
        });
        let share = match share {
            Some(share) => view! {
                <span class="bar-value">{format::percent(language, *share)}</span>
                <IntervalBar low=0 high=*share index=None />
            }
            .into_any(),
            None => words.say(Text::DriverLeftOut).into_any(),
        };
        view! {
            <tr>
                <th scope="row" lang=name.lang>
                    {name.text}
                </th>
                <td>{share}</td>
                <td>{spoken.main} {limits}</td>
            </tr>
        }
        .into_any()
    });
    let explained = format::percent(language, explained);
    let all = words.fill(Text::DriversAll, &[("r", &explained)]);
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=words.say(Text::DriversTitle)>
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">{words.say(Text::DriverFactor)}</th>
                        <th scope="col">{words.say(Text::DriverShare)}</th>
                        <th scope="col">{words.say(Text::DriverRated)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        <p>{all}</p>
    }
    .into_any()
}
