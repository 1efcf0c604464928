//! One unit as fields. Renaming, closing, merging and moving are changes of its cells; what they come
//! to is shown first.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::device::Names;
use survey::wire::manager::Unit;
use survey::wire::units::WantedUnits;
use survey::wire::write;

use super::outcome::Shown;
use super::{Answer, KINDS, TreeHere, send};
use crate::manager::account::Desk;
use crate::manager::choice::{Choice, chosen};
use crate::manager::field::{Field, is_ticked, tick, typed};
use crate::manager::finder::{Found, finder};
use crate::manager::overview::tree::Tree;
use crate::manager::unit::HEADING;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

#[derive(Clone, Copy, Debug)]
struct Fields {
    id: NodeRef<Input>,
    vi: NodeRef<Input>,
    en: NodeRef<Input>,
    kind: NodeRef<Select>,
    parent: Found,
    gso: NodeRef<Input>,
    agency: NodeRef<Input>,
    from: NodeRef<Input>,
    to: NodeRef<Input>,
    successors: Found,
    collects: NodeRef<Input>,
}

impl Fields {
    /// Empty ones, but for the unit above and those that follow.
    fn with(parent: Option<UnitId>, successors: Vec<UnitId>) -> Self {
        Self {
            id: NodeRef::new(),
            vi: NodeRef::new(),
            en: NodeRef::new(),
            kind: NodeRef::new(),
            parent: Found::of(parent.into_iter().collect(), 1, |_| true),
            gso: NodeRef::new(),
            agency: NodeRef::new(),
            from: NodeRef::new(),
            to: NodeRef::new(),
            successors: Found::of(successors, usize::MAX, |_| true),
            collects: NodeRef::new(),
        }
    }

    /// The unit in them, or why it is none.
    fn read(self) -> Result<Unit, Text> {
        let some = |field| Some(typed(field)).filter(|text| !text.is_empty());
        let word = chosen(self.kind);
        let kind = KINDS.iter().find(|(_, known, _)| *known == word);
        let to = some(self.to)
            .map(|day| Day::parse(&day).ok_or(Text::PBadDay))
            .transpose()?;
        Ok(Unit {
            id: UnitId::parse(&typed(self.id)).map_err(|_| Text::PBadId)?,
            kind: kind.map(|(kind, ..)| *kind).ok_or(Text::PBadKind)?,
            name: Names {
                vi: typed(self.vi),
                en: typed(self.en),
            },
            parent: self.parent.read()?.pop(),
            gso: some(self.gso),
            agency: some(self.agency),
            valid_from: Day::parse(&typed(self.from)).ok_or(Text::PBadDay)?,
            valid_to: to,
            successors: self.successors.read()?,
            collects: is_ticked(self.collects),
        })
    }
}

/// The fields of a unit that is there, or of a new one below another.
#[component]
pub(super) fn Edit(
    /// The unit, or what a new one stands below; the first of all below none.
    unit: Result<Unit, Option<UnitId>>,
    /// The units, for their names.
    names: TreeHere,
    /// Set to begin a new unit below this one.
    below: RwSignal<Option<UnitId>>,
    /// Called when the tree was changed.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (own, parent) = match unit {
        Ok(unit) => (Some(unit.clone()), unit.parent),
        Err(parent) => (None, parent),
    };
    let heirs = own.as_ref().map(|unit| unit.successors.clone());
    let fields = Fields::with(parent, heirs.unwrap_or_default());
    let answer = RwSignal::new(None as Answer);
    let wrong = RwSignal::new(None::<Text>);
    let submit = move |is_trial: bool| match fields.read() {
        Err(text) => wrong.set(Some(text)),
        Ok(unit) => {
            wrong.set(None);
            let message = WantedUnits {
                units: vec![unit],
                dry_run: is_trial,
            };
            let done = Callback::new(move |()| {
                below.try_set(None);
                refresh.run(());
            });
            send(desk, ("PUT", "/v1/units"), write(&message), answer, done);
        }
    };
    let since = own
        .as_ref()
        .map(|unit| unit.valid_from)
        .or_else(|| untrack(|| desk.today()));
    let inside = inside(fields, own.as_ref(), names.tree(), since, words);
    let note = move || Some(band(Tone::Red, words.say(wrong.get()?)));
    view! {
        <section class="card unit-edit">
            {head(own, below, words)}
            <form
                class="fields"
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    submit(true);
                }
            >
                {inside}
                <div class="wide">
                    {note}
                    <button class="button main" type="submit">
                        {words.line(Text::ShowChanges)}
                    </button>
                </div>
            </form>
            <Shown answer names make=Callback::new(move |()| submit(false)) />
        </section>
    }
}

