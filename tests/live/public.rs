//! The public site on a real server: what everybody reads is what the managers' replies say, and nothing else is
//! there (rules UM16, UM17, P8).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use survey::day::{DAY_MS, MINUTE_MS, Millis};
use xtask::workerd::Release;

use crate::device::{Device, record};
use crate::figures::wait_for;
use crate::world::{Account, MORNING, PASSWORD, Reply, World, ask, hex};

/// The 9th of December: November is sealed.
const LATER: Millis = MORNING.plus(16 * DAY_MS);
/// The months that are public then, as anybody may ask for them.
const PERIOD: &str = "form=sipas2022&from=2025-12&to=2026-11";

/// A province with a commune of 40, one of 12 and one with nothing, two weeks after; its admin and its manager.
fn province() -> (World, Account, Account) {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let quiet = json!({"id": "33.9", "parent": "33", "kind": "commune", "name": {"vi": "Xã Vắng"},
        "valid_from": "2025-07-01", "collects": true});
    let reply = operator.post(&world, "/v1/units", &json!({ "units": [quiet] }));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let admin = json!({"account": "admin", "password": PASSWORD,
        "grants": [{"role": "admin", "node": "33"}]});
    assert_eq!(operator.post(&world, "/v1/accounts", &admin).status, 200);
    let manager = world.manager_of(&operator, "33");
    for (unit, people) in [("33.1", 40), ("33.2", 12)] {
        let mut device = Device::enrolled(&world, &operator, unit);
        let records: Vec<_> = (0..people).map(|n| record(unit, 2 + n % 4)).collect();
        device.post(&world, &records);
        wait_for(&world, &manager, unit, people.into());
    }
    wait_for(&world, &manager, "33", 52);
    operator.set_clock(&world, LATER);
    let own = ["admin", "manager-33"].map(|name| Account::sign_in(&world, name));
    let [admin, manager] = own;
    (world, admin, manager)
}

fn put(world: &World, who: &Account, path: &str, body: &Value) -> Reply {
    who.ask(world, "PUT", path, body.to_string().as_bytes())
}

fn publish(world: &World, who: &Account, unit: &str, level: &str) {
    let wanted = json!({"publication": {"form": "sipas2022", "level": level}});
    let reply = put(
        world,
        who,
        &format!("/v1/units/{unit}/publication"),
        &wanted,
    );
    assert_eq!(reply.status, 200, "{}", reply.everything());
}

fn read(world: &World, path: &str) -> Reply {
    ask("GET", &world.public(path), &[], b"")
}

fn page(world: &World, path: &str) -> String {
    let reply = read(world, path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.everything());
    String::from_utf8(reply.bytes).expect("text")
}

/// The text between tags, tag by tag.
fn text(html: &str) -> String {
    let parts = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<Vec<_>>().join("\n")
}

/// Everything in a text that a reader takes for a number.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '/' | '%');
    let parts = text
        .split(|c: char| !is_part(c))
        .map(|part| part.trim_matches(['.', ',', '/']));
    let parts = parts.filter(|part| part.contains(|c: char| c.is_ascii_digit()));
    parts.map(str::to_owned).collect()
}

fn share(hundredths: u64) -> String {
    format!("{},{:02}%", hundredths / 100, hundredths % 100)
}

/// How a page may write the numbers of a figure of the API.
fn written(figure: &Value) -> Vec<String> {
    let number = |key: &str| figure[key].as_u64();
    let mut all: Vec<String> = number("n").map(|n| n.to_string()).into_iter().collect();
    let limits: Vec<u64> = ["low", "high"].into_iter().filter_map(number).collect();
    let is_coarse = limits.iter().all(|limit| limit % 100 == 0);
    let limit = |limit: &u64| {
        if is_coarse {
            format!("{}%", limit / 100)
        } else {
            share(*limit)
        }
    };
    all.extend(limits.iter().map(limit));
    all.extend(number("index").map(share));
    let levels = figure["levels"].as_array().into_iter().flatten();
    all.extend(levels.filter_map(Value::as_u64).map(share));
    all
}

/// The managers' replies about the months that are public.
fn replies(world: &World, manager: &Account) -> [Value; 3] {
    ["figures", "trend", "children"].map(|what| {
        let query = if what == "trend" {
            "form=sipas2022"
        } else {
            PERIOD
        };
        let reply = manager.get(world, &format!("/v1/units/33/{what}?{query}"));
        assert_eq!(reply.status, 200, "{}", reply.everything());
        reply.json()
    })
}

