//! What is public, and by whom it is decided, on the native store.

use super::Directory;
use super::tests::{NOW, account, directory, id, signed_in};
use crate::forms::Forms;
use crate::store::sqlite::Sqlite;
use survey::day::{Day, MINUTE_MS};
use survey::wire::code::Code;
use survey::wire::manager::Role;
use survey::wire::public::{ActionState, ActionWords, Level, Publication};

fn words(said: &str, day: &str) -> ActionWords {
    ActionWords {
        said: said.into(),
        done: "Đã thêm 20 ghế.".into(),
        day: Day::parse(day).unwrap(),
    }
}

fn wanted(level: Level) -> Publication {
    Publication {
        form: "express6".into(),
        level,
    }
}

/// The tests' house with a manager and an admin of the province 33, and an auditor.
fn house() -> (Directory<Sqlite>, [String; 4]) {
    let (directory, operator) = directory();
    let own = [
        ("ma", Role::Manager),
        ("ad", Role::Admin),
        ("au", Role::Auditor),
    ];
    let sessions = own.map(|(name, role)| {
        let new = account(name, role, Some("33"));
        directory.add_account(Some(&operator), NOW, &new).unwrap();
        signed_in(&directory, name)
    });
    let [manager, admin, auditor] = sessions;
    (directory, [operator, manager, admin, auditor])
}

fn acts(directory: &Directory<Sqlite>, operator: &str) -> Vec<(String, String)> {
    let page = directory
        .audit_page(Some(operator), NOW, &super::Filter::default())
        .unwrap();
    let own = page
        .lines
        .into_iter()
        .filter(|line| line.act.contains("publish") || line.act.ends_with("-action"));
    let mut own: Vec<_> = own.map(|line| (line.act, line.subject)).collect();
    own.reverse();
    own
}

#[test]
fn um17_who_keeps_a_unit_decides_what_is_public_of_it_and_proves_who_they_are() {
    let (directory, [operator, manager, admin, auditor]) = house();
    let forms = Forms::built_in();
    let publish = |who: &str, unit: &str, wanted: Option<&Publication>| {
        let done = directory.publish(Some(who), NOW, &id(unit), wanted, &forms);
        done.map_err(|refused| refused.code)
    };
    let below = wanted(Level::Below);
    assert_eq!(publish(&manager, "33", Some(&below)), Err(Code::NotAllowed));
    assert_eq!(publish(&auditor, "33", Some(&below)), Err(Code::NotAllowed));
    assert_eq!(publish(&admin, "34", Some(&below)), Err(Code::NotFound));
    let strange = Publication {
        form: "nhanh9".into(),
        level: Level::Own,
    };
    assert_eq!(publish(&admin, "33", Some(&strange)), Err(Code::BadValue));
    let late = NOW.plus(6 * MINUTE_MS);
    let unproved = directory.publish(Some(&admin), late, &id("33"), Some(&below), &forms);
    assert_eq!(unproved.unwrap_err().code, Code::ProveAgain);
    assert!(directory.published().unwrap().is_empty());
    assert_eq!(publish(&admin, "33", Some(&below)), Ok(()));
    // The same again changes nothing, and is no act.
    assert_eq!(publish(&operator, "33", Some(&below)), Ok(()));
    assert_eq!(publish(&operator, "33", Some(&wanted(Level::Own))), Ok(()));
    let (known, since) = directory
        .publication(Some(&manager), NOW, &id("33"))
        .unwrap()
        .unwrap();
    assert_eq!(
        (known, since.to_string().as_str()),
        (wanted(Level::Own), "2026-11-23")
    );
    assert_eq!(publish(&admin, "33", None), Ok(()));
    assert_eq!(publish(&admin, "33", None), Ok(()));
    assert!(directory.published().unwrap().is_empty());
    let told = acts(&directory, &operator);
    let told: Vec<_> = told.iter().map(|(act, on)| (&act[..], &on[..])).collect();
    assert_eq!(
        told,
        [
            ("publish", "33 below express6"),
            ("publish", "33 own express6"),
            ("unpublish", "33"),
        ]
    );
}

#[test]
fn um17_a_level_says_which_units_are_shown() {
    let (directory, [_, _, admin, _]) = house();
    let forms = Forms::built_in();
    let first = Day::parse("2025-11-01").unwrap();
    assert_eq!(directory.shown(&id("33"), first).unwrap(), None);
    for (level, count) in [(Level::Own, 1), (Level::Below, 3), (Level::All, 3)] {
        let publication = wanted(level);
        directory
            .publish(Some(&admin), NOW, &id("33"), Some(&publication), &forms)
            .unwrap();
        let (published, units) = directory.shown(&id("33"), first).unwrap().unwrap();
        assert_eq!(published.publication.level, level);
        assert_eq!((units.len(), &units[0].id), (count, &id("33")));
    }
    assert_eq!(directory.shown(&id("34"), first).unwrap(), None);
}

