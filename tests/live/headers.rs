//! Every answer carries the headers of S8 and S9, and each site has its own routes only.

use serde_json::json;
use xtask::workerd::Clock;

use crate::device::Device;
use crate::world::{Account, Reply, World, ask};

/// One of every kind of answer, with what its `cache-control` has to be.
fn answers(world: &World) -> Vec<(&'static str, Reply, &'static str)> {
    const API: &str = "no-store";
    let operator = world.operator();
    let device = Device::enrolled(world, &operator, "33.1");
    let get = |path: &str| ask("GET", &world.counter(path), &[], b"");
    let post = |path: &str| operator.post(world, path, &json!({}));
    let mut answers = vec![
        ("page", get("/"), "no-cache"),
        ("sw.js", get("/sw.js"), "no-cache"),
        ("session", operator.get(world, "/v1/session"), API),
        ("config", device.config(world), API),
        ("missing", get("/gone.0123456789abcdef.js"), API),
        ("refused", Account::default().get(world, "/v1/units"), API),
        ("method", ask("DELETE", &world.counter("/"), &[], b""), API),
        ("batch", device.send(world, &device.path(), b"{"), API),
        (
            "sign-in",
            operator.try_sign_in(world, "operator", "wrong"),
            API,
        ),
        ("panic", post("/v1/test/panic"), API),
        (
            "panic in a transaction",
            post("/v1/test/scratch/panic"),
            API,
        ),
        ("after a panic", operator.get(world, "/v1/session"), API),
    ];
    let html = String::from_utf8_lossy(&answers[0].1.bytes).into_owned();
    for ending in [".js", ".css", ".wasm"] {
        let mut names = html.split('"').filter(|name| name.ends_with(ending));
        let name = names.next().expect("the page loads one");
        answers.push((ending, get(name), "public, max-age=31536000, immutable"));
    }
    answers
}

#[test]
fn s8_every_answer_forbids_what_the_page_does_not_need() {
    let world = World::empty();
    for (what, reply, _) in answers(&world) {
        let policy = reply.header("content-security-policy").unwrap_or("missing");
        let begins = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';";
        assert!(policy.starts_with(begins), "{what}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}");
        assert!(!policy.contains("unsafe-inline"), "{what}");
    }
}

#[test]
fn s9_every_answer_carries_its_headers_and_its_type() {
    let world = World::empty();
    for (what, reply, cache) in answers(&world) {
        let header = |name: &str| reply.header(name).unwrap_or("missing").to_owned();
        for (name, value) in [
            (
                "strict-transport-security",
                "max-age=63072000; includeSubDomains",
            ),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", cache),
        ] {
            assert_eq!(header(name), value, "{what}: {name}");
        }
        let kind = match what {
            "page" => "text/html; charset=utf-8",
            ".js" | "sw.js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".wasm" => "application/wasm",
            _ => "application/json",
        };
        assert_eq!(header("content-type"), kind, "{what}");
        assert!(header("permissions-policy").contains("camera=()"), "{what}");
        assert_eq!(header("access-control-allow-origin"), "missing", "{what}");
        assert_eq!(header("clear-site-data"), "missing", "{what}");
    }
}

#[test]
fn head_is_answered_as_get_without_the_body() {
    let world = World::empty();
    let operator = world.operator();
    for path in ["/", "/sw.js"] {
        let head = ask("HEAD", &world.counter(path), &[], b"");
        let get = ask("GET", &world.counter(path), &[], b"");
        assert_eq!((head.status, head.bytes.len()), (200, 0));
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
    assert_eq!(operator.ask(&world, "HEAD", "/v1/session", b"").status, 200);
    assert_eq!(
        ask("HEAD", &world.counter("/gone.js"), &[], b"").status,
        404
    );
}

#[test]
fn u3_a_missing_file_is_404_and_places_in_the_app_are_the_page() {
    let world = World::empty();
    let get = |url: String| {
        let reply = ask("GET", &url, &[], b"");
        let is_page = reply.header("content-type") == Some("text/html; charset=utf-8");
        (reply.status, is_page)
    };
    for path in ["/", "/staff", "/enrol"] {
        assert_eq!(get(world.counter(path)), (200, true), "{path}");
    }
    for path in ["/", "/units/33.1", "/devices"] {
        let reply = get(world.manager(path));
        let is_file = path.contains('.');
        assert_eq!(
            reply,
            if is_file { (404, false) } else { (200, true) },
            "{path}"
        );
    }
    for path in [
        "/gone.js",
        "/counter.0123456789abcdef.wasm",
        "/lang/none/strings.json",
        "/worker/entry.mjs",
        "/../worker/entry.mjs",
        "/%2e%2e/worker/entry.mjs",
        "/..%2fworker/entry.mjs",
        "/.assetsignore",
        "/lang.d/",
        "/elsewhere",
        "/v1",
        "/v1/nothing",
    ] {
        assert_eq!(get(world.counter(path)), (404, false), "{path}");
    }
}

#[test]
fn s1_each_site_has_its_own_routes_and_no_header_changes_the_site() {
    let world = World::empty();
    let operator = world.operator();
    let device = Device::enrolled(&world, &operator, "33.1");
    let forged = [("x-hai-long-role", "manager"), ("host", "localhost:8788")];
    for path in [
        "/v1/session",
        "/v1/units",
        "/v1/devices",
        "/v1/units/33.1/figures",
        "/v1/test/clock",
    ] {
        let reply = ask("GET", &world.counter(path), &forged, b"");
        assert_eq!(reply.refusal(), (404, "not-found".into()), "{path}");
    }
    let setup = json!({"code": "TESTCODE", "account": "x", "password": "x"}).to_string();
    let headers = [forged[0], ("content-type", "application/json")];
    for path in ["/v1/setup", "/v1/session", "/v1/accounts"] {
        let reply = ask("POST", &world.counter(path), &headers, setup.as_bytes());
        assert_eq!(reply.refusal(), (404, "not-found".into()), "{path}");
    }
    let forged = [
        ("x-hai-long-role", "counter"),
        ("content-type", "application/json"),
    ];
    let reply = ask("POST", &world.manager(&device.path()), &forged, b"{}");
    assert_eq!(reply.refusal(), (404, "not-found".into()));
}

#[test]
fn a_clock_that_is_real_cannot_be_set() {
    let world = World::planned(|plan| plan.clock = Clock::Real);
    let setup = json!({"code": "TESTCODE", "account": "operator", "password": "một câu khá dài"});
    assert_eq!(
        Account::default().post(&world, "/v1/setup", &setup).status,
        200
    );
    let operator = Account::sign_in(&world, "operator");
    for (method, path) in [
        ("PUT", "clock"),
        ("POST", "panic"),
        ("POST", "scratch/panic"),
    ] {
        let reply = operator.ask(&world, method, &format!("/v1/test/{path}"), b"{\"now\": 5}");
        assert_eq!(reply.refusal(), (404, "not-found".into()), "{path}");
    }
    assert_eq!(operator.get(&world, "/v1/session").json()["sample"], false);
}
