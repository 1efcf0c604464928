//! Licences, banned crates and sources of everything that is built in, as deny.toml allows them.
//!
//! deny.toml is in the form of cargo-deny, so that `cargo deny check licenses bans sources` reads the same lists.

use std::collections::BTreeSet;

use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// Where npm packages may come from.
const NPM_SOURCE: &str = "https://registry.npmjs.org/";

/// What deny.toml allows.
#[derive(Debug, Default)]
struct Rules {
    licences: BTreeSet<String>,
    banned: BTreeSet<String>,
    registries: BTreeSet<String>,
}

/// Compares every crate and npm package of the lock files with deny.toml.
///
/// # Errors
/// When one of them breaks a rule; all breaches are named.
pub fn check(project: &Project) -> Result<(), Trouble> {
    let rules = Rules::read(&files::read_text(&project.root.join("deny.toml"))?)?;
    let metadata = Tool::cargo(&project.root)
        .args(["metadata", "--format-version=1", "--all-features"])
        .output()?;
    let mut breaches = rules.breaches(&parse(&metadata, "cargo metadata")?);
    let lock = files::read_text(&project.root.join("package-lock.json"))?;
    breaches.extend(foreign_npm_sources(&parse(&lock, "package-lock.json")?));
    if breaches.is_empty() {
        return Ok(());
    }
    for breach in &breaches {
        eprintln!("{breach}");
    }
    Err(Trouble::new(
        format!(
            "deny.toml does not allow {} of the packages",
            breaches.len()
        ),
        "Choose another package, or change deny.toml and say why in the commit",
    ))
}

fn parse(json: &str, origin: &str) -> Result<Value, Trouble> {
    serde_json::from_str(json).map_err(|error| {
        Trouble::new(
            format!("{origin} is not JSON: {error}"),
            "Run `cargo xtask doctor` to see what is missing",
        )
    })
}

impl Rules {
    fn read(toml: &str) -> Result<Self, Trouble> {
        let rules: toml::Table = toml.parse().map_err(|error| {
            Trouble::new(
                format!("deny.toml cannot be read: {error}"),
                "Mend the line it names",
            )
        })?;
        let list = |table: &str, key: &str| -> BTreeSet<String> {
            let entries = rules
                .get(table)
                .and_then(|table| table.get(key)?.as_array());
            let name = |entry: &toml::Value| {
                let name = entry.as_str().or_else(|| entry.get("crate")?.as_str())?;
                Some(name.to_owned())
            };
            entries.into_iter().flatten().filter_map(name).collect()
        };
        Ok(Self {
            licences: list("licenses", "allow"),
            banned: list("bans", "deny"),
            registries: list("sources", "allow-registry"),
        })
    }

    /// One sentence per crate that breaks a rule.
    fn breaches(&self, metadata: &Value) -> Vec<String> {
        let packages = metadata["packages"].as_array();
        packages
            .into_iter()
            .flatten()
            .filter_map(|package| {
                let text = |key: &str| package[key].as_str().unwrap_or_default();
                let what =
                    self.breach(text("name"), text("license"), package["source"].as_str())?;
                Some(format!("{} {}: {what}", text("name"), text("version")))
            })
            .collect()
    }

    /// `source` is `None` for a package of this clone.
    fn breach(&self, name: &str, licence: &str, source: Option<&str>) -> Option<String> {
        if self.banned.contains(name) {
            return Some("banned".to_owned());
        }
        let source_is_allowed = source.is_none_or(|source| {
            let registry = source.strip_prefix("registry+");
            registry.is_some_and(|registry| self.registries.contains(registry))
        });
        if !source_is_allowed {
            return Some(format!("from {}", source.unwrap_or_default()));
        }
        if !self.allows_licence(licence) {
            return Some(format!("licence {licence:?}"));
        }
        None
    }

    fn allows_licence(&self, licence: &str) -> bool {
        Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|expression| {
            expression.evaluate(|required| self.licences.contains(&required.to_string()))
        })
    }
}

/// The npm packages that come from elsewhere.
fn foreign_npm_sources(lock: &Value) -> Vec<String> {
    let packages = lock["packages"].as_object();
    packages
        .into_iter()
        .flatten()
        .filter_map(|(name, package)| {
            let source = package["resolved"].as_str()?;
            (!source.starts_with(NPM_SOURCE)).then(|| format!("{name}: from {source}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn rules() -> Rules {
        Rules::read(
            r#"
            [licenses]
            allow = ["MIT", "Apache-2.0 WITH LLVM-exception"]
            [bans]
            deny = [{ crate = "openssl-sys", reason = "C code" }]
            [sources]
            allow-registry = ["https://github.com/rust-lang/crates.io-index"]
            "#,
        )
        .expect("it is TOML")
    }

    #[test]
    fn s15_a_licence_expression_is_allowed_when_one_choice_is() {
        let rules = rules();
        for (licence, is_allowed) in [
            ("MIT", true),
            ("MIT OR GPL-3.0", true),
            ("MIT/Apache-2.0", true),
            ("MIT AND GPL-3.0-only", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0", false),
            ("", false),
        ] {
            assert_eq!(rules.allows_licence(licence), is_allowed, "{licence}");
        }
    }

    #[test]
    fn s15_bans_and_foreign_sources_are_found() {
        let rules = rules();
        assert_eq!(rules.breach("a", "MIT", Some(CRATES_IO)), None);
        assert_eq!(
            rules.breach("openssl-sys", "MIT", Some(CRATES_IO)),
            Some("banned".to_owned())
        );
        let git = rules.breach("a", "MIT", Some("git+https://example.org/a"));
        assert_eq!(git, Some("from git+https://example.org/a".to_owned()));
        let lock = serde_json::json!({ "packages": {
            "": {},
            "node_modules/a": { "resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz" },
            "node_modules/b": { "resolved": "https://example.org/b.tgz" },
        }});
        assert_eq!(
            foreign_npm_sources(&lock),
            ["node_modules/b: from https://example.org/b.tgz"]
        );
    }
}
