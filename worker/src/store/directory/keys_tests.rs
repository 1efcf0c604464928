//! API keys on the native store: what one may, until when, on whose right.

use super::tests::{NOW, account, directory, id, signed_in};
use super::{Directory, Filter};
use crate::access::{Act, token};
use crate::refused::Refused;
use crate::store::port::{Store as _, StoreError};
use crate::store::sqlite::Sqlite;
use survey::day::{DAY_MS, Day, Millis};
use survey::wire::code::Code;
use survey::wire::keys::{FreshKey, NewKey};
use survey::wire::manager::Role;
use survey::wire::people::{DatedGrant, NewGrants};

fn wanted(node: Option<&str>, days: i64) -> NewKey {
    NewKey {
        name: " Kho dữ liệu của tỉnh ".into(),
        node: node.map(id),
        until: Day::of(NOW).unwrap().plus(days),
    }
}

fn made(directory: &Directory<Sqlite>, session: &str, node: Option<&str>) -> (FreshKey, String) {
    let fresh = directory.make_key(Some(session), NOW, &wanted(node, 30));
    let fresh = fresh.unwrap();
    let credential = token::credential_of_key(&fresh.key);
    (fresh, credential)
}

/// An admin of 33, signed in.
fn admin(directory: &Directory<Sqlite>, operator: &str) -> String {
    let admin = account("admin", Role::Admin, Some("33"));
    directory.add_account(Some(operator), NOW, &admin).unwrap();
    signed_in(directory, "admin")
}

fn code<T>(result: Result<T, Refused>) -> Option<Code> {
    result.map_err(|no| no.code).err()
}

#[test]
fn um15_a_key_reads_figures_at_and_below_its_node_and_nowhere_else() {
    let (directory, operator) = directory();
    let admin = admin(&directory, &operator);
    let (_, key) = made(&directory, &admin, Some("33"));
    let may = |act, unit| code(directory.permit(Some(&key), NOW, act, &id(unit)));
    for unit in ["33", "33.1", "33.2"] {
        assert_eq!(may(Act::SeeFigures, unit), None, "{unit}");
        assert_eq!(may(Act::SeeCoverage, unit), None, "{unit}");
    }
    for unit in ["34", "34.1", "99"] {
        assert_eq!(may(Act::SeeFigures, unit), Some(Code::NotFound), "{unit}");
    }
    let taken = directory.figures_to_keep(Some(&key), NOW, &id("33"));
    assert_eq!(taken.unwrap().len(), 3);
    let taken = directory.figures_to_keep(Some(&key), NOW, &id("34"));
    assert_eq!(code(taken), Some(Code::NotFound));
    // A key of the whole deployment, which only who keeps all of it may make.
    let whole = directory.make_key(Some(&admin), NOW, &wanted(None, 30));
    assert_eq!(code(whole), Some(Code::NotAllowed));
    let (_, whole) = made(&directory, &operator, None);
    assert_eq!(
        directory.permit(Some(&whole), NOW, Act::SeeFigures, &id("34.1")),
        Ok(())
    );
    // Which key took figures out is in the log.
    let log = directory.audit_page(Some(&operator), NOW, &Filter::default());
    let taken = &log.unwrap().lines[1];
    let told = (&taken.act[..], &taken.subject[..]);
    assert_eq!(told, ("export-figures", "33"));
    assert!(taken.actor.starts_with("key:"), "{}", taken.actor);
}

#[test]
fn um15_a_key_does_nothing_but_read_figures_whatever_its_maker_may() {
    let (directory, operator) = directory();
    let (fresh, key) = made(&directory, &operator, None);
    let key = Some(key.as_str());
    let unit = id("33.1");
    for act in [
        Act::SeeUnits,
        Act::SeeDevices,
        Act::ReviewComments,
        Act::EnrolDevices,
        Act::RevokeDevices,
        Act::AddUnits,
        Act::AddAccounts,
        Act::CountDossiers,
        Act::SetAlerts,
        Act::SeeAudit,
        Act::SeeServer,
        Act::SeeQuarantine,
        Act::DecideQuarantine,
        Act::ImportRescue,
        Act::ChangeKeys,
        Act::AddForms,
        Act::SetClock,
    ] {
        let refused = code(directory.permit(key, NOW, act, &unit));
        assert_eq!(refused, Some(Code::NotAllowed), "{act:?}");
    }
    let refused = [
        code(directory.who(key, NOW)),
        code(directory.units(key, NOW)),
        code(directory.units_to_keep(key, NOW)),
        code(directory.history(key, NOW, &unit)),
        code(directory.devices(key, NOW)),
        code(directory.dossiers(key, NOW)),
        code(directory.permit_comments(key, NOW, &unit)),
        code(directory.permit_review(key, NOW, &unit, None)),
        code(directory.accounts(key, NOW)),
        code(directory.audit_page(key, NOW, &Filter::default())),
        code(directory.passkeys(key, NOW)),
        code(directory.keys(key, NOW)),
        code(directory.make_key(key, NOW, &wanted(None, 1))),
        code(directory.revoke_key(key, NOW, &fresh.id)),
        code(directory.set_clock(key, NOW, 5)),
        code(directory.draw_code(key, NOW, &unit, "{}")),
        code(directory.sign_out_everywhere(key, NOW)),
        code(directory.may_watch(key, NOW)),
    ];
    assert_eq!(refused, [Some(Code::NotAllowed); 18]);
    // A session is no key.
    let used = directory.use_key(Some(&operator), NOW);
    assert_eq!(code(used), Some(Code::SignedOut));
}

