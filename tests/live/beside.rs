//! What a manager reads beside the figures of one unit, and who may not.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::breakdown::Quarter;
use survey::day::HOUR_MS;
use xtask::workerd::Release;

use crate::device::{Device, record};
use crate::world::{Account, World, today};

/// Sums go up by alarm: soon, not at once.
fn eventually(
    world: &World,
    who: &Account,
    path: &str,
    is_there: impl Fn(&Value) -> bool,
) -> Value {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let page = who.get(world, path).json();
        if is_there(&page) {
            return page;
        }
        assert!(Instant::now() < until, "{path}: {page}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn um5_um6_um7_um9_months_neighbours_dossiers_and_comments_are_read_beside_figures() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let forty: Vec<_> = (0..40).map(|n| record("33.1", 3 + n % 3)).collect();
    device.post(&world, &forty);
    let month = today().month_slice();

    let trend = manager.get(&world, "/v1/units/33.1/trend").json();
    let line = &trend["months"][0];
    assert_eq!(
        (&line["month"], &line["responses"], &line["finality"]),
        (&json!(month), &json!(40), &json!("open"))
    );
    assert_eq!(line["figure"]["show"], "score");

    let is_up = |page: &Value| page["children"][0]["responses"] == 40;
    let below = eventually(&world, &manager, "/v1/units/33/children", is_up);
    assert_eq!(below["children"][0]["unit"], "33.1");
    assert_eq!(below["children"][0].get("place"), None);
    assert!(!below.to_string().contains("34"));

    let path = "/v1/units/33.1/coverage";
    let unknown = manager.get(&world, path).json();
    assert_eq!(
        (&unknown["missing"], &unknown["coverage"]),
        (&json!([month]), &Value::Null)
    );
    let file = json!({"csv": format!("unit,month,dossiers\n33.1,{month},160\n")});
    let refused = manager.post(&world, "/v1/dossiers/import", &file);
    assert_eq!(refused.refusal(), (403, "not-allowed".into()));
    let outcome = operator.post(&world, "/v1/dossiers/import", &file).json();
    assert_eq!(
        (&outcome["added"], &outcome["errors"]),
        (&json!(1), &json!([]))
    );
    let known = manager.get(&world, path).json();
    assert_eq!(known["coverage"]["share"], 2_500);
    assert_eq!(
        manager.get(&world, "/v1/dossiers").json()["counts"][0]["dossiers"],
        160
    );

    let comments = manager.get(&world, "/v1/units/33.1/comments").json();
    assert_eq!(comments["months"], json!([]));
    let log = operator.get(&world, "/v1/audit?act=comment-view").json();
    assert!(log.to_string().contains("33.1"), "{log}");

    for what in ["trend", "children", "coverage", "comments", "breakdown"] {
        let elsewhere = manager.get(&world, &format!("/v1/units/34.1/{what}"));
        assert_eq!(elsewhere.refusal(), (404, "not-found".into()), "{what}");
        let by_operator = operator.get(&world, &format!("/v1/units/33.1/{what}"));
        assert_eq!(by_operator.refusal(), (403, "not-allowed".into()), "{what}");
        let unread = manager.get(&world, &format!("/v1/units/33.1/{what}?level=5"));
        assert_eq!(unread.refusal(), (400, "bad-value".into()), "{what}");
    }
}

#[test]
fn p7_a_sealed_quarter_is_read_by_its_groups_where_all_above_let_it() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let forty: Vec<_> = (0..40).map(|n| record("33.1", 3 + n % 3)).collect();
    device.post(&world, &forty);
    let path = "/v1/units/33.1/breakdown";
    let early = manager.get(&world, path).json();
    assert_eq!(early["quarter"], Value::Null, "{early}");

    let quarter = Quarter::of(today());
    let sealed = quarter.sealed_at().expect("in the calendar");
    operator.set_clock(&world, sealed.plus(HOUR_MS));
    let operator = Account::sign_in(&world, "operator");
    let night = operator.post(&world, "/v1/test/night", &json!({}));
    assert_eq!(night.status, 200);
    let manager = Account::sign_in(&world, "manager-33");
    let is_decided = |page: &Value| page["by"][1]["groups"].is_array();
    let page = eventually(&world, &manager, path, is_decided);
    assert_eq!(page["quarter"], json!(quarter.name()));
    let modes = &page["by"][1];
    assert_eq!(
        (
            &modes["by"],
            &modes["groups"][0]["group"],
            &modes["groups"][0]["responses"]
        ),
        (&json!("mode"), &json!("self"), &json!(40))
    );
    assert_eq!(modes["groups"][0]["figure"]["show"], "score");
    assert_eq!(modes["groups"][1]["responses"], 0);
    let province = eventually(&world, &manager, "/v1/units/33/breakdown", is_decided);
    assert_eq!(province["by"][1]["groups"], modes["groups"]);
}
