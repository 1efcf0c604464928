//! The units one may see, as a tree: which rows are shown, where the keys lead. Never: drawing.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use survey::id::UnitId;
use survey::wire::manager::{Unit, UnitKind};

use super::fold::fold;

/// Search results beyond so many are counted, not listed: nobody reads further, and the page stays
/// quick with every commune of the country in it.
pub const MOST_FOUND: usize = 60;

/// The units, each with its place among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    by_id: BTreeMap<UnitId, usize>,
    roots: Vec<usize>,
    provinces: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    unit: Unit,
    folded: String,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which unit.
    pub id: UnitId,
    /// 1 at the top.
    pub depth: usize,
    /// Whether the rows below it are shown; `None` where there are none.
    pub is_open: Option<bool>,
    /// Its place among its siblings, from 1.
    pub position: usize,
    /// How many siblings it has, itself included.
    pub of: usize,
}

/// The rows to show, and how many more were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// In order.
    pub rows: Vec<Row>,
    /// Found, but not listed.
    pub more: usize,
}

impl Tree {
    /// Builds the tree from the server's list. A unit whose parent is not in it is a root: the
    /// reader may see nothing above it.
    #[must_use]
    pub fn of(units: Vec<Unit>) -> Self {
        let by_id: BTreeMap<UnitId, usize> = units
            .iter()
            .enumerate()
            .map(|(at, unit)| (unit.id.clone(), at))
            .collect();
        let provinces = units.iter();
        let provinces = provinces.filter(|unit| unit.kind == UnitKind::Province);
        let mut tree = Self {
            provinces: provinces.count(),
            nodes: units
                .into_iter()
                .map(|unit| Node {
                    folded: fold(&format!("{} {}", unit.name.vi, unit.name.en)),
                    parent: unit.parent.as_ref().and_then(|id| by_id.get(id).copied()),
                    children: Vec::new(),
                    unit,
                })
                .collect(),
            by_id,
            roots: Vec::new(),
        };
        for at in tree.order() {
            match tree.nodes.get(at).and_then(|node| node.parent) {
                None => tree.roots.push(at),
                Some(parent) => {
                    if let Some(parent) = tree.nodes.get_mut(parent) {
                        parent.children.push(at);
                    }
                }
            }
        }
        tree
    }

    /// Positions by name, one-stop bodies and departments before communes.
    fn order(&self) -> Vec<usize> {
        let rank = |kind: UnitKind| match kind {
            UnitKind::OneStop | UnitKind::Counter => 0,
            UnitKind::Department => 1,
            UnitKind::Country | UnitKind::Province | UnitKind::Commune => 2,
        };
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|at| {
            let node = self.nodes.get(*at);
            node.map(|node| (rank(node.unit.kind), node.folded.as_str()))
        });
        order
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The topmost unit, the first of several.
    #[must_use]
    pub fn top(&self) -> Option<&UnitId> {
        let node = self.nodes.get(*self.roots.first()?)?;
        Some(&node.unit.id)
    }

