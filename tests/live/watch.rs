//! How the server says it is, to whom, and what it finds when it counts everything again (rules V1 to V3).

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};
use survey::day::{DAY_MS, HOUR_MS, MINUTE_MS};
use xtask::files;

use crate::device::{Device, record, verdicts};
use crate::world::{Account, MORNING, Reply, World, ask};

/// What the tests' servers are started with.
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn look(world: &World, path: &str) -> Reply {
    ask("GET", &world.watch(path), &[], b"")
}

fn check(health: &Value, what: &str) -> Value {
    let mut checks = health["checks"].as_array().expect("checks").iter();
    let found = checks.find(|check| check["what"] == what);
    found
        .unwrap_or_else(|| panic!("no {what} in {health}"))
        .clone()
}

fn night(world: &World, operator: &Account) {
    let reply = operator.post(world, "/v1/test/night", &json!({}));
    assert_eq!(reply.status, 200, "{:?}", reply.json());
}

/// The database of the only Ledger.
fn ledger(world: &World) -> PathBuf {
    let objects = world.data().join("objects");
    let is_ledger = |path: &PathBuf| {
        let path = path.to_string_lossy();
        path.starts_with("hai-long-ledger-") && path.ends_with(".sqlite")
    };
    let has_cells = |path: &PathBuf| {
        let database = Connection::open(path).expect("it opens");
        database.prepare("SELECT 1 FROM cell").is_ok()
    };
    let found = files::all_under(&objects).expect("files").into_iter();
    let mut found = found
        .filter(is_ledger)
        .map(|path| objects.join(path))
        .filter(has_cells);
    found.next().expect("a Ledger")
}

#[test]
fn v3_a_corrupted_tally_raises_an_alarm_until_somebody_mends_it() {
    let mut world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (0..12).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &records)), ["counted"; 12]);
    night(&world, &operator);
    let reply = look(&world, "/health");
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    assert_eq!(check(&reply.json(), "recount")["level"], "ok");

    let alter = |world: &mut World, by: i64| {
        world.kill();
        let database = Connection::open(ledger(world)).expect("it opens");
        let changed = database.execute(
            "UPDATE cell SET tally = json_set(tally, '$.numbers[0]', (tally ->> '$.numbers[0]') + ?1)",
            [by],
        );
        assert_eq!(changed, Ok(1));
        database.close().expect("it closes");
        world.start();
    };
    alter(&mut world, 1);
    // It is found at night and told until it is mended, by whatever way one looks.
    for _ in 0..2 {
        let operator = Account::sign_in(&world, "operator");
        night(&world, &operator);
        let reply = look(&world, "/health");
        assert_eq!(reply.status, 503);
        let recount = check(&reply.json(), "recount");
        assert_eq!(
            (&recount["level"], &recount["units"]),
            (&json!("alarm"), &json!(["33.1"]))
        );
        let page = operator.get(&world, "/v1/server");
        assert_eq!(page.status, 200);
        assert_eq!(check(&page.json(), "recount"), recount);
        let metrics = look(&world, "/metrics");
        let metrics = String::from_utf8(metrics.bytes).expect("text");
        assert!(
            metrics.contains("\nhailong_recount_differing_units 1\n"),
            "{metrics}"
        );
        assert!(
            metrics.contains("\nhailong_health{check=\"recount\"} 2\n"),
            "{metrics}"
        );
    }
    let operator = Account::sign_in(&world, "operator");
    let audit = operator.get(&world, "/v1/audit?act=recount-differs").json();
    assert_eq!(audit["lines"].as_array().map(Vec::len), Some(1), "{audit}");
    assert_eq!(audit["lines"][0]["subject"], "33.1");
    alter(&mut world, -1);
    let operator = Account::sign_in(&world, "operator");
    night(&world, &operator);
    assert_eq!(look(&world, "/health").status, 200);
}

