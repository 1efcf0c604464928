//! `cargo xtask bench limit`: what the runtime alone costs, with nothing of ours in it, and beside the server what
//! the same statements cost there: what counting on this runtime cannot be faster than. Never: a verdict.

use std::fmt::Write as _;
use std::path::Path;

use super::{Weighed, ingest, not_a_row, process, read_row, said, sender, wire};
use crate::{
    files,
    project::Project,
    proofs,
    sample::load::House,
    tool::Tool,
    trouble::Trouble,
    workerd::{Plan, Server},
};

const SCRIPT: &str = "tests/workerd-limit.mjs";
/// Records of a batch, batches, whether they are spread over all units.
const LOADS: [(usize, usize, bool); 4] = [
    (1, 3_000, false),
    (1, 3_000, true),
    (20, 800, false),
    (20, 800, true),
];
const CONNECTIONS: usize = 16;
/// As the script takes them for its own warming.
const WARMING: usize = 120;

/// What one load came to.
struct Row {
    records: usize,
    units: usize,
    /// Batches a second, and milliseconds of the server's processor for one.
    server: [f64; 2],
    /// The same of the runtime alone with the same statements.
    alone: [f64; 2],
}

/// Measures and tells.
///
/// # Errors
/// When a server does not start, or an answer is not what it should be.
pub fn bench(project: &Project) -> Result<(), Trouble> {
    let mut table = String::from("| What | |\n|---|---|\n");
    for Weighed { what, value, unit } in weighed(&said(project, SCRIPT, &[])?)? {
        writeln!(table, "| {what} | {value:.2} {unit} |").map_err(|_| not_a_row("no text"))?;
    }
    print!("{table}");
    proofs::write_benchmark(project, "limit", &table)?;
    let folder = std::env::temp_dir().join(format!("hai-long-limit-{}", std::process::id()));
    let rows = all(project, &folder);
    files::remove_folder(&folder)?;
    let table = statements(&rows?);
    print!("{table}");
    proofs::write_benchmark(project, "statements", &table)
}

fn all(project: &Project, folder: &Path) -> Result<Vec<Row>, Trouble> {
    let bare = ingest::bare(project)?;
    let plan = Plan::for_test(folder.join("data"));
    let server = Server::start(project, &plan)?;
    let mut house = House::open(project, &server, &plan)?;
    files::write(&folder.join("form.json"), &house.file)?;
    let mut rows = Vec::new();
    for (records, batches, is_spread) in LOADS {
        house.rest()?;
        let all = house.batches(is_spread, records, WARMING + batches)?;
        let (warming, measured) = all.split_at(WARMING);
        let host = wire::host_of(&server);
        sender::send(&host, warming, CONNECTIONS)?;
        let before = process::computed(server.process());
        let sent = sender::send(&host, measured, CONNECTIONS)?;
        let computed = process::computed(server.process()).saturating_sub(before);
        let count = sent.took_ms.len().max(1);
        files::write(&folder.join("batches"), ingest::lines_of(&all))?;
        files::make_folder(&folder.join("bare"))?;
        Tool::new(&bare, folder)
            .args(["--form", "form.json", "--batches", "batches"])
            .args(["--folder", "bare", "--statements", "statements"])
            .output()?;
        files::remove_folder(&folder.join("bare"))?;
        let file = folder.join("statements");
        let alone = weighed(&said(project, SCRIPT, &[&file.to_string_lossy(), "alone"])?)?;
        let [second, cpu] = &alone[..] else {
            return Err(not_a_row("two rows were expected"));
        };
        let row = Row {
            records,
            units: if is_spread { house.units() } else { 1 },
            server: [
                count_of(count) / sent.seconds,
                1_000.0 * computed.as_secs_f64() / count_of(count),
            ],
            alone: [second.value, cpu.value],
        };
        eprint!("{}", line(&row));
        rows.push(row);
    }
    server.stop();
    Ok(rows)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a few thousand batches are exact in a float"
)]
fn count_of(count: usize) -> f64 {
    count as f64
}

fn weighed(said: &str) -> Result<Vec<Weighed>, Trouble> {
    let lines = said.lines().filter(|line| line.starts_with('{'));
    lines.map(read_row).collect()
}

fn line(row: &Row) -> String {
    let Row {
        records,
        units,
        server: [server, server_ms],
        alone: [alone, alone_ms],
    } = row;
    let responses = count_of(*records);
    format!(
        "| {units} | {records} | {:.0} | {server_ms:.2} | {:.0} | {alone_ms:.2} | {:.0} % |\n",
        server * responses,
        alone * responses,
        100.0 * server / alone
    )
}

fn statements(rows: &[Row]) -> String {
    let head = "| Units | Records a batch | Worker, responses/s | CPU ms a batch | The runtime alone with its statements, responses/s | CPU ms a batch | Worker / that |\n\
                |---|---|---|---|---|---|---|\n";
    let lines = rows.iter().map(line);
    std::iter::once(head.to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_how_near_the_server_comes_to_the_runtime_alone() {
        let row = Row {
            records: 20,
            units: 116,
            server: [300.0, 2.5],
            alone: [400.0, 1.75],
        };
        let table = statements(&[row]);
        assert!(
            table.ends_with("| 116 | 20 | 6000 | 2.50 | 8000 | 1.75 | 75 % |\n"),
            "{table}"
        );
    }

    #[test]
    fn what_the_script_says_beside_its_rows_is_no_row() -> Result<(), Trouble> {
        let said = "ready\n{\"what\":\"alone\",\"value\":2.5,\"unit\":\"ms\"}\n";
        assert_eq!(weighed(said)?.len(), 1);
        assert!(weighed("{\"what\":1}").is_err());
        Ok(())
    }
}
