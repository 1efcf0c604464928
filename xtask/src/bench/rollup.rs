//! `cargo xtask bench rollup`: how long the release of a morning takes from every commune of the country over
//! its province to the national figures, by the server's own alarms. Never: a verdict.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::release::FLOOR;

use super::told::{self, quantile};
use super::{process, sender, wire};
use crate::{
    files,
    operate::disk,
    project::Project,
    sample::nation::{Nation, ROOT},
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// Answers of each commune where nothing else is asked for: with thirty of them a figure has its levels.
const EACH: usize = 35;
/// Connections that count them.
const CONNECTIONS: usize = 16;
/// Kiosks whose batches are made at a time.
const AT_ONCE: usize = 200;
/// The figures are looked at so often: seldom enough to be a small part of the work.
const LOOK: Duration = Duration::from_millis(250);
/// A release that is not through by then is none.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often the national figures are asked for afterwards.
const TIMES: usize = 40;

/// What is to be measured; nothing named is the whole country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Communes.
    pub communes: Option<usize>,
    /// Answers of each.
    pub each: Option<usize>,
}

/// What was seen.
#[derive(Clone, Debug)]
struct Seen {
    communes: usize,
    provinces: usize,
    responses: u64,
    counting_s: f64,
    night_s: f64,
    provinces_s: f64,
    nation_s: f64,
    server_s: f64,
    asleep: u64,
    memory: u64,
    peak: u64,
    most_files: usize,
    figures_ms: [f64; 2],
}

/// Measures and tells.
///
/// # Errors
/// When the server does not start or refuses a step, when too little is asked for to be released, or when
/// the national figures do not become what was sent.
pub fn bench(project: &Project, wanted: &Wanted, is_json: bool) -> Result<(), Trouble> {
    let each = wanted.each.unwrap_or(EACH);
    if u64::try_from(each).is_ok_and(|each| each < FLOOR) {
        return Err(Trouble::new(
            format!("Of {each} answers nothing is released"),
            format!("Ask for --each {FLOOR} or more"),
        ));
    }
    let communes = wanted.communes.unwrap_or(usize::MAX).max(1);
    let folder = std::env::temp_dir().join(format!("hai-long-rollup-{}", std::process::id()));
    let seen = measured(
        project,
        &Plan::for_test(folder.join("data")),
        communes,
        each,
    );
    files::remove_folder(&folder)?;
    let seen = seen?;
    let table = told::table(&["What", ""], lines(&seen));
    told::tell(project, "rollup", is_json, (&[json_of(&seen)], &table))
}

fn measured(project: &Project, plan: &Plan, communes: usize, each: usize) -> Result<Seen, Trouble> {
    let server = Server::start(project, plan)?;
    let mut nation = Nation::open(&server, plan, communes)?;
    let (responses, counting_s) = counted(&server, &mut nation, each)?;
    let night = nation.night()?;
    eprintln!("the recount took {:.1} s", night.as_secs_f64());
    nation.until_the_release()?;
    let process = server.process();
    process::forget_peak(process);
    let asleep = disk::memory_of(process);
    let before = process::computed(process);
    let (there_s, most_files) = watch(&mut nation, process, (responses, each))?;
    let computed = process::computed(process).saturating_sub(before);
    let (memory, peak) = (disk::memory_of(process), process::peak(process));
    let mut took_ms = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        nation.responses(ROOT)?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    server.stop();
    Ok(Seen {
        communes: nation.communes(),
        provinces: nation.provinces().len(),
        responses,
        most_files,
        provinces_s: there_s[0],
        nation_s: there_s[1],
        counting_s,
        night_s: night.as_secs_f64(),
        server_s: computed.as_secs_f64(),
        asleep,
        memory,
        peak,
        figures_ms: [50, 95].map(|percent| quantile(&took_ms, percent)),
    })
}

/// Sends so many answers of each commune; returns how many the server counted, and how long that took.
fn counted(server: &Server, nation: &mut Nation, each: usize) -> Result<(u64, f64), Trouble> {
    let host = wire::host_of(server);
    let (mut responses, mut seconds) = (0, 0.0);
    for from in (0..nation.communes()).step_by(AT_ONCE) {
        let to = nation.communes().min(from + AT_ONCE);
        let batches = nation.batches(from..to, each)?;
        let sent = sender::send(&host, &batches, CONNECTIONS)?;
        responses += u64::try_from(sent.counted).unwrap_or_default();
        seconds += sent.seconds;
        eprint!("\r{responses} responses ");
    }
    eprintln!();
    Ok((responses, seconds))
}

