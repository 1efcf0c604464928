//! The Directory's rules on the native store.

use super::{Directory, Enrolled, SCHEMA, Untold};
use crate::access::{Act, token};
use crate::store::port::{Store as _, StoreError};
use crate::store::sqlite::Sqlite;
use survey::day::{Day, HOUR_MS, MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::device::Names;
use survey::wire::manager::{NewAccount, NewGrant, Role, Unit, UnitKind};

pub(super) const NOW: Millis = Millis(1_795_400_000_000);
pub(super) const PASSWORD: &str = "một câu khá dài";
const KEY: &str = "a key";

pub(crate) fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

/// A commune that collects answers.
pub(crate) fn unit(text: &str, parent: Option<&str>) -> Unit {
    Unit {
        id: id(text),
        kind: UnitKind::Commune,
        name: Names {
            vi: format!("Xã {text}"),
            en: String::new(),
        },
        parent: parent.map(id),
        gso: None,
        agency: None,
        valid_from: Day::parse("2025-07-01").unwrap(),
        valid_to: None,
        successors: Vec::new(),
        collects: true,
    }
}

/// A Directory with an operator signed in and two provinces of two communes each.
pub(super) fn directory() -> (Directory<Sqlite>, String) {
    let directory = Directory(Sqlite::in_memory(SCHEMA).unwrap());
    directory.set_up(NOW, true, "op", PASSWORD).unwrap();
    let session = signed_in(&directory, "op");
    let units = [
        unit("33", None),
        unit("33.1", Some("33")),
        unit("33.2", Some("33")),
        unit("34", None),
        unit("34.1", Some("34")),
    ];
    directory.add_units(Some(&session), NOW, &units).unwrap();
    (directory, session)
}

/// What Ledgers are to be told.
pub(super) fn untold(directory: &Directory<Sqlite>) -> Vec<Enrolled> {
    let units = directory.untold(Untold::All).unwrap();
    units
        .iter()
        .map(|unit| directory.news(unit).unwrap())
        .collect()
}

pub(super) fn signed_in(directory: &Directory<Sqlite>, name: &str) -> String {
    let signed_in = directory.sign_in(NOW, name, PASSWORD, None).unwrap();
    token::digest(&signed_in.token)
}

pub(super) fn account(name: &str, role: Role, node: Option<&str>) -> NewAccount {
    NewAccount {
        account: name.into(),
        password: PASSWORD.into(),
        grants: vec![NewGrant::open(role, node.map(id))],
    }
}

#[test]
fn d3_the_first_operator_is_made_once_and_only_with_the_code() {
    let directory = Directory(Sqlite::in_memory(SCHEMA).unwrap());
    let set_up = |is_right| {
        directory
            .set_up(NOW, is_right, "op", PASSWORD)
            .map_err(|no| no.code)
    };
    assert_eq!(set_up(false), Err(Code::WrongCode));
    assert_eq!(set_up(true), Ok(()));
    assert_eq!(set_up(true), Err(Code::AlreadySetUp));
    assert_eq!(set_up(false), Err(Code::AlreadySetUp));
}

#[test]
fn s5_every_wrong_password_doubles_the_delay_whether_the_account_exists_or_not() {
    let (directory, _) = directory();
    for name in ["op", "nobody"] {
        let mut now = NOW.plus(HOUR_MS);
        for wait_s in [1, 2, 4, 8, 16] {
            let refused = directory.sign_in(now, name, "wrong", None).unwrap_err();
            assert_eq!(refused.code, Code::WrongPassword, "{name}");
            let refused = directory.sign_in(now, name, PASSWORD, None).unwrap_err();
            assert_eq!(refused.code, Code::SlowDown, "{name}");
            assert!(refused.wait_s.unwrap() <= wait_s + 1);
            now = now.plus(i64::from(wait_s) * 1_000);
        }
        let after = directory.sign_in(now, name, PASSWORD, None);
        assert_eq!(after.is_ok(), name == "op");
    }
}

#[test]
fn s6_only_a_digest_of_the_token_is_kept_and_signing_out_ends_it() {
    let (directory, _) = directory();
    let token = directory.sign_in(NOW, "op", PASSWORD, None).unwrap().token;
    let digest = token::digest(&token);
    assert_eq!(directory.who(Some(&digest), NOW).unwrap().name, "op");
    assert_eq!(
        directory.who(Some(&token), NOW).unwrap_err().code,
        Code::SignedOut
    );
    let late = NOW.plus(31 * MINUTE_MS);
    assert_eq!(
        directory.who(Some(&digest), late).unwrap_err().code,
        Code::SignedOut
    );
    directory.sign_out(Some(&digest)).unwrap();
    assert_eq!(
        directory.who(Some(&digest), NOW).unwrap_err().code,
        Code::SignedOut
    );
}

#[test]
fn s4_no_account_sees_or_learns_of_a_unit_outside_its_subtree() {
    let (directory, operator) = directory();
    let manager = account("m", Role::Manager, Some("33"));
    directory
        .add_account(Some(&operator), NOW, &manager)
        .unwrap();
    let session = signed_in(&directory, "m");
    let seen = directory.units(Some(&session), NOW).unwrap();
    let seen: Vec<_> = seen.iter().map(|unit| unit.id.as_str()).collect();
    assert_eq!(seen, ["33", "33.1", "33.2"]);
    let permit = |unit: &str| {
        let unit = id(unit);
        let permitted = directory.permit(Some(&session), NOW, Act::SeeFigures, &unit);
        permitted.map_err(|no| (no.code, no.message))
    };
    assert_eq!(permit("33"), Ok(()));
    assert_eq!(permit("33.2"), Ok(()));
    // The same words for a unit of others and for one that does not exist.
    assert_eq!(permit("34.1"), permit("99"));
    assert_eq!(permit("34.1").unwrap_err().0, Code::NotFound);
}

#[test]
fn s4_nobody_gives_away_more_than_they_have() {
    let (directory, operator) = directory();
    let admin = account("a", Role::Admin, Some("33"));
    directory.add_account(Some(&operator), NOW, &admin).unwrap();
    let session = signed_in(&directory, "a");
    let add = |name, role, node| {
        let account = account(name, role, node);
        let added = directory.add_account(Some(&session), NOW, &account);
        added.map_err(|no| no.code)
    };
    assert_eq!(add("m1", Role::Manager, Some("33.1")), Ok(()));
    assert_eq!(add("m2", Role::Manager, Some("34")), Err(Code::NotFound));
    assert_eq!(add("m3", Role::Manager, None), Err(Code::NotAllowed));
    assert_eq!(add("o2", Role::Operator, Some("33")), Err(Code::NotAllowed));
    assert_eq!(
        add("m1", Role::Manager, Some("33")),
        Err(Code::AlreadyThere)
    );
    let manager = signed_in(&directory, "m1");
    let refused = directory.add_account(Some(&manager), NOW, &account("x", Role::Manager, None));
    assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
}

#[test]
fn d2_units_are_added_all_or_none_under_a_parent_that_is_there() {
    let (directory, operator) = directory();
    let add = |units: &[Unit]| {
        let added = directory.add_units(Some(&operator), NOW, units);
        added.map_err(|no| no.code)
    };
    let orphan = [unit("35", None), unit("35.1", Some("36"))];
    assert_eq!(add(&orphan), Err(Code::BadValue));
    assert_eq!(add(&[unit("35", None)]), Ok(()));
    assert_eq!(add(&[unit("35", None)]), Err(Code::AlreadyThere));
}

pub(super) fn code(directory: &Directory<Sqlite>, session: &str, unit: &str) -> String {
    let drawn = directory.draw_code(Some(session), NOW, &id(unit), "{}");
    drawn.unwrap().code
}

#[test]
fn s2_a_code_enrols_one_device_and_a_wrong_one_is_counted() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &right.to_lowercase(), KEY).unwrap();
    assert_eq!(device.unit, id("33.1"));
    let again = directory.enrol(NOW, &right, KEY).unwrap_err();
    assert_eq!(again.code, Code::ExpiredCode);

    let late = code(&directory, &operator, "33.1");
    let refused = directory.enrol(NOW.plus(10 * MINUTE_MS + 1), &late, KEY);
    assert_eq!(refused.unwrap_err().code, Code::ExpiredCode);

    let tried = code(&directory, &operator, "33.1");
    let handle = tried.split_at(3).0;
    for _ in 0..5 {
        let refused = directory.enrol(NOW, &format!("{handle}22222"), KEY);
        assert_eq!(refused.unwrap_err().code, Code::WrongCode);
    }
    let refused = directory.enrol(NOW, &tried, KEY);
    assert_eq!(refused.unwrap_err().code, Code::ExpiredCode);
}

