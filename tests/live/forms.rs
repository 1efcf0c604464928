//! A form that an operator adds: from its file to a figure worked by hand, and what waited for it.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use survey::day::DAY_MS;
use survey::form::{Form, Step};
use survey::wire::batch::Record;

use crate::device::{Device, record_of, verdicts};
use crate::world::{Account, MORNING, World, today};

const ADDED: &str = include_str!("../vectors/added-form.json");

fn new_form(file: &str, dry_run: bool) -> Value {
    json!({"file": file, "starts": today().to_string(), "dry_run": dry_run})
}

/// A record of the added form: both items of the first factor at one level; the result was collected,
/// and its item is answered at another, or it was not, and the item is not asked.
fn answered(unit: &str, first: u8, result: Option<u8>) -> Record {
    let form = Form::parse(ADDED).expect("a form");
    record_of(&form, unit, today(), |draft, step| match step {
        Step::Filter(_) => draft.choose(usize::from(result.is_none())),
        Step::Item(at) => {
            let level = if at < 2 { Some(first) } else { result };
            let level = level.and_then(|level| form.scale().level(level));
            draft.answer(level.expect("what is asked has a level"));
        }
        _ => draft.skip(),
    })
}

fn show(world: &World, account: &Account, unit: &str, form: &str) -> Value {
    let reply = account.get(world, &format!("/v1/units/{unit}/figures?form={form}"));
    assert_eq!(reply.status, 200, "{:?}", reply.json());
    reply.json()
}

/// Until this holds: sums go up and Ledgers are told by alarm, soon, not at once.
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn f7_w11_an_added_form_is_asked_counted_and_shown_like_a_built_in_one() {
    let world = World::empty();
    let operator = world.operator();
    world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");

    // Not a form; on trial; in earnest; the same again.
    let refused = operator.post(&world, "/v1/forms", &new_form("{}", true));
    assert_eq!(refused.refusal(), (400, "bad-value".to_owned()));
    let trial = operator.post(&world, "/v1/forms", &new_form(ADDED, true));
    assert_eq!(
        (trial.status, trial.json()["done"].as_bool()),
        (200, Some(false))
    );
    let rows = |account: &Account| account.get(&world, "/v1/forms").json()["forms"].clone();
    assert_eq!(rows(&operator).as_array().map(Vec::len), Some(3));
    let added = operator.post(&world, "/v1/forms", &new_form(ADDED, false));
    assert_eq!(
        (added.status, added.json()["done"].as_bool()),
        (200, Some(true))
    );
    let again = operator.post(&world, "/v1/forms", &new_form(ADDED, false));
    assert_eq!(again.refusal(), (409, "already-there".to_owned()));
    let id = Form::parse(ADDED).expect("a form").id().to_string();
    assert_eq!(rows(&operator)[3]["id"], id);
    let manager = Account::sign_in(&world, "manager-33");
    let stranger = manager.post(&world, "/v1/forms", &new_form(ADDED, true));
    assert_eq!(stranger.refusal(), (403, "not-allowed".to_owned()));

    // The device gets it by configuration, and says that it has it.
    let settings = json!({"based_on": 1, "counter_name": {"vi": "Quầy 1"},
        "settings": {"form": "nhanh3"}});
    let path = format!("/v1/devices/{}/config", device.id);
    let told = operator.ask(&world, "PUT", &path, settings.to_string().as_bytes());
    assert_eq!(told.status, 200, "{:?}", told.json());
    let config = device.config(&world).json();
    assert_eq!(
        (&config["version"], &config["form"]),
        (&json!(2), &json!(ADDED))
    );
    assert_eq!(rows(&operator)[3]["devices"], 1);

    // 20 satisfied with everything, 10 with nothing who collected no result; 6 of a built-in form.
    let mut records: Vec<_> = (0..20).map(|_| answered("33.1", 5, Some(4))).collect();
    records.extend((0..10).map(|_| answered("33.1", 2, None)));
    let heard = verdicts(&device.post(&world, &records));
    let mut waiting = heard.iter().filter(|verdict| *verdict != "counted").count();
    // What came before the Ledger was told of the form waits for it, and counts when it is.
    if waiting > 0 {
        eventually("the ledger is told", || {
            waiting = usize::try_from(30 - manager.live(&world, "33.1").0).ok()?;
            (waiting == 0).then_some(())
        });
    }
    assert_eq!(manager.live(&world, "33.1"), (30, 30));
    let others: Vec<_> = (0..12).map(|_| crate::device::record("33.1", 3)).collect();
    device.post(&world, &others);

    Account::sign_in(&world, "operator").set_clock(&world, MORNING.plus(DAY_MS));
    let manager = Account::sign_in(&world, "manager-33");
    let page = show(&world, &manager, "33.1", "nhanh3");
    assert_eq!(
        (&page["responses"], &page["form"]),
        (&json!(30), &json!(id))
    );
    assert_eq!(page["form_file"], ADDED);
    // By hand: 20 people gave 2 + 1 satisfied answers, 10 people gave 2 others: 60 of 80 are 4 or 5.
    let overall = &page["overall"][0];
    assert_eq!(
        (&overall["show"], &overall["n"], &overall["index"]),
        (&json!("score"), &json!(30), &json!(7500))
    );
    // The first factor: 40 of 60. The second was asked of 20, all satisfied.
    let factor = |at: usize| {
        (
            page["factors"][at]["index"].clone(),
            page["factors"][at]["n"].clone(),
        )
    };
    assert_eq!(factor(0), (json!(6667), json!(30)));
    assert_eq!(factor(1).1, json!(20));
    // Forms are never pooled: the twelve of the other form stand alone.
    let other = show(&world, &manager, "33.1", "sipas2022");
    assert_eq!(other["responses"], 12);
    assert_eq!(page["forms"].as_array().map(Vec::len), Some(2));
    // The province sums it as well, and learns the form by itself, whatever is asked of it first.
    beside_figures_an_added_form_is_known(&world, &manager);
    let province = eventually("sums go up", || {
        let page = show(&world, &manager, "33", "nhanh3");
        (page["responses"] == 30).then_some(page)
    });
    assert_eq!(province["overall"], page["overall"]);
    // A unit where nothing was ever counted says so in the same words.
    assert_eq!(show(&world, &manager, "33.2", "nhanh3")["responses"], 0);
}

