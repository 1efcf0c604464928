//! Whose dossiers the people had who answered here: received here, resolved by whom, in counts. Never: a
//! level.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::resolved::{ResolvedPage, Told};

use super::place::Place;
use crate::device::api;
use crate::manager::account::Desk;
use crate::manager::overview::tree::Tree;
use crate::parts::{Words, format};
use crate::text::{FiguresText, ManagerText};

/// The counts of a place; nothing where every dossier was resolved where it was received.
#[component]
pub(super) fn ResolvedBy(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// The units, for their names.
    tree: StoredValue<Arc<Tree>>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let known = RwSignal::new(None::<ResolvedPage>);
    Effect::new(move || {
        known.set(None);
        let Some(asked) = place.get() else {
            return;
        };
        spawn_local(async move {
            let period = asked.period;
            let path = format!(
                "/v1/units/{}/resolvers?from={}&to={}",
                asked.unit, period.from, period.to
            );
            let came = api::understood::<ResolvedPage>(api::get(&path).await);
            if place.try_get_untracked().flatten() != Some(asked) {
                return;
            }
            match came {
                Ok(page) => drop(known.try_set(Some(page))),
                Err(met) => desk.heed(&met),
            }
        });
    });
    let told = move |told: Told| match told {
        Some(n) => format::count(words.language(), n),
        None => words.say(FiguresText::UnderTen).to_owned(),
    };
    let row = move |name: String, n: Told| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{told(n)}</dd>
            </div>
        }
    };
    move || {
        let page = known.get()?;
        if page.elsewhere.is_empty() && page.others == Some(0) {
            return None;
        }
        let tag = words.language().tag();
        let name = |at: &survey::id::UnitId| {
            let of = |tree: &Arc<Tree>| Some(tree.unit(at)?.name.in_language(tag).to_owned());
            tree.with_value(of).unwrap_or_else(|| at.to_string())
        };
        let elsewhere = page.elsewhere.iter();
        let elsewhere = elsewhere.map(|at| row(name(&at.unit), at.responses));
        let others = (page.others != Some(0)).then(|| {
            row(
                words.say(FiguresText::ResolvedOthers).to_owned(),
                page.others,
            )
        });
        Some(view! {
            <details class="card resolved">
                <summary>{words.say(ManagerText::ResolversLabel)}</summary>
                <p class="soft">{words.say(FiguresText::ResolvedHelp)}</p>
                <dl class="facts">
                    {row(words.say(FiguresText::ResolvedHere).to_owned(), page.here)}
                    {elsewhere.collect_view()} {others}
                </dl>
            </details>
        })
    }
}
