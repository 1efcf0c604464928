//! A device at a counter: its disk, its clock, its pages. Never: a rule of the sync; a page runs the
//! app's own exchange and the app's own session.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use survey::day::{Day, DayQuality, Millis};
use survey::id::{AppHash, UnitId};
use survey::outbox::{Next, Outbox};
use survey_app::counter::session::{Screen, Session, View};
use survey_app::counter::sync::{Round, Sender, World as Outside, left, round};
use survey_app::counter::timekeeper::Timekeeper;
use survey_app::device::health::Health;
use survey_app::device::store::{Enrolment, Entry, Store, StoreError};

use super::dice::{Clock, Dice};
use super::disk::{Disk, Kept};
use super::line::Line;
use super::network::Network;
use super::oracle::Key;
use super::rule::{Rule, Without};
use super::tab::{Door, Shared};
use super::task::{Job, now, poll};

/// What pages share with the rest of the world.
#[derive(Clone)]
pub struct Around {
    /// All that is under way.
    pub network: Rc<RefCell<Network>>,
    /// Chance.
    pub dice: Dice,
    /// Time.
    pub clock: Clock,
    /// What is knocked out.
    pub without: Without,
}

/// A device.
pub struct Device {
    /// Its place in the world's list.
    pub number: usize,
    /// Its disk.
    pub disk: Rc<Disk>,
    /// Who it is; a clone is the same.
    pub enrolment: Enrolment,
    /// What it signs with.
    pub key: String,
    /// The unit it stands in now.
    pub unit: UnitId,
    /// Its wall clock minus true time, in milliseconds.
    pub skew: Rc<Cell<i64>>,
    /// Its pages; the first is the one citizens use.
    pub tabs: Vec<Tab>,
    /// The browser has Web Locks.
    pub has_locks: bool,
    /// Stolen, broken, wiped: it never comes back.
    pub is_gone: bool,
    /// What a backup of this device holds.
    pub backup: Option<Kept>,
    around: Around,
}

/// How a write ended.
type Written = Result<(), StoreError>;

/// One page.
pub struct Tab {
    outbox: Option<Outbox>,
    sending: Option<Job<(Outbox, Result<Round, StoreError>)>>,
    finishing: Option<(Key, Box<Entry>, Job<Written>)>,
    keeper: Timekeeper,
    shared: Rc<Shared>,
    began: Millis,
    /// When to send, by the device's wall clock.
    due: Millis,
    /// The server asked for silence until then, by the device's wall clock; nothing shortens it.
    silent_until: Millis,
}

/// What a citizen saw in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// "Cảm ơn".
    Thanks,
    /// "Chưa lưu được".
    NotSaved,
}

impl Device {
    /// A device with a disk, switched on.
    pub fn new(
        number: usize,
        disk: Rc<Disk>,
        enrolment: Enrolment,
        unit: UnitId,
        around: &Around,
    ) -> Self {
        let mut device = Self {
            number,
            disk,
            enrolment,
            key: format!("key of {}", enrolment.device),
            unit,
            skew: Rc::default(),
            tabs: Vec::new(),
            has_locks: around.dice.one_in(2),
            is_gone: false,
            backup: None,
            around: around.clone(),
        };
        device.open_tab();
        device
    }

    /// The app crashes or the page is loaded afresh: what was only in memory is gone.
    pub fn restart(&mut self) {
        self.tabs.clear();
        self.open_tab();
    }

    /// Opens one more page.
    pub fn open_tab(&mut self) {
        let began = self.around.clock.now();
        let facts = self.disk.read(|kept| now(kept.memory.open()));
        let facts = facts.unwrap_or_default();
        let keeper = Timekeeper::start(self.around.clock.read(self.skew.get(), began));
        keeper.remember(facts.server_time);
        self.tabs.push(Tab {
            outbox: Some(Outbox::of(self.enrolment.device)),
            sending: None,
            finishing: None,
            keeper,
            shared: Rc::default(),
            began,
            due: Millis(i64::MIN),
            silent_until: facts.silent_until.unwrap_or(Millis(i64::MIN)),
        });
        self.disk.write(Kept::forget);
    }

    /// What its wall clock shows.
    pub fn wall(&self) -> Millis {
        self.around.clock.now().plus(self.skew.get())
    }

    /// The day that an answer given now gets.
    pub fn day(&self) -> Option<(Day, DayQuality)> {
        let tab = self.tabs.first()?;
        let reading = self.around.clock.read(self.skew.get(), tab.began);
        tab.keeper.day(reading)
    }

