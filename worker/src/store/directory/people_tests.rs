//! Accounts and what their rights let them see, on the native store.

use super::tests::{NOW, PASSWORD, account, code, directory, id, signed_in, unit};
use super::{Directory, Filter, Importer, KeptKey};
use crate::access::Act;
use crate::access::passkey::{Made, Signed};
use crate::access::password::MOST_OF_STRANGERS_A_MINUTE;
use crate::access::token;
use crate::refused::Refused;
use crate::store::sqlite::Sqlite;
use survey::day::{Day, MINUTE_MS};
use survey::wire::batch::Reason;
use survey::wire::code::Code;
use survey::wire::manager::{NewGrant, Role, Unit};
use survey::wire::people::{DatedGrant, NewGrants};
use survey::wire::quarantine::{Decide, Decision, Which};
use survey::wire::rescue::SealingKey;

fn right(role: Role, node: Option<&str>) -> DatedGrant {
    DatedGrant {
        role,
        node: node.map(id),
        from: Day::of(NOW).unwrap(),
        to: None,
    }
}

fn set(
    directory: &Directory<Sqlite>,
    session: &str,
    name: &str,
    grants: &[DatedGrant],
) -> Result<(), Code> {
    let wanted = NewGrants {
        grants: grants.to_vec(),
    };
    let done = directory.set_grants(Some(session), NOW, name, &wanted);
    done.map_err(|no| no.code)
}

#[test]
fn ua3_rights_are_changed_where_one_keeps_accounts_and_nowhere_else() {
    let (directory, operator) = directory();
    for new in [
        account("a", Role::Admin, Some("33")),
        account("m", Role::Manager, Some("33.1")),
        account("n", Role::Manager, Some("34")),
    ] {
        directory.add_account(Some(&operator), NOW, &new).unwrap();
    }
    let admin = signed_in(&directory, "a");
    let manager = signed_in(&directory, "m");
    set(
        &directory,
        &operator,
        "m",
        &[
            right(Role::Manager, Some("33.1")),
            right(Role::Manager, Some("34.1")),
        ],
    )
    .unwrap();
    // The right ended the session (S6).
    let over = directory.who(Some(&manager), NOW).unwrap_err();
    assert_eq!(over.code, Code::SignedOut);
    let seen = directory.accounts(Some(&admin), NOW).unwrap();
    let names: Vec<_> = seen.iter().map(|row| row.account.as_str()).collect();
    assert_eq!(
        names,
        ["a", "m"],
        "n has no right in 33, and the operator is not an admin's"
    );
    assert_eq!(seen[1].grants, [right(Role::Manager, Some("33.1"))]);
    assert!(!seen[1].is_recoverable, "m has a right elsewhere");
    // What the account has elsewhere stays.
    set(&directory, &admin, "m", &[right(Role::Auditor, Some("33"))]).unwrap();
    let all = directory.accounts(Some(&operator), NOW).unwrap();
    let manager = all.iter().find(|row| row.account == "m").unwrap();
    assert_eq!(manager.grants.len(), 2);
    assert_eq!(set(&directory, &admin, "n", &[]), Err(Code::NotFound));
    assert_eq!(set(&directory, &admin, "op", &[]), Err(Code::NotFound));
    let given = |role, node| set(&directory, &admin, "m", &[right(role, node)]);
    assert_eq!(given(Role::Operator, Some("33")), Err(Code::NotAllowed));
    assert_eq!(given(Role::Manager, Some("34")), Err(Code::NotFound));
    assert_eq!(given(Role::Manager, None), Err(Code::NotAllowed));
}

#[test]
fn d4_nobody_changes_their_own_rights_so_an_operator_remains() {
    let (directory, operator) = directory();
    assert_eq!(set(&directory, &operator, "op", &[]), Err(Code::NotAllowed));
    let refused = directory.recover(Some(&operator), NOW, "op", PASSWORD);
    assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
}

