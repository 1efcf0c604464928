//! Every file that the manager's site gives, opened as naively as a spreadsheet might (rule S11).

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use xtask::workerd::Release;

use crate::device::{Device, record};
use crate::figures::wait_for;
use crate::world::{Account, PASSWORD, Reply, World, hex};

const DESCRIPTION: &str = include_str!("../../docs/openapi.json");

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What begins a formula somewhere.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// Names that are formulas, alone, behind blanks, or where a semicolon is between cells.
const EVIL: [&str; 8] = [
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1;2)",
    "＝1+1",
    "Xã A;=1+1",
    "\" =1+1",
    "Xã B;\u{a0}=1+1",
];

/// The paths whose answer is a file, as the API is described.
fn files() -> Vec<String> {
    let document: Value = serde_json::from_str(DESCRIPTION).expect("a description");
    let paths = document["paths"].as_object().expect("paths");
    let (mut files, mut kinds) = (Vec::new(), BTreeSet::new());
    for (path, methods) in paths {
        let content = methods["get"]["responses"]["200"]["content"].as_object();
        for kind in content.into_iter().flat_map(|content| content.keys()) {
            kinds.insert(kind.clone());
            if kind == "text/csv" {
                files.push(path.replace("{unit}", "33"));
            }
        }
    }
    // Another kind of file has to be opened here too, as workbooks are below.
    let known = ["application/json", WORKBOOK, "text/csv", "text/plain"].map(str::to_owned);
    assert_eq!(kinds, known.into());
    files
}

/// Cells of a file for a program that does not heed quotes, whatever it takes for what is between cells.
fn naive_cells(text: &str) -> BTreeSet<String> {
    let text = text.trim_start_matches('\u{feff}');
    let cells = [',', ';', '\t'].into_iter().flat_map(|separator| {
        text.split(['\r', '\n'])
            .flat_map(move |line| line.split(separator))
    });
    // The quote that opens a cell, then what some programs do not see.
    let bare = |cell: &str| {
        let cell = cell.strip_prefix('"').unwrap_or(cell);
        let blank = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{feff}');
        cell.trim_start_matches(blank).to_owned()
    };
    cells.map(bare).collect()
}

fn furnish(world: &World) -> Account {
    let operator = world.operator();
    let units: Vec<_> = (1..)
        .zip(EVIL)
        .map(|(at, name)| {
            json!({"id": format!("33.evil{at}"), "parent": "33", "kind": "commune",
                "name": {"vi": name, "en": format!("{name} {at}")}, "gso": "-2", "agency": "-cmd",
                "valid_from": "2025-07-01", "collects": true})
        })
        .collect();
    let reply = operator.post(world, "/v1/units", &json!({ "units": units }));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let reader = json!({"account": "reader", "password": PASSWORD,
        "grants": [{"role": "manager", "node": "33"}]});
    let reply = operator.post(world, "/v1/accounts", &reader);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    for name in ["@sum", "-cmd"] {
        let account = json!({"account": name, "password": PASSWORD,
            "grants": [{"role": "auditor", "node": "33"}]});
        let reply = operator.post(world, "/v1/accounts", &account);
        assert_eq!(reply.status, 200, "{}", reply.everything());
        Account::sign_in(world, name);
    }
    operator
}

#[test]
fn s11_no_cell_of_any_file_that_is_given_is_a_formula() {
    let world = World::empty();
    let operator = furnish(&world);
    let files = files();
    assert!(files.len() >= 3, "{files:?}");
    let mut guarded = 0;
    for path in &files {
        let reply = if path.contains("figures") {
            Account::sign_in(&world, "reader").get(&world, path)
        } else {
            operator.get(&world, path)
        };
        assert_eq!(reply.status, 200, "{path}");
        let kept_as = reply.header("content-disposition").unwrap_or_default();
        assert!(
            kept_as.starts_with("attachment; filename="),
            "{path}: {kept_as}"
        );
        let hash = hex(&Sha256::digest(&reply.bytes));
        assert_eq!(reply.header("x-sha256"), Some(hash.as_str()), "{path}");
        let text = String::from_utf8(reply.bytes.clone()).expect("text");
        assert!(
            text.starts_with('\u{feff}') && text.ends_with("\r\n"),
            "{path}"
        );
        let rows = text.matches("\r\n").count() - 1;
        let told = reply.header("x-rows").and_then(|rows| rows.parse().ok());
        assert_eq!(told, Some(rows), "{path}");
        for cell in naive_cells(&text) {
            assert!(!cell.starts_with(FORMULA), "{path}: {cell:?} in {text}");
            guarded += usize::from(cell.starts_with('\'') && cell[1..].starts_with(FORMULA));
        }
    }
    // What is evil did arrive, with its guard: names in both languages, codes, accounts.
    assert!(guarded > EVIL.len(), "{guarded}");
    // What a spreadsheet saves again is read back as it was.
    let csv = operator.get(&world, "/v1/units.csv").bytes;
    let again = json!({"csv": String::from_utf8(csv).expect("text"), "dry_run": true});
    let reply = operator.post(&world, "/v1/units/import", &again);
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let outcome = reply.json();
    assert_eq!(outcome["errors"], json!([]), "{outcome}");
    assert_eq!(outcome["changes"], json!([]), "{outcome}");
}

