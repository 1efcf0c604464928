//! What is kept uncounted, and what comes by another way than a batch.

use super::*;
use crate::forms::tests::ADDED;
use crate::store::ledger::{Bench, Rescue};
use survey::ledger::Sender;
use survey::wire::batch::Reason;
use survey::wire::code::Code;
use survey::wire::quarantine::{Decided, Group, Which};

impl Server {
    fn groups(&self) -> Vec<Group> {
        let (groups, rest) = self.ledger.quarantined(&Forms::built_in()).unwrap();
        assert_eq!(rest, 0);
        groups
    }

    fn group(&self) -> Group {
        let mut groups = self.groups();
        assert_eq!(groups.len(), 1, "{groups:?}");
        groups.remove(0)
    }

    fn release(&self, which: &Which, count: u64) -> Result<Decided, Code> {
        let forms = Forms::built_in();
        let bench = Bench {
            forms: &forms,
            now: self.now,
            rhythm: self.rhythm,
        };
        let released = self.ledger.release(which, count, bench);
        released.map_err(|refused| refused.code)
    }

    fn rescue(&self, device: DeviceId, records: &[Record], is_limited: bool) -> Result<(), Code> {
        let sent = self.ledger.rescue(Rescue {
            device,
            sender: Sender::Unverified,
            is_limited,
            records,
            forms: &Forms::built_in(),
            now: self.now,
            rhythm: self.rhythm,
        });
        sent.map(drop).map_err(|refused| refused.code)
    }
}

/// A record with its body changed and hashed anew.
fn with_body(record: &Record, change: impl FnOnce(&str) -> String) -> Record {
    let mut parcel = record.clone().into_parcel();
    parcel.body = change(&parcel.body);
    parcel.hash = parcel.rehash();
    Record::of(&parcel)
}

/// A record of a form that is not known here.
fn of_unknown_form(record: &Record) -> Record {
    with_body(record, |body| {
        let form = body.split('"').nth(3).unwrap_or_default().to_owned();
        body.replacen(&form, &"0".repeat(64), 1)
    })
}

fn stranger() -> DeviceId {
    DeviceId::from_random([77; 16])
}

#[test]
fn l7_what_is_kept_is_shown_in_groups_and_never_an_answer() {
    let mut server = Server::new(Rhythm::Daily);
    server.send(vec![record(1, 5)]);
    let conflict = with_body(&record(1, 5), |body| body.replacen(":5", ":1", 1));
    let foreign = with_body(&record(2, 5), |body| body.replacen("33.1", "34.1", 1));
    let shapeless = with_body(&record(3, 5), |_| "{\"form\":7".into());
    let odd = with_body(&record(4, 5), |_| {
        "{\"form\":[\"x\"],\"unit\":{\"a\":1}}".into()
    });
    let unknown = of_unknown_form(&record(5, 5));
    server.send(vec![conflict, foreign, shapeless, odd, unknown]);
    server.is_verified = false;
    server.send(vec![record(6, 5), record(7, 5)]);
    server.now = NOW.plus(DAY_MS);
    server.send(vec![record(8, 5)]);

    let groups = server.groups();
    assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 8);
    let of = |reason| {
        let found = groups.iter().find(|group| group.which.reason == reason);
        found.unwrap_or_else(|| panic!("{reason:?}")).clone()
    };
    let unverified = of(Reason::UnverifiedDevice);
    assert_eq!(unverified.count, 3);
    assert_eq!(unverified.which.device, Some(device()));
    assert_eq!(unverified.form_code.as_deref(), Some("sipas2022"));
    assert_eq!(
        (unverified.oldest, unverified.newest),
        (today(), today().plus(1))
    );
    let names = of(Reason::UnknownUnit).which.names;
    assert_eq!(names, UnitId::parse("34.1").ok());
    assert_eq!(of(Reason::UnknownForm).form_code, None);
    assert_eq!(of(Reason::BadShape).count, 2);
    let text = survey::wire::write(&groups);
    for hidden in ["Rất tốt", "answers", &record(6, 5).id.to_string()] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[test]
