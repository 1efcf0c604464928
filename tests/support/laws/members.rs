//! What the packages may depend on, and the lints that bind all of them.

use toml::{Table, Value};

use super::{Breach, Tree};

/// The five packages by folder and name, and which of them each may name.
const MEMBERS: [(&str, &str, &[&str]); 5] = [
    ("survey", "survey", &[]),
    ("app", "survey-app", &["survey"]),
    ("worker", "survey-worker", &["survey"]),
    (
        "tests",
        "survey-tests",
        &["survey", "survey-app", "survey-worker", "xtask"],
    ),
    ("xtask", "xtask", &["survey"]),
];

/// All that the pure crate stands on; each works without std.
const PURE: [&str; 6] = [
    "libm",
    "serde",
    "serde_json",
    "sha2",
    "time",
    "unicode-normalization",
];

/// What the workspace must forbid or warn about; a warning stops `cargo xtask check`.
const LINTS: [(&str, &str); 7] = [
    ("rust", "unsafe_code"),
    ("rust", "missing_docs"),
    ("clippy", "pedantic"),
    ("clippy", "todo"),
    ("clippy", "unwrap_used"),
    ("clippy", "expect_used"),
    ("clippy", "allow_attributes"),
];

/// What the pure crate denies besides.
const PURE_LINTS: [&str; 4] = [
    "float_arithmetic",
    "as_conversions",
    "indexing_slicing",
    "arithmetic_side_effects",
];

/// Five packages, no more, under their own names.
pub fn five_packages_and_no_more(tree: &Tree) -> Vec<Breach> {
    let cure = "A new split is a folder, not a package; docs/ARCHITECTURE.md names the five";
    let mut found = Vec::new();
    for (path, text) in tree.files() {
        let Some(folder) = path.strip_suffix("Cargo.toml") else {
            continue;
        };
        let folder = folder.trim_end_matches('/');
        let known = MEMBERS.iter().find(|(member, ..)| *member == folder);
        let is_root = folder.is_empty();
        if !is_root && known.is_none() {
            found.push(breach(path, 0, "this is a sixth package".into(), cure));
        }
        let manifest = read(text);
        let name = at(&manifest, &["package", "name"]).and_then(Value::as_str);
        if let Some((_, wanted, _)) = known
            && name != Some(*wanted)
        {
            let what = format!("this package is not called `{wanted}`");
            found.push(breach(path, line_of(text, "name"), what, cure));
        }
    }
    for (member, ..) in MEMBERS {
        if tree.text(&format!("{member}/Cargo.toml")).is_none() {
            found.push(breach(member, 0, "this package is gone".into(), cure));
        }
    }
    found
}

/// App and worker never meet, nothing that ships names the tests, survey names nobody.
pub fn packages_name_only_what_lies_below(tree: &Tree) -> Vec<Breach> {
    let shared = tree.text("Cargo.toml").map(read).unwrap_or_default();
    let mut found = Vec::new();
    for (folder, own, may_name) in MEMBERS {
        let path = format!("{folder}/Cargo.toml");
        let text = tree.text(&path).unwrap_or_default();
        for (key, value) in dependencies(&read(text)) {
            let inherited = at(&shared, &["workspace", "dependencies", &key]);
            let named = [Some(&value), inherited]
                .into_iter()
                .flatten()
                .find_map(|spec| {
                    let package = spec.get("package").and_then(Value::as_str);
                    let folder = spec.get("path").and_then(Value::as_str);
                    let by_folder = folder.and_then(|folder| {
                        let last = folder.rsplit('/').next();
                        MEMBERS.iter().find(|(member, ..)| Some(*member) == last)
                    });
                    package.or(by_folder.map(|(_, name, _)| *name))
                });
            let named = named.unwrap_or(&key);
            let is_member = MEMBERS.iter().any(|(_, name, _)| *name == named);
            if is_member && !may_name.contains(&named) {
                let what = format!("`{own}` depends on `{named}`");
                let cure = "Move what both need to survey: arrows go one way";
                found.push(breach(&path, line_of(text, &key), what, cure));
            }
        }
    }
    found
}

/// Sections 2 and 5: the pure crate stands on six crates; nothing that ships hides its errors.
pub fn dependencies_are_the_agreed_ones(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    for folder in ["survey", "app", "worker"] {
        let path = format!("{folder}/Cargo.toml");
        let text = tree.text(&path).unwrap_or_default();
        for (key, _) in dependencies(&read(text)) {
            let line = line_of(text, &key);
            if folder == "survey" && !PURE.contains(&key.as_str()) {
                let what = format!("`{key}` is new in the pure crate");
                let cure = "Show in docs/adr/0001 that it needs no std, then name it in tests/support/laws/members.rs";
                found.push(breach(&path, line, what, cure));
            }
            if matches!(key.as_str(), "anyhow" | "eyre" | "color-eyre") {
                let cure = "Shipped code says what went wrong with an enum of its room";
                found.push(breach(&path, line, format!("`{key}` ships"), cure));
            }
        }
    }
    found
}

