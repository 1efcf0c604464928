//! `cargo xtask simulate`: many schedules of the sync against everything that can fail, in one
//! process; one line at the end.

use crate::{
    project::Project,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};
use std::ffi::OsString;

/// The verb.
pub const VERB: Verb = Verb {
    name: "simulate",
    summary: "the sync against everything that can fail, from seeds",
    options: "\n  --seeds N         how many schedules; 2000 unless told\
              \n  --seed S          the first one; alone, only this one, with its steps where it fails\
              \n  --without RULE    with one rule knocked out: this must fail\
              \n  --knock-outs      a table of every rule knocked out in turn, and what broke",
    run: |arguments| simulate(&Project::here(), arguments),
};

fn simulate(project: &Project, Arguments { mut parser }: Arguments) -> Result<(), Trouble> {
    // The simulator reads its own words; it knows the rules and their names.
    let words: Vec<OsString> = parser.raw_args()?.collect();
    Tool::cargo(&project.root)
        .args(["run", "--quiet", "--release", "--package=survey-tests"])
        .args(["--bin=simulate", "--"])
        .args(words)
        .run()
}
