//! The tree of units: typing filters, arrow keys walk, Enter chooses.

use std::collections::BTreeSet;
use std::sync::Arc;

use leptos::attr::custom::custom_attribute;
use leptos::ev::{KeyboardEvent, MouseEvent};
use leptos::prelude::*;
use survey::id::UnitId;

use super::tree::{Key, Row, Rows, Step, Tree, step};
use crate::device::page;
use crate::manager::field::search;
use crate::manager::unit::HEADING;
use crate::parts::Words;
use crate::text::ManagerText as Text;

const SEARCH: &str = "unit-search";

/// Where a row stands in the document.
fn row_id(unit: &UnitId) -> String {
    format!("unit-{unit}")
}

/// What the picker's parts share.
#[derive(Clone, Copy)]
struct Picking {
    tree: StoredValue<Arc<Tree>>,
    /// The unit whose figures are shown.
    chosen: Memo<Option<UnitId>>,
    choose: Callback<UnitId>,
    typed: RwSignal<String>,
    /// The branches whose units are listed.
    open: RwSignal<BTreeSet<UnitId>>,
    /// The row where the keys are.
    active: RwSignal<Option<UnitId>>,
    found: Memo<Rows>,
    /// The one row that Tab reaches: the active one, or the first where it is not listed.
    reachable: Memo<Option<UnitId>>,
    is_unfolded: RwSignal<bool>,
}

impl Picking {
    fn new(
        tree: StoredValue<Arc<Tree>>,
        chosen: Memo<Option<UnitId>>,
        choose: Callback<UnitId>,
    ) -> Self {
        let typed = RwSignal::new(String::new());
        let open = RwSignal::new(BTreeSet::new());
        let found = Memo::new(move |_| {
            let typed = typed.get();
            tree.with_value(|tree| {
                if typed.trim().is_empty() {
                    tree.rows(&open.get())
                } else {
                    tree.find(&typed, |_| true)
                }
            })
        });
        let active = RwSignal::new(None);
        let reachable = Memo::new(move |_| {
            let active: Option<UnitId> = active.get();
            found.with(|found: &Rows| {
                let mut rows = found.rows.iter();
                let listed = rows.find(|row| Some(&row.id) == active.as_ref());
                listed.or(found.rows.first()).map(|row| row.id.clone())
            })
        });
        Self {
            tree,
            chosen,
            choose,
            typed,
            open,
            active,
            found,
            reachable,
            is_unfolded: RwSignal::new(false),
        }
    }

    /// Opens the branch of the chosen unit, lets the keys start there, and brings it into view,
    /// however far down it stands.
    fn show_chosen(self) {
        let Some(unit) = self.chosen.get() else {
            return;
        };
        self.tree.with_value(|tree| {
            let above = tree.above(&unit);
            let own = above.is_empty().then(|| unit.clone());
            let above = above.into_iter().map(|unit| unit.id.clone());
            self.open.update(|open| open.extend(above.chain(own)));
        });
        self.active.set(Some(unit.clone()));
        request_animation_frame(move || page::reveal(&row_id(&unit)));
    }

    fn is_searching(self) -> bool {
        !self.typed.get().trim().is_empty()
    }

    fn pick(self, unit: UnitId) {
        self.typed.set(String::new());
        self.choose.run(unit);
        // On a narrow screen the tree folds away, and the focus must not be left in it.
        if self.is_unfolded.get_untracked() {
            self.is_unfolded.set(false);
            page::focus(HEADING);
        }
    }

    fn toggle(self, unit: UnitId) {
        self.open.update(|open| {
            if !open.remove(&unit) {
                open.insert(unit);
            }
        });
    }

    fn walk(self, key: Key) {
        let rows = self.found.get_untracked().rows;
        match step(&rows, self.active.get_untracked().as_ref(), key) {
            Some(Step::To(unit)) => self.go_to(unit),
            Some(Step::Open(unit) | Step::Close(unit)) => self.toggle(unit),
            None => {}
        }
    }

    fn go_to(self, unit: UnitId) {
        page::focus(&row_id(&unit));
        self.active.set(Some(unit));
    }

    fn on_tree_key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let name = event.key();
        if let Some(key) = Key::named(&name) {
            event.prevent_default();
            self.walk(key);
        } else if name == "Enter" || name == " " {
            event.prevent_default();
            if let Some(unit) = self.active.get_untracked() {
                self.pick(unit);
            }
        } else if name.chars().count() == 1 || name == "Backspace" {
            // The letter itself goes where the focus now is.
            page::focus(SEARCH);
        }
    }

    fn on_search_key(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                if let Some(unit) = self.reachable.get_untracked() {
                    self.go_to(unit);
                }
            }
            "Enter" => {
                event.prevent_default();
                let first = self
                    .found
                    .with_untracked(|found| found.rows.first().cloned());
                if let Some(row) = first.filter(|_| untrack(|| self.is_searching())) {
                    self.pick(row.id);
                }
            }
            "Escape" => self.typed.set(String::new()),
            _ => {}
        }
    }
}

