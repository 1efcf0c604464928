//! The store on the browser's IndexedDB. Never: `deleteDatabase` (B4), a blob, a store removed (B5).

mod shape;
mod transaction;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use survey::day::{DAY_MS, Day, Millis};
use survey::id::{DeviceId, Epoch, FieldId, ResponseId};
use survey::submission::Parcel;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, IdbDatabase};

use self::transaction::{Access, Transaction};
use super::store::{
    Begun, Enrolment, Entry, Facts, Heard, PinTries, QueueSummary, Queued, SETTLED_DAYS, Store,
    StoreError, counted,
};

/// Raised whenever a store is added.
const VERSION: u32 = 1;
/// Records, waiting and settled.
const PARCELS: &str = "parcels";
/// The queue: an entry for each record without a verdict.
const OUTBOX: &str = "outbox";
/// Verdicts heard.
const SETTLED: &str = "settled";
/// What the device knows about itself, as texts; the signing key as a `CryptoKey`.
const FACTS: &str = "facts";
const STORES: [&str; 4] = [PARCELS, OUTBOX, SETTLED, FACTS];
/// A failed open is tried so often (B4).
const OPENINGS: u8 = 3;

/// One database and its connection, opened when first needed and again after the browser closed it.
#[derive(Clone, Debug)]
pub struct IndexedDb {
    name: String,
    connection: Rc<RefCell<Option<IdbDatabase>>>,
    staged_key: Rc<RefCell<Option<JsValue>>>,
}

impl IndexedDb {
    /// The database with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            connection: Rc::default(),
            staged_key: Rc::default(),
        }
    }

    /// Lets go of the connection; the next verb opens it anew.
    pub fn close(&self) {
        if let Some(database) = self.connection.borrow_mut().take() {
            database.close();
        }
    }

    /// Holds a new signing key until `enrol` writes it with the enrolment, both or neither. It is the
    /// browser's own object: it can be used, never read out.
    pub fn stage_key(&self, key: &JsValue) {
        *self.staged_key.borrow_mut() = Some(key.clone());
    }

    /// The signing key, if the device has one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn key(&self) -> Result<Option<JsValue>, StoreError> {
        let key = self
            .read(&[FACTS], async |transaction| {
                transaction.get(FACTS, "key").await
            })
            .await?;
        Ok(key.is_object().then_some(key))
    }

    async fn connected(&self) -> Result<IdbDatabase, StoreError> {
        let mut failure = StoreError::Closed;
        for _ in 0..OPENINGS {
            if let Some(database) = self.connection.borrow().clone() {
                return Ok(database);
            }
            match transaction::open(&self.name, VERSION, &STORES).await {
                Ok(database) => {
                    self.watch(&database);
                    *self.connection.borrow_mut() = Some(database);
                }
                Err(error) => failure = error,
            }
        }
        self.connection.borrow().clone().ok_or(failure)
    }

    /// B4: give way to an upgrade in another tab, and notice when the browser closes the database.
    fn watch(&self, database: &IdbDatabase) {
        let connection = Rc::clone(&self.connection);
        let gone = Closure::<dyn FnMut(Event)>::new(move |_| {
            if let Some(database) = connection.borrow_mut().take() {
                database.close();
            }
        });
        database.set_onclose(Some(gone.as_ref().unchecked_ref()));
        database.set_onversionchange(Some(gone.as_ref().unchecked_ref()));
        // It lives as long as the database object, which is as long as the page.
        gone.forget();
    }

    /// Runs one strict transaction.
    async fn write<T>(
        &self,
        stores: &[&str],
        work: impl AsyncFn(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.valued(stores, Access::Strict, work).await
    }

    async fn read<T>(
        &self,
        stores: &[&str],
        work: impl AsyncFn(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.valued(stores, Access::Read, work).await
    }

    async fn valued<T>(
        &self,
        stores: &[&str],
        access: Access,
        work: impl AsyncFn(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = RefCell::new(None);
        let step = |transaction: Rc<Transaction>| -> Step<'_> {
            let (work, kept) = (&work, &kept);
            Box::pin(async move {
                let value = work(&transaction).await?;
                *kept.borrow_mut() = Some(value);
                Ok(())
            })
        };
        self.twice(stores, access, &step).await?;
        kept.into_inner().ok_or(StoreError::Failed)
    }

    /// Runs one transaction; after a failure once more, on a new connection (O15). Boxed, so that
    /// the fifteen verbs share this code.
    async fn twice<'a>(
        &self,
        stores: &[&str],
        access: Access,
        step: &(dyn Fn(Rc<Transaction>) -> Step<'a> + 'a),
    ) -> Result<(), StoreError> {
        let first = self.run(stores, access, step).await;
        if first.is_ok() {
            return first;
        }
        self.close();
        self.run(stores, access, step).await
    }

    async fn run<'a>(
        &self,
        stores: &[&str],
        access: Access,
        step: &(dyn Fn(Rc<Transaction>) -> Step<'a> + 'a),
    ) -> Result<(), StoreError> {
        let database = self.connected().await?;
        let transaction = Rc::new(Transaction::begin(&database, stores, access)?);
        step(Rc::clone(&transaction)).await?;
        transaction.complete().await
    }
}

