//! The table of docs/SECURITY.md answers every requirement of OWASP ASVS at levels 1 and 2 once, and the
//! tests that it names are there.

use std::collections::BTreeSet;

use serde_json::Value;

use super::spec::named_tests;
use super::{Breach, Tree};

/// Where the table stands.
const DOCUMENT: &str = "docs/SECURITY.md";
/// The numbers of the requirements.
const NUMBERS: &str = include_str!("../../vectors/asvs/5.0.0.txt");
/// What `cargo xtask schema` does not fail for.
const ACCEPTED: &str = "xtask/schema/accepted.json";
/// Where the reasons stand.
const FINDINGS: &str = "## Findings of the schema tester";
/// The kinds of answers.
const KINDS: [&str; 4] = ["held", "open", "operator", "none here"];

/// One row of the table.
struct Row<'a> {
    line: usize,
    /// A number, or all numbers of a section as `10.*`.
    number: &'a str,
    kind: &'a str,
    answer: &'a str,
}

impl Row<'_> {
    fn answers(&self, number: &str) -> bool {
        match self.number.strip_suffix('*') {
            Some(section) => number.starts_with(section),
            None => self.number == number,
        }
    }
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(at, line)| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let (number, kind) = (cells.next()?.trim(), cells.next()?.trim());
            let is_number = number.starts_with(|c: char| c.is_ascii_digit())
                && number
                    .chars()
                    .all(|c| c.is_ascii_digit() || ".*".contains(c));
            is_number.then(|| Row {
                line: at + 1,
                number,
                kind,
                answer: cells.next().unwrap_or_default(),
            })
        })
        .collect()
}

/// Each requirement has one answer, of a known kind, with a test or a reason.
pub fn every_requirement_has_one_answer(tree: &Tree) -> Vec<Breach> {
    let rows = rows(tree.text(DOCUMENT).unwrap_or_default());
    let mut found = Vec::new();
    let numbers = NUMBERS.lines().filter(|line| !line.starts_with('#'));
    let numbers: Vec<&str> = numbers.filter_map(|line| line.split(' ').next()).collect();
    for number in &numbers {
        let answers = rows.iter().filter(|row| row.answers(number));
        let lines: Vec<usize> = answers.map(|row| row.line).collect();
        if lines.len() != 1 {
            found.push(Breach {
                path: DOCUMENT.into(),
                line: lines.last().copied().unwrap_or(0),
                what: format!("ASVS {number} has {} answers", lines.len()),
                cure: "Answer each requirement in one row",
            });
        }
    }
    for row in &rows {
        let is_known = numbers.iter().any(|number| row.answers(number));
        let is_reasoned = row.answer.trim_end_matches(['|', ' ']).len() > 4;
        if !is_known || !KINDS.contains(&row.kind) || !is_reasoned {
            found.push(Breach {
                path: DOCUMENT.into(),
                line: row.line,
                what: format!("row {} is no answer to a requirement", row.number),
                cure: "Number, then held, open, operator or none here, then the test or the reason",
            });
        }
    }
    found
}

/// What the schema tester may find is answered, operation by operation, and nothing else is.
pub fn every_accepted_finding_is_answered(tree: &Tree) -> Vec<Breach> {
    let accepted = tree.text(ACCEPTED).unwrap_or_default();
    let accepted: Value = serde_json::from_str(accepted).unwrap_or_default();
    let entries = accepted["entries"].as_array().into_iter().flatten();
    let accepted: BTreeSet<&str> = entries
        .filter_map(|entry| entry["operation"].as_str())
        .collect();
    let text = tree.text(DOCUMENT).unwrap_or_default();
    let table = text.lines().enumerate();
    let table = table
        .skip_while(|(_, line)| *line != FINDINGS)
        .skip(1)
        .take_while(|(_, line)| !line.starts_with("## "))
        .filter(|(_, line)| line.starts_with("| `"));
    let mut answered = BTreeSet::new();
    let mut found = Vec::new();
    for (at, line) in table {
        let operations = line.split(" | ").next().unwrap_or_default();
        for operation in operations.split('`').skip(1).step_by(2) {
            answered.insert(operation);
            if !accepted.contains(operation) {
                found.push(Breach {
                    path: DOCUMENT.into(),
                    line: at + 1,
                    what: format!("`{operation}` is no accepted finding"),
                    cure: "Name the operation as xtask/schema/accepted.json does, or drop the row",
                });
            }
        }
    }
    found.extend(accepted.difference(&answered).map(|operation| Breach {
        path: DOCUMENT.into(),
        line: 0,
        what: format!("why a finding at `{operation}` is accepted is not said"),
        cure: "Mend it, or give it a row under the findings of the schema tester",
    }));
    found
}

