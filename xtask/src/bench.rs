//! `cargo xtask bench`: what a person waits for, measured; prints it and writes it into
//! docs/BENCHMARKS.md. Never: a verdict; a machine that is busy is slow, and no test asks for a time.

mod drain;
mod ingest;
mod limit;
mod process;
mod query;
mod rollup;
mod sender;
mod size;
mod told;
mod wire;

use std::{env, fmt::Write as _};

use lexopt::{Arg, ValueExt};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    build, chromium,
    project::Project,
    proofs, setup,
    tool::Tool,
    trouble::Trouble,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "bench",
    summary: "measure what people wait for, into docs/BENCHMARKS.md: bench counter, endurance, country, query, ingest, drain, rollup, size, limit",
    options: "
  counter         the counter's page in Chromium
  endurance       the same after many surveys, and with many waiting
  country         the page of units in Chromium, with the whole country on it
  query           the answers that a manager's overview and unit page are made of
  ingest          responses that the server counts a second, beside bare SQLite
  drain           twenty tablets behind one address that each have two hundred answers waiting
  rollup          a morning's release from every commune of the country up to the national figures
  size            what each program weighs, and how much of it each library is
  limit           what the runtime alone costs: for one small request, and for our statements
  --responses N   of a query: stored by then; named again, one after the other (10000, 200000,
                  1000000)
  --stored N      of ingest: only with so many stored at the unit; named again, one after the other
  --records N, --connections N
                  of ingest: only batches of so many, or over so many; may be named again
  --communes N, --each N
                  of a rollup: only so many communes (all 3321), with so many answers each (35)
  --json          of query, ingest, drain and rollup: one JSON object a line, and docs/BENCHMARKS.md as
                  it is
  --no-build      measure dist/ as it is",
    run: |arguments| bench(&read(arguments)?),
};

struct Wish {
    what: Option<What>,
    sizes: Vec<usize>,
    ingest: ingest::Wanted,
    rollup: rollup::Wanted,
    is_json: bool,
    is_built: bool,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Counter,
    Endurance,
    Country,
    Query,
    Ingest,
    Drain,
    Rollup,
    Size,
    Limit,
}

fn read(Arguments { mut parser }: Arguments) -> Result<Wish, Trouble> {
    let mut wish = Wish {
        what: None,
        sizes: Vec::new(),
        ingest: ingest::Wanted::default(),
        rollup: rollup::Wanted::default(),
        is_json: false,
        is_built: false,
    };
    while let Some(word) = parser.next()? {
        match word {
            Arg::Value(name) if name == "counter" => wish.what = Some(What::Counter),
            Arg::Value(name) if name == "endurance" => wish.what = Some(What::Endurance),
            Arg::Value(name) if name == "country" => wish.what = Some(What::Country),
            Arg::Value(name) if name == "query" => wish.what = Some(What::Query),
            Arg::Value(name) if name == "ingest" => wish.what = Some(What::Ingest),
            Arg::Value(name) if name == "drain" => wish.what = Some(What::Drain),
            Arg::Value(name) if name == "rollup" => wish.what = Some(What::Rollup),
            Arg::Value(name) if name == "size" => wish.what = Some(What::Size),
            Arg::Value(name) if name == "limit" => wish.what = Some(What::Limit),
            Arg::Long("stored") => wish.ingest.stored.push(parser.value()?.parse()?),
            Arg::Long("records") => wish.ingest.records.push(parser.value()?.parse()?),
            Arg::Long("connections") => {
                wish.ingest.connections.push(parser.value()?.parse()?);
            }
            Arg::Long("communes") => wish.rollup.communes = Some(parser.value()?.parse()?),
            Arg::Long("each") => wish.rollup.each = Some(parser.value()?.parse()?),
            Arg::Long("responses") => wish.sizes.push(parser.value()?.parse()?),
            Arg::Long("json") => wish.is_json = true,
            Arg::Long("no-build") => wish.is_built = true,
            _ => return Err(word.unexpected().into()),
        }
    }
    Ok(wish)
}

/// A row as `tests/browser/bench-*.mjs` print it; times in milliseconds.
#[derive(Debug, Deserialize)]
struct Row {
    what: String,
    slowed: u32,
    n: u32,
    median: f64,
    p95: f64,
}

/// One measure that says its unit.
#[derive(Debug, Deserialize)]
struct Weighed {
    what: String,
    value: f64,
    unit: String,
}

impl Row {
    fn line(&self) -> String {
        let Self {
            what,
            slowed,
            n,
            median,
            p95,
        } = self;
        format!("| {what} | {slowed}x | {n} | {median:.1} | {p95:.1} |")
    }
}

