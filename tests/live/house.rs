//! The house's own business over a whole run: its sessions and how they end, and the log of what was done.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use survey::day::{DAY_MS, HOUR_MS};

use crate::device::{Device, record, verdicts, with_body};
use crate::passkeys::{self, Phone};
use crate::rescue::{by_operator, key};
use crate::sealing::{content, seal};
use crate::world::{Account, MORNING, PASSWORD, Reply, World, hex, today};

const NEW: &str = "một câu mới khá dài";

fn must(reply: &Reply) {
    assert_eq!(reply.status, 200, "{}", reply.everything());
}

fn put(world: &World, account: &Account, path: &str, body: &Value) {
    must(&account.ask(world, "PUT", path, body.to_string().as_bytes()));
}

fn is_over(world: &World, account: &Account) -> bool {
    let reply = account.get(world, "/v1/session");
    match reply.status {
        200 => false,
        _ => reply.refusal() == (401, "signed-out".into()),
    }
}

#[test]
fn s6_a_session_ends_with_other_rights_a_recovery_a_new_password_and_everywhere_at_once() {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let two = || ["manager-33"; 2].map(|name| Account::sign_in(&world, name));
    let grants = "/v1/accounts/manager-33/grants";
    let right = |role: &str| json!({"grants": [{"role": role, "node": "33.1", "from": today()}]});

    let [one, other] = two();
    put(&world, &operator, grants, &right("auditor"));
    assert!(
        is_over(&world, &one) && is_over(&world, &other),
        "other rights"
    );
    let now = Account::sign_in(&world, "manager-33");
    assert_eq!(
        now.get(&world, "/v1/units/33.1/figures").status,
        403,
        "an auditor"
    );
    assert_eq!(now.get(&world, "/v1/audit").status, 200);
    put(&world, &operator, grants, &right("manager"));

    let [one, other] = two();
    let own = json!({"old": PASSWORD, "new": NEW});
    put(&world, &one, "/v1/session/password", &own);
    assert!(
        !is_over(&world, &one) && is_over(&world, &other),
        "a new password"
    );
    let recovery = json!({ "password": PASSWORD });
    put(
        &world,
        &operator,
        "/v1/accounts/manager-33/password",
        &recovery,
    );
    assert!(is_over(&world, &one), "a recovery");

    let [one, other] = two();
    must(&one.ask(&world, "DELETE", "/v1/sessions", b""));
    assert!(
        is_over(&world, &one) && is_over(&world, &other),
        "everywhere"
    );

    // Rights that end with a day end on the next request, without anybody's doing.
    let today_only =
        json!({"grants": [{"role": "manager", "node": "33", "from": today(), "to": today()}]});
    put(&world, &operator, grants, &today_only);
    let [one, _] = two();
    must(&one.get(&world, "/v1/units/33.1/live"));
    operator.set_clock(&world, MORNING.plus(15 * HOUR_MS));
    // Nobody touched it for half an hour.
    assert!(is_over(&world, &one) && is_over(&world, &operator), "rest");
    let tomorrow = Account::sign_in(&world, "manager-33");
    assert_eq!(tomorrow.get(&world, "/v1/units/33.1/live").status, 404);
}

/// A device is set, moved and replaced; another is revoked. The first comes back, and the other's id.
fn devices_are_kept(world: &World, operator: &Account) -> (Device, String) {
    let device = Device::enrolled(world, operator, "33.1");
    let path = |what: &str, device: &Device| format!("/v1/devices/{}/{what}", device.id);
    let settings = json!({"based_on": 1, "counter_name": {"vi": "Quầy 1"},
        "settings": {"form": "sipas2022"}});
    put(world, operator, &path("config", &device), &settings);
    let place = json!({"unit": "33.2", "counter": "q2", "counter_name": {"vi": "Quầy 2"}});
    must(&operator.post(world, &path("move", &device), &place));
    must(&operator.post(world, &path("replacement-codes", &device), &json!({})));
    let gone = Device::enrolled(world, operator, "33.1");
    must(&operator.post(world, &path("revoke", &gone), &json!({})));
    (device, gone.id)
}

