//! `cargo xtask long --only auditor` and `--only year`: many audited provinces, or the year that a server
//! kept, and one line at the end.

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, ValueExt};
use survey_tests::audit::{Rule, many, year};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, lexopt::Error> {
    let (mut seeds, mut first, mut are_knocked_out) = (1_000, 1, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("seeds") => seeds = parser.value()?.parse()?,
            Arg::Long("seed") => first = parser.value()?.parse()?,
            Arg::Long("knock-outs") => are_knocked_out = true,
            Arg::Long("year") => {
                let objects: PathBuf = parser.value()?.into();
                return match year(&objects) {
                    Ok(found) => {
                        println!("{found}");
                        Ok(found.is_right())
                    }
                    Err(what) => Err(what.into()),
                };
            }
            _ => return Err(word.unexpected()),
        }
    }
    if are_knocked_out {
        let mut all = true;
        let broken = Rule::ALL.map(|(rule, name, _)| {
            let report = many(first, seeds, Some(rule));
            all &= report.failed() > 0;
            format!("{name} {}", report.failed())
        });
        println!(
            "of {seeds} provinces fail without {}",
            broken.join(", without ")
        );
        return Ok(all);
    }
    let report = many(first, seeds, None);
    if let Some((seed, wrong, what)) = report.first() {
        println!("seed {seed}: {wrong:?}: {what}");
    }
    println!("{report}");
    Ok(report.failed() == 0)
}
