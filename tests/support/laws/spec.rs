//! The specification and the tests hold each other: every built rule has a test that begins with its id,
//! and every id at the start of a test is a rule.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Name;
use super::{Breach, Tree};

/// Where the rules stand.
const SPEC: &str = "docs/SPEC.md";

/// A rule of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    line: usize,
    /// Whether it is there already; "not yet" and "reserved" are not.
    is_built: bool,
}

/// Every rule has a line of its own: `- **O4** A record leaves the queue …`.
fn rules(spec: &str) -> BTreeMap<String, Rule> {
    let mut found = BTreeMap::new();
    let lines: Vec<&str> = spec.lines().collect();
    let mut family = String::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(heading) = line.strip_prefix("## ") {
            family = heading
                .chars()
                .take_while(char::is_ascii_uppercase)
                .collect();
        }
        if let Some((id, _)) = line
            .strip_prefix("- **")
            .and_then(|rest| rest.split_once("**"))
        {
            let ends =
                |next: &&&str| next.starts_with("- ") || next.is_empty() || next.starts_with('|');
            let goes_on = lines[at + 1..].iter().take_while(|next| !ends(next));
            let text = goes_on.fold((*line).to_owned(), |text, next| text + " " + next.trim());
            let is_built = !text.contains("*(not yet)*") && !text.contains("*(reserved)*");
            let rule = Rule {
                line: at + 1,
                is_built,
            };
            found.insert(id.to_owned(), rule);
        }
        // A family may be given as a whole: "ST1 to ST22".
        let words: Vec<&str> = line.split_whitespace().collect();
        for three in words.windows(3) {
            let [from, "to", to] = three else { continue };
            let number = |word: &str| -> Option<u32> {
                let digits = word.strip_prefix(family.as_str())?;
                digits
                    .trim_end_matches(|c: char| !c.is_ascii_digit())
                    .parse()
                    .ok()
            };
            if let (false, Some(from), Some(to)) = (family.is_empty(), number(from), number(to)) {
                let rule = Rule {
                    line: at + 1,
                    is_built: true,
                };
                found.extend((from..=to).map(|n| (format!("{family}{n}"), rule.clone())));
            }
        }
    }
    found
}

/// The rule ids that a test's name begins with: `o2_uk9_thanks_…` shows O2 and UK9.
fn ids(name: &str) -> Vec<String> {
    let parts = name.split(['_', ' ', ':']);
    parts
        .map_while(|part| {
            let digits = part.trim_start_matches(|c: char| c.is_ascii_lowercase());
            let letters = part.len() - digits.len();
            let is_id = (1..=2).contains(&letters)
                && !digits.is_empty()
                && digits.bytes().all(|c| c.is_ascii_digit());
            is_id.then(|| part.to_uppercase())
        })
        .collect()
}

/// Every test by its name: in Rust, in the browser, and the promises of a contract, which run as
/// one test over each store.
pub fn named_tests(tree: &Tree) -> Vec<(&str, Name)> {
    let mut found = Vec::new();
    for (path, source) in tree.sources() {
        found.extend(source.tests.iter().map(|name| (path, name.clone())));
        if path.ends_with("/contract.rs") {
            found.extend(source.functions.iter().map(|name| (path, name.clone())));
        }
    }
    for (path, text) in tree.files().filter(|(path, _)| path.ends_with(".test.mjs")) {
        for (at, line) in text.lines().enumerate() {
            let calls = ["test(", "it(", "describe("];
            let rest = calls
                .iter()
                .find_map(|call| line.trim_start().strip_prefix(call));
            let quoted = rest.and_then(|rest| {
                let quote = rest
                    .chars()
                    .next()
                    .filter(|c| matches!(c, '"' | '\'' | '`'))?;
                rest[1..].split(quote).next()
            });
            found.extend(quoted.map(|title| {
                let name = Name {
                    text: title.to_owned(),
                    line: at + 1,
                };
                (path, name)
            }));
        }
    }
    found
}

/// Every rule that is built has a test whose name begins with its id.
pub fn every_rule_has_a_test(tree: &Tree) -> Vec<Breach> {
    let tests = named_tests(tree);
    let shown: Vec<String> = tests.iter().flat_map(|(_, name)| ids(&name.text)).collect();
    let rules = rules(tree.text(SPEC).unwrap_or_default());
    rules
        .into_iter()
        .filter(|(id, rule)| rule.is_built && !shown.contains(id))
        .map(|(id, rule)| Breach {
            path: SPEC.into(),
            line: rule.line,
            what: format!("no test begins with `{}_`", id.to_lowercase()),
            cure: "Write the test that shows the rule, or mark the rule \"*(not yet)*\"",
        })
        .collect()
}

/// An id at the start of a test is a rule of the specification.
pub fn every_test_names_a_rule_that_exists(tree: &Tree) -> Vec<Breach> {
    let rules = rules(tree.text(SPEC).unwrap_or_default());
    let mut found = Vec::new();
    for (path, name) in named_tests(tree) {
        if let Some(id) = ids(&name.text).first()
            && !rules.contains_key(id)
        {
            found.push(Breach {
                path: path.into(),
                line: name.line,
                what: format!("`{}` begins with {id}, which is no rule", name.text),
                cure: "Add the rule to docs/SPEC.md, or name the test for the rule it shows",
            });
        }
    }
    found
}

