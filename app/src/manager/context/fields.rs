//! Dossiers of a quarter by field, handed in so that fields can weigh as their dossiers do (UM20). Never: a
//! number of a single dossier.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use survey::breakdown::Quarter;
use survey::wire::context::{ContextPage, WantedFields};
use survey::wire::write;

use crate::manager::grave::Writes;
use crate::parts::{Words, format};
use crate::text::{ActionText as Text, ManagerText};

/// The groups of fields, in the order of the wire.
const GROUPS: [Text; 6] = [
    Text::GroupCivil,
    Text::GroupLand,
    Text::GroupSocial,
    Text::GroupBusiness,
    Text::GroupHealth,
    Text::GroupOther,
];

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
    let quarter = NodeRef::<Input>::new();
    let inputs = GROUPS.map(|_| NodeRef::<Input>::new());
    let submit = StoredValue::new(move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<Input>| field.get_untracked().map(|field| field.value());
        let number = |field| {
            value(field)?
                .trim()
                .replace(['.', ' '], "")
                .parse::<u64>()
                .ok()
        };
        let named = value(quarter).map(|name| name.trim().to_uppercase());
        let named = named.filter(|name| Quarter::parse(name).is_some());
        let counts: Option<Vec<u64>> = inputs.into_iter().map(number).collect();
        let (Some(quarter), Some(counts)) = (named, counts) else {
            return writes.tell(writes.words.say(Text::FieldsBad).to_owned());
        };
        let message = write(&WantedFields {
            quarter,
            counts: Some(counts),
        });
        writes.send("PUT", path.clone(), message, ManagerText::ChangesDone);
    });
    let form = move || {
        may.get().then(|| {
            let fields = GROUPS.into_iter().zip(inputs).map(|(label, field)| {
                view! {
                    <label class="field">
                        <span>{words.line(label)}</span>
                        <input node_ref=field inputmode="numeric" autocomplete="off" />
                    </label>
                }
                .into_any()
            });
            view! {
                <details>
                    <summary>{words.line(Text::FieldsEnter)}</summary>
                    <form class="fields" on:submit=move |event| submit.with_value(|submit| submit(event))>
                        <label class="field">
                            <span>{words.line(Text::FieldsQuarter)}</span>
                            <input node_ref=quarter autocomplete="off" placeholder="2026-Q3" />
                        </label>
                        {fields.collect_view()}
                        <button class="button main" type="submit">
                            {words.line(Text::PortalKeep)}
                        </button>
                    </form>
                </details>
            }
        })
    };
    let shown = move || {
        if context.fields.is_empty() {
            return view! { <p>{words.say(Text::PortalNone)}</p> }.into_any();
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
            <div class="scroll" role="region" tabindex="0" aria-label=words.say(Text::FieldsTitle)>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{words.say(Text::FieldsQuarterHead)}</th>
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
            <h2>{words.line(Text::FieldsTitle)}</h2>
            <p>{words.line(Text::FieldsHelp)}</p>
            {shown}
            {form}
        </div>
    }
}
