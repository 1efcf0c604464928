//! A labelled line to type into, one to search with, and a box to tick.

use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;

use crate::parts::Words;
use crate::text::ManagerText as Text;

/// What stands in a line now.
#[must_use]
pub fn typed(line: NodeRef<Input>) -> String {
    let line = line.get_untracked();
    line.map(|line| line.value().trim().to_owned())
        .unwrap_or_default()
}

/// One line of input under its label. Pasting is allowed, spelling is not remembered.
#[expect(
    clippy::fn_params_excessive_bools,
    reason = "each is an attribute of the element, named where it is given"
)]
#[component]
pub fn Field(
    /// What stands above it.
    label: Text,
    /// Where what was typed is read.
    node_ref: NodeRef<Input>,
    /// Its name for the browser and password stores.
    name: &'static str,
    /// `text` or `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What a password store may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// An example that shows while it is empty.
    #[prop(optional)]
    example: Option<Text>,
    /// Whether it takes digits only, which phones show a keyboard for.
    #[prop(default = false)]
    is_digits: bool,
    /// Whether it may stay empty.
    #[prop(default = false)]
    is_optional: bool,
    /// Whether it can only be read.
    #[prop(default = false)]
    is_fixed: bool,
    /// The id of a list of what may be typed.
    #[prop(optional)]
    list: Option<&'static str>,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// Whether the focus starts here.
    #[prop(default = false)]
    autofocus: bool,
) -> AnyView {
    let words = Words::here();
    view! {
        <label class="field">
            <span>{words.line(label)}</span>
            <input
                node_ref=node_ref
                type=kind
                name=name
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                inputmode=is_digits.then_some("numeric")
                placeholder=move || example.map(|example| words.say(example))
                required=!is_optional
                value=value
                readonly=is_fixed
                list=list
                autofocus=autofocus
            />
        </label>
    }
    .into_any()
}

/// A line to search with, marks not needed: what stands in it is found as it is typed.
#[must_use]
pub fn search(
    label: Text,
    id: String,
    typed: RwSignal<String>,
    on_key: Callback<KeyboardEvent>,
) -> AnyView {
    let words = Words::here();
    view! {
        <label class="field">
            <span>{words.line(label)}</span>
            <input
                id=id
                type="search"
                autocomplete="off"
                spellcheck="false"
                placeholder=words.line(Text::FindUnitExample)
                prop:value=move || typed.get()
                on:input=move |event| typed.set(event_target_value(&event))
                on:keydown=move |event| on_key.run(event)
            />
        </label>
    }
    .into_any()
}

/// A box to tick, before its label.
#[must_use]
pub fn tick(field: NodeRef<Input>, is_on: bool, label: AnyView) -> AnyView {
    view! {
        <label class="tick">
            <input type="checkbox" node_ref=field checked=is_on />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// Whether a box is ticked now.
#[must_use]
pub fn is_ticked(field: NodeRef<Input>) -> bool {
    field.get_untracked().is_some_and(|field| field.checked())
}
