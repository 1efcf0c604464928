//! Data that earlier releases left, opened by this build: the same figures, and life goes on (rule V6).

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use survey::day::Millis;
use xtask::release_data::{PAGES, folder, unpack};
use xtask::workerd::Release;
use xtask::{files, project::Project};

use crate::device::{Device, record, verdicts};
use crate::world::{Account, World, ask};

/// Everything that the old page said is said by the new one; it may say more. How far a figure may be from
/// the truth is no part of what was counted, but of the rule of the day: Counting in the changelog says
/// when it changes (docs/adr/0032).
fn still_says(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old.iter().all(|(key, value)| {
            // The time of asking, and what is counted from it.
            key == "now"
                || (is_limit(key) && new.get(key).is_some_and(Value::is_u64))
                || new.get(key).is_some_and(|new| match key.as_str() {
                    "form_file" => form(value) == form(new),
                    _ => still_says(value, new),
                })
        }),
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| still_says(old, new))
        }
        (old, new) => old == new,
    }
}

/// Whether a member is an end of an interval.
fn is_limit(key: &str) -> bool {
    matches!(key, "low" | "high")
}

/// A form's file without its note on where the words come from, which is no part of the form (F2).
fn form(file: &Value) -> Value {
    let text = file.as_str().expect("a form's file");
    let mut form: Value = serde_json::from_str(text).expect("it is JSON");
    form.as_object_mut()
        .expect("an object")
        .remove("source")
        .expect("a note");
    form
}

fn json_in(path: &Path) -> Value {
    serde_json::from_slice(&files::read(path).expect("it is there")).expect("it is JSON")
}

#[test]
fn v6_data_of_every_release_shows_the_same_figures_and_counts_on() {
    let releases = files::all_under(&folder(&Project::here())).expect("releases");
    assert!(
        !releases.is_empty(),
        "no release has left its data: cargo xtask release-data"
    );
    for release in releases {
        let archive = folder(&Project::here()).join(&release);
        shows_the_same(&archive);
    }
}

fn shows_the_same(archive: &Path) {
    let name = archive.display().to_string();
    let mut kept = PathBuf::new();
    let world = World::planned(|plan| {
        unpack(archive, &plan.data).expect("it unpacks");
        plan.release = Release::WhenTen;
        kept.clone_from(&plan.data);
    });
    let seen = json_in(&kept.join(PAGES));
    let sign_in = json_in(&kept.join("sample.json"));
    let password = |key: &str| sign_in[key].as_str().expect("a password").to_owned();
    let now = Millis(seen["now"].as_i64().expect("a time"));
    let operator = Account::with(&world, "quantri", &password("operator"));
    operator.set_clock(&world, now);
    let manager = Account::with(&world, "lanhdao", &password("manager"));
    let pages = seen["pages"].as_object().expect("pages");
    let mut shown = 0;
    for (unit, old) in pages {
        let reply = manager.get(&world, &format!("/v1/units/{unit}/figures"));
        assert_eq!(reply.status, 200, "{name}: {unit}");
        assert!(
            still_says(old, &reply.json()),
            "{name}: {unit}: {old} is now {}",
            reply.json()
        );
        shown += old["responses"].as_u64().unwrap_or(0);
    }
    assert!(shown > 0, "{name}: no figures to compare");
    // A device is enrolled, its answer is counted, and every sum is still what its rows add up to.
    let operator = Account::with(&world, "quantri", &password("operator"));
    let unit = pages.keys().next().expect("a unit").clone();
    let units = operator.get(&world, "/v1/units").json();
    let units = units["units"].as_array().expect("units").iter();
    let collecting = units.filter(|unit| unit["collects"] == true);
    let collecting: Vec<_> = collecting.filter_map(|unit| unit["id"].as_str()).collect();
    let at = collecting.first().copied().unwrap_or(&unit);
    let mut device = Device::enrolled(&world, &operator, at);
    assert_eq!(
        verdicts(&device.post(&world, &[record(at, 5)])),
        ["counted"],
        "{name}"
    );
    let night = operator.post(&world, "/v1/test/night", &json!({}));
    assert_eq!(night.status, 200, "{name}");
    let health = ask("GET", &world.watch("/health"), &[], b"");
    assert_eq!(health.status, 200, "{name}: {:?}", health.json());
}
