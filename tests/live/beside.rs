//! What a manager reads beside the figures of one unit, and who may not.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::breakdown::Quarter;
use survey::day::HOUR_MS;
use survey::id::Salt;
use survey::submission::SaltedComment;
use survey::wire::batch::Record;
use xtask::workerd::Release;

use crate::device::{Device, random, record};
use crate::world::{Account, PASSWORD, World, today};

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
    // As an id: a number of the page, its clock too, may hold these digits.
    assert!(!below.to_string().contains("\"34"));

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

fn commented(text: &str) -> Record {
    let mut parcel = record("33.1", 5).into_parcel();
    parcel.comment = Some(SaltedComment {
        text: text.into(),
        salt: Salt::from_bytes(random()),
    });
    parcel.hash = parcel.rehash();
    Record::of(&parcel)
}

#[test]
fn p13_s13_an_administrator_decides_on_what_may_name_somebody_and_the_log_says_so() {
    const NAMED: [&str; 6] = [
        "Chị Hồng rất tận tình",
        "Anh Quang nóng nảy",
        "Cảm ơn bà Sáu",
        "Ông Bảy hướng dẫn kỹ",
        "Chị Tám vui vẻ",
        "Anh Chín làm nhanh",
    ];
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let admin = json!({"account": "admin-33", "password": PASSWORD,
        "grants": [{"role": "admin", "node": "33"}]});
    assert_eq!(operator.post(&world, "/v1/accounts", &admin).status, 200);
    let admin = Account::sign_in(&world, "admin-33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let mut records: Vec<_> = NAMED.iter().map(|text| commented(text)).collect();
    let path = "/v1/units/33.1/review";
    // Six with their answers wait; four more make an atom.
    device.post(&world, &records.clone());
    assert_eq!(admin.get(&world, path).json()["months"], json!([]));
    records.clear();
    records.extend((0..4).map(|_| record("33.1", 4)));
    device.post(&world, &records);

    for who in [&manager, &operator] {
        let refused = who.get(&world, path);
        assert_eq!(refused.refusal(), (403, "not-allowed".into()));
    }
    let page = admin.get(&world, path).json();
    let marked = page["months"][0]["comments"].as_array().expect("comments");
    assert_eq!(marked.len(), 6);
    let read = || manager.get(&world, "/v1/units/33.1/comments").json();
    assert_eq!(read()["months"], json!([]));
    let mut kept = "";
    for comment in marked {
        let text = comment["text"].as_str().expect("a text");
        let decision = match text {
            "Chị Hồng rất tận tình" => {
                json!({"key": comment["key"], "decision": "show", "hide": [1]})
            }
            "Anh Quang nóng nảy" => {
                kept = "Quang";
                json!({"key": comment["key"], "decision": "keep"})
            }
            _ => json!({"key": comment["key"], "decision": "show"}),
        };
        let refused = manager.post(&world, path, &decision);
        assert_eq!(refused.refusal(), (403, "not-allowed".into()));
        assert_eq!(admin.post(&world, path, &decision).status, 200, "{text}");
        let again = admin.post(&world, path, &decision);
        assert_eq!(again.refusal(), (409, "changed-meanwhile".into()), "{text}");
    }
    let shown = read();
    let comments = shown["months"][0]["comments"].as_array().expect("comments");
    assert_eq!(comments.len(), 5);
    assert!(
        comments.contains(&json!("Chị [đã che] rất tận tình")),
        "{shown}"
    );
    assert!(comments.contains(&json!("Cảm ơn bà Sáu")));
    assert!(!kept.is_empty() && !shown.to_string().contains(kept));
    assert_eq!(admin.get(&world, path).json()["months"], json!([]));

    let log = operator.get(&world, "/v1/audit").json();
    let lines = log["lines"].as_array().expect("lines");
    let count = |act: &str| lines.iter().filter(|line| line["act"] == act).count();
    assert_eq!(count("comment-review"), 3);
    // Decisions that were made, and none that was refused.
    assert_eq!((count("comment-show"), count("comment-keep")), (5, 1));
    for word in ["Hồng", "Quang", "Sáu", "tận tình"] {
        assert!(!log.to_string().contains(word), "{word}");
    }
}
