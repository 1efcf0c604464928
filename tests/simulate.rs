//! `cargo xtask simulate`: many schedules, and one line at the end.

use std::process::ExitCode;

use lexopt::{Arg, ValueExt};
use survey_tests::world::{Rule, many};

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
    let (mut seeds, mut first, mut without) = (None, None, None);
    let mut parser = lexopt::Parser::from_env();
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("seeds") => seeds = Some(parser.value()?.parse()?),
            Arg::Long("seed") => first = Some(parser.value()?.parse()?),
            Arg::Long("without") => {
                let rule = |name: &str| Rule::named(name).ok_or_else(rules);
                without = Some(parser.value()?.parse_with(rule)?);
            }
            _ => return Err(word.unexpected()),
        }
    }
    // One seed by name is one schedule.
    let seeds = seeds.unwrap_or(if first.is_some() { 1 } else { 2_000 });
    let report = many(first.unwrap_or(1), seeds, without);
    if let Some(run) = &report.shortest {
        println!("seed {}:", run.seed);
        for (at, step) in run.steps.iter().enumerate() {
            println!("{:>4} {step}", at + 1);
        }
        if let Some(failure) = &run.failure {
            println!("  => {}: {}", failure.wrong, failure.what);
        }
        println!(
            "{} of {} fail, the first is seed {}; the shortest is seed {}, with {} steps",
            report.failed(),
            report.schedules,
            report.first().unwrap_or_default(),
            run.seed,
            run.steps.len()
        );
    }
    println!("{report}");
    Ok(report.failed() == 0)
}

fn rules() -> String {
    let names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    format!("the rules that can be left out are {}", names.join(" "))
}
