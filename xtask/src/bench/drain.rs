//! `cargo xtask bench drain`: how long it takes until tablets that were all without a network have given away
//! what waited on them, paced as the app paces itself. Never: a verdict; another pace than the app's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use survey::id::ResponseId;
use survey::outbox::{Next, Outbox, Outcome, Verdict, Waiting};
use survey::wire::batch::{Record, Reply, VerdictWord, read_reply};
use survey::wire::write;

use super::process;
use super::told::{self, quantile};
use super::wire::{Answer, Connection, host_of};
use crate::{
    clock, files,
    project::Project,
    sample::load::{House, Tablet},
    trouble::Trouble,
    workerd::{Plan, Server},
};

/// Tablets behind one address, and the answers that wait on each.
const TABLETS: usize = 20;
const ANSWERS: usize = 200;
/// Answers of each before anything counts: the objects are awake then, as at an office that was open.
const WARMING: usize = 5;
/// A tablet that is not empty by then makes no measurement.
const PATIENCE: Duration = Duration::from_mins(5);

/// The table's head; a row should stay under ten seconds.
const COLUMNS: [&str; 13] = [
    "Units",
    "Each answer of the server lost once",
    "Answers sent",
    "Counted",
    "Said to be there already",
    "Seconds until the last receipt (target 10)",
    "Tablet p50 s",
    "Tablet p95 s",
    "Requests",
    "Request p50 ms",
    "Request p95 ms",
    "Told to wait",
    "Server's CPU s",
];

/// One line of the table.
#[derive(Clone, Debug)]
struct Row {
    units: usize,
    is_lossy: bool,
    sent: usize,
    counted: usize,
    already: usize,
    seconds: f64,
    tablets_s: [f64; 2],
    requests: usize,
    requests_ms: [f64; 2],
    told_to_wait: usize,
    server_s: f64,
}

/// What one tablet saw, from the moment when all began.
#[derive(Clone, Debug, Default)]
struct Emptied {
    seconds: f64,
    took_ms: Vec<f64>,
    counted: usize,
    already: usize,
    quarantined: usize,
    told_to_wait: usize,
}

/// Measures and tells.
///
/// # Errors
/// When the server does not start or refuses a step, or does not count exactly what was sent.
pub fn bench(project: &Project, is_json: bool) -> Result<(), Trouble> {
    let folder = std::env::temp_dir().join(format!("hai-long-drain-{}", std::process::id()));
    let rows = all(project, &Plan::for_test(folder.join("data")));
    files::remove_folder(&folder)?;
    let rows = rows?;
    let objects: Vec<_> = rows.iter().map(json_of).collect();
    let table = told::table(&COLUMNS, rows.iter().map(cells));
    told::tell(project, "drain", is_json, (&objects, &table))
}

fn all(project: &Project, plan: &Plan) -> Result<Vec<Row>, Trouble> {
    let server = Server::start(project, plan)?;
    let mut house = House::open(project, &server, plan)?;
    let host = host_of(&server);
    let mut rows = Vec::new();
    for (is_spread, is_lossy) in [(true, false), (false, false), (true, true), (false, true)] {
        house.rest()?;
        together(&host, house.tablets(is_spread, (TABLETS, WARMING))?, false)?;
        let before = house.received()?;
        let tablets = house.tablets(is_spread, (TABLETS, ANSWERS))?;
        eprintln!("{TABLETS} tablets with {ANSWERS} answers each ...");
        let computed = process::computed(server.process());
        let emptied = together(&host, tablets, is_lossy)?;
        let computed = process::computed(server.process()).saturating_sub(computed);
        let received = house.received()?.saturating_sub(before);
        let row = Row {
            units: if is_spread { TABLETS } else { 1 },
            server_s: computed.as_secs_f64(),
            ..row_of(&emptied, is_lossy)
        };
        eprintln!("{}", told::line(&cells(&row)));
        is_exact(&row, &emptied, received)?;
        rows.push(row);
    }
    server.stop();
    Ok(rows)
}

fn wrong(what: impl Into<String>) -> Trouble {
    Trouble::new(
        what,
        "Measure again; cargo xtask test tells whether the server is well",
    )
}

/// That the server counted each answer, and none twice, by its verdicts and by its own number.
fn is_exact(row: &Row, emptied: &[Emptied], received: u64) -> Result<(), Trouble> {
    let aside: usize = emptied.iter().map(|tablet| tablet.quarantined).sum();
    // A lost answer said it first; the second one says that it is there.
    let again = if row.is_lossy { row.sent } else { 0 };
    let is_right = row.counted == row.sent && row.already == again && aside == 0;
    if is_right && u64::try_from(row.sent) == Ok(received) {
        return Ok(());
    }
    Err(wrong(format!(
        "Of {} answers {} were counted, {} were there already, {aside} were put aside, and the server has \
         {received} more than before",
        row.sent, row.counted, row.already
    )))
}