fn list(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// The text of the one row of a table that has all of these marks.
fn row(page: &str, marks: &[&str]) -> String {
    let rows = page
        .split("<tr ")
        .skip(1)
        .filter(|row| marks.iter().all(|mark| row.contains(mark)));
    let rows: Vec<&str> = rows.filter_map(|row| row.split("</tr>").next()).collect();
    assert_eq!(rows.len(), 1, "{marks:?}");
    text(rows[0])
}

#[test]
fn um17_p8_every_number_that_everybody_reads_is_one_of_a_managers_reply() {
    let (world, admin, manager) = province();
    publish(&world, &admin, "33", "below");
    let page = page(&world, "/33");
    let [figures, trend, children] = replies(&world, &manager);
    // Row by row: what a row says is its figure, and no more.
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut check = |marks: &[&str], own: &[&Value]| {
        let said = numbers(&row(&page, marks));
        let wanted: BTreeSet<String> = own.iter().flat_map(|figure| written(figure)).collect();
        assert!(
            said.is_superset(&wanted),
            "{marks:?}: {said:?} lacks of {wanted:?}"
        );
        known.extend(wanted);
    };
    for figure in list(&figures["overall"]) {
        let formula = format!(
            "data-formula=\"{}\"",
            figure["formula"].as_str().expect("a word")
        );
        check(&["data-part=\"overall\"", &formula], &[figure]);
    }
    for (part, figure) in [("factor", "factors"), ("item", "items")]
        .into_iter()
        .flat_map(|(part, key)| list(&figures[key]).map(move |figure| (part, figure)))
    {
        let id = format!("data-id=\"{}\"", figure["id"].as_str().expect("an id"));
        check(&[&format!("data-part=\"{part}\""), &id], &[figure]);
    }
    for month in list(&trend["months"]) {
        let name = format!(
            "data-month=\"{}\"",
            month["month"].as_str().expect("a month")
        );
        check(&[&name], &[&month["figure"], &month["all"]]);
    }
    for child in list(&children["children"]) {
        let unit = format!("data-unit=\"{}\"", child["unit"].as_str().expect("a unit"));
        check(&[&unit], &[&child["figure"]]);
    }
    assert!(
        known.len() > 12,
        "a province that shows something: {known:?}"
    );
    // And no number stands there that is none of these, a day, or a word of the form or of the page itself.
    known.insert(figures["responses"].to_string());
    let all = page
        .split("<main")
        .nth(1)
        .and_then(|main| main.split("<section id=\"actions\"").next());
    let others = [
        "33", "33.1", "33.2", "95%", "4", "5", "4+5", "1", "10", "30",
    ]
    .map(str::to_owned);
    let words = numbers(figures["form_file"].as_str().expect("a form"));
    let is_day = |number: &String| number.contains('/');
    // The form's name has numbers that are none of anybody's, at its one place.
    let shown = text(all.expect("figures"));
    let (before, after) = shown
        .split_once("Phiếu SIPAS 2022 (19 tiêu chí)")
        .expect("the form's name");
    let strange: Vec<String> = numbers(&[before, after].join(" "))
        .into_iter()
        .filter(|number| {
            !(known.contains(number)
                || others.contains(number)
                || words.contains(number)
                || is_day(number))
        })
        .collect();
    assert_eq!(strange, Vec::<String>::new());
    // Nobody's place among others, and no comparison.
    for never in ["xếp hạng thứ", "cao hơn mức chung", "thấp hơn mức chung"] {
        assert!(!page.contains(never), "{never}");
    }
    let nothing = row(&page, &["data-unit=\"33.9\""]);
    assert!(
        nothing.contains("chưa đủ dữ liệu") && numbers(&nothing).is_empty(),
        "{nothing}"
    );
}

#[test]
fn um17_p8_the_open_data_are_byte_for_byte_the_file_that_the_manager_takes_away() {
    let (world, admin, manager) = province();
    publish(&world, &admin, "33", "all");
    let open = read(&world, "/33/du-lieu.csv");
    let own = manager.get(&world, &format!("/v1/units/33/figures.csv?{PERIOD}"));
    assert_eq!((open.status, own.status), (200, 200));
    assert_eq!(open.bytes, own.bytes);
    for name in ["x-rows", "x-sha256", "content-disposition"] {
        assert!(open.header(name).is_some(), "{name}");
        assert_eq!(open.header(name), own.header(name), "{name}");
    }
    let dictionary = read(&world, "/33/tu-dien.csv");
    let hash = hex(&Sha256::digest(&dictionary.bytes));
    assert_eq!(dictionary.header("x-sha256"), Some(hash.as_str()));
    let columns = String::from_utf8(open.bytes).expect("text");
    let columns = columns
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .expect("a head");
    let dictionary = String::from_utf8(dictionary.bytes).expect("text");
    let told = dictionary
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next());
    assert!(columns.split(',').eq(told), "{columns}");
    // Less is published of the same rows where the level is lower.
    publish(&world, &admin, "33", "own");
    Account::sign_in(&world, "operator").set_clock(&world, LATER.plus(2 * MINUTE_MS));
    let less = read(&world, "/33/du-lieu.csv").bytes;
    let less = String::from_utf8(less).expect("text");
    let all: BTreeSet<String> = String::from_utf8(own.bytes)
        .expect("text")
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(less.lines().all(|line| all.contains(line)));
    assert!(!less.contains("below,33.1") && less.contains("month,33,"));
}

