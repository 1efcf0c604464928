//! The Ledger's rules on the native store: what is counted, once, and what is released.

use super::{Ledger, SCHEMA, Upload};
mod comments;
mod flood;
mod keeping;
mod kept;
mod pieces;
mod quarters;
mod year;
use crate::access::token;
use crate::forms::Forms;
use crate::store::directory::{Enrolled, Known};
use crate::store::port::{Store as _, StoreError};
use crate::store::sqlite::Sqlite;
use survey::answer::Draft;
use survey::day::{DAY_MS, Day, DayQuality, HOUR_MS, Millis};
use survey::form::{Form, Step};
use survey::id::{
    AppHash, BatchId, Channel, DeviceClass, DeviceId, Epoch, FieldId, ResponseId, Salt, UnitId,
};
use survey::ledger::Sender;
use survey::release::Rhythm;
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};
use survey::wire::batch::{Batch, Record, Status, VerdictWord};

/// 2026-11-23, 10:00 in Việt Nam.
const NOW: Millis = Millis(1_795_402_800_000);

fn unit() -> UnitId {
    UnitId::parse("33.1").unwrap()
}

fn device() -> DeviceId {
    DeviceId::from_random([9; 16])
}

fn today() -> Day {
    Day::of(NOW).unwrap()
}

fn news() -> Enrolled {
    Enrolled {
        unit: unit(),
        above: vec![UnitId::parse("33").unwrap()],
        restore: 0,
        devices: vec![Known {
            id: device(),
            key: "a key".into(),
            is_active: true,
            enrolled: today().plus(-30),
        }],
        forms: Vec::new(),
    }
}

fn ledger() -> Ledger<Sqlite> {
    let ledger = Ledger(Sqlite::in_memory(SCHEMA).unwrap());
    ledger.learn(&news()).unwrap();
    ledger
}

/// A record answered with one level throughout; its number makes its id.
fn record(number: u8, level: u8) -> Record {
    record_on(number, level, today(), "Rất tốt, gọi 0912 345 678")
}

fn record_on(number: u8, level: u8, day: Day, comment: &str) -> Record {
    record_of(&Forms::built_in()[0], number, level, day, comment)
}

fn record_of(form: &Form, number: u8, level: u8, day: Day, comment: &str) -> Record {
    let mut draft = Draft::open(ResponseId::from_random([number; 16]), form, &[]);
    while let Some(step) = draft.current() {
        match step {
            Step::Item(_) => draft.answer(form.scale().level(level).unwrap()),
            _ => draft.skip(),
        }
    }
    let submission = Submission {
        response: draft.finish().unwrap().response,
        place: Place {
            unit: unit(),
            field: FieldId::parse("dat-dai").unwrap(),
            resolved_by: None,
            class: DeviceClass::parse("kiosk").unwrap(),
            channel: Channel::parse("counter").unwrap(),
        },
        mode: Mode::SelfService,
        day,
        day_quality: DayQuality::Wall,
        duration: DurationBucket::of_ms(60_000),
    };
    let comment = SaltedComment {
        text: comment.into(),
        salt: Salt::from_bytes([number; 16]),
    };
    Record::of(&Parcel::seal(&submission, form, Some(comment)))
}

fn batch(no: u32, records: Vec<Record>) -> Batch {
    Batch {
        v: 1,
        batch: BatchId::from_random([7; 16]),
        device: device(),
        epoch: Epoch::from_bytes([1; 16]),
        no,
        app: AppHash::from_bytes([2; 32]),
        clock: NOW.plus(90_000),
        status: Status {
            unsent: 3,
            oldest: None,
            persisted: true,
            free_mb: 900,
            losses: 0,
            asides: 0,
            days: Vec::new(),
            config: 1,
        },
        records,
    }
}

struct Server {
    ledger: Ledger<Sqlite>,
    now: Millis,
    rhythm: Rhythm,
    is_verified: bool,
    no: u32,
}

impl Server {
    fn new(rhythm: Rhythm) -> Self {
        Self {
            ledger: ledger(),
            now: NOW,
            rhythm,
            is_verified: true,
            no: 0,
        }
    }

