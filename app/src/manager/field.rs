//! A labelled line to type into.

use leptos::html::Input;
use leptos::prelude::*;

use crate::parts::Words;
use crate::text::ManagerText as Text;

/// One line of input under its label. Pasting is allowed, spelling is not remembered.
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
    /// Whether the focus starts here.
    #[prop(default = false)]
    autofocus: bool,
) -> impl IntoView {
    let words = Words::here();
    view! {
        <label class="field">
            <span>{move || words.say(label)}</span>
            <input
                node_ref=node_ref
                type=kind
                name=name
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                inputmode=is_digits.then_some("numeric")
                placeholder=move || example.map(|example| words.say(example))
                required
                autofocus=autofocus
            />
        </label>
    }
}
