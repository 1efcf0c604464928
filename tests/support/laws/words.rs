//! Names, sizes, first sentences, and marks that may not stand on main.

use super::source::Attribute;
use super::{Breach, Tree};

/// The longest a file may be, in lines (section 6).
const MOST_LINES: usize = 500;
/// Names that say nothing about what is inside (section 6).
const EMPTY_NAMES: [&str; 7] = [
    "utils", "util", "helpers", "helper", "common", "types", "misc",
];
/// Endings of type names that say nothing about what the type is (section 6).
const EMPTY_ENDINGS: [&str; 3] = ["Manager", "Service", "Handler"];
/// Files that people write by hand.
const WRITTEN: [&str; 7] = ["rs", "js", "mjs", "css", "html", "sql", "toml"];

/// No file above 500 lines.
pub fn no_file_is_long(tree: &Tree) -> Vec<Breach> {
    let files = tree.files_ending(&["rs", "js", "mjs", "css", "sql"]);
    files
        .filter(|(_, text)| text.lines().count() > MOST_LINES)
        .map(|(path, text)| Breach {
            path: path.into(),
            line: MOST_LINES + 1,
            what: format!("{} lines", text.lines().count()),
            cure: "Split it: one idea a file, at most 500 lines",
        })
        .collect()
}

/// No module is called `utils` and the like.
pub fn no_name_is_empty(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, _) in tree.files_ending(&["rs", "js", "mjs", "css"]) {
        let mut parts: Vec<&str> = path.split('/').collect();
        let file = parts.pop().unwrap_or_default();
        parts.push(file.split('.').next().unwrap_or_default());
        if parts.iter().any(|part| EMPTY_NAMES.contains(part)) {
            let what = "this name says nothing about what is inside".into();
            found.push(breach(
                path,
                0,
                what,
                "Name the file or folder for its idea",
            ));
        }
    }
    for (path, source) in tree.sources() {
        for name in &source.modules {
            if EMPTY_NAMES.contains(&name.text.as_str()) {
                let what = format!("`{}` says nothing about what is inside", name.text);
                found.push(breach(
                    path,
                    name.line,
                    what,
                    "Name the module for its idea",
                ));
            }
        }
        for name in &source.types {
            if EMPTY_ENDINGS
                .iter()
                .any(|ending| name.text.ends_with(ending))
            {
                let what = format!("`{}` says nothing about what it is", name.text);
                let cure = "Name a port for its need, an adapter for its material";
                found.push(breach(path, name.line, what, cure));
            }
        }
    }
    found
}

/// A module opens with one sentence that says what it is for.
pub fn every_module_says_what_it_is_for(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&["rs"]) {
        let opening: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(str::trim)
            .take_while(|line| !line.is_empty())
            .collect();
        let opening = opening.join(" ");
        let is_sentence = opening.starts_with(|c: char| c.is_uppercase() || c == '`')
            && (opening.contains(". ") || opening.contains(".)") || opening.ends_with(['.', ':']));
        if !is_sentence {
            let what = "it does not open with a `//!` sentence".into();
            let cure = "Say in the first line what the module is for; then, if true, \"Never: …\"";
            found.push(breach(path, 1, what, cure));
        }
    }
    found
}

/// Main holds no promise to do something later; docs/SPEC.md says "not yet".
pub fn nothing_is_left_for_later(tree: &Tree) -> Vec<Breach> {
    // In two halves, so that this file does not break its own law.
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"]].map(|mark| mark.concat());
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&WRITTEN) {
        for (at, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if let Some(word) = words
                .into_iter()
                .find(|word| marks.iter().any(|mark| mark == word))
            {
                let cure = "Do it, or say \"not yet\" at its rule in docs/SPEC.md";
                found.push(breach(path, at + 1, format!("`{word}`"), cure));
            }
        }
    }
    found
}

/// Lints are never switched off silently.
pub fn no_lint_is_allowed_away(tree: &Tree) -> Vec<Breach> {
    let cure = "Use `#[expect(…, reason = \"…\")]`, or mend the code";
    attributes(tree, |own| own.is("allow"), "`allow` hides a lint", cure)
}

/// Nothing is ignored, here or in the browser's tests.
pub fn no_test_is_ignored(tree: &Tree) -> Vec<Breach> {
    let cure = "Mend the test or remove it: a check is required or does not exist";
    let mut found = attributes(tree, |own| own.is("ignore"), "this test never runs", cure);
    for (path, text) in tree.files_ending(&["mjs", "js"]) {
        for (at, line) in text.lines().enumerate() {
            let calls = ["test", "it", "describe", "suite"];
            let switches = ["skip", "todo", "only"];
            let is_off = calls.iter().any(|call| {
                switches
                    .iter()
                    .any(|switch| line.trim_start().starts_with(&format!("{call}.{switch}(")))
            }) || line.contains("{ skip: true");
            if is_off {
                found.push(breach(path, at + 1, "this test never runs".into(), cure));
            }
        }
    }
    found
}

