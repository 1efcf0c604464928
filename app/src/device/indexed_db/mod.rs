//! The store on the browser's IndexedDB. Never: `deleteDatabase` (B4), a blob, a store removed (B5).

mod shape;
mod transaction;
mod work;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Object;
use survey::day::{DAY_MS, Day, Millis};
use survey::id::{AppHash, DeviceId, Epoch, FieldId, ResponseId, UnitId};
use survey::outbox::{Marks, Reoffer};
use survey::submission::Parcel;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, IdbDatabase};

use self::transaction::{Access, Transaction};
use self::work::{Stop, Work};
use super::store::{
    Begun, Enrolment, Entry, Facts, Heard, News, PinTries, QueueSummary, Queued, SETTLED_DAYS,
    Store, StoreError, counted,
};

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
/// Own texts that a new enrolment begins anew.
const BEGUN_ANEW: [&str; 6] = [
    "batch",
    "days",
    "field",
    "restore",
    "silent-until",
    "last-trouble",
];
/// A failed open is tried so often (B4).
const OPENINGS: u8 = 3;

/// One database and its connection, opened when first needed and again after the browser closed it.
#[derive(Clone, Debug)]
pub struct IndexedDb {
    name: Rc<str>,
    connection: Rc<RefCell<Option<IdbDatabase>>>,
    staged_key: Rc<RefCell<Option<JsValue>>>,
}

impl IndexedDb {
    /// The database with this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
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
        let read = |work: &mut Work| work.get(FACTS, KEY);
        let key = self.run(&[FACTS], Access::Read, read).await?;
        Ok(key.is_object().then_some(key))
    }

    /// Changes these of the device's own texts.
    fn keep<const N: usize>(&self, texts: [(&'static str, String); N]) -> Working<'static, ()> {
        self.run(&[FACTS], Access::Strict, move |work| {
            let own = own(work)?;
            for (name, text) in &texts {
                shape::set(&own, name, text)?;
            }
            work.put(FACTS, OWN, own);
            Ok(())
        })
    }

    async fn connected(&self) -> Result<IdbDatabase, StoreError> {
        let mut failure = StoreError::Closed;
        for _ in 0..OPENINGS {
            if let Some(database) = self.connection.borrow().clone() {
                return Ok(database);
            }
            match transaction::open(&self.name, &STORES).await {
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

    /// Runs one verb in one transaction; after a failure once more, on a new connection (O15). The
    /// value comes in a slot of its own, so that all but a few lines are compiled once for all verbs.
    fn run<'a, T: 'a>(
        &self,
        stores: &'static [&'static str],
        access: Access,
        mut verb: impl FnMut(&mut Work) -> Result<T, Stop> + 'a,
    ) -> Working<'a, T> {
        let database = self.clone();
        Box::pin(async move {
            let mut value = None;
            let mut keep = |work: &mut Work| verb(work).map(|it| value = Some(it));
            database.twice(stores, access, &mut keep).await?;
            value.ok_or(StoreError::Failed)
        })
    }

    fn twice<'a>(
        &'a self,
        stores: &'static [&'static str],
        access: Access,
        verb: Verb<'a>,
    ) -> Working<'a, ()> {
        Box::pin(async move {
            let first = self.once(stores, access, verb).await;
            if first.is_ok() {
                return first;
            }
            self.close();
            self.once(stores, access, verb).await
        })
    }

    async fn once(
        &self,
        stores: &[&str],
        access: Access,
        verb: &mut dyn FnMut(&mut Work) -> Result<(), Stop>,
    ) -> Result<(), StoreError> {
        let database = self.connected().await?;
        let transaction = Transaction::begin(&database, stores, access)?;
        let mut work = Work::default();
        loop {
            work.begin();
            match verb(&mut work) {
                Ok(()) => break,
                Err(Stop::Broken(error)) => return Err(error),
                Err(Stop::Unread) => work.read(&transaction).await?,
            }
        }
        work.write(&transaction)?;
        transaction.complete().await
    }
}

/// Something under way.
type Working<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + 'a>>;
/// What is done in one transaction.
type Verb<'a> = &'a mut dyn FnMut(&mut Work) -> Result<(), Stop>;

/// The device's own texts, in one object: a copy, so that a verb that is begun again finds them as
/// they are stored.
fn own(work: &mut Work) -> Result<JsValue, Stop> {
    let own = work.get(FACTS, OWN)?;
    let copy = Object::new();
    if own.is_object() {
        Object::assign(&copy, own.unchecked_ref());
    }
    Ok(copy.into())
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
        mark: text("mark"),
        exported: instant("exported"),
    }
}

fn queue(work: &mut Work) -> Result<Vec<Queued>, Stop> {
    let mut queue = Vec::new();
    for value in work.all(OUTBOX)?.iter() {
        queue.extend(shape::read_entry(&value));
    }
    Ok(queue)
}