/// A marked answer, in every way that one comes in, and what is decided about it.
fn a_marked_answer_comes_in(world: &World, operator: &Account, device: &mut Device) {
    let marked = |body: &str| body.replacen("dat-dai", "zzmarkzz", 1);
    let known = with_body(&record("33.1", 4), marked);
    let mut astray = with_body(&record("33.1", 3), marked);
    astray = with_body(&astray, |body| {
        body.replacen("\"form\":\"", "\"form\":\"00", 1)
    });
    let sent = verdicts(&device.post(world, &[known.clone(), astray]));
    assert_eq!(sent[0], "counted");
    assert!(sent[1].starts_with("quarantined"), "{sent:?}");
    let file = seal(device, &key(world, device), &content("33.1", &[known]));
    must(&by_operator(world, operator, &file));
    let groups = operator.get(world, "/v1/quarantine").json()["groups"].clone();
    let which = groups[0]["which"].clone();
    // Its form is not known here, so that a release leaves it where it is.
    for decision in ["release", "keep"] {
        let decide = json!({"which": which, "count": groups[0]["count"], "decision": decision});
        must(&operator.post(world, "/v1/quarantine", &decide));
    }
    must(&operator.post(world, "/v1/rescue/keys", &json!({})));
}

/// Accounts get rights, passwords and passkeys; a unit is closed.
fn people_and_units_are_kept(world: &World, operator: &Account) {
    world.manager_of(operator, "33");
    let right = json!({"grants": [{"role": "manager", "node": "33", "from": today()}]});
    put(world, operator, "/v1/accounts/manager-33/grants", &right);
    let recovery = json!({ "password": NEW });
    let password = "/v1/accounts/manager-33/password";
    put(world, operator, password, &recovery);
    let wrong = Account::default().try_sign_in(world, "manager-33", "wrong wrong wrong");
    assert_eq!(wrong.refusal(), (401, "wrong-password".into()));
    let form = json!({"file": include_str!("../vectors/added-form.json"),
        "starts": today(), "dry_run": false});
    must(&operator.post(world, "/v1/forms", &form));
    let counted = json!({"counts": [{"unit": "33.1", "month": today().month_slice(),
        "dossiers": 160}]});
    put(world, operator, "/v1/dossiers", &counted);
    must(&operator.get(world, "/v1/units.csv"));
    let mut phone = Phone::new();
    must(&passkeys::add(world, operator, &phone));
    let entered = Account::of(&passkeys::sign_in(world, &mut phone));
    let proof = json!({ "password": PASSWORD });
    entered.take(&entered.post(world, "/v1/session/proof", &proof));
    let own = entered.get(world, "/v1/passkeys").json()["passkeys"][0]["id"].clone();
    let own = own.as_str().expect("an id");
    must(&entered.ask(world, "DELETE", &format!("/v1/passkeys/{own}"), b""));
    let closed = json!({"units": [{"id": "33.2", "parent": "33", "kind": "commune",
        "name": {"vi": "Đơn vị 33.2"}, "valid_from": "2025-07-01", "collects": true,
        "valid_to": today(), "successors": ["33.1"]}], "dry_run": false});
    put(world, operator, "/v1/units", &closed);
    let passwords = json!({"old": PASSWORD, "new": NEW});
    put(world, operator, "/v1/session/password", &passwords);
}

