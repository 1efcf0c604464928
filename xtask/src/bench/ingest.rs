//! `cargo xtask bench ingest`: how many responses a second the server counts over the real wire, and how
//! many the same machine writes into bare `SQLite`. Never: a verdict.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::told::{self, quantile};
use super::{process, sender, wire};
use crate::{
    files,
    operate::disk,
    project::Project,
    sample::{Sealed, load::House},
    tool::Tool,
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// Records of a batch, and how many batches are sent of them.
const BATCHES: [(usize, usize); 3] = [(1, 3_000), (20, 800), (50, 400)];
/// Connections.
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// With many stored, only these: records of a batch, batches, connections.
const STORED: [(usize, usize, usize); 2] = [(1, 3_000, 16), (20, 800, 16)];
/// Batches that wake the objects and warm the code before anything counts.
const WARMING: usize = 120;

/// The table's head.
const COLUMNS: [&str; 15] = [
    "Stored before",
    "Units",
    "Records a batch",
    "Connections",
    "Responses/s",
    "The same code on bare SQLite, /s",
    "Worker / that",
    "Its rows alone, /s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "Server's CPU s of s",
    "Client's CPU s",
    "MB",
    "Most MB",
];

/// One line of the table.
#[derive(Clone, Debug)]
struct Row {
    stored: usize,
    records: usize,
    connections: usize,
    units: usize,
    responses: usize,
    seconds: f64,
    took_ms: [f64; 3],
    server_s: f64,
    client_s: f64,
    memory: u64,
    peak: u64,
    bare: Bare,
}

/// The same batches without a server, in responses a second.
#[derive(Clone, Copy, Debug)]
struct Bare {
    /// The same code on `SQLite` in one process.
    coded: f64,
    /// The statements that it gave, without it.
    rows: f64,
}

/// What is to be measured; nothing named is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Stored before.
    pub stored: Vec<usize>,
    /// Records of a batch.
    pub records: Vec<usize>,
    /// Connections.
    pub connections: Vec<usize>,
}

/// Whether it is spread over all units; records of a batch, batches, connections.
fn loads(wanted: &Wanted) -> Vec<(bool, (usize, usize, usize))> {
    let is_one = |all: &[usize], one| all.is_empty() || all.contains(&one);
    let mut loads = Vec::new();
    for is_spread in [false, true] {
        for (records, batches) in BATCHES {
            for connections in CONNECTIONS {
                if is_one(&wanted.records, records) && is_one(&wanted.connections, connections) {
                    loads.push((is_spread, (records, batches, connections)));
                }
            }
        }
    }
    loads
}

/// Measures and tells.
///
/// # Errors
/// When the server does not start or refuses a step, or an answer is not what it should be.
pub fn bench(project: &Project, wanted: &Wanted, is_json: bool) -> Result<(), Trouble> {
    let bare = bare(project)?;
    let folder = std::env::temp_dir().join(format!("hai-long-ingest-{}", std::process::id()));
    let rows = all(project, &bare, &folder, wanted);
    files::remove_folder(&folder)?;
    let rows = rows?;
    let objects: Vec<_> = rows.iter().map(json_of).collect();
    let section = match wanted.stored[..] {
        [] => "ingest",
        _ => "ingest-stored",
    };
    told::tell(project, section, is_json, (&objects, &table(&rows)))
}

/// The program that writes the same rows without a server.
pub(super) fn bare(project: &Project) -> Result<PathBuf, Trouble> {
    Tool::cargo(&project.root)
        .args(["build", "--quiet", "--release", "--package=survey-tests"])
        .args(["--bin=bare"])
        .run()?;
    Ok(project.target()?.join("release/bare"))
}

fn all(
    project: &Project,
    bare: &Path,
    folder: &Path,
    wanted: &Wanted,
) -> Result<Vec<Row>, Trouble> {
    let plan = Plan::for_test(folder.join("data"));
    let mut server = Server::start(project, &plan)?;
    let mut house = House::open(project, &server, &plan)?;
    files::write(&folder.join("form.json"), &house.file)?;
    let mut rows = Vec::new();
    let mut site = Site {
        bare,
        folder,
        onto: None,
        stored: 0,
    };
    if wanted.stored.is_empty() {
        for (is_spread, load) in loads(wanted) {
            rows.push(site.measure(&server, &mut house, is_spread, load)?);
        }
    }
    for count in &wanted.stored {
        if *count > site.stored {
            house.fill(count - site.stored)?;
            let memory = disk::memory_of(server.process());
            eprintln!("{count} stored, {} MB", memory >> 20);
            server.stop();
            let onto = folder.join("onto.sqlite");
            std::fs::copy(largest(&plan.data)?, &onto)
                .map_err(|error| Trouble::file("copy", &onto, &error))?;
            server = Server::start(project, &plan)?;
            house.moved_to(&server)?;
            (site.onto, site.stored) = (Some(onto), *count);
        }
        for load in STORED {
            rows.push(site.measure(&server, &mut house, false, load)?);
        }
    }
    server.stop();
    Ok(rows)
}

/// The database of the unit that has most.
fn largest(data: &Path) -> Result<PathBuf, Trouble> {
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |about| about.len());
    let all = files::all_under(data)?.into_iter();
    all.map(|path| data.join(path))
        .filter(|path| path.extension().is_some_and(|kind| kind == "sqlite"))
        .max_by_key(size)
        .ok_or_else(|| Trouble::new("The server keeps no database", "Measure again"))
}

/// Where it is measured.
struct Site<'a> {
    bare: &'a Path,
    folder: &'a Path,
    /// What the unit had stored before, for the bare database.
    onto: Option<PathBuf>,
    stored: usize,
}

