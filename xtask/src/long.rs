//! `cargo xtask long`: the proofs that take too long for every change; their results stand in
//! docs/PROOFS.md.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use lexopt::{Arg, ValueExt};

mod figures;

use crate::{
    browser, build, chromium, files, fuzz, mutants, package,
    project::Project,
    proofs,
    sample::fill,
    setup, test,
    tool::Tool,
    trouble::Trouble,
    twice,
    verb::{Arguments, Verb},
};

/// The verb.
pub const VERB: Verb = Verb {
    name: "long",
    summary: "the long proofs; results go to docs/PROOFS.md",
    options: "
  --only PROOF    simulate, knock-outs, mutants, chaos, drain, twice, auditor, year, agreement,
                  coverage, quality, kills, refill, office, memory, package or fuzz
  --seeds N       schedules of the simulator (100000)
  --minutes M     stop the simulator after so long; the next call goes on from there
  --kills N       kills of the chaos (60)
  --seed S        the seed of the chaos (1)",
    run: |arguments| long(&Wish::read(arguments)?),
};

/// Schedules between two words of progress, after which a run can be taken up again.
const CHUNK: u64 = 1_000;

/// A proof that takes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Simulate,
    KnockOuts,
    Mutants,
    Chaos,
    Drain,
    Twice,
    Auditor,
    Year,
    Agreement,
    Coverage,
    Quality,
    Kills,
    Refill,
    Office,
    Memory,
    Package,
    Fuzz,
}

impl Proof {
    const ALL: [(&'static str, Self); 17] = [
        ("simulate", Self::Simulate),
        ("knock-outs", Self::KnockOuts),
        ("mutants", Self::Mutants),
        ("chaos", Self::Chaos),
        ("drain", Self::Drain),
        ("twice", Self::Twice),
        ("auditor", Self::Auditor),
        ("year", Self::Year),
        ("agreement", Self::Agreement),
        ("coverage", Self::Coverage),
        ("quality", Self::Quality),
        ("kills", Self::Kills),
        ("refill", Self::Refill),
        ("office", Self::Office),
        ("memory", Self::Memory),
        ("package", Self::Package),
        ("fuzz", Self::Fuzz),
    ];
}

/// The command line, understood.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    proofs: Vec<Proof>,
    seeds: u64,
    minutes: Option<u64>,
    kills: u32,
    seed: u32,
}

impl Wish {
    fn read(Arguments { mut parser }: Arguments) -> Result<Self, Trouble> {
        let mut wish = Self {
            proofs: Proof::ALL.iter().map(|(_, proof)| *proof).collect(),
            seeds: 100_000,
            minutes: None,
            kills: 60,
            seed: 1,
        };
        while let Some(word) = parser.next()? {
            match word {
                Arg::Long("only") => {
                    wish.proofs = vec![parser.value()?.parse_with(|wanted| {
                        let mut all = Proof::ALL.into_iter();
                        all.find_map(|(name, proof)| (name == wanted).then_some(proof))
                            .ok_or("there is no such proof; see cargo xtask long --help")
                    })?];
                }
                Arg::Long("seeds") => wish.seeds = parser.value()?.parse()?,
                Arg::Long("minutes") => wish.minutes = Some(parser.value()?.parse()?),
                Arg::Long("kills") => wish.kills = parser.value()?.parse()?,
                Arg::Long("seed") => wish.seed = parser.value()?.parse()?,
                _ => return Err(word.unexpected().into()),
            }
        }
        Ok(wish)
    }
}

