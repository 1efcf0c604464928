//! `cargo xtask bench ingest`: batches that a server was sent, counted by the same code into `SQLite`
//! files of this process, and then their rows alone, without the code: what the server cannot be faster
//! than. With `--statements` it also writes down every statement that the code gave, for the runtime alone
//! (`tests/workerd-limit.mjs`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lexopt::{Arg, ValueExt};
use serde_json::json;
use survey::day::Day;
use survey::form::Form;
use survey::id::{DeviceId, UnitId};
use survey::ledger::Sender;
use survey::release::Rhythm;
use survey::wire::batch::{Batch, VerdictWord, read_batch};
use survey_worker::access::token;
use survey_worker::store::directory::{Enrolled, Known};
use survey_worker::store::ledger::{Ledger, SCHEMA, Upload};
use survey_worker::store::port::{Row, Sql, Store, StoreError, Value};
use survey_worker::store::sqlite::Sqlite;

type Failure = Box<dyn Error>;

/// A batch with its unit and the digest of its bytes.
type Delivery = (UnitId, Batch, String);

/// The devices of each unit.
type Devices = BTreeMap<UnitId, BTreeMap<DeviceId, Known>>;

/// Statements of one transaction, as they were given.
type Transaction = Vec<(String, Vec<Value>)>;

/// A database that remembers what it was asked.
struct Recording {
    inner: Sqlite,
    given: RefCell<Vec<Transaction>>,
}

/// A transaction of it.
struct Open<'a> {
    sql: &'a dyn Sql,
    given: &'a RefCell<Vec<Transaction>>,
}

impl Sql for Open<'_> {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        if let Some(last) = self.given.borrow_mut().last_mut() {
            last.push((statement.to_owned(), values.to_vec()));
        }
        self.sql.rows(statement, values)
    }
}

impl Store for Recording {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        self.given.borrow_mut().push(Vec::new());
        let given = &self.given;
        self.inner.atomically(|sql| work(&Open { sql, given }))
    }
}

impl Recording {
    fn given(&self) -> Transaction {
        self.given.take().into_iter().flatten().collect()
    }
}

/// The command line.
struct Wish {
    form: PathBuf,
    batches: PathBuf,
    folder: PathBuf,
    onto: Option<PathBuf>,
    statements: Option<PathBuf>,
}

fn main() -> Result<(), Failure> {
    let wish = read()?;
    let file = std::fs::read_to_string(&wish.form)?;
    let forms = [Form::parse(&file).map_err(|error| error.to_string())?];
    let text = std::fs::read_to_string(&wish.batches)?;
    let mut batches = Vec::new();
    for line in text.lines() {
        let (unit, body) = line.split_once('\t').ok_or("a line without its unit")?;
        let unit = UnitId::parse(unit).map_err(|_| "no unit")?;
        let batch = read_batch(body.as_bytes()).map_err(|error| format!("{error:?}"))?;
        batches.push((unit, batch, token::digest(body)));
    }
    let enrolled = Day::parse("2026-01-01").ok_or("no day")?;
    let known = known(&batches, enrolled);

    let ledgers = open(&wish, "plain", &known, &file, |inner| inner)?;
    let begun = Instant::now();
    let mut counted = 0;
    for at in &batches {
        counted += count(&ledgers, at, (&forms, enrolled))?;
    }
    let coded_s = begun.elapsed().as_secs_f64();

    let recording = |inner| Recording {
        inner,
        given: RefCell::default(),
    };
    let recorders = open(&wish, "recorded", &known, &file, recording)?;
    let mut lines = String::new();
    for (unit, ledger) in &recorders {
        lines += &line(unit, true, &ledger.0.given());
    }
    let mut transactions = Vec::new();
    for at in &batches {
        let (unit, batch, _) = at;
        if let Some(ledger) = recorders.get(unit) {
            let stood = ledger.standing(batch.device);
            stood.map_err(|refused| refused.message.clone())?;
            count(&recorders, at, (&forms, enrolled))?;
            transactions.push((unit, ledger.0.given()));
        }
    }
    if let Some(file) = &wish.statements {
        for (unit, given) in &transactions {
            lines += &line(unit, false, given);
        }
        std::fs::write(file, lines)?;
    }
    let bare = open(&wish, "bare", &known, &file, |inner| inner)?;
    let begun = Instant::now();
    for (unit, statements) in &transactions {
        let Some(ledger) = bare.get(*unit) else {
            continue;
        };
        let is_written =
            |(statement, _): &&(String, _)| !statement.trim_start().starts_with("SELECT");
        ledger.0.atomically(|sql| {
            let mut all = statements.iter().filter(is_written);
            all.try_for_each(|(statement, values)| sql.run(statement, values))
        })?;
    }
    let rows_s = begun.elapsed().as_secs_f64();
    println!("{counted} {coded_s} {rows_s}");
    Ok(())
}