/// What is done inside a transaction.
type Step<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

async fn fact(transaction: &Transaction, name: &str) -> Result<Option<String>, StoreError> {
    Ok(transaction.get(FACTS, name).await?.as_string())
}

async fn instant(transaction: &Transaction, name: &str) -> Result<Option<Millis>, StoreError> {
    let text = fact(transaction, name).await?;
    Ok(text.and_then(|text| text.parse().ok()).map(Millis))
}

fn put_fact(transaction: &Transaction, name: &str, value: &str) -> Result<(), StoreError> {
    transaction.put(FACTS, name, &value.into())
}

fn put_instant(
    transaction: &Transaction,
    name: &str,
    at: Option<Millis>,
) -> Result<(), StoreError> {
    put_fact(
        transaction,
        name,
        &at.map_or_else(String::new, |at| at.0.to_string()),
    )
}

async fn facts(transaction: &Transaction) -> Result<Facts, StoreError> {
    let device = fact(transaction, "device").await?;
    let epoch = fact(transaction, "epoch").await?;
    let enrolment = match (device, epoch) {
        (Some(device), Some(epoch)) => {
            let device = DeviceId::parse(&device).ok();
            let epoch = Epoch::parse(&epoch).ok();
            device
                .zip(epoch)
                .map(|(device, epoch)| Enrolment { device, epoch })
        }
        _ => None,
    };
    let field = fact(transaction, "field").await?;
    let wrong = fact(transaction, "pin-wrong").await?;
    Ok(Facts {
        enrolment,
        config: fact(transaction, "config").await?,
        field: field.and_then(|field| FieldId::parse(&field).ok()),
        server_time: instant(transaction, "server-time").await?,
        silent_until: instant(transaction, "silent-until").await?,
        pin: PinTries {
            wrong: wrong
                .and_then(|wrong| wrong.parse().ok())
                .unwrap_or_default(),
            until: instant(transaction, "pin-until").await?,
        },
    })
}

async fn queue(transaction: &Transaction) -> Result<Vec<Queued>, StoreError> {
    let all = transaction.all(OUTBOX).await?;
    Ok(all
        .iter()
        .filter_map(|value| shape::read_entry(&value))
        .collect())
}

impl Store for IndexedDb {
    async fn open(&self) -> Result<Facts, StoreError> {
        self.write(&STORES, async |transaction| {
            put_fact(transaction, "probe", "written")?;
            facts(transaction).await
        })
        .await
    }

    async fn finish(&self, entry: &Entry) -> Result<(), StoreError> {
        let id = entry.parcel.id.to_string();
        self.write(&[PARCELS, OUTBOX], async |transaction| {
            if transaction.get(PARCELS, &id).await?.is_undefined() {
                transaction.put(PARCELS, &id, &shape::parcel(&entry.parcel)?)?;
                transaction.put(OUTBOX, &id, &shape::entry(entry)?)?;
            }
            Ok(())
        })
        .await
    }

    async fn waiting(&self) -> Result<Vec<Queued>, StoreError> {
        self.read(&[OUTBOX], queue).await
    }

    async fn parcels(&self, ids: &[ResponseId]) -> Result<Vec<Parcel>, StoreError> {
        self.read(&[PARCELS, OUTBOX], async |transaction| {
            let mut parcels = Vec::with_capacity(ids.len());
            for id in ids {
                let id = id.to_string();
                if !transaction.get(OUTBOX, &id).await?.is_undefined() {
                    let value = transaction.get(PARCELS, &id).await?;
                    parcels.extend(shape::read_parcel(&value));
                }
            }
            Ok(parcels)
        })
        .await
    }