#[test]
fn s2_a_flood_of_wrong_codes_is_slowed_down_and_keeps_no_honest_office_out() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    let other = if right.starts_with("222") {
        "333"
    } else {
        "222"
    };
    for n in 0..2_000 {
        let refused = directory
            .enrol(NOW, &format!("{other}2-2222"), KEY)
            .unwrap_err();
        let expected = if n < 30 {
            Code::WrongCode
        } else {
            Code::SlowDown
        };
        assert_eq!(refused.code, expected, "{n}");
    }
    assert!(directory.enrol(NOW, &right, KEY).is_ok());
}

#[test]
fn s5_a_strangers_wrong_passwords_do_not_hold_up_a_known_browser() {
    let (directory, _) = directory();
    let browser = directory
        .sign_in(NOW, "op", PASSWORD, None)
        .unwrap()
        .browser;
    let browser = token::digest(&browser);
    for _ in 0..2_000 {
        let refused = directory.sign_in(NOW, "op", "wrong", None).unwrap_err();
        assert!(matches!(refused.code, Code::WrongPassword | Code::SlowDown));
    }
    let stranger = directory.sign_in(NOW, "op", PASSWORD, None).unwrap_err();
    assert_eq!(stranger.code, Code::SlowDown);
    // A made-up token, and one of another account, are a stranger's.
    for token in ["made up", "00"] {
        let refused = directory.sign_in(NOW, "op", PASSWORD, Some(token));
        assert_eq!(refused.unwrap_err().code, Code::SlowDown);
    }
    let again = directory.sign_in(NOW, "op", PASSWORD, Some(&browser));
    // Each time with another token in the place of the last one.
    let browser = token::digest(&again.unwrap().browser);
    // What is tried in the known browser itself counts there.
    let wrong = directory.sign_in(NOW, "op", "wrong", Some(&browser));
    assert_eq!(wrong.unwrap_err().code, Code::WrongPassword);
    let held = directory.sign_in(NOW, "op", PASSWORD, Some(&browser));
    assert_eq!(held.unwrap_err().code, Code::SlowDown);
}

