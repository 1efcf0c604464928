//! The counters of the tree: their names are offered where a device is placed, and one that is taken gives
//! the device its id and its names.

use leptos::prelude::*;
use survey::id::{CounterId, UnitId};
use survey::wire::device::Names;
use survey::wire::manager::{Unit, UnitKind};

use crate::manager::overview::tree::Tree;

/// The counters that are open below a unit.
fn at<'a>(tree: &'a Tree, unit: &'a UnitId) -> impl Iterator<Item = &'a Unit> {
    tree.in_order().filter(move |known| {
        let is_here = known.parent.as_ref() == Some(unit);
        known.kind == UnitKind::Counter && is_here && known.valid_to.is_none()
    })
}

/// The counter of the tree that has this name at a unit, by its id and names; else the one that is given.
pub(super) fn placed(
    tree: &Tree,
    unit: &UnitId,
    id: CounterId,
    names: Names,
) -> (CounterId, Names) {
    let found = at(tree, unit).find(|known| known.name.vi == names.vi);
    let known = found.and_then(|known| {
        let id = CounterId::parse(known.id.as_str()).ok()?;
        Some((id, known.name.clone()))
    });
    known.unwrap_or((id, names))
}

/// The names to offer at a unit, as a list for a field.
pub(super) fn offered(tree: &Tree, unit: &UnitId, list: &'static str) -> AnyView {
    let names = at(tree, unit).map(|known| known.name.vi.clone());
    let options = names.map(|name| view! { <option value=name></option> });
    view! { <datalist id=list>{options.collect_view()}</datalist> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manager::overview::tree::tests::unit;

    #[test]
    fn ua2_a_counter_of_the_tree_gives_its_id_and_names() {
        let names = |vi: &str, en: &str| Names {
            vi: vi.to_owned(),
            en: en.to_owned(),
        };
        let unit = |id: &str, parent: Option<&str>, kind, name: Names| Unit {
            kind,
            name,
            collects: kind != UnitKind::Counter,
            ..unit(id, "", parent)
        };
        let tree = Tree::of(vec![
            unit("33.1", None, UnitKind::Commune, names("Xã", "")),
            unit(
                "33.1.q7",
                Some("33.1"),
                UnitKind::Counter,
                names("Quầy 7", "Counter 7"),
            ),
        ]);
        let at = |place: &str, name: &str| {
            let place = UnitId::parse(place).unwrap();
            let own = CounterId::parse("quay-7").unwrap();
            let (id, names) = placed(&tree, &place, own, names(name, ""));
            (id.to_string(), names.en)
        };
        assert_eq!(at("33.1", "Quầy 7"), ("33.1.q7".into(), "Counter 7".into()));
        assert_eq!(at("33.1", "Quầy 8"), ("quay-7".into(), String::new()));
        assert_eq!(at("33.2", "Quầy 7"), ("quay-7".into(), String::new()));
    }
}