/// The rows of a file whose cells hold no line ends, each by its columns.
fn table(text: &str) -> Vec<Value> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let cells = |line: &str| -> Vec<String> {
        let (mut cells, mut is_quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => cells.push(String::new()),
                c => cells.last_mut().expect("a cell").push(c),
            }
        }
        cells
    };
    let head = cells(lines.next().expect("a head"));
    lines
        .map(|line| {
            let cells = cells(line);
            assert_eq!(cells.len(), head.len(), "{line}");
            Value::Object(
                head.iter()
                    .cloned()
                    .zip(cells.into_iter().map(Value::from))
                    .collect(),
            )
        })
        .collect()
}

/// What a row must say of a figure of the API.
fn as_row(figure: &Value) -> [String; 12] {
    let number = |key: &str| figure[key].as_u64();
    let share = |share: Option<u64>| {
        share.map_or_else(String::new, |it| format!("{}.{:02}", it / 100, it % 100))
    };
    let text = |key: &str| figure[key].as_str().unwrap_or_default().to_owned();
    let level = |at: usize| share(figure["levels"][at].as_u64());
    [
        text("formula"),
        text("show"),
        number("n").map_or_else(String::new, |n| n.to_string()),
        share(number("index")),
        share(number("low")),
        share(number("high")),
        level(0),
        level(1),
        level(2),
        level(3),
        level(4),
        text("why"),
    ]
}

fn said(row: &Value) -> [String; 12] {
    let columns = [
        "formula", "show", "n", "index", "low", "high", "level_1", "level_2", "level_3", "level_4",
        "level_5", "why",
    ];
    columns.map(|column| row[column].as_str().unwrap_or_default().to_owned())
}

/// A province with a commune of 40, one of 12 and one with nothing.
pub fn province() -> (World, Account, Account) {
    let world = World::planned(|plan| plan.release = Release::WhenTen);
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let quiet = json!({"id": "33.9", "parent": "33", "kind": "commune", "name": {"vi": "Xã Vắng"},
        "valid_from": "2025-07-01", "collects": true});
    let reply = operator.grave(&world, "/v1/units", &json!({ "units": [quiet] }));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    for (unit, people) in [("33.1", 40), ("33.2", 12)] {
        let mut device = Device::enrolled(&world, &operator, unit);
        let records: Vec<_> = (0..people).map(|n| record(unit, 2 + n % 4)).collect();
        device.post(&world, &records);
        wait_for(&world, &manager, unit, people.into());
    }
    wait_for(&world, &manager, "33", 52);
    (world, operator, manager)
}

/// A file of the province's figures, whole and as its hash says.
pub fn file(world: &World, manager: &Account, ending: &str) -> Reply {
    let reply = manager.get(world, &format!("/v1/units/33/figures.{ending}"));
    assert_eq!(reply.status, 200, "{}", reply.everything());
    let hash = hex(&Sha256::digest(&reply.bytes));
    assert_eq!(reply.header("x-sha256"), Some(hash.as_str()));
    let name = reply.header("content-disposition").unwrap_or_default();
    assert!(
        name.starts_with("attachment; filename=\"hai-long_33_"),
        "{name}"
    );
    reply
}

#[test]
fn um11_every_row_is_a_figure_of_the_api_and_every_figure_a_row() {
    let (world, _operator, manager) = province();
    let csv = file(&world, &manager, "csv");
    let rows = table(&String::from_utf8(csv.bytes.clone()).expect("text"));
    assert_eq!(csv.header("x-rows"), Some(rows.len().to_string().as_str()));
    let page = manager.figures(&world, "33");
    let trend = manager.get(&world, "/v1/units/33/trend").json();
    let children = manager.get(&world, "/v1/units/33/children").json();
    let list = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut expected: Vec<(String, String, Value)> = Vec::new();
    for figure in list(&page["overall"]) {
        expected.push(("overall".into(), String::new(), figure));
    }
    for (part, list) in [
        ("factor", list(&page["factors"])),
        ("item", list(&page["items"])),
    ] {
        for figure in list {
            let id = figure["id"].as_str().expect("an id").to_owned();
            expected.push((part.into(), id, figure));
        }
    }
    for month in list(&trend["months"]) {
        for key in ["figure", "all"] {
            expected.push(("month".into(), String::new(), month[key].clone()));
        }
    }
    for child in list(&children["children"]) {
        expected.push(("below".into(), String::new(), child["figure"].clone()));
    }
    let mut shows = BTreeSet::new();
    assert_eq!(rows.len(), expected.len());
    for (row, (part, id, figure)) in rows.iter().zip(&expected) {
        assert_eq!((&row["part"], &row["id"]), (&json!(part), &json!(id)));
        assert_eq!(said(row), as_row(figure), "{row}");
        shows.insert(row["show"].to_string());
    }
    assert_eq!(
        shows.len(),
        3,
        "a score, an interval, and nothing: {shows:?}"
    );
    assert_eq!(rows[0]["responses"], page["responses"].to_string());
    let mut items = rows.iter().filter(|row| row["part"] == "item");
    assert!(items.all(|row| row["wording"] != ""));
}