/// Settled records that return to the queue as the news says (O12).
fn returning(work: &mut Work, news: &News) -> Result<Vec<Entry>, Stop> {
    let mut entries = Vec::new();
    if news.reoffer() == Reoffer::Nothing {
        return Ok(entries);
    }
    let settled = work.all(SETTLED)?;
    let settled = settled
        .iter()
        .filter_map(|value| shape::read_settled(&value));
    let settled: Vec<_> = settled.filter(|it| news.returns(&it.unit)).collect();
    work.will_need(PARCELS, settled.iter().map(|it| it.id.as_str()))?;
    for settled in settled {
        let parcel = shape::read_parcel(&work.get(PARCELS, &settled.id)?);
        entries.extend(parcel.map(|parcel| Entry {
            parcel,
            unit: settled.unit,
            day: settled.day,
        }));
    }
    Ok(entries)
}

/// An instant as text; none is empty.
fn written(at: Option<Millis>) -> String {
    at.map_or_else(String::new, |at| at.0.to_string())
}

impl Store for IndexedDb {
    fn open(&self) -> impl Future<Output = Result<Facts, StoreError>> {
        self.run(&STORES, Access::Strict, move |work| {
            let own = own(work)?;
            let config = work.get(FACTS, CONFIG)?;
            let facts = facts(&own, &config);
            shape::set(&own, "probe", "written")?;
            work.put(FACTS, OWN, own);
            Ok(facts)
        })
    }

    fn finish(&self, entry: &Entry) -> impl Future<Output = Result<(), StoreError>> {
        self.run(&[PARCELS, OUTBOX], Access::Strict, move |work| {
            let id = entry.parcel.id.to_string();
            if work.get(PARCELS, &id)?.is_undefined() {
                work.put(PARCELS, &id, shape::parcel(&entry.parcel)?);
                work.put(OUTBOX, &id, shape::entry(entry)?);
            }
            Ok(())
        })
    }

    fn waiting(&self) -> impl Future<Output = Result<Vec<Queued>, StoreError>> {
        self.run(&[OUTBOX], Access::Read, queue)
    }

    fn parcels(&self, ids: &[ResponseId]) -> impl Future<Output = Result<Vec<Parcel>, StoreError>> {
        let ids: Vec<String> = ids.iter().map(ResponseId::to_string).collect();
        self.run(&[PARCELS, OUTBOX], Access::Read, move |work| {
            for store in [OUTBOX, PARCELS] {
                work.will_need(store, ids.iter().map(String::as_str))?;
            }
            let mut parcels = Vec::with_capacity(ids.len());
            for id in &ids {
                let is_waiting = !work.get(OUTBOX, id)?.is_undefined();
                let parcel = work.get(PARCELS, id)?;
                parcels.extend(shape::read_parcel(&parcel).filter(|_| is_waiting));
            }
            Ok(parcels)
        })
    }

    fn marks(&self, unit: &UnitId) -> impl Future<Output = Result<Marks, StoreError>> {
        self.run(&[FACTS], Access::Read, move |work| {
            Ok(shape::marks(&own(work)?, unit))
        })
    }

    fn settle(&self, heard: &Heard) -> impl Future<Output = Result<usize, StoreError>> {
        self.run(&STORES, Access::Strict, move |work| {
            let own = own(work)?;
            let returned = match &heard.news {
                Some(news) => returning(work, news)?,
                None => Vec::new(),
            };
            let settle = heard.settle.iter().map(|(id, ..)| id);
            let aside = heard.aside.iter().map(|(id, _)| id);
            let named: Vec<_> = settle.chain(aside).map(ResponseId::to_string).collect();
            for store in [OUTBOX, PARCELS] {
                work.will_need(store, named.iter().map(String::as_str))?;
            }
            let mut is_outdated = false;
            if let Some(news) = &heard.news {
                let known = shape::marks(&own, &news.unit);
                is_outdated = known.is_outdated(news.said);
                let after = known.after(news.before, news.said);
                shape::set_marks(&own, &news.unit, after)?;
            }
            for entry in &returned {
                let id = entry.parcel.id.to_string();
                work.put(OUTBOX, &id, shape::entry(entry)?);
                work.remove(SETTLED, &id);
            }
            for (id, hash, verdict) in heard.settle.iter().filter(|_| !is_outdated) {
                let id = id.to_string();
                let queued = shape::read_entry(&work.get(OUTBOX, &id)?);
                let parcel = shape::read_parcel(&work.get(PARCELS, &id)?);
                let (Some(queued), Some(parcel)) = (queued, parcel) else {
                    continue;
                };
                if parcel.rehash() == *hash {
                    work.remove(OUTBOX, &id);
                    work.put(PARCELS, &id, shape::parcel(&parcel.without_comment())?);
                    let settled = shape::settled(&queued, *verdict, heard.stamp())?;
                    work.put(SETTLED, &id, settled);
                }
            }
            for (id, why) in &heard.aside {
                let id = id.to_string();
                if let Some(queued) = shape::read_entry(&work.get(OUTBOX, &id)?) {
                    work.put(OUTBOX, &id, shape::entry_aside(&queued, heard.now, *why)?);
                }
            }
            if heard.server_time.is_some() {
                let known = shape::instant(&own, "server-time");
                shape::set(&own, "server-time", &written(known.max(heard.server_time)))?;
                shape::set(&own, "last-success", &written(Some(heard.now)))?;
            }
            let silence = heard.silence(returned.len());
            shape::set(&own, "silent-until", &written(silence))?;
            shape::set(&own, "last-trouble", shape::trouble(heard.trouble))?;
            work.put(FACTS, OWN, own);
            Ok(returned.len())
        })
    }

