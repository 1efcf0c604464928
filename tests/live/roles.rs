//! Who may open which door of the manager's API (rule S4): every operation with every role, and with
//! nobody.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::workerd::Release;

use crate::device::{Device, record};
use crate::world::{Account, PASSWORD, World, today};

const ROLES: [&str; 5] = ["operator", "admin", "manager", "auditor", "staff"];

/// An operation, and the roles that may do it.
type Door = (&'static str, String, Value, &'static [&'static str]);

fn doors(device: &str) -> Vec<Door> {
    const ALL: &[&str] = &ROLES;
    const KEEPERS: &[&str] = &["operator", "admin"];
    const OPERATOR: &[&str] = &["operator"];
    const ADMIN: &[&str] = &["admin"];
    const READERS: &[&str] = &["admin", "manager"];
    const COUNTERS: &[&str] = &["admin", "manager", "auditor"];
    const WATCHERS: &[&str] = &["operator", "admin", "manager", "auditor"];
    const AUDITORS: &[&str] = &["operator", "auditor"];
    let none = Value::Null;
    let code = json!({"counter": "q2", "counter_name": {"vi": "Quầy 2"}, "class": "kiosk",
        "channel": "counter", "form": "sipas2022", "pin": "2580"});
    let settings = json!({"based_on": 0, "counter_name": {"vi": "Quầy 2"},
        "settings": {"form": "sipas2022"}});
    let to = json!({"unit": "33.2", "counter": "q3", "counter_name": {"vi": "Quầy 3"}});
    let grants = json!({"grants": [{"role": "manager", "node": "33.1", "from": "2026-01-01"}]});
    let which = json!({"unit": "33.1", "reason": "bad-shape"});
    let csv = "id,parent,kind,name_vi,valid_from\n";
    let unit = |what: &str| format!("/v1/units/33.1/{what}");
    let own = |what: &str| format!("/v1/devices/{device}/{what}");
    let at = |path: &str| path.to_owned();
    vec![
        ("GET", at("/v1/session"), none.clone(), ALL),
        ("GET", at("/v1/units"), none.clone(), ALL),
        ("GET", at("/v1/units.csv"), none.clone(), ALL),
        ("POST", at("/v1/units"), json!({"units": []}), OPERATOR),
        (
            "PUT",
            at("/v1/units"),
            json!({"units": [], "dry_run": true}),
            OPERATOR,
        ),
        (
            "POST",
            at("/v1/units/import"),
            json!({"csv": csv, "dry_run": true}),
            OPERATOR,
        ),
        ("POST", unit("enrolment-codes"), code, KEEPERS),
        ("GET", unit("figures"), none.clone(), READERS),
        ("GET", unit("live"), none.clone(), READERS),
        ("GET", unit("coverage"), none.clone(), COUNTERS),
        ("GET", unit("trend"), none.clone(), READERS),
        ("GET", unit("comments"), none.clone(), READERS),
        ("GET", unit("review"), none.clone(), ADMIN),
        (
            "POST",
            unit("review"),
            json!({"key": "no-such-key", "decision": "keep"}),
            ADMIN,
        ),
        ("GET", unit("resolvers"), none.clone(), READERS),
        ("GET", unit("history"), none.clone(), ALL),
        ("GET", at("/v1/devices"), none.clone(), WATCHERS),
        ("PUT", own("config"), settings, KEEPERS),
        ("POST", own("replacement-codes"), json!({}), KEEPERS),
        ("POST", own("move"), to, KEEPERS),
        ("POST", own("revoke"), json!({}), KEEPERS),
        ("GET", at("/v1/alerts"), none.clone(), KEEPERS),
        (
            "POST",
            at("/v1/alerts"),
            json!({"node": "33.1", "language": "vi", "target": {"kind": "webhook", "url": "https://hooks.example.vn/"}}),
            KEEPERS,
        ),
        ("GET", at("/v1/keys"), none.clone(), KEEPERS),
        (
            "POST",
            at("/v1/keys"),
            json!({"name": "a", "node": "33.1", "until": today()}),
            KEEPERS,
        ),
        ("GET", at("/v1/accounts"), none.clone(), KEEPERS),
        ("PUT", at("/v1/accounts/subject/grants"), grants, KEEPERS),
        (
            "PUT",
            at("/v1/accounts/subject/password"),
            json!({"password": PASSWORD}),
            KEEPERS,
        ),
        ("GET", at("/v1/audit"), none.clone(), AUDITORS),
        ("GET", at("/v1/audit.csv"), none.clone(), AUDITORS),
        ("GET", at("/v1/quarantine"), none, AUDITORS),
        (
            "POST",
            at("/v1/quarantine"),
            json!({"which": which, "count": 0, "decision": "keep"}),
            OPERATOR,
        ),
        // What is the whole deployment's is nobody's who keeps a part of it.
        ("POST", at("/v1/rescue/keys"), json!({}), &[]),
        ("GET", at("/v1/server"), Value::Null, &[]),
        ("GET", at("/v1/passkeys"), Value::Null, ALL),
    ]
}

fn account(world: &World, operator: &Account, name: &str, role: &str, node: &str) {
    let account = json!({"account": name, "password": PASSWORD,
        "grants": [{"role": role, "node": node}]});
    let reply = operator.post(world, "/v1/accounts", &account);
    assert_eq!(reply.status, 200, "{:?}", reply.json());
}

fn ask(world: &World, account: &Account, door: &Door) -> (u16, String) {
    let (method, path, body, _) = door;
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    account.ask(world, method, path, body.as_bytes()).refusal()
}

#[test]
fn s4_each_role_opens_its_own_doors_and_no_other() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    account(&world, &operator, "subject", "manager", "33.1");
    let mut people = BTreeMap::new();
    for role in ROLES {
        account(&world, &operator, role_name(role), role, "33");
        account(&world, &operator, &format!("other-{role}"), role, "34");
        people.insert(role, Account::sign_in(&world, role_name(role)));
    }
    for door in doors(&device.id) {
        let (method, path, _, may) = &door;
        for (role, person) in &people {
            let (status, code) = ask(&world, person, &door);
            let is_open = may.contains(role);
            assert_eq!(
                code == "not-allowed",
                !is_open,
                "{role} {method} {path}: {status} {code}"
            );
            // It is the right that opened it: nothing is not found, and nobody is asked to sign in.
            assert!(
                !is_open || !matches!(status, 401 | 404),
                "{role} {path}: {status} {code}"
            );
        }
        let (status, code) = ask(&world, &Account::default(), &door);
        assert_eq!(
            (status, code),
            (401, "signed-out".into()),
            "{method} {path}"
        );
    }
    // Who has the same role elsewhere learns nothing: not even that there is something.
    for role in ROLES {
        let person = Account::sign_in(&world, &format!("other-{role}"));
        for door in doors(&device.id) {
            let (method, path, _, may) = &door;
            let is_about_33 =
                path.contains("33.1") || path.contains(&device.id) || path.contains("subject");
            if is_about_33 && may.contains(&role) {
                let refusal = ask(&world, &person, &door);
                assert_eq!(
                    refusal,
                    (404, "not-found".into()),
                    "{role} of 34: {method} {path}"
                );
            }
        }
    }
}

#[test]
fn s4_an_auditor_reads_how_many_answered_and_nothing_of_what() {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    account(&world, &operator, "auditor", "auditor", "33");
    let auditor = Account::sign_in(&world, "auditor");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let forty: Vec<_> = (0..40).map(|n| record("33.1", 3 + n % 3)).collect();
    assert_eq!(device.post(&world, &forty).status, 200);
    let count = json!({"unit": "33.1", "month": today().month_slice(), "dossiers": 160});
    let body = json!({ "counts": [count] }).to_string();
    let reply = operator.ask(&world, "PUT", "/v1/dossiers", body.as_bytes());
    assert_eq!(reply.json()["errors"], json!([]), "{}", reply.everything());
    let read = |who: &Account| {
        let reply = who.get(&world, "/v1/units/33.1/coverage?form=sipas2022");
        reply.json()["coverage"].clone()
    };
    let (whole, counted) = (read(&manager), read(&auditor));
    for part in ["eligible", "responses", "share", "target", "slovin"] {
        assert_eq!(counted[part], whole[part], "{part}");
        assert!(whole[part].is_u64(), "{part}: {whole}");
    }
    for part in ["interval", "bounds"] {
        assert!(whole[part].is_array(), "{part}: {whole}");
        assert_eq!(counted[part], Value::Null, "{part}");
    }
}

fn role_name(role: &'static str) -> &'static str {
    match role {
        // The first operator has this name already.
        "operator" => "operator-33",
        other => other,
    }
}