/// What all of it must have left in the log: who did what to whom.
fn must_tell(lines: &[Value], device: &str, gone: &str) {
    let told = |wanted: [&str; 3]| {
        lines.iter().any(|line| {
            let cells =
                ["actor", "act", "subject"].map(|cell| line[cell].as_str().unwrap_or_default());
            cells == wanted
        })
    };
    for wanted in [
        ["set-up", "add-account", "operator"],
        ["operator", "sign-in", ""],
        ["operator", "add-unit", "33.1"],
        ["operator", "draw-code", "33.1"],
        [device, "enrol", "33.1"],
        ["operator", "configure", device],
        ["operator", "move", device],
        ["operator", "draw-code", "33.2"],
        ["operator", "revoke", gone],
        ["operator", "import-rescue", device],
        ["operator", "add-account", "manager-33"],
        ["manager-33", "sign-in", ""],
        ["operator", "set-grants", "manager-33"],
        ["operator", "recover", "manager-33"],
        ["operator", "add-passkey", ""],
        ["operator", "sign-in-passkey", ""],
        ["operator", "prove", ""],
        ["operator", "drop-passkey", ""],
        ["operator", "change-unit", "33.2"],
        ["operator", "change-password", ""],
        ["succession", "move", device],
        ["manager-33", "wrong-password", ""],
        ["operator", "export-units", ""],
        ["operator", "export-audit", ""],
        ["operator", "sign-out-everywhere", ""],
    ] {
        assert!(told(wanted), "{wanted:?} is not in {lines:#?}");
    }
    let acts: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line["act"].as_str())
        .collect();
    for act in [
        "keep-quarantine",
        "release-quarantine",
        "change-key",
        "add-form",
        "count-dossiers",
    ] {
        assert!(acts.contains(act), "{act}");
    }
}

/// In the order in which it happened, numbered without a gap.
fn must_be_in_order(lines: &[Value]) {
    let cells = |name: &str| -> Vec<i64> {
        let cells = lines.iter().filter_map(|line| line[name].as_i64());
        cells.collect()
    };
    let count = i64::try_from(lines.len()).expect("a number");
    assert_eq!(cells("no"), (1..=count).rev().collect::<Vec<_>>());
    let times = cells("at");
    assert!(
        // The first two were written before the test set its clock.
        times[..times.len() - 2].is_sorted_by(|newer, older| older <= newer),
        "{times:?}"
    );
}

#[test]
fn s13_ua6_the_log_of_a_whole_run_is_read_back_as_it_happened() {
    let world = World::empty();
    let operator = world.operator();
    let (mut device, gone) = devices_are_kept(&world, &operator);
    a_marked_answer_comes_in(&world, &operator, &mut device);
    people_and_units_are_kept(&world, &operator);
    operator.set_clock(&world, MORNING.plus(DAY_MS));
    must(&device.config(&world));

    let nobody = Account::default();
    let auditor = Account::of(&nobody.try_sign_in(&world, "operator", NEW));
    let csv = auditor.get(&world, "/v1/audit.csv");
    must(&csv);
    must(&auditor.ask(&world, "DELETE", "/v1/sessions", b""));
    let auditor = Account::of(&nobody.try_sign_in(&world, "operator", NEW));
    let page = auditor.get(&world, "/v1/audit").json();
    let lines = page["lines"].as_array().expect("lines");
    assert_eq!(page["has_more"], false);
    must_tell(lines, &device.id, &gone);
    must_be_in_order(lines);
    // The same as a file, with its number of rows and its hash; never an answer, a password or a code.
    let text = String::from_utf8(csv.bytes.clone()).expect("text");
    let rows = text.lines().count() - 1;
    assert_eq!(csv.header("x-rows"), Some(rows.to_string().as_str()));
    assert_eq!(
        csv.header("x-sha256"),
        Some(hex(&Sha256::digest(&csv.bytes)).as_str())
    );
    assert!(
        text.contains(",move,") && text.contains("2026-11-23T"),
        "{text}"
    );
    let everything = [text, page.to_string()].concat();
    for secret in ["zzmarkzz", PASSWORD, NEW, "\"answers\"", "2580"] {
        assert!(!everything.contains(secret), "{secret}");
    }
    // Nothing takes a line away.
    for method in ["DELETE", "PUT", "POST"] {
        assert_eq!(auditor.ask(&world, method, "/v1/audit", b"{}").status, 405);
    }
}