    fn forget(&self, now: Millis) -> impl Future<Output = Result<usize, StoreError>> {
        self.run(&[PARCELS, SETTLED], Access::Strict, move |work| {
            let mut forgotten = 0;
            for value in work.all(SETTLED)?.iter() {
                if let Some(settled) = shape::read_settled(&value)
                    && now.since(settled.at) > SETTLED_DAYS * DAY_MS
                {
                    work.remove(PARCELS, &settled.id);
                    work.remove(SETTLED, &settled.id);
                    forgotten += 1;
                }
            }
            Ok(forgotten)
        })
    }

    fn summary(&self) -> impl Future<Output = Result<QueueSummary, StoreError>> {
        self.run(&[OUTBOX, FACTS], Access::Read, move |work| {
            let queue = queue(work)?;
            let own = own(work)?;
            let trouble = shape::member(&own, "last-trouble").unwrap_or_default();
            Ok(QueueSummary {
                unsent: queue.len(),
                asides: queue.iter().filter_map(|queued| queued.aside).collect(),
                oldest: queue.iter().map(|queued| queued.day).min(),
                last_success: shape::instant(&own, "last-success"),
                last_trouble: shape::read_trouble(&trouble),
                days: shape::days(&own),
            })
        })
    }

    fn enrol(
        &self,
        enrolment: &Enrolment,
        config: &str,
    ) -> impl Future<Output = Result<(), StoreError>> {
        let (enrolment, key) = (*enrolment, self.staged_key.borrow_mut().take());
        self.run(&[FACTS], Access::Strict, move |work| {
            let own = own(work)?;
            shape::set(&own, "device", &enrolment.device.to_string())?;
            shape::set(&own, "epoch", &enrolment.epoch.to_string())?;
            for begun_anew in BEGUN_ANEW {
                shape::set(&own, begun_anew, "")?;
            }
            work.put(FACTS, OWN, own);
            work.put(FACTS, CONFIG, config.into());
            if let Some(key) = &key {
                work.put(FACTS, KEY, key.clone());
            }
            Ok(())
        })
    }

    fn configure(&self, config: &str) -> impl Future<Output = Result<(), StoreError>> {
        self.run(&[FACTS], Access::Strict, move |work| {
            work.put(FACTS, CONFIG, config.into());
            Ok(())
        })
    }

    fn next_batch(&self) -> impl Future<Output = Result<u32, StoreError>> {
        self.run(&[FACTS], Access::Strict, move |work| {
            let own = own(work)?;
            let last = shape::member(&own, "batch").and_then(|last| last.parse().ok());
            let next = last.unwrap_or(0_u32).saturating_add(1);
            shape::set(&own, "batch", &next.to_string())?;
            work.put(FACTS, OWN, own);
            Ok(next)
        })
    }

    fn run_as(&self, app: AppHash) -> impl Future<Output = Result<(), StoreError>> {
        let app = app.to_string();
        self.run(&[OUTBOX, FACTS], Access::Strict, move |work| {
            let own = own(work)?;
            if shape::member(&own, "app").as_ref() == Some(&app) {
                return Ok(());
            }
            for value in work.all(OUTBOX)?.iter() {
                let aside = shape::instant(&value, "aside");
                if let Some(id) = shape::member(&value, "id").filter(|_| aside.is_some()) {
                    shape::set(&value, "aside", "")?;
                    work.put(OUTBOX, &id, value);
                }
            }
            shape::set(&own, "app", &app)?;
            work.put(FACTS, OWN, own);
            Ok(())
        })
    }

    fn count(&self, what: Begun, day: Day) -> impl Future<Output = Result<(), StoreError>> {
        self.run(&[FACTS], Access::Strict, move |work| {
            let own = own(work)?;
            let days = counted(shape::days(&own), what, day);
            shape::set(&own, "days", &survey::json::write(&days))?;
            work.put(FACTS, OWN, own);
            Ok(())
        })
    }

    fn choose_field(&self, field: &FieldId) -> impl Future<Output = Result<(), StoreError>> {
        self.keep([("field", field.as_str().to_owned())])
    }

    fn remember_pin(&self, tries: PinTries) -> impl Future<Output = Result<(), StoreError>> {
        let until = written(tries.until);
        self.keep([("pin-wrong", tries.wrong.to_string()), ("pin-until", until)])
    }

    fn leave_mark(&self, mark: &str) -> impl Future<Output = Result<(), StoreError>> {
        self.keep([("mark", mark.to_owned())])
    }

    fn exported(&self, at: Millis) -> impl Future<Output = Result<(), StoreError>> {
        self.keep([("exported", written(Some(at)))])
    }
}