fn long(wish: &Wish) -> Result<(), Trouble> {
    let project = Project::here();
    for proof in &wish.proofs {
        match proof {
            Proof::Simulate => simulate(&project, wish)?,
            Proof::KnockOuts => {
                let table = Tool::new(simulator(&project)?, &project.root)
                    .args(["--knock-outs"])
                    .output()?;
                print!("{table}");
                proofs::write_table(&project, "knock-outs", &table)?;
            }
            Proof::Mutants => {
                setup::all(&project)?;
                let table = mutants::table(&project, chromium::get(&project)?)?;
                proofs::write_table(&project, "mutants", &table)?;
            }
            Proof::Chaos => chaos(&project, wish)?,
            Proof::Twice => twice(&project)?,
            Proof::Auditor => figures::auditor(&project)?,
            Proof::Year => figures::year(&project)?,
            Proof::Agreement => figures::agreement(&project)?,
            Proof::Coverage => figures::coverage(&project)?,
            Proof::Quality => figures::quality(&project)?,
            Proof::Drain => live(&project, "drain", "drain")?,
            Proof::Kills => live(&project, "kills", "after_sigkill")?,
            Proof::Refill => live(&project, "refill", "backup_under_load")?,
            Proof::Office => live(&project, "office", "a_spreadsheet_program_of_others")?,
            Proof::Memory => memory(&project)?,
            Proof::Package => packaged(&project)?,
            Proof::Fuzz => fuzz::fuzz(&project, None, fuzz::SECONDS)?,
        }
    }
    Ok(())
}

fn simulator(project: &Project) -> Result<PathBuf, Trouble> {
    Tool::cargo(&project.root)
        .args(["build", "--quiet", "--release", "--package=survey-tests"])
        .args(["--bin=simulate"])
        .run()?;
    Ok(project.target()?.join("release/simulate"))
}

/// What the schedules up to some seed gave: how many there were, and the five ways to go wrong.
type Sums = [u64; 6];

/// The numbers of the simulator's closing line.
fn sums(line: &str) -> Option<Sums> {
    let digits = line.split(|c: char| !c.is_ascii_digit());
    let numbers: Vec<u64> = digits.filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().ok()
}

fn closing([schedules, lost, double, stuck, invented, flags]: Sums) -> String {
    format!(
        "{schedules} schedules: lost {lost}, double {double}, stuck {stuck}, \
         invented {invented}, false flags {flags}"
    )
}

/// The simulator in chunks; how far it came is kept, so that the next call goes on.
fn simulate(project: &Project, wish: &Wish) -> Result<(), Trouble> {
    let simulator = simulator(project)?;
    let program = files::sha256(&files::read(&simulator)?);
    let kept = project.target()?.join("long").join("simulate");
    // Another program begins anew.
    let known = files::read_text(&kept).unwrap_or_default();
    let known = known.strip_prefix(&format!("{program}: ")).and_then(sums);
    let mut all: Sums = known.unwrap_or_default();
    let start = Instant::now();
    while all[0] < wish.seeds {
        let limit = wish
            .minutes
            .map(|minutes| Duration::from_secs(60 * minutes));
        if limit.is_some_and(|limit| start.elapsed() >= limit) {
            println!("so far {}; the same command goes on", closing(all));
            return Ok(());
        }
        let (first, seeds) = (all[0] + 1, CHUNK.min(wish.seeds - all[0]));
        let said = Tool::new(&simulator, &project.root)
            .args(["--seed", &first.to_string(), "--seeds", &seeds.to_string()])
            .output()
            .map_err(|_| {
                Trouble::new(
                    format!("One of the seeds from {first} on fails"),
                    format!("Run `cargo xtask simulate --seed {first} --seeds {seeds}`"),
                )
            })?;
        let chunk = said.lines().last().and_then(sums).ok_or_else(|| {
            Trouble::new(
                "The simulator's last line is not its closing line",
                "Run `cargo xtask simulate`",
            )
        })?;
        for (sum, more) in all.iter_mut().zip(chunk) {
            *sum += more;
        }
        files::write(&kept, format!("{program}: {}\n", closing(all)))?;
        println!("{} s: {}", start.elapsed().as_secs(), closing(all));
    }
    println!("{}", closing(all));
    proofs::write(project, "simulator", &closing(all))
}

/// The chaos with more kills than every change can wait for.
fn chaos(project: &Project, wish: &Wish) -> Result<(), Trouble> {
    // Asked first: cargo may put a new file in its place while it builds.
    let own = test::own_path()?;
    let chromium = chromium::get(project)?;
    setup::all(project)?;
    build::build(project)?;
    let line = project.target()?.join("long").join("chaos");
    files::write(&line, "")?;
    browser::node(project, &own, &chromium)
        .args([project.root.join("tests/browser/chaos.test.mjs")])
        .env("CHAOS_KILLS", wish.kills.to_string())
        .env("CHAOS_SEED", wish.seed.to_string())
        .env("CHAOS_LINE", &line)
        .env("CHAOS_LOUD", "1")
        .run()?;
    let said = files::read_text(&line)?;
    proofs::write(project, "chaos", said.trim())
}