    /// A unit by its id.
    #[must_use]
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        Some(&self.node(id)?.unit)
    }

    /// Every unit by name, one-stop bodies and departments before communes.
    pub fn in_order(&self) -> impl Iterator<Item = &Unit> {
        let nodes = self.order().into_iter().filter_map(|at| self.nodes.get(at));
        nodes.map(|node| &node.unit)
    }

    /// The units above a unit, topmost first, without itself.
    #[must_use]
    pub fn above(&self, id: &UnitId) -> Vec<&Unit> {
        let path = self.path(self.node(id)).skip(1);
        let mut above: Vec<&Unit> = path.map(|node| &node.unit).collect();
        above.reverse();
        above
    }

    /// A unit's name, and where more than one province is in sight its province's: hundreds of communes
    /// have the name of another one. The id of a unit that is not here.
    #[must_use]
    pub fn placed_name(&self, id: &UnitId, tag: &str) -> String {
        let name = |unit: &Unit| unit.name.in_language(tag).to_owned();
        let Some(own) = self.unit(id) else {
            return id.to_string();
        };
        let is_province = |unit: &&&Unit| unit.kind == UnitKind::Province;
        let above = self.above(id);
        match above.iter().find(is_province) {
            Some(province) if self.provinces > 1 => [&name(own), " · ", &name(province)].concat(),
            _ => name(own),
        }
    }

    /// The unit that is meant without a word: the only one of such units.
    #[must_use]
    pub fn only(&self, is_one: fn(&Unit) -> bool) -> Option<&UnitId> {
        let mut ones = self.nodes.iter().filter(|node| is_one(&node.unit));
        let only = ones.next()?;
        ones.next().is_none().then_some(&only.unit.id)
    }

    /// How many units stand directly below a unit.
    #[must_use]
    pub fn children(&self, id: &UnitId) -> usize {
        self.node(id).map_or(0, |node| node.children.len())
    }

    /// A unit's place among those beside it, from 0, by name.
    #[must_use]
    pub fn position(&self, id: &UnitId) -> Option<usize> {
        let at = *self.by_id.get(id)?;
        let parent = self.nodes.get(at)?.parent;
        let beside = match parent.and_then(|parent| self.nodes.get(parent)) {
            Some(parent) => &parent.children,
            None => &self.roots,
        };
        beside.iter().position(|own| *own == at)
    }

    /// The rows of the opened branches.
    #[must_use]
    pub fn rows(&self, open: &BTreeSet<UnitId>) -> Rows {
        let mut rows = Vec::new();
        self.push_rows(&self.roots, 1, open, &mut rows);
        Rows { rows, more: 0 }
    }

    fn push_rows(&self, at: &[usize], depth: usize, open: &BTreeSet<UnitId>, rows: &mut Vec<Row>) {
        for (position, node) in at.iter().filter_map(|at| self.nodes.get(*at)).enumerate() {
            let is_open = open.contains(&node.unit.id);
            rows.push(Row {
                id: node.unit.id.clone(),
                depth,
                is_open: (!node.children.is_empty()).then_some(is_open),
                position: position + 1,
                of: at.len(),
            });
            if is_open {
                self.push_rows(&node.children, depth + 1, open, rows);
            }
        }
    }

    /// The units whose name has what was typed, marks or not: all of it, or its beginning where the names
    /// above have the other words, as many communes have one name. The earlier in the name and the more of
    /// it, the earlier in the list.
    #[must_use]
    pub fn find(&self, typed: &str, is_one: fn(&Unit) -> bool) -> Rows {
        let typed = fold(typed);
        let ends = typed.match_indices(' ').map(|(at, _)| at);
        let heads: Vec<&str> = ends
            .chain([typed.len()])
            .filter_map(|at| typed.get(..at))
            .collect();
        let own = |node: &Node| {
            let heads = heads.iter();
            heads
                .take_while(|head| node.folded.contains(**head))
                .count()
        };
        let is_placed = |node: &Node| {
            typed.split(' ').all(|word| {
                let mut path = self.path(Some(node));
                path.any(|node| node.folded.contains(word))
            })
        };
        let fits = |node: &&Node| is_one(&node.unit) && own(node) > 0 && is_placed(node);
        let mut found: Vec<&Node> = self.nodes.iter().filter(fits).collect();
        found.sort_by_cached_key(|node| {
            let at = node.folded.find(&typed).unwrap_or(usize::MAX);
            (at, Reverse(own(node)))
        });
        let of = found.len();
        let rows = found.iter().take(MOST_FOUND).enumerate();
        Rows {
            rows: rows
                .map(|(at, node)| Row {
                    id: node.unit.id.clone(),
                    depth: 1,
                    is_open: None,
                    position: at + 1,
                    of,
                })
                .collect(),
            more: of.saturating_sub(MOST_FOUND),
        }
    }

    /// A unit and those above it, upwards.
    fn path<'a>(&'a self, node: Option<&'a Node>) -> impl Iterator<Item = &'a Node> {
        let path = std::iter::successors(node, |node| self.nodes.get(node.parent?));
        // As many steps as there are units at most: a circle in bad data ends.
        path.take(self.nodes.len())
    }

    fn node(&self, id: &UnitId) -> Option<&Node> {
        self.nodes.get(*self.by_id.get(id)?)
    }
}

