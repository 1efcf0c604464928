//! The exchange against a server of memory: what is sent, kept, dropped, and what an outage leaves. Never: a wait.

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
