//! The store in memory: what tests run on. Never: used by a page, it forgets everything.

use std::cell::RefCell;
use std::collections::BTreeMap;

use survey::day::{DAY_MS, Day, Millis};
use survey::id::{AppHash, FieldId, ResponseId, UnitId};
use survey::outbox::{Aside, Marks, Trouble, Waiting};
use survey::submission::Parcel;
use survey::wire::batch::{DayCount, Record};

use super::store::{
    Begun, Enrolment, Entry, Facts, Heard, News, PinTries, QueueSummary, Queued, SETTLED_DAYS,
    Store, StoreError, counted,
};

/// Everything a device remembers, for as long as the value lives.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    kept: RefCell<Kept>,
    failure: RefCell<Option<StoreError>>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    facts: Facts,
    app: Option<AppHash>,
    batch: u32,
    days: Vec<DayCount>,
    last_success: Option<Millis>,
    last_trouble: Option<Trouble>,
    queue: BTreeMap<ResponseId, (Entry, Option<(Millis, Aside)>)>,
    settled: BTreeMap<ResponseId, (Entry, Millis)>,
    restore: u32,
    versions: BTreeMap<UnitId, u64>,
}

impl Kept {
    fn marks(&self, unit: &UnitId) -> Marks {
        Marks {
            restore: self.restore,
            version: self.versions.get(unit).copied().unwrap_or_default(),
        }
    }

    /// Settled records return as the news says; how many.
    fn learn(&mut self, news: &News) -> usize {
        let after = self.marks(&news.unit).after(news.before, news.said);
        if after.restore > self.restore {
            self.versions.clear();
        }
        self.restore = after.restore;
        self.versions.insert(news.unit.clone(), after.version);
        let (returning, settled): (BTreeMap<_, _>, _) = std::mem::take(&mut self.settled)
            .into_iter()
            .partition(|(_, (entry, _))| news.returns(&entry.unit));
        self.settled = settled;
        let count = returning.len();
        let returning = returning.into_iter();
        self.queue
            .extend(returning.map(|(id, (entry, _))| (id, (entry, None))));
        count
    }
}

impl Memory {
    /// From now on every write fails so, until `None`.
    pub fn fail_with(&self, failure: Option<StoreError>) {
        *self.failure.borrow_mut() = failure;
    }

    /// Settled records with what is left of them.
    #[must_use]
    pub fn settled(&self) -> Vec<Parcel> {
        let kept = self.kept.borrow();
        kept.settled
            .values()
            .map(|(entry, _)| entry.parcel.clone())
            .collect()
    }

    /// Changes a waiting record behind everybody's back, as a disk does that forgets (O9).
    pub fn damage(&self, id: ResponseId, change: impl FnOnce(&mut Parcel)) {
        if let Some((entry, _)) = self.kept.borrow_mut().queue.get_mut(&id) {
            change(&mut entry.parcel);
        }
    }

    fn write<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> Result<T, StoreError> {
        match *self.failure.borrow() {
            Some(failure) => Err(failure),
            None => Ok(change(&mut self.kept.borrow_mut())),
        }
    }
}

impl Store for Memory {
    async fn open(&self) -> Result<Facts, StoreError> {
        self.write(|kept| kept.facts.clone())
    }

    async fn finish(&self, entry: &Entry) -> Result<(), StoreError> {
        self.write(|kept| {
            let id = entry.parcel.id;
            if !kept.settled.contains_key(&id) {
                let entry = (entry.clone(), None);
                kept.queue.entry(id).or_insert(entry);
            }
        })
    }

    async fn waiting(&self) -> Result<Vec<Queued>, StoreError> {
        let kept = self.kept.borrow();
        let queued = kept.queue.values().map(|(entry, aside)| Queued {
            waiting: Waiting {
                id: entry.parcel.id,
                hash: entry.parcel.hash,
                bytes: wire_bytes(&entry.parcel),
                aside_since: aside.map(|(since, _)| since),
            },
            unit: entry.unit.clone(),
            day: entry.day,
            aside: aside.map(|(_, why)| why),
        });
        Ok(queued.collect())
    }

    async fn parcels(&self, ids: &[ResponseId]) -> Result<Vec<Parcel>, StoreError> {
        let kept = self.kept.borrow();
        let found = ids.iter().filter_map(|id| kept.queue.get(id));
        Ok(found.map(|(entry, _)| entry.parcel.clone()).collect())
    }

    async fn marks(&self, unit: &UnitId) -> Result<Marks, StoreError> {
        Ok(self.kept.borrow().marks(unit))
    }