/// A key that moves in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// Closes a branch, or goes to the unit above.
    Left,
    /// Opens a branch, or goes to its first unit.
    Right,
    /// To the first row.
    Home,
    /// To the last row.
    End,
}

impl Key {
    /// The key of a keyboard event's name, if it moves.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "ArrowLeft" => Self::Left,
            "ArrowRight" => Self::Right,
            "Home" => Self::Home,
            "End" => Self::End,
            _ => return None,
        })
    }
}

/// What a key does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Makes this row the active one.
    To(UnitId),
    /// Opens a branch.
    Open(UnitId),
    /// Closes a branch.
    Close(UnitId),
}

/// Where a key leads from the active row; `None` when it leads nowhere.
#[must_use]
pub fn step(rows: &[Row], active: Option<&UnitId>, key: Key) -> Option<Step> {
    let at = rows.iter().position(|row| Some(&row.id) == active);
    let to = |row: &Row| Step::To(row.id.clone());
    let Some((at, row)) = at.and_then(|at| Some((at, rows.get(at)?))) else {
        return rows.first().map(to);
    };
    match key {
        Key::Up => rows.get(at.checked_sub(1)?).map(to),
        Key::Down => rows.get(at + 1).map(to),
        Key::Home => rows.first().map(to),
        Key::End => rows.last().map(to),
        Key::Right => match row.is_open {
            Some(false) => Some(Step::Open(row.id.clone())),
            Some(true) => rows.get(at + 1).map(to),
            None => None,
        },
        Key::Left if row.is_open == Some(true) => Some(Step::Close(row.id.clone())),
        Key::Left => {
            let mut before = rows.iter().take(at).rev();
            before.find(|other| other.depth < row.depth).map(to)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use survey::day::Day;
    use survey::wire::device::Names;

    pub fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    /// A commune, or a centre by its name, that collects nothing itself.
    pub fn unit(code: &str, name: &str, parent: Option<&str>) -> Unit {
        Unit {
            id: id(code),
            kind: if name.starts_with("Trung tâm") {
                UnitKind::OneStop
            } else {
                UnitKind::Commune
            },
            name: Names {
                vi: name.to_owned(),
                en: String::new(),
            },
            parent: parent.map(id),
            gso: None,
            agency: None,
            valid_from: Day::parse("2025-07-01").unwrap(),
            valid_to: None,
            successors: Vec::new(),
            collects: false,
        }
    }

    fn tree() -> Tree {
        Tree::of(vec![
            unit("33", "Tỉnh Hưng Yên", Some("vn")),
            unit("33.2", "Xã Hiến Nam", Some("33")),
            unit("33.1", "Phường Phố Hiến", Some("33")),
            unit("33.1.q", "Quầy Phố Hiến", Some("33.1")),
            unit("33.tt", "Trung tâm Phục vụ hành chính công", Some("33")),
        ])
    }

    #[test]
    fn ua2_a_unit_is_named_with_its_province_where_there_is_more_than_one() {
        let province = |code: &str, name: &str| Unit {
            kind: UnitKind::Province,
            ..unit(code, name, None)
        };
        let one = vec![
            province("33", "Tỉnh Hưng Yên"),
            unit("33.7", "Xã Tân Tiến", Some("33")),
            unit("33.7.q", "Quầy 1", Some("33.7")),
        ];
        let name = |tree: &Tree, code: &str| tree.placed_name(&id(code), "vi");
        let tree = Tree::of(one.clone());
        assert_eq!(name(&tree, "33.7"), "Xã Tân Tiến");
        let other = vec![
            province("96", "Tỉnh Cà Mau"),
            unit("96.1", "Xã Tân Tiến", Some("96")),
        ];
        let tree = Tree::of([one, other].concat());
        assert_eq!(name(&tree, "33.7"), "Xã Tân Tiến · Tỉnh Hưng Yên");
        assert_eq!(name(&tree, "96.1"), "Xã Tân Tiến · Tỉnh Cà Mau");
        assert_eq!(name(&tree, "33.7.q"), "Quầy 1 · Tỉnh Hưng Yên");
        assert_eq!(name(&tree, "96"), "Tỉnh Cà Mau");
        assert_eq!(name(&tree, "12"), "12", "not in sight");
        let found = tree.find("xa tan tien ca mau", |_| true);
        assert_eq!(ids(&found), ["96.1"], "typed on with its province");
        assert_eq!(ids(&tree.find("ca mau", |_| true)), ["96"]);
    }

    #[test]
    fn ua2_a_unit_that_is_the_only_one_of_its_kind_need_not_be_typed() {
        let tree = tree();
        assert_eq!(
            tree.only(|unit| unit.name.vi.starts_with("Xã")),
            Some(&id("33.2"))
        );
        assert_eq!(tree.only(|unit| unit.name.vi.contains("Hiến")), None);
        assert_eq!(tree.only(|_| false), None);
    }

    fn ids(rows: &Rows) -> Vec<&str> {
        rows.rows.iter().map(|row| row.id.as_str()).collect()
    }

    #[test]
    fn um2_a_subtree_hangs_from_the_topmost_unit_in_it() {
        let tree = tree();
        assert_eq!(tree.top(), Some(&id("33")));
        assert_eq!(ids(&tree.rows(&BTreeSet::new())), ["33"]);
        let open = BTreeSet::from([id("33")]);
        let rows = tree.rows(&open);
        assert_eq!(ids(&rows), ["33", "33.tt", "33.1", "33.2"]);
        assert_eq!(rows.rows[2].is_open, Some(false));
        assert_eq!(
            (rows.rows[3].depth, rows.rows[3].position, rows.rows[3].of),
            (2, 3, 3)
        );
        let above: Vec<_> = tree
            .above(&id("33.1.q"))
            .iter()
            .map(|unit| unit.id.as_str())
            .collect();
        assert_eq!(above, ["33", "33.1"]);
    }

    #[test]
    fn a_name_is_found_without_marks_earlier_in_the_name_first() {
        let tree = tree();
        let find = |typed| tree.find(typed, |_| true);
        assert_eq!(ids(&find("pho hien")), ["33.1.q", "33.1"]);
        assert_eq!(ids(&find("HIẾN")), ["33.2", "33.1.q", "33.1"]);
        assert_eq!(ids(&find("hien pho phuong")), ["33.1", "33.1.q"]);
        assert_eq!(ids(&find("xa hien")), ["33.2"]);
        assert!(find("ha noi").rows.is_empty());
        let closed = tree.find("hien", |unit| unit.id.as_str() != "33.2");
        assert_eq!(ids(&closed), ["33.1.q", "33.1"]);
        let many = Tree::of(
            (0..3_321)
                .map(|n| unit(&n.to_string(), "Xã", None))
                .collect(),
        );
        let found = many.find("xa", |_| true);
        assert_eq!(
            (found.rows.len(), found.more),
            (MOST_FOUND, 3_321 - MOST_FOUND)
        );
    }

    #[test]
    fn keys_walk_open_and_close() {
        let tree = tree();
        let rows = tree.rows(&BTreeSet::from([id("33")])).rows;
        let from = |active: &str, key| step(&rows, Some(&id(active)), key);
        assert_eq!(from("33", Key::Down), Some(Step::To(id("33.tt"))));
        assert_eq!(from("33", Key::Up), None);
        assert_eq!(from("33", Key::Left), Some(Step::Close(id("33"))));
        assert_eq!(from("33", Key::Right), Some(Step::To(id("33.tt"))));
        assert_eq!(from("33.1", Key::Right), Some(Step::Open(id("33.1"))));
        assert_eq!(from("33.1", Key::Left), Some(Step::To(id("33"))));
        assert_eq!(from("33.tt", Key::Right), None);
        assert_eq!(from("33", Key::End), Some(Step::To(id("33.2"))));
        assert_eq!(step(&rows, None, Key::Down), Some(Step::To(id("33"))));
    }
}
