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
mod tests {
    use super::*;
    use crate::device::contract::sample;
    use crate::device::memory::Memory;
    use crate::device::now::now;
    use std::cell::{Cell, RefCell};
    use survey::outbox::Trouble;
    use survey::wire::batch::{RecordVerdict, Reply, VerdictWord, read_batch};

    /// What comes instead of a reply.
    enum Outage {
        Silence,
        Answer(Answer),
    }

    /// A server that counts every record, or once does what it is told to.
    #[derive(Default)]
    struct Counting {
        batches: RefCell<Vec<(String, Batch)>>,
        instead: RefCell<Option<Outage>>,
        marks: Cell<Marks>,
    }

    impl Server for Counting {
        async fn ask(&self, path: &str, body: Option<&str>) -> Option<Answer> {
            let batch = read_batch(body?.as_bytes()).unwrap();
            let verdicts = batch.records.iter().map(|record| RecordVerdict {
                id: record.id,
                hash: record.hash,
                verdict: VerdictWord::Counted,
                reason: None,
            });
            let reply = Reply {
                v: 1,
                batch: batch.batch,
                verdicts: verdicts.collect(),
                unread: Vec::new(),
                restore: self.marks.get().restore,
                version: self.marks.get().version,
                now: Millis(5_000),
                wait_s: None,
            };
            self.batches.borrow_mut().push((path.to_owned(), batch));
            match self.instead.borrow_mut().take() {
                Some(Outage::Silence) => None,
                Some(Outage::Answer(answer)) => Some(answer),
                None => Some(Answer {
                    status: 200,
                    retry_after: None,
                    body: survey::wire::write(&reply).into_bytes(),
                }),
            }
        }
    }

    struct Device {
        store: Memory,
        server: Counting,
        outbox: RefCell<Outbox>,
        wall: Cell<i64>,
    }

    impl Device {
        fn with(records: u8) -> Self {
            let device = Self {
                store: Memory::default(),
                server: Counting::default(),
                outbox: RefCell::default(),
                wall: Cell::new(1_795_400_000_000),
            };
            for number in 1..=records {
                now(device.store.finish(&sample(number))).unwrap();
            }
            device
        }

        fn round(&self) -> Result<Round, StoreError> {
            self.round_with(&self.server)
        }

        fn round_with(&self, server: &impl Server) -> Result<Round, StoreError> {
            let clock = || Reading {
                wall: Millis(self.wall.get()),
                monotonic: 0,
            };
            let world = World {
                clock: &clock,
                random: &|| Some([9; 16]),
            };
            let sender = Sender {
                device: DeviceId::from_random([1; 16]),
                epoch: Epoch::from_bytes([2; 16]),
                app: AppHash::from_bytes([3; 32]),
                unit: UnitId::parse("33.home").unwrap(),
                health: Health::default(),
                config: 4,
            };
            let mut outbox = self.outbox.borrow_mut();
            now(round(&self.store, server, &mut outbox, &sender, &world))
        }

        fn unsent(&self) -> usize {
            now(self.store.summary()).unwrap().unsent
        }
    }

    #[test]
    fn what_waits_is_sent_to_its_own_unit_and_settled() {
        let device = Device::with(3);
        let round = device.round().unwrap();
        assert_eq!(device.unsent(), 0);
        assert_eq!(
            round.anchor.map(|anchor| anchor.server),
            Some(Millis(5_000))
        );
        let batches = device.server.batches.borrow();
        assert_eq!(batches[0].0, "/v1/units/33.test/batches");
        assert_eq!(batches[0].1.status.unsent, 0, "what the server has not got");
        assert_eq!(batches[0].1.no, 1);
    }

    #[test]
    fn w7_a_batch_without_a_stored_number_is_not_sent() {
        let device = Device::with(1);
        device.store.fail_with(Some(StoreError::Full));
        assert_eq!(device.round(), Err(StoreError::Full));
        assert!(device.server.batches.borrow().is_empty());
        device.store.fail_with(None);
        device.round().unwrap();
        assert_eq!(device.unsent(), 0);
    }

    #[test]
    fn o4_a_lost_reply_keeps_the_record_and_sends_it_again() {
        let device = Device::with(1);
        *device.server.instead.borrow_mut() = Some(Outage::Silence);
        let round = device.round().unwrap();
        assert_eq!(device.unsent(), 1);
        let Next::Wait(until) = round.next else {
            panic!("must wait");
        };
        device.wall.set(until.0);
        device.round().unwrap();
        assert_eq!(device.unsent(), 0);
        let numbers: Vec<u32> = device
            .server
            .batches
            .borrow()
            .iter()
            .map(|b| b.1.no)
            .collect();
        assert_eq!(numbers, [1, 2]);
    }

