//! From a tap to a figure: the floor, the release, the sum of the province, and who may see them.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::day::DAY_MS;
use xtask::workerd::Release;

use crate::device::{Device, record, record_on, verdicts};
use crate::world::{Account, MORNING, World, today};

/// The default figure of a page.
fn overall(page: &Value) -> &Value {
    &page["overall"][0]
}

#[test]
fn p5_twelve_show_an_interval_and_thirty_six_a_score() {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let twelve: Vec<_> = (0..12).map(|_| record("33.1", 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &twelve)), ["counted"; 12]);
    let manager = Account::sign_in(&world, "manager-33");
    assert_eq!(manager.live(&world, "33.1"), (12, 12));
    let page = manager.figures(&world, "33.1");
    assert_eq!(
        (&page["responses"], &overall(&page)["show"]),
        (&json!(0), &json!("hidden"))
    );

    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
    let page = manager.figures(&world, "33.1");
    assert_eq!(
        (&page["responses"], &overall(&page)["show"]),
        (&json!(12), &json!("interval"))
    );
    assert_eq!(overall(&page)["n"], 12);
    assert!(overall(&page).get("index").is_none());
    assert_eq!(page["last"], today().to_string());

    // 24 more: 12 wholly satisfied, 12 at level 2 throughout. 24 of 36 people, 66.67 %.
    let mut second = Device::enrolled(&world, &Account::sign_in(&world, "operator"), "33.1");
    let tomorrow = today().plus(1);
    let more =
        (0..24).map(|n| record_on("33.1", tomorrow, move |_| if n % 2 == 0 { 4 } else { 2 }));
    second.post(&world, &more.collect::<Vec<_>>());
    assert_eq!(manager.figures(&world, "33.1")["responses"], 12);
    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(2 * DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    let page = manager.figures(&world, "33.1");
    let figure = overall(&page);
    assert_eq!(
        (&figure["show"], &figure["n"], &figure["index"]),
        (&json!("score"), &json!(36), &json!(6667))
    );
    // Wilson of 24 of 36 at n_eff 36 (every person answers alike, so a person is the unit).
    let (low, high) = (figure["low"].as_u64(), figure["high"].as_u64());
    assert!(
        low.is_some_and(|low| (4_900..5_100).contains(&low)),
        "{figure}"
    );
    assert!(
        high.is_some_and(|high| (7_900..8_100).contains(&high)),
        "{figure}"
    );
    assert_eq!(page["factors"].as_array().map(Vec::len), Some(5));
    for factor in page["factors"].as_array().into_iter().flatten() {
        assert_eq!(factor["index"], 6667, "{factor}");
    }

    // The province is the sum of what its communes released.
    wait_for(&world, &manager, "33", 36);
    let province = manager.figures(&world, "33");
    assert_eq!(province["overall"], page["overall"]);
    assert_eq!(province["items"], page["items"]);
}

/// Sums go up by alarm: soon, not at once.
pub fn wait_for(world: &World, manager: &Account, unit: &str, responses: u64) {
    let until = Instant::now() + Duration::from_secs(20);
    while manager.figures(world, unit)["responses"] != responses {
        assert!(Instant::now() < until, "{}", manager.figures(world, unit));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn p6_when_ten_the_figures_move_with_the_tenth() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut one = Device::enrolled(&world, &operator, "33.1");
    let mut two = Device::enrolled(&world, &operator, "33.2");
    let records = |unit: &'static str, count| (0..count).map(move |_| record(unit, 4)).collect();
    let nine: Vec<_> = records("33.1", 9);
    one.post(&world, &nine);
    assert_eq!(manager.live(&world, "33"), (9, 9));
    assert_eq!(manager.figures(&world, "33.1")["responses"], 0);
    one.post(&world, &[record("33.1", 4)]);
    assert_eq!(manager.live(&world, "33"), (10, 0));
    assert_eq!(manager.figures(&world, "33.1")["responses"], 10);
    let thirty: Vec<_> = records("33.2", 30);
    two.post(&world, &thirty);
    wait_for(&world, &manager, "33", 40);
    assert_eq!(manager.figures(&world, "33.2")["responses"], 30);
}

#[test]
fn l11_a_release_that_was_due_while_the_server_was_down_still_goes_up() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let twelve: Vec<_> = (0..12).map(|_| record("33.1", 5)).collect();
    device.post(&world, &twelve);
    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(DAY_MS));
    world.kill();
    world.start();
    let manager = Account::sign_in(&world, "manager-33");
    wait_for(&world, &manager, "33", 12);
}

#[test]
fn s4_no_answer_names_a_unit_outside_the_subtree() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    Device::enrolled(&world, &operator, "33.1");
    Device::enrolled(&world, &operator, "34.1");
    for path in ["/v1/units", "/v1/devices"] {
        let text = String::from_utf8(manager.get(&world, path).bytes).expect("text");
        // Two digits alone stand in one device's id of eight, too.
        let is_named = |unit: &str| text.contains(&format!("\"{unit}\""));
        assert!(is_named("33.1"), "{text}");
        assert!(!is_named("34") && !is_named("34.1"), "{text}");
    }
    for path in [
        "/v1/units/34.1/figures",
        "/v1/units/34/live",
        "/v1/units/99/figures",
    ] {
        let refused = manager.get(&world, path);
        assert_eq!(refused.refusal(), (404, "not-found".into()), "{path}");
        assert!(!String::from_utf8_lossy(&refused.bytes).contains("34"));
    }
    // An operator runs the deployment and reads no figures.
    let refused = operator.get(&world, "/v1/units/33.1/figures");
    assert_eq!(refused.refusal(), (403, "not-allowed".into()));
}

#[test]
fn a_device_is_seen_as_it_said_it_is() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let row = |operator: &Account| operator.get(&world, "/v1/devices").json()["devices"][0].clone();
    assert_eq!(row(&operator)["seen"], Value::Null);
    device.post(&world, &[record("33.1", 5), record("33.1", 5)]);
    let seen = row(&operator);
    assert_eq!(
        (&seen["unsent"], &seen["free_mb"]),
        (&json!(2), &json!(900))
    );
    assert!(seen["seen"].as_i64().is_some_and(|at| at >= MORNING.0));
    assert_eq!(seen["counter_name"]["vi"], "Quầy 1");
}

#[test]
fn d1_a_unit_is_never_taken_away_and_its_id_never_given_again() {
    let world = World::empty();
    let operator = world.operator();
    for path in ["/v1/units", "/v1/units/33.1"] {
        let refused = operator.ask(&world, "DELETE", path, b"{}");
        assert!(matches!(refused.status, 404 | 405), "{path}");
    }
    let again = json!({"units": [{"id": "33.1", "kind": "commune", "parent": "34",
        "name": {"vi": "Đơn vị khác"}, "valid_from": "2026-01-01", "collects": true}]});
    let refused = operator.post(&world, "/v1/units", &again);
    assert_eq!(refused.refusal(), (409, "already-there".into()));
    assert!(
        operator
            .get(&world, "/v1/units")
            .json()
            .to_string()
            .contains("Đơn vị 33.1")
    );
}
