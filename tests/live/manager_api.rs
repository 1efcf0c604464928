//! The manager's API as docs/openapi.json describes it, method by method, and what holds for every
//! route of both sites: headers, the page's own origin, limits before parsing.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::device::Device;
use crate::world::{Account, Reply, World, ask};

const DESCRIPTION: &str = include_str!("../../docs/openapi.json");
/// Every method that a client may try.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// The devices' routes (rules W1, W11, O14) with the methods that they have.
const DEVICES: [(&str, &str); 4] = [
    ("/v1/enrol", "POST"),
    ("/v1/units/33.1/batches", "POST"),
    ("/v1/device/config", "GET"),
    ("/v1/rescue", "POST"),
];
const JSON: (&str, &str) = ("content-type", "application/json");

/// A route of the manager's API with real ids in its path.
struct Route {
    path: String,
    methods: BTreeSet<String>,
    /// It is there only where a token for monitors is bound, which is never on plain workerd.
    is_elsewhere: bool,
}

fn routes(device: &str) -> Vec<Route> {
    let document: Value = serde_json::from_str(DESCRIPTION).expect("a description");
    let paths = document["paths"].as_object().expect("paths");
    let route = |(path, methods): (&String, &Value)| Route {
        path: path
            .replace("{unit}", "33.1")
            .replace("{device}", device)
            .replace("{passkey}", "a-passkey")
            .replace("{key}", "a-key")
            .replace("{alert}", "an-alert")
            .replace("{action}", "0011223344556677")
            .replace("{account}", "manager-33"),
        methods: methods
            .as_object()
            .expect("methods")
            .keys()
            .map(|method| method.to_uppercase())
            .collect(),
        is_elsewhere: !methods["get"]["security"][0]["watchToken"].is_null(),
    };
    paths.iter().map(route).collect()
}

/// A body that no route takes, for a method that has one.
fn body(method: &str) -> &'static [u8] {
    match method {
        "POST" | "PUT" | "PATCH" => b"[1]",
        _ => b"",
    }
}

/// A server with an operator, a manager of 33 and a device at 33.1.
fn furnished() -> (World, Account, Device) {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let device = Device::enrolled(&world, &operator, "33.1");
    (world, operator, device)
}

/// The audit log's newest number: it grows with everything that is changed.
fn log_length(world: &World, operator: &Account) -> u64 {
    let log = operator.get(world, "/v1/audit").json();
    log["lines"][0]["no"].as_u64().expect("a line")
}

#[test]
fn every_route_has_the_methods_that_are_described_and_no_other() {
    let (world, _, device) = furnished();
    let origin = world.manager("");
    for route in routes(&device.id) {
        for method in METHODS {
            let headers = [JSON, ("origin", origin.as_str())];
            let reply = ask(method, &world.manager(&route.path), &headers, body(method));
            let is_described = route.methods.contains(method);
            if route.is_elsewhere {
                assert_eq!(reply.refusal(), (404, "not-found".into()));
                continue;
            }
            assert_eq!(
                matches!(reply.status, 404 | 405),
                !is_described,
                "{method} {}: {} {}",
                route.path,
                reply.status,
                reply.code()
            );
            if reply.status == 405 {
                let allowed = reply.header("allow").unwrap_or_default().to_owned();
                let allowed: BTreeSet<_> = allowed.split(", ").map(str::to_owned).collect();
                let mut own = route.methods.clone();
                own.extend(own.contains("GET").then(|| "HEAD".to_owned()));
                assert_eq!(allowed, own, "{method} {}", route.path);
            }
        }
    }
}