#[test]
fn v3_the_night_comes_by_itself() {
    let mut world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    device.post(&world, &[record("33.1", 3)]);
    assert_eq!(
        check(&look(&world, "/health").json(), "recount")["value"],
        Value::Null
    );
    // Three seconds before 03:00.
    operator.set_clock(&world, MORNING.plus(17 * HOUR_MS - 3_000));
    world.kill();
    world.start();
    let until = Instant::now() + Duration::from_mins(1);
    while check(&look(&world, "/health").json(), "recount")["value"].is_null() {
        assert!(Instant::now() < until, "{}", world.log());
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn p14_what_is_old_goes_at_night_and_figures_stay() {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (0..12).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &records)), ["counted"; 12]);
    let at = |days: i64| {
        let operator = Account::sign_in(&world, "operator");
        operator.set_clock(&world, MORNING.plus(days * DAY_MS));
        let operator = Account::sign_in(&world, "operator");
        night(&world, &operator);
        let database = Connection::open(ledger(&world)).expect("it opens");
        let count = |of: &str| -> i64 {
            let count = format!("SELECT count(*) FROM {of}");
            database
                .query_row(&count, [], |row| row.get(0))
                .expect("a count")
        };
        let manager = Account::sign_in(&world, "manager-33");
        let figures = manager.figures(&world, "33.1");
        (
            count("response"),
            count("receipt WHERE device IS NOT NULL"),
            count("device WHERE heard IS NOT NULL"),
            figures["responses"].as_u64(),
        )
    };
    assert_eq!(at(1), (12, 12, 1, Some(12)));
    assert_eq!(at(100), (12, 0, 1, Some(12)));
    assert_eq!(at(367), (12, 0, 0, Some(12)));
    assert_eq!(at(1_828), (0, 0, 0, Some(12)));
    // It was counted once, and stays so.
    assert_eq!(verdicts(&device.post(&world, &records)), ["already"; 12]);
    let health = look(&world, "/health").json();
    assert_eq!(check(&health, "recount")["level"], "ok", "{health}");
}

#[test]
fn v2_metrics_are_for_this_machine_and_tell_of_nobody() {
    let world = World::planned(|plan| TOKEN.clone_into(&mut plan.machine_token));
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (0..13).map(|n| record("33.1", 1 + n % 5)).collect();
    assert_eq!(verdicts(&device.post(&world, &records)), ["counted"; 13]);
    let reply = look(&world, "/metrics");
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let metrics = String::from_utf8(reply.bytes).expect("text");
    for line in [
        "hailong_verdicts_total{verdict=\"counted\"} 10",
        "hailong_responses_waiting 10",
        "hailong_ledgers 1",
        "hailong_devices_active 1",
        "hailong_restore_ordinal 0",
    ] {
        assert!(
            metrics.lines().any(|known| known == line),
            "{line} in\n{metrics}"
        );
    }
    let ids = records.iter().map(|record| record.id.to_string());
    for word in ids.chain([device.id.clone(), "33.1".to_owned(), "operator".to_owned()]) {
        assert!(!metrics.contains(&word), "{word} in\n{metrics}");
    }
    // Asking often wakes no Ledger; five minutes later it is gathered anew.
    let more: Vec<_> = (0..7).map(|_| record("33.1", 3)).collect();
    device.post(&world, &more);
    let waiting = |world: &World| {
        let text = String::from_utf8(look(world, "/metrics").bytes).expect("text");
        let line = text
            .lines()
            .find(|line| line.starts_with("hailong_responses_waiting "));
        line.expect("a line").to_owned()
    };
    assert_eq!(waiting(&world), "hailong_responses_waiting 10");
    operator.set_clock(&world, MORNING.plus(6 * MINUTE_MS));
    assert_eq!(waiting(&world), "hailong_responses_waiting 20");

    // Nowhere else, and by nobody else.
    for path in [
        "/health",
        "/metrics",
        "/v1/health",
        "/v1/metrics",
        "/machine",
    ] {
        let reply = ask("GET", &world.counter(path), &[], b"");
        assert_eq!(reply.refusal(), (404, "not-found".into()), "{path}");
    }
    for path in ["/v1/health", "/v1/metrics", "/v1/machine"] {
        assert_eq!(
            operator.get(&world, path).refusal(),
            (404, "not-found".into()),
            "{path}"
        );
    }
    for path in ["/", "/v1/units", "/v1/session", "/v1/test/clock"] {
        assert_eq!(
            look(&world, path).refusal(),
            (404, "not-found".into()),
            "{path}"
        );
    }
    let write = ask("POST", &world.watch("/metrics"), &[], b"{}");
    assert_eq!(write.refusal(), (405, "bad-method".into()));
}

