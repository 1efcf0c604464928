//! Numbers from a file: chosen or pasted, judged as a whole, then kept or not.

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::dossiers::DossierSheet;
use survey::wire::write;

use super::{Answer, send, told};
use crate::manager::account::Desk;
use crate::manager::source::Source;
use crate::parts::Words;
use crate::text::DossierText as Text;

/// The fields, folded until they are wanted.
#[component]
pub(super) fn Import(
    /// Called when something was written.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let source = Source::default();
    let answer = RwSignal::new(None as Answer);
    // What was shown is what is kept, whatever stands in the fields by then.
    let shown = StoredValue::new(String::new());
    let go = move |csv: String, dry_run: bool| {
        shown.set_value(csv.clone());
        let message = write(&DossierSheet { csv, dry_run });
        let to = ("POST", "/v1/dossiers/import");
        send(desk, to, (message, dry_run), answer, refresh);
    };
    let show = move |_| spawn_local(async move { go(source.text().await, true) });
    let labels = [Text::ImportFile, Text::ImportPaste].map(|label| words.line(label).into_any());
    let make = Callback::new(move |()| go(shown.get_value(), false));
    view! {
        <details class="card">
            <summary>{words.line(Text::ImportTitle)}</summary>
            <p class="soft">{words.line(Text::ImportHelp)}</p>
            {source.fields(labels, ".csv,text/csv")}
            <button class="button main" on:click=show>
                {words.line(Text::TryIt)}
            </button>
            <div role="status">{move || told(words, answer, Some(make))}</div>
        </details>
    }
}
