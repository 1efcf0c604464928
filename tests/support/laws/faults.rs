//! The table of faults in the specification: every fault has its tests, in every layer where it must
//! be shown. Never: whether a test is a good one; people read that.

use std::collections::BTreeSet;

use super::spec::named_tests;
use super::{Breach, Tree};

/// Where the table stands.
const SPEC: &str = "docs/SPEC.md";
/// The columns of the table that name tests, by the layers' letters.
const LAYERS: [char; 3] = ['N', 'W', 'C'];
/// In which layers each fault must be shown, from the first on: N the native simulator and its kin, W
/// the real Worker on workerd, C Chromium.
const MUST: [&str; 28] = [
    "NC", "NC", "NW", "NC", "NW", "NW", "NW", "NW", "NC", "NW", "NW", "NW", "NC", "NC", "C", "C",
    "C", "NC", "C", "NC", "NC", "NC", "NC", "NWC", "NW", "NW", "NW", "NW",
];

/// A row of the table: its line, its number, and what stands under each layer.
struct Row<'a> {
    line: usize,
    number: usize,
    cells: [&'a str; 3],
}

fn rows(spec: &str) -> Vec<Row<'_>> {
    spec.lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let cells: Vec<&str> = line.strip_prefix('|')?.split('|').map(str::trim).collect();
            let [number, _, _, native, live, browser, ""] = cells[..] else {
                return None;
            };
            Some(Row {
                line: at + 1,
                number: number.parse().ok()?,
                cells: [native, live, browser],
            })
        })
        .collect()
}

/// In which layer a file's tests run.
fn layer(path: &str) -> char {
    if path.rsplit_once('.').is_some_and(|(_, kind)| kind == "mjs") {
        'C'
    } else if path.starts_with("tests/live") {
        'W'
    } else {
        'N'
    }
}

/// Every fault has a test in each layer where it must be shown, and the test is there.
pub fn every_fault_has_its_tests(tree: &Tree) -> Vec<Breach> {
    let tests = named_tests(tree);
    let known: BTreeSet<(char, &str)> = tests
        .iter()
        .map(|(path, name)| (layer(path), name.text.as_str()))
        .collect();
    let rows = rows(tree.text(SPEC).unwrap_or_default());
    let mut found = Vec::new();
    let mut say = |line, what, cure| {
        found.push(Breach {
            path: SPEC.into(),
            line,
            what,
            cure,
        });
    };
    for (at, must) in MUST.iter().enumerate() {
        let number = at + 1;
        let mut own = rows.iter().filter(|row| row.number == number);
        let (Some(row), None) = (own.next(), own.next()) else {
            let cure = "Give the table of faults one row for it";
            say(0, format!("fault {number} has no row, or two"), cure);
            continue;
        };
        for (layer, cell) in LAYERS.into_iter().zip(row.cells) {
            let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            if must.contains(layer) && names.is_empty() {
                let cure = "Name the test that shows it there, or write it";
                say(
                    row.line,
                    format!("fault {number} has no test in {layer}"),
                    cure,
                );
            }
            for name in names {
                if !known.contains(&(layer, name)) {
                    let cure = "Name a test that exists in this layer";
                    say(row.line, format!("`{name}` is no test of {layer}"), cure);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    /// A table in which every fault is shown by the same three tests.
    fn table() -> String {
        let row = |(at, must): (usize, &&str)| {
            let cell = |layer: char| {
                if must.contains(layer) {
                    format!("`t_{}`", layer.to_ascii_lowercase())
                } else {
                    "–".to_owned()
                }
            };
            let [n, w, c] = LAYERS.map(cell);
            format!("| {} | a fault | holds | {n} | {w} | {c} |\n", at + 1)
        };
        MUST.iter().enumerate().map(row).collect()
    }

    const TESTS: [(&str, &str); 3] = [
        ("tests/simulation.rs", "#[test] fn t_n() {}"),
        ("tests/live/a.rs", "#[test] fn t_w() {}"),
        ("tests/browser/a.test.mjs", "test(\"t_c\", f);"),
    ];

    fn breaches(spec: &str) -> Vec<String> {
        let [n, w, c] = TESTS;
        broken(every_fault_has_its_tests, &[(SPEC, spec), n, w, c])
    }

    #[test]
    fn a_whole_table_is_right() {
        assert!(breaches(&table()).is_empty());
    }

    #[test]
    fn a_missing_row_or_layer_or_test_is_seen() {
        let whole = table();
        assert_eq!(breaches(""), vec!["docs/SPEC.md:0"; MUST.len()]);
        let (first, rest) = whole.split_once('\n').expect("rows");
        assert_eq!(breaches(rest), ["docs/SPEC.md:0"]);
        assert_eq!(breaches(&format!("{whole}{first}\n")), ["docs/SPEC.md:0"]);
        let without = whole.replacen("`t_n`", "–", 1);
        assert_eq!(breaches(&without), ["docs/SPEC.md:1"]);
        let later = whole.replacen("`t_n`", "*(not yet)*", 1);
        assert_eq!(
            breaches(&later),
            ["docs/SPEC.md:1"],
            "a table of promises is no plan"
        );
        let unknown = whole.replacen("`t_n`", "`t_x`", 1);
        assert_eq!(breaches(&unknown), ["docs/SPEC.md:1"]);
        // A test of another layer shows nothing here.
        let elsewhere = whole.replacen("`t_w`", "`t_n`", 1);
        assert_eq!(breaches(&elsewhere), ["docs/SPEC.md:3"]);
    }
}
