//! Counted once, whatever arrives how often.

use std::thread;

use crate::device::{Device, record, verdicts, with_body};
use crate::world::World;

#[test]
fn l5_a_batch_that_arrives_again_is_answered_already() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (1..=5).map(|level| record("33.1", level)).collect();
    let batch = device.batch(&records);
    let first = device.send(&world, &device.path(), &batch);
    assert_eq!(verdicts(&first), ["counted"; 5]);
    let again = device.send(&world, &device.path(), &batch);
    assert_eq!(verdicts(&again), ["already"; 5]);
    // In another batch, by another device of the unit, in another order.
    let mut other = Device::enrolled(&world, &operator, "33.1");
    let reversed: Vec<_> = records.iter().rev().cloned().collect();
    assert_eq!(verdicts(&other.post(&world, &reversed)), ["already"; 5]);
    assert_eq!(manager.live(&world, "33.1"), (5, 5));
    let hashes = |reply: &crate::world::Reply| reply.json()["verdicts"][2]["hash"].clone();
    assert_eq!(hashes(&first), records[2].hash.to_string());
}

#[test]
fn l5_batches_posted_at_once_count_each_record_once() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (0..30).map(|n| record("33.1", 1 + n % 5)).collect();
    let senders: Vec<_> = (0..6)
        .map(|at| {
            // Overlapping parts of the same records, so that batches differ and collide.
            let mut part = records[at * 3..at * 3 + 15].to_vec();
            part.rotate_left(at);
            (device.clone(), part)
        })
        .collect();
    let counted: usize = thread::scope(|scope| {
        let world = &world;
        let threads: Vec<_> = senders
            .into_iter()
            .map(|(mut device, part)| {
                scope.spawn(move || {
                    (0..4)
                        .flat_map(|_| verdicts(&device.post(world, &part)))
                        .filter(|verdict| verdict == "counted")
                        .count()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"))
            .sum()
    });
    assert_eq!(counted, 30);
    assert_eq!(manager.live(&world, "33.1"), (30, 30));
}

#[test]
fn l4_a_corrupted_copy_gets_no_verdict_and_the_good_one_counts() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let good = record("33.1", 5);
    let mut corrupted = good.clone();
    corrupted.body = corrupted.body.replacen(":5", ":4", 1);
    let reply = device.post(&world, &[corrupted]);
    assert_eq!(verdicts(&reply), Vec::<String>::new());
    assert_eq!(reply.json()["unread"][0], good.id.to_string());
    assert_eq!(verdicts(&device.post(&world, &[good])), ["counted"]);
}

#[test]
fn l7_what_cannot_be_counted_is_kept_with_its_reason() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let good = || record("33.1", 5);
    let changed = |from: &str, to: &str| with_body(&good(), |body| body.replacen(from, to, 1));
    let other = record("34.1", 5);
    let conflict = good();
    let cases = [
        (
            with_body(&good(), |body| body[..100].to_owned()),
            "bad-shape",
        ),
        (changed("\"dur\"", "\"name\":\"A\",\"dur\""), "bad-shape"),
        (changed("\"form\":\"", "\"form\":\"0000"), "bad-shape"),
        (changed(":5", ":6"), "out-of-range"),
        (changed(":5", ":7"), "out-of-range"),
        (other, "unknown-unit"),
        (
            with_body(&good(), |body| {
                let form = body.split('"').nth(3).unwrap_or_default();
                body.replacen(form, &"0".repeat(64), 1)
            }),
            "unknown-form",
        ),
    ];
    for (record, reason) in &cases {
        let verdicts = verdicts(&device.post(&world, std::slice::from_ref(record)));
        assert_eq!(verdicts, [format!("quarantined {reason}")]);
    }
    assert_eq!(
        verdicts(&device.post(&world, std::slice::from_ref(&conflict))),
        ["counted"]
    );
    let second = with_body(&conflict, |body| body.replacen(":5", ":1", 1));
    let refused = verdicts(&device.post(&world, &[second]));
    assert_eq!(refused, ["quarantined id-conflict"]);
    assert_eq!(manager.live(&world, "33.1"), (1, 1));
}

#[test]
fn w8_a_key_can_lapse_and_ingest_cannot() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let unverified = ["quarantined unverified-device"];
    let mut thief = Device::stranger("33.1");
    thief.id.clone_from(&device.id);
    let kept = record("33.1", 4);
    let sent = thief.post(&world, std::slice::from_ref(&kept));
    assert_eq!(verdicts(&sent), unverified);
    // The same record, delivered by the device itself, counts (L8).
    assert_eq!(verdicts(&device.post(&world, &[kept])), ["counted"]);

    let path = format!("/v1/devices/{}/revoke", device.id);
    assert_eq!(
        manager
            .post(&world, &path, &serde_json::json!({}))
            .refusal(),
        (403, "not-allowed".into())
    );
    assert_eq!(
        operator.post(&world, &path, &serde_json::json!({})).status,
        200
    );
    assert_eq!(
        verdicts(&device.post(&world, &[record("33.1", 4)])),
        unverified
    );
    assert_eq!(
        device.config(&world).refusal(),
        (403, "revoked-device".into())
    );
    assert_eq!(manager.live(&world, "33.1"), (1, 1));

    let mut stranger = Device::stranger("33.1");
    let refused = stranger.post(&world, &[record("33.1", 4)]);
    assert_eq!(refused.refusal(), (401, "unknown-device".into()));
}

