//! Bad input at every door gets its documented code and loses nothing.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use survey::day::MINUTE_MS;

use crate::device::{Device, record, verdicts};
use crate::world::{Account, MORNING, PASSWORD, World, ask};

#[test]
fn w6_a_batch_that_is_none_changes_nothing() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let good = device.batch(&[record("33.1", 5)]);
    let text = String::from_utf8(good.clone()).expect("text");
    let changed = |from: &str, to: &str| text.replacen(from, to, 1).into_bytes();
    let many: Vec<_> = (0..201).map(|_| record("33.1", 5)).collect();
    let mut huge = record("33.1", 5);
    huge.body = "x".repeat(6_145);
    let cases = [
        (good[..good.len() / 2].to_vec(), 400, "bad-batch"),
        (b"".to_vec(), 400, "bad-batch"),
        (b"[]".to_vec(), 400, "bad-batch"),
        (b"\xff\xfe".to_vec(), 400, "bad-batch"),
        (changed("\"no\":", "\"no\":\"1\",\"x\":"), 400, "bad-batch"),
        (
            changed("\"clock\":", "\"clock\":1.5,\"x\":"),
            400,
            "bad-batch",
        ),
        (changed("\"v\":1", "\"v\":2"), 400, "bad-version"),
        (vec![b' '; 10 << 20], 413, "too-large"),
        (device.batch(&many), 413, "too-large"),
        (device.batch(&[huge]), 413, "too-large"),
    ];
    for (body, status, code) in cases {
        let reply = device.send(&world, &device.path(), &body);
        assert_eq!(
            reply.refusal(),
            (status, code.into()),
            "{} bytes",
            body.len()
        );
    }
    assert_eq!(manager.live(&world, "33.1"), (0, 0));
    assert_eq!(
        verdicts(&device.send(&world, &device.path(), &good)),
        ["counted"]
    );
}

#[test]
fn s6_a_write_needs_json_and_the_page_of_its_own_site() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let body = json!({"account": "operator", "password": PASSWORD}).to_string();
    let own = world.manager("");
    let sign_in = |headers: &[(&str, &str)]| {
        ask(
            "POST",
            &world.manager("/v1/session"),
            headers,
            body.as_bytes(),
        )
        .refusal()
    };
    let json = ("content-type", "application/json");
    assert_eq!(sign_in(&[json]), (403, "wrong-origin".into()));
    assert_eq!(
        sign_in(&[json, ("origin", "https://evil.example")]),
        (403, "wrong-origin".into())
    );
    assert_eq!(
        sign_in(&[json, ("origin", "null")]),
        (403, "wrong-origin".into())
    );
    assert_eq!(
        sign_in(&[json, ("origin", &world.counter(""))]),
        (403, "wrong-origin".into())
    );
    let form = ("content-type", "application/x-www-form-urlencoded");
    assert_eq!(sign_in(&[form, ("origin", &own)]), (415, "not-json".into()));
    assert_eq!(sign_in(&[json, ("origin", &own)]).0, 200);

    let foreign = [json, ("origin", "https://evil.example")];
    let reply = ask("POST", &world.counter(&device.path()), &foreign, b"{}");
    assert_eq!(reply.refusal(), (403, "wrong-origin".into()));
    let reply = ask("POST", &world.counter(&device.path()), &[], b"{}");
    assert_eq!(reply.refusal(), (415, "not-json".into()));
}

