//! The fields of the page: a labelled line, a choice, and at which unit something holds.

use std::sync::Arc;

use leptos::html::{Input, Select};
use leptos::prelude::*;
use survey::id::UnitId;
use survey::wire::manager::{Unit, UnitKind};

use crate::manager::account::Desk;
use crate::manager::finder::{Found, finder};
use crate::manager::overview::tree::Tree;
use crate::parts::Words;
use crate::text::{ConnectText, ManagerText};

/// A labelled line: what it is for, its name for the browser, how it begins.
pub(super) struct Line {
    /// What stands above it.
    pub label: ConnectText,
    /// Where what was typed is read.
    pub node: NodeRef<Input>,
    /// Its name for the browser.
    pub name: &'static str,
    /// `text`, `url`, `date`, `number`, `password`.
    pub kind: &'static str,
    /// What stands in it at first.
    pub value: String,
    /// An example that shows while it is empty.
    pub example: Option<ConnectText>,
    /// Whether it may stay empty.
    pub is_optional: bool,
}

impl Line {
    /// A line of text that must be filled.
    pub fn of(label: ConnectText, node: NodeRef<Input>, name: &'static str) -> Self {
        Self {
            label,
            node,
            name,
            kind: "text",
            value: String::new(),
            example: None,
            is_optional: false,
        }
    }

    /// The line.
    pub fn draw(self) -> AnyView {
        let words = Words::here();
        let example = self.example;
        view! {
            <label class="field">
                <span>{words.line(self.label)}</span>
                <input
                    node_ref=self.node
                    type=self.kind
                    name=self.name
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    placeholder=move || example.map(|example| words.say(example))
                    required=!self.is_optional
                    value=self.value
                />
            </label>
        }
        .into_any()
    }
}

/// One of two under a label.
pub(super) fn choice(
    label: ConnectText,
    (node, name): (NodeRef<Select>, &'static str),
    options: [(&'static str, ConnectText); 2],
    changed: Callback<String>,
) -> AnyView {
    let words = Words::here();
    let options = options.map(|(word, text)| {
        view! { <option value=word>{words.line(text)}</option> }
    });
    view! {
        <label class="field">
            <span>{words.line(label)}</span>
            <select
                node_ref=node
                name=name
                on:change=move |event| changed.run(event_target_value(&event))
            >
                {options.into_iter().collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// At and below which unit; the whole house must be ticked, by who keeps all of it.
#[derive(Clone, Copy)]
pub(super) struct Node {
    found: Found,
    is_whole: RwSignal<bool>,
}

/// Whether something may hold at a unit: an open one, no counter.
fn is_node(unit: &Unit) -> bool {
    unit.valid_to.is_none() && unit.kind != UnitKind::Counter
}

impl Node {
    /// None yet, or the only one that there is.
    pub fn one(tree: &Tree) -> Self {
        Self {
            found: Found::one(tree, is_node),
            is_whole: RwSignal::new(false),
        }
    }

    /// What is chosen; `None` within is the whole house.
    ///
    /// # Errors
    /// Where nothing is.
    pub fn read(self) -> Result<Option<UnitId>, ManagerText> {
        if self.is_whole.get_untracked() {
            return Ok(None);
        }
        self.found.read_one().map(Some)
    }

    /// The fields.
    pub fn draw(self, id: &'static str, tree: Arc<Tree>) -> AnyView {
        let words = Words::here();
        let desk = Desk::here();
        let Self { found, is_whole } = self;
        let whole = move || {
            desk.powers().keeps_all_people.then(|| {
                let change = move |event| is_whole.set(event_target_checked(&event));
                view! {
                    <label class="tick">
                        <input type="checkbox" on:change=change />
                        <span>{words.line(ConnectText::WholeHouse)}</span>
                    </label>
                }
            })
        };
        view! {
            <div>
                <div hidden=move || {
                    is_whole.get()
                }>{finder(found, ManagerText::Unit, id.to_owned(), tree)}</div>
                {whole}
            </div>
        }
        .into_any()
    }
}