#[test]
fn ua3_an_administrator_helps_somebody_in_again_without_becoming_more() {
    let (directory, operator) = directory();
    for new in [
        account("a", Role::Admin, Some("33")),
        account("m", Role::Manager, Some("33.1")),
        account("o2", Role::Operator, None),
    ] {
        directory.add_account(Some(&operator), NOW, &new).unwrap();
    }
    let (admin, lost) = (signed_in(&directory, "a"), signed_in(&directory, "m"));
    let recover = |session: &str, name| {
        let done = directory.recover(Some(session), NOW, name, "một câu mới khá dài");
        done.map_err(|no| no.code)
    };
    // Strangers held the account up meanwhile.
    assert!(directory.sign_in(NOW, "m", "wrong", None).is_err());
    assert_eq!(recover(&admin, "m"), Ok(()));
    assert!(directory.who(Some(&lost), NOW).is_err());
    assert!(
        directory
            .sign_in(NOW, "m", "một câu mới khá dài", None)
            .is_ok()
    );
    assert_eq!(recover(&admin, "o2"), Err(Code::NotFound));
    assert_eq!(recover(&operator, "o2"), Ok(()));
    let late = NOW.plus(6 * MINUTE_MS);
    let refused = directory.recover(Some(&operator), late, "o2", PASSWORD);
    assert_eq!(refused.unwrap_err().code, Code::ProveAgain);
}

#[test]
fn d4_an_account_without_rights_is_kept_by_who_keeps_all_of_them() {
    let (directory, operator) = directory();
    for new in [
        account("a", Role::Admin, Some("33")),
        account("m", Role::Manager, Some("34")),
    ] {
        directory.add_account(Some(&operator), NOW, &new).unwrap();
    }
    let admin = signed_in(&directory, "a");
    // An officer of another province who has no right just now.
    assert_eq!(set(&directory, &operator, "m", &[]), Ok(()));
    let named = |session: &str| {
        let mut rows = directory.accounts(Some(session), NOW).unwrap().into_iter();
        rows.any(|row| row.account == "m")
    };
    assert!(named(&operator) && !named(&admin));
    let recover = |session: &str| {
        let done = directory.recover(Some(session), NOW, "m", "một câu mới khá dài");
        done.map_err(|no| no.code)
    };
    let own = [right(Role::Manager, Some("33.1"))];
    assert_eq!(recover(&admin), Err(Code::NotFound));
    assert_eq!(set(&directory, &admin, "m", &own), Err(Code::NotFound));
    assert_eq!(recover(&operator), Ok(()));
    assert_eq!(set(&directory, &operator, "m", &own), Ok(()));
    // Who keeps a part ends a right by its last day, and keeps the account.
    assert_eq!(set(&directory, &admin, "m", &[]), Err(Code::BadValue));
    let ended = DatedGrant {
        to: Day::of(NOW),
        ..own[0].clone()
    };
    assert_eq!(set(&directory, &admin, "m", &[ended]), Ok(()));
    assert!(named(&admin));
}

#[test]
fn s7_a_grave_step_needs_a_fresh_proof() {
    let (directory, operator) = directory();
    let session = Some(operator.as_str());
    let late = NOW.plus(6 * MINUTE_MS);
    let rows = [(1, unit("33.9", Some("33")))];
    let change = |now, is_dry| {
        let done = directory.change_units(session, now, &rows, is_dry);
        done.map_err(|no| no.code).map(|outcome| outcome.done)
    };
    assert_eq!(change(late, true), Ok(false), "looking needs none");
    assert_eq!(change(late, false), Err(Code::ProveAgain));
    let wrong = directory.prove(session, late, "wrong", None).unwrap_err();
    assert_eq!(wrong.code, Code::WrongPassword);
    let again = late.plus(2_000);
    let renewed = directory.prove(session, again, PASSWORD, None).unwrap();
    let renewed = token::digest(&renewed);
    assert_eq!(change(again, false), Err(Code::ProveAgain), "the old token");
    let session = Some(renewed.as_str());
    let done = directory.change_units(session, again, &rows, false);
    assert!(done.unwrap().done);
    let file = |now| directory.audit_file(session, now, &Filter::default());
    assert!(file(again).is_ok());
    assert_eq!(
        file(again.plus(6 * MINUTE_MS)).unwrap_err().code,
        Code::ProveAgain
    );
}

