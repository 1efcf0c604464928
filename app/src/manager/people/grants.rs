//! One right as fields: role, unit, days.

use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::day::Day;
use survey::wire::manager::{Role, Unit, UnitKind};
use survey::wire::people::DatedGrant;

use super::{Keeping, role_name};
use crate::manager::choice::{Choice, chosen};
use crate::manager::field::{Field, typed};
use crate::manager::finder::{Found, finder};
use crate::parts::{Tone, band};
use crate::text::ManagerText as Text;

const ROLES: [(&str, Role); 5] = [
    ("manager", Role::Manager),
    ("admin", Role::Admin),
    ("auditor", Role::Auditor),
    ("staff", Role::Staff),
    ("operator", Role::Operator),
];

/// Whether somebody may have a right at a unit: an open one. What is at a counter is its unit's.
fn takes_rights(unit: &Unit) -> bool {
    unit.valid_to.is_none() && unit.kind != UnitKind::Counter
}

/// The fields, and a button that hands the right on.
#[component]
pub(super) fn GrantFields(
    /// What the page's parts share.
    keeping: Keeping,
    /// The id of the unit's field.
    #[prop(into)]
    field: String,
    /// Called with the right.
    add: Callback<DatedGrant>,
    /// What the button says.
    #[prop(default = Text::AddGrant)]
    verb: Text,
) -> impl IntoView {
    let (words, desk) = (keeping.words, keeping.writes.desk);
    let role = NodeRef::<Select>::new();
    let tree = untrack(|| keeping.tree.get());
    let node = Found::one(&tree, takes_rights);
    // The whole house must be ticked: nobody should give it without a look.
    let is_whole = RwSignal::new(false);
    let wrong = RwSignal::new(None::<Text>);
    let (from, to) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let roles = Signal::derive(move || {
        let is_operator = desk.powers().keeps_units;
        let given = ROLES
            .iter()
            .filter(|(_, role)| is_operator || *role != Role::Operator);
        let name = |role: &Role| words.say(role_name(*role)).to_owned();
        given
            .map(|(word, role)| ((*word).to_owned(), name(role)))
            .collect::<Vec<_>>()
    });
    let today = desk.today().map_or_else(String::new, |day| day.to_string());
    let hand_on = move |_| {
        let word = chosen(role);
        let known = ROLES.iter().find(|(known, _)| *known == word);
        let node = if is_whole.get_untracked() {
            Ok(None)
        } else {
            node.read_one().map(Some)
        };
        wrong.set(node.as_ref().err().copied());
        let Ok(node) = node else { return };
        let first = Day::parse(&typed(from)).or_else(|| desk.today());
        if let (Some((_, role)), Some(from)) = (known, untrack(|| first)) {
            add.run(DatedGrant {
                role: *role,
                node: node.clone(),
                from,
                to: Day::parse(&typed(to)),
            });
        }
    };
    let whole = move || {
        desk.powers().keeps_units.then(|| {
            let change = move |event| is_whole.set(event_target_checked(&event));
            view! {
                <label class="tick">
                    <input type="checkbox" on:change=change />
                    <span>{words.line(Text::WholeHouse)}</span>
                </label>
            }
        })
    };
    view! {
        <div class="fields">
            <Choice label=Text::RoleLabel node_ref=role name="role" options=roles />
            <div>
                <div hidden=move || is_whole.get()>{finder(node, Text::Unit, field, tree)}</div>
                {whole}
            </div>
            <Field label=Text::FromDay node_ref=from name="from" kind="date" value=today />
            <Field label=Text::ToDay node_ref=to name="to" kind="date" is_optional=true />
            <button class="button" type="button" on:click=hand_on>
                {words.line(verb)}
            </button>
        </div>
        {move || wrong.get().map(|text| band(Tone::Red, words.say(text)))}
    }
}
