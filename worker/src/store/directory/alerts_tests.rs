//! Alerts on the native store: on whose right they rest, what one night tells, how a delivery goes on.

use super::tests::{NOW, account, directory, id, signed_in};
use super::{Directory, Filter};
use crate::alerts::{Covered, Facts, Marked};
use crate::post::Post;
use crate::refused::Refused;
use crate::store::port::{Store as _, StoreError};
use crate::store::sqlite::Sqlite;
use survey::day::{DAY_MS, Day, HOUR_MS, MINUTE_MS, Millis};
use survey::id::DeviceId;
use survey::wire::alerts::{AlertLanguage, AlertRow, DeliveryState, FreshAlert, NewAlert, Target};
use survey::wire::code::Code;
use survey::wire::manager::{NewCode, Role};
use survey::wire::people::{DatedGrant, NewGrants};
use survey::wire::{read, write};

const ORIGIN: &str = "https://quanly.example.gov.vn";

fn wanted(node: Option<&str>, url: &str) -> NewAlert {
    NewAlert {
        node: node.map(id),
        language: AlertLanguage::Vi,
        coverage_below: Some(10),
        target: Target::Webhook { url: url.into() },
    }
}

fn add(
    directory: &Directory<Sqlite>,
    session: &str,
    node: Option<&str>,
) -> Result<FreshAlert, Refused> {
    let wanted = wanted(node, "https://hooks.example.vn/x?secret=1");
    directory.add_alert(Some(session), NOW, &wanted, (ORIGIN, false))
}

fn admin(directory: &Directory<Sqlite>, operator: &str, node: &str) -> String {
    let name = format!("admin-{node}");
    let admin = account(&name, Role::Admin, Some(node));
    directory.add_account(Some(operator), NOW, &admin).unwrap();
    signed_in(directory, &name)
}

/// A device that counts at a unit; `heard` facts name it.
fn device(directory: &Directory<Sqlite>, operator: &str, unit: &str) -> DeviceId {
    let request: NewCode = read(
        r#"{"counter": "q1", "counter_name": {"vi": "Quầy 1"}, "class": "kiosk",
            "channel": "counter", "form": "sipas2022", "pin": "2580"}"#,
    )
    .unwrap();
    let forms = crate::forms::Forms::built_in();
    let post = write(&Post::of(request, [1; 16], &forms).unwrap());
    let drawn = directory.draw_code(Some(operator), NOW, &id(unit), &post);
    directory
        .enrol(NOW, &drawn.unwrap().code, "a key")
        .unwrap()
        .id
}

/// One night with what units say.
fn night(directory: &Directory<Sqlite>, now: Millis, said: &[(&str, Facts)]) {
    directory.begin_night(now, true).unwrap();
    for unit in directory.to_look_at(99).unwrap() {
        let own = said.iter().find(|(name, _)| *name == unit.as_str());
        let facts = own.map(|(_, facts)| facts.clone()).unwrap_or_default();
        directory.looked_at(now, &unit, &facts).unwrap();
    }
    assert_eq!(directory.to_look_at(99), Ok(vec![]));
    directory.compose(now).unwrap();
}

fn everything(device: DeviceId) -> Facts {
    let month = || "2026-10".to_owned();
    Facts {
        quarantined: 2,
        heard: vec![(device, NOW)],
        change: Some(Marked {
            month: month(),
            fell: true,
            alarm: false,
        }),
        share: Some(Covered {
            month: month(),
            share: 999,
        }),
        is_unheard: false,
    }
}

fn bodies(directory: &Directory<Sqlite>) -> Vec<String> {
    let of = "SELECT body FROM alert_delivery ORDER BY made_ms, alert";
    let rows: Result<_, StoreError> = directory.0.atomically(|sql| sql.rows(of, &[]));
    let rows = rows.unwrap();
    rows.iter()
        .map(|row| row.text(0).unwrap().to_owned())
        .collect()
}

