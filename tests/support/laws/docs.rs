//! The documents name what is there: files, words of the code, and headings that readers rely on.

use std::collections::BTreeSet;

use super::{Breach, Tree, is_a};

/// The longest the map may be, in lines.
const MOST_LINES: usize = 200;
/// Endings that make a word in backticks the name of a file.
const ENDINGS: [&str; 12] = [
    "rs", "js", "mjs", "css", "html", "sql", "toml", "md", "json", "jsonc", "capnp", "lock",
];

/// The map stays a map.
pub fn the_map_is_short(tree: &Tree) -> Vec<Breach> {
    let map = "docs/ARCHITECTURE.md";
    let lines = tree.text(map).map_or(0, |text| text.lines().count());
    let (what, cure) = match lines {
        0 => (
            "the map is gone".into(),
            "Write it: rooms, arrows, absences, journeys",
        ),
        1..=MOST_LINES => return Vec::new(),
        _ => (
            format!("{lines} lines"),
            "Keep it to 200 lines; reasons belong to docs/adr",
        ),
    };
    vec![breach(map, 0, what, cure)]
}

/// A file named in backticks with its folder is there.
pub fn every_file_named_exists(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&["md"]) {
        for (line, word) in quoted(text) {
            let is_path = word.contains('/')
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || "/._-".contains(c))
                && !word.starts_with(['/', '.'])
                && ENDINGS.iter().any(|ending| is_a(word, ending));
            // What the build makes is no file of the tree.
            let is_made = ["dist/", "target/", "data/", "gallery/", "node_modules/"]
                .iter()
                .any(|folder| word.starts_with(folder));
            if is_path && !is_made && tree.text(word).is_none() {
                let what = format!("`{word}` does not exist");
                found.push(breach(
                    path,
                    line,
                    what,
                    "Name the file as it is now, from the root",
                ));
            }
        }
    }
    found
}

/// A word that the glossary ties to the code is a word of the code.
pub fn every_word_of_the_glossary_exists(tree: &Tree) -> Vec<Breach> {
    let glossary = "docs/GLOSSARY.md";
    let known = words_of_the_code(tree);
    let mut found = Vec::new();
    for (line, word) in quoted(tree.text(glossary).unwrap_or_default()) {
        let parts = word.split("::");
        let is_name = word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_:".contains(c));
        for part in parts.filter(|_| is_name) {
            if !known.contains(part) {
                let what = format!("`{part}` is no word of the code");
                let cure = "Name the type, function or id as the code spells it now";
                found.push(breach(glossary, line, what, cure));
            }
        }
    }
    if found.is_empty() && tree.text(glossary).is_none() {
        let cure = "Write it: each official term with its name in the code";
        found.push(breach(glossary, 0, "the glossary is gone".into(), cure));
    }
    found
}

/// Names in Rust, and ids in the forms and the sentences.
fn words_of_the_code(tree: &Tree) -> BTreeSet<&str> {
    let mut known = BTreeSet::new();
    for (path, source) in tree
        .sources()
        .filter(|(path, _)| !path.starts_with("tests/support/laws"))
    {
        let names = [
            &source.types,
            &source.modules,
            &source.functions,
            &source.methods,
            &source.strings,
        ];
        known.extend(names.into_iter().flatten().map(|name| name.text.as_str()));
        known.extend(
            source
                .paths
                .iter()
                .flat_map(|path| &path.words)
                .map(String::as_str),
        );
        known.extend(path.split(['/', '.']));
    }
    for (_, text) in tree
        .files()
        .filter(|(path, _)| is_a(path, "json") && !path.contains("package"))
    {
        known.extend(text.split('"').skip(1).step_by(2));
    }
    known
}

/// A record of a decision says why it was needed, what was decided and what follows.
pub fn every_record_of_a_decision_has_its_parts(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, text) in tree
        .files()
        .filter(|(path, _)| path.starts_with("docs/adr/"))
    {
        for part in ["## Context", "## Decision", "## Consequences"] {
            if !text.lines().any(|line| line == part) {
                let what = format!("`{part}` is missing");
                found.push(breach(path, 0, what, "Write it, a page in all"));
            }
        }
    }
    found
}

