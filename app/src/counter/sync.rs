//! One exchange with the server: what the outbox decides, done with store and server in the order
//! that keeps every promise. Never: a timer; `sender.rs` decides when.

use survey::day::{Anchor, Millis, Reading};
use survey::id::{AppHash, BatchId, DeviceId, Epoch, UnitId};
use survey::outbox::{Aside, Marks, Meaning, Next, Outbox, Outcome, Waiting, refill_pause_ms};
use survey::wire::VERSION;
use survey::wire::batch::{Batch, DayCount, Record, Status, read_reply};

use crate::device::health::Health;
use crate::device::server::{Answer, Server};
use crate::device::store::{Heard, News, Queued, Store, StoreError};

/// A `Retry-After` above one hour is taken as one hour.
const LONGEST_SILENCE_MS: i64 = 3_600_000;

/// The longest wait that anything asks for: an hour of `Retry-After`, a quarter of an hour of patience.
const LONGEST_WAIT_MS: i64 = LONGEST_SILENCE_MS + 900_000;

/// Milliseconds left until an instant of the wall clock. A longer wait than any that is asked for was
/// reckoned before somebody set the clock back: it is over.
#[must_use]
pub fn left(until: Millis, now: Millis) -> i64 {
    let left = until.since(now);
    if left > LONGEST_WAIT_MS { 0 } else { left }
}

/// What a batch says about its sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Who.
    pub device: DeviceId,
    /// Which life of its storage.
    pub epoch: Epoch,
    /// Which build.
    pub app: AppHash,
    /// The device's own unit: where its heartbeat goes.
    pub unit: UnitId,
    /// Its storage.
    pub health: Health,
    /// The version of its configuration.
    pub config: u64,
}

/// The clock and the dice, handed in so that tests can hold them.
pub struct World<'a> {
    /// Both clocks.
    pub clock: &'a dyn Fn() -> Reading,
    /// Sixteen random bytes; `None` when there are none to be had.
    pub random: &'a dyn Fn() -> Option<[u8; 16]>,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// What is next.
    pub next: Next,
    /// The server's time, if it replied.
    pub anchor: Option<Anchor>,
}

/// Does what the outbox says now: sends once, or finds that it is not yet time.
///
/// # Errors
/// [`StoreError`] when the device cannot remember; then nothing left the queue.
pub async fn round(
    store: &impl Store,
    server: &impl Server,
    outbox: &mut Outbox,
    sender: &Sender,
    world: &World<'_>,
) -> Result<Round, StoreError> {
    let queue = store.waiting().await?;
    let waiting: Vec<Waiting> = queue.iter().map(|queued| queued.waiting).collect();
    let ids = match outbox.next(&waiting, (world.clock)().wall) {
        Next::Send(ids) => ids,
        next => return Ok(Round { next, anchor: None }),
    };
    // All records of a batch belong to the unit in its path (W2).
    let unit_of = |id| queue.iter().find(|queued| queued.waiting.id == id);
    let first = ids.first().and_then(|id| unit_of(*id));
    let unit = first.map_or(&sender.unit, |queued| &queued.unit);
    let ids: Vec<_> = ids
        .into_iter()
        .filter(|id| unit_of(*id).is_some_and(|queued| queued.unit == *unit))
        .collect();
    let records: Vec<Record> = store.parcels(&ids).await?.iter().map(Record::of).collect();
    if records.is_empty() && !ids.is_empty() {
        // Entries whose content cannot be read any more must not hold the others (O8).
        let heard = Heard {
            aside: ids.into_iter().map(|id| (id, Aside::Unreadable)).collect(),
            now: (world.clock)().wall,
            trouble: Some(survey::outbox::Trouble::SetAside),
            ..Heard::default()
        };
        store.settle(&heard).await?;
        let next = outbox.next(&still_waiting(store).await?, heard.now);
        return Ok(Round { next, anchor: None });
    }
    let sent: Vec<Waiting> = records
        .iter()
        .filter_map(|record| {
            let queued = unit_of(record.id)?;
            // A record damaged at rest goes under its new hash (O9); the verdict repeats that one.
            Some(Waiting {
                hash: record.hash,
                ..queued.waiting
            })
        })
        .collect();
    let batch_id = BatchId::from_random((world.random)().ok_or(StoreError::Failed)?);
    let days = store.summary().await?.days;
    // Before the request is sent: a version learned meanwhile, by another page, is no news (O12).
    let before = store.marks(unit).await?;
    let batch = Batch {
        v: VERSION,
        batch: batch_id,
        device: sender.device,
        epoch: sender.epoch,
        // Raised and stored before sending (W7).
        no: store.next_batch().await?,
        app: sender.app,
        clock: (world.clock)().wall,
        status: status(&queue, &sent, sender, days),
        records,
    };
    let path = ["/v1/units/", unit.as_str(), "/batches"].concat();
    let answer = server.ask(&path, Some(&survey::json::write(&batch))).await;
    let now = (world.clock)();
    let outcome = outcome(answer, batch_id);
    let dice = || (world.random)().map_or(0, |[a, b, c, d, ..]| u32::from_be_bytes([a, b, c, d]));
    let meaning = outbox.hear(&sent, &outcome, now.wall, dice());
    let mut heard = heard(meaning, &outcome, now.wall);
    let resume = now.wall.plus(refill_pause_ms(dice()));
    if let Outcome::Reply(reply) = &outcome {
        heard.news = Some(News {
            unit: unit.clone(),
            before,
            said: Marks::of(reply),
            resume,
        });
    }
    if store.settle(&heard).await? > 0 {
        outbox.stand_back(resume);
    }
    Ok(Round {
        next: outbox.next(&still_waiting(store).await?, now.wall),
        anchor: heard.server_time.map(|server| Anchor {
            reading: now,
            server,
        }),
    })
}