    async fn settle(&self, heard: &Heard) -> Result<usize, StoreError> {
        self.write(|kept| {
            let news = heard.news.as_ref();
            let is_outdated =
                news.is_some_and(|news| kept.marks(&news.unit).is_outdated(news.said));
            let returned = news.map_or(0, |news| kept.learn(news));
            let settle = heard.settle.iter().filter(|_| !is_outdated);
            for (id, hash, _) in settle {
                let fits = |(entry, _): &(Entry, _)| entry.parcel.rehash() == *hash;
                if kept.queue.get(id).is_some_and(fits)
                    && let Some((mut entry, _)) = kept.queue.remove(id)
                {
                    entry.parcel = entry.parcel.without_comment();
                    kept.settled.insert(*id, (entry, heard.stamp()));
                }
            }
            for (id, why) in &heard.aside {
                if let Some((_, aside)) = kept.queue.get_mut(id) {
                    *aside = Some((heard.now, *why));
                }
            }
            if heard.server_time.is_some() {
                kept.last_success = Some(heard.now);
            }
            kept.facts.server_time = kept.facts.server_time.max(heard.server_time);
            kept.facts.silent_until = heard.silence(returned);
            kept.last_trouble = heard.trouble;
            returned
        })
    }

    async fn forget(&self, now: Millis) -> Result<usize, StoreError> {
        self.write(|kept| {
            let before = kept.settled.len();
            kept.settled
                .retain(|_, (_, at)| now.since(*at) <= SETTLED_DAYS * DAY_MS);
            before - kept.settled.len()
        })
    }

    async fn summary(&self) -> Result<QueueSummary, StoreError> {
        let kept = self.kept.borrow();
        let asides = kept.queue.values().filter_map(|(_, aside)| *aside);
        Ok(QueueSummary {
            unsent: kept.queue.len(),
            asides: asides.map(|(_, why)| why).collect(),
            oldest: kept.queue.values().map(|(entry, _)| entry.day).min(),
            last_success: kept.last_success,
            last_trouble: kept.last_trouble,
            days: kept.days.clone(),
        })
    }

    async fn enrol(&self, enrolment: &Enrolment, config: &str) -> Result<(), StoreError> {
        self.write(|kept| {
            kept.facts.enrolment = Some(*enrolment);
            kept.facts.config = Some(config.to_owned());
            kept.facts.silent_until = None;
            kept.batch = 0;
            kept.days.clear();
            kept.restore = 0;
            kept.versions.clear();
        })
    }

    async fn configure(&self, config: &str) -> Result<(), StoreError> {
        self.write(|kept| kept.facts.config = Some(config.to_owned()))
    }

    async fn next_batch(&self) -> Result<u32, StoreError> {
        self.write(|kept| {
            kept.batch += 1;
            kept.batch
        })
    }

    async fn run_as(&self, app: AppHash) -> Result<(), StoreError> {
        self.write(|kept| {
            if kept.app.replace(app) != Some(app) {
                kept.queue.values_mut().for_each(|(_, aside)| *aside = None);
            }
        })
    }

    async fn count(&self, what: Begun, day: Day) -> Result<(), StoreError> {
        self.write(|kept| kept.days = counted(std::mem::take(&mut kept.days), what, day))
    }

    async fn choose_field(&self, field: &FieldId) -> Result<(), StoreError> {
        self.write(|kept| kept.facts.field = Some(field.clone()))
    }

    async fn remember_pin(&self, tries: PinTries) -> Result<(), StoreError> {
        self.write(|kept| kept.facts.pin = tries)
    }

    async fn leave_mark(&self, mark: &str) -> Result<(), StoreError> {
        self.write(|kept| kept.facts.mark = Some(mark.to_owned()))
    }

    async fn exported(&self, at: Millis) -> Result<(), StoreError> {
        self.write(|kept| kept.facts.exported = Some(at))
    }
}

/// How many bytes a parcel takes in a batch.
#[must_use]
pub fn wire_bytes(parcel: &Parcel) -> usize {
    survey::json::write(&Record::of(parcel)).len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::contract;
    use crate::device::now::now;

    #[test]
    fn memory_keeps_the_promises_of_a_store() {
        now(contract::run(async || Memory::default()));
    }

    #[test]
    fn o7_a_settled_record_has_lost_its_comment_but_not_its_hash() {
        let store = Memory::default();
        let entry = contract::sample(1);
        let heard = Heard {
            settle: vec![(
                entry.parcel.id,
                entry.parcel.hash,
                survey::outbox::Verdict::Counted,
            )],
            ..Heard::default()
        };
        now(store.finish(&entry)).unwrap();
        now(store.settle(&heard)).unwrap();
        let settled = store.settled();
        assert_eq!(settled[0].comment, None);
        assert!(settled[0].is_intact());
    }
}
