//! `cargo xtask advisories`: known weaknesses of every crate and npm package of the lock files. Apart from
//! `check`, since it needs the network, and since an advisory that came out today must not stop a change
//! that has nothing to do with it. Never: silence where a database could not be asked.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use lexopt::Arg;
use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    files,
    project::Project,
    proofs, setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "advisories",
    summary: "known weaknesses of crates and npm packages (needs the network)",
    options: "
  --db DIR        a clone of RustSec's advisory-db that somebody carried here",
    run: |arguments| {
        let clone = wanted(arguments)?;
        advisories(&Project::here(), clone)
    },
};

/// Where `RustSec` publishes what is known of crates.
const RUSTSEC: &str = "https://github.com/RustSec/advisory-db";

fn wanted(Arguments { mut parser }: Arguments) -> Result<Option<PathBuf>, Trouble> {
    let mut clone = None;
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("db") => clone = Some(parser.value()?.into()),
            _ => return Err(word.unexpected().into()),
        }
    }
    Ok(clone)
}

fn advisories(project: &Project, clone: Option<PathBuf>) -> Result<(), Trouble> {
    let crates = crates(&files::read_text(&project.root.join("Cargo.lock"))?)?;
    let answers = [rustsec(project, clone, &crates), npm(project)];
    let mut found = Vec::new();
    let mut said = Vec::new();
    let (mut is_all_asked, mut is_one_asked) = (true, false);
    for answer in answers {
        match answer {
            Ok(asked) => {
                for note in &asked.notes {
                    println!("note: {note}");
                }
                said.push(asked.summary());
                is_one_asked = true;
                found.extend(asked.weaknesses);
            }
            Err(trouble) => {
                eprintln!("{trouble}");
                said.push(format!("not asked: {}", trouble.what()));
                is_all_asked = false;
            }
        }
    }
    let line = said.join("; ");
    println!("advisories: {line}");
    if is_one_asked {
        proofs::write(project, "advisories", &line)?;
    }
    if let Some(first) = found.first() {
        for weakness in &found {
            eprintln!("{weakness}");
        }
        return Err(Trouble::new(
            format!("{} known weaknesses, the first: {first}", found.len()),
            "Update the package, or write down in docs/SECURITY.md why it does not matter here",
        ));
    }
    if is_all_asked {
        return Ok(());
    }
    Err(Trouble::new(
        "Not every database of weaknesses could be asked",
        "Run this on a machine with the network, or bring RustSec's clone: \
         `cargo xtask advisories --db DIR`",
    ))
}

/// What one database said.
#[derive(Debug, Default)]
struct Asked {
    /// Which it was, and how much of ours it was asked about.
    of: String,
    weaknesses: Vec<String>,
    /// Not weaknesses: unmaintained, unsound in ways that safe code does not meet, notices.
    notes: Vec<String>,
}

impl Asked {
    fn summary(&self) -> String {
        let number = |count, what| match count {
            0 => format!("no {what}"),
            _ => format!("{count} {what}"),
        };
        let weaknesses = number(self.weaknesses.len(), "weaknesses");
        let notes = number(self.notes.len(), "notes");
        format!("{}: {weaknesses}, {notes}", self.of)
    }
}

/// Every foreign crate of the lock file.
fn crates(lock: &str) -> Result<Vec<(String, Version)>, Trouble> {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        version: Version,
        source: Option<String>,
    }
    let lock: Lock = toml::from_str(lock).map_err(|error| {
        Trouble::new(
            format!("Cargo.lock cannot be read: {error}"),
            "Run `cargo fetch`",
        )
    })?;
    let foreign = lock
        .package
        .into_iter()
        .filter(|package| package.source.is_some());
    Ok(foreign
        .map(|package| (package.name, package.version))
        .collect())
}

/// One advisory, as its file begins.
#[derive(Debug, Deserialize)]
struct Advisory {
    advisory: About,
    #[serde(default)]
    versions: Versions,
}

#[derive(Debug, Deserialize)]
struct About {
    id: String,
    package: String,
    date: String,
    informational: Option<String>,
    withdrawn: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

impl Advisory {
    /// Reads the TOML in the first code block of an advisory's Markdown.
    fn read(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once("```toml")?;
        let (toml, _) = rest.split_once("```")?;
        toml::from_str(toml).ok()
    }

