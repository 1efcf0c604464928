//! Alerts on the running server, to a receiver that fails (rule UM13): everything arrives in the end, at least
//! once, under one id, and signed.

use std::net::TcpListener;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use survey::day::{DAY_MS, HOUR_MS, MINUTE_MS, Millis};
use xtask::project::Project;
use xtask::workerd::{Outside, Release};

use crate::device::{Device, record};
use crate::receiver::{Does, Got, Receiver};
use crate::world::{Account, MORNING, PASSWORD, Reply, World, hex, today};

const MANUAL: &str = include_str!("../../docs/manual/alerts.md");

/// A server that reaches a receiver on this machine, with an administrator of 33.
fn world() -> (World, Account) {
    let world = World::planned(|plan| {
        plan.outside = Outside::Local;
        plan.release = Release::WhenTen;
    });
    let operator = world.operator();
    let admin = json!({"account": "admin", "password": PASSWORD,
        "grants": [{"role": "admin", "node": "33"}]});
    assert_eq!(operator.grave(&world, "/v1/accounts", &admin).status, 200);
    (world, operator)
}

/// Sets up a webhook at a node: its id and its secret.
fn hooked(world: &World, by: &Account, node: &str, port: u16) -> (String, String) {
    let url = format!("http://127.0.0.1:{port}/hook");
    let wanted = json!({"node": node, "language": "vi", "coverage_below": 50,
        "target": {"kind": "webhook", "url": url}});
    let reply = by.grave(world, "/v1/alerts", &wanted);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let text = |name: &str| reply.json()[name].as_str().expect("a text").to_owned();
    (text("id"), text("secret"))
}

/// A device of 33.1 with forty answers, one that names another unit, and no word since.
fn furnish(world: &World, operator: &Account) {
    let mut device = Device::enrolled(world, operator, "33.1");
    let mut records: Vec<_> = (0..40).map(|n| record("33.1", 3 + n % 3)).collect();
    records.push(record("99.9", 4));
    assert_eq!(device.post(world, &records).status, 200);
    let count = json!({"unit": "33.1", "month": today().month_slice(), "dossiers": 160});
    let body = json!({ "counts": [count] }).to_string();
    let reply = operator.ask(world, "PUT", "/v1/dossiers", body.as_bytes());
    assert_eq!(reply.json()["errors"], json!([]), "{}", reply.everything());
}

/// Moves the clock and signs the operator in again.
fn later(world: &World, now: Millis) -> Account {
    Account::sign_in(world, "operator").set_clock(world, now);
    Account::sign_in(world, "operator")
}

fn night(world: &World, operator: &Account) -> Reply {
    let reply = operator.post(world, "/v1/test/night", &json!({}));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    reply
}

/// HMAC-SHA256 after RFC 2104, by hand: no code is shared with the server's.
fn hmac(key: &str, message: &str) -> String {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key.as_bytes());
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message);
    let outer = Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner.finalize());
    hex(&outer.finalize())
}

/// That a delivery is signed, and names itself in its body as in its header.
fn must_be_signed(got: &Got, secret: &str) -> Value {
    let signature = got.header("x-hailong-signature");
    let (time, code) = signature.split_once(",v1=").expect("a signature");
    let time = time.strip_prefix("t=").expect("a time");
    assert_eq!(
        code,
        hmac(secret, &format!("{time}.{}", got.body)),
        "{got:?}"
    );
    let body: Value = serde_json::from_str(&got.body).expect("JSON");
    assert_eq!(body["id"], got.header("x-hailong-delivery"));
    assert_eq!(got.header("content-type"), "application/json");
    body
}

/// That the example of the manual knows a delivery, and no other body, secret or time.
fn must_be_what_the_manual_checks(got: &Got, secret: &str) {
    let code = MANUAL.split("```js\n").nth(1).expect("an example");
    let code = code.split("```").next().expect("an end");
    let signature = got.header("x-hailong-signature");
    let other = signature.replacen("t=1", "t=2", 1);
    let tries = [
        (secret, signature, got.body.clone()),
        ("hls_other", signature, got.body.clone()),
        (
            secret,
            signature,
            got.body.replacen("\"v\":1", "\"v\":2", 1),
        ),
        (secret, other.as_str(), got.body.clone()),
        (secret, "", got.body.clone()),
    ];
    let seconds = signature.split([',', '=']).nth(1).expect("seconds");
    let script = format!(
        "{code}\nDate.now = () => {seconds}000;\n\
         console.log(JSON.stringify({}.map((one) => isFromHaiLong(...one))));",
        json!(tries)
    );
    let node = Project::here().node();
    let ran = Command::new(node)
        .args(["--input-type=module", "--eval", &script])
        .output()
        .expect("node is here");
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(said.trim(), "[true,false,false,false,false]", "{ran:?}");
}

