//! Which agency resolves the dossiers of which service field, where it is not the unit that serves: lines
//! to add and to take away.

use leptos::html::Select;
use leptos::prelude::*;
use survey::id::{FieldId, UnitId};
use survey::wire::device::Resolver;
use survey::wire::fleet::SERVICE_FIELDS;
use survey::wire::manager::{Unit, UnitKind};

use super::Known;
use crate::manager::choice::{Choice, chosen};
use crate::parts::Words;
use crate::text::{Language, ManagerText as Text};

/// The name of a service field.
fn field_name(id: &str, language: Language) -> String {
    let known = SERVICE_FIELDS.iter().find(|(known, ..)| *known == id);
    known.map_or_else(
        || id.to_owned(),
        |(_, vi, en)| match language {
            Language::Vi => (*vi).to_owned(),
            Language::En => (*en).to_owned(),
        },
    )
}

/// The lines, and the choices for another one.
#[component]
pub(super) fn Resolvers(
    /// What is set.
    set: RwSignal<Vec<Resolver>>,
    /// The unit where the device stands: it needs no line.
    own: UnitId,
    /// All units.
    known: StoredValue<Known>,
) -> impl IntoView {
    let words = Words::here();
    let (field, unit) = (NodeRef::<Select>::new(), NodeRef::<Select>::new());
    let fields = Signal::derive(move || {
        let language = words.language();
        let free = SERVICE_FIELDS.iter().filter(|(id, ..)| {
            set.with(|set| set.iter().all(|resolver| resolver.field.as_str() != *id))
        });
        let option = |(id, ..): &(&str, &str, &str)| ((*id).to_owned(), field_name(id, language));
        free.map(option).collect::<Vec<_>>()
    });
    let units = Signal::derive(move || {
        let tag = words.language().tag();
        let is_other = |unit: &Unit| {
            let is_agency = !matches!(unit.kind, UnitKind::Country | UnitKind::Counter);
            unit.valid_to.is_none() && unit.id != own && is_agency
        };
        known.with_value(|known| known.tree.options(tag, is_other))
    });
    let add = move |_| {
        let read = FieldId::parse(&chosen(field)).ok();
        if let Some((field, unit)) = read.zip(UnitId::parse(&chosen(unit)).ok()) {
            set.update(|set| set.push(Resolver { field, unit }));
        }
    };
    let lines = move || {
        let (language, tag) = (words.language(), words.language().tag());
        let lines = set.get().into_iter().map(|Resolver { field, unit }| {
            let name = field_name(field.as_str(), language);
            let agency = known.with_value(|known| known.unit_name(&unit, tag));
            let drop = move |_| set.update(|set| set.retain(|other| other.field != field));
            view! {
                <li>
                    <span>{[&name, " → ", &agency].concat()}</span>
                    <button class="button quiet" type="button" on:click=drop>
                        {words.say(Text::DropResolver)}
                    </button>
                </li>
            }
        });
        lines.collect_view()
    };
    view! {
        <fieldset class="wide">
            <legend>{words.line(Text::ResolversLabel)}</legend>
            <p class="soft">{words.line(Text::ResolversHelp)}</p>
            <ul class="rights">{lines}</ul>
            <div class="fields">
                <Choice label=Text::ServiceField node_ref=field name="field" options=fields />
                <Choice label=Text::ResolverUnit node_ref=unit name="resolver" options=units />
                <button class="button" type="button" on:click=add>
                    {words.line(Text::AddResolver)}
                </button>
            </div>
        </fieldset>
    }
}
