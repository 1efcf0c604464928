//! The long proofs about figures: nobody is found in them, a year of them is its own recount, their
//! statistics agree with other programs' and their intervals hold what they say.

use std::{env, path::PathBuf};

use crate::{build, files, project::Project, proofs, sample, setup, tool::Tool, trouble::Trouble};

/// Random inputs for each rule, of which thousands are asked for.
const INPUTS: &str = "2000";

/// A program of the tests, built for speed.
fn built(project: &Project, kind: &str, name: &str) -> Result<PathBuf, Trouble> {
    Tool::cargo(&project.root)
        .args(["build", "--quiet", "--release", "--package=survey-tests"])
        .args([format!("--{kind}={name}")])
        .run()?;
    let folder = if kind == "example" {
        "release/examples"
    } else {
        "release"
    };
    Ok(project.target()?.join(folder).join(name))
}

/// Provinces in which an auditor looks at everything, and what it finds without a rule.
///
/// # Errors
/// When somebody is found, or a rule is not missed.
pub fn auditor(project: &Project) -> Result<(), Trouble> {
    let audit = built(project, "bin", "audit")?;
    for (proof, words) in [
        ("auditor", &["--seeds", "2000"][..]),
        (
            "auditor, one rule less",
            &["--seeds", "200", "--knock-outs"],
        ),
    ] {
        let said = Tool::new(&audit, &project.root).args(words).output()?;
        println!("{}", said.trim());
        proofs::write(project, proof, said.trim())?;
    }
    Ok(())
}

/// The sample's year through the real wire, counted again by the server, and then audited: everything
/// that could be seen of it on any day.
///
/// # Errors
/// When a recount differs, or somebody is found.
pub fn year(project: &Project) -> Result<(), Trouble> {
    setup::all(project)?;
    build::build(project)?;
    let audit = built(project, "bin", "audit")?;
    let data = env::temp_dir().join(format!("hai-long-year-{}", std::process::id()));
    let said = sample::whole(project, &data).and_then(|(lived, signs)| {
        let objects = data.join("objects").display().to_string();
        let seen = Tool::new(&audit, &project.root)
            .args(["--year", &objects])
            .output()?;
        Ok([lived, signs, seen.trim().to_owned()])
    });
    files::remove_folder(&data)?;
    for (proof, line) in ["year, recount", "year, signs", "year, auditor"]
        .into_iter()
        .zip(said?)
    {
        println!("{proof}: {line}");
        proofs::write(project, proof, &line)?;
    }
    Ok(())
}

/// Our statistics against scipy's and statsmodels'.
///
/// # Errors
/// When they differ, or Python has no scipy.
pub fn agreement(project: &Project) -> Result<(), Trouble> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let said = Tool::new(&python, &project.root)
        .args(["tests/vectors/stats/agreement.py", INPUTS])
        .output()
        .map_err(|trouble| {
            Trouble::new(
                format!("The statistics do not agree, or could not be compared: {trouble}"),
                "Name a Python that has scipy, statsmodels and numpy: PYTHON=… cargo xtask long",
            )
        })?;
    print!("{said}");
    proofs::write_table(project, "agreement", &said)
}

/// How often a 95 % interval holds the truth.
///
/// # Errors
/// When the simulation does not run.
pub fn coverage(project: &Project) -> Result<(), Trouble> {
    let program = built(project, "example", "stats_coverage")?;
    let table = Tool::new(program, &project.root).output()?;
    print!("{table}");
    proofs::write_table(project, "coverage", &table)
}

/// How often a unit that stuffs is marked, and an honest one (UM14).
///
/// # Errors
/// When the simulation does not run.
pub fn quality(project: &Project) -> Result<(), Trouble> {
    let program = built(project, "example", "stats_quality")?;
    let said = Tool::new(program, &project.root).output()?;
    println!("{}", said.trim());
    proofs::write(project, "quality", said.trim())
}