/// How the newest delivery of an alert stands, once that is `state`.
fn wait_until(world: &World, by: &Account, state: &str) -> Value {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let alerts = by.get(world, "/v1/alerts").json();
        let newest = alerts["alerts"][0]["deliveries"][0].clone();
        if newest["state"] == state {
            return newest;
        }
        assert!(Instant::now() < until, "not {state}: {alerts}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn um13_a_digest_of_what_managers_see_goes_out_once_a_day_and_only_with_news() {
    let (world, operator) = world();
    furnish(&world, &operator);
    let receiver = Receiver::planned(&[]);
    let operator = later(&world, MORNING.plus(10 * DAY_MS));
    let admin = Account::sign_in(&world, "admin");
    let (_, secret) = hooked(&world, &admin, "33", receiver.port);
    night(&world, &operator);
    let got = receiver.wait_for(1).remove(0);
    let body = must_be_signed(&got, &secret);
    must_be_what_the_manual_checks(&got, &secret);
    assert_eq!((&body["v"], &body["kind"]), (&json!(1), &json!("digest")));
    assert_eq!(body["day"], json!(today().plus(10)));
    let entries = body["entries"].as_array().expect("entries");
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (entry["what"].as_str(), entry["unit"].as_str()))
        .collect();
    let here = Some("33.1");
    assert_eq!(
        told,
        [
            (Some("coverage"), here),
            (Some("silent"), here),
            (Some("quarantine"), here)
        ],
        "{body}"
    );
    let page = world.manager("/?unit=33.1&view=coverage");
    assert_eq!(entries[0]["link"], page);
    assert!(
        entries[0]["text"]
            .as_str()
            .is_some_and(|text| text.contains("25,00%"))
    );
    assert!(
        entries[1]["text"]
            .as_str()
            .is_some_and(|text| text.contains("Quầy 1"))
    );
    // The same day again, and the next one without news: nothing.
    night(&world, &operator);
    let operator = later(&world, MORNING.plus(11 * DAY_MS));
    night(&world, &operator);
    let admin = Account::sign_in(&world, "admin");
    assert_eq!(wait_until(&world, &admin, "sent")["outcome"], "204");
    assert_eq!(receiver.got().len(), 1);
    // An operator sees no figures, so an operator's alert tells of none.
    let (id, secret) = hooked(&world, &operator, "33", receiver.port);
    let operator = later(&world, MORNING.plus(12 * DAY_MS));
    night(&world, &operator);
    let body = must_be_signed(&receiver.wait_for(2)[1], &secret);
    let entries = body["entries"].as_array().expect("entries");
    let told: Vec<_> = entries.iter().map(|entry| entry["what"].as_str()).collect();
    assert_eq!(told, [Some("silent"), Some("quarantine")]);
    // What is removed is sent no more; a secret is in no list.
    let list = operator.get(&world, "/v1/alerts").everything();
    assert!(!list.contains(&secret) && !list.contains("/hook"), "{list}");
    let reply = operator.ask(&world, "DELETE", &format!("/v1/alerts/{id}"), b"");
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let gone = operator.post(&world, &format!("/v1/alerts/{id}/test"), &json!({}));
    assert_eq!(gone.refusal(), (404, "not-found".into()));
}

