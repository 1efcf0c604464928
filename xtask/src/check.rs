//! `cargo xtask check`: everything that can be told without running the program.

use crate::{files, project::Project, setup, supply, tool::Tool, trouble::Trouble, verb::Verb};

/// The verb.
pub const VERB: Verb = Verb {
    name: "check",
    summary: "format, lints, docs, the pure target, licences, bans and sources",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        check(&Project::here())
    },
};

/// A check's name and what it does.
type Check = (&'static str, fn(&Project) -> Result<(), Trouble>);

/// The cheap ones first.
const CHECKS: [Check; 7] = [
    ("format", |project| {
        cargo(project, &["fmt", "--all", "--check"])
    }),
    ("supply", supply::check),
    ("javascript", javascript),
    // No std exists there: a clock, a socket or a random number would not compile.
    ("pure", |project| {
        cargo(
            project,
            &["check", "--package=survey", "--target=wasm32v1-none"],
        )
    }),
    ("lints", |project| {
        let what = ["clippy", "--workspace", "--all-targets", "--all-features"];
        cargo(project, &[&what[..], &["--", "--deny=warnings"]].concat())
    }),
    ("lints on wasm", |project| {
        let what = ["clippy", "--package=survey-app", "--package=survey-worker"];
        let how = ["--target=wasm32-unknown-unknown", "--", "--deny=warnings"];
        cargo(project, &[&what[..], &how].concat())
    }),
    ("docs", |project| {
        Tool::cargo(&project.root)
            .args(["doc", "--workspace", "--no-deps"])
            .env("RUSTDOCFLAGS", "--deny=warnings")
            .run()
    }),
];

fn check(project: &Project) -> Result<(), Trouble> {
    setup::components(project)?;
    setup::all(project)?;
    let mut failed = Vec::new();
    for (name, run) in CHECKS {
        match run(project) {
            Ok(()) => println!("check {name}: ok"),
            Err(trouble) => {
                eprintln!("{trouble}");
                println!("check {name}: FAILED");
                failed.push(name);
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Trouble::new(
            format!("These checks fail: {}", failed.join(", ")),
            "Mend what they name above and run `cargo xtask check` again",
        ))
    }
}

fn cargo(project: &Project, arguments: &[&str]) -> Result<(), Trouble> {
    Tool::cargo(&project.root).args(arguments).run()
}

/// Every JavaScript file of ours can be read by a JavaScript engine.
fn javascript(project: &Project) -> Result<(), Trouble> {
    for folder in ["app", "public", "tests", "worker"] {
        let folder = project.root.join(folder);
        for path in files::all_under(&folder)? {
            if path
                .extension()
                .is_some_and(|ending| ending == "js" || ending == "mjs")
            {
                Tool::new(project.node(), &project.root)
                    .args(["--check".as_ref(), folder.join(path).as_os_str()])
                    .run()?;
            }
        }
    }
    Ok(())
}
