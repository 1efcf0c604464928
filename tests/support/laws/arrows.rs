//! Who may name whom inside a package: the one-way arrows between rooms.

use super::source::Path;
use super::{Breach, Tree, is_in};

/// A room and what it must never name, from the root of its own package.
struct Room {
    folder: &'static str,
    never: &'static [&'static str],
    cure: &'static str,
}

/// The arrows, as what each room may not do.
const ROOMS: [Room; 15] = [
    Room {
        folder: "app/src/counter",
        never: &["manager"],
        cure: "Counter and manager never meet: move what both need to parts or survey",
    },
    Room {
        folder: "app/src/manager",
        never: &["counter"],
        cure: "Counter and manager never meet: move what both need to parts or survey",
    },
    Room {
        folder: "app/src/manager",
        never: &["device::store", "device::indexed_db", "device::memory"],
        cure: "A manager's page keeps nothing: ask device::server",
    },
    Room {
        folder: "app/src/bin/counter",
        never: &["manager"],
        cure: "This binary mounts the counter and nothing else",
    },
    Room {
        folder: "app/src/bin/manager",
        never: &["counter"],
        cure: "This binary mounts the manager and nothing else",
    },
    Room {
        folder: "app/src/bin/house",
        never: &["counter"],
        cure: "This binary mounts the house and nothing else",
    },
    Room {
        folder: "app/src/bin/action",
        never: &["counter"],
        cure: "This binary mounts what follows from the figures and nothing else",
    },
    Room {
        folder: "app/src/parts",
        never: &["counter", "manager", "device"],
        cure: "A part knows no page and no device: hand the value or callback in",
    },
    Room {
        folder: "app/src/text",
        never: &["counter", "manager", "device", "parts"],
        cure: "Text knows nothing: hand the value in",
    },
    Room {
        folder: "app/src/device",
        never: &["counter", "manager", "parts", "text"],
        cure: "A door knows no page and no sentence: return a fact, let the page word it",
    },
    Room {
        folder: "worker/src/edge",
        never: &["store"],
        cure: "The edge knows no SQL: ask an object",
    },
    Room {
        folder: "worker/src/access",
        never: &["edge", "objects", "store"],
        cure: "Access is rules only: take what the rule needs as values",
    },
    Room {
        folder: "worker/src/alerts",
        never: &["edge", "objects", "store"],
        cure: "A digest is made of values: let the store hand them in and the object send it",
    },
    Room {
        folder: "worker/src/objects",
        never: &["edge"],
        cure: "The edge asks the objects, not the other way round: keep what they answer with in objects",
    },
    Room {
        folder: "worker/src/store",
        never: &["edge", "objects"],
        cure: "The store knows nothing above it: return a value, let the object answer",
    },
];

/// No room names one above it or beside it.
pub fn rooms_name_only_what_lies_below(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for room in ROOMS {
        for (path, source) in tree.sources_in(room.folder) {
            for named in &source.paths {
                let Some(place) = place_of(path, named) else {
                    continue;
                };
                if room.never.iter().any(|never| is_below(&place, never)) {
                    found.push(Breach {
                        path: path.into(),
                        line: named.line,
                        what: format!("`{}` is out of reach from here", named.written()),
                        cure: room.cure,
                    });
                }
            }
        }
    }
    found
}

/// A kiosk knows no accounts, so not their messages either.
pub fn counter_knows_no_account(tree: &Tree) -> Vec<Breach> {
    breaches(
        tree,
        &["app/src/counter"],
        |named| named.begins_with(&["survey", "wire", "manager"]),
        "The counter's page has no sign-in and no results: leave accounts to the manager",
    )
}

/// Text knows nothing, no library of ours and none that draws; only the language of its reader.
pub fn text_knows_nothing(tree: &Tree) -> Vec<Breach> {
    /// The server writes in the same languages, so they stand in survey.
    const LANGUAGE: [&str; 3] = ["survey", "format", "Language"];
    const KNOWN: [&str; 8] = [
        "survey",
        "leptos",
        "leptos_router",
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "wasm_bindgen_futures",
        "survey_worker",
    ];
    breaches(
        tree,
        &["app/src/text"],
        |named| KNOWN.contains(&named.words[0].as_str()) && named.words != LANGUAGE,
        "Text is keys and sentences: std, serde and the reader's language are enough",
    )
}

/// App and worker never meet, not even by a path to the other's files.
pub fn app_and_worker_share_no_code(tree: &Tree) -> Vec<Breach> {
    let mut found = breaches(
        tree,
        &["app", "survey"],
        |named| named.words[0] == "survey_worker",
        "Move what both sides need to survey",
    );
    found.extend(breaches(
        tree,
        &["worker", "survey"],
        |named| named.words[0] == "survey_app",
        "Move what both sides need to survey",
    ));
    found
}

fn breaches(
    tree: &Tree,
    rooms: &[&str],
    is_forbidden: impl Fn(&Path) -> bool,
    cure: &'static str,
) -> Vec<Breach> {
    let mut found = Vec::new();
    for room in rooms {
        for (path, source) in tree.sources_in(room) {
            let named = source.paths.iter().filter(|named| is_forbidden(named));
            found.extend(named.map(|named| Breach {
                path: path.into(),
                line: named.line,
                what: format!("`{}` is out of reach from here", named.written()),
                cure,
            }));
        }
    }
    found
}

