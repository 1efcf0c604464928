//! The tree as it is changed, on the native store.

use super::tests::{NOW, account, code, directory, id, signed_in, unit};
use crate::store::directory::Directory;
use crate::store::sqlite::Sqlite;
use std::time::Instant;
use survey::day::{DAY_MS, Day};
use survey::wire::code::Code;
use survey::wire::device::Names;
use survey::wire::manager::{Role, Unit, UnitKind};
use survey::wire::units::{Column, Outcome, Problem};

fn change(directory: &Directory<Sqlite>, session: &str, units: &[Unit], is_dry: bool) -> Outcome {
    let rows: Vec<_> = (1..).zip(units.iter().cloned()).collect();
    directory
        .change_units(Some(session), NOW, &rows, is_dry)
        .unwrap()
}

fn merged(text: &str, into: &str) -> Unit {
    Unit {
        valid_to: Day::of(NOW),
        successors: vec![id(into)],
        ..unit(text, Some("33"))
    }
}

#[test]
fn ua1_a_dry_run_changes_nothing_and_one_error_stops_every_row() {
    let (directory, operator) = directory();
    let before = directory.units(Some(&operator), NOW).unwrap();
    let mut renamed = unit("33.1", Some("33"));
    renamed.name.vi = "Phường Phố Hiến".into();
    let added = unit("33.3", Some("33"));
    let dry = change(
        &directory,
        &operator,
        &[renamed.clone(), added.clone()],
        true,
    );
    assert_eq!((dry.changes.len(), dry.done), (2, false));
    assert_eq!(directory.units(Some(&operator), NOW).unwrap(), before);
    let wrong = [renamed.clone(), unit("33.4", Some("99"))];
    let refused = change(&directory, &operator, &wrong, false);
    assert_eq!(refused.errors[0].problem, Problem::NoParent);
    assert_eq!(directory.units(Some(&operator), NOW).unwrap(), before);
    let real = change(&directory, &operator, &[renamed, added], false);
    assert_eq!((real.changes, real.done), (dry.changes, true));
    let after = directory.units(Some(&operator), NOW).unwrap();
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.iter().any(|unit| unit.name.vi == "Phường Phố Hiến"));
}

#[test]
fn d1_what_was_merged_is_an_earlier_part_of_its_heir_and_its_devices_follow() {
    let (directory, operator) = directory();
    let right = code(&directory, &operator, "33.1");
    let device = directory.enrol(NOW, &right, "{\"version\":1}").unwrap();
    let post = directory.device(&device.id).unwrap().post;
    assert!(change(&directory, &operator, &[merged("33.1", "33.2")], false).done);
    assert_eq!(directory.predecessors(&id("33.2")).unwrap(), [id("33.1")]);
    // The last day is not over yet.
    let today = directory.followed(NOW, &device.id).unwrap();
    assert_eq!((today.unit, &today.post), (id("33.1"), &post));
    let tomorrow = NOW.plus(DAY_MS);
    let moved = directory.followed(tomorrow, &device.id).unwrap();
    assert_eq!(moved.unit, id("33.2"));
    assert_eq!(directory.followed(tomorrow, &device.id).unwrap(), moved);
    // The old unit's Ledger goes on taking what was answered there.
    let counting = directory.counting_units(Some(&id("33"))).unwrap();
    assert_eq!(counting, [id("33.1"), id("33.2")]);
    // Successions add up; a unit that was split has no single heir.
    let split = Unit {
        successors: vec![id("33.1"), id("34.1")],
        ..merged("33.3", "33.1")
    };
    let more = [unit("33.3", Some("33")), unit("33.5", Some("33"))];
    assert!(change(&directory, &operator, &more, false).done);
    assert!(change(&directory, &operator, &[split], false).done);
    assert!(change(&directory, &operator, &[merged("33.2", "33.5")], false).done);
    let earlier = directory.predecessors(&id("33.5")).unwrap();
    assert_eq!(earlier, [id("33.1"), id("33.2")]);
    assert_eq!(directory.predecessors(&id("34.1")).unwrap(), []);
}

#[test]
fn d1_what_a_unit_was_and_whom_it_follows_is_told_as_far_as_one_sees() {
    let (directory, operator) = directory();
    let mut renamed = unit("33.1", Some("33"));
    renamed.name.vi = "Phường Phố Hiến".into();
    assert!(change(&directory, &operator, &[renamed.clone()], false).done);
    let moved = Unit {
        parent: Some(id("34")),
        ..renamed
    };
    let rows = [(1, moved)];
    let done = directory.change_units(Some(&operator), NOW, &rows, false);
    assert!(done.unwrap().done);
    assert!(change(&directory, &operator, &[merged("33.2", "33.1")], false).done);
    let history = directory
        .history(Some(&operator), NOW, &id("33.1"))
        .unwrap();
    let told = history.changes.iter().map(|changed| {
        let cell = &changed.cells[0];
        (cell.column, &cell.from[..], &cell.to[..])
    });
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            (Column::Parent, "33", "34"),
            (Column::NameVi, "Xã 33.1", "Phường Phố Hiến")
        ],
        "the newest first"
    );
    assert_eq!(history.changes[0].on, Day::of(NOW).unwrap());
    assert_eq!(history.follows[0].unit, id("33.2"));
    assert_eq!(history.follows[0].last, Day::of(NOW));
    // Who keeps 34 is told neither where it was nor what was merged into it.
    let part = account("m", Role::Manager, Some("34"));
    directory.add_account(Some(&operator), NOW, &part).unwrap();
    let part = signed_in(&directory, "m");
    let seen = directory.history(Some(&part), NOW, &id("33.1"));
    let seen = seen.unwrap();
    assert_eq!(seen.follows, []);
    assert_eq!(seen.changes[0].cells[0].from, "");
    let outside = directory.history(Some(&part), NOW, &id("33.2"));
    assert_eq!(outside.unwrap_err().code, Code::NotFound);
}

#[test]
fn ua1_the_whole_country_is_loaded_at_once() {
    let (directory, operator) = directory();
    let row = |id_: String, parent: Option<&str>, kind, name: &str| Unit {
        kind,
        name: Names {
            vi: name.to_owned(),
            en: String::new(),
        },
        collects: kind == UnitKind::Commune,
        ..unit(&id_, parent)
    };
    let mut units = vec![row("vn".into(), None, UnitKind::Country, "Việt Nam")];
    for province in 1..=34 {
        let above = format!("p{province}");
        units.push(row(above.clone(), Some("vn"), UnitKind::Province, "Tỉnh"));
        let communes = if province == 34 { 54 } else { 99 };
        units.extend((0..communes).map(|commune| {
            let own = format!("{above}.{commune}");
            row(own, Some(&above), UnitKind::Commune, "Xã")
        }));
    }
    assert_eq!(units.len(), 1 + 34 + 3_321);
    let began = Instant::now();
    let outcome = change(&directory, &operator, &units, false);
    assert!(outcome.done && outcome.errors.is_empty());
    assert_eq!(
        directory.units(Some(&operator), NOW).unwrap().len(),
        units.len() + 5
    );
    // A tenth of what a person waits for, even unoptimised.
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    let again = change(&directory, &operator, &units, false);
    assert_eq!((again.changes.len(), again.unchanged), (0, 3_356));
}
