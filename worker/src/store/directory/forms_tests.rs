//! The forms of the house on the native store: who adds one, that it stays, who is told.

use super::Directory;
use super::tests::{NOW, account, code, directory, id, signed_in, untold};
use crate::forms::Forms;
use crate::forms::tests::ADDED;
use crate::post::Post;
use crate::store::port::{Store as _, StoreError};
use crate::store::sqlite::Sqlite;
use survey::day::{DAY_MS, Day, HOUR_MS};
use survey::id::{Channel, CounterId, DeviceClass};
use survey::wire::code::Code;
use survey::wire::device::Names;
use survey::wire::forms::NewForm;
use survey::wire::manager::{NewCode, Role};
use survey::wire::write;

fn new_form(file: &str) -> NewForm {
    NewForm {
        file: file.into(),
        starts: Day::of(NOW).unwrap().plus(1),
        dry_run: false,
    }
}

fn add(directory: &Directory<Sqlite>, session: &str, file: &str) -> Result<(), Code> {
    let added = directory.add_form(Some(session), NOW, &new_form(file));
    added.map(drop).map_err(|refused| refused.code)
}

#[test]
fn f7_an_added_form_is_kept_for_ever_and_its_code_is_taken() {
    let (directory, operator) = directory();
    let trial = NewForm {
        dry_run: true,
        ..new_form(ADDED)
    };
    directory.add_form(Some(&operator), NOW, &trial).unwrap();
    assert!(directory.forms().unwrap().with_code("nhanh3").is_none());
    assert_eq!(add(&directory, &operator, ADDED), Ok(()));
    let forms = directory.forms().unwrap();
    assert_eq!(forms.with_code("nhanh3").unwrap().1, ADDED);
    // The same again, other wording under its code, and a built-in one.
    let reworded = ADDED.replacen("Đón tiếp", "Tiếp đón", 1);
    let built_in = include_str!("../../../../survey/forms/local9.json");
    for file in [ADDED, &reworded, built_in] {
        assert_eq!(add(&directory, &operator, file), Err(Code::AlreadyThere));
    }
    assert_eq!(add(&directory, &operator, "{}"), Err(Code::BadValue));
    for statement in ["DELETE FROM form", "UPDATE form SET file = '{}'"] {
        let changed: Result<(), StoreError> = directory.0.atomically(|sql| sql.run(statement, &[]));
        assert!(changed.is_err(), "{statement}");
    }
}

#[test]
fn f7_a_form_may_be_shown_from_its_first_day_on() {
    let (directory, operator) = directory();
    add(&directory, &operator, ADDED).unwrap();
    let begun = |now| {
        let forms = directory.forms_begun(now).unwrap();
        forms.with_code("nhanh3").is_some()
    };
    assert!(!begun(NOW));
    assert!(begun(NOW.plus(DAY_MS)));
    let rows = directory.form_rows(Some(&operator), NOW).unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(
        (rows[0].starts, rows[3].starts),
        (None, Day::parse("2026-11-24"))
    );
}

#[test]
fn f7_only_an_operator_who_has_proved_it_adds_a_form() {
    let (directory, operator) = directory();
    let admin = account("a", Role::Admin, Some("33"));
    directory.add_account(Some(&operator), NOW, &admin).unwrap();
    let session = signed_in(&directory, "a");
    assert_eq!(add(&directory, &session, ADDED), Err(Code::NotAllowed));
    let later = NOW.plus(HOUR_MS / 4);
    let added = directory.add_form(Some(&operator), later, &new_form(ADDED));
    assert_eq!(added.unwrap_err().code, Code::ProveAgain);
}

#[test]
fn f7_s4_where_a_form_is_used_is_told_for_the_own_units() {
    let (directory, operator) = directory();
    let admin = account("a", Role::Admin, Some("34"));
    directory.add_account(Some(&operator), NOW, &admin).unwrap();
    let request = NewCode {
        counter: CounterId::parse("q1").unwrap(),
        counter_name: Names {
            vi: "Quầy 1".into(),
            en: String::new(),
        },
        class: DeviceClass::parse("kiosk").unwrap(),
        channel: Channel::parse("counter").unwrap(),
        form: "local9".into(),
        pin: "2468".into(),
    };
    let post = write(&Post::of(request, [5; 16], &Forms::built_in()).unwrap());
    let drawn = directory.draw_code(Some(&operator), NOW, &id("33.1"), &post);
    let right = drawn.unwrap().code;
    directory.enrol(NOW, &right, "a key").unwrap();
    let used = |session: &str| {
        let rows = directory.form_rows(Some(session), NOW).unwrap();
        rows.into_iter()
            .map(|row| (row.devices, row.units.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(used(&operator), [(0, 0), (1, 1), (0, 0)]);
    assert_eq!(used(&signed_in(&directory, "a")), [(0, 0); 3]);
}

#[test]
fn f7_l8_every_ledger_is_told_of_a_form_until_it_has_heard() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    directory.enrol(NOW, &right, "a key").unwrap();
    let before = untold(&directory);
    // Added while the first message was on its way: the acknowledgement is for less.
    add(&directory, &operator, ADDED).unwrap();
    directory.told(&before[0]).unwrap();
    let news = untold(&directory);
    assert_eq!(news[0].forms, [ADDED]);
    directory.told(&news[0]).unwrap();
    assert_eq!(untold(&directory), []);
    let other = ADDED.replacen("nhanh3", "nhanh4", 1);
    add(&directory, &operator, &other).unwrap();
    assert_eq!(untold(&directory)[0].forms.len(), 2);
}
