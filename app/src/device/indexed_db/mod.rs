//! The store on the browser's IndexedDB. Never: `deleteDatabase` (B4), a blob, a store removed (B5).

mod shape;
mod transaction;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Object;
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
/// What the device knows about itself, under the three keys below.
const FACTS: &str = "facts";
/// Short texts, in one object.
const OWN: &str = "own";
/// The last good configuration.
const CONFIG: &str = "config";
/// The signing key, as the browser's own object.
const KEY: &str = "key";
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
        let work = async |transaction: &Transaction| transaction.get(FACTS, KEY).await;
        let key = self.run(&[FACTS], Access::Read, work).await?;
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

    /// Runs one transaction; after a failure once more, on a new connection (O15). The value comes in
    /// a slot of its own, so that all but a few lines are compiled once for all verbs.
    async fn run<T>(
        &self,
        stores: &[&str],
        access: Access,
        step: impl AsyncFn(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let value = RefCell::new(None);
        let work = |transaction: Rc<Transaction>| -> Working<'_> {
            Box::pin(async {
                let transaction = transaction;
                *value.borrow_mut() = Some(step(&transaction).await?);
                Ok(())
            })
        };
        self.twice(stores, access, &work).await?;
        value.take().ok_or(StoreError::Failed)
    }

    fn twice<'a>(
        &'a self,
        stores: &'a [&'a str],
        access: Access,
        work: &'a dyn Fn(Rc<Transaction>) -> Working<'a>,
    ) -> Working<'a> {
        Box::pin(async move {
            let first = self.once(stores, access, work).await;
            if first.is_ok() {
                return first;
            }
            self.close();
            self.once(stores, access, work).await
        })
    }

    fn once<'a>(
        &'a self,
        stores: &'a [&'a str],
        access: Access,
        work: &'a dyn Fn(Rc<Transaction>) -> Working<'a>,
    ) -> Working<'a> {
        Box::pin(async move {
            let database = self.connected().await?;
            let transaction = Rc::new(Transaction::begin(&database, stores, access)?);
            work(Rc::clone(&transaction)).await?;
            transaction.complete().await
        })
    }
}

/// Something under way that ends in success or not.
type Working<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

/// The device's own texts, in one object.
async fn own(transaction: &Transaction) -> Result<JsValue, StoreError> {
    let own = transaction.get(FACTS, OWN).await?;
    Ok(if own.is_object() {
        own
    } else {
        Object::new().into()
    })
}

fn facts(own: &JsValue, config: &JsValue) -> Facts {
    let text = |name| shape::member(own, name);
    let instant = |name| shape::instant(own, name);
    let device = text("device").and_then(|device| DeviceId::parse(&device).ok());
    let epoch = text("epoch").and_then(|epoch| Epoch::parse(&epoch).ok());
    let wrong = text("pin-wrong").and_then(|wrong| wrong.parse().ok());
    Facts {
        enrolment: device
            .zip(epoch)
            .map(|(device, epoch)| Enrolment { device, epoch }),
        config: config.as_string(),
        field: text("field").and_then(|field| FieldId::parse(&field).ok()),
        server_time: instant("server-time"),
        silent_until: instant("silent-until"),
        pin: PinTries {
            wrong: wrong.unwrap_or_default(),
            until: instant("pin-until"),
        },
    }
}

async fn queue(transaction: &Transaction) -> Result<Vec<Queued>, StoreError> {
    let all = transaction.all(OUTBOX).await?;
    let mut queue = Vec::new();
    for value in all.iter() {
        queue.extend(shape::read_entry(&value));
    }
    Ok(queue)
}

/// An instant as text; none is empty.
fn written(at: Option<Millis>) -> String {
    at.map_or_else(String::new, |at| at.0.to_string())
}