fn told(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let entries = body["entries"].as_array().unwrap().iter();
    let told = entries.map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap().to_owned();
        [text("what"), text("unit")].join(" ")
    });
    told.collect()
}

fn listed(directory: &Directory<Sqlite>, session: &str) -> Vec<AlertRow> {
    directory.alerts(Some(session), NOW).unwrap()
}

#[test]
fn um13_an_alert_is_set_up_by_who_keeps_a_node_with_a_fresh_proof_and_hides_its_secrets() {
    let (directory, operator) = directory();
    let admin = admin(&directory, &operator, "33");
    let refused = |session: &str, now, wanted: &NewAlert| {
        let added = directory.add_alert(Some(session), now, wanted, (ORIGIN, false));
        added.map_err(|no| no.code).err()
    };
    let good = wanted(Some("33"), "https://hooks.example.vn/x");
    let stale = NOW.plus(6 * MINUTE_MS);
    assert_eq!(refused(&admin, stale, &good), Some(Code::ProveAgain));
    let elsewhere = wanted(Some("34"), "https://hooks.example.vn/x");
    assert_eq!(refused(&admin, NOW, &elsewhere), Some(Code::NotFound));
    let whole = wanted(None, "https://hooks.example.vn/x");
    assert_eq!(refused(&admin, NOW, &whole), Some(Code::NotAllowed));
    let plain = wanted(Some("33"), "http://127.0.0.1:9000/x");
    assert_eq!(refused(&admin, NOW, &plain), Some(Code::BadValue));
    let none = NewAlert {
        coverage_below: Some(0),
        ..good
    };
    assert_eq!(refused(&admin, NOW, &none), Some(Code::BadValue));
    let reader = account("reader", Role::Manager, Some("33"));
    directory
        .add_account(Some(&operator), NOW, &reader)
        .unwrap();
    let reader = signed_in(&directory, "reader");
    assert_eq!(refused(&reader, NOW, &none), Some(Code::NotAllowed));
    let fresh = add(&directory, &admin, Some("33")).unwrap();
    let list = listed(&directory, &admin);
    let text = write(&list);
    assert!(
        !text.contains(&fresh.secret.unwrap()) && !text.contains("secret=1"),
        "{text}"
    );
    assert_eq!((&list[0].to[..], list[0].works), ("hooks.example.vn", true));
    // Who keeps another part neither sees nor touches it.
    let other = self::admin(&directory, &operator, "33.1");
    assert_eq!(listed(&directory, &other), []);
    for done in [
        directory.drop_alert(Some(&other), NOW, &fresh.id),
        directory.try_alert(Some(&other), NOW, &fresh.id),
    ] {
        assert_eq!(done.unwrap_err().code, Code::NotFound);
    }
    directory.try_alert(Some(&admin), NOW, &fresh.id).unwrap();
    directory
        .drop_alert(Some(&operator), NOW, &fresh.id)
        .unwrap();
    assert_eq!(bodies(&directory).len(), 0, "what waits is sent no more");
    let log = directory.audit_page(Some(&operator), NOW, &Filter::default());
    let subject = format!("33 alert:{}", fresh.id);
    let acts = log
        .unwrap()
        .lines
        .into_iter()
        .filter(|line| line.subject == subject);
    let acts: Vec<_> = acts.map(|line| line.act).collect();
    assert_eq!(acts, ["drop-alert", "test-alert", "add-alert"]);
}

