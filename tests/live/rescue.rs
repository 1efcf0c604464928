//! What waits on a device reaches its ledger in a file, by any hand, once (rules O14, W8, L8).

use serde_json::{Value, json};
use survey::day::DAY_MS;

use crate::device::{Device, record, verdicts, with_body};
use crate::sealing::{content, seal};
use crate::world::{Account, MORNING, Reply, World};

/// The key that files are sealed to, as a device gets it.
pub fn key(world: &World, device: &Device) -> Value {
    device.config(world).json()["rescue"].clone()
}

fn by_device(world: &World, relay: &Device, file: &Value) -> Reply {
    let body = file.to_string();
    let path = "/v1/rescue";
    let signature = relay.signature(path, body.as_bytes());
    let headers = [
        ("content-type", "application/json"),
        ("x-device-signature", signature.as_str()),
        ("x-device", relay.id.as_str()),
    ];
    crate::world::ask("POST", &world.counter(path), &headers, body.as_bytes())
}

/// Hands a file in as an operator.
pub fn by_operator(world: &World, operator: &Account, file: &Value) -> Reply {
    operator.post(world, "/v1/rescue", file)
}

/// Counted, already, quarantined of the one unit, and unread.
fn counts(reply: &Reply) -> [u64; 4] {
    let json = reply.json();
    assert_eq!(reply.status, 200, "{json}");
    let of = |value: &Value| value.as_u64().unwrap_or_default();
    let unit = &json["units"][0];
    [
        of(&unit["counted"]),
        of(&unit["already"]),
        of(&unit["quarantined"]),
        of(&json["unread"]),
    ]
}

fn revoke(world: &World, operator: &Account, device: &Device) {
    let path = format!("/v1/devices/{}/revoke", device.id);
    assert_eq!(operator.post(world, &path, &json!({})).status, 200);
}

#[test]
fn o14_a_file_counts_once_however_often_and_by_whomever_it_is_handed_in() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let relay = Device::enrolled(&world, &operator, "34.1");
    let records: Vec<_> = (1..=5).map(|level| record("33.1", level)).collect();
    // One of them got through before the network went.
    assert_eq!(verdicts(&device.post(&world, &records[..1])), ["counted"]);
    let file = seal(&device, &key(&world, &device), &content("33.1", &records));
    let first = by_device(&world, &relay, &file);
    assert_eq!(counts(&first), [4, 1, 0, 0]);
    assert_eq!(counts(&by_device(&world, &relay, &file)), [0, 5, 0, 0]);
    assert_eq!(counts(&by_operator(&world, &operator, &file)), [0, 5, 0, 0]);
    // Exported again, sealed anew, and at last the network is back.
    let again = seal(&device, &key(&world, &device), &content("33.1", &records));
    assert_eq!(
        counts(&by_operator(&world, &operator, &again)),
        [0, 5, 0, 0]
    );
    assert_eq!(verdicts(&device.post(&world, &records)), ["already"; 5]);
    assert_eq!(manager.live(&world, "33.1"), (5, 5));
    // The reply is counts and nothing else.
    let text = String::from_utf8(first.bytes).expect("text");
    assert!(!text.contains(&records[1].id.to_string()) && !text.contains("answers"));
}

#[test]
fn o14_only_a_whole_file_for_this_server_is_opened() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let device = Device::enrolled(&world, &operator, "33.1");
    let key = key(&world, &device);
    let good = seal(&device, &key, &content("33.1", &[record("33.1", 4)]));
    let refusal = |file: &Value| by_operator(&world, &operator, file).refusal();
    let bad = (400, "bad-rescue".to_owned());
    let changed = |name: &str, change: &dyn Fn(&str) -> String| {
        let mut file = good.clone();
        file[name] = json!(change(good[name].as_str().expect("a text")));
        assert_ne!(file, good, "{name}");
        file
    };
    let flipped = |text: &str| {
        let at = text.len() / 2;
        let other = if text.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    };
    assert_eq!(refusal(&changed("sealed", &flipped)), bad);
    let cut = |text: &str| text[..text.len() - 4].to_owned();
    assert_eq!(refusal(&changed("sealed", &cut)), bad);
    let recount = |text: &str| text.replacen("\"count\":1", "\"count\":2", 1);
    assert_eq!(refusal(&changed("header", &recount)), bad);
    let other = Device::enrolled(&world, &operator, "33.1");
    let other_device = |text: &str| text.replacen(&device.id, &other.id, 1);
    assert_eq!(refusal(&changed("header", &other_device)), bad);
    assert_eq!(refusal(&json!({"a": 1})), bad);
    // Sealed to a key that nobody here has.
    let mut foreign = key.clone();
    foreign["id"] = json!("0123456789abcdef");
    let foreign = seal(&device, &foreign, &content("33.1", &[record("33.1", 4)]));
    assert_eq!(refusal(&foreign), (400, "other-key".into()));
    // A content that is not what its header says, and one that is too large.
    let mut odd = content("33.1", &[record("33.1", 4)]);
    odd["v"] = json!(2);
    assert_eq!(refusal(&seal(&device, &key, &odd)), bad);
    let mut large = good.clone();
    large["sealed"] = json!("A".repeat(9 << 20));
    assert_eq!(refusal(&large), (413, "too-large".into()));
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
    assert_eq!(counts(&by_operator(&world, &operator, &good)), [1, 0, 0, 0]);
}