#[test]
fn s3_a_device_only_appends_and_only_for_its_unit() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    Device::enrolled(&world, &operator, "33.2");
    assert_eq!(
        verdicts(&device.post(&world, &[record("33.1", 4)])),
        ["counted"]
    );
    // A stranger at another unit, and at its own it cannot answer for another.
    let mut elsewhere = device.clone();
    elsewhere.unit = "33.2".into();
    let refused = elsewhere.post(&world, &[record("33.2", 4)]);
    assert_eq!(refused.refusal(), (401, "unknown-device".into()));
    let other = verdicts(&device.post(&world, &[record("33.2", 4)]));
    assert_eq!(other, ["quarantined unknown-unit"]);
    // Nothing that was sent can be read, changed or taken back.
    for method in ["GET", "PUT", "DELETE"] {
        let reply = crate::world::ask(method, &world.counter(&device.path()), &[], b"");
        assert_eq!(reply.refusal(), (405, "bad-method".into()), "{method}");
    }
}

#[test]
fn s12_many_devices_behind_one_address_are_not_slowed_down() {
    let world = World::empty();
    let operator = world.operator();
    let devices: Vec<_> = (0..8)
        .map(|_| Device::enrolled(&world, &operator, "33.1"))
        .collect();
    thread::scope(|scope| {
        for mut device in devices {
            let world = &world;
            scope.spawn(move || {
                for _ in 0..60 {
                    let reply = device.post(world, &[record("33.1", 4)]);
                    assert_eq!(verdicts(&reply), ["counted"]);
                }
            });
        }
    });
}

#[test]
fn w10_a_device_may_send_120_batches_at_once() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let mut replies = (0..200).map(|_| device.post(&world, &[])).enumerate();
    // That very reply is looked at: a second later one more may be sent.
    let (at, refused) = replies
        .find(|(_, reply)| reply.status == 429)
        .expect("a refusal");
    // A few more come back while the first are being sent.
    assert!((120..140).contains(&at), "{at}");
    drop(replies);
    assert_eq!(refused.refusal(), (429, "slow-down".into()));
    assert!(refused.header("retry-after").is_some());
    // The limit is the device's alone.
    let mut other = Device::enrolled(&world, &operator, "33.1");
    assert_eq!(other.post(&world, &[]).status, 200);
}

#[test]
fn w8_records_without_a_valid_key_stop_at_two_thousand_a_day() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let mut thief = Device::stranger("33.1");
    thief.id.clone_from(&device.id);
    let records = || (0..200).map(|_| record("33.1", 1)).collect::<Vec<_>>();
    for _ in 0..10 {
        assert_eq!(thief.post(&world, &records()).status, 200);
    }
    let refused = thief.post(&world, &[record("33.1", 1)]);
    assert_eq!(refused.refusal(), (429, "slow-down".into()));
    // The device itself is not held up.
    let mut device = device;
    assert_eq!(
        verdicts(&device.post(&world, &[record("33.1", 5)])),
        ["counted"]
    );
}

#[test]
fn w1_a_batch_is_signed_over_its_path_and_its_bytes() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let send = |batch: &[u8], signature: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("x-device-signature", signature),
        ];
        let url = world.counter("/v1/units/33.1/batches");
        verdicts(&crate::world::ask("POST", &url, &headers, batch))
    };
    let batch = device.batch(&[record("33.1", 5)]);
    let longer = [batch.as_slice(), b" "].concat();
    let path = device.path();
    for wrong in [
        device.signature(&path, &longer),
        device.signature("/v1/units/33.2/batches", &batch),
        device.signature("", &batch),
        device
            .signature(&path, &batch)
            .replace(['A', 'B', 'C', 'D'], "E"),
        "not a signature".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            send(&batch, &wrong),
            ["quarantined unverified-device"],
            "{wrong}"
        );
    }
    assert_eq!(send(&batch, &device.signature(&path, &batch)), ["counted"]);
}

#[test]
fn w2_a_batch_may_say_more_than_the_server_knows_and_nothing_but_how_the_device_is() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let heartbeat = device.post(&world, &[]);
    assert_eq!((heartbeat.status, verdicts(&heartbeat).len()), (200, 0));
    let batch = String::from_utf8(device.batch(&[record("33.1", 5)])).expect("text");
    let more = batch.replacen("{\"app\"", "{\"later\":{\"a\":[1]},\"app\"", 1);
    assert_ne!(more, batch);
    let reply = device.send(&world, &device.path(), more.as_bytes());
    assert_eq!(verdicts(&reply), ["counted"]);
    assert_eq!(reply.json()["v"], 1);
    assert!(more.contains(reply.json()["batch"].as_str().expect("a batch")));
}

#[test]
fn w9_the_golden_record_of_version_1_is_counted() {
    let golden = include_str!("../vectors/wire/v1/record.json");
    let golden: survey::wire::batch::Record = serde_json::from_str(golden).expect("a record");
    let world = World::empty();
    let operator = world.operator();
    let unit = serde_json::json!({"units": [{"id": "33.12000", "kind": "commune", "parent": "33",
        "name": {"vi": "Phường Phố Hiến"}, "valid_from": "2025-07-01", "collects": true}]});
    assert_eq!(operator.post(&world, "/v1/units", &unit).status, 200);
    let mut device = Device::enrolled(&world, &operator, "33.12000");
    assert_eq!(verdicts(&device.post(&world, &[golden])), ["counted"]);
}