/// A rule has one line, so that nobody can read it two ways.
pub fn every_rule_stands_once(tree: &Tree) -> Vec<Breach> {
    let spec = tree.text(SPEC).unwrap_or_default();
    let rules = rules(spec);
    let mut found = Vec::new();
    for (at, line) in spec.lines().enumerate() {
        let id = line
            .strip_prefix("- **")
            .and_then(|rest| rest.split_once("**"));
        if let Some((id, _)) = id
            && rules.get(id).is_some_and(|rule| rule.line != at + 1)
        {
            found.push(Breach {
                path: SPEC.into(),
                line: at + 1,
                what: format!("{id} stands twice"),
                cure: "Say it in one place",
            });
        }
    }
    if rules.is_empty() {
        found.push(Breach {
            path: SPEC.into(),
            line: 0,
            what: "no rule can be read".into(),
            cure: "Write each rule as `- **O4** …` under its heading",
        });
    }
    found
}

/// Whether a word is spelt as the id of a rule.
fn is_id(word: &str) -> bool {
    let is_spelt = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    word.chars().all(is_spelt) && ids(&word.to_lowercase()).len() == 1
}

/// A comment that leans on a rule leans on one that exists: "(rule O4)", "rules P10 to P12"; and so does
/// a document, which names the rule alone: "(S13)".
pub fn every_rule_in_a_comment_exists(tree: &Tree) -> Vec<Breach> {
    let rules = rules(tree.text(SPEC).unwrap_or_default());
    let mut found = Vec::new();
    let mut judge = |path: &str, at: usize, id: &str| {
        if is_id(id) && !rules.contains_key(id) {
            found.push(Breach {
                path: path.into(),
                line: at + 1,
                what: format!("{id} is no rule"),
                cure: "Name the rule of docs/SPEC.md that is meant",
            });
        }
    };
    for (path, text) in tree.files_ending(&["rs", "js", "mjs", "css", "sql", "html"]) {
        for (at, line) in text.lines().enumerate() {
            let words: Vec<&str> = line
                .split_whitespace()
                .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
                .collect();
            for two in words.windows(2) {
                if let ["rule" | "rules" | "SPEC", id] = two {
                    judge(path, at, id);
                }
            }
        }
    }
    let letters = |id: &str| id.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let families: BTreeSet<String> = rules.keys().map(|id| letters(id)).collect();
    for (path, text) in tree.files_ending(&["md"]) {
        for (at, line) in text.lines().enumerate() {
            // What is joined by a hyphen is a word of its own: "P-256".
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && !"-_./".contains(c));
            for word in words.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric())) {
                if families.contains(&letters(word)) {
                    judge(path, at, word);
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

    const TEXT: &str = "## O Outbox\n\n- **O4** Settles only on\n  a verdict.\n- **O12** Later. *(not yet)*\n\
                        ## ST Statistics\n\nFormulas ST1 to ST2, of the design.\n";

    #[test]
    fn rules_are_read_with_their_marks_and_families() {
        let rules = rules(TEXT);
        assert_eq!(
            rules.keys().collect::<Vec<_>>(),
            ["O12", "O4", "ST1", "ST2"]
        );
        assert!(rules["O4"].is_built && !rules["O12"].is_built && rules["ST2"].is_built);
    }

    #[test]
    fn ids_are_read_off_names() {
        assert_eq!(ids("o4_a_lost_reply"), ["O4"]);
        assert_eq!(ids("o2_uk9_thanks"), ["O2", "UK9"]);
        assert!(ids("a_uuid_reads_back").is_empty());
        assert!(ids("every_field_has_an_id").is_empty());
        assert!(ids("sha256_of_nothing").is_empty());
    }

    #[test]
    fn a_rule_without_a_test_is_seen() {
        let rust = "#[test] fn st1_share() {}\nfn st2_no_test() {}";
        let files = [("docs/SPEC.md", TEXT), ("survey/src/a.rs", rust)];
        let law = every_rule_has_a_test;
        assert_eq!(broken(law, &files), ["docs/SPEC.md:3", "docs/SPEC.md:8"]);
        let browser = "test(\"o4_x\", async () => {});\n  it('st2_y', f);";
        let files = [files[0], files[1], ("tests/browser/a.test.mjs", browser)];
        assert!(broken(law, &files).is_empty());
    }

    #[test]
    fn a_test_or_comment_without_a_rule_is_seen() {
        let rust = "#[test]\nfn o5_unknown() {}\n// Holds rule O7.\n// Holds (rule O4).";
        let files = [("docs/SPEC.md", TEXT), ("survey/src/a.rs", rust)];
        assert_eq!(
            broken(every_test_names_a_rule_that_exists, &files),
            ["survey/src/a.rs:2"]
        );
        assert_eq!(
            broken(every_rule_in_a_comment_exists, &files),
            ["survey/src/a.rs:3"]
        );
    }

    #[test]
    fn a_document_that_leans_on_no_rule_is_seen() {
        let text = "Settles (O4, ST2), by ES256 over P-256 and `o13.md`.\n\nLocked down (O13).\n| ST1 to ST3 |";
        let files = [("docs/SPEC.md", TEXT), ("docs/manual/x.md", text)];
        assert_eq!(
            broken(every_rule_in_a_comment_exists, &files),
            ["docs/manual/x.md:3", "docs/manual/x.md:4"]
        );
    }

    #[test]
    fn a_rule_that_stands_twice_is_seen() {
        let twice = format!("{TEXT}- **O4** Again.\n");
        let law = every_rule_stands_once;
        assert_eq!(broken(law, &[("docs/SPEC.md", &twice)]), ["docs/SPEC.md:3"]);
        assert_eq!(broken(law, &[("docs/SPEC.md", "")]), ["docs/SPEC.md:0"]);
    }
}
