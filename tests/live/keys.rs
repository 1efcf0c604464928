//! API keys on the running server (rule UM15): what a program may read with one, and for how long.

use std::process::Command;

use serde_json::{Value, json};
use survey::day::DAY_MS;

use crate::device::Device;
use crate::world::{Account, MORNING, PASSWORD, Reply, World, ask, today};

const DESCRIPTION: &str = include_str!("../../docs/openapi.json");
const MANUAL: &str = include_str!("../../docs/manual/api.md");
/// The address in the manual.
const EXAMPLE: &str = "https://quanly.example.gov.vn";

/// Makes a key at a node until a day from today: its id and what a program sends.
fn made(world: &World, by: &Account, node: Option<&str>, days: i64) -> (String, String) {
    let wanted = json!({"name": "kho dữ liệu", "node": node, "until": today().plus(days)});
    let reply = by.grave(world, "/v1/keys", &wanted);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let text = |name: &str| reply.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("key"))
}

/// A read by a program: no cookie, no `Origin`.
fn read(world: &World, key: &str, path: &str) -> Reply {
    let bearer = format!("Bearer {key}");
    ask(
        "GET",
        &world.manager(path),
        &[("authorization", &bearer)],
        b"",
    )
}

fn revoke(world: &World, by: &Account, id: &str) -> Reply {
    let proof = json!({ "password": PASSWORD });
    by.take(&by.post(world, "/v1/session/proof", &proof));
    by.ask(world, "DELETE", &format!("/v1/keys/{id}"), b"")
}

#[test]
fn um15_a_key_opens_the_routes_that_are_described_with_it_and_no_other() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    // Made by somebody who may do everything everywhere.
    let (_, key) = made(&world, &operator, None, 30);
    let bearer = format!("Bearer {key}");
    let origin = world.manager("");
    let document: Value = serde_json::from_str(DESCRIPTION).expect("a description");
    let (mut open, mut closed) = (0, 0);
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let path = path
            .replace("{unit}", "33.1")
            .replace("{device}", &device.id)
            .replace("{passkey}", "a-passkey")
            .replace("{key}", "a-key")
            .replace("{alert}", "an-alert")
            .replace("{account}", "operator");
        for (method, operation) in methods.as_object().expect("methods") {
            let ways = operation["security"].as_array();
            let is_open = ways.is_some_and(|ways| ways.contains(&json!({"key": []})));
            let method = method.to_uppercase();
            let url = world.manager(&path);
            let body: &[u8] = if method == "GET" || method == "DELETE" {
                b""
            } else {
                b"{}"
            };
            // As a program sends it, and with everything that a page would send beside it.
            let alone = [
                ("authorization", bearer.as_str()),
                ("content-type", "application/json"),
            ];
            let both = [("origin", origin.as_str()), ("cookie", operator.cookie())];
            for headers in [&alone[..], &[&alone[..], &both].concat()] {
                let reply = ask(&method, &url, headers, body);
                if is_open {
                    assert_eq!(reply.status, 200, "{method} {path}: {}", reply.code());
                    open += 1;
                } else {
                    let refused = (403, "not-allowed".to_owned());
                    assert_eq!(reply.refusal(), refused, "{method} {path}");
                    closed += 1;
                }
            }
            // A limit of so many at once: the test is no program in a hurry.
            operator.set_clock(&world, MORNING.plus(i64::from(open + closed) * 1_500));
        }
    }
    assert!(open == 16 && closed > 80, "{open} open, {closed} closed");
    // It was a key that asked: whoever is signed in still is, nothing was changed, and the files that it
    // took are in the log under its name.
    let log = operator.get(&world, "/v1/audit?act=export-figures").json();
    let lines = log["lines"].as_array().expect("lines");
    assert_eq!(lines.len(), 4, "{log}");
    assert!(lines.iter().all(|line| {
        line["actor"]
            .as_str()
            .is_some_and(|by| by.starts_with("key:"))
    }));
    let keys = operator.get(&world, "/v1/keys").json();
    assert_eq!(keys["keys"][0]["used"], json!(today()));
    assert!(!keys.to_string().contains(&key), "a key is shown once");
}

