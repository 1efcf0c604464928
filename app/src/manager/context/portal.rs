//! QĐ 766's group "mức độ hài lòng" from the State's counts, as somebody hands them in. Never: an answer of
//! ours in it, a value instead of the portal's own.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::context::{ContextPage, PortalCountsView, PortalView, WantedPortal};
use survey::wire::write;

use super::entry::{Entry, entry};
use crate::manager::grave::Writes;
use crate::manager::unit::period::Month;
use crate::parts::{Words, format};
use crate::text::{ActionText, ManagerText};

/// The six numbers, in the order of the form and of the table.
const COUNTS: [ActionText; 6] = [
    ActionText::PortalDossiers,
    ActionText::PortalOverdue,
    ActionText::PortalDisliked,
    ActionText::PortalPetitions,
    ActionText::PortalOnTime,
    ActionText::PortalSatisfied,
];

/// How they are asked for.
const ENTRY: Entry = Entry {
    opens: ActionText::PortalEnter,
    of: ActionText::PortalMonth,
    example: "2026-10",
    counts: &COUNTS,
};

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
    let form = entry(words, ENTRY, may, move |month, counts| {
        let counts = match counts.as_deref() {
            Some(&[dossiers, overdue, disliked, petitions, on_time, satisfied]) => {
                Some(PortalCountsView {
                    dossiers,
                    overdue,
                    disliked,
                    petitions,
                    petitions_on_time: on_time,
                    petitions_satisfied: satisfied,
                })
            }
            _ => None,
        };
        let (Some(month), Some(counts)) = (Month::parse(&month), counts) else {
            return writes.tell(words.say(ActionText::PortalBad).to_owned());
        };
        if counts.points().is_none() {
            return writes.tell(words.say(ActionText::PortalAbove).to_owned());
        }
        let message = write(&WantedPortal {
            month: month.to_string(),
            counts: Some(counts),
        });
        writes.send("PUT", path.clone(), message, ManagerText::ChangesDone);
    });
    let rows = move || {
        if context.portal.is_empty() {
            return view! { <p>{words.say(ActionText::PortalNone)}</p> }.into_any();
        }
        table(words, &context.portal)
    };
    view! {
        <div class="card">
            <h2>{words.line(ActionText::PortalTitle)}</h2>
            <p>{words.line(ActionText::PortalHelp)}</p>
            {rows}
            <p class="soft">{words.line(ActionText::PortalHow)}</p>
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
    let heads = COUNTS.map(|text| view! { <th scope="col">{words.say(text)}</th> });
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=words.say(ActionText::PortalTitle)>
            <table class="numbers">
                <thead>
                    <tr>
                        <th scope="col">{words.say(ActionText::PortalUntil)}</th>
                        {heads.collect_view()}
                        <th scope="col">"5.2"</th>
                        <th scope="col">"5.3"</th>
                        <th scope="col">"5.4"</th>
                        <th scope="col">{words.say(ActionText::PortalTotal)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
