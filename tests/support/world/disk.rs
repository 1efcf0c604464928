//! A device's disk: the app's own memory store, twice, for what is written and for what survives a
//! power cut; and what a device keeps for rule O12.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use survey::day::{DAY_MS, Millis};
use survey::id::{ResponseId, UnitId};
use survey::outbox::{Marks, Reoffer};
use survey::submission::Parcel;
use survey::wire::batch::Reply;
use survey_app::device::memory::Memory;
use survey_app::device::store::{Enrolment, Entry, Heard, Queued, SETTLED_DAYS, Store};

use super::rule::{Rule, Without};
use super::task::now;

/// What a reply taught beyond its verdicts, told with them in one transaction.
#[derive(Clone, Debug)]
pub struct News {
    /// The unit that replied.
    pub unit: UnitId,
    /// What was known of it before the request was sent.
    pub before: Marks,
    /// The reply.
    pub reply: Reply,
}

/// Everything on a disk.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The app's store.
    pub memory: Memory,
    /// Settled records, without their comments, with the server's time of their verdict. (The app's store
    /// keeps them too, but has no way back for them yet.)
    settled: BTreeMap<ResponseId, (Entry, Millis)>,
    restore: u32,
    versions: BTreeMap<UnitId, u64>,
}

/// The disk of one device.
#[derive(Debug)]
pub struct Disk {
    live: RefCell<Kept>,
    /// Without B1: what has reached the disk. Else every write has.
    durable: RefCell<Kept>,
    /// Nothing more can be written.
    pub is_full: Cell<bool>,
    without: Without,
}

impl Disk {
    /// A new disk of an enrolled device.
    pub fn new(enrolment: &Enrolment, without: Without) -> Self {
        let disk = Self::holding(Kept::default(), without);
        disk.write(|kept| now(kept.memory.enrol(enrolment, "{}")).is_ok());
        let enrolled = disk.copy();
        Self::holding(enrolled, without)
    }

    /// A disk with this on it, durably.
    pub fn holding(kept: Kept, without: Without) -> Self {
        Self {
            live: RefCell::new(kept.clone()),
            durable: RefCell::new(kept),
            is_full: Cell::new(false),
            without,
        }
    }

    /// A copy of what is on it.
    pub fn copy(&self) -> Kept {
        self.live.borrow().clone()
    }

    /// Reads.
    pub fn read<T>(&self, look: impl FnOnce(&Kept) -> T) -> T {
        look(&self.live.borrow())
    }

    /// Writes strictly: when this returns, a power cut does not undo it (B1).
    pub fn write<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        if self.without.is(Rule::B1) {
            // The write before this one has reached the disk by now, this one has not.
            let so_far = self.live.borrow().clone();
            self.durable.replace(so_far);
        }
        change(&mut self.live.borrow_mut())
    }

    /// The power fails.
    pub fn lose_power(&self) {
        if self.without.is(Rule::B1) {
            let left = self.durable.borrow().clone();
            self.live.replace(left);
        }
    }

    /// What waits, without content.
    pub fn waiting(&self) -> Vec<Queued> {
        self.read(|kept| now(kept.memory.waiting()).unwrap_or_default())
    }

    /// How many wait.
    pub fn unsent(&self) -> usize {
        self.read(|kept| now(kept.memory.summary()).unwrap_or_default().unsent)
    }

    /// A bit flips in a waiting record.
    pub fn damage(&self, id: ResponseId) {
        self.write(|kept| {
            let Some(mut entry) = kept.take_out(id) else {
                return;
            };
            entry.parcel.body = entry.parcel.body.replacen("\"kiosk\"", "\"kjosk\"", 1);
            kept.put_back(&entry);
        });
    }
}

impl Kept {
    /// The marks of a unit: one restore ordinal for all of them (L12), a version for each.
    pub fn marks(&self, unit: &UnitId) -> Marks {
        Marks {
            restore: self.restore,
            version: self.versions.get(unit).copied().unwrap_or_default(),
        }
    }

    /// The restore ordinal that it knows.
    pub fn restore(&self) -> u32 {
        self.restore
    }