/// Each release says whether a figure or a byte on the wire may differ.
pub fn every_release_says_what_it_changes(tree: &Tree) -> Vec<Breach> {
    let path = "CHANGELOG.md";
    let mut found = Vec::new();
    let text = tree.text(path).unwrap_or_default();
    let releases: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("## "))
        .map(|(at, _)| at)
        .collect();
    if releases.is_empty() {
        let cure = "Begin it with `## Unreleased`";
        found.push(breach(path, 0, "no release stands here".into(), cure));
    }
    for (nth, from) in releases.iter().enumerate() {
        let to = releases.get(nth + 1).copied().unwrap_or(usize::MAX);
        for heading in ["### Counting", "### Wire"] {
            let mut lines = text.lines().take(to).skip(*from);
            if !lines.any(|line| line == heading) {
                let what = format!("`{heading}` is missing");
                let cure = "Say what changes, or \"None.\"";
                found.push(breach(path, from + 1, what, cure));
            }
        }
    }
    found
}

/// What stands in single backticks, line by line; code blocks are left out.
fn quoted(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_block = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_block = !is_block;
        } else if !is_block {
            found.extend(
                line.split('`')
                    .skip(1)
                    .step_by(2)
                    .map(|word| (at + 1, word)),
            );
        }
    }
    found
}

fn breach(path: &str, line: usize, what: String, cure: &'static str) -> Breach {
    Breach {
        path: path.into(),
        line,
        what,
        cure,
    }
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    #[test]
    fn a_long_map_is_seen() {
        let long = "x\n".repeat(201);
        let law = the_map_is_short;
        assert_eq!(
            broken(law, &[("docs/ARCHITECTURE.md", &long)]),
            ["docs/ARCHITECTURE.md:0"]
        );
        assert_eq!(broken(law, &[]).len(), 1);
        assert!(broken(law, &[("docs/ARCHITECTURE.md", "x")]).is_empty());
    }

    #[test]
    fn a_file_that_is_gone_is_seen() {
        let text = "See `survey/src/a.rs`.\n\nAnd `survey/src/b.rs`, `GET /a.js`, `public/<tag>/a.json`.\n\
                    ```\n`survey/src/c.rs`\n```\n`dist/counter/index.html`";
        let files = [("docs/x.md", text), ("survey/src/a.rs", "")];
        assert_eq!(broken(every_file_named_exists, &files), ["docs/x.md:3"]);
    }

    #[test]
    fn a_word_that_the_code_has_lost_is_seen() {
        let text = "| mức độ | `Level` |\n| máy | `Device::enrol` |\n| quầy | `counter` |";
        let code = "struct Level; fn enrol() {}";
        let form = "{\"id\": \"tc\"}";
        let law = every_word_of_the_glossary_exists;
        let files = [
            ("docs/GLOSSARY.md", text),
            ("app/src/counter/mod.rs", code),
            ("survey/forms/a.json", form),
        ];
        assert_eq!(broken(law, &files), ["docs/GLOSSARY.md:2"]);
    }

    #[test]
    fn a_record_or_release_without_its_parts_is_seen() {
        let record = "# 1\n\n## Context\n\n## Consequences\n";
        let law = every_record_of_a_decision_has_its_parts;
        assert_eq!(
            broken(law, &[("docs/adr/0001-a.md", record)]),
            ["docs/adr/0001-a.md:0"]
        );
        let log =
            "# Changelog\n\n## Unreleased\n\n### Counting\n\n### Wire\n\n## 0.1.0\n\n### Wire\n";
        let law = every_release_says_what_it_changes;
        assert_eq!(broken(law, &[("CHANGELOG.md", log)]), ["CHANGELOG.md:9"]);
        assert_eq!(broken(law, &[("CHANGELOG.md", "")]), ["CHANGELOG.md:0"]);
    }
}