/// Every exception to a lint has its reason.
pub fn every_exception_has_a_reason(tree: &Tree) -> Vec<Breach> {
    let has_no_reason =
        |own: &Attribute| own.is("expect") && !own.words.iter().any(|word| word == "reason");
    let cure = "Add `reason = \"…\"`";
    attributes(tree, has_no_reason, "this exception has no reason", cure)
}

fn attributes(
    tree: &Tree,
    is_wrong: impl Fn(&Attribute) -> bool,
    what: &str,
    cure: &'static str,
) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, source) in tree.sources() {
        let wrong = source.attributes.iter().filter(|own| is_wrong(own));
        found.extend(wrong.map(|own| breach(path, own.line, what.into(), cure)));
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

/// "Atomic" and "idempotent" are claims, and the same comment names the test that shows
/// them, as here: `a_claim_without_its_test_is_seen`.
pub fn claims_name_their_test(tree: &Tree) -> Vec<Breach> {
    let sources = tree.sources();
    let tests: Vec<_> = sources.flat_map(|(_, source)| &source.tests).collect();
    let mut found = Vec::new();
    for (path, text) in tree.files_ending(&["rs"]) {
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        let mut from = 0;
        // A comment is a run of lines that begin with two slashes.
        for run in lines.chunk_by(|a, b| a.starts_with("//") == b.starts_with("//")) {
            let comment = run.join(" ").to_lowercase();
            let mut words = comment.split(|c: char| !c.is_alphanumeric());
            let is_claim = run[0].starts_with("//")
                && words.any(|word| matches!(word, "idempotent" | "atomic"));
            if is_claim && !tests.iter().any(|test| comment.contains(&test.text)) {
                let what = "a claim without the name of the test that shows it".into();
                let cure = "Name the test in the same comment, or say what happens instead";
                found.push(breach(path, from + 1, what, cure));
            }
            from += run.len();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    #[test]
    fn a_long_file_is_seen() {
        let long = "//! Long.\n".repeat(501);
        let exact = "//! Long.\n".repeat(500);
        let files = [
            ("app/src/a.rs", long.as_str()),
            ("app/src/b.rs", exact.as_str()),
        ];
        assert_eq!(broken(no_file_is_long, &files), ["app/src/a.rs:501"]);
    }

    #[test]
    fn empty_names_are_seen() {
        let law = no_name_is_empty;
        assert_eq!(
            broken(law, &[("app/src/utils.rs", "")]),
            ["app/src/utils.rs:0"]
        );
        assert_eq!(
            broken(law, &[("app/src/common/a.rs", "")]),
            ["app/src/common/a.rs:0"]
        );
        let text = "\nmod helpers {}\nstruct QueueManager;\nuse web_sys::LockManager;";
        assert_eq!(broken(law, &[("a.rs", text)]), ["a.rs:2", "a.rs:3"]);
    }

    #[test]
    fn a_module_without_its_sentence_is_seen() {
        let law = every_module_says_what_it_is_for;
        for text in [
            "use a::b;",
            "//!\n//! Late.",
            "//! no capital.",
            "//! Not a sentence",
        ] {
            assert_eq!(broken(law, &[("a.rs", text)]), ["a.rs:1"], "{text}");
        }
        for text in [
            "//! What it is for. Never: a page.",
            "//! Over two\n//! lines.\n\nfn a() {}",
        ] {
            assert!(broken(law, &[("a.rs", text)]).is_empty(), "{text}");
        }
    }

    #[test]
    fn marks_and_switched_off_checks_are_seen() {
        let mark = format!("fn a() {{}}\n// {}: later", ["TO", "DO"].concat());
        let files = [("a.rs", mark.as_str())];
        assert_eq!(broken(nothing_is_left_for_later, &files), ["a.rs:2"]);
        let text = "\n#[allow(dead_code)]\nfn a() {}\n#[cfg_attr(test, allow(unused))]\nfn b() {}";
        assert_eq!(
            broken(no_lint_is_allowed_away, &[("a.rs", text)]),
            ["a.rs:2", "a.rs:4"]
        );
        let text = "#[test]\n#[ignore = \"slow\"]\nfn a() {}";
        let browser = "import x;\ntest.skip(\"u1_x\", f);";
        let files = [("a.rs", text), ("tests/browser/a.test.mjs", browser)];
        let found = broken(no_test_is_ignored, &files);
        assert_eq!(found, ["a.rs:2", "tests/browser/a.test.mjs:2"]);
        let text = "#[expect(clippy::a)] fn a() {}\n#[expect(b, reason = \"c\")] fn d() {}";
        assert_eq!(
            broken(every_exception_has_a_reason, &[("a.rs", text)]),
            ["a.rs:1"]
        );
    }

    #[test]
    fn a_claim_without_its_test_is_seen() {
        let law = claims_name_their_test;
        let bare = "fn a() {}\n/// Idempotent.\nfn b() {}";
        assert_eq!(broken(law, &[("a.rs", bare)]), ["a.rs:2"]);
        let shown = "/// Idempotent\n/// (`l5_twice`).\nfn b() {}\n#[test]\nfn l5_twice() {}";
        assert!(broken(law, &[("a.rs", shown)]).is_empty());
    }
}