/// The name of the unit that is there, with a button for a new one below it; or what is to be made.
fn head(own: Option<Unit>, below: RwSignal<Option<UnitId>>, words: Words) -> AnyView {
    let (id, name) = own.map(|unit| (unit.id, unit.name)).unzip();
    let heading = move || match &name {
        Some(name) => name.in_language(words.language().tag()).to_owned(),
        None => words.say(Text::AddBelow).to_owned(),
    };
    let add = id.map(|id| {
        view! {
            <button class="button" on:click=move |_| below.set(Some(id.clone()))>
                {words.line(Text::AddBelow)}
            </button>
        }
    });
    view! {
        <header class="fleet-head">
            <h2 id=HEADING tabindex="-1">{heading}</h2>
            {add}
        </header>
    }
    .into_any()
}

fn kinds(words: Words) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let option =
            |(_, word, text): &(_, &str, Text)| ((*word).to_owned(), words.say(*text).to_owned());
        KINDS.iter().map(option).collect()
    })
}

/// The fields, with what a unit is now in them; a new one's are empty but for parent, kind and day.
fn inside(
    fields: Fields,
    own: Option<&Unit>,
    tree: Arc<Tree>,
    since: Option<Day>,
    words: Words,
) -> AnyView {
    let cell = |of: fn(&Unit) -> String| own.map_or_else(String::new, of);
    let kind = if tree.is_empty() {
        "country"
    } else {
        "commune"
    };
    let kind = own.map_or(kind, |unit| {
        let known = KINDS.iter().find(|(kind, ..)| *kind == unit.kind);
        known.map_or("", |(_, word, _)| *word)
    });
    let collects = own.is_none_or(|unit| unit.collects);
    view! {
                <Field
                    label=Text::UnitId
                    node_ref=fields.id
                    name="unit-id"
                    value=cell(|unit| unit.id.to_string())
                    is_fixed=own.is_some()
                />
                <Field
                    label=Text::NameViLabel
                    node_ref=fields.vi
                    name="name-vi"
                    value=cell(|unit| unit.name.vi.clone())
                />
                <Field
                    label=Text::NameEnLabel
                    node_ref=fields.en
                    name="name-en"
                    is_optional=true
                    value=cell(|unit| unit.name.en.clone())
                />
                <Choice
                    label=Text::UnitKindLabel
                    node_ref=fields.kind
                    name="kind"
                    options=kinds(words)
                    value=kind
                />
                {finder(fields.parent, Text::ParentLabel, "parent".to_owned(), Arc::clone(&tree))}
                <Field
                    label=Text::GsoLabel
                    node_ref=fields.gso
                    name="gso"
                    is_optional=true
                    value=cell(|unit| unit.gso.clone().unwrap_or_default())
                />
                <Field
                    label=Text::AgencyLabel
                    node_ref=fields.agency
                    name="agency"
                    is_optional=true
                    value=cell(|unit| unit.agency.clone().unwrap_or_default())
                />
                <Field
                    label=Text::ValidFromLabel
                    node_ref=fields.from
                    name="valid-from"
                    kind="date"
                    value=since.map_or_else(String::new, |day| day.to_string())
                />
                <Field
                    label=Text::ValidToLabel
                    node_ref=fields.to
                    name="valid-to"
                    kind="date"
                    is_optional=true
                    value=cell(|unit| unit.valid_to.map_or_else(String::new, |day| day.to_string()))
                />
                {finder(fields.successors, Text::SuccessorsLabel, "successors".to_owned(), tree)}
        {tick(fields.collects, collects, words.line(Text::CollectsLabel).into_any())}
    }
    .into_any()
}
