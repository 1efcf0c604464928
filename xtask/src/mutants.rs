//! Takes one rule at a time out of a copy of the program and sees the tests that cite it fail
//! (`tests/mutants.toml`). Never: a change in the clone itself.

use std::{collections::BTreeSet, path::PathBuf};

use serde::Deserialize;

use crate::{copies, files, project::Project, tool::Tool, trouble::Trouble};

/// Where they stand.
const TABLE: &str = "tests/mutants.toml";

/// A rule that is taken out, and what must then fail.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Mutant {
    /// As in docs/SPEC.md.
    rule: String,
    /// What happens without it.
    what: String,
    /// From the clone's root.
    file: String,
    /// What is there, once.
    from: String,
    /// What stands there instead.
    to: String,
    /// Which tests look.
    #[serde(flatten)]
    proof: Proof,
}

/// Tests that pass with every rule in its place.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Proof {
    /// A crate's own tests,
    package: Option<String>,
    /// or the device's store in Chromium,
    #[serde(default)]
    contract: bool,
    /// or a file of tests/browser,
    browser: Option<String>,
    /// as far as their names begin so.
    tests: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Table {
    mutant: Vec<Mutant>,
}

fn read(project: &Project) -> Result<Vec<Mutant>, Trouble> {
    let text = files::read_text(&project.root.join(TABLE))?;
    let table: Result<Table, _> = toml::from_str(&text);
    let table = table.map_err(|error| {
        Trouble::new(
            format!("{TABLE} cannot be read: {error}"),
            "Mend what it names",
        )
    })?;
    Ok(table.mutant)
}

/// Where the changed copy lies and is built.
struct Bench<'a> {
    project: &'a Project,
    copy: Project,
    target: PathBuf,
    chromium: PathBuf,
}

/// Tries every mutant and returns a table of what failed.
///
/// # Errors
/// When a proof fails with nothing changed, a change does not compile, or is not missed.
pub fn table(project: &Project, chromium: PathBuf) -> Result<String, Trouble> {
    let folder = project.target()?.join("long/mutants");
    let bench = Bench {
        project,
        copy: Project {
            root: folder.join("clone"),
        },
        target: folder.join("target"),
        chromium,
    };
    let mutants = read(project)?;
    copies::copy(project, &bench.copy.root)?;
    let proofs: BTreeSet<&Proof> = mutants.iter().map(|mutant| &mutant.proof).collect();
    for proof in proofs {
        bench.build(proof)?;
        if let Some(failed) = bench.failures(proof)? {
            return Err(Trouble::new(
                format!("With every rule in its place these fail: {failed}"),
                "Mend them first (`cargo xtask test`)",
            ));
        }
    }
    let mut rows = vec!["| Rule | Without it | What failed |\n|---|---|---|".to_owned()];
    for mutant in &mutants {
        let path = bench.copy.root.join(&mutant.file);
        let whole = files::read_text(&path)?;
        files::write(&path, whole.replace(&mutant.from, &mutant.to))?;
        let tried = bench
            .build(&mutant.proof)
            .and_then(|()| bench.failures(&mutant.proof));
        files::write(&path, &whole)?;
        let Some(failed) = tried? else {
            return Err(Trouble::new(
                format!("Nobody misses {}: {}", mutant.rule, mutant.what),
                format!("Write a test that does; see {TABLE}"),
            ));
        };
        let row = format!("| {} | {} | {failed} |", mutant.rule, mutant.what);
        println!("{row}");
        rows.push(row);
    }
    Ok(rows.join("\n"))
}

impl Bench<'_> {
    fn cargo(&self, words: &[&str]) -> Tool {
        Tool::cargo(&self.copy.root)
            .args(words)
            .env("CARGO_TARGET_DIR", &self.target)
            // A change may leave a name unused.
            .env("RUSTFLAGS", "--cap-lints=warn")
    }

    fn xtask(&self, words: &[&str]) -> Result<(), Trouble> {
        let start = ["run", "--quiet", "--package=xtask", "--bin=xtask", "--"];
        self.cargo(&[&start, words].concat()).run()
    }

    /// What does not compile proves nothing.
    fn build(&self, proof: &Proof) -> Result<(), Trouble> {
        match &proof.package {
            Some(package) => self
                .cargo(&["test", "--quiet", "--lib", "--no-run", "--package", package])
                .run(),
            None if proof.contract => self.xtask(&["build", "--contract"]),
            None => self.xtask(&["build"]),
        }
    }

    /// The names of the tests that failed; `None` when all passed.
    fn failures(&self, proof: &Proof) -> Result<Option<String>, Trouble> {
        let tests = proof.tests.as_deref().unwrap_or_default();
        let (tool, sign) = if let Some(package) = &proof.package {
            let words = ["test", "--quiet", "--lib", "--package", package, tests];
            (self.cargo(&words), "---- ")
        } else {
            let file = proof.browser.as_deref().unwrap_or("contract.test.mjs");
            let tool = Tool::new(self.project.node(), &self.copy.root)
                .args(["--test", "--test-reporter=tap", "--test-concurrency=1"])
                .args(["--test-name-pattern", tests])
                .args([self.copy.root.join("tests/browser").join(file)])
                .env("CHROMIUM", &self.chromium)
                .env("XTASK", self.target.join("debug/xtask"))
                .env("DIST", self.copy.dist())
                .env("CONTRACT", self.copy.root.join("target/xtask/contract"));
            (tool, "not ok ")
        };
        let (is_good, said) = tool.verdict()?;
        if is_good {
            return Ok(None);
        }
        let names: Vec<String> = said.lines().filter_map(|line| name(line, sign)).collect();
        if names.is_empty() {
            return Err(Trouble::new(
                format!("No test failed, but the run did: {said}"),
                "See its words above",
            ));
        }
        Ok(Some(names.join(", ")))
    }
}

/// The test that a line says has failed, in code quotes.
fn name(line: &str, sign: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix(sign)?;
    // `---- store::tests::l4_a_copy stdout ----` or `not ok 3 - u4_a_browser`.
    let rest = rest.rsplit(" - ").next()?;
    let path = rest.split_whitespace().next()?;
    let name = path.rsplit("::").next()?;
    Some(format!("`{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_finds_the_one_place_that_it_changes() -> Result<(), Trouble> {
        let project = Project::here();
        let mutants = read(&project)?;
        assert!(mutants.len() > 10);
        let spec = files::read_text(&project.root.join("docs/SPEC.md"))?;
        for Mutant {
            rule,
            file,
            from,
            to,
            proof,
            ..
        } in mutants
        {
            let text = files::read_text(&project.root.join(&file))?;
            assert_eq!(text.matches(&from).count(), 1, "{file}: {from}");
            assert_ne!(from, to);
            assert!(spec.contains(&format!("- **{rule}**")), "{rule}");
            let looks = [
                proof.package.is_some(),
                proof.contract,
                proof.browser.is_some(),
            ];
            assert_eq!(looks.iter().filter(|it| **it).count(), 1, "{from}");
        }
        Ok(())
    }

    #[test]
    fn the_name_of_a_failed_test_is_read_from_both_runners() {
        let rust = "---- store::ledger::tests::l4_a_copy stdout ----";
        assert_eq!(name(rust, "---- ").as_deref(), Some("`l4_a_copy`"));
        let node = "not ok 3 - u4_a_browser";
        assert_eq!(name(node, "not ok ").as_deref(), Some("`u4_a_browser`"));
        assert_eq!(name("ok 3 - u4_a_browser", "not ok "), None);
    }
}