#[test]
fn um13_a_digest_tells_what_its_maker_may_see_at_and_below_its_node() {
    let (directory, operator) = directory();
    let one = device(&directory, &operator, "33.1");
    let other = device(&directory, &operator, "34.1");
    let admin = admin(&directory, &operator, "33");
    let now = NOW.plus(3 * DAY_MS);
    directory.begin_night(now.plus(-DAY_MS), true).unwrap();
    add(&directory, &admin, Some("33")).unwrap();
    // Nothing goes out before the next night.
    assert_eq!(directory.to_look_at(99), Ok(vec![]));
    directory.compose(now.plus(-1)).unwrap();
    assert_eq!(bodies(&directory).len(), 0);
    let said = [("33.1", everything(one)), ("34.1", everything(other))];
    night(&directory, now, &said);
    let sent = bodies(&directory);
    assert_eq!(sent.len(), 1);
    let all = [
        "change 33.1",
        "coverage 33.1",
        "silent 33.1",
        "quarantine 33.1",
    ];
    assert_eq!(told(&sent[0]), all);
    assert!(!sent[0].contains(&one.to_string()), "{}", sent[0]);
    // The same night again makes no other, and a night with the same has no news.
    directory.begin_night(now.plus(1), true).unwrap();
    directory.compose(now.plus(1)).unwrap();
    night(&directory, now.plus(DAY_MS), &said);
    assert_eq!(bodies(&directory).len(), 1);
    // An operator sees no figures, and keeps the whole house.
    add(&directory, &operator, None).unwrap();
    night(&directory, now.plus(2 * DAY_MS), &said);
    let sent = bodies(&directory);
    let without = [
        "silent 33.1",
        "quarantine 33.1",
        "silent 34.1",
        "quarantine 34.1",
    ];
    assert_eq!(
        (sent.len(), told(&sent[1])),
        (2, without.map(str::to_owned).into())
    );
}

#[test]
fn um13_what_was_told_of_a_unit_stands_while_it_does_not_answer() {
    let (directory, operator) = directory();
    let one = device(&directory, &operator, "33.1");
    let admin = admin(&directory, &operator, "33");
    add(&directory, &admin, Some("33")).unwrap();
    let now = NOW.plus(3 * DAY_MS);
    let said = [("33.1", everything(one))];
    night(&directory, now, &said);
    assert_eq!(bodies(&directory).len(), 1);
    let unheard = Facts {
        is_unheard: true,
        ..Facts::default()
    };
    night(&directory, now.plus(DAY_MS), &[("33.1", unheard)]);
    night(&directory, now.plus(2 * DAY_MS), &said);
    assert_eq!(bodies(&directory).len(), 1);
    // One that answers and has nothing is forgotten, and then it is news.
    let well = Facts {
        heard: vec![(one, now.plus(3 * DAY_MS))],
        ..Facts::default()
    };
    night(&directory, now.plus(3 * DAY_MS), &[("33.1", well)]);
    night(&directory, now.plus(4 * DAY_MS), &said);
    assert_eq!(bodies(&directory).len(), 2);
}

#[test]
fn um13_a_device_is_silent_only_where_no_unit_of_its_heard_it() {
    let (directory, operator) = directory();
    let moved = device(&directory, &operator, "34.1");
    let known = directory.changeable(Some(&operator), NOW, &moved).unwrap();
    directory
        .repost(Some(&operator), NOW, &known, &known.post, Some(&id("33.1")))
        .unwrap();
    let admin = admin(&directory, &operator, "33");
    add(&directory, &admin, Some("33")).unwrap();
    let now = NOW.plus(3 * DAY_MS);
    let heard = |at| Facts {
        heard: vec![(moved, at)],
        ..Facts::default()
    };
    // Where it stood before is looked at, too, though it is of another province.
    night(
        &directory,
        now,
        &[("34.1", heard(now.plus(-MINUTE_MS))), ("33.1", heard(NOW))],
    );
    assert_eq!(bodies(&directory).len(), 0);
    let later = now.plus(4 * DAY_MS);
    night(
        &directory,
        later,
        &[("34.1", heard(now)), ("33.1", heard(NOW))],
    );
    assert_eq!(told(&bodies(&directory)[0]), ["silent 33.1"]);
    // One that was never heard is not blamed, nor one that was revoked.
    device(&directory, &operator, "33.2");
    directory.revoke(Some(&operator), NOW, &moved).unwrap();
    night(&directory, later.plus(9 * DAY_MS), &[("33.1", heard(NOW))]);
    assert_eq!(bodies(&directory).len(), 1);
}