    fn send(&mut self, records: Vec<Record>) -> super::count::Count {
        self.no += 1;
        let batch = batch(self.no, records);
        let enrolled = today().plus(-30);
        let sender = if self.is_verified {
            Sender::Verified { enrolled }
        } else {
            Sender::Unverified
        };
        let upload = Upload {
            batch: &batch,
            digest: &token::digest(&survey::wire::write(&batch)),
            sender,
            forms: &Forms::built_in(),
            now: self.now,
            rhythm: self.rhythm,
        };
        self.ledger.count(upload).unwrap()
    }

    fn words(&mut self, records: Vec<Record>) -> Vec<VerdictWord> {
        let count = self.send(records);
        count.verdicts.iter().map(|one| one.verdict).collect()
    }

    fn number(&self, query: &str) -> i64 {
        let row: Result<_, StoreError> = self.ledger.0.atomically(|sql| sql.first(query, &[]));
        row.unwrap().unwrap().integer(0).unwrap()
    }

    fn waiting(&self) -> u64 {
        self.ledger.live(self.now, self.rhythm).unwrap().waiting
    }
}

use VerdictWord::{Already, Counted, Quarantined};

#[test]
fn l5_a_batch_that_arrives_twice_counts_once() {
    let mut server = Server::new(Rhythm::Daily);
    let records = vec![record(1, 5), record(2, 3)];
    assert_eq!(server.words(records.clone()), [Counted, Counted]);
    let version = server.send(vec![]).version;
    assert_eq!(server.words(records), [Already, Already]);
    assert_eq!(server.send(vec![]).version, version);
    assert_eq!(server.waiting(), 2);
    assert_eq!(server.number("SELECT count(*) FROM response"), 2);
    assert_eq!(server.number("SELECT count(*) FROM comment"), 2);
}

#[test]
fn l5_a_record_twice_in_one_batch_gets_one_verdict() {
    let mut server = Server::new(Rhythm::Daily);
    let twice = vec![record(1, 5), record(1, 5), record(1, 2)];
    assert_eq!(server.words(twice), [Counted]);
    assert_eq!(server.words(vec![record(1, 2)]), [Quarantined]);
    assert_eq!(server.waiting(), 1);
    assert_eq!(server.number("SELECT count(*) FROM quarantine"), 1);
}

#[test]
fn l2_what_is_stored_is_the_sum_of_what_was_counted() {
    let mut server = Server::new(Rhythm::Daily);
    for number in 0..12 {
        server.send(vec![record(number, 1 + number % 5)]);
    }
    server.now = NOW.plus(DAY_MS);
    server.send(vec![]);
    assert_eq!(server.waiting(), 0);
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(slices.len(), 1);
    assert_eq!(slices[0].tally.people().responses, 12);
    assert_eq!(slices[0].tally.items()[0].levels, [3, 3, 2, 2, 2]);
    assert_eq!(
        server.number("SELECT count(*) FROM response WHERE atom = 1"),
        12
    );
}

#[test]
fn l3_a_record_that_breaks_us_does_not_hold_the_others() {
    let mut server = Server::new(Rhythm::Daily);
    let poison = record(2, 4);
    let trap = format!(
        "CREATE TRIGGER poison BEFORE INSERT ON response WHEN new.id = '{}'
         BEGIN SELECT raise(ABORT, 'as a test'); END",
        poison.id
    );
    let set: Result<(), StoreError> = server.ledger.0.atomically(|sql| sql.run(&trap, &[]));
    set.unwrap();
    let count = server.send(vec![record(1, 5), poison.clone(), record(3, 5)]);
    let judged: Vec<_> = count.verdicts.iter().map(|one| one.verdict).collect();
    assert_eq!(judged, [Counted, Counted]);
    assert_eq!(count.unread, [poison.id]);
    let nothing = format!("SELECT count(*) FROM receipt WHERE id = '{}'", poison.id);
    assert_eq!(server.number(&nothing), 0);
    assert_eq!(server.waiting(), 2);
}

