//! QĐ 766's group "mức độ hài lòng" from the State's counts, as somebody hands them in. Never: an answer of
//! ours in it, a value instead of the portal's own.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use survey::wire::context::{ContextPage, PortalCountsView, PortalView, WantedPortal};
use survey::wire::write;

use crate::manager::grave::Writes;
use crate::manager::unit::period::Month;
use crate::parts::{Words, format};
use crate::text::{ActionText as Text, ManagerText};

/// The six numbers, in the order of the form and of the table.
const COUNTS: [(&str, Text); 6] = [
    ("dossiers", Text::PortalDossiers),
    ("overdue", Text::PortalOverdue),
    ("disliked", Text::PortalDisliked),
    ("petitions", Text::PortalPetitions),
    ("on_time", Text::PortalOnTime),
    ("satisfied", Text::PortalSatisfied),
];

/// The section.
#[component]
pub(super) fn Portal(
    /// What is known.
    context: Arc<ContextPage>,
    /// What is sent.
    writes: Writes,
    /// Whether the account may hand counts in.
    may: Memo<bool>,
) -> impl IntoView {
    let words = Words::here();
    let path = format!("/v1/units/{}/portal", context.unit);
    let month = NodeRef::<Input>::new();
    let fields = COUNTS.map(|_| NodeRef::<Input>::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<Input>| field.get_untracked().map(|field| field.value());
        let number = |field| {
            value(field)?
                .trim()
                .replace(['.', ' '], "")
                .parse::<u64>()
                .ok()
        };
        let month = value(month).and_then(|month| Month::parse(month.trim()));
        let counts = match fields.map(number) {
            [
                Some(dossiers),
                Some(overdue),
                Some(disliked),
                Some(petitions),
                Some(on_time),
                Some(satisfied),
            ] => Some(PortalCountsView {
                dossiers,
                overdue,
                disliked,
                petitions,
                petitions_on_time: on_time,
                petitions_satisfied: satisfied,
            }),
            _ => None,
        };
        let (Some(month), Some(counts)) = (month, counts) else {
            return writes.tell(writes.words.say(Text::PortalBad).to_owned());
        };
        if counts.points().is_none() {
            return writes.tell(writes.words.say(Text::PortalAbove).to_owned());
        }
        let message = write(&WantedPortal {
            month: month.to_string(),
            counts: Some(counts),
        });
        writes.send("PUT", path.clone(), message, ManagerText::ChangesDone);
    };
    let submit = StoredValue::new(submit);
    let form = move || {
        may.get().then(|| {
            let inputs = COUNTS.into_iter().zip(fields).map(|((name, label), field)| {
                view! {
                    <label class="field">
                        <span>{words.line(label)}</span>
                        <input node_ref=field name=name inputmode="numeric" autocomplete="off" />
                    </label>
                }
                .into_any()
            });
            view! {
                <details>
                    <summary>{words.line(Text::PortalEnter)}</summary>
                    <form class="fields" on:submit=move |event| submit.with_value(|submit| submit(event))>
                        <label class="field">
                            <span>{words.line(Text::PortalMonth)}</span>
                            <input node_ref=month name="month" autocomplete="off" placeholder="2026-10" />
                        </label>
                        {inputs.collect_view()}
                        <button class="button main" type="submit">
                            {words.line(Text::PortalKeep)}
                        </button>
                    </form>
                </details>
            }
        })
    };
    let rows = move || {
        if context.portal.is_empty() {
            return view! { <p>{words.say(Text::PortalNone)}</p> }.into_any();
        }
        table(words, &context.portal)
    };
    view! {
        <div class="card">
            <h2>{words.line(Text::PortalTitle)}</h2>
            <p>{words.line(Text::PortalHelp)}</p>
            {rows}
            <p class="soft">{words.line(Text::PortalHow)}</p>
            {form}
        </div>
    }
}

fn table(words: Words, portal: &[PortalView]) -> AnyView {
    let language = words.language();
    let points = |hundredths: Option<u16>| {
        let said = hundredths.and_then(|points| i16::try_from(points).ok());
        said.map_or_else(|| "–".to_owned(), |points| format::points(language, points))
    };
    let rows = portal.iter().rev().map(|of| {
        let month = Month::parse(&of.month);
        let month = month.map(|month| format::month(language, month.year, month.month));
        let counts = [
            of.counts.dossiers,
            of.counts.overdue,
            of.counts.disliked,
            of.counts.petitions,
            of.counts.petitions_on_time,
            of.counts.petitions_satisfied,
        ];
        let counts = counts
            .into_iter()
            .map(|n| view! { <td>{format::count(language, n)}</td> });
        view! {
            <tr>
                <th scope="row">{month}</th>
                {counts.collect_view()}
                <td>{points(Some(of.points.petitions_on_time))}</td>
                <td>{points(Some(of.points.petitions_satisfied))}</td>
                <td>{points(of.points.dossiers)}</td>
                <td>
                    <strong>{points(of.points.total)}</strong>
                </td>
            </tr>
        }
        .into_any()
    });
    let heads = COUNTS.map(|(_, text)| view! { <th scope="col">{words.say(text)}</th> });
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=words.say(Text::PortalTitle)>
            <table class="numbers portal-counts">
                <thead>
                    <tr>
                        <th scope="col">{words.say(Text::PortalUntil)}</th>
                        {heads.collect_view()}
                        <th scope="col">"5.2"</th>
                        <th scope="col">"5.3"</th>
                        <th scope="col">"5.4"</th>
                        <th scope="col">{words.say(Text::PortalTotal)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