#[test]
fn um11_a_workbook_says_the_same_as_the_table_and_why_the_rest_is_missing() {
    let (world, _operator, manager) = province();
    let csv = file(&world, &manager, "csv");
    let rows = table(&String::from_utf8(csv.bytes).expect("text"));
    let xlsx = file(&world, &manager, "xlsx");
    assert_eq!(xlsx.header("content-type"), Some(WORKBOOK));
    assert_eq!(xlsx.header("x-rows"), Some(rows.len().to_string().as_str()));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.bytes)).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(names.len(), 6, "{names:?}");
    let mut written = Vec::new();
    let mut withheld = 0;
    for (at, name) in names.iter().enumerate() {
        let formulas = book.worksheet_formula(name).expect("formulas");
        assert_eq!(formulas.used_cells().count(), 0, "{name}");
        let sheet = book.worksheet_range(name).expect("a sheet");
        let lines: Vec<Vec<Data>> = sheet.rows().map(<[Data]>::to_vec).collect();
        let text = |cell: &Data| cell.to_string();
        let note = lines
            .get(1)
            .and_then(|line| line.first())
            .map(text)
            .unwrap_or_default();
        assert!(note.contains("không thay thế SIPAS/PAPI"), "{name}: {note}");
        // The heads of a table, below titles and facts.
        let is_head =
            |line: &Vec<Data>| line.iter().any(|cell| text(cell).starts_with("Công thức"));
        let Some(head) = lines.iter().position(is_head) else {
            assert_eq!(at, 5, "{name}");
            assert!(lines.len() > 10, "{name}");
            continue;
        };
        let column = |word: &str| {
            let mut cells = lines[head].iter();
            cells.position(|cell| text(cell).ends_with(word))
        };
        if let Some(why) = column("Why") {
            let own = &lines[head + 1..];
            assert!(own.iter().all(|line| !text(&line[why]).is_empty()));
            withheld = own.len();
            continue;
        }
        let columns = ["Responses (n)", "Index (%)", "95% low (%)", "95% high (%)"];
        for line in &lines[head + 1..] {
            written.push(columns.map(|word| {
                let cell = &line[column(word).expect("a column")];
                match cell {
                    Data::Empty => None,
                    cell => Some(cell.to_string().parse::<f64>().expect("a number")),
                }
            }));
        }
    }
    let number =
        |row: &Value, key: &str| row[key].as_str().and_then(|text| text.parse::<f64>().ok());
    let expected: Vec<_> = rows
        .iter()
        .map(|row| ["n", "index", "low", "high"].map(|key| number(row, key)))
        .collect();
    assert_eq!(written, expected);
    let not_scored = rows.iter().filter(|row| row["show"] != "score").count();
    assert_eq!(withheld, not_scored);
}

#[test]
fn um11_s7_files_of_figures_want_a_proof_and_the_right_to_see_them_and_are_in_the_log() {
    let (world, operator, manager) = province();
    let path = "/v1/units/33/figures.csv";
    // Who sees no figures takes none away; another's units are not there.
    let auditor = json!({"account": "auditor", "password": PASSWORD,
        "grants": [{"role": "auditor", "node": "33"}]});
    assert_eq!(operator.grave(&world, "/v1/accounts", &auditor).status, 200);
    let auditor = Account::sign_in(&world, "auditor");
    assert_eq!(auditor.get(&world, path).status, 403);
    let commune = world.manager_of(&operator, "33.2");
    for path in [path, "/v1/units/33.1/figures.xlsx"] {
        assert_ne!(commune.get(&world, path).status, 200, "{path}");
    }
    assert_eq!(
        manager.get(&world, "/v1/units/33/figures.csv?day=1").status,
        400
    );
    let before = log(&world, &auditor);
    assert_eq!(before, 0);
    assert_eq!(manager.get(&world, path).status, 200);
    assert_eq!(log(&world, &auditor), 1);
    // Six minutes later somebody else may sit there.
    operator.set_clock(&world, crate::world::MORNING.plus(6 * 60_000));
    let reply = manager.get(&world, path);
    assert_eq!(reply.code(), "prove-again", "{}", reply.everything());
}

/// How often figures were taken away, as the log tells.
fn log(world: &World, who: &Account) -> usize {
    let page = who.get(world, "/v1/audit").json();
    let lines = page["lines"].as_array().cloned().unwrap_or_default();
    let taken = lines.iter().filter(|line| line["act"] == "export-figures");
    taken.filter(|line| line["subject"] == "33").count()
}
