//! A device's disk: the app's own memory store, twice, for what is written and for what survives a
//! power cut. Also where knocked-out rules of the store are undone.

use std::cell::{Cell, RefCell};

use survey::day::Millis;
use survey::id::ResponseId;
use survey::outbox::{Marks, Reoffer};
use survey_app::device::memory::Memory;
use survey_app::device::store::{Enrolment, Heard, Queued, Store, StoreError};

use super::rule::{Rule, Without};
use super::task::now;

/// Everything on a disk.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The app's store.
    pub memory: Memory,
    /// The highest restore ordinal that a reply named, whatever the app made of it.
    told: u32,
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
            kept.memory.damage(id, |parcel| {
                parcel.body = parcel.body.replacen("\"kiosk\"", "\"kjosk\"", 1);
            });
        });
    }
}

impl Kept {
    /// The highest restore ordinal that it was told of.
    pub fn told(&self) -> u32 {
        self.told
    }

    /// Applies one exchange (O4, O8, O12); without a rule, what the rule looks at is bent first.
    pub fn hear(&mut self, heard: &Heard, without: Without) -> Result<usize, StoreError> {
        let mut heard = heard.clone();
        if let Some(news) = &mut heard.news {
            self.told = self.told.max(news.said.restore);
            if without.is(Rule::O12) {
                news.before.restore = 0;
                news.said.restore = 0;
            }
            if without.is(Rule::O12Unit) && news.reoffer() == Reoffer::Everything {
                news.before = Marks {
                    version: news.said.version + 1,
                    ..news.said
                };
            }
        }
        if let Some(news) = &heard.news
            && without.is(Rule::O12Outdated)
            && now(self.memory.marks(&news.unit))?.is_outdated(news.said)
        {
            heard.news = None;
        }
        let returned = now(self.memory.settle(&heard))?;
        if without.is(Rule::O7) {
            now(self.memory.forget(Millis(i64::MAX)))?;
        }
        Ok(returned)
    }

    /// Forgets what was settled long ago (O7), as the app does when a page opens.
    pub fn forget(&mut self) {
        let facts = now(self.memory.open()).unwrap_or_default();
        if let Some(today) = facts.server_time {
            let _ = now(self.memory.forget(today));
        }
    }

    /// Every record on this disk, waiting or settled.
    pub fn ids(&self) -> Vec<ResponseId> {
        let waiting = now(self.memory.waiting()).unwrap_or_default();
        let waiting = waiting.into_iter().map(|queued| queued.waiting.id);
        let settled = self.memory.settled().into_iter().map(|parcel| parcel.id);
        waiting.chain(settled).collect()
    }
}
