//! What holds when the server breaks or is cut off.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use survey::day::HOUR_MS;

use crate::device::{Device, record, verdicts};
use crate::world::{Account, MORNING, World};

/// How often the server is killed; `cargo xtask long` asks for more.
fn kills() -> u32 {
    let told = std::env::var("KILLS")
        .ok()
        .and_then(|kills| kills.parse().ok());
    told.unwrap_or(3)
}

#[test]
fn l6_what_was_acknowledged_is_there_after_sigkill() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let (mut sent, mut unheard) = (Vec::new(), Vec::new());
    let kills = kills();
    for round in 0..kills {
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
                    // The device may send no faster; it waits, as it would.
                    Ok(reply) => {
                        assert_eq!(reply.status, 429);
                        thread::sleep(Duration::from_millis(50));
                    }
                    Err(_) => return (sender, records),
                }
            }
        });
        // Never the same moment of a batch.
        thread::sleep(Duration::from_millis(300 + u64::from(round * 37 % 250)));
        world.kill();
        let (sender, cut) = thread.join().expect("no panic");
        device = sender;
        unheard.extend(cut);
        let before = sent.len();
        for (records, verdicts) in known {
            assert!(verdicts.iter().all(|verdict| verdict == "counted"));
            sent.extend(records);
        }
        assert!(sent.len() > before, "nothing was sent in round {round}");
        world.start();
        // In an hour the device may send as much again.
        let operator = Account::sign_in(&world, "operator");
        operator.set_clock(&world, MORNING.plus(i64::from(round + 1) * HOUR_MS));
    }
    let mut lost = 0;
    for records in sent.chunks(200) {
        let again = verdicts(&device.post(&world, records));
        lost += again.iter().filter(|verdict| *verdict != "already").count();
    }
    // What no reply was heard of is counted already, or now; then the whole set is there, once.
    for records in unheard.chunks(200) {
        assert!(
            verdicts(&device.post(&world, records))
                .iter()
                .all(|word| is_there(word))
        );
    }
    let all = sent.len() + unheard.len();
    println!(
        "kills: {kills} times SIGKILL under load, {} acknowledged, lost {lost}, in all {all} \
        counted once",
        sent.len()
    );
    assert_eq!(lost, 0);
    let operator = Account::sign_in(&world, "operator");
    let reply = operator.post(&world, "/v1/test/night", &json!({}));
    assert_eq!(reply.status, 200);
    let health = crate::world::ask("GET", &world.watch("/health"), &[], b"");
    assert_eq!(
        health.status,
        200,
        "a sum is not what its rows add up to: {:?}",
        health.json()
    );
    let manager = Account::sign_in(&world, "manager-33");
    let released = manager.figures(&world, "33.1")["responses"].as_u64();
    let (_, waiting) = manager.live(&world, "33.1");
    assert_eq!(released.unwrap_or(0) + waiting, all as u64);
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
    world.log_with("panicked at", 3);
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
    let log = world.log_with("panicked at", 1);
    assert!(!log.contains("marked"), "{log}");
}

#[test]
fn s12_twenty_devices_behind_one_address_drain_two_hundred_answers_each() {
    const DEVICES: usize = 20;
    const ANSWERS: usize = 200;
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let devices: Vec<_> = (0..DEVICES)
        .map(|at| {
            let records: Vec<_> = (0..ANSWERS).map(|n| record("33.1", 1 + fifth(n))).collect();
            (Device::enrolled(&world, &operator, "33.1"), records, at)
        })
        .collect();
    let start = Instant::now();
    let counted: usize = thread::scope(|scope| {
        let sending: Vec<_> = devices
            .into_iter()
            .map(|(mut device, records, at)| {
                let world = &world;
                scope.spawn(move || {
                    let mut counted = 0;
                    for (batch, records) in records.chunks(50).enumerate() {
                        // Each third reply is lost: the device sends again, as O4 tells it.
                        if (at + batch) % 3 == 0 {
                            device.post(world, records);
                        }
                        let said = verdicts(&device.post(world, records));
                        counted += said.iter().filter(|word| is_there(word)).count();
                    }
                    counted
                })
            })
            .collect();
        let done = sending.into_iter().map(thread::ScopedJoinHandle::join);
        done.map(|counted| counted.expect("no panic")).sum()
    });
    let took = start.elapsed();
    let (_, waiting) = manager.live(&world, "33.1");
    println!(
        "drain: {DEVICES} devices, {} answers, counted {waiting}, lost {} in {:.1} s",
        DEVICES * ANSWERS,
        DEVICES * ANSWERS - counted,
        took.as_secs_f32()
    );
    assert_eq!(counted, DEVICES * ANSWERS);
    assert_eq!(waiting, (DEVICES * ANSWERS) as u64);
}

fn fifth(n: usize) -> u8 {
    u8::try_from(n % 5).expect("below five")
}

fn is_there(verdict: &str) -> bool {
    matches!(verdict, "counted" | "already")
}
