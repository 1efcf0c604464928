//! What holds when the server breaks or is cut off.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::device::{Device, record, verdicts};
use crate::world::{Account, World};

#[test]
fn l6_what_was_acknowledged_is_there_after_sigkill() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let device = Device::enrolled(&world, &operator, "33.1");
    let mut sent = Vec::new();
    for round in 0..4 {
        let (acknowledged, known) = mpsc::channel();
        let url = world.counter(&device.path());
        let mut sender = device.clone();
        let thread = thread::spawn(move || {
            loop {
                let records: Vec<_> = (0..10).map(|n| record("33.1", 1 + n % 5)).collect();
                let batch = sender.batch(&records);
                match sender.try_to_send(&url, &sender.path(), &batch) {
                    Ok(reply) if reply.status == 200 => {
                        let _ = acknowledged.send((records, verdicts(&reply)));
                    }
                    Ok(reply) => assert_eq!(reply.status, 429),
                    Err(_) => break,
                }
            }
        });
        thread::sleep(Duration::from_millis(300 + 90 * round));
        world.kill();
        thread.join().expect("no panic");
        let before = sent.len();
        for (records, verdicts) in known {
            assert!(verdicts.iter().all(|verdict| verdict == "counted"));
            sent.extend(records);
        }
        assert!(sent.len() > before, "nothing was sent in round {round}");
        world.start();
    }
    let mut device = device;
    for records in sent.chunks(50) {
        let again = verdicts(&device.post(&world, records));
        assert!(
            again.iter().all(|verdict| verdict == "already"),
            "{again:?}"
        );
    }
    // What the last batches before each cut counted without being heard adds to it, never takes.
    let manager = Account::sign_in(&world, "manager-33");
    let (_, waiting) = manager.live(&world, "33.1");
    assert!(waiting >= sent.len() as u64 && waiting <= sent.len() as u64 + 40);
}

#[test]
fn l2_the_real_store_keeps_every_promise_of_the_native_one() {
    let world = World::empty();
    let operator = world.operator();
    let reply = operator.post(&world, "/v1/test/scratch/contract", &json!({}));
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    assert_eq!(reply.json().as_array().map(Vec::len), Some(6));
}

#[test]
fn l2_a_panic_in_a_transaction_undoes_it_and_the_next_request_works() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let promises = |operator: &Account| {
        let reply = operator.post(&world, "/v1/test/scratch/promises", &json!({}));
        (reply.status, reply.json())
    };
    let before = promises(&operator);
    assert_eq!(before.0, 200);
    for place in ["scratch/panic", "panic", "scratch/panic"] {
        let broken = operator.post(&world, &format!("/v1/test/{place}"), &json!({}));
        assert_eq!(broken.refusal(), (500, "broken".into()), "{place}");
        assert!(broken.header("content-security-policy").is_some());
        assert_eq!(promises(&operator), before);
        assert_eq!(
            verdicts(&device.post(&world, &[record("33.1", 5)])),
            ["counted"]
        );
    }
    assert!(world.log().contains("as a test"));
}

#[test]
fn a_panic_takes_down_no_more_than_what_is_under_way() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    thread::scope(|scope| {
        let (world, operator) = (&world, &operator);
        let breaking = scope.spawn(move || {
            for _ in 0..10 {
                let broken = operator.post(world, "/v1/test/scratch/panic", &json!({}));
                assert_eq!(broken.status, 500);
            }
        });
        let mut device = device.clone();
        let sending = scope.spawn(move || {
            let mut all = Vec::new();
            for _ in 0..20 {
                let record = record("33.1", 5);
                // As a device does: again until there is a verdict.
                let verdict = (0..20).find_map(|_| {
                    let reply = device.post(world, std::slice::from_ref(&record));
                    (reply.status == 200).then(|| verdicts(&reply))
                });
                all.extend(verdict.expect("a verdict in the end"));
            }
            all
        });
        breaking.join().expect("no panic");
        let verdicts = sending.join().expect("no panic");
        assert_eq!(verdicts.len(), 20);
        assert!(
            verdicts
                .iter()
                .all(|word| word == "counted" || word == "already")
        );
    });
    let manager = world.manager_of(&operator, "33");
    assert_eq!(manager.live(&world, "33.1").1, 20);
}

#[test]
fn p2_nothing_that_was_sent_stands_in_the_log() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let marked = crate::device::with_body(&record("33.1", 5), |body| {
        body.replacen("dat-dai", "marked-field", 1)
    });
    device.post(&world, &[marked]);
    device.send(&world, &device.path(), b"{\"marked-key\": \"marked-text\"");
    let nobody = Account::default();
    nobody.try_sign_in(&world, "marked-name", "marked-password");
    operator.post(&world, "/v1/test/panic", &json!({}));
    // The panic was last: once its words are there, all that came before them is.
    let until = Instant::now() + Duration::from_secs(20);
    while !world.log().contains("as a test") {
        assert!(Instant::now() < until, "{}", world.log());
        thread::sleep(Duration::from_millis(50));
    }
    let log = world.log();
    assert!(!log.contains("marked"), "{log}");
}