#[test]
fn s10_unknown_keys_and_large_bodies_are_refused() {
    let world = World::empty();
    let operator = world.operator();
    let doors: [(&str, Value); 6] = [
        ("/v1/rescue/keys", json!({})),
        (
            "/v1/setup",
            json!({"code": "a", "account": "b", "password": "c"}),
        ),
        (
            "/v1/session",
            json!({"account": "operator", "password": "c"}),
        ),
        (
            "/v1/accounts",
            json!({"account": "a", "password": PASSWORD, "grants": []}),
        ),
        ("/v1/units", json!({"units": []})),
        (
            "/v1/units/33.1/enrolment-codes",
            json!({"counter": "q1", "counter_name": {"vi": "Quầy 1"}, "class": "kiosk",
                "channel": "counter", "form": "sipas2022", "pin": "2580"}),
        ),
    ];
    for (path, mut body) in doors {
        let text = body.to_string();
        let post = |bytes: &[u8]| operator.ask(&world, "POST", path, bytes).refusal();
        assert_eq!(
            post(&text.as_bytes()[..text.len() - 1]),
            (400, "bad-request".into()),
            "{path}"
        );
        for list in [&b"[]"[..], b" [1]"] {
            assert_eq!(post(list), (400, "bad-request".into()), "{path}");
        }
        assert_eq!(
            post(&vec![b' '; 16_385]),
            (413, "too-large".into()),
            "{path}"
        );
        assert_eq!(
            post(&vec![b' '; 10 << 20]),
            (413, "too-large".into()),
            "{path}"
        );
        body["surprise"] = json!(1);
        assert_eq!(
            post(body.to_string().as_bytes()),
            (400, "bad-request".into()),
            "{path}"
        );
    }
    for (method, path) in [
        ("PATCH", "/v1/units"),
        ("POST", "/v1/units/33.1/live"),
        ("PATCH", "/v1/session"),
    ] {
        let reply = operator.ask(&world, method, path, b"{}");
        assert_eq!(reply.refusal(), (405, "bad-method".into()), "{path}");
    }
}

#[test]
fn s10_values_that_are_not_allowed_are_refused() {
    let world = World::empty();
    let operator = world.operator();
    let short = json!({"account": "a", "password": "short",
        "grants": [{"role": "manager", "node": "33"}]});
    assert_eq!(
        operator.post(&world, "/v1/accounts", &short).refusal(),
        (400, "bad-value".into())
    );
    let nobody = json!({"account": "a", "password": PASSWORD, "grants": []});
    assert_eq!(
        operator.post(&world, "/v1/accounts", &nobody).refusal(),
        (400, "bad-value".into())
    );
    let setup = json!({"code": "TESTCODE", "account": "b", "password": PASSWORD});
    assert_eq!(
        operator.post(&world, "/v1/setup", &setup).refusal(),
        (409, "already-set-up".into())
    );
    let code = |unit: &str, form: &str, pin: &str| {
        let body = json!({"counter": "q1", "counter_name": {"vi": "Quầy 1"}, "class": "kiosk",
            "channel": "counter", "form": form, "pin": pin});
        let path = format!("/v1/units/{unit}/enrolment-codes");
        operator.post(&world, &path, &body).refusal()
    };
    assert_eq!(code("33.1", "nothing", "2580"), (400, "bad-value".into()));
    assert_eq!(code("33.1", "sipas2022", "25"), (400, "bad-value".into()));
    assert_eq!(code("33", "sipas2022", "2580"), (400, "bad-value".into()));
    assert_eq!(code("99", "sipas2022", "2580"), (404, "not-found".into()));
    let manager = world.manager_of(&operator, "33");
    for query in [
        "form=none",
        "from=2026-13",
        "level=5",
        "form=local9&form=local9",
    ] {
        let reply = manager.get(&world, &format!("/v1/units/33.1/figures?{query}"));
        assert_eq!(reply.refusal(), (400, "bad-value".into()), "{query}");
    }
}

#[test]
fn s2_enrolment_codes_open_once_and_not_for_long() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::stranger("33.1");
    let code = operator.code(&world, "33.1");
    // A signature by another key proves nothing.
    let body = device.enrolment(&code).to_string();
    let thief = Device::stranger("33.1");
    let reply = thief.send(&world, "/v1/enrol", body.as_bytes());
    assert_eq!(reply.refusal(), (401, "bad-signature".into()));
    let reply = device.enrol(&world, "2222-2222");
    assert_eq!(reply.refusal(), (403, "wrong-code".into()));
    let reply = device.enrol(&world, &code.to_lowercase());
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    let config = &reply.json()["config"];
    assert_eq!(
        (&config["unit"], &config["authority"]["vi"]),
        (&json!("33.1"), &json!("Đơn vị 33"))
    );
    assert_eq!(
        device.enrol(&world, &code).refusal(),
        (403, "expired-code".into())
    );

    let late = operator.code(&world, "33.1");
    operator.set_clock(&world, MORNING.plus(11 * MINUTE_MS));
    assert_eq!(
        device.enrol(&world, &late).refusal(),
        (403, "expired-code".into())
    );
    let mut unknown = device.enrolment(&late);
    unknown["name"] = json!("A");
    let reply = device.send(&world, "/v1/enrol", unknown.to_string().as_bytes());
    assert_eq!(reply.refusal(), (400, "bad-request".into()));
}