#[test]
fn um13_what_fails_is_sent_again_under_the_same_id_until_it_is_taken() {
    let (world, _) = world();
    // A port where nobody listens yet.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let admin = Account::sign_in(&world, "admin");
    let (id, secret) = hooked(&world, &admin, "33", port);
    let path = format!("/v1/alerts/{id}/test");
    assert_eq!(admin.post(&world, &path, &json!({})).status, 200);
    let again = admin.post(&world, &path, &json!({}));
    assert_eq!(
        again.refusal(),
        (429, "slow-down".into()),
        "one try a minute"
    );
    let until = |outcome: &str, now: Millis| {
        let admin = Account::sign_in(&world, "admin");
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let newest =
                admin.get(&world, "/v1/alerts").json()["alerts"][0]["deliveries"][0].clone();
            if newest["outcome"] == outcome {
                let next = newest["next"].as_i64().unwrap_or(now.0) - now.0;
                return (newest["tries"].as_u64(), next / MINUTE_MS);
            }
            assert!(Instant::now() < deadline, "not {outcome}: {newest}");
            thread::sleep(Duration::from_millis(50));
        }
    };
    // Each wait is a little less by when it is looked at.
    let (mut now, waits) = (MORNING, [1, 5, 30, 120, 360, 720]);
    assert_eq!(until("unreachable", now), (Some(1), 1));
    let receiver = Receiver::at(
        port,
        &[
            Does::Says(500),
            Does::Hangs(30),
            Does::Drops,
            Does::Redirects,
            Does::Says(410),
        ],
    );
    let outcomes = ["500", "no-answer", "unreachable", "302", "410", "204"];
    for (nth, (wait, outcome)) in (2..).zip(waits.into_iter().zip(outcomes)) {
        now = now.plus(wait * MINUTE_MS + 30_000);
        later(&world, now);
        assert_eq!(until(outcome, now).0, Some(nth), "{outcome}");
    }
    let got = receiver.got();
    assert_eq!(got.len(), 6, "a redirect is not followed");
    assert!(got.iter().all(|got| got.path == "/hook"));
    let first = got[0].header("x-hailong-delivery").to_owned();
    assert_eq!(first.len(), 32);
    for got in &got {
        let body = must_be_signed(got, &secret);
        assert_eq!(
            (&body["id"], &body["kind"]),
            (&json!(first), &json!("test"))
        );
    }
    assert_ne!(
        got[0].header("x-hailong-signature"),
        got[5].header("x-hailong-signature"),
        "each try is signed with its own second"
    );
    // Taken is taken: nothing follows.
    later(&world, now.plus(3 * DAY_MS));
    thread::sleep(Duration::from_millis(500));
    assert_eq!(receiver.got().len(), 6);
}

#[test]
fn um13_what_is_never_taken_is_given_up_after_two_days_and_is_seen() {
    let (world, _) = world();
    let receiver = Receiver::planned(&[Does::Says(503); 8]);
    let admin = Account::sign_in(&world, "admin");
    let (id, _) = hooked(&world, &admin, "33", receiver.port);
    let path = format!("/v1/alerts/{id}/test");
    assert_eq!(admin.post(&world, &path, &json!({})).status, 200);
    let mut now = MORNING;
    receiver.wait_for(1);
    for (nth, wait_h) in (2..).zip([1, 1, 1, 3, 7, 13, 25]) {
        let admin = Account::sign_in(&world, "admin");
        let deadline = Instant::now() + Duration::from_secs(20);
        // The try before is settled.
        while admin.get(&world, "/v1/alerts").json()["alerts"][0]["deliveries"][0]["outcome"]
            != "503"
        {
            assert!(Instant::now() < deadline);
            thread::sleep(Duration::from_millis(50));
        }
        now = now.plus(wait_h * HOUR_MS);
        later(&world, now);
        receiver.wait_for(nth);
    }
    let admin = Account::sign_in(&world, "admin");
    let newest = wait_until(&world, &admin, "failed");
    assert_eq!(
        (&newest["tries"], &newest["outcome"]),
        (&json!(8), &json!("503"))
    );
    let metrics = crate::world::ask("GET", &world.watch("/metrics"), &[], b"");
    let metrics = String::from_utf8(metrics.bytes).expect("text");
    assert!(metrics.contains("\nhailong_alerts_failed 1\n"), "{metrics}");
    assert!(
        metrics.contains("\nhailong_alerts_waiting 0\n"),
        "{metrics}"
    );
}