/// What S8 and S9 want of every answer.
fn must_be_guarded(what: &str, reply: &Reply) {
    for (name, value) in [
        (
            "strict-transport-security",
            "max-age=63072000; includeSubDomains",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{what}: {name}");
    }
    let policy = reply.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.starts_with("default-src 'none'; "),
        "{what}: {policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    assert!(reply.header("permissions-policy").is_some(), "{what}");
    for name in [
        "access-control-allow-origin",
        "clear-site-data",
        "server",
        "x-powered-by",
    ] {
        assert_eq!(reply.header(name), None, "{what}: {name}");
    }
    let kind = reply.header("content-type").unwrap_or_default();
    let is_typed = kind == "application/json" || kind.ends_with("; charset=utf-8");
    assert!(is_typed, "{what}: {kind}");
}

#[test]
fn s8_s9_every_route_of_both_sites_answers_with_every_header() {
    let (world, operator, device) = furnished();
    let origin = world.manager("");
    let mut statuses = BTreeSet::new();
    for route in routes(&device.id) {
        for method in METHODS {
            for cookie in ["", operator.cookie()] {
                // A body that no route takes: nothing is changed, and every error is answered.
                let headers = [JSON, ("origin", origin.as_str()), ("cookie", cookie)];
                let is_end = method == "DELETE" && !cookie.is_empty();
                if !is_end {
                    let reply = ask(method, &world.manager(&route.path), &headers, body(method));
                    must_be_guarded(&format!("{method} {}", route.path), &reply);
                    statuses.insert(reply.status);
                }
            }
            let reply = ask(method, &world.manager(&route.path), &[], b"");
            must_be_guarded(&format!("bare {method} {}", route.path), &reply);
            statuses.insert(reply.status);
        }
    }
    for (path, _) in DEVICES {
        for method in METHODS {
            for headers in [
                &[][..],
                &[JSON],
                &[JSON, ("origin", "https://evil.example")],
            ] {
                let reply = ask(method, &world.counter(path), headers, body(method));
                must_be_guarded(&format!("{method} {path}"), &reply);
                statuses.insert(reply.status);
            }
        }
    }
    for path in ["/health", "/metrics", "/machine"] {
        for method in METHODS {
            let reply = ask(method, &world.watch(path), &[JSON], body(method));
            must_be_guarded(&format!("{method} {path}"), &reply);
        }
    }
    let urls = [
        world.counter("/v1/nothing"),
        world.manager("/v1/nothing"),
        world.watch("/"),
        world.watch("/v1/session"),
    ];
    for url in urls {
        must_be_guarded(&url, &ask("GET", &url, &[], b""));
    }
    let seen: Vec<u16> = statuses.into_iter().collect();
    // 404: what is only elsewhere.
    assert_eq!(seen, [200, 400, 401, 403, 404, 405, 415]);
}

#[test]
fn s6_no_write_is_taken_but_from_the_page_itself() {
    let (world, operator, device) = furnished();
    let origin = world.manager("");
    let before = log_length(&world, &operator);
    let host = origin.trim_start_matches("http://").to_owned();
    let foreign = [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        world.counter(""),
        format!("http://evil.{host}"),
        format!("http://{host}.evil.example"),
        format!("http://{host}@evil.example"),
        format!("ftp://{host}"),
        format!("{origin}/"),
        host.clone(),
    ];
    for route in routes(&device.id) {
        for method in route.methods.iter().filter(|method| *method != "GET") {
            let what = format!("{method} {}", route.path);
            let url = world.manager(&route.path);
            let cookie = ("cookie", operator.cookie());
            let send = |headers: &[(&str, &str)]| {
                let body: &[u8] = if method == "DELETE" { b"" } else { b"{}" };
                ask(method, &url, &[headers, &[cookie]].concat(), body).refusal()
            };
            let wrong = (403, "wrong-origin".to_owned());
            assert_eq!(send(&[JSON]), wrong, "{what}");
            for origin in &foreign {
                assert_eq!(send(&[JSON, ("origin", origin)]), wrong, "{what} {origin}");
            }
            if method != "DELETE" {
                let own = ("origin", origin.as_str());
                for kind in [
                    "text/plain",
                    "application/x-www-form-urlencoded",
                    "multipart/form-data",
                    "",
                ] {
                    let reply = send(&[own, ("content-type", kind)]);
                    assert_eq!(reply, (415, "not-json".into()), "{what} {kind}");
                }
            }
        }
    }
    assert_eq!(log_length(&world, &operator), before);
    assert_eq!(operator.get(&world, "/v1/session").status, 200);
}

#[test]
fn s6_a_read_writes_nothing_and_no_header_makes_it_a_write() {
    let (world, operator, device) = furnished();
    let before = log_length(&world, &operator);
    let overrides = [
        ("x-http-method-override", "DELETE"),
        ("x-http-method", "PUT"),
        ("x-method-override", "POST"),
        ("origin", "https://evil.example"),
        ("cookie", operator.cookie()),
    ];
    for route in routes(&device.id)
        .into_iter()
        .filter(|route| !route.is_elsewhere)
    {
        for query in ["", "?_method=DELETE&method=POST"] {
            let url = world.manager(&format!("{}{query}", route.path));
            for method in ["GET", "HEAD", "OPTIONS"] {
                let reply = ask(method, &url, &overrides, b"");
                let is_read = method != "OPTIONS" && route.methods.contains("GET");
                assert_eq!(
                    reply.status == 405,
                    !is_read,
                    "{method} {url}: {}",
                    reply.status
                );
            }
        }
    }
    // Taking the log or the units as a file is itself a line of it (rule S13); nothing else is new.
    let log = operator.get(&world, "/v1/audit").json();
    let lines = log["lines"].as_array().expect("lines");
    let new: BTreeSet<_> = lines
        .iter()
        .filter(|line| line["no"].as_u64() > Some(before))
        .map(|line| line["act"].as_str().unwrap_or_default())
        .collect();
    let taken = ["export-audit", "export-units"].into();
    assert!(new.is_subset(&taken), "{new:?}");
    assert_eq!(operator.get(&world, "/v1/session").status, 200);
    assert_eq!(device.config(&world).status, 200);
}

#[test]
fn s10_a_method_that_nobody_knows_is_no_read() {
    let (world, operator, _) = furnished();
    for method in ["PROPFIND", "SEARCH", "REPORT", "TRACE", "COPY", "LOCK"] {
        for url in [
            world.manager("/v1/session"),
            world.manager("/"),
            world.counter("/"),
        ] {
            let cookie = ("cookie", operator.cookie());
            let status = ask(method, &url, &[cookie], b"").status;
            assert!(matches!(status, 405 | 501), "{method} {url}: {status}");
        }
    }
}

#[test]
fn s10_every_body_is_measured_before_it_is_read() {
    let (world, operator, device) = furnished();
    let origin = world.manager("");
    let large = vec![b'['; 10 << 20];
    for route in routes(&device.id) {
        for method in route
            .methods
            .iter()
            .filter(|method| matches!(&method[..], "POST" | "PUT"))
        {
            let what = format!("{method} {}", route.path);
            let headers = [JSON, ("origin", &origin), ("cookie", operator.cookie())];
            let url = world.manager(&route.path);
            let reply = ask(method, &url, &headers, &large);
            assert_eq!(reply.refusal(), (413, "too-large".into()), "{what}");
            // A nest of a thousand brackets is refused, not walked into until the stack ends.
            let nested = "[".repeat(8_000);
            let reply = ask(method, &url, &headers, nested.as_bytes());
            assert_eq!(reply.status, 400, "{what}");
        }
    }
    for (path, _) in DEVICES.iter().filter(|(_, method)| *method == "POST") {
        let device_header = ("x-device", device.id.as_str());
        let url = world.counter(path);
        let reply = ask("POST", &url, &[JSON, device_header], &large);
        assert_eq!(reply.refusal(), (413, "too-large".into()), "{path}");
    }
    let bad = json!({"account": "operator", "password": "x", "account ": 1});
    let reply = operator.post(&world, "/v1/session", &bad);
    assert_eq!(reply.refusal(), (400, "bad-request".into()));
}