#[test]
fn w11_a_configuration_is_for_the_holder_of_the_key() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let config = device.config(&world);
    assert_eq!(config.status, 200, "{:?}", config.json());
    let config = config.json();
    assert_eq!(
        (&config["counter"], &config["sample"]),
        (&json!("q1"), &json!(true))
    );
    let form = config["form"].as_str().expect("a form");
    assert!(survey::form::Form::parse(form).is_ok());
    let mut thief = Device::stranger("33.1");
    assert_eq!(
        thief.config(&world).refusal(),
        (401, "unknown-device".into())
    );
    thief.id.clone_from(&device.id);
    assert_eq!(
        thief.config(&world).refusal(),
        (401, "bad-signature".into())
    );
    let reply = ask(
        "GET",
        &world.counter("/v1/device/config"),
        &[("x-device", "x")],
        b"",
    );
    assert_eq!(reply.refusal(), (401, "unknown-device".into()));
}

#[test]
fn s5_five_wrong_passwords_are_slowed_down_and_a_right_one_opens_then() {
    let world = World::empty();
    world.operator();
    let nobody = Account::default();
    for wait in 0..3 {
        let reply = nobody.try_sign_in(&world, "operator", "wrong password");
        assert_eq!(reply.refusal(), (401, "wrong-password".into()));
        let reply = nobody.try_sign_in(&world, "operator", PASSWORD);
        assert_eq!(reply.refusal(), (429, "slow-down".into()));
        assert!(reply.header("retry-after").is_some());
        thread::sleep(Duration::from_millis((1_000 << wait) + 50));
    }
    assert_eq!(nobody.try_sign_in(&world, "operator", PASSWORD).status, 200);
    // A name that does not exist is answered alike.
    let reply = nobody.try_sign_in(&world, "stranger", "wrong password");
    assert_eq!(reply.refusal(), (401, "wrong-password".into()));
    let reply = nobody.try_sign_in(&world, "stranger", "wrong password");
    assert_eq!(reply.refusal(), (429, "slow-down".into()));
}

#[test]
fn s6_a_session_is_a_strict_cookie_and_ends_with_signing_out() {
    let world = World::empty();
    world.operator();
    let reply = Account::default().try_sign_in(&world, "operator", PASSWORD);
    let cookie = reply.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("__Host-s="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let operator = Account::sign_in(&world, "operator");
    assert_eq!(
        operator.get(&world, "/v1/session").json()["account"],
        "operator"
    );
    assert_eq!(
        operator.ask(&world, "DELETE", "/v1/session", b"").status,
        200
    );
    assert_eq!(
        operator.get(&world, "/v1/session").refusal(),
        (401, "signed-out".into())
    );
    let nobody = Account::default();
    for path in [
        "/v1/session",
        "/v1/units",
        "/v1/devices",
        "/v1/units/33.1/figures",
    ] {
        assert_eq!(
            nobody.get(&world, path).refusal(),
            (401, "signed-out".into()),
            "{path}"
        );
    }
}

#[test]
fn s3_a_stranger_makes_no_database() {
    let world = World::empty();
    world.operator();
    let files = || {
        let ledgers = std::fs::read_dir(world.data().join("objects"))
            .into_iter()
            .flatten();
        let folders = ledgers.flatten().map(|folder| folder.path());
        let files = folders.flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten());
        files
            .flatten()
            .filter(|file| file.metadata().is_ok_and(|data| data.len() > 0))
            .count()
    };
    let before = files();
    let mut stranger = Device::stranger("33.1");
    for n in 0..20 {
        stranger.unit = format!("no-such-{n}");
        let reply = stranger.post(&world, &[]);
        assert_eq!(reply.refusal(), (401, "unknown-device".into()));
    }
    assert!(files() <= before + 3, "{before} files became {}", files());
}