/// A test, law or file that the table leans on is there.
pub fn every_answer_leans_on_what_is_there(tree: &Tree) -> Vec<Breach> {
    let tests: BTreeSet<String> = named_tests(tree)
        .into_iter()
        .map(|(_, name)| name.text)
        .collect();
    let laws: BTreeSet<&str> = tree
        .sources_in("tests/support/laws")
        .flat_map(|(_, source)| source.functions.iter().map(|name| name.text.as_str()))
        .collect();
    let mut found = Vec::new();
    for row in rows(tree.text(DOCUMENT).unwrap_or_default()) {
        for word in row.answer.split('`').skip(1).step_by(2) {
            let is_name = word.contains('_')
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let is_lint = ["unsafe_code", "arithmetic_side_effects"].contains(&word);
            if is_name && !is_lint && !tests.contains(word) && !laws.contains(word) {
                found.push(Breach {
                    path: DOCUMENT.into(),
                    line: row.line,
                    what: format!("`{word}` is no test"),
                    cure: "Name the test that shows it, as it is called now",
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    fn table(skip: &str, more: &str) -> String {
        let numbers = NUMBERS.lines().filter(|line| !line.starts_with('#'));
        let numbers = numbers.filter_map(|line| line.split(' ').next());
        let rows = numbers
            .filter(|number| *number != skip)
            .map(|number| format!("| {number} | held | `s1_a` |\n"));
        format!("{}{more}", rows.collect::<String>())
    }

    #[test]
    fn a_requirement_without_an_answer_or_with_two_is_seen() {
        let law = every_requirement_has_one_answer;
        let all = table("", "");
        assert!(broken(law, &[(DOCUMENT, &all)]).is_empty());
        assert_eq!(
            broken(law, &[(DOCUMENT, &table("1.2.4", ""))]),
            ["docs/SECURITY.md:0"]
        );
        let twice = table("", "| 1.2.* | none here | no SQL |\n");
        assert!(!broken(law, &[(DOCUMENT, &twice)]).is_empty());
        let empty = table("1.2.4", "| 1.2.4 | held | |\n");
        assert_eq!(broken(law, &[(DOCUMENT, &empty)]).len(), 1);
        let bare = table("1.2.4", "| 1.2.4 | none here |  |\n");
        assert_eq!(broken(law, &[(DOCUMENT, &bare)]).len(), 1);
        let invented = table("", "| 99.1.1 | held | `s1_a` |\n");
        assert_eq!(broken(law, &[(DOCUMENT, &invented)]).len(), 1);
    }

    #[test]
    fn a_finding_without_a_reason_and_a_reason_without_a_finding_are_seen() {
        let law = every_accepted_finding_is_answered;
        let entry = |operation: &&str| format!("{{\"operation\": \"{operation}\"}}");
        let of = |operations: &[&str]| {
            let entries: Vec<_> = operations.iter().map(entry).collect();
            format!("{{\"entries\": [{}]}}", entries.join(", "))
        };
        let text =
            format!("{FINDINGS}\n\n| `GET /v1/a`, `PUT /v1/a` | x | `y` |\n\n## More\n| `z` |\n");
        let seen = |operations: &[&str]| {
            let accepted = of(operations);
            broken(law, &[(DOCUMENT, &text), (ACCEPTED, &accepted)])
        };
        assert!(seen(&["GET /v1/a", "PUT /v1/a", "PUT /v1/a"]).is_empty());
        assert_eq!(
            seen(&["GET /v1/a", "PUT /v1/a", "GET /v1/b"]),
            ["docs/SECURITY.md:0"]
        );
        assert_eq!(seen(&["PUT /v1/a"]), ["docs/SECURITY.md:3"]);
    }

    #[test]
    fn a_test_that_is_gone_is_seen() {
        let law = every_answer_leans_on_what_is_there;
        let text = "| 1.2.4 | held | `s1_a`, `s1_gone`, `docs/SPEC.md` |\n";
        let files = [
            (DOCUMENT, text),
            ("worker/src/a.rs", "#[test] fn s1_a() {}"),
        ];
        assert_eq!(broken(law, &files), ["docs/SECURITY.md:1"]);
    }
}
