//! `cargo xtask doctor`: what is there, what is missing, what to do.

use crate::{chromium, project::Project, setup, tool::Tool, trouble::Trouble, verb::Verb, workerd};

/// The verb.
pub const VERB: Verb = Verb {
    name: "doctor",
    summary: "what is there, what is missing, what to do",
    options: "",
    run: |arguments| {
        arguments.finish()?;
        examine(&Project::here())
    },
};

/// What is asked, and how it is found out: a fact, or what is missing.
type Question = (&'static str, fn(&Project) -> Result<String, Trouble>);

/// In the order in which a newcomer would mend them.
const QUESTIONS: [Question; 10] = [
    ("rust", |project| {
        first_line("rustc", project, "Install rustup (https://rustup.rs)")
    }),
    ("rust targets", |project| {
        match setup::missing_targets(project)?.as_slice() {
            [] => Ok(setup::WASM_TARGETS.join(", ")),
            missing => Err(installed_by_use(&format!("{} missing", missing.join(", ")))),
        }
    }),
    ("linker", |project| {
        first_line(
            "cc",
            project,
            "Install a C compiler (Debian, Ubuntu: `sudo apt-get install gcc`)",
        )
    }),
    ("node", |project| match setup::node_version(project)? {
        old if old < setup::OLDEST_NODE => Err(Trouble::new(
            format!("Node {old} is too old"),
            format!(
                "Install Node {} or newer (https://nodejs.org)",
                setup::OLDEST_NODE
            ),
        )),
        version => Ok(format!("Node {version}")),
    }),
    ("npm", |project| {
        first_line(
            "npm",
            project,
            "Install Node 20 or newer with npm (https://nodejs.org)",
        )
    }),
    ("npm packages", |project| {
        if setup::npm_is_current(project)? {
            Ok("as package-lock.json says".to_owned())
        } else {
            Err(installed_by_use("node_modules is missing or old"))
        }
    }),
    ("workerd", |project| {
        Tool::new(project.workerd()?, &project.root)
            .args(["--version"])
            .output()
    }),
    ("chromium", |_| {
        chromium::installed().map_or_else(
            || Err(chromium::missing()),
            |path| Ok(path.display().to_string()),
        )
    }),
    ("ports", |_| {
        workerd::is_free([8787, 8788, 8790]).map(|has_six| {
            format!(
                "8787, 8788 and 8790 are free{}",
                if has_six {
                    ""
                } else {
                    "; no IPv6 here, none needed"
                }
            )
        })
    }),
    ("disk", disk),
];

/// A first build with its npm packages takes about this much, in gigabytes.
const DISK_NEEDED_GB: u64 = 5;

fn examine(project: &Project) -> Result<(), Trouble> {
    let mut missing = 0;
    for (name, ask) in QUESTIONS {
        match ask(project) {
            Ok(fact) => println!("ok       {name}: {}", fact.trim()),
            Err(trouble) => {
                missing += 1;
                println!("missing  {name}: {trouble}");
            }
        }
    }
    if missing == 0 {
        Ok(())
    } else {
        Err(Trouble::new(
            format!("{missing} of {} things need attention", QUESTIONS.len()),
            "Each line above says what to do",
        ))
    }
}

fn first_line(program: &str, project: &Project, next: &str) -> Result<String, Trouble> {
    let said = Tool::new(program, &project.root)
        .args(["--version"])
        .output()
        .map_err(|_| Trouble::new(format!("`{program}` does not run"), next))?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

fn installed_by_use(what: &str) -> Trouble {
    Trouble::new(what, "`cargo xtask serve`, `test` and `build` install it")
}

fn disk(project: &Project) -> Result<String, Trouble> {
    let space = rustix::fs::statvfs(&project.root)
        .map_err(|error| Trouble::file("measure", &project.root, &error.into()))?;
    let free_gb = space.f_bavail.saturating_mul(space.f_frsize) / 1_000_000_000;
    if free_gb < DISK_NEEDED_GB {
        return Err(Trouble::new(
            format!("{free_gb} GB are free"),
            format!("Free some: a first build needs about {DISK_NEEDED_GB} GB"),
        ));
    }
    Ok(format!("{free_gb} GB free"))
}