/// The tree with its search box. On narrow screens it folds away once a unit is chosen.
#[component]
pub fn Picker(
    /// The units.
    tree: StoredValue<Arc<Tree>>,
    /// The unit whose figures are shown.
    chosen: Memo<Option<UnitId>>,
    /// Called with the unit to show.
    choose: Callback<UnitId>,
) -> impl IntoView {
    let words = Words::here();
    let picking = Picking::new(tree, chosen, choose);
    let is_unfolded = picking.is_unfolded;
    Effect::new(move || picking.show_chosen());
    view! {
        <aside class="picker" data-unfolded=move || is_unfolded.get().to_string()>
            <button
                class="button unfold"
                aria-expanded=move || is_unfolded.get().to_string()
                aria-controls="picker-body"
                on:click=move |_| is_unfolded.update(|is_unfolded| *is_unfolded = !*is_unfolded)
            >
                {words.line(Text::ChangeUnit)}
            </button>
            <div id="picker-body" class="picker-body">
                <Search picking />
                <ul
                    class="tree"
                    role="tree"
                    aria-label=words.line(Text::Units)
                    on:keydown=move |event| picking.on_tree_key(&event)
                >
                    <For
                        each=move || picking.found.get().rows
                        key=|row| (row.id.clone(), row.depth, row.position, row.of)
                        let:row
                    >
                        <UnitRow row picking />
                    </For>
                </ul>
                <Unlisted found=picking.found />
            </div>
        </aside>
    }
}

#[component]
fn Search(picking: Picking) -> impl IntoView {
    let words = Words::here();
    let on_key = Callback::new(move |event| picking.on_search_key(&event));
    let found = move || {
        let n = picking.found.with(|found| found.rows.len() + found.more);
        let n = i64::try_from(n).unwrap_or_default();
        picking
            .is_searching()
            .then(|| words.count(Text::UnitsFound, n))
    };
    view! {
        {search(Text::FindUnit, SEARCH.to_owned(), picking.typed, on_key)}
        <p class="spoken" role="status">
            {found}
        </p>
    }
}

/// What a search found beyond the list, or that it found nothing.
#[component]
fn Unlisted(found: Memo<Rows>) -> impl IntoView {
    let words = Words::here();
    move || {
        let (is_empty, more) = found.with(|found| (found.rows.is_empty(), found.more));
        let sentence = match more {
            0 if is_empty => words.say(Text::NoUnitFound).to_owned(),
            0 => return None,
            _ => words.count(Text::MoreUnits, i64::try_from(more).unwrap_or_default()),
        };
        Some(view! { <p class="soft">{sentence}</p> })
    }
}

/// One unit. In search results its place above is told with it.
#[component]
fn UnitRow(row: Row, picking: Picking) -> impl IntoView {
    let words = Words::here();
    let id = StoredValue::new(row.id);
    let is = move |other: Option<UnitId>| other.as_ref() == Some(&id.get_value());
    let name = move || {
        let tag = words.language().tag();
        picking.tree.with_value(|tree| {
            let unit = tree.unit(&id.get_value())?;
            Some(unit.name.in_language(tag).to_owned())
        })
    };
    let above = move || {
        let tag = words.language().tag();
        let is_searching = picking.is_searching();
        let names = picking.tree.with_value(|tree| {
            let above = tree.above(&id.get_value()).into_iter();
            let names: Vec<_> = above.map(|unit| unit.name.in_language(tag)).collect();
            names.join(" › ")
        });
        (is_searching && !names.is_empty()).then(|| view! { <small>{names}</small> })
    };
    // The row itself stays when its branch opens, so that the focus stays on it.
    let is_branch = row.is_open.is_some();
    let is_open = move || picking.open.with(|open| open.contains(&id.get_value()));
    let twig = is_branch.then(|| {
        let toggle = move |event: MouseEvent| {
            event.stop_propagation();
            picking.toggle(id.get_value());
        };
        view! { <span class="twig" aria-hidden="true" on:click=toggle></span> }
    });
    view! {
        <li
            id=row_id(&id.get_value())
            class="unit-row"
            role="treeitem"
            data-depth=row.depth.min(6)
            {..custom_attribute("aria-level", row.depth.to_string())}
            aria-posinset=row.position
            aria-setsize=row.of
            aria-expanded=move || is_branch.then(|| is_open().to_string())
            aria-selected=move || is(picking.chosen.get()).to_string()
            tabindex=move || if is(picking.reachable.get()) { "0" } else { "-1" }
            on:click=move |_| picking.pick(id.get_value())
        >
            {twig}
            <span class="unit-name">{name} {above}</span>
        </li>
    }
}