async fn still_waiting(store: &impl Store) -> Result<Vec<Waiting>, StoreError> {
    let queue = store.waiting().await?;
    Ok(queue.iter().map(|queued| queued.waiting).collect())
}

/// How the device is once the server has taken what is sent: what waits then is what the server has
/// not got (W2).
fn status(queue: &[Queued], sent: &[Waiting], sender: &Sender, days: Vec<DayCount>) -> Status {
    let is_sent = |queued: &&Queued| sent.iter().any(|sent| sent.id == queued.waiting.id);
    let left: Vec<&Queued> = queue.iter().filter(|queued| !is_sent(queued)).collect();
    let aside = left
        .iter()
        .filter(|queued| queued.waiting.aside_since.is_some());
    Status {
        unsent: u32::try_from(left.len()).unwrap_or(u32::MAX),
        oldest: left.iter().map(|queued| queued.day).min(),
        persisted: sender.health.persisted,
        // The wire says 0 for a storage that nothing is known of.
        free_mb: sender.health.free_mb.unwrap_or_default(),
        losses: sender.health.losses,
        asides: u16::try_from(aside.count()).unwrap_or(u16::MAX),
        days,
        config: sender.config,
    }
}

fn outcome(answer: Option<Answer>, batch: BatchId) -> Outcome {
    match answer {
        None => Outcome::NoReply,
        Some(answer) if answer.status == 200 => {
            read_reply(&answer.body, batch).map_or(Outcome::NoReply, Outcome::Reply)
        }
        Some(answer) => Outcome::Status(answer.status, answer.retry_after),
    }
}

fn heard(meaning: Meaning, outcome: &Outcome, now: Millis) -> Heard {
    let silence_ms = match outcome {
        Outcome::Reply(reply) => reply.wait_s.map(|seconds| i64::from(seconds) * 1_000),
        Outcome::Status(_, retry_after) => *retry_after,
        Outcome::NoReply => None,
    };
    Heard {
        settle: meaning.settle,
        aside: meaning.aside,
        now,
        server_time: match outcome {
            Outcome::Reply(reply) => Some(reply.now),
            _ => None,
        },
        silent_until: silence_ms.map(|wait| now.plus(wait.clamp(0, LONGEST_SILENCE_MS))),
        trouble: meaning.trouble,
        news: None,
    }
}

#[cfg(test)]
mod tests;