/// Months, units below and coverage under the added form, before anybody asked for the figures.
fn beside_figures_an_added_form_is_known(world: &World, manager: &Account) {
    let beside = |unit: &str, what: &str| {
        let path = format!("/v1/units/{unit}/{what}?form=nhanh3");
        let reply = manager.get(world, &path);
        assert_eq!(reply.status, 200, "{what}: {:?}", reply.json());
        reply.json()
    };
    let trend = eventually("sums go up", || {
        let trend = beside("33", "trend");
        (trend["months"][0]["responses"] == 30).then_some(trend)
    });
    assert_eq!(trend["months"][0]["figure"]["index"], 7500);
    assert_eq!(trend["months"][0]["all"]["index"], 6667);
    let children = beside("33", "children")["children"].clone();
    let mut rows = children.as_array().into_iter().flatten();
    let own = rows.find(|row| row["unit"] == "33.1");
    assert_eq!(own.map(|row| row["responses"].clone()), Some(json!(30)));
    beside("33", "coverage");
    beside("33.2", "trend");
}

#[test]
fn f7_l8_answers_that_were_sent_before_their_form_was_known_count_when_it_is() {
    let world = World::empty();
    let operator = world.operator();
    let manager = world.manager_of(&operator, "33");
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let records: Vec<_> = (0..12).map(|_| answered("33.1", 4, Some(4))).collect();
    let kept = vec!["quarantined unknown-form"; 12];
    assert_eq!(verdicts(&device.post(&world, &records)), kept);
    let groups = operator.get(&world, "/v1/quarantine").json()["groups"].clone();
    assert_eq!(groups[0]["count"], 12, "{groups}");
    let added = operator.post(&world, "/v1/forms", &new_form(ADDED, false));
    assert_eq!(added.status, 200, "{:?}", added.json());
    eventually("what waited counts", || {
        (manager.live(&world, "33.1") == (12, 12)).then_some(())
    });
    let groups = operator.get(&world, "/v1/quarantine").json()["groups"].clone();
    assert_eq!(groups, json!([]));
    // Offered again, they are known; told again after a kill, nothing counts twice.
    assert_eq!(
        verdicts(&device.post(&world, &records)),
        vec!["already"; 12]
    );
    assert_eq!(manager.live(&world, "33.1"), (12, 12));
    let log = operator.get(&world, "/v1/audit?act=add-form").json();
    assert!(
        log["lines"][0]["subject"]
            .as_str()
            .is_some_and(|it| it.starts_with("nhanh3 ")),
        "{log}"
    );
}
