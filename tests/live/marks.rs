//! What must not be kept or said (rules P1, P2, P3, P10): a whole journey in which everything that
//! somebody sends carries a mark, then a search through every word the server said and every cell it
//! stored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::{Value, json};
use survey::id::Salt;
use survey::submission::SaltedComment;
use survey::wire::batch::Record;

use crate::device::{Device, random, record, with_body};
use crate::sealing::{content, seal};
use crate::world::{Account, PASSWORD, World, ask, hex};

const PHONE: &str = "0912 345 678";
const WORDS: &str = "dấuvếtlờigóp";
const ADDRESS: &str = "203.0.113.77";
const AGENT: &str = "DauVetTrinhDuyet/9.9";
const REFERER: &str = "https://dau-vet-trang.example/";
const GUESS: &str = "DauVetMatKhauSai";
const STRANGER: &str = "dau-vet-ten-la";
const QUERY: &str = "dau-vet-cau-hoi";
const GARBAGE: &str = "DauVetRac";
/// What a careless program wrote in a body that is none: kept raw, for a person to look at (rule L7).
const UNREADABLE: &str = "DauVetThanHong";

/// Where a response's id belongs.
const IDS: [&str; 5] = [
    "receipt.id",
    "response.id",
    "quarantine.id",
    "quarantine.raw",
    "kept.id",
];
/// Where a device's id belongs: beside its key and its receipts, in the log of who did what.
const DEVICES: [&str; 9] = [
    "device.id",
    "device.heard",
    "upload.device",
    "visit.device",
    "flag.device",
    "receipt.device",
    "stay.device",
    "audit.actor",
    "audit.subject",
];

/// Headers by which a browser, a proxy or Cloudflare tells who asks.
const WHO_ASKS: [(&str, &str); 8] = [
    ("user-agent", AGENT),
    ("x-forwarded-for", ADDRESS),
    ("x-real-ip", ADDRESS),
    ("forwarded", "for=203.0.113.77"),
    ("cf-connecting-ip", ADDRESS),
    ("cf-ray", "DauVetTia-HAN"),
    ("cf-ipcountry", "DauVetNuoc"),
    ("referer", REFERER),
];

/// Something that was sent, and the columns where it belongs; everywhere else it is a leak.
struct Mark {
    what: &'static str,
    text: String,
    belongs: &'static [&'static str],
}

