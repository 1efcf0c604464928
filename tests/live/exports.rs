//! Every file that the manager's site gives, opened as naively as a spreadsheet might (rule S11).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{Account, PASSWORD, World, hex};

const DESCRIPTION: &str = include_str!("../../docs/openapi.json");

/// What begins a formula somewhere.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// Names that are formulas, alone, behind blanks, or where a semicolon is between cells.
const EVIL: [&str; 8] = [
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1;2)",
    "＝1+1",
    "Xã A;=1+1",
    "\" =1+1",
    "Xã B;\u{a0}=1+1",
];

/// The paths whose answer is a file, as the API is described.
fn files() -> Vec<String> {
    let document: Value = serde_json::from_str(DESCRIPTION).expect("a description");
    let paths = document["paths"].as_object().expect("paths");
    let (mut files, mut kinds) = (Vec::new(), BTreeSet::new());
    for (path, methods) in paths {
        let content = methods["get"]["responses"]["200"]["content"].as_object();
        for kind in content.into_iter().flat_map(|content| content.keys()) {
            kinds.insert(kind.clone());
            if kind == "text/csv" {
                files.push(path.clone());
            }
        }
    }
    // Another kind of file, a workbook say, has to be opened here too.
    let known = ["application/json", "text/csv", "text/plain"].map(str::to_owned);
    assert_eq!(kinds, known.into());
    files
}

/// Cells of a file for a program that does not heed quotes, whatever it takes for what is between cells.
fn naive_cells(text: &str) -> BTreeSet<String> {
    let text = text.trim_start_matches('\u{feff}');
    let cells = [',', ';', '\t'].into_iter().flat_map(|separator| {
        text.split(['\r', '\n'])
            .flat_map(move |line| line.split(separator))
    });
    // The quote that opens a cell, then what some programs do not see.
    let bare = |cell: &str| {
        let cell = cell.strip_prefix('"').unwrap_or(cell);
        let blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{feff}');
        cell.trim_start_matches(blank).to_owned()
    };
    cells.map(bare).collect()
}

fn furnish(world: &World) -> Account {
    let operator = world.operator();
    let units: Vec<_> = (1..)
        .zip(EVIL)
        .map(|(at, name)| {
            json!({"id": format!("33.evil{at}"), "parent": "33", "kind": "commune",
                "name": {"vi": name, "en": format!("{name} {at}")}, "gso": "-2", "agency": "-cmd",
                "valid_from": "2025-07-01", "collects": true})
        })
        .collect();
    let reply = operator.post(world, "/v1/units", &json!({ "units": units }));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    for name in ["@sum", "-cmd"] {
        let account = json!({"account": name, "password": PASSWORD,
            "grants": [{"role": "auditor", "node": "33"}]});
        let reply = operator.post(world, "/v1/accounts", &account);
        assert_eq!(reply.status, 200, "{}", reply.everything());
        Account::sign_in(world, name);
    }
    operator
}

#[test]
fn s11_no_cell_of_any_file_that_is_given_is_a_formula() {
    let world = World::empty();
    let operator = furnish(&world);
    let files = files();
    assert!(files.len() >= 2, "{files:?}");
    let mut guarded = 0;
    for path in &files {
        let reply = operator.get(&world, path);
        assert_eq!(reply.status, 200, "{path}");
        let kept_as = reply.header("content-disposition").unwrap_or_default();
        assert!(
            kept_as.starts_with("attachment; filename="),
            "{path}: {kept_as}"
        );
        let hash = hex(&Sha256::digest(&reply.bytes));
        assert_eq!(reply.header("x-sha256"), Some(hash.as_str()), "{path}");
        let text = String::from_utf8(reply.bytes.clone()).expect("text");
        assert!(
            text.starts_with('\u{feff}') && text.ends_with("\r\n"),
            "{path}"
        );
        let rows = text.matches("\r\n").count() - 1;
        let told = reply.header("x-rows").and_then(|rows| rows.parse().ok());
        assert_eq!(told, Some(rows), "{path}");
        for cell in naive_cells(&text) {
            assert!(!cell.starts_with(FORMULA), "{path}: {cell:?} in {text}");
            guarded += usize::from(cell.starts_with('\'') && cell[1..].starts_with(FORMULA));
        }
    }
    // What is evil did arrive, with its guard: names in both languages, codes, accounts.
    assert!(guarded > EVIL.len(), "{guarded}");
    // What a spreadsheet saves again is read back as it was.
    let csv = operator.get(&world, "/v1/units.csv").bytes;
    let again = json!({"csv": String::from_utf8(csv).expect("text"), "dry_run": true});
    let reply = operator.post(&world, "/v1/units/import", &again);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let outcome = reply.json();
    assert_eq!(outcome["errors"], json!([]), "{outcome}");
    assert_eq!(outcome["changes"], json!([]), "{outcome}");
}