    #[test]
    fn w5_a_portal_page_settles_nothing() {
        let device = Device::with(1);
        *device.server.instead.borrow_mut() = Some(Outage::Answer(Answer {
            status: 200,
            retry_after: None,
            body: b"<html>Welcome</html>".to_vec(),
        }));
        device.round().unwrap();
        assert_eq!(device.unsent(), 1);
        let summary = now(device.store.summary()).unwrap();
        assert_eq!(summary.last_trouble, Some(Trouble::NoReply));
        assert_eq!(summary.last_success, None);
    }

    #[test]
    fn o5_retry_after_is_remembered_over_a_reload() {
        let device = Device::with(1);
        *device.server.instead.borrow_mut() = Some(Outage::Answer(Answer {
            status: 429,
            retry_after: Some(90_000),
            body: Vec::new(),
        }));
        device.round().unwrap();
        let facts = now(device.store.open()).unwrap();
        assert_eq!(facts.silent_until, Some(Millis(device.wall.get() + 90_000)));
    }

    #[test]
    fn o5_a_wait_longer_than_any_that_is_asked_for_is_over() {
        let at = Millis(1_795_400_000_000);
        for (until, expected) in [
            (at.plus(-1), -1),
            (at.plus(LONGEST_WAIT_MS), LONGEST_WAIT_MS),
            (at.plus(LONGEST_WAIT_MS + 1), 0),
            (at.plus(365 * survey::day::DAY_MS), 0),
        ] {
            assert_eq!(left(until, at), expected);
        }
    }

    #[test]
    fn o12_a_restored_server_gets_everything_again_and_not_at_once() {
        let device = Device::with(3);
        device.round().unwrap();
        assert_eq!(device.unsent(), 0);
        device.server.marks.set(Marks {
            restore: 1,
            version: 0,
        });
        device.wall.set(device.wall.get() + 300_000);
        let round = device.round().unwrap();
        assert_eq!(device.unsent(), 3);
        let resume = Millis(device.wall.get()).plus(refill_pause_ms(0x0909_0909));
        assert_eq!(round.next, Next::Wait(resume));
        let facts = now(device.store.open()).unwrap();
        assert_eq!(facts.silent_until, Some(resume), "over a reload too");
        device.wall.set(resume.0);
        device.round().unwrap();
        assert_eq!(device.unsent(), 0);
        assert_eq!(device.server.batches.borrow()[2].1.records.len(), 3);
    }

    /// A server whose reply is overtaken: meanwhile another page of this device hears a later one.
    struct Overtaken<'a> {
        device: &'a Device,
        meanwhile: Heard,
    }

    impl Server for Overtaken<'_> {
        async fn ask(&self, path: &str, body: Option<&str>) -> Option<Answer> {
            let answer = self.device.server.ask(path, body).await;
            self.device.store.settle(&self.meanwhile).await.unwrap();
            answer
        }
    }

    #[test]
    fn o12_what_another_page_learns_meanwhile_is_no_restore() {
        let device = Device::with(1);
        device.server.marks.set(Marks {
            restore: 0,
            version: 50,
        });
        device.round().unwrap();
        now(device.store.finish(&sample(2))).unwrap();
        let unit = UnitId::parse("33.test").unwrap();
        let said = Marks {
            restore: 0,
            version: 60,
        };
        let meanwhile = Heard {
            news: Some(News {
                before: now(device.store.marks(&unit)).unwrap(),
                unit,
                said,
                resume: Millis(0),
            }),
            ..Heard::default()
        };
        let overtaken = Overtaken {
            device: &device,
            meanwhile,
        };
        device.round_with(&overtaken).unwrap();
        assert_eq!(device.unsent(), 0);
    }

    #[test]
    fn w2_a_status_tells_what_the_server_has_not_got() {
        let device = Device::with(60);
        device.round().unwrap();
        device.round().unwrap();
        let batches = device.server.batches.borrow();
        let told: Vec<_> = (batches.iter())
            .map(|(_, batch)| (batch.records.len(), batch.status.unsent))
            .collect();
        assert_eq!(told, [(50, 10), (10, 0)]);
        assert_eq!(batches[1].1.status.oldest, None);
    }

    #[test]
    fn a_heartbeat_goes_to_the_devices_own_unit() {
        let device = Device::with(0);
        device.round().unwrap();
        let batches = device.server.batches.borrow();
        assert_eq!(batches[0].0, "/v1/units/33.home/batches");
        assert!(batches[0].1.records.is_empty());
        assert_eq!(
            batches[0].1.status.config, 4,
            "W11: which configuration is in use"
        );
    }
}
