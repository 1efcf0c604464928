//! Labelled choices: one of several under a label.

use leptos::html::Select;
use leptos::prelude::*;

use crate::parts::Words;
use crate::text::ManagerText as Text;

/// One of several words, each with its sentence.
#[component]
pub fn Choice(
    /// What stands above it.
    label: Text,
    /// Where what was chosen is read.
    node_ref: NodeRef<Select>,
    /// Its name for the browser.
    name: &'static str,
    /// The value and the name of each option, in the language of the page.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The one that is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// Called with what is chosen then.
    #[prop(default = None)]
    changed: Option<Callback<String>>,
) -> AnyView {
    let words = Words::here();
    let value = StoredValue::new(value);
    let options = move || {
        let options = options.get().into_iter().map(|(word, name)| {
            let is_chosen = value.with_value(|value| *value == word);
            view! {
                <option value=word selected=is_chosen>
                    {name}
                </option>
            }
        });
        options.collect_view()
    };
    let change = move |_| {
        if let Some(changed) = changed {
            changed.run(chosen(node_ref));
        }
    };
    view! {
        <label class="field">
            <span>{words.line(label)}</span>
            <select node_ref=node_ref name=name on:change=change>
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// What stands in a select now.
#[must_use]
pub fn chosen(select: NodeRef<Select>) -> String {
    let select = select.get_untracked();
    select.map(|select| select.value()).unwrap_or_default()
}