#[test]
fn l1_the_unit_that_served_counts_an_answer_whoever_resolved_it() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    Device::enrolled(&world, &operator, "33.2");
    let resolved = |unit: &str| {
        with_body(&record("33.1", 4), |body| {
            let at = format!("\"field\":\"dat-dai\",\"resolved_by\":\"{unit}\"");
            body.replacen("\"field\":\"dat-dai\"", &at, 1)
        })
    };
    // A department of the same province, one elsewhere, one that nobody knows here.
    let sent = ["33.2", "34", "so-nn-mt"].map(resolved);
    assert_eq!(verdicts(&device.post(&world, &sent)), ["counted"; 3]);
    assert_eq!(manager.live(&world, "33.1"), (3, 3));
    assert_eq!(manager.live(&world, "33.2"), (0, 0));
    assert_eq!(manager.live(&world, "33"), (3, 3));
    // Sent again, each is the same answer still: who resolved it is part of what was hashed.
    assert_eq!(verdicts(&device.post(&world, &sent)), ["already"; 3]);
    let mut other = resolved("34");
    other.id = sent[0].id;
    other = with_body(&other, ToOwned::to_owned);
    assert_eq!(
        verdicts(&device.post(&world, &[other])),
        ["quarantined id-conflict"]
    );
}

#[test]
fn l1_who_resolves_is_set_for_a_device_and_told_in_counts_of_ten_and_more() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let path = format!("/v1/devices/{}/config", device.id);
    let wanted = |unit: &str| {
        json!({"based_on": 1, "counter_name": {"vi": "Quầy 1"}, "settings": {"form": "sipas2022",
            "resolvers": [{"field": "dat-dai", "unit": unit}]}})
    };
    let unknown = operator.ask(&world, "PUT", &path, wanted("35").to_string().as_bytes());
    assert_eq!(unknown.refusal(), (400, "bad-value".into()));
    put(&world, &operator, &path, &wanted("33.2"));
    let config = device.config(&world).json();
    let told = json!([{"field": "dat-dai", "unit": "33.2"}]);
    assert_eq!(
        (&config["version"], &config["resolvers"]),
        (&json!(2), &told)
    );
    // Eleven of that field, nine whose dossier a unit of another province resolves, two of its own.
    let by = |unit: Option<&str>| {
        with_body(&record("33.1", 4), |body| match unit {
            Some(unit) => {
                let at = format!("\"field\":\"dat-dai\",\"resolved_by\":\"{unit}\"");
                body.replacen("\"field\":\"dat-dai\"", &at, 1)
            }
            None => body.to_owned(),
        })
    };
    let counts = [(Some("33.2"), 11), (Some("34"), 9), (None, 2)];
    for (unit, count) in counts {
        let sent: Vec<_> = (0..count).map(|_| by(unit)).collect();
        assert_eq!(verdicts(&device.post(&world, &sent)).len(), count);
    }
    let ask = |query: &str| {
        let path = format!("/v1/units/33/resolvers{query}");
        manager.get(&world, &path)
    };
    let page = ask("").json();
    assert_eq!(
        page["elsewhere"],
        json!([{"unit": "33.2", "responses": 11}])
    );
    // Nine and two are not told, and the one outside of the manager's own has no name.
    assert_eq!(
        (&page["here"], &page["others"]),
        (&Value::Null, &Value::Null)
    );
    let sent = vec![by(Some("34"))];
    assert_eq!(verdicts(&device.post(&world, &sent)), ["counted"]);
    let page = ask("?from=2026-01&to=2026-12");
    assert_eq!(page.json()["others"], 10);
    assert!(
        !page.everything().contains("\"34\""),
        "{}",
        page.everything()
    );
    assert_eq!(ask("?from=2027-01").json()["here"], 0, "another period");
    assert_eq!(ask("?form=sipas2022").refusal().0, 400);
    // All of them count where they were received.
    assert_eq!(manager.live(&world, "33.1").0, 23);
    assert_eq!(manager.live(&world, "33.2").0, 0);
}