#[test]
fn l8_a_quarantined_record_counts_when_it_comes_with_a_valid_key() {
    let mut server = Server::new(Rhythm::Daily);
    server.is_verified = false;
    assert_eq!(server.words(vec![record(1, 5)]), [Quarantined]);
    assert_eq!(server.words(vec![record(1, 5)]), [Quarantined]);
    assert_eq!(server.number("SELECT count(*) FROM quarantine"), 1);
    // A repetition adds nothing to what the device left behind today (rule W8).
    assert_eq!(server.number("SELECT unverified FROM device"), 1);
    server.is_verified = true;
    assert_eq!(server.words(vec![record(1, 5)]), [Counted]);
    assert_eq!(server.number("SELECT count(*) FROM quarantine"), 0);
    server.is_verified = false;
    assert_eq!(server.words(vec![record(1, 5)]), [Already]);
    assert_eq!(server.waiting(), 1);
}

#[test]
fn l10_any_order_gives_the_same_bytes() {
    let cells = |order: &[u8]| {
        let mut server = Server::new(Rhythm::Daily);
        for number in order {
            server.send(vec![record(*number, 1 + number % 5)]);
        }
        let rows: Result<_, StoreError> = server
            .ledger
            .0
            .atomically(|sql| sql.rows("SELECT * FROM cell", &[]));
        rows.unwrap()
    };
    assert_eq!(cells(&[1, 2, 3, 4]), cells(&[4, 2, 3, 1]));
}

#[test]
fn p6_nine_wait_and_ten_are_released_at_five_in_the_morning() {
    let mut server = Server::new(Rhythm::Daily);
    server.send((0..9).map(|number| record(number, 4)).collect());
    server.now = NOW.plus(DAY_MS);
    server.send(vec![]);
    assert_eq!(
        (
            server.waiting(),
            server.ledger.slices(&Forms::built_in()).unwrap().len()
        ),
        (9, 0)
    );
    server.send(vec![record_on(9, 4, today().plus(1), "")]);
    assert_eq!(server.waiting(), 10);
    server.now = NOW.plus(2 * DAY_MS);
    // What arrives after the release joins the next atom.
    server.send(vec![record(10, 4)]);
    assert_eq!(server.waiting(), 1);
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(slices[0].tally.people().responses, 10);
    assert_eq!(
        (slices[0].first, slices[0].last),
        (today(), today().plus(1))
    );
}

#[test]
fn p6_when_ten_the_tenth_releases_them() {
    let mut server = Server::new(Rhythm::WhenTen);
    server.send((0..9).map(|number| record(number, 4)).collect());
    assert_eq!(server.waiting(), 9);
    server.send(vec![record(9, 4)]);
    assert_eq!(server.waiting(), 0);
    server.send((10..35).map(|number| record(number, 4)).collect());
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(
        (slices[0].atoms, slices[0].tally.people().responses),
        (2, 35)
    );
}

#[test]
fn l11_sums_are_offered_until_the_node_above_has_them() {
    let mut server = Server::new(Rhythm::WhenTen);
    server.send((0..9).map(|number| record(number, 4)).collect());
    assert!(
        server
            .ledger
            .unacknowledged(&Forms::built_in())
            .unwrap()
            .is_none()
    );
    server.send(vec![record(9, 4)]);
    let (above, snapshot) = server
        .ledger
        .unacknowledged(&Forms::built_in())
        .unwrap()
        .unwrap();
    assert_eq!(above[0].as_str(), "33");
    assert_eq!(snapshot.slices[0].tally.people().responses, 10);
    server.send((10..20).map(|number| record(number, 4)).collect());
    // The acknowledgement of the first does not cover the second.
    server
        .ledger
        .acknowledged(&above[0], snapshot.version)
        .unwrap();
    let (_, second) = server
        .ledger
        .unacknowledged(&Forms::built_in())
        .unwrap()
        .unwrap();
    assert!(second.version > snapshot.version);
    server
        .ledger
        .acknowledged(&above[0], second.version)
        .unwrap();
    assert!(
        server
            .ledger
            .unacknowledged(&Forms::built_in())
            .unwrap()
            .is_none()
    );
}