fn l8_a_release_counts_once_with_its_comment_on_its_own_day() {
    let mut server = Server::new(Rhythm::Daily);
    server.is_verified = false;
    server.send(vec![record(1, 5), record(2, 4)]);
    server.now = NOW.plus(20 * DAY_MS);
    let group = server.group();
    assert_eq!(server.release(&group.which, 1), Err(Code::ChangedMeanwhile));
    assert_eq!(server.waiting(), 0);
    let released = server.release(&group.which, 2).unwrap();
    assert_eq!((released.counted, released.kept), (2, 0));
    assert_eq!(server.waiting(), 2);
    assert!(server.groups().is_empty());
    let late = "SELECT sum(responses) FROM received WHERE day = '2026-11-23'";
    assert_eq!(server.number(late), 2);
    let day = "SELECT count(*) FROM response WHERE day = '2026-11-23'";
    assert_eq!(server.number(day), 2);
    assert_eq!(server.number("SELECT count(*) FROM comment"), 2);
    // Again by a release, by the same delivery, by a valid one: nothing more.
    assert_eq!(server.release(&group.which, 2), Err(Code::ChangedMeanwhile));
    for is_verified in [false, true] {
        server.is_verified = is_verified;
        let words = server.words(vec![record(1, 5), record(2, 4)]);
        assert_eq!(words, [Already, Already]);
    }
    assert_eq!(server.waiting(), 2);
    assert_eq!(server.number("SELECT count(*) FROM response"), 2);
}

#[test]
fn l8_what_cannot_count_stays_and_is_asked_about_by_its_present_reason() {
    let mut server = Server::new(Rhythm::Daily);
    server.is_verified = false;
    server.send(vec![record(1, 5), of_unknown_form(&record(2, 5))]);
    let groups = server.groups();
    let unknown = groups.iter().find(|group| group.form_code.is_none());
    let released = server.release(&unknown.unwrap().which, 1).unwrap();
    assert_eq!((released.counted, released.kept), (0, 1));
    let reasons: Vec<_> = server.groups().iter().map(|it| it.which.reason).collect();
    assert_eq!(reasons, [Reason::UnknownForm, Reason::UnverifiedDevice]);
    // Its verdict is still the first one.
    let count = server.send(vec![of_unknown_form(&record(2, 5))]);
    assert_eq!(count.verdicts[0].reason, Some(Reason::UnverifiedDevice));
}

#[test]
fn l8_a_form_that_arrives_later_counts_what_waited_for_it() {
    let mut server = Server::new(Rhythm::Daily);
    let all = Forms::built_in();
    let late = record(1, 5);
    let of_late = super::batch(1, vec![late.clone()]);
    let upload = Upload {
        batch: &of_late,
        digest: "digest",
        sender: Sender::Verified { enrolled: today() },
        forms: &all[1..],
        now: NOW,
        rhythm: Rhythm::Daily,
    };
    let count = server.ledger.count(upload).unwrap();
    assert_eq!(count.verdicts[0].reason, Some(Reason::UnknownForm));
    // The device has let the comment go, and offers the record again (rules O7, O12).
    let settled = Record::of(&late.into_parcel().without_comment());
    assert_eq!(server.words(vec![settled]), [Counted]);
    assert!(server.groups().is_empty());
    let comment = "SELECT count(*) FROM comment WHERE text LIKE 'Rất tốt%'";
    assert_eq!(server.number(comment), 1);
}

#[test]
fn l8_what_waits_for_a_form_is_counted_when_the_house_adds_it_and_once() {
    let mut server = Server::new(Rhythm::Daily);
    let added = Forms::built_in().with([ADDED]);
    let (form, _) = added.with_code("nhanh3").unwrap();
    let of_added = |number| record_of(form, number, 5, today(), "Rất tốt");
    let records: Vec<_> = (0..250).map(of_added).collect();
    let kept = of_added(251);
    server.send(vec![kept]);
    let group = server.group();
    server.ledger.keep(&group.which, 1).unwrap();
    for records in records.chunks(50) {
        server.send(records.to_vec());
    }
    assert_eq!((server.waiting(), server.groups().len()), (0, 2));
    let news = Enrolled {
        unit: unit(),
        above: vec![UnitId::parse("33").unwrap()],
        restore: 0,
        devices: Vec::new(),
        forms: vec![ADDED.to_owned()],
    };
    for counted in [250, 0] {
        server.ledger.learn(&news).unwrap();
        let forms = server.ledger.forms().unwrap();
        let bench = Bench {
            forms: &forms,
            now: server.now,
            rhythm: server.rhythm,
        };
        let done = server.ledger.count_of_known_forms(bench).unwrap();
        assert_eq!((done, server.waiting()), (counted, 250));
    }
    // What somebody decided to keep is not counted behind their back.
    assert!(server.group().which.kept);
    let sent = server.send(records[..50].to_vec());
    assert!(sent.verdicts.iter().all(|one| one.verdict == Already));
}