/// What a unit's database was asked, as a line of JSON.
fn line(unit: &UnitId, is_setup: bool, given: &Transaction) -> String {
    let value = |value: &Value| match value {
        Value::Null => json!(null),
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
    };
    let call = |(statement, values): &(String, Vec<Value>)| {
        let values: Vec<_> = values.iter().map(value).collect();
        json!([statement, values])
    };
    let calls: Vec<_> = given.iter().map(call).collect();
    let unit = unit.as_str();
    format!(
        "{}\n",
        json!({ "unit": unit, "is_setup": is_setup, "calls": calls })
    )
}

fn read() -> Result<Wish, Failure> {
    let (mut form, mut batches, mut folder, mut onto) = (None, None, None, None);
    let mut statements = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(word) = parser.next()? {
        let place = match word {
            Arg::Long("form") => &mut form,
            Arg::Long("batches") => &mut batches,
            Arg::Long("folder") => &mut folder,
            Arg::Long("onto") => &mut onto,
            Arg::Long("statements") => &mut statements,
            _ => return Err(word.unexpected().into()),
        };
        *place = Some(parser.value()?.parse::<PathBuf>()?);
    }
    Ok(Wish {
        form: form.ok_or("--form")?,
        batches: batches.ok_or("--batches")?,
        folder: folder.ok_or("--folder")?,
        onto,
        statements,
    })
}

fn known(batches: &[Delivery], enrolled: Day) -> Devices {
    let mut known = Devices::new();
    for (unit, batch, _) in batches {
        let known = known.entry(unit.clone()).or_default();
        known.entry(batch.device).or_insert_with(|| Known {
            id: batch.device,
            key: String::new(),
            is_active: true,
            enrolled,
        });
    }
    known
}

/// A Ledger for each unit, on a file of its own that is new or a copy.
fn open<S: Store>(
    wish: &Wish,
    name: &str,
    known: &Devices,
    form: &str,
    of: impl Fn(Sqlite) -> S,
) -> Result<BTreeMap<UnitId, Ledger<S>>, Failure> {
    let mut ledgers = BTreeMap::new();
    for (unit, devices) in known {
        let file: &Path = &wish.folder.join(format!("{name}-{unit}.sqlite"));
        if let Some(onto) = &wish.onto {
            std::fs::copy(onto, file)?;
        }
        let ledger = Ledger(of(Sqlite::file(file, SCHEMA)?));
        let news = Enrolled {
            unit: unit.clone(),
            above: Vec::new(),
            restore: 0,
            devices: devices.values().cloned().collect(),
            forms: vec![form.to_owned()],
        };
        let learnt = ledger.learn(&news);
        learnt.map_err(|refused| refused.message.clone())?;
        ledgers.insert(unit.clone(), ledger);
    }
    Ok(ledgers)
}

fn count<S: Store>(
    ledgers: &BTreeMap<UnitId, Ledger<S>>,
    (unit, batch, digest): &Delivery,
    (forms, enrolled): (&[Form], Day),
) -> Result<usize, Failure> {
    let ledger = ledgers.get(unit).ok_or("a batch without its Ledger")?;
    let count = ledger.count(Upload {
        batch,
        digest,
        sender: Sender::Verified { enrolled },
        forms,
        now: batch.clock,
        rhythm: Rhythm::Daily,
    });
    let count = count.map_err(|refused| refused.message.clone())?;
    let verdicts = count.verdicts.iter();
    Ok(verdicts
        .filter(|verdict| verdict.verdict == VerdictWord::Counted)
        .count())
}
