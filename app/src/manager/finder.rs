//! Units to choose: typed without marks, found, chosen; each chosen one is a line that can be taken away.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use survey::id::UnitId;
use survey::wire::manager::Unit;

use super::overview::tree::Tree;
use crate::device::page;
use crate::manager::field::search;
use crate::parts::Words;
use crate::text::ManagerText as Text;

/// So many are offered for what was typed; who wants another one types on.
const MOST_OFFERED: usize = 6;

/// The units that are chosen, and what is typed for another one.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    units: RwSignal<Vec<UnitId>>,
    typed: RwSignal<String>,
    /// How many there may be: one more takes the last one's place.
    most: usize,
    /// Which units are offered.
    is_one: fn(&Unit) -> bool,
}

impl Found {
    /// With these at first.
    #[must_use]
    pub fn of(units: Vec<UnitId>, most: usize, is_one: fn(&Unit) -> bool) -> Self {
        Self {
            units: RwSignal::new(units),
            typed: RwSignal::new(String::new()),
            most,
            is_one,
        }
    }

    /// One of such units; where there is only one, it.
    #[must_use]
    pub fn one(tree: &Tree, is_one: fn(&Unit) -> bool) -> Self {
        let only = tree.only(is_one).cloned();
        Self::of(only.into_iter().collect(), 1, is_one)
    }

    /// The one that is chosen.
    #[must_use]
    pub fn chosen(self) -> Option<UnitId> {
        self.units.with(|units| units.last().cloned())
    }

    /// The one that must be chosen.
    ///
    /// # Errors
    /// Where none is.
    pub fn read_one(self) -> Result<UnitId, Text> {
        self.read()?.pop().ok_or(Text::UnitNeeded)
    }

    /// Those that are chosen.
    ///
    /// # Errors
    /// Where something is typed that nothing was chosen for.
    pub fn read(self) -> Result<Vec<UnitId>, Text> {
        if self.typed.get_untracked().trim().is_empty() {
            Ok(self.units.get_untracked())
        } else {
            Err(Text::UnitNeeded)
        }
    }

    /// Shows one that was chosen elsewhere.
    pub fn show(self, unit: UnitId) {
        let is_shown = self
            .units
            .with_untracked(|units| units.last() == Some(&unit));
        if !is_shown {
            self.units.set(vec![unit]);
        }
    }

    fn take(self, unit: UnitId) {
        self.typed.set(String::new());
        self.units.update(|units| {
            units.retain(|known| *known != unit);
            units.truncate(self.most.saturating_sub(1));
            units.push(unit);
        });
    }
}

/// What is offered for what was typed: the unit of this id, else those of such a name.
fn offered(tree: &Tree, typed: &str, is_one: fn(&Unit) -> bool) -> Vec<UnitId> {
    let typed = typed.trim();
    let id = UnitId::parse(typed)
        .ok()
        .filter(|id| tree.unit(id).is_some_and(is_one));
    if let Some(id) = id {
        return vec![id];
    }
    if typed.is_empty() {
        return Vec::new();
    }
    let found = tree.find(typed, is_one).rows.into_iter().map(|row| row.id);
    found.take(MOST_OFFERED).collect()
}

/// A field to find them in, what is offered, and those that are chosen.
#[must_use]
pub fn finder(found: Found, label: Text, id: String, tree: Arc<Tree>) -> AnyView {
    let words = Words::here();
    let Found {
        units,
        typed,
        is_one,
        ..
    } = found;
    let field = StoredValue::new(id.clone());
    let focus = move || field.with_value(|id| page::focus(id));
    let tree = StoredValue::new(tree);
    let offers = move |typed: &str| tree.with_value(|tree| offered(tree, typed, is_one));
    let named = move |id: &UnitId| {
        let name = tree.with_value(|tree| tree.placed_name(id, words.language().tag()));
        [&name, " (", id.as_str(), ")"].concat()
    };
    let take = move |unit| {
        found.take(unit);
        focus();
    };
    let on_key = Callback::new(move |event: KeyboardEvent| {
        let typed = typed.get_untracked();
        if event.key() == "Enter" && !typed.trim().is_empty() {
            // The form goes with what is chosen, not with what is typed.
            event.prevent_default();
            if let Some(first) = offers(&typed).into_iter().next() {
                take(first);
            }
        }
    });
    let offers = move || {
        let typed = typed.get();
        let found = offers(&typed);
        if found.is_empty() && !typed.trim().is_empty() {
            return view! { <p>{words.say(Text::NoUnitFound)}</p> }.into_any();
        }
        let buttons = found.into_iter().map(|unit| {
            let name = named(&unit);
            view! {
                <button class="button quiet" type="button" on:click=move |_| take(unit.clone())>
                    {name}
                </button>
            }
        });
        buttons.collect_view().into_any()
    };
    let chosen = move || {
        let lines = units.get().into_iter().map(|unit| {
            let unit_name = named(&unit);
            let label = [words.say(Text::DropResolver), ": ", &unit_name].concat();
            let drop = move |_| {
                units.update(|units| units.retain(|known| *known != unit));
                focus();
            };
            view! {
                <li>
                    <span>{unit_name}</span>
                    <button class="button quiet" type="button" aria-label=label on:click=drop>
                        {words.say(Text::DropResolver)}
                    </button>
                </li>
            }
        });
        lines.collect_view()
    };
    view! {
        <div class="finder">
            {search(label, id, typed, on_key)}
            <div class="offers" role="status">
                {offers}
            </div>
            <ul class="rights">{chosen}</ul>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::overview::tree::tests::{id, unit};

    #[test]
    fn ua1_a_unit_is_offered_by_its_name_without_marks_or_by_its_id() {
        let many = (0..9).map(|n| unit(&format!("x{n}"), "Xã Lê Lợi", None));
        let tree = Tree::of(
            many.chain([unit("33.1", "Phường Phố Hiến", None)])
                .collect(),
        );
        let offered = |typed| offered(&tree, typed, |unit| unit.id.as_str() != "x0");
        assert_eq!(offered(" pho hien"), [id("33.1")]);
        assert_eq!(offered("33.1"), [id("33.1")]);
        assert_eq!(offered("le loi").len(), MOST_OFFERED);
        assert!(!offered("le loi").contains(&id("x0")), "it is none of them");
        for nothing in [" ", "33.9", "x0"] {
            assert_eq!(offered(nothing), [], "{nothing}");
        }
    }
}