#[test]
fn l8_what_is_damaged_or_in_conflict_is_never_released_and_can_be_kept() {
    let mut server = Server::new(Rhythm::Daily);
    let mut damaged = record(1, 5);
    damaged.damaged = true;
    server.send(vec![damaged]);
    let group = server.group();
    assert_eq!(server.release(&group.which, 1), Err(Code::BadValue));
    let kept = server.ledger.keep(&group.which, 1).unwrap();
    assert_eq!(kept.kept, 1);
    let after = server.group();
    assert!(after.which.kept);
    assert_eq!(after.count, 1);
    assert_eq!(server.waiting(), 0);
}

#[test]
fn l8_records_of_another_unit_count_in_its_ledger_and_nowhere_else() {
    let mut server = Server::new(Rhythm::Daily);
    let foreign = |number| with_body(&record(number, 5), |body| body.replacen("33.1", "34.1", 1));
    server.send(vec![foreign(1), foreign(2)]);
    let group = server.group();
    let own = server.release(&group.which, 2).unwrap();
    assert_eq!((own.counted, own.kept), (0, 2));

    let other = Ledger(Sqlite::in_memory(SCHEMA).unwrap());
    let news = Enrolled {
        unit: UnitId::parse("34.1").unwrap(),
        above: Vec::new(),
        restore: 0,
        devices: Vec::new(),
        forms: Vec::new(),
    };
    other.learn(&news).unwrap();
    let forms = Forms::built_in();
    let bench = Bench {
        forms: &forms,
        now: NOW,
        rhythm: Rhythm::Daily,
    };
    let records = server.ledger.to_hand_over(&group.which, 2).unwrap();
    // Cut off after the other Ledger has them: asked again, it counts nothing twice.
    assert_eq!(other.take_over(&records, bench).unwrap().counted, 2);
    assert_eq!(other.take_over(&records, bench).unwrap().already, 2);
    server.ledger.handed_over(&records).unwrap();
    assert!(server.groups().is_empty());
    assert_eq!(other.live(NOW, Rhythm::Daily).unwrap().waiting, 2);
    assert_eq!(server.waiting(), 0);
    // Delivered here again it is not kept a second time: its receipt stands (rule L13).
    assert_eq!(server.words(vec![foreign(1)]), [Quarantined]);
    assert!(server.groups().is_empty());
}

#[test]
fn l8_an_error_in_a_release_undoes_all_of_it() {
    let mut server = Server::new(Rhythm::Daily);
    server.is_verified = false;
    server.send(vec![record(1, 5), record(2, 4)]);
    let trap = "CREATE TRIGGER trap BEFORE INSERT ON cell
         BEGIN SELECT raise(ABORT, 'as a test'); END";
    let set: Result<(), StoreError> = server.ledger.0.atomically(|sql| sql.run(trap, &[]));
    set.unwrap();
    let group = server.group();
    assert_eq!(server.release(&group.which, 2), Err(Code::Broken));
    assert_eq!(server.group(), group);
    for table in ["response", "comment", "cell", "received"] {
        let rows = format!("SELECT count(*) FROM {table}");
        assert_eq!(server.number(&rows), 0, "{table}");
    }
    let counted = "SELECT count(*) FROM receipt WHERE verdict = 'counted'";
    assert_eq!(server.number(counted), 0);
}