#[test]
fn o14_only_an_enrolled_device_or_an_operator_hands_a_file_in() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let device = Device::enrolled(&world, &operator, "33.1");
    let file = seal(
        &device,
        &key(&world, &device),
        &content("33.1", &[record("33.1", 4)]),
    );
    let refused = |reply: Reply| reply.refusal();
    let stranger = Device::stranger("33.1");
    let unknown = by_device(&world, &stranger, &file);
    assert_eq!(refused(unknown), (401, "unknown-device".into()));
    let mut thief = Device::stranger("33.1");
    thief.id.clone_from(&device.id);
    let forged = by_device(&world, &thief, &file);
    assert_eq!(refused(forged), (401, "bad-signature".into()));
    let revoked = Device::enrolled(&world, &operator, "33.1");
    revoke(&world, &operator, &revoked);
    let forged = by_device(&world, &revoked, &file);
    assert_eq!(refused(forged), (403, "revoked-device".into()));
    let not_allowed = by_operator(&world, &manager, &file);
    assert_eq!(refused(not_allowed), (403, "not-allowed".into()));
    let nobody = by_operator(&world, &Account::default(), &file);
    assert_eq!(refused(nobody), (401, "signed-out".into()));
    // The counter's site knows no other way in or out.
    let read = crate::world::ask("GET", &world.counter("/v1/rescue"), &[], b"");
    assert_eq!(refused(read), (405, "bad-method".into()));
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
}

#[test]
fn o14_a_queue_without_a_valid_key_is_kept_and_released_once() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let relay = Device::enrolled(&world, &operator, "33.2");
    let mut lost = Device::enrolled(&world, &operator, "33.1");
    let sealing = key(&world, &lost);
    let records: Vec<_> = (1..=3).map(|level| record("33.1", level)).collect();
    revoke(&world, &operator, &lost);
    let file = seal(&lost, &sealing, &content("33.1", &records));
    assert_eq!(counts(&by_device(&world, &relay, &file)), [0, 0, 3, 0]);
    // A device that the server does not know, because it was restored to a time before it.
    let unknown = Device::stranger("33.1");
    let others = [record("33.1", 4), record("33.1", 5)];
    let file = seal(&unknown, &sealing, &content("33.1", &others));
    assert_eq!(counts(&by_device(&world, &relay, &file)), [0, 0, 2, 0]);
    // Somebody who writes a file in the name of a device does not have its key.
    let honest = Device::enrolled(&world, &operator, "33.1");
    let mut forger = Device::stranger("33.1");
    forger.id.clone_from(&honest.id);
    let file = seal(&forger, &sealing, &content("33.1", &[record("33.1", 1)]));
    assert_eq!(counts(&by_device(&world, &relay, &file)), [0, 0, 1, 0]);
    assert_eq!(manager.live(&world, "33.1"), (0, 0));

    let kept = operator.get(&world, "/v1/quarantine");
    let text = String::from_utf8(kept.bytes.clone()).expect("text");
    assert!(!text.contains("answers") && !text.contains(&records[0].id.to_string()));
    let groups = kept.json()["groups"].as_array().cloned().expect("groups");
    assert_eq!(groups.len(), 3, "{text}");
    let group = groups
        .iter()
        .find(|group| group["which"]["device"] == lost.id.as_str());
    let group = group.expect("the revoked device's");
    assert_eq!(
        (group["count"].as_u64(), &group["form_code"]),
        (Some(3), &json!("sipas2022"))
    );
    let decide = |account: &Account, count: u64, decision: &str| {
        let wanted = json!({"which": group["which"], "count": count, "decision": decision});
        account.post(&world, "/v1/quarantine", &wanted)
    };
    for reader in [&manager, &Account::default()] {
        assert!(decide(reader, 3, "release").status >= 401);
        assert!(reader.get(&world, "/v1/quarantine").status >= 401);
    }
    assert_eq!(
        decide(&operator, 2, "release").refusal(),
        (409, "changed-meanwhile".into())
    );
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
    let released = decide(&operator, 3, "release").json();
    assert_eq!(released, json!({"counted": 3, "already": 0, "kept": 0}));
    assert_eq!(manager.live(&world, "33.1"), (3, 3));
    assert_eq!(
        decide(&operator, 3, "release").refusal(),
        (409, "changed-meanwhile".into())
    );
    assert_eq!(verdicts(&lost.post(&world, &records)), ["already"; 3]);
    assert_eq!(manager.live(&world, "33.1"), (3, 3));
}