#[test]
fn um13_a_try_is_counted_before_it_is_sent_and_what_was_taken_is_never_sent_again() {
    let (directory, operator) = directory();
    let alert = add(&directory, &operator, Some("33")).unwrap();
    directory
        .try_alert(Some(&operator), NOW, &alert.id)
        .unwrap();
    let again = directory.try_alert(Some(&operator), NOW.plus(1), &alert.id);
    assert_eq!(again.unwrap_err().code, Code::SlowDown);
    let first = directory.begin_tries(NOW, 9).unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].url, "https://hooks.example.vn/x?secret=1");
    // A server that dies now tries it again in a minute, and not at once.
    assert_eq!(directory.begin_tries(NOW.plus(59_000), 9), Ok(vec![]));
    assert_eq!(directory.next_try(), Ok(Some(NOW.plus(MINUTE_MS))));
    let second = directory.begin_tries(NOW.plus(MINUTE_MS), 9).unwrap();
    assert_eq!(
        (&second[0].id, &second[0].body),
        (&first[0].id, &first[0].body)
    );
    assert_ne!(
        second[0].headers, first[0].headers,
        "signed with its own second"
    );
    directory.tried(&second[0].id, false, "500").unwrap();
    let row = || listed(&directory, &operator)[0].deliveries[0].clone();
    assert_eq!((row().tries, row().outcome.as_deref()), (2, Some("500")));
    assert_eq!(row().next, Some(NOW.plus(6 * MINUTE_MS)));
    directory.tried(&second[0].id, true, "204").unwrap();
    // The answer to the first, which comes late, changes nothing.
    directory.tried(&first[0].id, false, "no-answer").unwrap();
    assert_eq!(
        (row().state, row().outcome.as_deref()),
        (DeliveryState::Sent, Some("204"))
    );
    assert_eq!(directory.next_try(), Ok(None));
    assert_eq!(
        directory.deliveries().unwrap(),
        super::Deliveries::default()
    );
    // It is told for a month.
    directory.begin_night(NOW.plus(31 * DAY_MS), true).unwrap();
    assert_eq!(listed(&directory, &operator)[0].deliveries, []);
}

#[test]
fn um13_what_is_never_taken_is_given_up_and_so_is_what_nobody_may_send_any_more() {
    let (directory, operator) = directory();
    let admin = admin(&directory, &operator, "33");
    let alert = add(&directory, &admin, Some("33")).unwrap();
    directory.try_alert(Some(&admin), NOW, &alert.id).unwrap();
    let mut now = NOW;
    for n in 0..8 {
        let tries = directory.begin_tries(now, 9).unwrap();
        assert_eq!(tries.len(), 1, "try {n}");
        directory.tried(&tries[0].id, false, "503").unwrap();
        now = now.plus(24 * HOUR_MS);
    }
    assert_eq!(directory.begin_tries(now, 9), Ok(vec![]));
    assert_eq!(directory.deliveries().unwrap().failed, 1);
    // The maker's right ends: nothing is told any more, and what waits is not sent.
    directory
        .try_alert(Some(&operator), now, &alert.id)
        .unwrap_err();
    directory
        .try_alert(Some(&operator), NOW.plus(MINUTE_MS), &alert.id)
        .unwrap();
    let rights = NewGrants {
        grants: vec![DatedGrant {
            role: Role::Manager,
            node: Some(id("33")),
            from: Day::of(NOW).unwrap(),
            to: None,
        }],
    };
    directory
        .set_grants(Some(&operator), NOW, "admin-33", &rights)
        .unwrap();
    assert_eq!(directory.begin_tries(now, 9), Ok(vec![]));
    let row = listed(&directory, &operator).remove(0);
    assert!(!row.works);
    assert_eq!(row.deliveries[0].outcome.as_deref(), Some("no-right"));
    let one = device(&directory, &operator, "33.1");
    night(
        &directory,
        NOW.plus(3 * DAY_MS),
        &[("33.1", everything(one))],
    );
    assert_eq!(bodies(&directory).len(), 2, "two tries, no digest");
}