fn is_below(place: &[String], room: &str) -> bool {
    let room: Vec<&str> = room.split("::").collect();
    place.len() >= room.len() && place.iter().zip(&room).all(|(a, b)| a == b)
}

/// Where a path leads, from the root of the package; `None` when it leads out of it or is a local
/// name.
fn place_of(file: &str, named: &Path) -> Option<Vec<String>> {
    let (package, within) = file.split_once("/src/")?;
    let mut module: Vec<String> = within
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    if matches!(
        module.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        module.pop();
    }
    module.extend(named.inside.iter().cloned());
    let own_library = match package {
        "app" => "survey_app",
        "worker" => "survey_worker",
        other => other,
    };
    let mut words = named.words.iter();
    match words.next()?.as_str() {
        "crate" => module.clear(),
        library if library == own_library => module.clear(),
        "self" => {}
        "super" => {
            module.pop();
        }
        _ => return None,
    }
    for word in words {
        match word.as_str() {
            "super" => drop(module.pop()),
            "self" => {}
            _ => module.push(word.clone()),
        }
    }
    Some(module)
}

/// Every room the arrows speak of, so that a renamed folder does not slip away from its law.
pub fn every_room_is_there(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for room in ROOMS {
        if !tree.files().any(|(path, _)| is_in(path, room.folder)) {
            found.push(Breach {
                path: room.folder.into(),
                line: 0,
                what: "this room is gone".into(),
                cure: "Name its new place in tests/support/laws/arrows.rs",
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    #[test]
    fn a_counter_that_imports_the_manager_is_seen() {
        let counter = "//! The kiosk.\nuse crate::{\n    parts::Face,\n    manager::account,\n};\n";
        let law = rooms_name_only_what_lies_below;
        assert_eq!(
            broken(law, &[("app/src/counter/kiosk.rs", counter)]),
            ["app/src/counter/kiosk.rs:4"]
        );
        let by_super = "fn f() {\n    super::super::manager::account::open()\n}";
        assert_eq!(
            broken(law, &[("app/src/counter/kiosk.rs", by_super)]),
            ["app/src/counter/kiosk.rs:2"]
        );
        let by_name = "use survey_app::counter;\nuse survey_app::manager;";
        assert_eq!(
            broken(law, &[("app/src/bin/counter.rs", by_name)]),
            ["app/src/bin/counter.rs:2"]
        );
        let in_a_macro = "view! { <p>{crate::manager::x()}</p> }";
        assert_eq!(
            broken(law, &[("app/src/counter/mod.rs", in_a_macro)]).len(),
            1
        );
    }

    #[test]
    fn what_only_looks_like_a_room_is_left_alone() {
        let law = rooms_name_only_what_lies_below;
        for text in [
            "use survey::wire::manager::Account;",
            "fn f(manager: u8) -> u8 { manager }",
            "mod tests { use super::*; use super::manager_of; }",
            "// crate::manager\nconst A: &str = \"crate::manager\";",
        ] {
            assert!(
                broken(law, &[("app/src/counter/mod.rs", text)]).is_empty(),
                "{text}"
            );
        }
    }

    #[test]
    fn parts_text_device_and_the_workers_rooms_keep_their_places() {
        let law = rooms_name_only_what_lies_below;
        for (path, text) in [
            ("app/src/parts/face.rs", "use crate::device::clock;"),
            ("app/src/text/mod.rs", "use super::parts::Words;"),
            ("app/src/device/store.rs", "use crate::text::Text;"),
            (
                "app/src/manager/unit.rs",
                "use crate::device::{indexed_db::IndexedDb};",
            ),
            ("worker/src/edge/body.rs", "use crate::store::port::Sql;"),
            ("worker/src/access/mod.rs", "use crate::objects::Ask;"),
            ("worker/src/objects/ledger.rs", "use crate::edge::reply;"),
            ("worker/src/store/ledger/mod.rs", "use crate::edge::reply;"),
        ] {
            assert_eq!(
                broken(law, &[(path, text)]),
                [format!("{path}:1")],
                "{text}"
            );
        }
        let below = "use crate::device::server; use crate::parts::Face; use crate::text::Text;";
        assert!(broken(law, &[("app/src/manager/unit.rs", below)]).is_empty());
    }

    #[test]
    fn accounts_and_the_other_half_are_out_of_reach() {
        let account = "use survey::wire::{code::Code,\nmanager::SignIn};";
        assert_eq!(
            broken(
                counter_knows_no_account,
                &[("app/src/counter/a.rs", account)]
            ),
            ["app/src/counter/a.rs:2"]
        );
        let other = "use survey_worker::store;";
        assert_eq!(
            broken(
                app_and_worker_share_no_code,
                &[("app/src/device/a.rs", other)]
            ),
            ["app/src/device/a.rs:1"]
        );
        let drawing =
            "pub use survey::format::Language;\nuse leptos::prelude::*;\nuse survey::format;";
        assert_eq!(
            broken(text_knows_nothing, &[("app/src/text/mod.rs", drawing)]),
            ["app/src/text/mod.rs:2", "app/src/text/mod.rs:3"]
        );
    }

    #[test]
    fn a_room_that_moved_is_missed() {
        let gone = broken(every_room_is_there, &[("app/src/counter/mod.rs", "")]);
        assert!(gone.contains(&"app/src/parts:0".into()));
        assert!(!gone.contains(&"app/src/counter:0".into()));
    }
}
