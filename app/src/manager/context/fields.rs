//! Dossiers of a quarter by field, handed in so that fields can weigh as their dossiers do (UM20). Never: a
//! number of a single dossier.

use std::sync::Arc;

use leptos::prelude::*;
use survey::breakdown::Quarter;
use survey::wire::context::{ContextPage, WantedFields};
use survey::wire::write;

use super::entry::{Entry, entry};
use crate::manager::grave::Writes;
use crate::parts::{Words, format};
use crate::text::{ActionText, ManagerText};

/// The groups of fields, in the order of the wire.
const GROUPS: [ActionText; 6] = [
    ActionText::GroupCivil,
    ActionText::GroupLand,
    ActionText::GroupSocial,
    ActionText::GroupBusiness,
    ActionText::GroupHealth,
    ActionText::GroupOther,
];

/// How they are asked for.
const ENTRY: Entry = Entry {
    opens: ActionText::FieldsEnter,
    of: ActionText::FieldsQuarter,
    example: "2026-Q3",
    counts: &GROUPS,
};

/// The section.
#[component]
pub(super) fn Fields(
    /// What is known.
    context: Arc<ContextPage>,
    /// What is sent.
    writes: Writes,
    /// Whether the account may hand counts in.
    may: Memo<bool>,
) -> impl IntoView {
    let words = Words::here();
    let path = format!("/v1/units/{}/fields", context.unit);
    let form = entry(words, ENTRY, may, move |quarter, counts| {
        let (Some(_), Some(_)) = (Quarter::parse(&quarter), &counts) else {
            return writes.tell(words.say(ActionText::FieldsBad).to_owned());
        };
        let message = write(&WantedFields { quarter, counts });
        writes.send("PUT", path.clone(), message, ManagerText::ChangesDone);
    });
    let shown = move || {
        if context.fields.is_empty() {
            return view! { <p>{words.say(ActionText::PortalNone)}</p> }.into_any();
        }
        let language = words.language();
        let rows = context.fields.iter().rev().map(|of| {
            let counts = of.counts.iter();
            let counts = counts.map(|n| view! { <td>{format::count(language, *n)}</td> });
            view! {
                <tr>
                    <th scope="row">{of.quarter.clone()}</th>
                    {counts.collect_view()}
                </tr>
            }
            .into_any()
        });
        let heads = GROUPS.map(|group| view! { <th scope="col">{words.say(group)}</th> });
        view! {
            <div class="scroll" role="region" tabindex="0" aria-label=words.say(ActionText::FieldsTitle)>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{words.say(ActionText::FieldsQuarterHead)}</th>
                            {heads.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="card">
            <h2>{words.line(ActionText::FieldsTitle)}</h2>
            <p>{words.line(ActionText::FieldsHelp)}</p>
            {shown}
            {form}
        </div>
    }
}
