//! Which agency resolves the dossiers of which service field, where it is not the unit that serves: lines
//! to add and to take away.

use std::sync::Arc;

use leptos::html::Select;
use leptos::prelude::*;
use survey::id::{DeviceId, FieldId, UnitId};
use survey::wire::device::Resolver;
use survey::wire::fleet::SERVICE_FIELDS;
use survey::wire::manager::{Unit, UnitKind};

use super::Known;
use crate::manager::choice::{Choice, chosen};
use crate::manager::finder::{Found, finder};
use crate::parts::{Tone, Words, band};
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

/// Whether a unit may resolve what others receive: an open one that has people.
const fn is_agency(unit: &Unit) -> bool {
    unit.valid_to.is_none() && !matches!(unit.kind, UnitKind::Country | UnitKind::Counter)
}

/// The lines, and the choices for another one.
#[component]
pub(super) fn Resolvers(
    /// What is set.
    set: RwSignal<Vec<Resolver>>,
    /// The device.
    device: DeviceId,
    /// The unit where it stands: it needs no line.
    own: UnitId,
    /// All units.
    known: StoredValue<Known>,
) -> impl IntoView {
    let words = Words::here();
    let field = NodeRef::<Select>::new();
    let unit = Found::of(Vec::new(), 1, is_agency);
    let wrong = RwSignal::new(None::<Text>);
    let fields = Signal::derive(move || {
        let language = words.language();
        let free = SERVICE_FIELDS.iter().filter(|(id, ..)| {
            set.with(|set| set.iter().all(|resolver| resolver.field.as_str() != *id))
        });
        let option = |(id, ..): &(&str, &str, &str)| ((*id).to_owned(), field_name(id, language));
        free.map(option).collect::<Vec<_>>()
    });
    let tree = known.with_value(|known| Arc::clone(&known.tree));
    let id = format!("resolver-of-{device}");
    let add = move |_| {
        let is_other = |unit: &UnitId| (*unit != own).then_some(()).ok_or(Text::OwnResolver);
        let read = unit
            .read_one()
            .and_then(|unit| is_other(&unit).map(|()| unit));
        wrong.set(read.as_ref().err().copied());
        if let Some((field, unit)) = FieldId::parse(&chosen(field)).ok().zip(read.ok()) {
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
                {finder(unit, Text::ResolverUnit, id, tree)}
                <button class="button" type="button" on:click=add>
                    {words.line(Text::AddResolver)}
                </button>
            </div>
            {move || wrong.get().map(|text| band(Tone::Red, words.say(text)))}
        </fieldset>
    }
}