#[test]
fn w8_two_thousand_a_day_exactly_and_repetitions_are_free() {
    let mut server = Server::new(Rhythm::Daily);
    let made = |numbers: std::ops::Range<u32>| -> Vec<Record> {
        let one = |number: u32| {
            let mut parcel = record(1, 5).into_parcel();
            let mut id = [0; 16];
            id[..4].copy_from_slice(&number.to_be_bytes());
            parcel.id = ResponseId::from_random(id);
            parcel.hash = parcel.rehash();
            Record::of(&parcel)
        };
        numbers.map(one).collect()
    };
    server.is_verified = false;
    for start in (0..1_900).step_by(100) {
        server.send(made(start..start + 100));
    }
    let full = |server: &mut Server, records: Vec<Record>| {
        let batch = super::batch(900, records);
        let upload = Upload {
            batch: &batch,
            digest: "digest",
            sender: Sender::Unverified,
            forms: &Forms::built_in(),
            now: server.now,
            rhythm: Rhythm::Daily,
        };
        server.ledger.count(upload).map_err(|refused| refused.code)
    };
    assert_eq!(full(&mut server, made(1_900..2_001)), Err(Code::SlowDown));
    let kept = "SELECT count(*) FROM quarantine";
    assert_eq!(server.number(kept), 1_900);
    assert!(full(&mut server, made(1_900..2_000)).is_ok());
    assert!(full(&mut server, made(1_800..2_000)).is_ok());
    assert_eq!(full(&mut server, made(2_000..2_001)), Err(Code::SlowDown));
    assert_eq!(server.number(kept), 2_000);
    // Devices unknown here share one such limit; an operator has none.
    let one = made(3_000..3_001);
    assert_eq!(server.rescue(device(), &one, true), Err(Code::SlowDown));
    assert!(server.rescue(stranger(), &made(4_000..6_000), true).is_ok());
    assert_eq!(server.rescue(stranger(), &one, true), Err(Code::SlowDown));
    assert!(server.rescue(stranger(), &one, false).is_ok());
    server.now = NOW.plus(DAY_MS);
    assert!(full(&mut server, made(2_000..2_001)).is_ok());
}

#[test]
fn o14_records_of_a_rescue_file_count_once_and_say_nothing_of_the_device() {
    let mut server = Server::new(Rhythm::Daily);
    let rescue = |server: &Server| {
        let count = server.ledger.rescue(Rescue {
            device: device(),
            sender: Sender::Verified { enrolled: today() },
            is_limited: true,
            records: &[record(1, 5), record(2, 5)],
            forms: &Forms::built_in(),
            now: NOW,
            rhythm: Rhythm::Daily,
        });
        let verdicts = count.unwrap().verdicts;
        verdicts.iter().map(|one| one.verdict).collect::<Vec<_>>()
    };
    assert_eq!(rescue(&server), [Counted, Counted]);
    assert_eq!(rescue(&server), [Already, Already]);
    assert!(server.ledger.heard().unwrap().is_empty());
    assert_eq!(server.words(vec![record(1, 5)]), [Already]);
    assert_eq!(server.waiting(), 2);
}

#[test]
fn l11_after_a_restore_nothing_is_released_until_it_has_filled_again() {
    let mut server = Server::new(Rhythm::WhenTen);
    server.send((0..9).map(|number| record(number, 4)).collect());
    let restored = Enrolled {
        unit: unit(),
        above: vec![UnitId::parse("33").unwrap()],
        restore: 1,
        devices: Vec::new(),
        forms: Vec::new(),
    };
    server.ledger.learn(&restored).unwrap();
    assert_eq!(server.send(vec![record(9, 4)]).restore, 1);
    assert_eq!(server.waiting(), 10);
    server.now = NOW.plus(3 * DAY_MS - 1);
    server.send(vec![record(10, 4)]);
    assert_eq!(server.waiting(), 11);
    // Told again of the same restore, it does not begin anew.
    server.ledger.learn(&restored).unwrap();
    server.now = NOW.plus(3 * DAY_MS);
    let later = today().plus(3);
    let ten = (11..21).map(|number| record_on(number, 4, later, ""));
    server.send(ten.collect());
    assert_eq!(server.waiting(), 0);
}

#[test]
fn p5_after_a_restore_the_first_atom_brings_ten_that_were_never_shown() {
    let mut server = Server::new(Rhythm::WhenTen);
    server
        .ledger
        .learn(&Enrolled {
            restore: 1,
            devices: vec![],
            ..news()
        })
        .unwrap();
    // Twelve come back; whether ten of them were an atom that the backup has not, nobody knows.
    server.send((0..12).map(|number| record(number, 4)).collect());
    server.now = NOW.plus(super::super::release::REFILL_MS);
    let later = today().plus(3);
    server.send(
        (12..21)
            .map(|number| record_on(number, 4, later, ""))
            .collect(),
    );
    assert_eq!(server.waiting(), 21);
    server.send(vec![record_on(21, 4, later, "")]);
    assert_eq!(server.waiting(), 0);
    // From then on as ever.
    server.send((22..32).map(|number| record(number, 4)).collect());
    assert_eq!(server.waiting(), 0);
}