fn row_of(emptied: &[Emptied], is_lossy: bool) -> Row {
    let seconds: Vec<f64> = emptied.iter().map(|tablet| tablet.seconds).collect();
    let took_ms: Vec<f64> = emptied
        .iter()
        .flat_map(|tablet| tablet.took_ms.iter().copied())
        .collect();
    let sum = |of: fn(&Emptied) -> usize| emptied.iter().map(of).sum();
    Row {
        units: 0,
        is_lossy,
        sent: emptied.len() * ANSWERS,
        counted: sum(|tablet| tablet.counted),
        already: sum(|tablet| tablet.already),
        seconds: quantile(&seconds, 100),
        tablets_s: [50, 95].map(|percent| quantile(&seconds, percent)),
        requests: took_ms.len(),
        requests_ms: [50, 95].map(|percent| quantile(&took_ms, percent)),
        told_to_wait: sum(|tablet| tablet.told_to_wait),
        server_s: 0.0,
    }
}

/// All of them begin at once, each over a connection of its own.
fn together(host: &str, tablets: Vec<Tablet<'_>>, is_lossy: bool) -> Result<Vec<Emptied>, Trouble> {
    let ready = &Barrier::new(tablets.len());
    thread::scope(|scope| {
        let tablets: Vec<_> = tablets
            .into_iter()
            .map(|tablet| scope.spawn(move || empty(host, tablet, is_lossy, ready)))
            .collect();
        let ended = tablets.into_iter().map(|tablet| {
            let ended = tablet.join();
            ended.unwrap_or_else(|_| Err(wrong("A tablet's thread ended by itself")))
        });
        ended.collect()
    })
}

/// One tablet sends until nothing waits on it: the app's own outbox says what and when.
fn empty(
    host: &str,
    tablet: Tablet<'_>,
    is_lossy: bool,
    ready: &Barrier,
) -> Result<Emptied, Trouble> {
    let Tablet { device, kept, day } = tablet;
    let mut queue: Vec<Waiting> = kept.iter().map(waiting).collect();
    let kept: BTreeMap<ResponseId, Record> = kept.into_iter().map(|one| (one.id, one)).collect();
    let mut outbox = Outbox::of(device.id());
    let mut lost = BTreeSet::new();
    let mut seen = Emptied::default();
    let connection = Connection::open(host);
    ready.wait();
    let begun = Instant::now();
    let mut connection = connection.map_err(|error| wrong(error.to_string()))?;
    while !queue.is_empty() {
        if begun.elapsed() > PATIENCE {
            return Err(wrong(format!("{} answers still wait", queue.len())));
        }
        let ids = match outbox.next(&queue, clock::now()?) {
            Next::Send(ids) => ids,
            Next::Wait(at) | Next::Rest(at) => {
                let left = u64::try_from(at.since(clock::now()?)).unwrap_or_default();
                thread::sleep(Duration::from_millis(left).min(PATIENCE));
                continue;
            }
        };
        let records: Vec<Record> = ids.iter().filter_map(|id| kept.get(id)).cloned().collect();
        let sent: Vec<Waiting> = records.iter().map(waiting).collect();
        let batch = device.sealed(&records, day)?;
        let answer = connection
            .send(&batch)
            .map_err(|error| wrong(format!("A batch was not answered: {error}")))?;
        let reply = read_reply(answer.body.as_bytes(), batch.batch);
        seen.note(&answer, reply.as_ref());
        let is_lost = is_lossy && ids.first().is_some_and(|id| lost.insert(*id));
        let outcome = outcome(&answer, reply.filter(|_| !is_lost), is_lost);
        let [a, b, c, d] = crate::sample::random()?;
        let dice = u32::from_be_bytes([a, b, c, d]);
        let meaning = outbox.hear(&sent, &outcome, clock::now()?, dice);
        for (id, _, verdict) in meaning.settle {
            queue.retain(|waiting| waiting.id != id);
            seen.quarantined += usize::from(matches!(verdict, Verdict::Quarantined(_)));
        }
        if let Some((id, why)) = meaning.aside.first() {
            return Err(wrong(format!("{id} was set aside: {why:?}")));
        }
    }
    seen.seconds = begun.elapsed().as_secs_f64();
    Ok(seen)
}