#[test]
fn s7_codes_devices_units_and_accounts_are_grave_too() {
    let (directory, operator) = directory();
    let session = Some(operator.as_str());
    let device = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &device, "a key").unwrap();
    let late = NOW.plus(6 * MINUTE_MS);
    let unit = [unit("33.9", Some("33"))];
    let new = account("m", Role::Manager, Some("33"));
    let there = id("33.2");
    let post = device.post.as_str();
    let refusals = [
        directory.draw_code(session, late, &there, "{}").err(),
        directory.revoke(session, late, &device.id).err(),
        (directory.repost(session, late, &device, post, Some(&there))).err(),
        directory.add_units(session, late, &unit).err(),
        directory.add_account(session, late, &new).err(),
    ];
    for (at, refused) in refusals.into_iter().enumerate() {
        let code = refused.map(|refused| refused.code);
        assert_eq!(code, Some(Code::ProveAgain), "{at}");
    }
    // What a device asks may be changed at any time.
    let changed = directory.repost(session, late, &device, "{\"a\":1}", None);
    assert!(changed.is_ok());
}

#[test]
fn s7_the_quarantine_sealing_keys_rescue_files_and_the_file_of_units_are_grave_too() {
    let (directory, operator) = directory();
    let session = Some(operator.as_str());
    let device = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &device, "a key").unwrap();
    let key = KeptKey {
        public: SealingKey {
            id: "a-key".into(),
            public: "public".into(),
        },
        private: "private".into(),
    };
    let which = Which {
        unit: id("33.1"),
        reason: Reason::BadShape,
        form: None,
        names: None,
        device: None,
        kept: false,
    };
    let decide = |decision| Decide {
        which: which.clone(),
        count: 1,
        decision,
    };
    let (release, keep) = (decide(Decision::Release), decide(Decision::Keep));
    let by = Importer::Account(session);
    let outcomes = |now| {
        let told = |done: Result<(), Refused>| done.map_err(|no| no.code);
        let opened = || directory.key_to_open(by, now, "a-key", device.id);
        [
            told(directory.may_change_keys(session, now)),
            told(directory.change_key(session, now, &key)),
            told(opened().map(drop)),
            told(directory.permit_decision(session, now, &release)),
            told(directory.permit_decision(session, now, &keep)),
            told(directory.units_to_keep(session, now).map(drop)),
        ]
    };
    let late = NOW.plus(6 * MINUTE_MS);
    assert_eq!(outcomes(late), [Err(Code::ProveAgain); 6]);
    assert_eq!(outcomes(NOW), [Ok(()); 6]);
    // A device that hands a file in has no password; its signature was found to fit.
    let relayed = directory.key_to_open(Importer::Device(device.id), late, "a-key", device.id);
    assert!(relayed.is_ok());
    let lines = directory.audit_page(session, NOW, &Filter::default());
    let mut lines = lines.unwrap().lines.into_iter();
    let first = lines.find(|line| line.actor == "op").unwrap();
    assert_eq!(first.act, "export-units");
}

