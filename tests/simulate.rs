//! `cargo xtask simulate`: many schedules, and one line at the end.

use std::process::ExitCode;

use lexopt::{Arg, ValueExt};
use survey_tests::world::{Rule, Wrong, many};

/// Schedules for each rule of the table of knock-outs.
const A_RULE: u64 = 600;

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
    let (mut seeds, mut first, mut without, mut is_table) = (None, None, None, false);
    let mut parser = lexopt::Parser::from_env();
    while let Some(word) = parser.next()? {
        match word {
            Arg::Long("seeds") => seeds = Some(parser.value()?.parse()?),
            Arg::Long("knock-outs") => is_table = true,
            Arg::Long("seed") => first = Some(parser.value()?.parse()?),
            Arg::Long("without") => {
                let rule = |name: &str| Rule::named(name).ok_or_else(rules);
                without = Some(parser.value()?.parse_with(rule)?);
            }
            _ => return Err(word.unexpected()),
        }
    }
    if is_table {
        return Ok(knock_outs(seeds.unwrap_or(A_RULE)));
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

/// Knocks each rule out in turn and says what broke; `false` when one was not missed.
fn knock_outs(seeds: u64) -> bool {
    println!(
        "| Without | What happens then | Failed of {seeds} | What broke | Shortest schedule |"
    );
    println!("|---|---|---|---|---|");
    let mut all = true;
    for rule in Rule::ALL.iter().copied() {
        let report = many(1, seeds, Some(rule));
        let broke: Vec<String> = Wrong::ALL
            .into_iter()
            .filter(|wrong| report.of(*wrong) > 0)
            .map(|wrong| format!("{wrong} {}", report.of(wrong)))
            .collect();
        let shortest = report.shortest.as_ref();
        let shortest = shortest.map_or_else(String::new, |run| {
            format!("seed {}, {} steps", run.seed, run.steps.len())
        });
        let (failed, what) = (report.failed(), rule.without().trim());
        println!(
            "| {rule} | {what} | {failed} | {} | {shortest} |",
            broke.join(", ")
        );
        all &= failed > 0;
    }
    all
}