/// Looks at the figures until all of it is there, one province after the other, and then the country; returns
/// when each was there, in seconds, and the most files that the server had open.
fn watch(
    nation: &mut Nation,
    process: u32,
    (responses, each): (u64, usize),
) -> Result<([f64; 2], usize), Trouble> {
    let each = u64::try_from(each).unwrap_or_default();
    let begun = Instant::now();
    let mut most_files = 0;
    let mut wait = |nation: &mut Nation, unit: &str, wanted: u64| {
        loop {
            most_files = most_files.max(process::open_files(process));
            let shown = nation.responses(unit)?;
            if shown == wanted {
                return Ok(begun.elapsed().as_secs_f64());
            }
            if shown > wanted || begun.elapsed() > PATIENCE {
                return Err(Trouble::new(
                    format!("{unit} shows {shown} responses, and {wanted} were sent"),
                    "Measure again; cargo xtask test tells whether the server is well",
                ));
            }
            thread::sleep(LOOK);
        }
    };
    let mut provinces_s = 0.0;
    for (province, communes) in nation.provinces().clone() {
        provinces_s = wait(nation, &province, communes * each)?;
    }
    let nation_s = wait(nation, ROOT, responses)?;
    Ok(([provinces_s, nation_s], most_files))
}

impl Seen {
    /// Ledgers that were released a second.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a few thousand communes are exact in a float"
    )]
    fn rate(&self) -> f64 {
        self.communes as f64 / self.provinces_s
    }
}

fn json_of(seen: &Seen) -> Value {
    json!({
        "communes": seen.communes,
        "provinces": seen.provinces,
        "responses": seen.responses,
        "counting_s": seen.counting_s,
        "night_s": seen.night_s,
        "provinces_s": seen.provinces_s,
        "nation_s": seen.nation_s,
        "ledgers_a_second": seen.rate(),
        "server_cpu_s": seen.server_s,
        "memory_before": seen.asleep,
        "memory": seen.memory,
        "peak": seen.peak,
        "most_files": seen.most_files,
        "figures_p50_ms": seen.figures_ms[0],
        "figures_p95_ms": seen.figures_ms[1],
    })
}

fn lines(seen: &Seen) -> Vec<Vec<String>> {
    let [p50, p95] = seen.figures_ms;
    let line = |what: &str, value: String| vec![what.to_owned(), value];
    vec![
        line(
            "communes, provinces, responses",
            format!("{}, {}, {}", seen.communes, seen.provinces, seen.responses),
        ),
        line(
            "counting them, their making not included",
            format!("{:.1} s", seen.counting_s),
        ),
        line(
            "the nightly recount before",
            format!("{:.1} s", seen.night_s),
        ),
        line(
            "from the release to the figures of every province",
            format!("{:.1} s", seen.provinces_s),
        ),
        line(
            "from the release to the national figures",
            format!("{:.1} s", seen.nation_s),
        ),
        line("Ledgers released a second", format!("{:.0}", seen.rate())),
        line("the server's CPU", format!("{:.1} s", seen.server_s)),
        line(
            "the server's memory before it",
            format!("{} MB", seen.asleep >> 20),
        ),
        line(
            "the server's memory after it",
            format!("{} MB", seen.memory >> 20),
        ),
        line("its most during it", format!("{} MB", seen.peak >> 20)),
        line("most files that it had open", seen.most_files.to_string()),
        line(
            "the national figures afterwards, median",
            format!("{p50:.1} ms"),
        ),
        line(
            "the national figures afterwards, p95",
            format!("{p95:.1} ms"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_becomes_a_table() {
        let seen = Seen {
            communes: 3_321,
            provinces: 34,
            responses: 116_235,
            counting_s: 20.0,
            night_s: 12.25,
            provinces_s: 33.21,
            nation_s: 34.5,
            server_s: 30.0,
            asleep: 200 << 20,
            memory: 300 << 20,
            peak: 400 << 20,
            most_files: 6_700,
            figures_ms: [1.5, 2.0],
        };
        let table = told::table(&["What", ""], lines(&seen));
        assert!(table.starts_with(
            "| What |  |\n|---|---|\n| communes, provinces, responses | 3321, 34, 116235 |\n"
        ));
        assert!(
            table.contains("| Ledgers released a second | 100 |\n"),
            "{table}"
        );
        assert_eq!(json_of(&seen)["peak"], 400 << 20);
    }

    #[test]
    fn too_few_answers_are_refused_before_anything_starts() {
        let wanted = Wanted {
            each: Some(9),
            ..Wanted::default()
        };
        let said = bench(&Project::here(), &wanted, true).expect_err("nothing is released");
        assert_eq!(said.what(), "Of 9 answers nothing is released");
    }
}
