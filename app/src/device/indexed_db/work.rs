//! What a verb has before it in one transaction: what was read, and what is to be written. A verb is a
//! plain function that is begun again when it misses something, so that only [`Work::read`] waits, and
//! is compiled once for all of them. Never: a write before everything was read.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdbRequest;

use super::transaction::{self, Transaction};
use crate::device::store::StoreError;

/// Why a verb stopped.
pub enum Stop {
    /// It needs what is not read yet: read, and begin again.
    Unread,
    /// It cannot be done.
    Broken(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Broken(error)
    }
}

/// A value, or all values of a store, once it was asked for.
struct Sheet {
    store: &'static str,
    /// `None` is the whole store.
    key: Option<String>,
    value: Option<JsValue>,
}

/// A value to be written, or its removal.
struct Change {
    store: &'static str,
    key: String,
    value: Option<JsValue>,
}

/// One verb's work: what was read for it, and what it will write.
#[derive(Default)]
pub struct Work {
    sheets: Vec<Sheet>,
    /// Where the next question is likely answered: a verb asks in the same order each time.
    next: usize,
    changes: Vec<Change>,
}

impl Work {
    /// The value under a key; `undefined` where there is none.
    pub fn get(&mut self, store: &'static str, key: &str) -> Result<JsValue, Stop> {
        self.ask(store, Some(key)).ok_or(Stop::Unread)
    }

    /// Every value of a store.
    pub fn all(&mut self, store: &'static str) -> Result<Array, Stop> {
        let all = self.ask(store, None).ok_or(Stop::Unread)?;
        Ok(all.unchecked_into())
    }

    /// Asks for many values at once, which are then read at once.
    pub fn will_need<'a>(
        &mut self,
        store: &'static str,
        keys: impl Iterator<Item = &'a str>,
    ) -> Result<(), Stop> {
        let mut is_there = true;
        for key in keys {
            is_there &= self.ask(store, Some(key)).is_some();
        }
        if is_there { Ok(()) } else { Err(Stop::Unread) }
    }

    fn ask(&mut self, store: &'static str, key: Option<&str>) -> Option<JsValue> {
        let (before, after) = self.sheets.split_at(self.next.min(self.sheets.len()));
        let is_it = |sheet: &&Sheet| sheet.store == store && sheet.key.as_deref() == key;
        let from_here = after.iter().chain(before).position(|sheet| is_it(&sheet));
        if let Some(distance) = from_here {
            let at = (self.next + distance) % self.sheets.len();
            self.next = at + 1;
            return self.sheets.get(at)?.value.clone();
        }
        self.sheets.push(Sheet {
            store,
            key: key.map(str::to_owned),
            value: None,
        });
        None
    }

    /// Writes a value when the verb is done.
    pub fn put(&mut self, store: &'static str, key: &str, value: JsValue) {
        self.change(store, key, Some(value));
    }

    /// Removes a value when the verb is done.
    pub fn remove(&mut self, store: &'static str, key: &str) {
        self.change(store, key, None);
    }

    fn change(&mut self, store: &'static str, key: &str, value: Option<JsValue>) {
        let key = key.to_owned();
        self.changes.push(Change { store, key, value });
    }

    /// Makes ready for the verb to begin, once more: what was read stays, nothing was written.
    pub fn begin(&mut self) {
        self.next = 0;
        self.changes = Vec::new();
    }

    /// Reads what was asked for, all at once.
    pub async fn read(&mut self, transaction: &Transaction) -> Result<(), StoreError> {
        let mut requests: Vec<IdbRequest> = Vec::new();
        let missing = self.sheets.iter().filter(|sheet| sheet.value.is_none());
        for sheet in missing {
            requests.push(transaction.ask(sheet.store, sheet.key.as_deref())?);
        }
        // Requests are answered in their order: with the last one all are.
        let last = requests.last().ok_or(StoreError::Failed)?;
        transaction::answer(last).await?;
        let missing = self.sheets.iter_mut().filter(|sheet| sheet.value.is_none());
        for (sheet, request) in missing.zip(requests) {
            sheet.value = Some(transaction::result(&request)?);
        }
        Ok(())
    }

    /// Writes what is to be written; a failure shows here or when the transaction completes.
    pub fn write(&self, transaction: &Transaction) -> Result<(), StoreError> {
        let mut changes = self.changes.iter();
        changes.try_for_each(|it| transaction.change(it.store, &it.key, it.value.as_ref()))
    }
}