#[test]
fn ua3_a_new_account_has_its_rights_from_and_to_the_days_that_were_given() {
    let (directory, operator) = directory();
    let day = Day::of(NOW).unwrap();
    let add = |name: &str, from: Option<Day>, to: Option<Day>| {
        let mut new = account(name, Role::Manager, Some("33"));
        new.grants[0] = NewGrant {
            from,
            to,
            ..new.grants[0].clone()
        };
        let done = directory.add_account(Some(&operator), NOW, &new);
        done.map_err(|no| no.code)
    };
    assert_eq!(
        add("late", Some(day.plus(1)), Some(day)),
        Err(Code::BadValue)
    );
    assert_eq!(add("past", None, Some(day.plus(-1))), Err(Code::BadValue));
    assert_eq!(add("open", None, None), Ok(()));
    assert_eq!(add("once", Some(day), Some(day)), Ok(()));
    assert_eq!(add("next", Some(day.plus(1)), None), Ok(()));
    let rows = directory.accounts(Some(&operator), NOW).unwrap();
    let days = |name: &str| {
        let row = rows.iter().find(|row| row.account == name)?;
        Some((row.grants[0].from, row.grants[0].to))
    };
    assert_eq!(days("late"), None, "nothing of it stays");
    assert_eq!(days("open"), Some((day, None)));
    assert_eq!(days("once"), Some((day, Some(day))));
    assert_eq!(days("next"), Some((day.plus(1), None)));
    // A right that has not begun opens nothing.
    let seen = |name| {
        let own = signed_in(&directory, name);
        directory.permit(Some(&own), NOW, Act::SeeFigures, &id("33.1"))
    };
    assert!(seen("once").is_ok());
    assert_eq!(seen("next").unwrap_err().code, Code::NotFound);
}

#[test]
fn s5_of_strangers_sixty_passwords_a_minute_are_checked_and_known_browsers_wait_for_none() {
    let (directory, _) = directory();
    let known = directory
        .sign_in(NOW, "op", PASSWORD, None)
        .unwrap()
        .browser;
    let known = token::digest(&known);
    let now = NOW.plus(2 * MINUTE_MS);
    for n in 0..MOST_OF_STRANGERS_A_MINUTE {
        let wrong = directory.sign_in(now, &format!("x{n}"), "wrong", None);
        assert_eq!(wrong.unwrap_err().code, Code::WrongPassword, "{n}");
    }
    let strange = |now, name| directory.sign_in(now, name, PASSWORD, None);
    let refused = strange(now, "op").unwrap_err();
    assert_eq!((refused.code, refused.wait_s), (Code::SlowDown, Some(61)));
    assert!(directory.sign_in(now, "op", PASSWORD, Some(&known)).is_ok());
    assert!(strange(now.plus(MINUTE_MS), "op").is_err());
    assert!(strange(now.plus(MINUTE_MS + 1), "op").is_ok());
}

#[test]
fn s5_a_challenge_opens_once_also_for_a_passkey_that_counts_nothing() {
    let (directory, operator) = directory();
    let session = Some(operator.as_str());
    let made = Made {
        id: "an-id".into(),
        key: "a key".into(),
        host: "localhost".into(),
        count: 0,
        challenge: directory.passkeys(session, NOW).unwrap().challenge,
    };
    let add = |made: &Made| {
        let done = directory.add_passkey(session, NOW, "Điện thoại", made);
        done.map_err(|no| no.code)
    };
    assert_eq!(add(&made), Ok(()));
    let twice = Made {
        id: "another".into(),
        ..made.clone()
    };
    assert_eq!(add(&twice), Err(Code::WrongPasskey), "made twice");
    let signed = |challenge: String| Signed {
        bytes: Vec::new(),
        signature: [0; 64],
        count: 0,
        challenge,
    };
    let enter = |signed: &Signed| {
        let done = directory.sign_in_by_passkey(NOW, "an-id", signed, None);
        done.map(drop).map_err(|no| no.code)
    };
    let first = signed(directory.challenge(NOW).unwrap());
    assert_eq!(enter(&first), Ok(()));
    assert_eq!(enter(&first), Err(Code::WrongPasskey));
    let prove = directory.prove_by_passkey(session, NOW, "an-id", &first);
    assert_eq!(prove.unwrap_err().code, Code::WrongPasskey);
    assert_eq!(enter(&signed(directory.challenge(NOW).unwrap())), Ok(()));
}

#[test]
fn s6_a_proof_brings_a_new_token_and_the_old_one_serves_a_minute_more() {
    let (directory, operator) = directory();
    let (old, now) = (Some(operator.as_str()), NOW.plus(1_000));
    let new = token::digest(&directory.prove(old, now, PASSWORD, None).unwrap());
    let is_here = |session, at| directory.who(session, at).is_ok();
    assert!(is_here(old, now.plus(MINUTE_MS)));
    assert!(!is_here(old, now.plus(MINUTE_MS + 1)));
    assert!(is_here(Some(&new), now.plus(MINUTE_MS + 1)));
    // The ten hours are those of the first sign-in.
    let ends = |session| directory.who(session, now).unwrap().ends;
    assert_eq!(ends(Some(&new)), ends(old));
    let sessions = directory.accounts(Some(&new), now).unwrap()[0].sessions;
    assert_eq!(sessions, 1);
}