    /// Whether a version has the weakness. A range that cannot be read clears nobody.
    fn concerns(&self, version: &Version) -> bool {
        let clear = self
            .versions
            .patched
            .iter()
            .chain(&self.versions.unaffected);
        let mut clear = clear.filter_map(|range| VersionReq::parse(range).ok());
        self.advisory.withdrawn.is_none() && !clear.any(|range| range.matches(version))
    }
}

fn rustsec(
    project: &Project,
    clone: Option<PathBuf>,
    crates: &[(String, Version)],
) -> Result<Asked, Trouble> {
    let clone = clone.map_or_else(|| fetched(project), Ok)?;
    let known = all(&clone.join("crates"))?;
    let newest = known.iter().map(|known| known.advisory.date.as_str()).max();
    let newest = newest.ok_or_else(|| {
        Trouble::new(
            format!("No advisory can be read in {}", clone.display()),
            "Name the folder that holds `crates/`",
        )
    })?;
    let mut asked = Asked {
        of: format!("RustSec until {newest}, {} crates", crates.len()),
        ..Asked::default()
    };
    for known in &known {
        for (name, version) in crates {
            let about = &known.advisory;
            if *name == about.package && known.concerns(version) {
                let line = format!("{name} {version}: {}", about.id);
                match &about.informational {
                    Some(kind) => asked.notes.push(format!("{line} ({kind})")),
                    None => asked.weaknesses.push(line),
                }
            }
        }
    }
    Ok(asked)
}

fn all(folder: &Path) -> Result<Vec<Advisory>, Trouble> {
    let mut known = Vec::new();
    for path in files::all_under(folder)? {
        if path.extension().is_some_and(|ending| ending == "md") {
            let text = files::read_text(&folder.join(&path))?;
            known.push(Advisory::read(&text).ok_or_else(|| {
                Trouble::new(
                    format!("The advisory {} cannot be read", path.display()),
                    "RustSec may have a new form: mend xtask/src/advisories.rs",
                )
            })?);
        }
    }
    Ok(known)
}

/// The newest of `RustSec`, fetched into the target folder.
fn fetched(project: &Project) -> Result<PathBuf, Trouble> {
    let clone = project.target()?.join("xtask/advisory-db");
    let git = |words: &[&str]| Tool::new("git", &project.root).args(words).output();
    let to = clone.to_string_lossy();
    let done = if clone.join(".git").exists() {
        git(&["-C", &to, "pull", "--quiet", "--depth=1"])
    } else {
        git(&["clone", "--quiet", "--depth=1", RUSTSEC, &to])
    };
    done.map(|_| clone).map_err(|_| {
        Trouble::new(
            format!("{RUSTSEC} cannot be reached"),
            "Clone it on a machine that can, carry the folder here, and name it with --db",
        )
    })
}

/// What npm's registry knows of the packages of package-lock.json. They build and test; only workerd goes
/// to a server.
fn npm(project: &Project) -> Result<Asked, Trouble> {
    setup::node_version(project)?;
    // It fails also where it found something; what it says is read in any case.
    let said = Command::new("npm")
        .args(["audit", "--json"])
        .current_dir(&project.root)
        .output()
        .map_err(|error| Trouble::file("run", Path::new("npm"), &error))?;
    audited(&String::from_utf8_lossy(&said.stdout))
}

/// Reads a report of `npm audit --json`.
fn audited(report: &str) -> Result<Asked, Trouble> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let (Some(found), Some(all)) = (
        report["vulnerabilities"].as_object(),
        report["metadata"]["dependencies"]["total"].as_u64(),
    ) else {
        // The status alone; the address behind it is this machine's.
        let why = report["message"].as_str().unwrap_or("no report");
        let why = why.split(" - ").next().unwrap_or_default();
        return Err(Trouble::new(
            format!("npm's registry does not answer `npm audit` ({why})"),
            "Run `npm audit` where the registry itself can be reached",
        ));
    };
    let weakness = |(name, found): (&String, &Value)| {
        let (severity, range) = (&found["severity"], &found["range"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        format!("{name} {}: {}", text(range), text(severity))
    };
    Ok(Asked {
        of: format!("npm, {all} packages"),
        weaknesses: found.iter().map(weakness).collect(),
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKDOWN: &str = r#"```toml
[advisory]
id = "RUSTSEC-2021-0003"
package = "smallvec"
date = "2021-01-08"
[versions]
patched = [">= 0.6.14, < 1.0.0", ">= 1.6.1"]
unaffected = ["< 0.6.3"]
```

# Buffer overflow
"#;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    #[test]
    fn s15_an_advisory_concerns_what_is_neither_mended_nor_older() {
        let advisory = Advisory::read(MARKDOWN).expect("an advisory");
        for (text, is_concerned) in [
            ("0.6.2", false),
            ("0.6.13", true),
            ("0.6.14", false),
            ("1.0.0", true),
            ("1.6.0", true),
            ("1.16.6", false),
        ] {
            assert_eq!(advisory.concerns(&version(text)), is_concerned, "{text}");
        }
        let withdrawn = MARKDOWN.replace("date =", "withdrawn = \"2021-02-01\"\ndate =");
        let withdrawn = Advisory::read(&withdrawn).expect("an advisory");
        assert!(!withdrawn.concerns(&version("1.0.0")));
        let unreadable = MARKDOWN.replace(">= 1.6.1", "from 1.6.1 on");
        let unreadable = Advisory::read(&unreadable).expect("an advisory");
        assert!(
            unreadable.concerns(&version("1.16.6")),
            "when in doubt, tell"
        );
        assert!(Advisory::read("# no advisory").is_none());
    }

    #[test]
    fn s15_only_foreign_crates_are_asked_about() {
        let lock = "[[package]]\nname = \"survey\"\nversion = \"0.1.0\"\n\
                    [[package]]\nname = \"libm\"\nversion = \"0.2.15\"\nsource = \"registry+x\"\n";
        let crates = crates(lock).expect("a lock file");
        assert_eq!(crates, [("libm".to_owned(), version("0.2.15"))]);
    }

    #[test]
    fn s15_a_registry_that_does_not_answer_is_not_a_clean_report() {
        let clean = r#"{"vulnerabilities": {}, "metadata": {"dependencies": {"total": 9}}}"#;
        assert_eq!(
            audited(clean).expect("a report").summary(),
            "npm, 9 packages: no weaknesses, no notes"
        );
        let found = r#"{"vulnerabilities": {"a": {"severity": "high", "range": "<2"}},
            "metadata": {"dependencies": {"total": 9}}}"#;
        assert_eq!(audited(found).expect("a report").weaknesses, ["a <2: high"]);
        for silent in ["", "{}", r#"{"message": "405 Method Not Allowed"}"#] {
            assert!(audited(silent).is_err(), "{silent}");
        }
    }
}