#[test]
fn um13_a_server_that_is_killed_over_a_delivery_sends_it_again_under_the_same_id() {
    let (mut world, operator) = world();
    furnish(&world, &operator);
    let receiver = Receiver::planned(&[Does::Hangs(3)]);
    let mut now = MORNING.plus(10 * DAY_MS);
    let operator = later(&world, now);
    let admin = Account::sign_in(&world, "admin");
    let (_, secret) = hooked(&world, &admin, "33", receiver.port);
    // Killed while the receiver has it and says nothing; then at once after it was written down, as long as
    // the first bytes take, and a little later.
    night(&world, &operator);
    receiver.wait_for(1);
    for wait_ms in [0, 0, 4, 15] {
        thread::sleep(Duration::from_millis(wait_ms));
        world.kill();
        world.start();
        now = now.plus(2 * DAY_MS);
        let operator = later(&world, now);
        let stray = record("99.9", 4);
        // The server is spoken to, and tells the next night of something new.
        let mut device = Device::enrolled(&world, &operator, "33.2");
        assert_eq!(device.post(&world, &[stray]).status, 200);
        night(&world, &operator);
    }
    world.kill();
    world.start();
    later(&world, now.plus(HOUR_MS));
    let admin = Account::sign_in(&world, "admin");
    let deadline = Instant::now() + Duration::from_secs(30);
    let deliveries = loop {
        let alerts = admin.get(&world, "/v1/alerts").json();
        let deliveries = alerts["alerts"][0]["deliveries"].as_array().cloned();
        let deliveries = deliveries.expect("deliveries");
        if deliveries
            .iter()
            .all(|delivery| delivery["state"] == "sent")
        {
            break deliveries;
        }
        assert!(Instant::now() < deadline, "{deliveries:?}");
        thread::sleep(Duration::from_millis(50));
    };
    assert!(deliveries.len() >= 4, "{deliveries:?}");
    // Everything that was written down arrived, nothing else did, and each day under one id with one body.
    let got = receiver.got();
    for delivery in &deliveries {
        let own = got
            .iter()
            .filter(|got| got.header("x-hailong-delivery") == delivery["id"]);
        let bodies: Vec<_> = own.map(|got| got.body.as_str()).collect();
        assert!(!bodies.is_empty(), "{delivery}");
        assert!(bodies.iter().all(|body| *body == bodies[0]));
    }
    for got in &got {
        must_be_signed(got, &secret);
        let id = got.header("x-hailong-delivery");
        assert!(
            deliveries.iter().any(|delivery| delivery["id"] == id),
            "{id}"
        );
    }
}

#[test]
fn um13_mail_goes_by_the_api_that_was_set_up_with_its_token_and_template() {
    let (world, operator) = world();
    furnish(&world, &operator);
    let receiver = Receiver::planned(&[]);
    let operator = later(&world, MORNING.plus(10 * DAY_MS));
    let admin = Account::sign_in(&world, "admin");
    let url = format!("http://127.0.0.1:{}/send", receiver.port);
    let wanted = json!({"node": "33.1", "language": "en", "target": {"kind": "mail", "url": url,
        "token": "mail-token", "from": "hai-long@example.vn", "to": "lanh-dao@example.vn",
        "template": "{\"to\": [{\"email\": \"{{to}}\"}], \"from\": \"{{from}}\", \"subject\": \"{{subject}}\",
            \"text\": \"{{text}}\"}"}});
    let reply = admin.grave(&world, "/v1/alerts", &wanted);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    assert_eq!(reply.json()["secret"], Value::Null);
    night(&world, &operator);
    let got = receiver.wait_for(1).remove(0);
    assert_eq!(got.header("authorization"), "Bearer mail-token");
    assert_eq!(got.header("x-hailong-signature"), "");
    let letter: Value = serde_json::from_str(&got.body).expect("JSON");
    assert_eq!(letter["to"][0]["email"], "lanh-dao@example.vn");
    let text = letter["text"].as_str().expect("a text");
    assert!(text.contains("silent in opening hours"), "{text}");
    assert!(!text.contains('%'), "no limit of coverage was set: {text}");
    let list = admin.get(&world, "/v1/alerts").everything();
    assert!(!list.contains("mail-token"), "{list}");
}

#[test]
fn um13_s15_nothing_goes_to_this_machine_or_its_network_from_a_server_that_is_no_test() {
    // The way to the network that is packaged: the address may be named under a clock that can be set, and is
    // not reached.
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let receiver = Receiver::planned(&[]);
    let (id, _) = hooked(&world, &operator, "33", receiver.port);
    let path = format!("/v1/alerts/{id}/test");
    assert_eq!(operator.post(&world, &path, &json!({})).status, 200);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let alerts = operator.get(&world, "/v1/alerts").json();
        let newest = &alerts["alerts"][0]["deliveries"][0];
        if newest["tries"] == 1 && !newest["outcome"].is_null() {
            assert_eq!(newest["outcome"], "unreachable");
            break;
        }
        assert!(Instant::now() < deadline, "{newest}");
        thread::sleep(Duration::from_millis(50));
    }
    assert!(receiver.got().is_empty());
    for url in [
        "http://127.0.0.1/",
        "http://hooks.example.vn/",
        "https://localhost/",
        "x",
    ] {
        let wanted =
            json!({"node": "33", "language": "vi", "target": {"kind": "webhook", "url": url}});
        let refused = operator.grave(&world, "/v1/alerts", &wanted).refusal();
        assert_eq!(refused, (400, "bad-value".into()), "{url}");
    }
}