#[test]
fn um16_um17_an_action_is_read_by_everybody_while_it_is_published_and_no_longer() {
    let (world, admin, manager) = province();
    let nothing = page(&world, "/");
    assert!(nothing.contains("Chưa có gì được công bố"), "{nothing}");
    assert_eq!(read(&world, "/33").status, 404);
    let said = json!({"said": "Ghế chờ <ít>", "done": "Đã thêm 20 ghế.", "day": "2026-12-01"});
    let added = manager.post(&world, "/v1/units/33.1/actions", &said);
    let action = added.json()["action"].as_str().expect("an id").to_owned();
    let draft = json!({"said": "Bản nháp", "done": "Chưa xong.", "day": "2026-12-01"});
    assert_eq!(
        manager.post(&world, "/v1/units/33/actions", &draft).status,
        200
    );
    let personal = json!({"said": "Gọi 0912 345 678", "done": "Đã gọi.", "day": "2026-12-01"});
    let refused = manager.post(&world, "/v1/units/33/actions", &personal);
    assert_eq!(refused.code(), "bad-value", "{}", refused.everything());
    let state = |state: &str| {
        let path = format!("/v1/units/33.1/actions/{action}/state");
        let reply = put(&world, &manager, &path, &json!({ "state": state }));
        assert_eq!(reply.status, 200, "{}", reply.everything());
    };
    publish(&world, &admin, "33", "below");
    let operator = Account::sign_in(&world, "operator");
    let minute = |at: i64| operator.set_clock(&world, LATER.plus(at * MINUTE_MS));
    minute(2);
    // One unit publishes: the front page is its page.
    let before = page(&world, "/");
    assert!(before.contains("Chưa có việc nào được công bố"), "{before}");
    state("published");
    minute(4);
    for path in ["/", "/33", "/en/33"] {
        let shown = page(&world, path);
        assert!(
            shown.contains("Ghế chờ &lt;ít&gt;") && shown.contains("Đã thêm 20 ghế."),
            "{path}"
        );
        assert!(!shown.contains("Bản nháp"), "{path}");
    }
    state("withdrawn");
    minute(6);
    assert!(!page(&world, "/33").contains("Ghế chờ"));
    // Two units: the front page is a list; a unit that takes its page back has none.
    let admin = Account::sign_in(&world, "admin");
    publish(&world, &admin, "33.1", "own");
    minute(8);
    let listed = page(&world, "/");
    assert!(
        listed.contains("href=\"/33\"") && listed.contains("href=\"/33.1\""),
        "{listed}"
    );
    let back = json!({ "publication": null });
    let admin = Account::sign_in(&world, "admin");
    assert_eq!(
        put(&world, &admin, "/v1/units/33/publication", &back).status,
        200
    );
    minute(10);
    assert_eq!(read(&world, "/33").status, 404);
    assert_eq!(read(&world, "/33.1").status, 200);
}

/// What stands at an address of the public site: status, type, caching.
type Answer<'a> = (&'a str, u16, &'a str, &'a str);

const HTML: &str = "text/html; charset=utf-8";
const CACHED: &str = "public, max-age=300";

/// One of everything that the public site answers with.
const ANSWERS: [Answer<'static>; 12] = [
    ("/", 200, HTML, CACHED),
    ("/en/33", 200, HTML, CACHED),
    ("/33/du-lieu.csv", 200, "text/csv; charset=utf-8", CACHED),
    ("/icon.svg", 200, "image/svg+xml", CACHED),
    ("/34", 404, HTML, "no-store"),
    ("/v1/units", 404, HTML, "no-store"),
    ("/v1/units/33/figures", 404, HTML, "no-store"),
    ("/v1/session", 404, HTML, "no-store"),
    ("/v1/test/clock", 404, HTML, "no-store"),
    ("/units/33", 404, HTML, "no-store"),
    ("/health", 404, HTML, "no-store"),
    ("/%2e%2e/worker/entry.mjs", 404, HTML, "no-store"),
];

