//! `cargo xtask test`: every test, in three layers.

use std::{
    env,
    path::{Path, PathBuf},
};

use lexopt::{Arg, ValueExt};

use crate::{
    browser::{self, Passed},
    build, chromium,
    project::Project,
    setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "test",
    summary: "run every test: native, live server, browser",
    options: "\n  --only LAYER    native, live or browser",
    run: |arguments| test(&read(arguments)?),
};

/// Where a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// On this machine, without the pages or the server.
    Native,
    /// Against the real Worker on workerd.
    Live,
    /// In a real Chromium, against the real Worker.
    Browser,
}

impl Layer {
    const ALL: [Self; 3] = [Self::Native, Self::Live, Self::Browser];

    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Live => "live",
            Self::Browser => "browser",
        }
    }

    /// `own` is this program, which the browser tests start the server with.
    fn run(self, project: &Project, own: &Path) -> Result<Passed, Trouble> {
        match self {
            Self::Native => Tool::cargo(&project.root)
                .args(["test", "--workspace", "--no-fail-fast"])
                .shows_progress()
                .run()
                .map(|()| Passed::default()),
            // The live tests hide behind a feature: without a built server they could only fail.
            Self::Live => Tool::cargo(&project.root)
                .args(["test", "--package=survey-tests", "--features=live"])
                .args(["--no-fail-fast", "--test", "live*"])
                .shows_progress()
                .run()
                .map(|()| Passed::default()),
            Self::Browser => browser::test(project, own),
        }
    }
}

fn read(Arguments { mut parser }: Arguments) -> Result<Vec<Layer>, Trouble> {
    let mut wanted = Layer::ALL.to_vec();
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("only") => {
                let only = parser.value()?.parse_with(|name| {
                    Layer::ALL
                        .into_iter()
                        .find(|layer| layer.name() == name)
                        .ok_or("it is native, live or browser")
                })?;
                wanted = vec![only];
            }
            _ => return Err(word.unexpected().into()),
        }
    }
    Ok(wanted)
}

fn test(wanted: &[Layer]) -> Result<(), Trouble> {
    let project = Project::here();
    // Asked first: cargo may put a new file in its place while the tests are built.
    let own = own_path()?;
    if wanted.contains(&Layer::Browser) {
        chromium::get(&project)?;
    }
    setup::all(&project)?;
    if wanted != [Layer::Native] {
        build::build(&project)?;
    }
    let mut failed = Vec::new();
    let mut lines = Vec::new();
    for layer in wanted {
        println!("--- {} tests", layer.name());
        let said = match layer.run(&project, &own) {
            Ok(passed) => passed.to_string(),
            Err(trouble) => {
                eprintln!("{trouble}");
                failed.push(layer.name());
                "FAILED".into()
            }
        };
        lines.push(format!("test {}: {said}", layer.name()));
    }
    println!("{}", lines.join("\n"));
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Trouble::new(
            format!("These tests fail: {}", failed.join(", ")),
            format!(
                "Their words are above; again with `cargo xtask test --only {}`",
                failed[0]
            ),
        ))
    }
}

/// This program, which the browser tests start the server with.
///
/// # Errors
/// When the system does not tell.
pub fn own_path() -> Result<PathBuf, Trouble> {
    env::current_exe().map_err(|error| {
        Trouble::new(
            format!("This program cannot find itself: {error}"),
            "Run it as `cargo xtask test`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &[&str]) -> Result<Vec<Layer>, Trouble> {
        read(Arguments {
            parser: lexopt::Parser::from_args(words),
        })
    }

    #[test]
    fn only_one_layer_or_all_three() {
        assert_eq!(read_words(&[]).expect("right"), Layer::ALL);
        assert_eq!(
            read_words(&["--only", "live"]).expect("right"),
            [Layer::Live]
        );
        read_words(&["--only", "some"]).expect_err("there is no such layer");
    }
}