#[test]
fn um15_a_key_reads_its_own_subtree_until_it_is_revoked_or_over() {
    let world = World::empty();
    let operator = world.operator();
    let admin = json!({"account": "admin", "password": PASSWORD,
        "grants": [{"role": "admin", "node": "33"}]});
    assert_eq!(operator.grave(&world, "/v1/accounts", &admin).status, 200);
    let admin = Account::sign_in(&world, "admin");
    let figures = |key: &str, unit: &str| {
        let path = format!("/v1/units/{unit}/figures?form=sipas2022");
        read(&world, key, &path).refusal()
    };
    let (id, key) = made(&world, &admin, Some("33"), 30);
    for unit in ["33", "33.1", "33.2"] {
        assert_eq!(figures(&key, unit), (200, "none".into()), "{unit}");
    }
    for unit in ["34", "34.1", "99"] {
        assert_eq!(figures(&key, unit), (404, "not-found".into()), "{unit}");
    }
    let elsewhere = json!({"name": "x", "node": "34", "until": today()});
    let refused = admin.grave(&world, "/v1/keys", &elsewhere).refusal();
    assert_eq!(refused, (404, "not-found".into()));
    // On the counter's site there is no such thing.
    let bearer = format!("Bearer {key}");
    let url = world.counter("/v1/units/33/figures");
    let reply = ask("GET", &url, &[("authorization", &bearer)], b"");
    assert_eq!(reply.refusal(), (404, "not-found".into()));
    // Others' tokens in that header are no keys, and open nothing.
    for other in ["Bearer x", "Basic b3A6b3A=", ""] {
        let url = world.manager("/v1/units/33/figures");
        let reply = ask("GET", &url, &[("authorization", other)], b"");
        assert_eq!(reply.refusal(), (401, "signed-out".into()), "{other}");
    }
    let wrong = (401, "bad-key".to_owned());
    let mut nearly = key.clone();
    nearly.pop();
    for key in [nearly.as_str(), "hlk_", "hlk_' OR 1=1 --"] {
        assert_eq!(figures(key, "33"), wrong, "{key}");
    }
    assert_eq!(revoke(&world, &operator, &id).status, 200);
    assert_eq!(figures(&key, "33"), wrong);
    assert_eq!(
        revoke(&world, &operator, &id).refusal(),
        (404, "not-found".into())
    );
    // Its maker's right there ends, and with it the key.
    let (_, key) = made(&world, &admin, Some("33"), 30);
    let grants = json!({"grants": [{"role": "admin", "node": "33.1", "from": today()}]});
    let path = "/v1/accounts/admin/grants";
    let reply = operator.ask(&world, "PUT", path, grants.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.everything());
    assert_eq!(figures(&key, "33"), wrong);
    // Its last day is over.
    let (_, key) = made(&world, &operator, Some("33"), 1);
    operator.set_clock(&world, MORNING.plus(DAY_MS));
    assert_eq!(figures(&key, "33"), (200, "none".into()));
    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(2 * DAY_MS));
    assert_eq!(figures(&key, "33"), wrong);
}

#[test]
fn s12_um15_each_key_has_its_own_limit_and_holds_up_nobody_else() {
    let world = World::empty();
    let operator = world.operator();
    let (_, one) = made(&world, &operator, Some("33"), 30);
    let (_, other) = made(&world, &operator, Some("33"), 30);
    let live = |key: &str| read(&world, key, "/v1/units/33.1/live");
    // One more for each second that these take.
    let mut replies = (0..400).map(|_| live(&one));
    let late = replies.by_ref().position(|reply| reply.status != 200);
    assert!(late.is_some_and(|taken| taken >= 120), "{late:?}");
    let late = replies
        .find(|reply| reply.status != 200)
        .expect("another one");
    assert_eq!(late.refusal(), (429, "slow-down".into()));
    assert_eq!(late.header("retry-after"), Some("5"));
    assert_eq!(live(&other).status, 200);
    let reply = operator.get(&world, "/v1/units");
    assert_eq!(reply.status, 200);
    // A minute later there are more.
    operator.set_clock(&world, MORNING.plus(60_000));
    assert_eq!(live(&one).status, 200);
}

#[test]
fn um15_the_example_of_the_manual_answers_with_figures() {
    let world = World::empty();
    let operator = world.operator();
    let (_, key) = made(&world, &operator, Some("33"), 30);
    let mut tried = 0;
    for block in MANUAL.split("```sh\n").skip(1) {
        let script = block.split("```").next().expect("an end");
        assert!(script.contains("curl"), "{script}");
        let script = script.replace(EXAMPLE, &world.manager(""));
        let folder = world.data();
        let ran = Command::new("sh")
            .args(["-euc", &script])
            .env("HAI_LONG_KEY", &key)
            .current_dir(&folder)
            .output()
            .expect("sh and curl are here");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(ran.status.success(), "{script}{said}{ran:?}");
        if script.contains("/figures?") {
            let page: Value = serde_json::from_str(&said).expect("JSON");
            assert_eq!(
                (&page["unit"], &page["form"].is_string()),
                (&json!("33"), &true)
            );
        }
        tried += 1;
    }
    assert!(tried >= 2, "{tried} examples");
    assert!(world.data().join("figures.csv").exists());
}
