//! `cargo xtask schema`: the manager's API as docs/openapi.json describes it, tried against the running
//! server by schemathesis: requests that fit the description and requests that do not, of every kind. A
//! finding is mended, or accepted with its reason in docs/SECURITY.md.

use std::path::{Path, PathBuf};

use lexopt::Arg;
use serde_json::Value;

use crate::{
    build, files,
    project::Project,
    proofs, sample, setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
    workerd::{Plan, Release, Server},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "schema",
    summary: "try the manager's API against its description (schemathesis)",
    options: "
  --examples N    requests of each kind for each operation (50)
  --seed S        what they are drawn from (1)
  --accept        write what is found into xtask/schema/accepted.json
  --no-build      try dist/ as it is",
    run: |arguments| schema(&Wish::read(arguments)?),
};

/// What the Python packages are, with their versions.
const PACKAGES: &str = "xtask/schema/requirements.txt";
/// What it takes for a refusal.
const SETTINGS: &str = "xtask/schema/schemathesis.toml";
/// Findings that docs/SECURITY.md answers; schemathesis reads and writes it.
const ACCEPTED: &str = "xtask/schema/accepted.json";
/// Whoever does one of the first three is signed out, or has another password, and tries nothing more:
/// tests/live/doors.rs tries them. The last two are nowhere on plain workerd: `tests/live_cloudflare.rs` does.
const LEFT_OUT: [&str; 5] = [
    "signOut",
    "signOutEverywhere",
    "changePassword",
    "health",
    "metrics",
];

#[derive(Debug, PartialEq, Eq)]
struct Wish {
    examples: u32,
    seed: u32,
    is_accepting: bool,
    is_built: bool,
}

impl Wish {
    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        use lexopt::ValueExt;
        let mut wish = Self {
            examples: 50,
            seed: 1,
            is_accepting: false,
            is_built: false,
        };
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("examples") => wish.examples = parser.value()?.parse()?,
                Arg::Long("seed") => wish.seed = parser.value()?.parse()?,
                Arg::Long("accept") => wish.is_accepting = true,
                Arg::Long("no-build") => wish.is_built = true,
                _ => return Err(word.unexpected().into()),
            }
        }
        Ok(wish)
    }
}

fn schema(wish: &Wish) -> Result<(), Trouble> {
    let project = Project::here();
    let folder = project.target()?.join("schema");
    let schemathesis = installed(&project, &folder)?;
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    let data = folder.join("data");
    files::remove_folder(&data)?;
    let mut plan = Plan::for_test(data);
    plan.release = Release::WhenTen;
    let server = Server::start(&project, &plan)?;
    let (account, password) = sample::explorer(&server, &plan.data, &plan.setup_code)?;

    let report = folder.join("report.json");
    let origin = server.manager().trim_end_matches('/').to_owned();
    let text = |number: u32| number.to_string();
    let mut tool = Tool::new(schemathesis, &folder)
        .args([Path::new("--config-file"), &project.root.join(SETTINGS)])
        .args([Path::new("run"), &project.root.join("docs/openapi.json")])
        .args(["--url", &origin, "--header", &format!("Origin: {origin}")])
        .args(["--checks", "all", "--phases", "examples,coverage,fuzzing"])
        .args([
            "--max-examples",
            &text(wish.examples),
            "--seed",
            &text(wish.seed),
        ])
        .args([
            "--continue-on-failure",
            "--suppress-health-check=all",
            "--no-color",
        ])
        .args([Path::new("--baseline"), &project.root.join(ACCEPTED)])
        .args([Path::new("--report-json-path"), &report])
        .env("PYTHONPATH", project.root.join("xtask/schema"))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("SCHEMA_ORIGIN", &origin)
        .env("SCHEMA_ACCOUNT", account)
        .env("SCHEMA_PASSWORD", password);
    for operation in LEFT_OUT {
        tool = tool.args(["--exclude-operation-id", operation]);
    }
    if wish.is_accepting {
        tool = tool.args(["--baseline-update"]);
    }
    let done = tool.shows_progress().run();
    let said = server.log();
    let line = closing(&files::read_text(&report)?)?;
    println!("schema: {line}");
    nothing_broke(&said)?;
    done?;
    proofs::write(&project, "schema", &line)
}

/// Nothing of ours may have failed, whatever was sent: an answer 500 that the tester takes for one of the
/// described ones neither.
fn nothing_broke(log: &str) -> Result<(), Trouble> {
    let mut panics = log.lines().filter(|line| line.contains("panicked at"));
    match panics.next() {
        None => Ok(()),
        Some(first) => Err(Trouble::new(
            format!(
                "The server panicked {} times, the first: {first}",
                panics.count() + 1
            ),
            "Find the request in the report, and write the test that sends it",
        )),
    }
}

/// The program, in an environment of its own.
fn installed(project: &Project, folder: &Path) -> Result<PathBuf, Trouble> {
    let wanted = files::read_text(&project.root.join(PACKAGES))?;
    let (home, stamp) = (folder.join("venv"), folder.join("venv/installed-from"));
    let program = home.join("bin/schemathesis");
    if files::read_text(&stamp).is_ok_and(|said| said == wanted) {
        return Ok(program);
    }
    eprintln!("Installing schemathesis ...");
    files::remove_folder(&home)?;
    Tool::new("python3", &project.root)
        .args([Path::new("-m"), Path::new("venv"), &home])
        .run()?;
    Tool::new(home.join("bin/pip"), &project.root)
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ])
        .args([Path::new("--requirement"), &project.root.join(PACKAGES)])
        .run()?;
    files::write(&stamp, wanted)?;
    Ok(program)
}

/// One line of what schemathesis reports.
fn closing(report: &str) -> Result<String, Trouble> {
    let report: Value = serde_json::from_str(report).unwrap_or_default();
    let number = |value: &Value| value.as_u64();
    let (Some(operations), Some(cases)) = (
        number(&report["operations"]["tested"]),
        number(&report["test_cases"]["generated"]),
    ) else {
        return Err(Trouble::new(
            "The report of schemathesis cannot be read",
            "Its own words are above",
        ));
    };
    let count = |list: &Value| -> u64 {
        let kinds = list.as_array();
        kinds
            .into_iter()
            .flatten()
            .filter_map(|kind| kind["count"].as_u64())
            .sum()
    };
    let accepted = number(&report["baseline"]["known"]).unwrap_or_default();
    Ok(format!(
        "{operations} operations, {cases} requests, {accepted} findings accepted with their reasons, {} others",
        count(&report["failures"])
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_it_was_tried_fails_the_run() {
        assert!(nothing_broke("a request\nanother").is_ok());
        let log = "a request\npanicked at a.rs:1\nanother\npanicked at b.rs:2\n";
        let trouble = nothing_broke(log).expect_err("two").to_string();
        assert!(
            trouble.starts_with("The server panicked 2 times, the first: panicked at a.rs:1"),
            "{trouble}"
        );
    }

    #[test]
    fn the_report_closes_with_its_numbers() {
        let report = r#"{"operations": {"tested": 27}, "test_cases": {"generated": 2043},
            "failures": [{"count": 6}, {"count": 3}], "baseline": {"known": 2}}"#;
        assert_eq!(
            closing(report).expect("a report"),
            "27 operations, 2043 requests, 2 findings accepted with their reasons, 9 others"
        );
        assert!(closing("{}").is_err());
    }
}
