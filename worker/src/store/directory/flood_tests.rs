//! What somebody with an account, or with none, might make the Directory do without end.

use super::Filter;
use super::tests::{NOW, PASSWORD, account, directory, id};
use crate::access::enrolment::{MOST_FAILURES_A_MINUTE, MOST_OPEN, MOST_WORN};
use crate::access::{Role, token};
use crate::forms::tests::ADDED;
use survey::day::{Day, MINUTE_MS};
use survey::wire::code::Code;
use survey::wire::forms::NewForm;

#[test]
fn s2_codes_run_out_long_before_there_is_none_left_to_draw() {
    let (directory, session) = directory();
    let draw = |session: &str, now| directory.draw_code(Some(session), now, &id("33.1"), "post");
    for _ in 0..MOST_OPEN {
        draw(&session, NOW).unwrap();
    }
    assert_eq!(draw(&session, NOW).unwrap_err().code, Code::SlowDown);
    // Those that are over make room again.
    let later = NOW.plus(25 * MINUTE_MS);
    let again = directory.sign_in(later, "op", PASSWORD, None).unwrap();
    assert!(draw(&token::digest(&again.token), later).is_ok());
}

#[test]
fn s2_a_flood_of_guesses_uses_up_no_code_and_two_hundred_of_its_own_do() {
    let (directory, session) = directory();
    let draw = || {
        let drawn = directory.draw_code(Some(&session), NOW, &id("33.1"), "post");
        drawn.unwrap().code
    };
    let (right, tried) = (draw(), draw());
    // Another secret behind the same handle.
    let wrong = |code: &str| {
        let last = if code.ends_with('Z') { "Y" } else { "Z" };
        [code.split_at(code.len() - 1).0, last].concat()
    };
    let enrol = |code: &str| directory.enrol(NOW, code, "a key").map_err(|no| no.code);
    for _ in 0..MOST_FAILURES_A_MINUTE {
        assert_eq!(enrol("2222"), Err(Code::WrongCode));
    }
    // By chance a flood of ten minutes hits each handle some five times.
    for _ in 0..20 {
        assert_eq!(enrol(&wrong(&right)), Err(Code::SlowDown));
    }
    assert!(enrol(&right).is_ok(), "an honest office comes in");
    for _ in 0..MOST_WORN {
        assert_eq!(enrol(&wrong(&tried)), Err(Code::SlowDown));
    }
    assert_eq!(
        enrol(&tried),
        Err(Code::SlowDown),
        "who knows the handle has 200 tries and not all"
    );
}

#[test]
fn s10_a_name_that_is_a_place_in_an_address_is_refused() {
    let (directory, session) = directory();
    let add = |name| {
        let account = account(name, Role::Manager, Some("33"));
        directory.add_account(Some(&session), NOW, &account)
    };
    for name in ["", ".", "..", "-", "@", "a/b", "a b", "ông"] {
        assert_eq!(add(name).unwrap_err().code, Code::BadValue, "{name:?}");
    }
    assert_eq!(add("a.b-c_d@e"), Ok(()));
}

#[test]
fn s13_a_wrong_password_of_an_account_is_in_the_log() {
    let (directory, session) = directory();
    for name in ["op", "nobody"] {
        let refused = directory.sign_in(NOW, name, "wrong", None).unwrap_err();
        assert_eq!(refused.code, Code::WrongPassword);
        // Too early: nothing is checked, and nothing written down.
        let refused = directory.sign_in(NOW, name, "wrong", None).unwrap_err();
        assert_eq!(refused.code, Code::SlowDown);
    }
    let page = directory.audit_page(Some(&session), NOW, &Filter::default());
    let lines = page.unwrap().lines;
    let tried = lines.iter().filter(|line| line.act == "wrong-password");
    let tried: Vec<_> = tried.map(|line| line.actor.as_str()).collect();
    assert_eq!(
        tried,
        ["op"],
        "a name that nobody has is no line: strangers fill no log"
    );
}

#[test]
fn s4_what_is_the_whole_deployments_is_for_who_keeps_all_of_it() {
    let (directory, session) = directory();
    let form = |dry_run| NewForm {
        file: ADDED.into(),
        starts: Day::of(NOW).unwrap(),
        dry_run,
    };
    for (name, role) in [("op-33", Role::Operator), ("auditor-33", Role::Auditor)] {
        let part = account(name, role, Some("33"));
        directory.add_account(Some(&session), NOW, &part).unwrap();
        let part = directory.sign_in(NOW, name, PASSWORD, None).unwrap();
        let part = token::digest(&part.token);
        let refused = directory.may_watch(Some(&part), NOW).unwrap_err();
        assert_eq!(refused.code, Code::NotAllowed, "it names units of others");
        let refused = directory.may_change_keys(Some(&part), NOW).unwrap_err();
        assert_eq!(refused.code, Code::NotAllowed, "every device seals to it");
        for dry_run in [true, false] {
            let refused = directory.add_form(Some(&part), NOW, &form(dry_run));
            let why = "50 are for all, and none is ever taken away";
            assert_eq!(refused.unwrap_err().code, Code::NotAllowed, "{why}");
        }
    }
    assert_eq!(directory.may_watch(Some(&session), NOW), Ok(()));
    assert_eq!(directory.may_change_keys(Some(&session), NOW), Ok(()));
    assert!(
        directory
            .add_form(Some(&session), NOW, &form(false))
            .is_ok()
    );
}
