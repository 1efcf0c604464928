//! One page of the app on a device: its doors to the disk, with a pause at each where anything may
//! happen. Also where knocked-out rules of the device are undone.

use std::cell::Cell;
use std::rc::Rc;

use survey::day::{Day, Millis};
use survey::id::{AppHash, FieldId, ResponseId, UnitId};
use survey::outbox::Marks;
use survey::submission::Parcel;
use survey_app::device::store::{
    Begun, Enrolment, Entry, Facts, Heard, PinTries, QueueSummary, Queued, Store, StoreError,
};

use super::disk::{Disk, Kept};
use super::rule::{Rule, Without};
use super::task::{now, pause};

/// What the doors of one page share.
#[derive(Default)]
pub struct Shared {
    /// Without W7: a number was used that is not stored yet.
    owes_number: Cell<bool>,
    /// Without O13: the last number this page gave out.
    own_number: Cell<Option<u32>>,
}

/// A page's door to the disk.
#[derive(Clone)]
pub struct Door {
    /// The disk.
    pub disk: Rc<Disk>,
    /// The page.
    pub shared: Rc<Shared>,
    /// What is knocked out.
    pub without: Without,
}

impl Door {
    /// One strict transaction: nothing of it before the first pause, all of it after.
    async fn write<T>(
        &self,
        change: impl FnOnce(&mut Kept) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        pause().await;
        if self.disk.is_full.get() {
            return Err(StoreError::Full);
        }
        let done = self.disk.write(change);
        pause().await;
        done
    }

    fn number(&self, kept: &mut Kept) -> Result<u32, StoreError> {
        if self.without.is(Rule::W7) {
            self.owe();
            return now(kept.memory.clone().next_batch());
        }
        let stored = now(kept.memory.next_batch())?;
        if self.without.is(Rule::O13) {
            let own = self.shared.own_number.get().map_or(stored, |own| own + 1);
            self.shared.own_number.set(Some(own));
            return Ok(own);
        }
        Ok(stored)
    }

    fn owe(&self) {
        self.shared.owes_number.set(true);
    }
}

impl Store for Door {
    async fn open(&self) -> Result<Facts, StoreError> {
        self.disk.read(|kept| now(kept.memory.open()))
    }

    async fn finish(&self, entry: &Entry) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.finish(entry))).await
    }

    async fn waiting(&self) -> Result<Vec<Queued>, StoreError> {
        pause().await;
        Ok(self.disk.waiting())
    }

    async fn parcels(&self, ids: &[ResponseId]) -> Result<Vec<Parcel>, StoreError> {
        pause().await;
        self.disk.read(|kept| now(kept.memory.parcels(ids)))
    }

    async fn marks(&self, unit: &UnitId) -> Result<Marks, StoreError> {
        pause().await;
        self.disk.read(|kept| now(kept.memory.marks(unit)))
    }

    async fn settle(&self, heard: &Heard) -> Result<usize, StoreError> {
        self.write(|kept| {
            if self.shared.owes_number.take() {
                now(kept.memory.next_batch())?;
            }
            kept.hear(heard, self.without)
        })
        .await
    }

    async fn forget(&self, today: Millis) -> Result<usize, StoreError> {
        self.write(|kept| now(kept.memory.forget(today))).await
    }

    async fn summary(&self) -> Result<QueueSummary, StoreError> {
        self.disk.read(|kept| now(kept.memory.summary()))
    }

    async fn enrol(&self, enrolment: &Enrolment, config: &str) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.enrol(enrolment, config)))
            .await
    }

    async fn configure(&self, config: &str) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.configure(config))).await
    }

    async fn next_batch(&self) -> Result<u32, StoreError> {
        self.write(|kept| self.number(kept)).await
    }

    async fn run_as(&self, app: AppHash) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.run_as(app))).await
    }

    async fn count(&self, what: Begun, day: Day) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.count(what, day))).await
    }

    async fn choose_field(&self, field: &FieldId) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.choose_field(field)))
            .await
    }

    async fn remember_pin(&self, tries: PinTries) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.remember_pin(tries)))
            .await
    }

    async fn leave_mark(&self, mark: &str) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.leave_mark(mark))).await
    }

    async fn exported(&self, at: Millis) -> Result<(), StoreError> {
        self.write(|kept| now(kept.memory.exported(at))).await
    }
}