#[test]
fn ua2_a_device_is_replaced_and_what_the_old_one_holds_still_counts() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut old = Device::enrolled(&world, &operator, "33.1");
    let path = |what: &str| format!("/v1/devices/{}/{what}", old.id);
    let settings = json!({"based_on": 1, "counter_name": {"vi": "Quầy hộ tịch"},
        "settings": {"form": "local9", "holidays": ["2026-09-02"]}});
    put(&world, &operator, &path("config"), &settings);
    let (replace, revoke) = (path("replacement-codes"), path("revoke"));
    let reply = operator.post(&world, &replace, &json!({}));
    must(&reply);
    let code = reply.json()["code"].as_str().expect("a code").to_owned();
    let new = Device::stranger("33.1");
    let reply = new.enrol(&world, &code);
    must(&reply);
    let (config, before) = (reply.json()["config"].clone(), old.config(&world).json());
    for same in ["unit", "counter", "counter_name", "form", "holidays", "pin"] {
        assert_eq!(config[same], before[same], "{same}");
    }
    // The old one goes on until it is revoked, and what it still holds then waits for a person.
    assert_eq!(
        verdicts(&old.post(&world, &[record("33.1", 4)])),
        ["counted"]
    );
    must(&operator.post(&world, &revoke, &json!({})));
    let held: Vec<_> = (0..2).map(|_| record("33.1", 5)).collect();
    let kept = ["quarantined unverified-device"; 2];
    assert_eq!(verdicts(&old.post(&world, &held)), kept);
    assert_eq!(manager.live(&world, "33.1").0, 1);
    let group = operator.get(&world, "/v1/quarantine").json()["groups"][0].clone();
    assert_eq!(
        (&group["count"], &group["which"]["device"]),
        (&json!(2), &json!(old.id))
    );
    let release = json!({"which": group["which"], "count": 2, "decision": "release"});
    let reply = operator.post(&world, "/v1/quarantine", &release);
    assert_eq!(reply.json()["counted"], 2, "{:?}", reply.json());
    assert_eq!(manager.live(&world, "33.1").0, 3);
    assert_eq!(verdicts(&old.post(&world, &held)), ["already"; 2]);
}

#[test]
fn um10_ua2_a_device_that_was_moved_is_seen_as_it_last_said_wherever_it_stood_then() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let row = || operator.get(&world, "/v1/devices").json()["devices"][0].clone();
    device.post(&world, &[record("33.1", 5), record("33.1", 4)]);
    let before = row();
    let place = json!({"unit": "33.2", "counter": "q2", "counter_name": {"vi": "Quầy 2"}});
    let path = format!("/v1/devices/{}/move", device.id);
    must(&operator.post(&world, &path, &place));
    // It is offline still, and what it said before is what is known of it.
    let moved = row();
    assert_eq!(
        (&moved["unit"], &moved["unsent"]),
        (&json!("33.2"), &json!(2))
    );
    assert!(moved["seen"].is_i64(), "never seen: {moved}");
    assert_eq!(moved["seen"], before["seen"]);
    // What the new unit heard later counts, also when the old one comes first in every list.
    let mut there = device.clone();
    there.unit = "33.2".into();
    operator.set_clock(&world, MORNING.plus(HOUR_MS / 4));
    there.post(&world, &[record("33.2", 5)]);
    let now = row();
    assert_eq!(now["unsent"], 1, "{now}");
    assert!(now["seen"].as_i64() > before["seen"].as_i64());
    // And the other way round: the last of its queue goes to the unit where it was answered.
    operator.set_clock(&world, MORNING.plus(HOUR_MS / 3));
    device.post(
        &world,
        &[record("33.1", 5), record("33.1", 5), record("33.1", 5)],
    );
    assert_eq!(row()["unsent"], 3);
}