#[test]
fn w11_a_ledger_is_told_of_each_change_until_it_has_heard() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &right, KEY).unwrap();
    let news = untold(&directory);
    assert_eq!(news.len(), 1);
    assert_eq!(
        (&news[0].unit, &news[0].above),
        (&id("33.1"), &vec![id("33")])
    );
    assert!(news[0].devices[0].is_active);
    // Revoked while the first message was on its way: the acknowledgement is for the old state.
    directory.revoke(Some(&operator), NOW, &device.id).unwrap();
    directory.told(&news[0]).unwrap();
    let news = untold(&directory);
    assert!(!news[0].devices[0].is_active);
    directory.told(&news[0]).unwrap();
    assert_eq!(untold(&directory), []);
}

#[test]
fn l11_a_unit_that_gets_units_below_it_is_summed_by_its_own_rollup() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    directory.enrol(NOW, &right, KEY).unwrap();
    let news = untold(&directory);
    directory.told(&news[0]).unwrap();
    let below = unit("33.1.1", Some("33.1"));
    directory.add_units(Some(&operator), NOW, &[below]).unwrap();
    let news = untold(&directory);
    assert_eq!(news[0].above, [id("33.1"), id("33")]);
    let counting = directory.counting_units(Some(&id("33"))).unwrap();
    assert_eq!(counting, [id("33.1")]);
    assert_eq!(directory.counting_units(Some(&id("34"))).unwrap(), []);
}

#[test]
fn s13_the_audit_log_takes_no_change() {
    let (directory, _) = directory();
    for statement in ["DELETE FROM audit", "UPDATE audit SET actor = 'x'"] {
        let changed: Result<(), StoreError> = directory.0.atomically(|sql| sql.run(statement, &[]));
        assert!(changed.is_err(), "{statement}");
    }
}

#[test]
fn ua2_a_moved_device_is_known_where_it_was_and_where_it_is() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &right, KEY).unwrap();
    for news in untold(&directory) {
        directory.told(&news).unwrap();
    }
    let session = Some(operator.as_str());
    let to = id("34.1");
    directory
        .repost(session, NOW, &device, "{}", Some(&to))
        .unwrap();
    let news = untold(&directory);
    assert_eq!((news.len(), &news[0].unit), (1, &to));
    directory.told(&news[0]).unwrap();
    assert_eq!(directory.counting_units(None).unwrap().len(), 2);
    // Somebody looked at it before it was moved.
    let late = directory.repost(session, NOW, &device, "{}", None);
    assert_eq!(late.unwrap_err().code, Code::ChangedMeanwhile);
    // Both Ledgers hear of the end of its key.
    directory.revoke(session, NOW, &device.id).unwrap();
    let units: Vec<_> = untold(&directory)
        .into_iter()
        .map(|news| news.unit)
        .collect();
    assert_eq!(units, [id("33.1"), to]);
    let refused = directory.changeable(session, NOW, &device.id).unwrap_err();
    assert_eq!(refused.code, Code::RevokedDevice);
}

#[test]
fn s4_a_device_is_moved_only_between_units_that_one_keeps() {
    let (directory, operator) = directory();
    let admin = account("a", Role::Admin, Some("33"));
    directory.add_account(Some(&operator), NOW, &admin).unwrap();
    let session = signed_in(&directory, "a");
    let right = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &right, KEY).unwrap();
    let to = |unit: &str| {
        let moved = directory.repost(Some(&session), NOW, &device, "{}", Some(&id(unit)));
        moved.map_err(|no| no.code)
    };
    assert_eq!(to("34.1"), Err(Code::NotFound));
    assert_eq!(to("33.2"), Ok(()));
    let other = code(&directory, &operator, "34.1");
    let other = directory.enrol(NOW, &other, KEY).unwrap();
    let refused = directory.changeable(Some(&session), NOW, &other.id);
    assert_eq!(refused.unwrap_err().code, Code::NotFound);
}
