//! Units from a file: chosen or pasted, judged as a whole, then made or not.

use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::units::Sheet;
use survey::wire::write;

use super::outcome::Shown;
use super::{Answer, TreeHere, send};
use crate::device::upload;
use crate::manager::account::Desk;
use crate::parts::Words;
use crate::text::ManagerText as Text;

/// The fields, folded until they are wanted.
#[component]
pub(super) fn Import(
    /// The units, for their names.
    names: TreeHere,
    /// Called when the tree was changed.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (file, paste) = (NodeRef::<Input>::new(), NodeRef::<Textarea>::new());
    let answer = RwSignal::new(None as Answer);
    // What was shown is what is made, whatever stands in the fields by then.
    let shown = StoredValue::new(String::new());
    let go = move |csv: String, is_trial: bool| {
        shown.set_value(csv.clone());
        let message = Sheet {
            csv,
            dry_run: is_trial,
        };
        send(
            desk,
            ("POST", "/v1/units/import"),
            write(&message),
            answer,
            refresh,
        );
    };
    let show = move |_| {
        let (file, pasted) = (file.get_untracked(), paste.get_untracked());
        spawn_local(async move {
            let chosen = match &file {
                Some(file) => upload::text(file).await,
                None => None,
            };
            let pasted = || pasted.map(|field| field.value()).unwrap_or_default();
            go(chosen.unwrap_or_else(pasted), true);
        });
    };
    view! {
        <details class="card">
            <summary>{words.line(Text::ImportTitle)}</summary>
            <p class="soft">{words.line(Text::ImportHelp)}</p>
            <label class="field">
                <span>{words.line(Text::ImportFile)}</span>
                <input type="file" accept=".csv,text/csv" node_ref=file />
            </label>
            <label class="field">
                <span>{words.line(Text::ImportPaste)}</span>
                <textarea node_ref=paste name="csv" rows="5" spellcheck="false"></textarea>
            </label>
            <button class="button main" on:click=show>
                {words.line(Text::ShowChanges)}
            </button>
            <Shown answer names make=Callback::new(move |()| go(shown.get_value(), false)) />
        </details>
    }
}