#[test]
fn s5_ten_browsers_are_remembered_and_one_that_comes_daily_is_one_of_them() {
    let (directory, _) = directory();
    let sign_in = |browser: Option<&str>, at: i64| {
        let signed_in = directory.sign_in(NOW.plus(at), "op", PASSWORD, browser);
        token::digest(&signed_in.unwrap().browser)
    };
    let rare = sign_in(None, 1);
    let mut daily = sign_in(None, 2);
    for day in 3..20 {
        daily = sign_in(Some(&daily), day);
    }
    let held_up = directory.sign_in(NOW.plus(21), "op", "wrong", None);
    assert_eq!(held_up.unwrap_err().code, Code::WrongPassword);
    for known in [&rare, &daily] {
        assert!(
            directory
                .sign_in(NOW.plus(22), "op", PASSWORD, Some(known))
                .is_ok()
        );
    }
}

#[test]
fn s6_signing_out_everywhere_and_a_new_password_end_the_other_sessions() {
    let (directory, operator) = directory();
    let other = signed_in(&directory, "op");
    let new = "một câu khác khá dài";
    directory
        .change_password(Some(&operator), NOW, (PASSWORD, new), None)
        .unwrap();
    assert!(directory.who(Some(&operator), NOW).is_ok());
    assert!(directory.who(Some(&other), NOW).is_err());
    directory.sign_out_everywhere(Some(&operator), NOW).unwrap();
    assert!(directory.who(Some(&operator), NOW).is_err());
}

#[test]
fn ua6_the_log_is_filtered_paged_and_scoped() {
    let (directory, operator) = directory();
    let auditor = account("au", Role::Auditor, Some("33"));
    directory
        .add_account(Some(&operator), NOW, &auditor)
        .unwrap();
    let auditor = signed_in(&directory, "au");
    let many: Vec<Unit> = (0..120)
        .map(|n| unit(&format!("34.x{n}"), Some("34")))
        .collect();
    directory.add_units(Some(&operator), NOW, &many).unwrap();
    let page =
        |session: &str, filter: &Filter| directory.audit_page(Some(session), NOW, filter).unwrap();
    let first = page(&operator, &Filter::default());
    assert_eq!((first.lines.len(), first.has_more), (100, true));
    let before = first
        .lines
        .last()
        .map(|line| i64::try_from(line.no).unwrap());
    let next = page(
        &operator,
        &Filter {
            before,
            ..Filter::default()
        },
    );
    assert!(!next.has_more && next.lines.iter().all(|line| line.no < first.lines[99].no));
    let act = Some("add-account".to_owned());
    let made = page(
        &operator,
        &Filter {
            act,
            ..Filter::default()
        },
    );
    let subjects: Vec<_> = made
        .lines
        .iter()
        .map(|line| line.subject.as_str())
        .collect();
    assert_eq!(subjects, ["au", "op"]);
    let own = page(&auditor, &Filter::default());
    assert!(own.lines.iter().all(|line| !line.subject.starts_with("34")));
    assert!(own.lines.iter().any(|line| line.subject == "33.1"));
    let tomorrow = Filter {
        from: Day::of(NOW).map(|day| day.plus(1)),
        ..Filter::default()
    };
    assert!(page(&operator, &tomorrow).lines.is_empty());
    let manager = account("m", Role::Manager, None);
    directory
        .add_account(Some(&operator), NOW, &manager)
        .unwrap();
    let manager = signed_in(&directory, "m");
    let refused = directory.audit_page(Some(&manager), NOW, &Filter::default());
    assert_eq!(refused.unwrap_err().code, Code::NotAllowed);
}