/// The spreadsheet program, as systems call it.
const OFFICE: &str = "soffice";
/// Kills of the server under load, where every change sees three.
const KILLS: &str = "20";

/// A live test that says a closing line, which begins with the proof's name.
fn live(project: &Project, proof: &str, test: &str) -> Result<(), Trouble> {
    setup::all(project)?;
    build::build(project)?;
    let said = Tool::cargo(&project.root)
        .args(["test", "--package=survey-tests", "--features=live,office"])
        .args(["--test=live", test, "--", "--nocapture"])
        .env("KILLS", KILLS)
        .env("OFFICE", OFFICE)
        .output()?;
    let line = said.lines().find_map(|line| {
        let at = line.find(&format!("{proof}: "))?;
        line.get(at..)
    });
    let line = line.ok_or_else(|| {
        Trouble::new(
            format!("The proof `{proof}` did not say its closing line"),
            "Run `cargo xtask test --only live`",
        )
    })?;
    println!("{line}");
    proofs::write(project, proof, line)
}

/// The folder as a province gets it, built for release, and a whole survey on it in a browser.
fn packaged(project: &Project) -> Result<(), Trouble> {
    let own = test::own_path()?;
    let chromium = chromium::get(project)?;
    setup::all(project)?;
    build::build(project)?;
    let program = package::released(project)?;
    browser::node(project, &own, &chromium)
        .args([project.root.join("tests/browser/package.test.mjs")])
        .env("PACKED", &program)
        .run()?;
    let folder = project.target()?.join("long").join("package");
    package::assemble(project, &program, &folder)?;
    let line = format!(
        "{}: moved, started with no program in reach, it carried a survey in Chromium",
        package::needs(&folder)?
    );
    println!("package: {line}");
    files::remove_folder(&folder)?;
    proofs::write(project, "package", &line)
}

/// Responses that are stored when the memory of the server is measured.
const RESPONSES: usize = 1_000_000;

/// The memory of the server's process with very many responses, into docs/BENCHMARKS.md.
fn memory(project: &Project) -> Result<(), Trouble> {
    setup::all(project)?;
    build::build(project)?;
    let seen = fill::measure(project, RESPONSES)?;
    let mb = |bytes: u64| format!("{} MB", bytes >> 20);
    let table = format!(
        "| With {} responses in 20 units over 100 days | |\n|---|---|\n\
         | process, empty server | {} |\n\
         | process, after counting all of them | {} |\n\
         | process, after a start and the province's page | {} |\n\
         | process, after the nightly recount | {} |\n\
         | data folder | {} |\n\
         | counting, one sender after another, their making included | {:.0} s |\n\
         | the nightly round over all of them | {:.1} s |\n",
        seen.responses,
        mb(seen.empty),
        mb(seen.filled),
        mb(seen.read),
        mb(seen.recounted),
        mb(seen.stored),
        seen.counting_s,
        seen.night_s,
    );
    print!("{table}");
    proofs::write_benchmark(project, "memory", &table)
}

/// The pages and the server built again in another folder.
fn twice(project: &Project) -> Result<(), Trouble> {
    setup::all(project)?;
    build::build(project)?;
    let line = twice::compare(project)?;
    println!("twice: {line}");
    proofs::write(project, "twice", &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_the_closing_line_reads_back() {
        let line = "2000 schedules: lost 1, double 2, stuck 3, invented 4, false flags 5";
        let numbers = sums(line).expect("six numbers");
        assert_eq!(numbers, [2_000, 1, 2, 3, 4, 5]);
        assert_eq!(closing(numbers), line);
        assert_eq!(sums("nothing"), None);
    }

    #[test]
    fn one_proof_or_all_of_them() {
        let read = |words: &[&str]| {
            Wish::read(Arguments {
                parser: lexopt::Parser::from_args(words),
            })
        };
        assert_eq!(read(&[]).expect("right").proofs.len(), 17);
        let one = read(&["--only", "chaos", "--kills", "90"]).expect("right");
        assert_eq!((one.proofs, one.kills), (vec![Proof::Chaos], 90));
        read(&["--only", "some"]).expect_err("there is no such proof");
    }
}