#[test]
fn um17_s1_s8_s9_the_public_site_reads_no_cookie_sets_none_and_has_nothing_else() {
    let (world, admin, manager) = province();
    publish(&world, &admin, "33", "own");
    let whole = page(&world, "/33");
    let style = whole.split('"').find(|part| part.starts_with("/style."));
    let forever = "public, max-age=31536000, immutable";
    let style = (
        style.expect("rules"),
        200,
        "text/css; charset=utf-8",
        forever,
    );
    let forged = [("x-hai-long-role", "manager"), ("cookie", manager.cookie())];
    for (path, status, kind, cache) in ANSWERS.into_iter().chain([style]) {
        let plain = read(&world, path);
        let reply = ask("GET", &world.public(path), &forged, b"");
        assert_eq!(
            (reply.status, &reply.bytes),
            (status, &plain.bytes),
            "{path}"
        );
        let header = |name: &str| reply.header(name).unwrap_or("missing");
        assert_eq!(header("content-type"), kind, "{path}");
        assert_eq!(header("cache-control"), cache, "{path}");
        let policy = header("content-security-policy");
        let begins = "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self';";
        assert!(policy.starts_with(begins), "{path}: {policy}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        assert!(header("permissions-policy").contains("camera=()"), "{path}");
        assert!(
            header("strict-transport-security").starts_with("max-age="),
            "{path}"
        );
        for never in [
            "set-cookie",
            "access-control-allow-origin",
            "clear-site-data",
        ] {
            assert_eq!(reply.header(never), None, "{path}: {never}");
        }
    }
}

#[test]
fn um17_who_has_a_page_gets_nothing_twice_and_nothing_can_be_sent() {
    let (world, admin, _manager) = province();
    publish(&world, &admin, "33", "own");
    let mark = read(&world, "/33");
    let mark = mark.header("etag").expect("a mark");
    let known = ask("GET", &world.public("/33"), &[("if-none-match", mark)], b"");
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    let other = ask(
        "GET",
        &world.public("/33"),
        &[("if-none-match", "\"0\"")],
        b"",
    );
    assert_eq!(other.status, 200);
    for (path, status) in [("/33", 200), ("/34", 404)] {
        let head = ask("HEAD", &world.public(path), &[], b"");
        assert_eq!((head.status, head.bytes.len()), (status, 0), "{path}");
    }
    let json = [("content-type", "application/json")];
    for (method, path) in [
        ("POST", "/33"),
        ("PUT", "/"),
        ("DELETE", "/33/du-lieu.csv"),
        ("POST", "/v1/session"),
    ] {
        let reply = ask(method, &world.public(path), &json, b"{}");
        let allowed = reply.header("allow");
        assert_eq!(
            (reply.status, allowed),
            (405, Some("GET, HEAD")),
            "{method} {path}"
        );
    }
}

#[test]
fn um16_um17_the_log_tells_who_made_what_public_and_no_word_of_it() {
    let (world, admin, manager) = province();
    publish(&world, &admin, "33", "below");
    let said = json!({"said": "Ghế chờ ít", "done": "Đã thêm 20 ghế.", "day": "2026-12-01"});
    assert_eq!(
        manager.post(&world, "/v1/units/33.1/actions", &said).status,
        200
    );
    let log = Account::sign_in(&world, "operator")
        .get(&world, "/v1/audit")
        .json();
    let lines: Vec<_> = list(&log["lines"])
        .filter(|line| {
            ["publish", "add-action"]
                .iter()
                .any(|act| line["act"] == *act)
        })
        .map(|line| (line["actor"].clone(), line["subject"].clone()))
        .collect();
    assert_eq!(
        lines,
        [
            (json!("manager-33"), json!("33.1")),
            (json!("admin"), json!("33 below sipas2022")),
        ]
    );
    assert!(!log.to_string().contains("Ghế"));
    // A manager sees what is public, and does not decide it.
    let seen = manager.get(&world, "/v1/units/33/publication").json();
    assert_eq!(
        seen["publication"],
        json!({"form": "sipas2022", "level": "below"})
    );
    assert_eq!(seen["since"], "2026-12-09");
    let own = json!({"publication": {"form": "sipas2022", "level": "all"}});
    let reply = put(&world, &manager, "/v1/units/33/publication", &own);
    assert_eq!(reply.code(), "not-allowed");
}
