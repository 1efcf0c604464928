//! The bill of materials: every crate built into the package and the runtime, as `CycloneDX` 1.6
//! JSON.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::{Value, json};
use spdx::Expression;

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// What is shipped; the rest of the workspace only builds and tests.
const SHIPPED: [&str; 3] = ["survey-app", "survey-worker", "xtask"];

/// The bill, with names, versions, licences and package addresses.
///
/// # Errors
/// When the lock files cannot be read.
pub fn of_materials(project: &Project) -> Result<String, Trouble> {
    let metadata = Tool::cargo(&project.root)
        .args(["metadata", "--format-version=1", "--locked"])
        .output()?;
    let metadata = read(&metadata, "cargo metadata")?;
    let lock = files::read_text(&project.root.join("package-lock.json"))?;
    let mut components = crates(&metadata);
    components.extend(runtime(&read(&lock, "package-lock.json")?));
    components.extend(programs(project)?);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "name": "hai-long",
            "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{ "expression": "Apache-2.0" }],
        }},
        "components": components,
    });
    Ok(format!("{bill:#}\n"))
}

fn read(text: &str, what: &str) -> Result<Value, Trouble> {
    serde_json::from_str(text).map_err(|error| {
        Trouble::new(
            format!("{what} cannot be read: {error}"),
            "Run `cargo xtask doctor` to see what is missing",
        )
    })
}

/// Every crate that a shipped package is built with, by name.
fn crates(metadata: &Value) -> Vec<Value> {
    let packages = list(&metadata["packages"]);
    let nodes = list(&metadata["resolve"]["nodes"]);
    let id_of = |name: &str| {
        packages
            .iter()
            .find(|package| package["name"] == name)
            .and_then(|package| package["id"].as_str())
    };
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut ahead: Vec<&str> = SHIPPED.into_iter().filter_map(id_of).collect();
    while let Some(id) = ahead.pop() {
        if !reached.insert(id) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id);
        for need in node.map_or(&[][..], |node| list(&node["deps"])) {
            let is_shipped = list(&need["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null());
            if let (true, Some(id)) = (is_shipped, need["pkg"].as_str()) {
                ahead.push(id);
            }
        }
    }
    let mut components: Vec<Value> = packages
        .iter()
        .filter(|package| {
            package["id"]
                .as_str()
                .is_some_and(|id| reached.contains(id))
        })
        // Our own are the application itself.
        .filter(|package| !package["source"].is_null())
        .map(|package| {
            let (name, version) = (text(&package["name"]), text(&package["version"]));
            json!({
                "type": "library",
                "name": name,
                "version": version,
                "licenses": [licence(package)],
                "purl": format!("pkg:cargo/{name}@{version}"),
            })
        })
        .collect();
    components.sort_by_key(|component| component["purl"].to_string());
    components
}

/// As an expression of SPDX: older crates write `MIT/Apache-2.0`, and some only bring a file.
fn licence(package: &Value) -> Value {
    let said = text(&package["license"]);
    let expression = match Expression::canonicalize(said) {
        Ok(Some(canonical)) => canonical,
        _ => said.to_owned(),
    };
    if Expression::parse(&expression).is_ok() {
        return json!({ "expression": expression });
    }
    let file = text(&package["license_file"]);
    let name = [said, file].into_iter().find(|name| !name.is_empty());
    json!({ "license": { "name": name.unwrap_or("none is said") } })
}

/// The WebAssembly of all pages and of the server, each with its hash: anybody can build it again and
/// compare (rule S15).
///
/// # Errors
/// When `dist/` cannot be read.
pub fn programs(project: &Project) -> Result<Vec<Value>, Trouble> {
    let dist = project.dist();
    let paths = files::all_under(&dist)?.into_iter();
    let programs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "wasm"));
    let program = |path: PathBuf| {
        let hash = files::sha256(&files::read(&dist.join(&path))?);
        Ok(json!({
            "type": "file",
            "name": format!("dist/{}", path.display()),
            "hashes": [{ "alg": "SHA-256", "content": hash }],
        }))
    };
    programs.map(program).collect()
}

/// workerd, as npm brought it.
fn runtime(lock: &Value) -> Option<Value> {
    let version = text(&lock["packages"]["node_modules/workerd"]["version"]);
    (!version.is_empty()).then(|| {
        json!({
            "type": "application",
            "name": "workerd",
            "version": version,
            "licenses": [{ "expression": "Apache-2.0" }],
            "purl": format!("pkg:npm/workerd@{version}"),
        })
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_names_what_is_shipped_and_not_what_only_tests() {
        let kind = |kind: Value| json!([{ "kind": kind }]);
        let metadata = json!({
            "packages": [
                { "id": "w", "name": "survey-worker", "version": "1", "source": null },
                { "id": "s", "name": "serde", "version": "2", "license": "MIT", "source": "r" },
                { "id": "t", "name": "proptest", "version": "3", "license": "MIT", "source": "r" },
            ],
            "resolve": { "nodes": [
                { "id": "w", "deps": [
                    { "pkg": "s", "dep_kinds": kind(Value::Null) },
                    { "pkg": "t", "dep_kinds": kind("dev".into()) },
                ]},
                { "id": "s", "deps": [] },
                { "id": "t", "deps": [] },
            ]},
        });
        let names: Vec<_> = crates(&metadata)
            .iter()
            .map(|component| text(&component["purl"]).to_owned())
            .collect();
        assert_eq!(names, ["pkg:cargo/serde@2"]);
    }

    #[test]
    fn s15_every_licence_is_an_expression_or_the_name_of_its_file() {
        for (package, wanted) in [
            (json!({"license": "MIT"}), json!({"expression": "MIT"})),
            (
                json!({"license": "MIT/Apache-2.0"}),
                json!({"expression": "MIT OR Apache-2.0"}),
            ),
            (
                json!({"license": null, "license_file": "LICENCE.txt"}),
                json!({"license": {"name": "LICENCE.txt"}}),
            ),
            (json!({}), json!({"license": {"name": "none is said"}})),
        ] {
            assert_eq!(licence(&package), wanted);
        }
    }
}