#[test]
fn o14_records_for_a_unit_without_a_ledger_wait_in_the_file() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let records = [record("33.2", 4), record("33.2", 5)];
    let file = seal(&device, &key(&world, &device), &content("33.2", &records));
    assert_eq!(counts(&by_operator(&world, &operator, &file)), [0, 0, 0, 2]);
    Device::enrolled(&world, &operator, "33.2");
    // The device is none of that unit's, so a person decides.
    assert_eq!(counts(&by_operator(&world, &operator, &file)), [0, 0, 2, 0]);
}

#[test]
fn o14_the_private_key_stays_and_an_earlier_one_still_opens() {
    let mut world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let before = key(&world, &device);
    let early = seal(&device, &before, &content("33.1", &[record("33.1", 4)]));
    assert_eq!(before["id"].as_str().map(str::len), Some(16));
    let changed = operator.post(&world, "/v1/rescue/keys", &json!({}));
    assert_eq!(changed.status, 200, "{:?}", changed.json());
    let after = key(&world, &device);
    assert_eq!(changed.json(), after);
    assert_ne!(before, after);
    world.kill();
    world.start();
    let operator = Account::sign_in(&world, "operator");
    assert_eq!(key(&world, &device), after);
    assert_eq!(
        counts(&by_operator(&world, &operator, &early)),
        [1, 0, 0, 0]
    );
    let late = seal(&device, &after, &content("33.1", &[record("33.1", 5)]));
    assert_eq!(counts(&by_operator(&world, &operator, &late)), [1, 0, 0, 0]);
    // PKCS #8 of a P-256 key begins so; it is in no answer and no log.
    let answers = [changed.bytes, device.config(&world).bytes];
    for text in answers.iter().map(|bytes| String::from_utf8_lossy(bytes)) {
        assert!(!text.contains("MIG") && !text.contains("private"));
    }
    assert!(!world.log().contains("MIGH"));
    let manager = world.manager_of(&operator, "33");
    let refused = manager.post(&world, "/v1/rescue/keys", &json!({}));
    assert_eq!(refused.refusal(), (403, "not-allowed".into()));
}

#[test]
fn l8_records_that_name_another_unit_are_handed_to_its_ledger() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let astray = [record("33.2", 4), record("33.2", 5)];
    let kept = verdicts(&device.post(&world, &astray));
    assert_eq!(kept, ["quarantined unknown-unit"; 2]);
    let decide = |decision: &str| {
        let list = operator.get(&world, "/v1/quarantine").json();
        let group = list["groups"][0].clone();
        let wanted = json!({"which": group["which"], "count": 2, "decision": decision});
        operator.post(&world, "/v1/quarantine", &wanted)
    };
    assert_eq!(decide("release").refusal(), (400, "bad-value".into()));
    let mut other = Device::enrolled(&world, &operator, "33.2");
    let released = decide("release").json();
    assert_eq!(released, json!({"counted": 2, "already": 0, "kept": 0}));
    assert_eq!(manager.live(&world, "33.2"), (2, 2));
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
    assert_eq!(verdicts(&other.post(&world, &astray)), ["already"; 2]);
    assert_eq!(
        operator.get(&world, "/v1/quarantine").json()["groups"],
        json!([])
    );
}

#[test]
fn l8_what_is_kept_is_listed_until_a_valid_delivery_counts_it() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let mut damaged = record("33.1", 4);
    damaged.damaged = true;
    let shapeless = with_body(&record("33.1", 4), |body| body[..40].to_owned());
    device.post(&world, &[damaged, shapeless]);
    let list = || operator.get(&world, "/v1/quarantine").json()["groups"].clone();
    let which = list()[0]["which"].clone();
    let keep = json!({"which": which, "count": 1, "decision": "keep"});
    let kept = operator.post(&world, "/v1/quarantine", &keep);
    assert_eq!(kept.json()["kept"], 1, "{:?}", kept.json());
    let groups = list();
    assert_eq!(groups.as_array().map(Vec::len), Some(2), "{groups}");
    let is_kept = |group: &Value| group["which"]["kept"] == true;
    let kept = groups
        .as_array()
        .into_iter()
        .flatten()
        .filter(|it| is_kept(it));
    assert_eq!(kept.count(), 1);
    // After a year they go, and the log says where (P14).
    operator.set_clock(&world, MORNING.plus(367 * DAY_MS));
    let operator = Account::sign_in(&world, "operator");
    let night = operator.post(&world, "/v1/test/night", &json!({}));
    assert_eq!(night.status, 200, "{:?}", night.json());
    let list = operator.get(&world, "/v1/quarantine").json();
    assert_eq!(list["groups"], json!([]));
    let gone = operator.get(&world, "/v1/audit?act=retire-quarantine");
    let lines = gone.json()["lines"].as_array().cloned().expect("lines");
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(line["subject"], "33.1");
}