/// The workspace has the lints, and every member inherits them.
pub fn lints_bind_everyone(tree: &Tree) -> Vec<Breach> {
    let mut found = Vec::new();
    let text = tree.text("Cargo.toml").unwrap_or_default();
    let root = read(text);
    for (family, lint) in LINTS {
        let value = at(&root, &["workspace", "lints", family, lint]);
        let level = value.and_then(|value| value.get("level").unwrap_or(value).as_str());
        let is_bound = match lint {
            "unsafe_code" => level == Some("forbid"),
            _ => matches!(level, Some("warn" | "deny" | "forbid")),
        };
        if !is_bound {
            let what = format!("the lint {family}::{lint} is off");
            found.push(breach(
                "Cargo.toml",
                line_of(text, lint),
                what,
                "Put it back",
            ));
        }
    }
    for (path, text) in tree.files() {
        if !path.ends_with("/Cargo.toml") {
            continue;
        }
        let inherits = at(&read(text), &["lints", "workspace"]).and_then(Value::as_bool);
        if inherits != Some(true) {
            let cure = "Add `[lints] workspace = true`";
            found.push(breach(
                path,
                0,
                "the workspace's lints do not bind it".into(),
                cure,
            ));
        }
    }
    let pure = tree
        .sources()
        .find(|(path, _)| *path == "survey/src/lib.rs");
    for lint in PURE_LINTS {
        let is_denied = pure.is_some_and(|(_, source)| {
            let mut attributes = source.attributes.iter();
            attributes.any(|own| own.is("deny") && own.words.iter().any(|word| word == lint))
        });
        if !is_denied {
            let what = format!("clippy::{lint} is not denied");
            found.push(breach("survey/src/lib.rs", 0, what, "Put it back"));
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

/// A manifest; an empty one where it does not read, which every law then finds wanting.
fn read(text: &str) -> Table {
    text.parse().unwrap_or_default()
}

fn at<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a Value> {
    let (first, rest) = keys.split_first()?;
    rest.iter()
        .try_fold(table.get(*first)?, |value, key| value.get(key))
}

/// Every dependency of a manifest: for building, testing, any target.
fn dependencies(manifest: &Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (key, value) in manifest {
        match (key.as_str(), value) {
            ("dependencies" | "dev-dependencies" | "build-dependencies", Value::Table(list)) => {
                found.extend(list.iter().map(|(key, value)| (key.clone(), value.clone())));
            }
            ("target", Value::Table(targets)) => {
                let targets = targets.values().filter_map(Value::as_table);
                found.extend(targets.flat_map(dependencies));
            }
            _ => {}
        }
    }
    found
}

/// The first line that begins with a key, bare or as the last part of a table's name.
fn line_of(text: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        let line = line.trim_start().trim_start_matches('"');
        let own = line.strip_prefix(key);
        own.is_some_and(|rest| rest.starts_with(['.', ' ', '=', '"']))
            || line.trim_end().ends_with(&format!(".{key}]"))
    };
    text.lines().position(is_key).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::broken;
    use super::*;

    const ROOT: &str = "[workspace.dependencies]\nserver = { path = \"worker\" }\n";

    #[test]
    fn an_app_that_names_the_worker_is_seen() {
        let law = packages_name_only_what_lies_below;
        for app in [
            "[dependencies]\nsurvey-worker.workspace = true",
            "[dependencies]\nserver.workspace = true",
            "[dependencies]\nserver = { path = \"../worker\" }",
            "[dev-dependencies]\nserver = { path = \"../w\", package = \"survey-worker\" }",
            "[target.'cfg(unix)'.dependencies]\nsurvey-worker = { path = \"../worker\" }",
        ] {
            let files = [("Cargo.toml", ROOT), ("app/Cargo.toml", app)];
            assert_eq!(broken(law, &files), ["app/Cargo.toml:2"], "{app}");
        }
        let good = "[dependencies]\nsurvey.workspace = true\nworker = \"0.8\"";
        assert!(broken(law, &[("Cargo.toml", ROOT), ("app/Cargo.toml", good)]).is_empty());
    }

    #[test]
    fn a_sixth_package_is_seen() {
        let mut files: Vec<(String, String)> = MEMBERS
            .iter()
            .map(|(folder, name, _)| {
                let text = format!("[package]\nname = \"{name}\"");
                (format!("{folder}/Cargo.toml"), text)
            })
            .collect();
        assert!(five_packages_and_no_more(&Tree::of(files.clone())).is_empty());
        files.push(("shared/Cargo.toml".into(), String::new()));
        files[2].1 = "[package]\nname = \"worker\"".into();
        let found = five_packages_and_no_more(&Tree::of(files));
        let places: Vec<_> = found
            .iter()
            .map(|found| (found.path.as_str(), found.line))
            .collect();
        assert_eq!(places, [("shared/Cargo.toml", 0), ("worker/Cargo.toml", 2)]);
    }

    #[test]
    fn a_clock_or_a_box_of_errors_among_the_dependencies_is_seen() {
        let files = [
            (
                "survey/Cargo.toml",
                "[dependencies]\nserde = \"1\"\ngetrandom = \"0.4\"",
            ),
            ("worker/Cargo.toml", "[dependencies]\nanyhow = \"1\""),
        ];
        let found = broken(dependencies_are_the_agreed_ones, &files);
        assert_eq!(found, ["survey/Cargo.toml:3", "worker/Cargo.toml:2"]);
    }

    #[test]
    fn a_lint_that_is_off_is_seen() {
        let root = "[workspace.lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"\n\
                    [workspace.lints.clippy]\npedantic = { level = \"warn\", priority = -1 }\n\
                    todo = \"warn\"\nunwrap_used = \"warn\"\nexpect_used = \"allow\"\n\
                    allow_attributes = \"warn\"";
        let pure = "#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::as_conversions,\n\
                    clippy::indexing_slicing))]";
        let files = [
            ("Cargo.toml", root),
            ("app/Cargo.toml", "[package]\nname = \"survey-app\""),
            ("survey/Cargo.toml", "[lints]\nworkspace = true"),
            ("survey/src/lib.rs", pure),
        ];
        assert_eq!(
            broken(lints_bind_everyone, &files),
            [
                "Cargo.toml:2",
                "Cargo.toml:8",
                "app/Cargo.toml:0",
                "survey/src/lib.rs:0"
            ]
        );
    }
}
