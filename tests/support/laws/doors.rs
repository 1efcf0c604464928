//! Each part of the outside world has one door: browser, SQL, HTTP, JSON, floating point, time.

use super::source::{Path, Source};
use super::{Breach, Tree, is_a, is_in};

/// The packages that ship.
const SHIPPED: [&str; 3] = ["app", "survey", "worker"];

/// Browser APIs only in `app/src/device`.
pub fn browser_apis_only_in_device(tree: &Tree) -> Vec<Breach> {
    const CURE: &str = "Open a door for it in app/src/device and name what the page needs";
    let is_browser = |word: &String| {
        matches!(word.as_str(), "web_sys" | "js_sys" | "gloo")
            || word.starts_with("wasm_bindgen")
            || word.starts_with("gloo_")
    };
    // Leptos's prelude hands the browser's own objects on as bare functions. Its timers and listeners
    // are its own and may be used anywhere.
    let is_bare = |named: &Path| {
        let is_object = |word: &String| matches!(word.as_str(), "window" | "document");
        named.is_called && matches!(named.words.as_slice(), [word] if is_object(word))
    };
    let is_forbidden = |named: &Path| named.words.iter().any(is_browser) || is_bare(named);
    let outside = |path: &str| {
        is_in(path, "survey") || (is_in(path, "app") && !is_in(path, "app/src/device"))
    };
    paths_outside(tree, outside, is_forbidden, CURE)
}

/// SQL only in `worker/src/store`.
pub fn sql_only_in_store(tree: &Tree) -> Vec<Breach> {
    const CURE: &str = "Give worker/src/store a verb of the domain that does it";
    let outside = |path: &str| {
        let is_shipped = SHIPPED.iter().any(|package| is_in(path, package));
        is_shipped && !is_in(path, "worker/src/store")
    };
    let is_database = |named: &Path| {
        let mut words = named.words.iter();
        words.any(|word| word == "rusqlite" || word.starts_with("SqlStorage"))
    };
    let mut found = paths_outside(tree, outside, is_database, CURE);
    for (path, source) in tree.sources().filter(|(path, _)| outside(path)) {
        let statements = source.strings.iter().filter(|text| is_sql(&text.text));
        found.extend(statements.map(|text| Breach {
            path: path.into(),
            line: text.line,
            what: "an SQL statement stands here".into(),
            cure: CURE,
        }));
    }
    let files = tree
        .files()
        .filter(|(path, _)| is_a(path, "sql") && outside(path));
    found.extend(files.map(|(path, _)| Breach {
        path: path.into(),
        line: 0,
        what: "an SQL file lies here".into(),
        cure: "Move it to worker/src/store",
    }));
    found
}

/// Whether a text is a statement: its first words in capitals, as this project writes SQL.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    matches!(
        words.as_slice(),
        ["SELECT" | "PRAGMA" | "VALUES", _, ..]
            | ["INSERT" | "REPLACE", "INTO" | "OR", ..]
            | ["DELETE", "FROM", ..]
            | ["UPDATE", _, "SET"]
            | ["WITH", _, "AS" | "AS("]
            | ["WITH", "RECURSIVE", _]
            | [
                "CREATE" | "DROP" | "ALTER",
                "TABLE" | "INDEX" | "VIEW" | "UNIQUE",
                ..
            ]
    )
}

/// HTTP types only in the worker's `lib.rs`, `edge` and `objects`.
pub fn http_types_only_at_the_edge(tree: &Tree) -> Vec<Breach> {
    const HTTP: [&str; 14] = [
        "Request",
        "RequestInit",
        "Response",
        "ResponseBody",
        "ResponseBuilder",
        "Headers",
        "Method",
        "Fetch",
        "Fetcher",
        "FormData",
        "Router",
        "RouteContext",
        "Url",
        "*",
    ];
    let outside = |path: &str| {
        let is_edge = ["worker/src/lib.rs", "worker/src/edge", "worker/src/objects"]
            .iter()
            .any(|room| is_in(path, room));
        is_in(path, "worker/src") && !is_edge
    };
    let is_http = |named: &Path| {
        let words = named.words.iter().map(String::as_str).collect::<Vec<_>>();
        matches!(words.as_slice(), ["worker", name, ..] if HTTP.contains(name))
            || matches!(words.as_slice(), ["http", _, ..])
            || matches!(words.as_slice(), [.., "web_sys", name] if HTTP.contains(name))
    };
    paths_outside(
        tree,
        outside,
        is_http,
        "Take plain values here; read and answer HTTP in edge or objects",
    )
}

