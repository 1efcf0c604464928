//! A unit that is merged into another while its devices are offline: everything counts, once, where it
//! was answered, and shows in the history of the one that follows (rules L1, D1).

use serde_json::json;
use survey::day::DAY_MS;
use xtask::workerd::Release;

use crate::device::{Device, record, record_on, verdicts};
use crate::figures::wait_for;
use crate::world::{Account, MORNING, World, today};

#[test]
fn d1_l1_what_waits_on_devices_while_their_unit_is_merged_counts_once_in_its_heirs_history() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut merged = Device::enrolled(&world, &operator, "33.1");
    let mut heir = Device::enrolled(&world, &operator, "33.2");
    let many =
        |unit: &str, level, count| (0..count).map(|_| record(unit, level)).collect::<Vec<_>>();
    assert_eq!(
        verdicts(&merged.post(&world, &many("33.1", 5, 12))),
        ["counted"; 12]
    );
    // Both go offline and go on being answered.
    let waits = many("33.1", 1, 10);
    let also_waits = many("33.2", 4, 15);
    let mut closed = json!({"id": "33.1", "parent": "33", "kind": "commune",
        "name": {"vi": "Đơn vị 33.1"}, "valid_from": "2025-07-01", "collects": true});
    closed["valid_to"] = json!(today());
    closed["successors"] = json!(["33.2"]);
    let change = json!({"units": [closed], "dry_run": false}).to_string();
    let reply = operator.ask(&world, "PUT", "/v1/units", change.as_bytes());
    assert_eq!(
        (reply.status, reply.json()["done"].clone()),
        (200, json!(true)),
        "{:?}",
        reply.json()
    );
    operator.set_clock(&world, MORNING.plus(DAY_MS));

    // Back online, the device learns that it stands at the heir, and still owes its old unit ten.
    let config = merged.config(&world).json();
    assert_eq!(
        (&config["unit"], &config["version"]),
        (&json!("33.2"), &json!(2))
    );
    let batch = merged.batch(&waits);
    assert_eq!(
        verdicts(&merged.send(&world, &merged.path(), &batch)),
        ["counted"; 10]
    );
    assert_eq!(
        verdicts(&merged.send(&world, &merged.path(), &batch)),
        ["already"; 10]
    );
    let mut moved = merged.clone();
    moved.unit = "33.2".into();
    let tomorrow = today().plus(1);
    let new: Vec<_> = (0..13)
        .map(|_| record_on("33.2", tomorrow, |_| 2))
        .collect();
    assert_eq!(verdicts(&moved.post(&world, &new)), ["counted"; 13]);
    assert_eq!(verdicts(&heir.post(&world, &also_waits)), ["counted"; 15]);

    // 12 wholly satisfied and 10 not at the old unit, 15 and 13 at the heir: 27 of 50, 54 %.
    let manager = Account::sign_in(&world, "manager-33");
    wait_for(&world, &manager, "33", 50);
    let own = manager.figures(&world, "33.2");
    assert_eq!(
        (
            &own["responses"],
            &own["predecessors"],
            &own["with_predecessors"]
        ),
        (&json!(28), &json!(1), &json!(false))
    );
    let query = "/v1/units/33.2/figures?form=sipas2022&with=predecessors";
    let history = manager.get(&world, query).json();
    assert_eq!(history["responses"], 50);
    let figure = &history["overall"][0];
    assert_eq!(
        (&figure["show"], &figure["n"], &figure["index"]),
        (&json!("score"), &json!(50), &json!(5400))
    );
    let old = manager.figures(&world, "33.1");
    assert_eq!(old["responses"], 22, "a closed unit's answers stay its own");
    // The province counts each of them once, to the last criterion.
    let province = manager.figures(&world, "33");
    for part in ["overall", "factors", "items"] {
        assert_eq!(province[part], history[part], "{part}");
    }
    // 10, 13 and 15 came in on this day.
    assert_eq!(manager.live(&world, "33"), (38, 0));
    let query = "/v1/units/33/figures?form=sipas2022&with=predecessors";
    let again = manager.get(&world, query).json();
    assert_eq!(
        again["responses"], 50,
        "nothing above the heir is added twice"
    );
}

#[test]
fn d1_l1_a_record_of_after_the_last_day_counts_at_the_unit_that_it_names() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut merged = Device::enrolled(&world, &operator, "33.1");
    Device::enrolled(&world, &operator, "33.2");
    let closed = json!({"id": "33.1", "parent": "33", "kind": "commune",
        "name": {"vi": "Đơn vị 33.1"}, "valid_from": "2025-07-01", "collects": true,
        "valid_to": today(), "successors": ["33.2"]});
    let change = json!({"units": [closed], "dry_run": false}).to_string();
    let reply = operator.ask(&world, "PUT", "/v1/units", change.as_bytes());
    assert_eq!(reply.json()["done"], true, "{}", reply.everything());
    operator.set_clock(&world, MORNING.plus(DAY_MS));
    // Answered on the day after by a device that had not heard of the merger.
    let late = |count: usize| {
        let day = today().plus(1);
        (0..count)
            .map(move |_| record_on("33.1", day, |_| 4))
            .collect::<Vec<_>>()
    };
    let sent = late(11);
    assert_eq!(verdicts(&merged.post(&world, &sent)), ["counted"; 11]);
    let manager = Account::sign_in(&world, "manager-33");
    wait_for(&world, &manager, "33", 11);
    assert_eq!(manager.figures(&world, "33.1")["responses"], 11);
    assert_eq!(manager.figures(&world, "33.2")["responses"], 0);
    let history = "/v1/units/33.2/figures?form=sipas2022&with=predecessors";
    assert_eq!(manager.get(&world, history).json()["responses"], 11);
    // Sent again to the successor's ledger, as its new address, none of them counts there.
    assert_eq!(merged.config(&world).json()["unit"], "33.2");
    let mut moved = merged.clone();
    moved.unit = "33.2".into();
    let kept = ["quarantined unknown-unit"; 11];
    assert_eq!(verdicts(&moved.post(&world, &sent)), kept);
    assert_eq!(manager.figures(&world, "33")["responses"], 11);
}
