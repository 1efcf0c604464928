//! When all faults end: every queue must empty within a bounded time, whatever happened before (I4),
//! and then the books must be right for good (I1, I2, I5). Never: helps a device along.

use std::collections::BTreeSet;

use survey::id::ResponseId;

use super::World;
use super::disk::Kept;
use super::network::Fate;
use super::oracle::{Failure, Wrong, fail};
use super::recount::parent_is_its_children;
use super::ruler::unit;
use super::server::UNITS;
use super::upward::Passage;

/// Longer than any patience: a record set aside is tried once a day, one after the other.
const LONGEST_MS: i64 = 12 * 86_400_000;
/// Time between two looks while nothing moves.
const SHORTEST_PAUSE_MS: i64 = 60_000;
const LONGEST_PAUSE_MS: i64 = 6 * 3_600_000;
/// Exchanges in a row that a page may want without a pause: every record alone, each after a refusal.
const MOST_AT_ONCE: usize = 300;

impl World {
    /// Ends all faults, waits until the devices are through, and closes the books.
    ///
    /// # Errors
    /// What is wrong then.
    pub fn heal(&mut self) -> Result<(), Failure> {
        self.server.restart();
        for device in &self.devices {
            device.disk.is_full.set(false);
        }
        self.arrive_late()?;
        // Others go on although something refuses one record (O8) or breaks over it (L3).
        let mut held = BTreeSet::new();
        held.extend(self.refused);
        held.extend(*self.server.fuse.poison.borrow());
        if !held.is_empty() {
            self.drain(&held)?;
        }
        self.refused = None;
        self.limit = None;
        self.server.fuse.poison.replace(None);
        self.drain(&BTreeSet::new())?;
        self.hand_in_all()?;
        self.send_up()?;
        self.recount.nobody_is_missing(&self.oracle)?;
        (self.recount).any_order_is_the_same(&self.oracle, &self.around.dice)
    }

    /// What is still under way arrives now, or never.
    fn arrive_late(&mut self) -> Result<(), Failure> {
        loop {
            let left = self.around.network.borrow().requests.len();
            if left == 0 {
                break;
            }
            let fate = if self.around.dice.one_in(2) {
                Fate::Good
            } else {
                Fate::RequestLost
            };
            self.carry(left - 1, fate)?;
        }
        let replies = std::mem::take(&mut self.around.network.borrow_mut().replies);
        for (slot, reply, _) in replies {
            super::network::answer(&slot, Some(reply));
        }
        Ok(())
    }

    /// Lets time pass until nothing waits but what is held.
    fn drain(&mut self, held: &BTreeSet<ResponseId>) -> Result<(), Failure> {
        let start = self.around.clock.now();
        let mut pause = SHORTEST_PAUSE_MS;
        loop {
            let before = self.left(held);
            for device in 0..self.devices.len() {
                self.exchange_all(device)?;
            }
            let left = self.left(held);
            let is_quiet = !self.devices.iter().any(|device| {
                (0..device.tabs.len()).any(|tab| device.is_sending(tab) || device.is_finishing())
            });
            if left == 0 && is_quiet && !self.is_news_ahead() {
                return Ok(());
            }
            if self.around.clock.now().since(start) > LONGEST_MS {
                let what = format!("{left} records still wait after twelve days");
                return fail(Wrong::Stuck, what);
            }
            pause = if left < before {
                SHORTEST_PAUSE_MS
            } else {
                (pause * 2).min(LONGEST_PAUSE_MS)
            };
            self.around.clock.pass(pause);
            let network = self.around.network.borrow();
            network.time_out(self.around.clock.now());
        }
    }

    /// A device that has not heard of the restore yet will: its heartbeat tells it.
    fn is_news_ahead(&self) -> bool {
        let devices = self.devices.iter().filter(|device| !device.is_gone);
        let mut told = devices.map(|device| device.disk.read(Kept::told));
        told.any(|restore| restore < self.server.restore)
    }

    fn left(&self, held: &BTreeSet<ResponseId>) -> usize {
        let devices = self.devices.iter().filter(|device| !device.is_gone);
        if held.is_empty() {
            return devices.map(|device| device.disk.unsent()).sum();
        }
        let waiting = devices.flat_map(|device| device.disk.waiting());
        let ids = waiting.map(|queued| queued.waiting.id);
        ids.filter(|id| !held.contains(id)).count()
    }

    /// Every page of a device does what it wants to do now.
    fn exchange_all(&mut self, device: usize) -> Result<(), Failure> {
        let Some(tabs) = self.alive(device).map(|own| own.tabs.len()) else {
            return Ok(());
        };
        for tab in 0..tabs {
            for turn in 0.. {
                // What began before the faults ended goes on first.
                let is_under_way = self.alive(device).is_some_and(|own| own.is_sending(tab));
                if !is_under_way && !self.alive(device).is_some_and(|own| own.begin(tab)) {
                    break;
                }
                self.run_exchange(device, tab, Fate::Good, 60)?;
                if self.alive(device).is_some_and(|own| own.is_sending(tab)) {
                    break;
                }
                if turn > MOST_AT_ONCE {
                    return fail(Wrong::Stuck, "a page sends without end and without a pause");
                }
            }
        }
        Ok(())
    }

    /// Sums go up until they are acknowledged.
    fn send_up(&mut self) -> Result<(), Failure> {
        while !self.upward.messages.is_empty() {
            let passage = if self.around.dice.one_in(2) {
                Passage::Good
            } else {
                Passage::AckLost
            };
            let message = self.around.dice.below(self.upward.messages.len());
            self.upward.carry(&self.server, message, passage);
            parent_is_its_children(&self.server, false)?;
        }
        for number in 0..UNITS {
            while self.upward.send(&self.server, &unit(number)) {
                self.upward.carry(&self.server, 0, Passage::Good);
            }
        }
        parent_is_its_children(&self.server, true)
    }
}