#[test]
fn p3_a_response_row_names_no_device_time_or_order() {
    let server = Server::new(Rhythm::Daily);
    let rows: Result<_, StoreError> = server
        .ledger
        .0
        .atomically(|sql| sql.rows("SELECT name FROM pragma_table_info('response')", &[]));
    let columns: Vec<_> = rows
        .unwrap()
        .iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect();
    assert_eq!(columns, ["id", "form", "day", "atom", "body", "commitment"]);
    for table in ["response", "receipt", "comment", "quarantine"] {
        let sql = format!(
            "SELECT instr(sql, 'WITHOUT ROWID') > 0 FROM sqlite_master WHERE name = '{table}'"
        );
        assert_eq!(server.number(&sql), 1, "{table}");
    }
}

#[test]
fn p10_a_comment_is_redacted_and_leads_to_no_response() {
    let mut server = Server::new(Rhythm::Daily);
    server.send(vec![record(1, 5)]);
    server.is_verified = false;
    server.send(vec![record(2, 5)]);
    for (table, column) in [("comment", "text"), ("quarantine", "raw")] {
        let clean = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%[điện thoại]%'");
        assert_eq!(server.number(&clean), 1, "{table}");
        let raw = format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%0912%'");
        assert_eq!(server.number(&raw), 0, "{table}");
    }
    let tied = "SELECT count(*) FROM comment JOIN response ON comment.key = response.id";
    assert_eq!(server.number(tied), 0);
}

#[test]
fn w7_the_same_number_with_other_content_raises_a_flag_and_changes_no_count() {
    let mut server = Server::new(Rhythm::Daily);
    server.send(vec![record(1, 5)]);
    let is_copied = |server: &Server| server.ledger.heard().unwrap()[0].is_copied;
    assert!(!is_copied(&server));
    server.no = 0;
    assert_eq!(server.words(vec![record(2, 5)]), [Counted]);
    assert!(is_copied(&server), "the fleet view shows it");
    assert_eq!(
        server.number("SELECT times FROM flag WHERE kind = 'fork'"),
        1
    );
    assert_eq!(server.waiting(), 2);
}

#[test]
fn l13_a_receipt_outlives_the_release() {
    let mut server = Server::new(Rhythm::WhenTen);
    let records: Vec<_> = (0..10).map(|number| record(number, 4)).collect();
    server.send(records.clone());
    assert_eq!(server.waiting(), 0);
    server.now = NOW.plus(400 * DAY_MS);
    assert_eq!(server.words(records), [Already; 10]);
    assert_eq!(
        server.ledger.slices(&Forms::built_in()).unwrap()[0]
            .tally
            .people()
            .responses,
        10
    );
}

/// 05:00 on the eighth: the last release that may add to the month before.
fn eighth_of_december() -> Millis {
    Day::parse("2026-12-08").unwrap().starts().plus(5 * HOUR_MS)
}

#[test]
fn p6_late_answers_join_an_atom_of_an_open_month_and_change_no_sealed_one() {
    let mut server = Server::new(Rhythm::WhenTen);
    server.send((0..12).map(|number| record(number, 4)).collect());
    // In time: their own month still takes them.
    server.now = eighth_of_december();
    server.send((12..24).map(|number| record(number, 2)).collect());
    let november = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(november[0].tally.people().responses, 24);
    server.now = eighth_of_december().plus(1);
    server.send((24..44).map(|number| record(number, 1)).collect());
    assert_eq!(server.waiting(), 20);
    assert_eq!(server.ledger.slices(&Forms::built_in()).unwrap(), november);
    let december = Day::parse("2026-12-08").unwrap();
    server.send(vec![record_on(44, 4, december, "")]);
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!((&slices[0], server.waiting()), (&november[0], 0));
    let people = *slices[1].tally.people();
    assert_eq!(
        (slices[1].month.as_str(), people.responses, people.late),
        ("2026-12", 21, 20)
    );
}

#[test]
fn p6_a_release_that_was_due_before_the_seal_and_comes_late_is_in_time() {
    let mut server = Server::new(Rhythm::Daily);
    server.now = eighth_of_december().plus(-HOUR_MS);
    server.send((0..12).map(|number| record(number, 4)).collect());
    // Nobody asked for a week.
    server.now = eighth_of_december().plus(7 * DAY_MS);
    server.send(vec![]);
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(slices[0].month, "2026-11");
}
