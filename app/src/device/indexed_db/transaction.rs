//! The thin layer over the browser's IndexedDB: open, transaction, request, each as one future.
//!
//! Two promises the raw API does not make: a transaction that is dropped before it is complete is
//! rolled back, and a failure has its cause.

use std::cell::Cell;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, Event, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction,
};

use crate::device::store::StoreError;

/// What a failed call means to the page.
pub fn cause(error: &JsValue) -> StoreError {
    match error.dyn_ref::<DomException>().map(DomException::name) {
        Some(name) if name == "QuotaExceededError" => StoreError::Full,
        Some(name) if name == "InvalidStateError" => StoreError::Closed,
        _ => StoreError::Failed,
    }
}

/// Waits until a request has succeeded or failed, and returns its result.
pub async fn answer(request: &IdbRequest) -> Result<JsValue, StoreError> {
    // Both events resolve the promise: no Rust closure to keep alive, no rejection left unheard.
    let settled = Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&resolve));
    });
    JsFuture::from(settled)
        .await
        .map_err(|error| cause(&error))?;
    result(request)
}

/// The result of a request that has succeeded, or why it failed.
pub fn result(request: &IdbRequest) -> Result<JsValue, StoreError> {
    match request.error() {
        Ok(None) => request.result().map_err(|error| cause(&error)),
        Ok(Some(error)) => Err(cause(&error)),
        Err(error) => Err(cause(&error)),
    }
}

/// Opens a database, adding the stores that are missing (B5: a migration only adds). It asks for no
/// version, so that it opens what a later release left behind (U5).
pub async fn open(name: &str, stores: &[&str]) -> Result<IdbDatabase, StoreError> {
    let database = open_at(name, None, stores).await?;
    let names = database.object_store_names();
    if stores.iter().all(|store| names.contains(store)) {
        return Ok(database);
    }
    let later = database.version() + 1.0;
    database.close();
    open_at(name, Some(later), stores).await
}

async fn open_at(
    name: &str,
    version: Option<f64>,
    stores: &[&str],
) -> Result<IdbDatabase, StoreError> {
    let global = js_sys::global();
    let factory = Reflect::get(&global, &JsValue::from_str("indexedDB"))
        .ok()
        .and_then(|factory| factory.dyn_into::<IdbFactory>().ok())
        .ok_or(StoreError::Closed)?;
    let request = match version {
        None => factory.open(name),
        Some(version) => factory.open_with_f64(name, version),
    };
    let request = request.map_err(|error| cause(&error))?;
    let wanted: Vec<String> = stores.iter().map(|store| (*store).to_owned()).collect();
    let upgrade = Closure::once(move |event: Event| add_missing(&event, &wanted));
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database = answer(&request).await?;
    database.dyn_into().map_err(|_| StoreError::Failed)
}

fn add_missing(event: &Event, wanted: &[String]) {
    let request = event
        .target()
        .and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
    let database = request.and_then(|request| request.result().ok()?.dyn_into().ok());
    let Some(database): Option<IdbDatabase> = database else {
        return;
    };
    for store in wanted {
        if !database.object_store_names().contains(store) {
            // A store that cannot be made shows at the first transaction that needs it.
            let _ = database.create_object_store(store);
        }
    }
}

/// How a transaction touches the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads only.
    Read,
    /// Writes; complete means on the disk (B1).
    Strict,
}

/// A transaction under way. Await nothing but its own requests while it lives.
pub struct Transaction {
    inner: IdbTransaction,
    over: Promise,
    is_over: Cell<bool>,
}

impl Transaction {
    /// Begins on these stores.
    pub fn begin(
        database: &IdbDatabase,
        stores: &[&str],
        access: Access,
    ) -> Result<Self, StoreError> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let (mode, durability) = match access {
            Access::Read => ("readonly", "default"),
            Access::Strict => ("readwrite", "strict"),
        };
        let options = Object::new();
        // `web-sys` has no stable name for the third argument, so the call goes by name.
        let inner = Reflect::set(&options, &"durability".into(), &durability.into())
            .and_then(|_| Reflect::get(database, &"transaction".into()))
            .and_then(JsCast::dyn_into::<Function>)
            .and_then(|begin| begin.call3(database, &names, &mode.into(), &options))
            .map_err(|error| cause(&error))?
            .unchecked_into::<IdbTransaction>();
        let over = Promise::new(&mut |resolve, _| {
            inner.set_oncomplete(Some(&resolve));
            inner.set_onabort(Some(&resolve));
        });
        Ok(Self {
            inner,
            over,
            is_over: Cell::new(false),
        })
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, StoreError> {
        self.inner.object_store(name).map_err(|error| cause(&error))
    }

    /// Asks for the value under a key, or for every value of a store.
    pub fn ask(&self, store: &str, key: Option<&str>) -> Result<IdbRequest, StoreError> {
        let store = self.store(store)?;
        let request = match key {
            Some(key) => store.get(&key.into()),
            None => store.get_all(),
        };
        request.map_err(|error| cause(&error))
    }

    /// Writes a value, or removes it; a failure shows here or at [`Self::complete`].
    pub fn change(
        &self,
        store: &str,
        key: &str,
        value: Option<&JsValue>,
    ) -> Result<(), StoreError> {
        let (store, key) = (self.store(store)?, key.into());
        let request = match value {
            Some(value) => store.put_with_key(value, &key),
            None => store.delete(&key),
        };
        request.map(|_| ()).map_err(|error| cause(&error))
    }

    /// Waits for the `complete` event: only now everything written is there, and stays.
    pub async fn complete(&self) -> Result<(), StoreError> {
        let event = JsFuture::from(self.over.clone()).await;
        self.is_over.set(true);
        let event = event.map_err(|error| cause(&error))?;
        if event.unchecked_ref::<Event>().type_() == "complete" {
            return Ok(());
        }
        let error = self.inner.error();
        Err(error.map_or(StoreError::Failed, |error| cause(&error)))
    }
}

impl Drop for Transaction {
    /// The raw API commits what was written when nobody asks any more; half a change must not stay.
    fn drop(&mut self) {
        if !self.is_over.get() {
            // It fails only when the transaction is over already.
            let _ = self.inner.abort();
        }
    }
}
