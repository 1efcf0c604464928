//! A server with very many responses: how much memory its process takes with them, and how soon it answers
//! (docs/BENCHMARKS.md).

use std::{path::PathBuf, time::Instant};

use survey::day::{Day, HOUR_MS};

use super::answers::{Citizens, Unit as Leaning};
use super::device::Device;
use super::office::Office;
use super::{MANAGER, OPERATOR, SEED, province};
use crate::{
    clock::outside_the_calendar,
    operate::disk,
    project::Project,
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// Working days over which the answers lie.
const DAYS: i64 = 100;
/// Communes that collect.
const UNITS: usize = 20;
/// Records of one batch.
const AT_ONCE: usize = 150;

/// What was measured. Sizes in bytes, times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Responses that are stored.
    pub responses: usize,
    /// The process just after the start of an empty server.
    pub empty: u64,
    /// After the last of them was counted.
    pub filled: u64,
    /// After a start on what is stored, with the page of the whole province read.
    pub read: u64,
    /// After the nightly round over all of it.
    pub recounted: u64,
    /// All files of the data folder.
    pub stored: u64,
    /// How long counting them took, their making included.
    pub counting_s: f64,
    /// How long the nightly round took.
    pub night_s: f64,
}

/// Fills a server of one's own with so many responses, through its own doors, and measures its memory.
///
/// # Errors
/// When the server does not start or refuses a step.
pub fn measure(project: &Project, responses: usize) -> Result<Measured, Trouble> {
    let plan = Plan::for_test(own_folder());
    let measured = memory(project, &plan, responses);
    crate::files::remove_folder(&plan.data)?;
    measured
}

/// The same, and then asks it what a manager reads, as often as is wanted. Each question is a path; the
/// answer is how long each took, in milliseconds, and how many bytes it had.
///
/// # Errors
/// As [`measure`].
pub fn ask(
    project: &Project,
    responses: usize,
    questions: &[String],
    times: usize,
) -> Result<Vec<Asked>, Trouble> {
    let plan = Plan::for_test(own_folder());
    let asked = asked(project, &plan, responses, questions, times);
    crate::files::remove_folder(&plan.data)?;
    asked
}

/// How a question was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Responses that are stored.
    pub responses: usize,
    /// Milliseconds, one for each time, from the request to the last byte.
    pub took_ms: Vec<f64>,
    /// Of the answer's body.
    pub bytes: usize,
}

fn asked(
    project: &Project,
    plan: &Plan,
    responses: usize,
    questions: &[String],
    times: usize,
) -> Result<Vec<Asked>, Trouble> {
    let server = Server::start(project, plan)?;
    let (mut office, password) = Office::of_empty(&server, plan)?;
    let stored = counted(&server, &mut office, (responses, usize::MAX))?;
    office.add_manager(MANAGER, &password, province::ROOT)?;
    let mut reader = Office::new(&server);
    reader.sign_in(MANAGER, &password)?;
    let mut all = Vec::new();
    for question in questions {
        // The first one wakes the objects; it is not a manager's usual Monday.
        let mut bytes = reader.bytes(question)?.len();
        let mut took_ms = Vec::new();
        for _ in 0..times {
            let begun = Instant::now();
            bytes = reader.bytes(question)?.len();
            took_ms.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        all.push(Asked {
            responses: stored,
            took_ms,
            bytes,
        });
    }
    server.stop();
    Ok(all)
}

fn own_folder() -> PathBuf {
    std::env::temp_dir().join(format!("hai-long-fill-{}", std::process::id()))
}

/// Counts so many responses in so many units at most; returns how many they became.
fn counted(
    server: &Server,
    office: &mut Office,
    (responses, most): (usize, usize),
) -> Result<usize, Trouble> {
    let first = Day::parse("2026-01-05").ok_or_else(outside_the_calendar)?;
    office.set_clock(first.plus(-1).starts().plus(8 * HOUR_MS))?;
    let units = province::units()?;
    office.add_units(&units)?;
    let mut devices = Vec::new();
    for unit in units.iter().filter(|unit| unit.collects).take(most) {
        let code = office.code(&unit.id, "sipas2022", "258025")?;
        devices.push(Device::enrol(&server.counter(), &code, devices.len())?);
    }
    let days = usize::try_from(DAYS).unwrap_or(1);
    let per_day = responses.div_ceil(devices.len().max(1)).div_ceil(days);
    let leaning = Leaning {
        a_day: per_day,
        ..Leaning::of_place(0)
    };
    let mut citizens = Citizens::seeded(SEED);
    let mut stored = 0;
    for day in 0..DAYS {
        let day = first.plus(day);
        office.set_clock(day.starts().plus(16 * HOUR_MS))?;
        for device in &mut devices {
            let records = citizens.so_many(&leaning, device, day, per_day)?;
            for batch in records.chunks(AT_ONCE) {
                device.send(batch, day)?;
            }
            stored += records.len();
        }
        eprint!("\r{stored} responses ");
    }
    eprintln!();
    // What waits is released.
    office.set_clock(first.plus(DAYS).starts().plus(6 * HOUR_MS))?;
    Ok(stored)
}

fn memory(project: &Project, plan: &Plan, responses: usize) -> Result<Measured, Trouble> {
    let server = Server::start(project, plan)?;
    let (mut office, password) = Office::of_empty(&server, plan)?;
    let empty = disk::memory_of(server.process());
    let begun = Instant::now();
    let stored = counted(&server, &mut office, (responses, UNITS))?;
    let counting_s = begun.elapsed().as_secs_f64();
    let filled = disk::memory_of(server.process());
    server.stop();

    let server = Server::start(project, plan)?;
    let mut office = Office::new(&server);
    office.sign_in(OPERATOR, &password)?;
    office.add_manager("reader", &password, province::ROOT)?;
    let mut reader = Office::new(&server);
    reader.sign_in("reader", &password)?;
    let page = format!("/v1/units/{}/figures?form=sipas2022", province::ROOT);
    let _: serde_json::Value = reader.read(&page)?;
    let read = disk::memory_of(server.process());
    let begun = Instant::now();
    office.night()?;
    let night_s = begun.elapsed().as_secs_f64();
    let recounted = disk::memory_of(server.process());
    let bytes = disk::bytes_under(&plan.data)?;
    server.stop();
    Ok(Measured {
        responses: stored,
        empty,
        filled,
        read,
        recounted,
        stored: bytes,
        counting_s,
        night_s,
    })
}
