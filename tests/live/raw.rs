//! What a hand-made client sends: addresses, hosts, lengths and headers that no library would write.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::device::{Device, record, verdicts};
use crate::world::{Account, World, ask};

/// How long a silent answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

fn connect(origin: &str) -> TcpStream {
    let address = origin.trim_start_matches("http://");
    let stream = TcpStream::connect(address).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream
        .set_write_timeout(Some(PATIENCE))
        .expect("a time-out");
    stream
}

/// Everything the server says to these bytes until it closes or is silent.
fn say(origin: &str, bytes: &[u8]) -> String {
    let mut stream = connect(origin);
    // A server that has heard enough may close before all is said.
    let _ = stream.write_all(bytes);
    let mut said = Vec::new();
    let mut some = [0; 4_096];
    while let Ok(length @ 1..) = stream.read(&mut some) {
        said.extend_from_slice(&some[..length]);
        if said.len() > 4 << 20 {
            break;
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn get(origin: &str, path: &str, headers: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    say(origin, request.as_bytes())
}

fn status(said: &str) -> u16 {
    let mut words = said.split(' ');
    words.nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[test]
fn s10_no_address_reaches_a_file_outside_the_site() {
    let world = World::empty();
    let (counter, manager) = (world.counter(""), world.manager(""));
    let page =
        String::from_utf8_lossy(&ask("GET", &world.manager("/"), &[], b"").bytes).into_owned();
    let foreign = page
        .split('"')
        .find(|word| {
            word.rsplit_once('.')
                .is_some_and(|(_, ending)| ending == "wasm")
        })
        .expect("a program");
    let (name, _) = foreign.rsplit_once('.').expect("an ending");
    for path in [
        "/../worker/entry.mjs".to_owned(),
        "/../../../../../../../../etc/passwd".to_owned(),
        "/counter/../../worker/entry.mjs".to_owned(),
        "/..%2f..%2fworker%2fentry.mjs".to_owned(),
        "/%2e%2e/worker/entry.mjs".to_owned(),
        "/%252e%252e/worker/entry.mjs".to_owned(),
        "/..\\worker\\entry.mjs".to_owned(),
        "/..%5cworker%5centry.mjs".to_owned(),
        "/.%00./worker/entry.mjs".to_owned(),
        "/entry.mjs%00.html".to_owned(),
        "//worker/entry.mjs".to_owned(),
        "///etc/passwd".to_owned(),
        "/lang/../../worker/entry.mjs".to_owned(),
        "/lang/vi/..;/..;/worker/entry.mjs".to_owned(),
        "/.assetsignore".to_owned(),
        "/worker/survey_worker_bg.wasm".to_owned(),
        "/\u{ff0e}\u{ff0e}/worker/entry.mjs".to_owned(),
        format!("{counter}/../worker/entry.mjs"),
        // What is the other site's, by its real name.
        format!("{name}.wasm"),
        format!("/../manager{name}.wasm"),
        format!("/manager{name}.wasm"),
    ] {
        let said = get(&counter, &path, "host: x\r\n");
        assert!(matches!(status(&said), 400 | 404), "{path}: {said:.80}");
        assert!(
            !said.contains("survey_worker") && !said.contains("root:"),
            "{path}"
        );
    }
    assert_eq!(status(&get(&manager, foreign, "host: x\r\n")), 200);
}

#[test]
fn s1_the_host_that_a_client_names_decides_nothing_and_is_never_repeated() {
    let world = World::empty();
    world.operator();
    for host in [
        "host: evil.example\r\n",
        "host: localhost:8788\r\n",
        "host: evil.example\r\nx-forwarded-host: evil.example\r\nx-hai-long-role: manager\r\n",
        "host: evil.example\r\nforwarded: host=evil.example\r\nx-original-url: /v1/session\r\n",
    ] {
        let said = get(&world.counter(""), "/v1/session", host);
        assert_eq!(status(&said), 404, "{said}");
        let said = get(&world.counter(""), "/", host);
        assert!(
            said.contains("<title>") && !said.contains("evil.example"),
            "{said}"
        );
        let said = get(&world.manager(""), "/v1/session", host);
        assert_eq!(status(&said), 401, "{said}");
        assert!(!said.contains("evil.example"), "{said}");
    }
    // A rebound name passes for the page's own origin, and has no cookie: it is nobody.
    let body = "{\"units\":[]}";
    let write = format!(
        "POST /v1/units HTTP/1.1\r\nhost: evil.example\r\norigin: http://evil.example\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let said = say(&world.manager(""), write.as_bytes());
    assert_eq!(status(&said), 401, "{said}");
}

#[test]
fn s10_two_lengths_or_a_bad_one_are_refused() {
    let world = World::empty();
    let smuggled = "GET /v1/session HTTP/1.1\r\nhost: x\r\n\r\n";
    let both = format!(
        "POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
    );
    let twice = format!(
        "POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 2\r\ncontent-length: 44\r\n\r\n{{}}{smuggled}"
    );
    let odd = |length: &str| {
        format!(
            "POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {length}\r\n\r\n{{}}"
        )
    };
    let folded = "POST /v1/enrol HTTP/1.1\r\nhost: x\r\ntransfer-encoding : chunked\r\n\
                  content-length: 2\r\n\r\n{}";
    for request in [
        both,
        twice,
        odd("-1"),
        odd("0x2"),
        odd("2, 2"),
        odd("99999999999999999999999999"),
        folded.to_owned(),
    ] {
        let said = say(&world.counter(""), request.as_bytes());
        let answers = said.matches("HTTP/1.1 ").count();
        assert!(
            answers <= 1,
            "{request:?} was answered {answers} times: {said}"
        );
        assert!(!said.starts_with("HTTP/1.1 200"), "{request:?}: {said}");
    }
    // And the next one is served as ever.
    assert_eq!(ask("GET", &world.counter("/"), &[], b"").status, 200);
}

#[test]
fn s10_huge_headers_and_slow_bodies_hold_up_nobody() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let huge = format!("host: x\r\nx-much: {}\r\n", "a".repeat(2 << 20));
    let said = get(&world.counter(""), "/", &huge);
    assert!(!said.starts_with("HTTP/1.1 200"), "{said:.80}");
    let many: Vec<String> = (0..20_000).map(|n| format!("x-{n}: a\r\n")).collect();
    let said = get(
        &world.counter(""),
        "/",
        &format!("host: x\r\n{}", many.concat()),
    );
    assert!(!said.starts_with("HTTP/1.1 5"), "{said:.80}");

    // Two hundred clients that begin and never end: in the middle of a header, and of a body.
    let beginnings = [
        "POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-type: appl",
        "POST /v1/units/33.1/batches HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 200000\r\n\r\n{\"v\": 1, \"batch\":",
    ];
    let stalled: Vec<_> = (0..200)
        .map(|n| {
            let mut stream = connect(&world.counter(""));
            let beginning = beginnings[n % beginnings.len()];
            stream
                .write_all(beginning.as_bytes())
                .expect("it takes a beginning");
            stream
        })
        .collect();
    let before = Instant::now();
    let records: Vec<_> = (0..50).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &records)), ["counted"; 50]);
    assert!(before.elapsed() < PATIENCE, "{:?}", before.elapsed());
    assert_eq!(
        Account::sign_in(&world, "operator")
            .get(&world, "/v1/session")
            .status,
        200
    );
    drop(stalled);
}
