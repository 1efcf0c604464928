//! One number by hand: a unit, the month that is looked at, how many.

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::id::UnitId;
use survey::wire::dossiers::{DossierCount, WantedDossiers};
use survey::wire::manager::Unit;
use survey::wire::write;

use super::{Answer, send, told};
use crate::manager::account::Desk;
use crate::manager::choice::chosen;
use crate::manager::unit::period::Month;
use crate::parts::Words;
use crate::text::DossierText as Text;

/// The form.
#[component]
pub(super) fn Enter(
    /// The units that collect answers.
    units: Memo<Vec<Unit>>,
    /// The month.
    month: Memo<Option<Month>>,
    /// Called when something was written.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (unit, number) = (NodeRef::<Select>::new(), NodeRef::<Input>::new());
    let answer = RwSignal::new(None as Answer);
    let options = move || {
        let tag = words.language().tag();
        let options = units.get().into_iter().map(|unit| {
            view! {
                <option value=unit.id.to_string()>
                    {unit.name.in_language(tag).to_owned()}
                </option>
            }
        });
        options.collect_view()
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = number.get_untracked().map(|field| field.value());
        let dossiers = typed.and_then(|typed| typed.trim().parse().ok());
        // What is no number is sent as one that is none, so that the server's words stand there.
        let dossiers = dossiers.unwrap_or(u64::from(u32::MAX));
        let (Ok(unit), Some(month)) = (UnitId::parse(&chosen(unit)), month.get_untracked()) else {
            return;
        };
        let count = DossierCount {
            unit,
            month: month.to_string(),
            dossiers,
        };
        let message = write(&WantedDossiers {
            counts: vec![count],
            dry_run: false,
        });
        send(
            desk,
            ("PUT", "/v1/dossiers"),
            (message, false),
            answer,
            refresh,
        );
    };
    view! {
        <form class="card enter-dossiers" on:submit=submit>
            <h2>{words.line(Text::EnterTitle)}</h2>
            <label class="field">
                <span>{words.line(Text::Unit)}</span>
                <select name="unit" node_ref=unit>
                    {options}
                </select>
            </label>
            <label class="field">
                <span>{words.line(Text::Dossiers)}</span>
                <input name="dossiers" inputmode="numeric" autocomplete="off" node_ref=number />
            </label>
            <button class="button main" type="submit">
                {words.line(Text::Keep)}
            </button>
            <div role="status">{move || told(words, answer, None)}</div>
        </form>
    }
}