fn mark(what: &'static str, text: impl Into<String>, belongs: &'static [&'static str]) -> Mark {
    Mark {
        what,
        text: text.into(),
        belongs,
    }
}

/// A record with a comment, as a device seals it.
fn commented(unit: &str, salt: [u8; 16]) -> Record {
    let mut parcel = record(unit, 5).into_parcel();
    parcel.comment = Some(SaltedComment {
        text: format!("{WORDS}, gọi {PHONE}"),
        salt: Salt::from_bytes(salt),
    });
    parcel.hash = parcel.rehash();
    Record::of(&parcel)
}

/// One request with everything that tells who asks.
fn say(url: &str, method: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, Value) {
    let headers = [headers, &WHO_ASKS].concat();
    let reply = ask(method, url, &headers, body);
    (reply.status, reply.json())
}

/// What everybody sends, and never where it may be found again.
fn marks_of_everybody() -> Vec<Mark> {
    vec![
        mark("a phone number", PHONE, &[]),
        mark("a phone number", PHONE.replace(' ', ""), &[]),
        mark("an address", ADDRESS, &[]),
        mark("a user agent", AGENT, &[]),
        mark("a page", REFERER, &[]),
        mark("a ray", "DauVetTia", &[]),
        mark("a country", "DauVetNuoc", &[]),
        mark("a wrong password", GUESS, &[]),
        mark("a stranger's name", STRANGER, &[]),
        mark("a query", QUERY, &[]),
        mark("garbage", GARBAGE, &[]),
        mark("a password", PASSWORD, &[]),
        mark("a body that is none", UNREADABLE, &["quarantine.raw"]),
        mark(
            "words of a comment",
            WORDS,
            &["comment.text", "quarantine.raw"],
        ),
    ]
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// An office enrols a device.
fn enrol(world: &World, operator: &Account, marks: &mut Vec<Mark>) -> Device {
    let code = operator.code(world, "33.1");
    let mut device = Device::stranger("33.1");
    let enrolment = device.enrolment(&code).to_string();
    let signature = device.signature("/v1/enrol", enrolment.as_bytes());
    let signed = [JSON, ("x-device-signature", signature.as_str())];
    let url = world.counter("/v1/enrol");
    let (status, answer) = say(&url, "POST", &signed, enrolment.as_bytes());
    assert_eq!(status, 200, "{answer}");
    let id = answer["device"].as_str().expect("an id");
    id.clone_into(&mut device.id);
    marks.push(mark("an enrolment code", code.replace('-', ""), &[]));
    marks.push(mark("an enrolment code", code, &[]));
    marks.push(mark("a signature", signature, &[]));
    // A device's id stands beside its key and in its receipts, never beside an answer.
    marks.push(mark("a device's id", device.id.clone(), &DEVICES));
    marks.push(mark("a device's key", device.public(), &["device.key"]));
    device
}

/// A batch of one device, signed with a key that may be another's.
fn send(world: &World, device: &mut Device, records: &[Record], key: &Device) -> (u16, Value) {
    let path = device.path();
    let body = device.batch(records);
    let signature = key.signature(&path, &body);
    let headers = [JSON, ("x-device-signature", signature.as_str())];
    say(&world.counter(&path), "POST", &headers, &body)
}

/// Citizens answer, and what they sent arrives in every way there is; the one that is counted comes back.
fn citizens_answer(
    world: &World,
    operator: &Account,
    device: &mut Device,
    marks: &mut Vec<Mark>,
) -> Record {
    let salts: [[u8; 16]; 4] = [random(), random(), random(), random()];
    let [counted, altered, rescued, refused] = salts.map(|salt| commented("33.1", salt));
    let altered = with_body(&altered, |body| {
        body.replacen("dat-dai", "dau-vet-linh-vuc", 1)
    });
    let broken = with_body(&record("33.1", 4), |body| format!("{body}{UNREADABLE}"));
    marks.extend(salts.map(|salt| mark("a salt", hex(&salt), &[])));
    for record in [&counted, &altered, &rescued, &refused, &broken] {
        marks.push(mark("a response's id", record.id.to_string(), &IDS));
    }
    let own = device.clone();
    let sent = [counted.clone(), altered, broken];
    let (status, answer) = send(world, device, &sent, &own);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["verdicts"][0]["verdict"], "counted");
    let thief = Device::stranger("33.1");
    let (status, answer) = send(world, device, &[refused], &thief);
    assert_eq!(
        (status, &answer["verdicts"][0]["reason"]),
        (200, &json!("unverified-device"))
    );
    let cut = own.clone().batch(std::slice::from_ref(&counted));
    let cut = &cut[..cut.len() - 9];
    let (status, _) = say(&world.counter(&own.path()), "POST", &[JSON], cut);
    assert_eq!(status, 400);
    let key = own.config(world).json()["rescue"].clone();
    let file = seal(&own, &key, &content("33.1", &[rescued]));
    assert_eq!(operator.post(world, "/v1/rescue", &file).status, 200);
    counted
}

/// Managers look, strangers try, and some of our own code panics.
fn strangers_try(world: &World, operator: &Account, manager: &Account) {
    let origin = world.manager("");
    let page = [JSON, ("origin", origin.as_str())];
    for (name, password) in [(STRANGER, GUESS), ("manager-33", GUESS)] {
        let body = json!({"account": name, "password": password}).to_string();
        let url = world.manager("/v1/session");
        let (status, _) = say(&url, "POST", &page, body.as_bytes());
        assert_eq!(status, 401);
    }
    let signed_in = |account: &Account| {
        let cookie = account.cookie();
        move |method: &str, url: &str, body: &[u8]| {
            let headers = [page[0], page[1], ("cookie", cookie)];
            say(url, method, &headers, body).0
        }
    };
    let by_manager = signed_in(manager);
    for path in [
        "/v1/units/33.1/figures?form=",
        "/v1/audit?actor=",
        "/nothing/",
        "/v1/units/",
    ] {
        let url = world.manager(&format!("{path}{QUERY}"));
        by_manager("GET", &url, b"");
        by_manager("POST", &url, GARBAGE.as_bytes());
    }
    let by_operator = signed_in(operator);
    for path in ["/v1/test/panic", "/v1/test/scratch/panic"] {
        let status = by_operator("POST", &world.manager(path), GARBAGE.as_bytes());
        assert_eq!(status, 500, "{path}");
    }
}

#[test]
fn p1_p2_p3_p10_no_mark_of_a_whole_journey_is_in_a_log_or_a_foreign_column() {
    let mut world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut marks = marks_of_everybody();
    let mut device = enrol(&world, &operator, &mut marks);
    let counted = citizens_answer(&world, &operator, &mut device, &mut marks);
    strangers_try(&world, &operator, &manager);
    for token in [&operator, &manager].into_iter().flat_map(Account::tokens) {
        marks.push(mark("a session", token, &[]));
    }
    assert_eq!(manager.live(&world, "33.1").0, 3);

    // Both panics were last: once their words are there, all that came before them is.
    let said = world.log_with("panicked at worker/src/", 2);
    world.kill();
    let cells = Cells::of(&world.data());
    for table in [
        "response",
        "receipt",
        "quarantine",
        "comment",
        "device",
        "account",
        "audit",
    ] {
        assert!(
            cells.tables.contains(table),
            "nothing was stored in {table}"
        );
    }
    let mut leaks = BTreeSet::new();
    for mark in &marks {
        if said.contains(&mark.text) {
            leaks.insert(format!("{} is in the log", mark.what));
        }
        for column in cells.with(&mark.text) {
            if !mark.belongs.contains(&column.as_str()) {
                leaks.insert(format!("{} is in {column}", mark.what));
            }
        }
    }
    assert!(leaks.is_empty(), "{leaks:#?}\n{said}");
    // The search finds what is there.
    assert!(cells.with(&counted.id.to_string()).contains("response.id"));
    assert!(cells.with(WORDS).contains("comment.text"));
    // The words of a comment and an answer never share a row, nor anything that could join them.
    assert!(!cells.columns("comment").contains("id"));
    for column in ["device", "at_ms", "seen_ms", "no", "rowid"] {
        assert!(!cells.columns("response").contains(column), "{column}");
    }
    cells.hold_no_instant_beside_an_answer();
    // All that the operating system sees in the files is the same: nothing hides in a free page.
    for phone in [PHONE, GUESS, ADDRESS, AGENT] {
        assert!(
            !is_in_files(&world.data(), phone.as_bytes()),
            "{phone} is in a file"
        );
    }
}

/// Every cell of every database of a server.
struct Cells {
    tables: BTreeSet<String>,
    columns: BTreeMap<String, BTreeSet<String>>,
    texts: Vec<(String, String)>,
}

impl Cells {
    fn of(data: &Path) -> Self {
        let mut cells = Self {
            tables: BTreeSet::new(),
            columns: BTreeMap::new(),
            texts: Vec::new(),
        };
        for path in files(data) {
            if path.extension().is_some_and(|ending| ending == "sqlite") {
                cells.read(&path).expect("a database reads");
            }
        }
        cells
    }

    fn read(&mut self, path: &Path) -> rusqlite::Result<()> {
        let database = Connection::open(path)?;
        let tables: Vec<String> = database
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for table in tables {
            let mut every = database.prepare(&format!("SELECT * FROM \"{table}\""))?;
            let names: Vec<String> = every
                .column_names()
                .into_iter()
                .map(str::to_owned)
                .collect();
            self.columns
                .entry(table.clone())
                .or_default()
                .extend(names.clone());
            let mut rows = every.query([])?;
            while let Some(row) = rows.next()? {
                self.tables.insert(table.clone());
                for (at, name) in names.iter().enumerate() {
                    let text = match row.get_ref(at)? {
                        ValueRef::Null => continue,
                        ValueRef::Integer(number) => number.to_string(),
                        ValueRef::Real(number) => number.to_string(),
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                            String::from_utf8_lossy(bytes).into_owned()
                        }
                    };
                    self.texts.push((format!("{table}.{name}"), text));
                }
            }
        }
        Ok(())
    }

    /// The columns in which a text is found.
    fn with(&self, text: &str) -> BTreeSet<String> {
        let holding = self.texts.iter().filter(|(_, cell)| cell.contains(text));
        holding.map(|(column, _)| column.clone()).collect()
    }

    fn columns(&self, table: &str) -> BTreeSet<String> {
        self.columns.get(table).cloned().unwrap_or_default()
    }

    /// Nothing finer than a day stands in a response: no number there is an instant.
    fn hold_no_instant_beside_an_answer(&self) {
        let (from, to) = (1_700_000_000_000_i64, 1_900_000_000_000);
        let is_instant = |text: &str| {
            text.parse()
                .is_ok_and(|number: i64| (from..to).contains(&number))
        };
        for (column, text) in &self.texts {
            let beside = ["response.", "comment.", "receipt.", "quarantine.", "cell."];
            if beside.iter().any(|table| column.starts_with(table)) {
                let mut words = text.split(|c: char| !c.is_alphanumeric());
                assert!(!words.any(is_instant), "{column} holds an instant: {text}");
            }
        }
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn is_in_files(folder: &Path, needle: &[u8]) -> bool {
    files(folder).iter().any(|path| {
        let bytes = fs::read(path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}