#[test]
fn v1_only_the_program_around_the_server_tells_of_its_machine() {
    let world = World::planned(|plan| TOKEN.clone_into(&mut plan.machine_token));
    world.operator();
    let json = ("content-type", "application/json");
    let machine = json!({"stored_bytes": 5, "free_bytes": 700 << 20, "memory_bytes": 9,
        "backup": MORNING.plus(-27 * HOUR_MS).0, "backup_bytes": 4});
    let put = |token: &str, body: &Value| {
        let bearer = format!("Bearer {token}");
        let headers = [json, ("authorization", bearer.as_str())];
        ask(
            "PUT",
            &world.watch("/machine"),
            &headers,
            body.to_string().as_bytes(),
        )
        .refusal()
    };
    // Somebody should tell of the machine, and nobody has: that is said.
    let health = look(&world, "/health").json();
    assert_eq!(health["checks"].as_array().map(Vec::len), Some(4));
    let silent = check(&health, "machine");
    assert_eq!(
        (&silent["level"], &silent["value"]),
        (&json!("warning"), &Value::Null)
    );
    assert_eq!(put("wrong", &machine), (403, "not-allowed".into()));
    assert_eq!(put("", &machine), (403, "not-allowed".into()));
    assert_eq!(put(TOKEN, &json!({"free": 1})), (400, "bad-request".into()));
    assert_eq!(put(TOKEN, &machine).0, 200);
    let health = look(&world, "/health");
    assert_eq!(health.status, 503);
    assert_eq!(check(&health.json(), "backup")["level"], "alarm");
    assert_eq!(check(&health.json(), "backup")["value"], 27);
    assert_eq!(check(&health.json(), "disk")["level"], "warning");
    assert_eq!(check(&health.json(), "machine")["level"], "ok");
    let metrics = String::from_utf8(look(&world, "/metrics").bytes).expect("text");
    assert!(metrics.contains("\nhailong_stored_bytes 5\n"), "{metrics}");
    // Backups that fail from the first day on are an alarm from the second.
    for (hours, level) in [(25, "warning"), (27, "alarm")] {
        let mut machine = machine.clone();
        machine["backup"] = Value::Null;
        machine["unsaved_since"] = MORNING.plus(-hours * HOUR_MS).0.into();
        assert_eq!(put(TOKEN, &machine).0, 200);
        let health = look(&world, "/health").json();
        assert_eq!(check(&health, "backup")["level"], level, "{health}");
    }
    // A token of the surroundings that is none opens nothing.
    let closed = World::empty();
    let health = look(&closed, "/health").json();
    assert_eq!(health["checks"].as_array().map(Vec::len), Some(3));
    let headers = [json, ("authorization", "Bearer ")];
    let reply = ask(
        "PUT",
        &closed.watch("/machine"),
        &headers,
        machine.to_string().as_bytes(),
    );
    assert_eq!(reply.refusal(), (403, "not-allowed".into()));
}

#[test]
fn s4_operators_and_auditors_see_how_the_server_is_and_managers_do_not() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    assert_eq!(operator.get(&world, "/v1/server").status, 200);
    let refusal = manager.get(&world, "/v1/server").refusal();
    assert_eq!(refusal, (403, "not-allowed".into()));
    let refusal = Account::default().get(&world, "/v1/server").refusal();
    assert_eq!(refusal, (401, "signed-out".into()));
}
