//! Faults of the table in docs/SPEC.md that the real Worker must stand.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use survey::day::DAY_MS;
use survey::wire::batch::Record;

use crate::device::{Device, record, record_on, verdicts};
use crate::world::{Account, MORNING, World, today};

/// The records of forty people who do not answer alike.
fn forty(unit: &str) -> Vec<Record> {
    let level = |person: usize, item: usize| {
        1 + u8::try_from((person * 7 + item * 3) % 5).expect("below five")
    };
    (0..40)
        .map(|person| record_on(unit, today(), move |item| level(person, item)))
        .collect()
}

#[test]
fn l10_any_order_of_batches_and_records_shows_the_same_figures() {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    // The same answers at two units: in order in one batch; backwards, in threes, some of them twice.
    let mut straight = Device::enrolled(&world, &operator, "33.1");
    assert_eq!(
        verdicts(&straight.post(&world, &forty("33.1"))),
        ["counted"; 40]
    );
    let mut devices = [0, 1].map(|_| Device::enrolled(&world, &operator, "33.2"));
    let mut backwards = forty("33.2");
    backwards.reverse();
    for (at, three) in backwards.chunks(3).enumerate().rev() {
        let device = &mut devices[at % 2];
        assert_eq!(
            verdicts(&device.post(&world, three)),
            vec!["counted"; three.len()]
        );
        if at % 4 == 0 {
            let again = verdicts(&devices[1].post(&world, three));
            assert_eq!(again, vec!["already"; three.len()]);
        }
    }
    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    let figures = |unit| {
        let page = manager.figures(&world, unit);
        assert_eq!(page["responses"], 40);
        ["overall", "factors", "items"].map(|part| page[part].clone())
    };
    assert_eq!(figures("33.1"), figures("33.2"));
}

#[test]
fn l1_a_device_moved_while_offline_still_delivers_to_its_old_unit() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let before: Vec<_> = (0..3).map(|_| record("33.1", 4)).collect();
    let wish = json!({"unit": "33.2", "counter": "q9", "counter_name": {"vi": "Quầy 9"}});
    let path = format!("/v1/devices/{}/move", device.id);
    assert_eq!(operator.post(&world, &path, &wish).status, 200);
    assert_eq!(verdicts(&device.post(&world, &before)), ["counted"; 3]);
    let mut there = device.clone();
    there.unit = "33.2".into();
    assert_eq!(
        verdicts(&there.post(&world, &[record("33.2", 4)])),
        ["counted"]
    );
    assert_eq!(manager.live(&world, "33.1").0, 3);
    assert_eq!(manager.live(&world, "33.2").0, 1);
    // Sent again to the wrong one, they are kept and not counted there.
    let astray = verdicts(&there.post(&world, &before));
    assert_eq!(astray, ["quarantined unknown-unit"; 3]);
    assert_eq!(manager.live(&world, "33").0, 4);
}

#[test]
fn o12_a_server_put_back_to_its_backup_is_filled_again_by_what_is_offered_again() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let old: Vec<_> = (0..5).map(|_| record("33.1", 4)).collect();
    device.post(&world, &old);
    world.kill();
    let (data, backup) = (world.data(), world.data().with_extension("backup"));
    copy(&data, &backup);
    world.start();
    let new: Vec<_> = (0..7).map(|_| record("33.1", 5)).collect();
    // One by one: a quarter that is sealed meanwhile raises the version, too.
    let mut known = None;
    for one in &new {
        known = device.post(&world, std::slice::from_ref(one)).json()["version"].as_u64();
    }
    world.kill();
    fs::remove_dir_all(&data).expect("the data goes");
    fs::rename(&backup, &data).expect("the backup takes its place");
    world.start();
    let manager = Account::sign_in(&world, "manager-33");
    assert_eq!(manager.live(&world, "33.1").0, 5);
    // The device sees that the version fell, and offers everything again.
    let version = |reply: &Value| reply["version"].as_u64();
    let reply = device.post(&world, &[]).json();
    assert!(version(&reply) < known, "{reply} after {known:?}");
    let again = verdicts(&device.post(&world, &[old, new].concat()));
    assert_eq!(again[..5], ["already"; 5]);
    assert_eq!(again[5..], ["counted"; 7]);
    assert_eq!(manager.live(&world, "33.1").0, 12);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