#[test]
fn um16_an_action_is_a_draft_then_public_then_taken_back_and_never_gone() {
    let (directory, [operator, manager, ..]) = house();
    let (province, commune) = (id("33"), id("33.1"));
    let add = |unit, words: &ActionWords| directory.add_action(Some(&manager), NOW, unit, words);
    let chairs = add(&commune, &words("Ghế chờ ít", "2026-11-02")).unwrap();
    let other = add(&province, &words("Khó tìm quầy", "2026-11-20")).unwrap();
    let shown = |unit: &str| {
        let shown = directory.public_actions(&id(unit)).unwrap().into_iter();
        shown.map(|(_, action)| action.said).collect::<Vec<_>>()
    };
    assert!(shown("33").is_empty());
    let change = |action: &str, words: &ActionWords| {
        let done = directory.change_action(Some(&manager), NOW, (&commune, action), words);
        done.map_err(|refused| refused.code)
    };
    let set = |unit, action: &str, state| {
        let done = directory.set_action(Some(&manager), NOW, (unit, action), state);
        done.map_err(|refused| refused.code)
    };
    let better = words("Ghế chờ quá ít", "2026-11-02");
    assert_eq!(change(&chairs, &better), Ok(()));
    assert_eq!(
        change(&other, &better),
        Err(Code::NotFound),
        "another unit's"
    );
    assert_eq!(
        set(&commune, &chairs, ActionState::Withdrawn),
        Err(Code::ChangedMeanwhile)
    );
    let late = NOW.plus(6 * MINUTE_MS);
    let unproved = directory.set_action(
        Some(&manager),
        late,
        (&commune, &chairs),
        ActionState::Published,
    );
    assert_eq!(unproved.unwrap_err().code, Code::ProveAgain);
    assert_eq!(set(&commune, &chairs, ActionState::Published), Ok(()));
    assert_eq!(set(&province, &other, ActionState::Published), Ok(()));
    // A province shows its own and those below, the newest first; a commune its own.
    assert_eq!(shown("33"), ["Khó tìm quầy", "Ghế chờ quá ít"]);
    assert_eq!(shown("33.1"), ["Ghế chờ quá ít"]);
    assert!(shown("33.2").is_empty() && shown("34").is_empty());
    assert_eq!(change(&chairs, &better), Err(Code::ChangedMeanwhile));
    let withdrawn = directory.set_action(
        Some(&manager),
        late,
        (&commune, &chairs),
        ActionState::Withdrawn,
    );
    assert_eq!(withdrawn, Ok(()), "what is wrong goes at once");
    assert_eq!(shown("33"), ["Khó tìm quầy"]);
    for state in [ActionState::Published, ActionState::Withdrawn] {
        assert_eq!(set(&commune, &chairs, state), Err(Code::ChangedMeanwhile));
    }
    assert_eq!(
        set(&commune, &chairs, ActionState::Draft),
        Err(Code::BadValue)
    );
    let kept = directory.actions(Some(&manager), NOW, &commune).unwrap();
    let days = (kept[0].published, kept[0].withdrawn);
    assert_eq!((kept.len(), kept[0].state), (1, ActionState::Withdrawn));
    assert!(days.0.is_some() && days.1.is_some());
    let acts = acts(&directory, &operator);
    let words: Vec<_> = acts.iter().map(|(act, _)| act.as_str()).collect();
    assert_eq!(
        words,
        [
            "add-action",
            "add-action",
            "change-action",
            "publish-action",
            "publish-action",
            "withdraw-action",
        ]
    );
    // The log names the unit, and no word of what was said.
    assert!(
        acts.iter()
            .all(|(_, on)| ["33", "33.1"].contains(&on.as_str()))
    );
}

#[test]
fn um16_only_who_reads_a_units_figures_tells_its_actions_and_no_number_of_a_person() {
    let (directory, [operator, manager, _, auditor]) = house();
    let fine = words("Ghế chờ ít", "2026-11-02");
    let add = |who: &str, unit: &str, words: &ActionWords| {
        let done = directory.add_action(Some(who), NOW, &id(unit), words);
        done.map(drop).map_err(|refused| refused.code)
    };
    assert_eq!(add(&operator, "33", &fine), Err(Code::NotAllowed));
    assert_eq!(add(&auditor, "33", &fine), Err(Code::NotAllowed));
    assert_eq!(add(&manager, "34", &fine), Err(Code::NotFound));
    for bad in [
        words("Gọi 0912 345 678 không ai nghe", "2026-11-02"),
        words(" ", "2026-11-02"),
        words(&"a".repeat(301), "2026-11-02"),
        words("Ghế chờ ít", "2026-11-24"),
    ] {
        assert_eq!(add(&manager, "33", &bad), Err(Code::BadValue), "{bad:?}");
    }
    assert_eq!(add(&manager, "33", &fine), Ok(()));
    for who in [&operator, &auditor] {
        let read = directory.actions(Some(who), NOW, &id("33"));
        assert_eq!(read.unwrap_err().code, Code::NotAllowed);
    }
}