impl Store for IndexedDb {
    async fn open(&self) -> Result<Facts, StoreError> {
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            shape::set(&own, "probe", "written")?;
            transaction.put(FACTS, OWN, &own)?;
            let config = transaction.get(FACTS, CONFIG).await?;
            Ok(facts(&own, &config))
        };
        self.run(&STORES, Access::Strict, work).await
    }

    async fn finish(&self, entry: &Entry) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| {
            let id = entry.parcel.id.to_string();
            if transaction.get(PARCELS, &id).await?.is_undefined() {
                transaction.put(PARCELS, &id, &shape::parcel(&entry.parcel)?)?;
                transaction.put(OUTBOX, &id, &shape::entry(entry)?)?;
            }
            Ok(())
        };
        self.run(&[PARCELS, OUTBOX], Access::Strict, work).await
    }

    async fn waiting(&self) -> Result<Vec<Queued>, StoreError> {
        self.run(&[OUTBOX], Access::Read, queue).await
    }

    async fn parcels(&self, ids: &[ResponseId]) -> Result<Vec<Parcel>, StoreError> {
        let work = async |transaction: &Transaction| {
            let mut parcels = Vec::with_capacity(ids.len());
            for id in ids {
                let id = id.to_string();
                if !transaction.get(OUTBOX, &id).await?.is_undefined() {
                    let value = transaction.get(PARCELS, &id).await?;
                    parcels.extend(shape::read_parcel(&value));
                }
            }
            Ok(parcels)
        };
        self.run(&[PARCELS, OUTBOX], Access::Read, work).await
    }

    async fn settle(&self, heard: &Heard) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| {
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
            let own = own(transaction).await?;
            if heard.server_time.is_some() {
                let known = shape::instant(&own, "server-time");
                shape::set(&own, "server-time", &written(known.max(heard.server_time)))?;
                shape::set(&own, "last-success", &written(Some(heard.now)))?;
            }
            shape::set(&own, "silent-until", &written(heard.silent_until))?;
            shape::set(&own, "last-trouble", shape::trouble(heard.trouble))?;
            transaction.put(FACTS, OWN, &own)
        };
        self.run(&STORES, Access::Strict, work).await
    }

    async fn forget(&self, now: Millis) -> Result<usize, StoreError> {
        let work = async |transaction: &Transaction| {
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
        };
        self.run(&[PARCELS, SETTLED], Access::Strict, work).await
    }

    async fn summary(&self) -> Result<QueueSummary, StoreError> {
        let work = async |transaction: &Transaction| {
            let queue = queue(transaction).await?;
            let own = own(transaction).await?;
            let is_aside = |queued: &&Queued| queued.waiting.aside_since.is_some();
            let trouble = shape::member(&own, "last-trouble").unwrap_or_default();
            Ok(QueueSummary {
                unsent: queue.len(),
                aside: queue.iter().filter(is_aside).count(),
                oldest: queue.iter().map(|queued| queued.day).min(),
                last_success: shape::instant(&own, "last-success"),
                last_trouble: shape::read_trouble(&trouble),
                days: shape::days(&own),
            })
        };
        self.run(&[OUTBOX, FACTS], Access::Read, work).await
    }

    async fn enrol(&self, enrolment: &Enrolment, config: &str) -> Result<(), StoreError> {
        let key = self.staged_key.borrow_mut().take();
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            shape::set(&own, "device", &enrolment.device.to_string())?;
            shape::set(&own, "epoch", &enrolment.epoch.to_string())?;
            for begun_anew in ["batch", "days", "field", "silent-until", "last-trouble"] {
                shape::set(&own, begun_anew, "")?;
            }
            transaction.put(FACTS, OWN, &own)?;
            transaction.put(FACTS, CONFIG, &config.into())?;
            key.as_ref()
                .map_or(Ok(()), |key| transaction.put(FACTS, KEY, key))
        };
        self.run(&[FACTS], Access::Strict, work).await
    }

    async fn configure(&self, config: &str) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| transaction.put(FACTS, CONFIG, &config.into());
        self.run(&[FACTS], Access::Strict, work).await
    }

    async fn next_batch(&self) -> Result<u32, StoreError> {
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            let last = shape::member(&own, "batch").and_then(|last| last.parse().ok());
            let next = last.unwrap_or(0_u32).saturating_add(1);
            shape::set(&own, "batch", &next.to_string())?;
            transaction.put(FACTS, OWN, &own)?;
            Ok(next)
        };
        self.run(&[FACTS], Access::Strict, work).await
    }

    async fn count(&self, what: Begun, day: Day) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            let days = counted(shape::days(&own), what, day);
            shape::set(&own, "days", &survey::wire::write(&days))?;
            transaction.put(FACTS, OWN, &own)
        };
        self.run(&[FACTS], Access::Strict, work).await
    }

    async fn choose_field(&self, field: &FieldId) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            shape::set(&own, "field", field.as_str())?;
            transaction.put(FACTS, OWN, &own)
        };
        self.run(&[FACTS], Access::Strict, work).await
    }

    async fn remember_pin(&self, tries: PinTries) -> Result<(), StoreError> {
        let work = async |transaction: &Transaction| {
            let own = own(transaction).await?;
            shape::set(&own, "pin-wrong", &tries.wrong.to_string())?;
            shape::set(&own, "pin-until", &written(tries.until))?;
            transaction.put(FACTS, OWN, &own)
        };
        self.run(&[FACTS], Access::Strict, work).await
    }
}
