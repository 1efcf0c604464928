//! One right as fields: role, unit, days.

use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::manager::{Role, Unit, UnitKind};
use survey::wire::people::DatedGrant;

use super::{Keeping, role_name};
use crate::manager::choice::{Choice, chosen};
use crate::manager::field::{Field, typed};
use crate::text::ManagerText as Text;

const ROLES: [(&str, Role); 5] = [
    ("manager", Role::Manager),
    ("admin", Role::Admin),
    ("auditor", Role::Auditor),
    ("staff", Role::Staff),
    ("operator", Role::Operator),
];

/// The fields, and a button that hands the right on.
#[component]
pub(super) fn GrantFields(
    /// What the page's parts share.
    keeping: Keeping,
    /// Called with the right.
    add: Callback<DatedGrant>,
    /// What the button says.
    #[prop(default = Text::AddGrant)]
    verb: Text,
) -> impl IntoView {
    let (words, desk) = (keeping.words, keeping.writes.desk);
    let (role, node) = (NodeRef::<Select>::new(), NodeRef::<Select>::new());
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
    let units = Signal::derive(move || {
        let tag = words.language().tag();
        let tree = keeping.tree.get();
        let whole = desk.powers().keeps_units;
        let whole = whole.then(|| (String::new(), words.say(Text::WholeHouse).to_owned()));
        // What is at a counter is its unit's: nobody has a right there alone.
        let is_open = |unit: &Unit| unit.valid_to.is_none() && unit.kind != UnitKind::Counter;
        let units = tree.options(tag, is_open);
        units.into_iter().chain(whole).collect::<Vec<_>>()
    });
    // The whole house must be chosen: nobody should give it without a look.
    let top = untrack(|| {
        let tree = keeping.tree.get();
        tree.top().map(ToString::to_string)
    });
    let today = desk.today().map_or_else(String::new, |day| day.to_string());
    let hand_on = move |_| {
        let word = chosen(role);
        let known = ROLES.iter().find(|(known, _)| *known == word);
        let first = Day::parse(&typed(from)).or_else(|| desk.today());
        if let (Some((_, role)), Some(from)) = (known, untrack(|| first)) {
            add.run(DatedGrant {
                role: *role,
                node: UnitId::parse(&chosen(node)).ok(),
                from,
                to: Day::parse(&typed(to)),
            });
        }
    };
    view! {
        <div class="fields">
            <Choice label=Text::RoleLabel node_ref=role name="role" options=roles />
            <Choice label=Text::Unit node_ref=node name="node" options=units value=top.unwrap_or_default() />
            <Field label=Text::FromDay node_ref=from name="from" kind="date" value=today />
            <Field label=Text::ToDay node_ref=to name="to" kind="date" is_optional=true />
            <button class="button" type="button" on:click=hand_on>
                {words.line(verb)}
            </button>
        </div>
    }
}