fn bench(wish: &Wish) -> Result<(), Trouble> {
    let Some(what) = wish.what else {
        return Err(Trouble::new(
            "nothing to measure was named",
            "Say what: cargo xtask bench counter, bench endurance, bench country, bench query, bench ingest, \
             bench drain, bench rollup, bench size, or bench limit",
        ));
    };
    let project = Project::here();
    if !wish.is_built {
        setup::all(&project)?;
        build::build(&project)?;
    }
    match what {
        What::Counter => page(&project, "counter"),
        What::Endurance => weighed(&project, "endurance", "tests/browser/bench-endurance.mjs"),
        What::Country => page(&project, "country"),
        What::Query => query::bench(&project, &wish.sizes, wish.is_json),
        What::Ingest => ingest::bench(&project, &wish.ingest, wish.is_json),
        What::Drain => drain::bench(&project, wish.is_json),
        What::Rollup => rollup::bench(&project, &wish.rollup, wish.is_json),
        What::Size => size::bench(&project, wish.is_json),
        What::Limit => limit::bench(&project),
    }
}

/// What `tests/browser/bench-<name>.mjs` measures in a page.
fn page(project: &Project, name: &str) -> Result<(), Trouble> {
    let script = format!("tests/browser/bench-{name}.mjs");
    let table = table(&said(project, &script, &[])?)?;
    print!("{table}");
    proofs::write_benchmark(project, name, &table)
}

/// What a script measures that gives each thing its own unit.
fn weighed(project: &Project, name: &str, script: &str) -> Result<(), Trouble> {
    let said = said(project, script, &[])?;
    let mut table = String::from("| What | |\n|---|---|\n");
    for line in said.lines().filter(|line| line.starts_with('{')) {
        let Weighed { what, value, unit } = read_row(line)?;
        writeln!(table, "| {what} | {value:.2} {unit} |").map_err(|_| not_a_row("no text"))?;
    }
    print!("{table}");
    proofs::write_benchmark(project, name, &table)
}

/// What a script says.
fn said(project: &Project, script: &str, arguments: &[&str]) -> Result<String, Trouble> {
    let chromium = chromium::get(project)?;
    let own = env::current_exe().map_err(|error| {
        Trouble::new(
            format!("This program cannot find itself: {error}"),
            "Run it as `cargo xtask bench`",
        )
    })?;
    Tool::new(project.node(), &project.root)
        .args([script])
        .args(arguments)
        .env("CHROMIUM", chromium)
        .env("XTASK", own)
        .env("WORKERD", project.workerd()?)
        .output()
}

fn not_a_row(error: &str) -> Trouble {
    Trouble::new(
        format!("the page's measurement printed another row: {error}"),
        "Let the rows of the script have the members that xtask/src/bench.rs names",
    )
}

fn read_row<T: DeserializeOwned>(line: &str) -> Result<T, Trouble> {
    serde_json::from_str(line).map_err(|error| not_a_row(&error.to_string()))
}

fn table(said: &str) -> Result<String, Trouble> {
    let mut table =
        String::from("| What | Processor | n | median ms | p95 ms |\n|---|---|---|---|---|\n");
    for line in said.lines().filter(|line| line.starts_with('{')) {
        let row: Row = read_row(line)?;
        table += &row.line();
        table.push('\n');
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_understood() {
        let read = |words: &[&str]| {
            read(Arguments {
                parser: lexopt::Parser::from_args(words),
            })
        };
        let wish = read(&[
            "query",
            "--responses",
            "500",
            "--responses",
            "900",
            "--json",
        ]);
        let wish = wish.expect("it is right");
        assert_eq!((wish.what, wish.sizes), (Some(What::Query), vec![500, 900]));
        let words = [
            "ingest",
            "--stored",
            "1000",
            "--records",
            "20",
            "--connections",
            "1",
        ];
        let wish = read(&words).expect("it is right");
        let wanted = ingest::Wanted {
            stored: vec![1_000],
            records: vec![20],
            connections: vec![1],
        };
        assert_eq!((wish.what, wish.ingest), (Some(What::Ingest), wanted));
        let wish = read(&["drain", "--json"]).expect("it is right");
        assert_eq!((wish.what, wish.is_json), (Some(What::Drain), true));
        let wish = read(&["rollup", "--communes", "60", "--each", "12"]).expect("it is right");
        let wanted = rollup::Wanted {
            communes: Some(60),
            each: Some(12),
        };
        assert_eq!((wish.what, wish.rollup), (Some(What::Rollup), wanted));
        read(&["queries"]).map(drop).expect_err("it is wrong");
    }

    #[test]
    fn rows_become_a_table_and_other_lines_do_not() -> Result<(), Trouble> {
        let said = "ready\n{\"what\":\"tap\",\"slowed\":4,\"n\":72,\"median\":12.34,\"p95\":20}\n";
        assert!(table(said)?.ends_with("---|\n| tap | 4x | 72 | 12.3 | 20.0 |\n"));
        assert!(table("{\"what\":1}").is_err());
        Ok(())
    }
}
