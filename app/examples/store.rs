//! Runs the contract of `device/contract.rs` on the browser's own IndexedDB, for a test page
//! (tests/browser/contract.test.mjs): the outcome stands in the attribute `data-contract` of `<html>`.
//!
//! With `#full` it writes until the storage is full and says what the store said. With `#read` it
//! reads a database named `kept` that the test page filled as another release would have (rule U5),
//! and says what it found; with `#write` it fills one for the test page to look at.

use std::cell::Cell;

use survey::outbox::{Aside, Marks, Verdict};
use survey_app::device::indexed_db::IndexedDb;
use survey_app::device::store::{Begun, Entry, Heard, News, Store, StoreError};
use survey_app::device::{contract, page};

/// The database of `#read` and `#write`.
const KEPT: &str = "kept";

fn main() {
    std::panic::set_hook(Box::new(|broken| {
        page::set("data-contract", &broken.to_string());
    }));
    let wanted = page::take_fragment();
    // An empty page: mounting one starts what runs futures.
    leptos::mount::mount_to_body(|| ());
    leptos::task::spawn_local(async move {
        let outcome = match wanted.as_str() {
            "full" => fill().await,
            "read" => said(read().await),
            "write" => said(write().await),
            _ => {
                let number = Cell::new(0);
                contract::run(async || {
                    number.set(number.get() + 1);
                    IndexedDb::named(&format!("contract-{}", number.get()))
                })
                .await;
                "kept".to_owned()
            }
        };
        page::set("data-contract", &outcome);
    });
}

fn said(outcome: Result<String, StoreError>) -> String {
    outcome.unwrap_or_else(|error| format!("{error:?}"))
}

/// Writes records until one is refused; then the queue must still hold exactly those that were kept.
async fn fill() -> String {
    let store = IndexedDb::named("full");
    for kept in 0..=u8::MAX {
        let mut entry = contract::sample(kept);
        // Varied bytes: a browser compresses one letter away.
        let mut body = String::new();
        for at in 0..40_000_u32 {
            let varied = at.wrapping_mul(2_654_435_761).rotate_left(kept.into());
            body.push_str(&varied.to_string());
        }
        entry.parcel.body = body;
        if let Err(error) = store.finish(&entry).await {
            let waiting = store.waiting().await.map(|queue| queue.len());
            return format!("{error:?} after {kept}, waiting {waiting:?}");
        }
    }
    "never full".to_owned()
}

/// What waits, one record a line: all that a sender needs.
async fn queue(store: &IndexedDb) -> Result<Vec<String>, StoreError> {
    let mut lines = Vec::new();
    for queued in store.waiting().await? {
        let ids = [queued.waiting.id];
        let parcel = store.parcels(&ids).await?.pop();
        let state = parcel.map_or("without content", |parcel| {
            if parcel.is_intact() && parcel.hash == queued.waiting.hash {
                "intact"
            } else {
                "damaged"
            }
        });
        let aside = queued.waiting.aside_since.map_or(0, |at| at.0);
        let (id, unit, day) = (queued.waiting.id, queued.unit, queued.day);
        lines.push(format!("{id} {unit} {day} aside {aside} {state}"));
    }
    lines.sort_unstable();
    Ok(lines)
}

/// Opens, tells, hears of a restored server, and tells what came back.
async fn read() -> Result<String, StoreError> {
    let store = IndexedDb::named(KEPT);
    let facts = store.open().await?;
    let has_key = store.key().await?.is_some();
    let enrolment = facts
        .enrolment
        .map(|it| format!("{} {}", it.device, it.epoch));
    let number = |at: Option<survey::day::Millis>| at.map_or(0, |at| at.0);
    let mut lines = vec![
        format!("enrolled {}", enrolment.unwrap_or_default()),
        format!("config {}", facts.config.unwrap_or_default()),
        format!(
            "field {}",
            facts.field.map_or_else(String::new, |it| it.to_string())
        ),
        format!(
            "server {} silent {}",
            number(facts.server_time),
            number(facts.silent_until)
        ),
        format!("pin {} {}", facts.pin.wrong, number(facts.pin.until)),
        format!("key {has_key} next batch {}", store.next_batch().await?),
    ];
    lines.extend(queue(&store).await?);
    let unit = contract::sample(1).unit;
    let heard = Heard {
        news: Some(News {
            before: store.marks(&unit).await?,
            unit,
            said: Marks {
                restore: 9,
                version: 1,
            },
            resume: survey::day::Millis(0),
        }),
        ..Heard::default()
    };
    lines.push(format!("restored {}", store.settle(&heard).await?));
    lines.extend(queue(&store).await?);
    Ok(lines.join("\n"))
}

/// A device's life in short: one record waits, one is settled, one is set aside.
async fn write() -> Result<String, StoreError> {
    let store = IndexedDb::named(KEPT);
    store.open().await?;
    let [waits, settled, aside]: [Entry; 3] = [1, 2, 3].map(contract::sample);
    for entry in [&waits, &settled, &aside] {
        store.finish(entry).await?;
    }
    let enrolment = survey_app::device::store::Enrolment {
        device: survey::id::DeviceId::from_random([5; 16]),
        epoch: survey::id::Epoch::from_bytes([6; 16]),
    };
    store.enrol(&enrolment, "{}").await?;
    store.next_batch().await?;
    store.count(Begun::Opened, waits.day).await?;
    store.choose_field(&contract::field()).await?;
    store.remember_pin(contract::TRIES).await?;
    let heard = Heard {
        settle: vec![(settled.parcel.id, settled.parcel.hash, Verdict::Counted)],
        aside: vec![(aside.parcel.id, Aside::Refused)],
        silent_until: Some(contract::NOW.plus(60_000)),
        trouble: Some(survey::outbox::Trouble::SetAside),
        now: contract::NOW,
        server_time: Some(contract::NOW),
        news: None,
    };
    store.settle(&heard).await?;
    Ok("written".to_owned())
}