impl Site<'_> {
    fn measure(
        &mut self,
        server: &Server,
        house: &mut House,
        is_spread: bool,
        (records, batches, connections): (usize, usize, usize),
    ) -> Result<Row, Trouble> {
        let host = wire::host_of(server);
        house.rest()?;
        let warming = house.batches(is_spread, records, WARMING)?;
        sender::send(&host, &warming, connections)?;
        house.rest()?;
        let all = house.batches(is_spread, records, batches)?;
        eprintln!("{batches} batches of {records} over {connections} connections ...");
        let (process, own) = (server.process(), std::process::id());
        process::forget_peak(process);
        let before = [process, own].map(process::computed);
        let sent = sender::send(&host, &all, connections)?;
        let after = [process, own].map(process::computed);
        let [server_s, client_s] =
            [0, 1].map(|at: usize| (after[at].saturating_sub(before[at])).as_secs_f64());
        let row = Row {
            stored: self.stored,
            records,
            connections,
            units: if is_spread { house.units() } else { 1 },
            responses: sent.counted,
            seconds: sent.seconds,
            took_ms: [50, 95, 99].map(|percent| quantile(&sent.took_ms, percent)),
            server_s,
            client_s,
            memory: disk::memory_of(process),
            peak: process::peak(process),
            bare: self.bare(&all)?,
        };
        eprintln!("{}", told::line(&cells(&row)));
        Ok(row)
    }

    /// The same batches into bare databases on the same disk.
    fn bare(&self, batches: &[Sealed]) -> Result<Bare, Trouble> {
        let folder = self.folder.join("bare");
        files::write(&self.folder.join("batches"), lines_of(batches))?;
        files::make_folder(&folder)?;
        let mut tool = Tool::new(self.bare, self.folder).args([
            "--form",
            "form.json",
            "--batches",
            "batches",
            "--folder",
            "bare",
        ]);
        if self.onto.is_some() {
            tool = tool.args(["--onto", "onto.sqlite"]);
        }
        let said = tool.output();
        files::remove_folder(&folder)?;
        let said = said?;
        let numbers: Vec<f64> = said
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect();
        match numbers[..] {
            [counted, coded_s, rows_s] if counted > 0.0 => Ok(Bare {
                coded: counted / coded_s,
                rows: counted / rows_s,
            }),
            _ => Err(Trouble::new(
                format!("The bare database said {said}"),
                "Let tests/bare.rs print three numbers",
            )),
        }
    }
}

/// Batches as `tests/bare.rs` reads them.
pub(super) fn lines_of(batches: &[Sealed]) -> String {
    let line = |Sealed { unit, body, .. }: &Sealed| format!("{unit}\t{body}\n");
    batches.iter().map(line).collect()
}

impl Row {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few thousand responses are exact in a float"
    )]
    fn rate(&self) -> f64 {
        self.responses as f64 / self.seconds
    }
}

fn json_of(row: &Row) -> serde_json::Value {
    let [p50, p95, p99] = row.took_ms;
    json!({
        "stored": row.stored,
        "records": row.records,
        "connections": row.connections,
        "units": row.units,
        "responses": row.responses,
        "seconds": row.seconds,
        "responses_a_second": row.rate(),
        "bare_code": row.bare.coded,
        "bare_rows": row.bare.rows,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "server_cpu_s": row.server_s,
        "client_cpu_s": row.client_s,
        "memory": row.memory,
        "peak": row.peak,
    })
}

fn cells(row: &Row) -> Vec<String> {
    let [p50, p95, p99] = row.took_ms.map(|ms| format!("{ms:.1}"));
    vec![
        row.stored.to_string(),
        row.units.to_string(),
        row.records.to_string(),
        row.connections.to_string(),
        format!("{:.0}", row.rate()),
        format!("{:.0}", row.bare.coded),
        format!("{:.0} %", 100.0 * row.rate() / row.bare.coded),
        format!("{:.0}", row.bare.rows),
        p50,
        p95,
        p99,
        format!("{:.1} of {:.1}", row.server_s, row.seconds),
        format!("{:.1}", row.client_s),
        (row.memory >> 20).to_string(),
        (row.peak >> 20).to_string(),
    ]
}

fn table(rows: &[Row]) -> String {
    told::table(&COLUMNS, rows.iter().map(cells))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_or_what_is_named() {
        assert_eq!(loads(&Wanted::default()).len(), 18);
        let wanted = Wanted {
            records: vec![20],
            connections: vec![1, 16],
            ..Wanted::default()
        };
        let loads = loads(&wanted);
        assert_eq!(loads.len(), 4);
        assert_eq!(loads[0], (false, (20, 800, 1)));
    }

    #[test]
    fn a_row_says_how_near_the_server_comes_to_the_bare_database() {
        let row = Row {
            stored: 0,
            records: 20,
            connections: 16,
            units: 1,
            responses: 16_000,
            seconds: 2.0,
            took_ms: [1.0, 2.0, 3.25],
            server_s: 1.5,
            client_s: 0.25,
            memory: 200 << 20,
            peak: 300 << 20,
            bare: Bare {
                coded: 16_000.0,
                rows: 32_000.0,
            },
        };
        let table = table(&[row]);
        assert!(
            table.ends_with(
                "| 0 | 1 | 20 | 16 | 8000 | 16000 | 50 % | 32000 | 1.0 | 2.0 | 3.2 | 1.5 of 2.0 | 0.2 | 200 | 300 |\n"
            ),
            "{table}"
        );
    }
}