    async fn settle(&self, heard: &Heard) -> Result<(), StoreError> {
        self.write(&STORES, async |transaction| {
            for (id, hash, verdict) in &heard.settle {
                let id = id.to_string();
                let queued = shape::read_entry(&transaction.get(OUTBOX, &id).await?);
                let parcel = shape::read_parcel(&transaction.get(PARCELS, &id).await?);
                let (Some(queued), Some(parcel)) = (queued, parcel) else {
                    continue;
                };
                if parcel.rehash() == *hash {
                    transaction.remove(OUTBOX, &id)?;
                    let kept = shape::parcel(&parcel.without_comment())?;
                    transaction.put(PARCELS, &id, &kept)?;
                    let settled = shape::settled(&queued, *verdict, heard.now)?;
                    transaction.put(SETTLED, &id, &settled)?;
                }
            }
            for id in &heard.aside {
                let id = id.to_string();
                let queued = shape::read_entry(&transaction.get(OUTBOX, &id).await?);
                if let Some(queued) = queued {
                    transaction.put(OUTBOX, &id, &shape::entry_aside(&queued, heard.now)?)?;
                }
            }
            if let Some(server_time) = heard.server_time {
                let known = instant(transaction, "server-time").await?;
                put_instant(transaction, "server-time", known.max(Some(server_time)))?;
                put_instant(transaction, "last-success", Some(heard.now))?;
            }
            put_instant(transaction, "silent-until", heard.silent_until)?;
            put_fact(transaction, "last-trouble", shape::trouble(heard.trouble))
        })
        .await
    }

    async fn forget(&self, now: Millis) -> Result<usize, StoreError> {
        self.write(&[PARCELS, SETTLED], async |transaction| {
            let mut forgotten = 0;
            for value in transaction.all(SETTLED).await?.iter() {
                if let Some((id, at)) = shape::read_settled(&value)
                    && now.since(at) > SETTLED_DAYS * DAY_MS
                {
                    transaction.remove(PARCELS, &id)?;
                    transaction.remove(SETTLED, &id)?;
                    forgotten += 1;
                }
            }
            Ok(forgotten)
        })
        .await
    }

    async fn summary(&self) -> Result<QueueSummary, StoreError> {
        self.read(&[OUTBOX, FACTS], async |transaction| {
            let queue = queue(transaction).await?;
            let days = fact(transaction, "days").await?.unwrap_or_default();
            let trouble = fact(transaction, "last-trouble").await?;
            let is_aside = |queued: &&Queued| queued.waiting.aside_since.is_some();
            Ok(QueueSummary {
                unsent: queue.len(),
                aside: queue.iter().filter(is_aside).count(),
                oldest: queue.iter().map(|queued| queued.day).min(),
                last_success: instant(transaction, "last-success").await?,
                last_trouble: trouble.and_then(|word| shape::read_trouble(&word)),
                days: survey::wire::read(&days).unwrap_or_default(),
            })
        })
        .await
    }

    async fn enrol(&self, enrolment: &Enrolment, config: &str) -> Result<(), StoreError> {
        let key = self.staged_key.borrow_mut().take();
        self.write(&[FACTS], async |transaction| {
            if let Some(key) = &key {
                transaction.put(FACTS, "key", key)?;
            }
            put_fact(transaction, "device", &enrolment.device.to_string())?;
            put_fact(transaction, "epoch", &enrolment.epoch.to_string())?;
            put_fact(transaction, "config", config)?;
            for begun_anew in ["batch", "days", "field", "silent-until", "last-trouble"] {
                transaction.remove(FACTS, begun_anew)?;
            }
            Ok(())
        })
        .await
    }

    async fn configure(&self, config: &str) -> Result<(), StoreError> {
        self.write(&[FACTS], async |transaction| {
            put_fact(transaction, "config", config)
        })
        .await
    }

    async fn next_batch(&self) -> Result<u32, StoreError> {
        self.write(&[FACTS], async |transaction| {
            let last = fact(transaction, "batch").await?;
            let last: u32 = last.and_then(|last| last.parse().ok()).unwrap_or_default();
            let next = last.saturating_add(1);
            put_fact(transaction, "batch", &next.to_string())?;
            Ok(next)
        })
        .await
    }

    async fn count(&self, what: Begun, day: Day) -> Result<(), StoreError> {
        self.write(&[FACTS], async |transaction| {
            let days = fact(transaction, "days").await?.unwrap_or_default();
            let days = counted(survey::wire::read(&days).unwrap_or_default(), what, day);
            put_fact(transaction, "days", &survey::wire::write(&days))
        })
        .await
    }

    async fn choose_field(&self, field: &FieldId) -> Result<(), StoreError> {
        self.write(&[FACTS], async |transaction| {
            put_fact(transaction, "field", field.as_str())
        })
        .await
    }

    async fn remember_pin(&self, tries: PinTries) -> Result<(), StoreError> {
        self.write(&[FACTS], async |transaction| {
            put_fact(transaction, "pin-wrong", &tries.wrong.to_string())?;
            put_instant(transaction, "pin-until", tries.until)
        })
        .await
    }
}