/// In `survey`, serde only in `wire`; `json` is held against it by its tests.
pub fn serde_only_in_wire(tree: &Tree) -> Vec<Breach> {
    let outside = |path: &str| {
        let is_door = ["survey/src/json/tests.rs", "survey/src/wire"]
            .iter()
            .any(|room| is_in(path, room));
        is_in(path, "survey/src") && !is_door
    };
    let is_serde = |named: &Path| {
        let mut words = named.words.iter();
        words.any(|word| {
            matches!(
                word.as_str(),
                "serde" | "serde_json" | "Serialize" | "Deserialize"
            )
        })
    };
    paths_outside(
        tree,
        outside,
        is_serde,
        "Read with survey/src/json, or write in wire: convert there",
    )
}

/// In `survey`, floating point only in `stats`.
pub fn floats_only_in_stats(tree: &Tree) -> Vec<Breach> {
    const CURE: &str = "Use integers or an exact fraction; estimates belong to survey/src/stats";
    let outside = |path: &str| is_in(path, "survey/src") && !is_in(path, "survey/src/stats");
    let is_float = |named: &Path| {
        let mut words = named.words.iter();
        words.any(|word| matches!(word.as_str(), "f32" | "f64" | "libm" | "float_arithmetic"))
    };
    // The crate's own root denies the lint by its name.
    let is_outside = |path: &str| outside(path) && path != "survey/src/lib.rs";
    let mut found = paths_outside(tree, is_outside, is_float, CURE);
    for (path, source) in tree.sources().filter(|(path, _)| outside(path)) {
        found.extend(source.floats.iter().map(|float| Breach {
            path: path.into(),
            line: float.line,
            what: format!("`{}` is a float", float.text),
            cure: CURE,
        }));
    }
    found
}

/// `survey` has no clock, network, storage or randomness, because it has no std and none
/// of the crates that bring them.
pub fn survey_is_pure(tree: &Tree) -> Vec<Breach> {
    const CURE: &str = "Let the shell hand it in as a value";
    let is_impure = |named: &Path| {
        let is_std =
            named.begins_with(&["std"]) || named.words.iter().any(|word| word == "no_core");
        let reads_a_clock = named.words.iter().any(|word| {
            matches!(
                word.as_str(),
                "now_utc" | "now_local" | "SystemTime" | "Instant"
            )
        });
        // With something behind it: a macro or value of our own may have such a name.
        let brings_one = named.words.len() > 1
            && matches!(
                named.words[0].as_str(),
                "getrandom" | "rand" | "uuid" | "chrono" | "worker" | "web_sys" | "js_sys"
            );
        is_std || reads_a_clock || brings_one
    };
    let mut found = paths_outside(tree, |path| is_in(path, "survey/src"), is_impure, CURE);
    let root = tree
        .sources()
        .find(|(path, _)| *path == "survey/src/lib.rs");
    let is_no_std = |source: &Source| source.attributes.iter().any(|own| own.words == ["no_std"]);
    if !root.is_some_and(|(_, source)| is_no_std(source)) {
        found.push(Breach {
            path: "survey/src/lib.rs".into(),
            line: 0,
            what: "`#![no_std]` is gone".into(),
            cure: "Put it back: without std there is no clock to read",
        });
    }
    found
}

