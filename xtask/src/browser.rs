//! The browser tests' layer: every file once, and each that failed once more, alone.
//!
//! A real browser on a shared machine is late now and then: a file whose every failure is a time-out is
//! named in the closing lines when it passes alone. Never: a second try after an assertion failed.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use crate::{build, chromium, files, project::Project, tool::Tool, trouble::Trouble};

/// More files than these do not fail by chance.
const MOST_TRIED_AGAIN: usize = 4;

/// How a layer ended, when it did not fail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// The files that passed only when they were tried again, alone.
    pub at_the_second_try: Vec<PathBuf>,
}

impl fmt::Display for Passed {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("ok")?;
        for (at, file) in self.at_the_second_try.iter().enumerate() {
            text.write_str(if at == 0 {
                ", at the second try: "
            } else {
                ", "
            })?;
            text.write_str(&file.file_name().unwrap_or_default().to_string_lossy())?;
        }
        Ok(())
    }
}

/// Node's test runner, ready for the browser tests' files.
#[must_use]
pub fn node(project: &Project, own: &Path, chromium: &Path) -> Tool {
    Tool::new(project.node(), &project.root)
        .args(["--test", "--test-concurrency=1"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .env("CHROMIUM", chromium)
        .env("XTASK", own)
        .env("DIST", project.dist())
        .shows_progress()
}

/// Runs tests/browser/*.test.mjs one file after the other: each has a server and a browser of its own.
/// `own` is this program, which the tests start the server with.
///
/// # Errors
/// When a file fails twice, when too many fail, when an assertion failed in one, or when the tests cannot
/// be started.
pub fn test(project: &Project, own: &Path) -> Result<Passed, Trouble> {
    let folder = project.root.join("tests/browser");
    let tests: Vec<PathBuf> = files::all_under(&folder)?
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .map(|path| folder.join(path))
        .collect();
    if tests.is_empty() {
        return Err(Trouble::new(
            format!("{} holds no test", folder.display()),
            "Check that the clone is complete (`git status`)",
        ));
    }
    // Beside this program lies the one that a package is started with.
    Tool::cargo(&project.root)
        .args(["build", "--quiet", "--package=xtask", "--bin=hai-long"])
        .run()?;
    let run = Run {
        project,
        own,
        chromium: chromium::get(project)?,
        contract: build::contract(project)?,
    };
    let Err((trouble, failed)) = run.files(&tests)? else {
        return Ok(Passed::default());
    };
    if !may_be_tried_again(&failed) {
        return Err(trouble);
    }
    let again: Vec<PathBuf> = failed.into_keys().collect();
    for file in &again {
        println!("--- tried again, alone: {}", file.display());
        if let Err((trouble, _)) = run.files(std::slice::from_ref(file))? {
            return Err(trouble);
        }
    }
    Ok(Passed {
        at_the_second_try: again,
    })
}

/// The files that failed, and whether a failure of theirs stands whatever another try says.
type Failed = BTreeMap<PathBuf, bool>;

/// What each run of test files needs.
struct Run<'a> {
    project: &'a Project,
    own: &'a Path,
    chromium: PathBuf,
    contract: PathBuf,
}

impl Run<'_> {
    /// The inner error is that tests failed, and which.
    fn files(&self, tests: &[PathBuf]) -> Result<Result<(), (Trouble, Failed)>, Trouble> {
        let list = self
            .project
            .target()?
            .join("xtask")
            .join("failed-browser-tests");
        files::write(&list, "")?;
        let reporter = self.project.root.join("tests/browser/support/failed.mjs");
        let ran = node(self.project, self.own, &self.chromium)
            .args([
                format!("--test-reporter={}", reporter.display()),
                format!("--test-reporter-destination={}", list.display()),
            ])
            .args(tests)
            .env("CONTRACT", &self.contract)
            .run();
        match ran {
            Ok(()) => Ok(Ok(())),
            Err(trouble) => Ok(Err((trouble, read(&files::read_text(&list)?)))),
        }
    }
}

/// Reads what `failed.mjs` reports: `again FILE` or `stands FILE` a line.
fn read(report: &str) -> Failed {
    let mut failed = Failed::new();
    for (word, file) in report.lines().filter_map(|line| line.split_once(' ')) {
        *failed.entry(file.into()).or_default() |= word == "stands";
    }
    failed
}

/// Whether a second try can say anything: some files failed, not many, and all of them were late.
fn may_be_tried_again(failed: &Failed) -> bool {
    !failed.is_empty() && failed.len() <= MOST_TRIED_AGAIN && !failed.values().any(|stands| *stands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_once_and_what_stands_in_it_stands() {
        let failed = read("again /a.test.mjs\nstands /b.test.mjs\nagain /b.test.mjs\n");
        assert_eq!(
            failed,
            Failed::from([("/a.test.mjs".into(), false), ("/b.test.mjs".into(), true)])
        );
    }

    #[test]
    fn a_failed_assertion_or_many_failures_are_not_tried_again() {
        assert!(may_be_tried_again(&read("again /a.test.mjs\n")));
        assert!(!may_be_tried_again(&read("")), "nothing was reported");
        assert!(!may_be_tried_again(&read(
            "again /a.test.mjs\nstands /b.test.mjs\n"
        )));
        let many: Vec<String> = (0..=MOST_TRIED_AGAIN)
            .map(|number| format!("again /{number}.test.mjs"))
            .collect();
        let many = many.join("\n");
        assert!(!may_be_tried_again(&read(&many)));
    }
}