fn waiting(record: &Record) -> Waiting {
    Waiting {
        id: record.id,
        hash: record.hash,
        bytes: write(record).len(),
        aside_since: None,
    }
}

/// What the tablet hears.
fn outcome(answer: &Answer, reply: Option<Reply>, is_lost: bool) -> Outcome {
    match reply {
        _ if is_lost => Outcome::NoReply,
        Some(reply) if answer.status == 200 => Outcome::Reply(reply),
        None if answer.status == 200 => Outcome::NoReply,
        _ => Outcome::Status(answer.status, answer.retry_after),
    }
}

impl Emptied {
    /// What the server said, whether the tablet hears it or not.
    fn note(&mut self, answer: &Answer, reply: Option<&Reply>) {
        self.took_ms.push(answer.took_ms);
        let waits = reply.is_some_and(|reply| reply.wait_s.is_some());
        self.told_to_wait += usize::from(waits || answer.retry_after.is_some());
        for verdict in reply.iter().flat_map(|reply| &reply.verdicts) {
            match verdict.verdict {
                VerdictWord::Counted => self.counted += 1,
                VerdictWord::Already => self.already += 1,
                VerdictWord::Quarantined => {}
            }
        }
    }
}

fn json_of(row: &Row) -> serde_json::Value {
    json!({
        "units": row.units,
        "each_answer_lost_once": row.is_lossy,
        "sent": row.sent,
        "counted": row.counted,
        "already": row.already,
        "seconds": row.seconds,
        "tablet_p50_s": row.tablets_s[0],
        "tablet_p95_s": row.tablets_s[1],
        "requests": row.requests,
        "request_p50_ms": row.requests_ms[0],
        "request_p95_ms": row.requests_ms[1],
        "told_to_wait": row.told_to_wait,
        "server_cpu_s": row.server_s,
    })
}

fn cells(row: &Row) -> Vec<String> {
    let [tablet_p50, tablet_p95] = row.tablets_s.map(|s| format!("{s:.2}"));
    let [request_p50, request_p95] = row.requests_ms.map(|ms| format!("{ms:.1}"));
    vec![
        row.units.to_string(),
        if row.is_lossy { "yes" } else { "no" }.to_owned(),
        row.sent.to_string(),
        row.counted.to_string(),
        row.already.to_string(),
        format!("{:.2}", row.seconds),
        tablet_p50,
        tablet_p95,
        row.requests.to_string(),
        request_p50,
        request_p95,
        row.told_to_wait.to_string(),
        format!("{:.1}", row.server_s),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> [Emptied; 2] {
        [(1.0, 200), (2.5, 199)].map(|(seconds, counted)| Emptied {
            seconds,
            took_ms: vec![10.0, 30.0],
            counted,
            ..Emptied::default()
        })
    }

    #[test]
    fn the_last_tablet_says_how_long_it_took() {
        let row = Row {
            units: 20,
            ..row_of(&two(), false)
        };
        let line = told::line(&cells(&row));
        assert_eq!(
            line,
            "| 20 | no | 400 | 399 | 0 | 2.50 | 1.00 | 2.50 | 4 | 10.0 | 30.0 | 0 | 0.0 |"
        );
        assert_eq!(cells(&row).len(), COLUMNS.len());
    }

    #[test]
    fn one_answer_too_few_or_too_many_is_no_measurement() {
        let [mut first, second] = two();
        is_exact(&row_of(&[first.clone()], false), &[], 200).expect("all are there");
        is_exact(&row_of(&[first.clone()], false), &[], 201).expect_err("one too many");
        is_exact(&row_of(&[second], false), &[], 200).expect_err("one is missing");
        let lossy = |all: &Emptied| is_exact(&row_of(std::slice::from_ref(all), true), &[], 200);
        lossy(&first).expect_err("none was sent again");
        first.already = 200;
        lossy(&first).expect("each was sent twice and counted once");
    }

    #[test]
    fn a_lost_answer_is_none_and_a_refusal_keeps_its_wait() {
        let answer = Answer {
            took_ms: 1.0,
            status: 429,
            retry_after: Some(5_000),
            body: String::new(),
        };
        let heard = outcome(&answer, None, false);
        assert_eq!(heard, Outcome::Status(429, Some(5_000)));
        assert_eq!(outcome(&answer, None, true), Outcome::NoReply);
        let mut seen = Emptied::default();
        seen.note(&answer, None);
        assert_eq!(seen.told_to_wait, 1);
    }
}