#[test]
fn um15_a_key_ends_with_its_last_day_by_being_revoked_and_with_its_makers_right() {
    let (directory, operator) = directory();
    let admin = admin(&directory, &operator);
    let works = |key: &str, now: Millis| directory.use_key(Some(key), now).is_ok();
    let (fresh, key) = made(&directory, &admin, Some("33.1"));
    assert!(works(&key, NOW));
    assert!(works(&key, NOW.plus(30 * DAY_MS)));
    assert_eq!(
        code(directory.use_key(Some(&key), NOW.plus(31 * DAY_MS))),
        Some(Code::BadKey)
    );
    assert!(
        !works(&key, NOW.plus(-DAY_MS)),
        "a clock that was set back lengthens nothing"
    );
    // Whoever may give rights there may revoke it, with a fresh proof.
    let stale = NOW.plus(6 * 60_000);
    let late = directory.revoke_key(Some(&operator), stale, &fresh.id);
    assert_eq!(code(late), Some(Code::ProveAgain));
    directory
        .revoke_key(Some(&operator), NOW, &fresh.id)
        .unwrap();
    assert_eq!(
        code(directory.permit(Some(&key), NOW, Act::SeeFigures, &id("33.1"))),
        Some(Code::BadKey)
    );
    let twice = directory.revoke_key(Some(&operator), NOW, &fresh.id);
    assert_eq!(code(twice), Some(Code::NotFound));
    // Its maker keeps accounts of another part of the house from now on.
    let (_, key) = made(&directory, &admin, Some("33.1"));
    let grant = |node| NewGrants {
        grants: vec![DatedGrant {
            role: Role::Admin,
            node: Some(id(node)),
            from: Day::of(NOW).unwrap(),
            to: None,
        }],
    };
    directory
        .set_grants(Some(&operator), NOW, "admin", &grant("33.2"))
        .unwrap();
    assert!(!works(&key, NOW));
    let listed = directory.keys(Some(&operator), NOW).unwrap();
    assert!(!listed[0].works, "it is still there to be seen");
    directory
        .set_grants(Some(&operator), NOW, "admin", &grant("33"))
        .unwrap();
    assert!(works(&key, NOW));
}

#[test]
fn um15_a_key_is_made_where_rights_are_given_with_a_fresh_proof_and_kept_hashed() {
    let (directory, operator) = directory();
    let admin = admin(&directory, &operator);
    let reader = account("reader", Role::Manager, Some("33"));
    directory
        .add_account(Some(&operator), NOW, &reader)
        .unwrap();
    let reader = signed_in(&directory, "reader");
    let make =
        |session: &str, now, wanted: &NewKey| code(directory.make_key(Some(session), now, wanted));
    let good = wanted(Some("33"), 366);
    assert_eq!(make(&reader, NOW, &good), Some(Code::NotAllowed));
    assert_eq!(
        code(directory.keys(Some(&reader), NOW)),
        Some(Code::NotAllowed)
    );
    let stale = NOW.plus(6 * 60_000);
    assert_eq!(make(&admin, stale, &good), Some(Code::ProveAgain));
    assert_eq!(
        make(&admin, NOW, &wanted(Some("34"), 9)),
        Some(Code::NotFound)
    );
    for days in [-1, 367] {
        let bad = wanted(Some("33"), days);
        assert_eq!(make(&admin, NOW, &bad), Some(Code::BadValue), "{days}");
    }
    for name in ["  ", &"dài ".repeat(16)] {
        let bad = NewKey {
            name: name.to_owned(),
            ..wanted(Some("33"), 9)
        };
        assert_eq!(make(&admin, NOW, &bad), Some(Code::BadValue), "{name}");
    }
    let (fresh, key) = made(&directory, &admin, Some("33"));
    directory.use_key(Some(&key), NOW).unwrap();
    let kept = "SELECT * FROM api_key";
    let kept: Result<_, StoreError> = directory.0.atomically(|sql| sql.rows(kept, &[]));
    assert!(!format!("{kept:?}").contains(&fresh.key));
    let listed = directory.keys(Some(&admin), NOW).unwrap();
    let row = &listed[0];
    assert_eq!(
        (&row.id, &row.name[..]),
        (&fresh.id, "Kho dữ liệu của tỉnh")
    );
    assert_eq!((&row.maker[..], row.used), ("admin", Day::of(NOW)));
    assert_eq!((row.works, listed.len()), (true, 1));
    // Who keeps another part neither sees nor revokes it.
    let other = account("other", Role::Admin, Some("33.1"));
    directory.add_account(Some(&operator), NOW, &other).unwrap();
    let other = signed_in(&directory, "other");
    assert_eq!(directory.keys(Some(&other), NOW), Ok(vec![]));
    assert_eq!(
        code(directory.revoke_key(Some(&other), NOW, &fresh.id)),
        Some(Code::NotFound)
    );
    // The log names the key, the unit first, and never what opens it.
    directory.revoke_key(Some(&admin), NOW, &fresh.id).unwrap();
    let log = directory.audit_page(Some(&operator), NOW, &Filter::default());
    let lines: Vec<_> = log.unwrap().lines;
    let subject = format!("33 key:{}", fresh.id);
    for act in ["make-key", "revoke-key"] {
        let line = lines.iter().find(|line| line.act == act).unwrap();
        assert_eq!((&line.actor[..], &line.subject), ("admin", &subject));
    }
    for _ in 0..50 {
        made(&directory, &admin, Some("33"));
    }
    assert_eq!(make(&admin, NOW, &good), Some(Code::BadValue));
}