    /// A citizen presses the last button.
    pub fn finish(&mut self, key: Key, entry: Entry) {
        let Some(tab) = self.tabs.first_mut() else {
            return;
        };
        let door = Door {
            disk: Rc::clone(&self.disk),
            shared: Rc::clone(&tab.shared),
            without: self.around.without,
        };
        let kept = Box::new(entry.clone());
        let keep = async move {
            // O15: once more, after opening again.
            if door.finish(&entry).await.is_ok() {
                return Ok(());
            }
            door.open().await?;
            door.finish(&entry).await
        };
        tab.finishing = Some((key, kept, Box::pin(keep)));
    }

    /// Whether a citizen's answers are being written.
    pub fn is_finishing(&self) -> bool {
        self.tabs.iter().any(|tab| tab.finishing.is_some())
    }

    /// Takes one step of the writing, if there is one; says what the citizen sees at its end.
    pub fn step_finishing(&mut self) -> Option<(Key, Seen)> {
        let tab = self.tabs.first_mut()?;
        let (_, _, job) = tab.finishing.as_mut()?;
        let outcome = poll(job)?;
        let (key, entry, _) = tab.finishing.take()?;
        let is_lie = outcome.is_err() && self.around.without.is(Rule::O15);
        let mut session = Session::default();
        session.show(Screen::Saving, 0);
        session.saved(outcome.map_err(|_| entry), 0);
        if session.view() == View::Thanks || is_lie {
            Some((key, Seen::Thanks))
        } else {
            Some((key, Seen::NotSaved))
        }
    }

    /// Whether a page is in an exchange.
    pub fn is_sending(&self, tab: usize) -> bool {
        self.tabs.get(tab).is_some_and(|tab| tab.sending.is_some())
    }

    /// Begins an exchange in a page, if the lock and the page's patience let it.
    pub fn begin(&mut self, at: usize) -> bool {
        let wall = self.wall();
        let is_other_busy = self.tabs.iter().any(|tab| tab.sending.is_some());
        let Some(tab) = self.tabs.get_mut(at) else {
            return false;
        };
        let is_ahead = |at: Millis| left(at, wall) > 0;
        let is_early = is_ahead(tab.due) || is_ahead(tab.silent_until);
        if tab.sending.is_some() || (self.has_locks && is_other_busy) || is_early {
            return false;
        }
        let Some(mut outbox) = tab.outbox.take() else {
            return false;
        };
        let door = Door {
            disk: Rc::clone(&self.disk),
            shared: Rc::clone(&tab.shared),
            without: self.around.without,
        };
        let line = Line {
            door: door.clone(),
            from: self.number,
            key: self.key.clone(),
            network: Rc::clone(&self.around.network),
            dice: self.around.dice.clone(),
            clock: self.around.clock.clone(),
        };
        let sender = Sender {
            device: self.enrolment.device,
            epoch: self.enrolment.epoch,
            app: AppHash::from_bytes([7; 32]),
            unit: self.unit.clone(),
            health: Health::default(),
            config: 1,
        };
        let (clock, dice) = (self.around.clock.clone(), self.around.dice.clone());
        let (skew, began) = (Rc::clone(&self.skew), tab.began);
        tab.sending = Some(Box::pin(async move {
            let clock = || clock.read(skew.get(), began);
            let random = || Some(dice.bytes());
            let outside = Outside {
                clock: &clock,
                random: &random,
            };
            let done = round(&door, &line, &mut outbox, &sender, &outside).await;
            (outbox, done)
        }));
        true
    }

    /// Takes one step of a page's exchange; true when it is over.
    pub fn step_sending(&mut self, at: usize) -> bool {
        let wall = self.wall();
        let Some(tab) = self.tabs.get_mut(at) else {
            return true;
        };
        let Some(job) = tab.sending.as_mut() else {
            return true;
        };
        let Some((outbox, done)) = poll(job) else {
            return false;
        };
        tab.sending = None;
        tab.outbox = Some(outbox);
        match done {
            Ok(done) => {
                if let Some(anchor) = done.anchor {
                    tab.keeper.anchor(anchor);
                }
                tab.due = match done.next {
                    Next::Send(_) => wall,
                    Next::Wait(at) | Next::Rest(at) => at,
                };
            }
            // As the app does when another tab sends or the storage refuses.
            Err(_) => tab.due = wall.plus(30_000),
        }
        true
    }

    /// Takes so many steps of a page's exchange, if it has as many.
    pub fn go(&mut self, at: usize, steps: usize) {
        for _ in 0..steps {
            if self.step_sending(at) {
                break;
            }
        }
    }

    /// The network is back, the page is seen again, or a citizen finished.
    pub fn wake(&mut self) {
        let wall = self.wall();
        for tab in &mut self.tabs {
            if let Some(outbox) = &mut tab.outbox {
                outbox.wake();
                tab.due = tab.due.min(wall);
            }
        }
    }
}