fn paths_outside(
    tree: &Tree,
    outside: impl Fn(&str) -> bool,
    is_forbidden: impl Fn(&Path) -> bool,
    cure: &'static str,
) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, source) in tree.sources().filter(|(path, _)| outside(path)) {
        let named = source.paths.iter().filter(|named| is_forbidden(named));
        found.extend(named.map(|named| Breach {
            path: path.into(),
            line: named.line,
            what: format!("`{}` is out of place here", named.written()),
            cure,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::{Law, broken};
    use super::*;

    #[test]
    fn a_browser_api_outside_its_door_is_seen() {
        let law: Law = browser_apis_only_in_device;
        for text in [
            "use web_sys::Window;",
            "fn f() { leptos::web_sys::window(); }",
            "use gloo_timers::callback::Timeout;",
            "fn f() { let width = window().inner_width(); }",
            "view! { <p on:click=move |_| document().write(x)>{y}</p> }",
        ] {
            let at = "app/src/counter/kiosk.rs";
            assert_eq!(broken(law, &[(at, text)]), [format!("{at}:1")], "{text}");
            assert!(broken(law, &[("app/src/device/page.rs", text)]).is_empty());
        }
        let innocent = "use leptos::prelude::*; fn f(p: P) { p.window(); let document = 1; }";
        assert!(broken(law, &[("app/src/parts/face.rs", innocent)]).is_empty());
    }

    #[test]
    fn a_statement_outside_the_store_is_seen() {
        let law: Law = sql_only_in_store;
        for text in [
            "fn f() {\n  sql.run(\"DELETE FROM unit WHERE id = ?1\")\n}",
            "\nuse worker::SqlStorage;",
            "\nconst A: &str = \"WITH RECURSIVE below (id) AS (SELECT 1)\";",
            "\nconst A: &str = r#\"CREATE TABLE a (b)\"#;",
        ] {
            let at = "worker/src/objects/ledger.rs";
            assert_eq!(broken(law, &[(at, text)]), [format!("{at}:2")], "{text}");
            assert!(broken(law, &[("worker/src/store/units.rs", text)]).is_empty());
        }
        let words = "const A: [&str; 3] = [\"DELETE\", \"Select a unit from the tree\", \"WITH\"];";
        assert!(broken(law, &[("worker/src/edge/reply.rs", words)]).is_empty());
        assert_eq!(broken(law, &[("worker/src/schema.sql", "")]).len(), 1);
    }

    #[test]
    fn http_serde_and_floats_keep_their_places() {
        let cases: [(Law, &str, &str, &str); 6] = [
            (
                http_types_only_at_the_edge,
                "worker/src/store/durable.rs",
                "worker/src/edge/reply.rs",
                "use worker::{State,\nResponse};",
            ),
            (
                http_types_only_at_the_edge,
                "worker/src/clock.rs",
                "worker/src/edge.rs",
                "\nuse worker::*;",
            ),
            (
                serde_only_in_wire,
                "survey/src/score/mod.rs",
                "survey/src/wire/tally.rs",
                "\n#[derive(serde::Serialize)] struct A;",
            ),
            (
                serde_only_in_wire,
                "survey/src/id.rs",
                "survey/src/wire/batch.rs",
                "\n#[serde(default)] struct A;",
            ),
            (
                floats_only_in_stats,
                "survey/src/publish.rs",
                "survey/src/stats/mean.rs",
                "\nfn f(x: u32) -> f64 { 0 }",
            ),
            (
                floats_only_in_stats,
                "survey/src/score/index.rs",
                "survey/src/stats.rs",
                "\nconst HALF: Share = share(0.5);",
            ),
        ];
        for (law, outside, inside, text) in cases {
            assert_eq!(
                broken(law, &[(outside, text)]),
                [format!("{outside}:2")],
                "{text}"
            );
            assert!(broken(law, &[(inside, text)]).is_empty(), "{inside}");
        }
        let innocent = "use worker::{Date, Env}; fn f(request: A) { request.headers(); }";
        let law = http_types_only_at_the_edge;
        assert!(broken(law, &[("worker/src/clock.rs", innocent)]).is_empty());
    }

    #[test]
    fn a_clock_in_the_pure_crate_is_seen() {
        let root = ("survey/src/lib.rs", "#![no_std]");
        for text in [
            "\nuse std::time::SystemTime;",
            "\nfn f() { time::OffsetDateTime::now_utc(); }",
            "\nfn f() { js_sys::Math::random(); }",
        ] {
            let found = broken(survey_is_pure, &[root, ("survey/src/outbox.rs", text)]);
            assert_eq!(found, ["survey/src/outbox.rs:2"], "{text}");
        }
        let found = broken(survey_is_pure, &[("survey/src/lib.rs", "#![allow(x)]")]);
        assert_eq!(found, ["survey/src/lib.rs:0"]);
    }
}