    /// Applies one exchange (O4, O8, O12).
    pub fn hear(&mut self, heard: &Heard, news: Option<&News>, without: Without) {
        let mut heard = heard.clone();
        let is_outdated = |news: &News| self.marks(&news.unit).is_outdated(&news.reply);
        if news.is_some_and(is_outdated) && !without.is(Rule::O12Outdated) {
            heard.settle.clear();
        }
        let reoffer = news.map_or(Reoffer::Nothing, |news| self.learn(news, without));
        let returning: Vec<ResponseId> = self
            .settled
            .iter()
            .filter(|(_, (entry, _))| match reoffer {
                Reoffer::Nothing => false,
                Reoffer::ThisUnit => news.is_some_and(|news| news.unit == entry.unit),
                Reoffer::Everything => true,
            })
            .map(|(id, _)| *id)
            .collect();
        for id in returning {
            if let Some((entry, _)) = self.settled.remove(&id) {
                self.put_back(&entry);
            }
        }
        let leaving = self.entries(&heard);
        let _ = now(self.memory.settle(&heard));
        self.forget_shadow();
        for mut entry in leaving {
            entry.parcel = entry.parcel.without_comment();
            let at = heard.server_time.unwrap_or(heard.now);
            self.settled.insert(entry.parcel.id, (entry, at));
        }
        if without.is(Rule::O7) {
            self.settled.clear();
        }
    }

    fn learn(&mut self, news: &News, without: Without) -> Reoffer {
        let (mut before, mut known) = (news.before, self.marks(&news.unit));
        if without.is(Rule::O12) {
            before.restore = news.reply.restore;
            known.restore = news.reply.restore;
        }
        let reoffer = before.reoffer(&news.reply);
        let after = known.after(before, &news.reply);
        if after.restore > self.restore && !without.is(Rule::O12) {
            self.versions.clear();
        }
        self.restore = after.restore;
        self.versions.insert(news.unit.clone(), after.version);
        match reoffer {
            Reoffer::Everything if without.is(Rule::O12Unit) => Reoffer::ThisUnit,
            reoffer => reoffer,
        }
    }

    /// Forgets what was settled long ago (O7), by the greatest server time ever seen: the device's own
    /// clock may be a year ahead.
    pub fn forget(&mut self) -> usize {
        let facts = now(self.memory.open()).unwrap_or_default();
        let Some(today) = facts.server_time else {
            return 0;
        };
        let before = self.settled.len();
        self.settled
            .retain(|_, (_, at)| today.since(*at) <= SETTLED_DAYS * DAY_MS);
        before - self.settled.len()
    }

    /// Every record on this disk, waiting or settled.
    pub fn ids(&self) -> Vec<ResponseId> {
        let waiting = now(self.memory.waiting()).unwrap_or_default();
        let waiting = waiting.into_iter().map(|queued| queued.waiting.id);
        waiting.chain(self.settled.keys().copied()).collect()
    }

    /// The records that this settles.
    fn entries(&self, heard: &Heard) -> Vec<Entry> {
        if heard.settle.is_empty() {
            return Vec::new();
        }
        let queue = now(self.memory.waiting()).unwrap_or_default();
        let ids: Vec<ResponseId> = heard.settle.iter().map(|(id, ..)| *id).collect();
        let parcels = now(self.memory.parcels(&ids)).unwrap_or_default();
        let fits = |parcel: &Parcel| {
            let verdict = (parcel.id, parcel.rehash());
            (heard.settle.iter()).any(|(id, hash, _)| (*id, *hash) == verdict)
        };
        let entry = |parcel: Parcel| {
            let queued = queue.iter().find(|queued| queued.waiting.id == parcel.id)?;
            Some(Entry {
                parcel,
                unit: queued.unit.clone(),
                day: queued.day,
            })
        };
        parcels.into_iter().filter(fits).filter_map(entry).collect()
    }

    fn entry(&self, id: ResponseId) -> Option<Entry> {
        let queue = now(self.memory.waiting()).unwrap_or_default();
        let queued = queue.into_iter().find(|queued| queued.waiting.id == id)?;
        let parcel = now(self.memory.parcels(&[id])).ok()?.pop()?;
        Some(Entry {
            parcel,
            unit: queued.unit,
            day: queued.day,
        })
    }

    /// Takes a record out of the queue by the only way the app's store has: a verdict.
    fn take_out(&mut self, id: ResponseId) -> Option<Entry> {
        let entry = self.entry(id)?;
        let verdict = survey::outbox::Verdict::Counted;
        let heard = Heard {
            settle: vec![(id, entry.parcel.rehash(), verdict)],
            ..Heard::default()
        };
        let _ = now(self.memory.settle(&heard));
        self.forget_shadow();
        Some(entry)
    }

    fn put_back(&mut self, entry: &Entry) {
        let _ = now(self.memory.finish(entry));
    }

    /// The app's store would not take a settled record back; this one keeps them itself.
    fn forget_shadow(&mut self) {
        let _ = now(self.memory.forget(Millis(i64::MAX)));
    }
}
