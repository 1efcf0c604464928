//! What each step does to the world, and what is looked at after it.

use std::collections::BTreeSet;
use std::rc::Rc;

use survey::id::ResponseId;
use survey::wire::batch::Reason;
use survey_app::device::store::Entry;

use super::World;
use super::device::{Device, Seen};
use super::disk::Disk;
use super::fused::Moment;
use super::network::{Fate, answer};
use super::oracle::{Failure, Given, Key};
use super::recount::parent_is_its_children;
use super::rule::Rule;
use super::ruler::{self, Mark, OPTIONS, seal};
use super::step::Step;
use super::upward::Passage;

/// More steps than any write or exchange has.
const ENOUGH: usize = 60;

impl World {
    /// Does a step and looks whether all is still well. `false`: there was nothing to do.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn take(&mut self, step: Step) -> Result<bool, Failure> {
        let is_done = self.act(step)?;
        if is_done {
            self.steps.push(step);
        }
        Ok(is_done)
    }

    /// Takes all these steps.
    ///
    /// # Errors
    /// As [`World::take`].
    pub fn play(&mut self, steps: &[Step]) -> Result<(), Failure> {
        steps.iter().try_for_each(|step| self.take(*step).map(drop))
    }

    fn act(&mut self, step: Step) -> Result<bool, Failure> {
        match step {
            Step::Finish { device, citizens } => Ok(self.finish(device, citizens)),
            Step::FinishAndDie {
                device,
                after,
                power,
            } => Ok(self.finish_and_die(device, after, power)),
            Step::Twins { devices } => Ok(self.twins(devices)),
            Step::Sync { device, tab, fate } => self.sync(device, tab, fate),
            Step::SyncAndDie {
                device,
                fate,
                after,
                power,
            } => self.sync_and_die(device, fate, after, power),
            Step::Begin { device, tab, steps } => {
                let Some(own) = self.alive(device) else {
                    return Ok(false);
                };
                let has_begun = own.begin(tab);
                own.go(tab, steps);
                Ok(has_begun)
            }
            Step::Go { device, tab, steps } => {
                let Some(own) = self.alive(device).filter(|own| own.is_sending(tab)) else {
                    return Ok(false);
                };
                own.go(tab, steps);
                Ok(true)
            }
            Step::Carry { request, fate } => {
                let is_there = request < self.around.network.borrow().requests.len();
                if is_there {
                    self.carry(request, fate)?;
                }
                Ok(is_there)
            }
            Step::LetReply { reply } => {
                let mut network = self.around.network.borrow_mut();
                if reply >= network.replies.len() {
                    return Ok(false);
                }
                let (slot, reply, _) = network.replies.remove(reply);
                answer(&slot, Some(reply));
                Ok(true)
            }
            Step::Pass { seconds } => {
                self.around.clock.pass(seconds * 1_000);
                let network = self.around.network.borrow();
                network.time_out(self.around.clock.now());
                Ok(true)
            }
            Step::Export { device } => Ok(self.export(device)),
            Step::Import { file, relay } => self.import(file, relay),
            Step::LoseFile { file } => Ok(self.lose_file(file)),
            Step::Report { unit } => Ok(self.upward.send(&self.server, &ruler::unit(unit))),
            Step::CarryReport { message, passage } => self.carry_report(message, passage),
            _ => self.befall(step),
        }
    }

    /// What befalls a device or the server from outside.
    fn befall(&mut self, step: Step) -> Result<bool, Failure> {
        match step {
            Step::ServerRestart => {
                let was_dead = self.server.fuse.is_dead.get();
                if was_dead {
                    self.server.restart();
                }
                return Ok(was_dead);
            }
            Step::Fuse { statements } => self.server.fuse.left.set(Some(statements)),
            Step::FuseAtCommit { after } => {
                let moment = if after { Moment::After } else { Moment::Before };
                self.server.fuse.at_commit.set(Some(moment));
            }
            Step::ServerBackUp => self.backup = Some(self.server.backup()),
            Step::ServerRestore { with_rollup } => return self.restore_server(with_rollup),
            Step::NewForm => {
                let was_unknown = self.server.forms_known < 2;
                self.server.forms_known = 2;
                return Ok(was_unknown);
            }
            Step::Limit { records } => self.limit = Some(records),
            Step::Bug { device, record } | Step::Refuse { device, record } => {
                let Some(id) = self.waiting_record(device, record) else {
                    return Ok(false);
                };
                if matches!(step, Step::Bug { .. }) {
                    self.server.fuse.poison.replace(Some(id));
                } else {
                    self.refused = Some(id);
                }
            }
            Step::Damage { device, record } => return Ok(self.damage(device, record)),
            Step::Clone { device } => return Ok(self.clone_device(device)),
            Step::SetBack { device } => return Ok(self.set_back(device)),
            Step::Gone { device } => return Ok(self.lose(device)),
            Step::Move { device, unit } => return Ok(self.move_device(device, unit)),
            Step::Revoke { device } => {
                let Some(id) = self.alive(device).map(|own| own.enrolment.device) else {
                    return Ok(false);
                };
                self.server.revoke(id);
                self.oracle.excuse_all(Reason::UnverifiedDevice);
            }
            Step::Jump { device, hours } => {
                let Some(own) = self.alive(device) else {
                    return Ok(false);
                };
                own.skew.set(own.skew.get() + hours * 3_600_000);
            }
            Step::Restart { device, power } => {
                let Some(own) = self.alive(device) else {
                    return Ok(false);
                };
                die(own, power);
            }
            Step::OpenTab { device } => {
                let Some(own) = self.alive(device).filter(|own| own.tabs.len() < 2) else {
                    return Ok(false);
                };
                own.open_tab();
            }
            Step::BackUp { device } => {
                let Some(own) = self.alive(device) else {
                    return Ok(false);
                };
                own.backup = Some(own.disk.copy());
            }
            Step::Full { device, is_full } => {
                let Some(own) = self.alive(device) else {
                    return Ok(false);
                };
                own.disk.is_full.set(is_full);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// A device that is still there.
    pub(super) fn alive(&mut self, device: usize) -> Option<&mut Device> {
        let own = self.devices.get_mut(device);
        own.filter(|own| !own.is_gone)
    }

    fn waiting_record(&mut self, device: usize, record: usize) -> Option<ResponseId> {
        let waiting = self.alive(device)?.disk.waiting();
        waiting.get(record).map(|queued| queued.waiting.id)
    }

    /// A citizen answers and presses the last button; the write has not begun.
    fn give(&mut self, device: usize, id: ResponseId) -> Option<Key> {
        if self.oracle.next_option >= OPTIONS {
            return None;
        }
        let mark = Mark {
            option: self.oracle.next_option,
            // Where there is a new form, every fourth citizen meets it.
            form: usize::from(self.has_new_form && self.oracle.next_option % 4 == 3),
        };
        let dice = self.around.dice.clone();
        let is_unknown = mark.form >= self.server.forms_known;
        let true_day = self.around.clock.today();
        let devices = &self.server.devices;
        let own = self.devices.get_mut(device).filter(|own| !own.is_gone)?;
        if own.is_finishing() {
            return None;
        }
        let is_revoked = devices
            .iter()
            .any(|(known, _)| known.id == own.enrolment.device && !known.is_active);
        let day = own.day()?;
        let parcel = seal(id, mark, &own.unit, day, &dice);
        let key = (id, parcel.hash);
        let mut excuses = BTreeSet::new();
        if is_unknown {
            excuses.insert(Reason::UnknownForm);
        }
        if is_revoked {
            excuses.insert(Reason::UnverifiedDevice);
        }
        let given = Given {
            mark,
            parcel: parcel.clone(),
            day,
            true_day,
            is_thanked: self.around.without.is(Rule::O2),
            is_destroyed: false,
            excuses,
        };
        let entry = Entry {
            parcel,
            unit: own.unit.clone(),
            day: day.0,
        };
        own.finish(key, entry);
        self.oracle.given.insert(key, given);
        if self.around.without.is(Rule::O2) {
            self.oracle.thank(key, device);
        }
        self.oracle.next_option += 1;
        Some(key)
    }

    /// Takes a step of a write, and shows the citizen what is to be seen.
    fn step_finishing(&mut self, device: usize) {
        let Some(own) = self.alive(device) else {
            return;
        };
        if let Some((key, seen)) = own.step_finishing() {
            own.wake();
            if seen == Seen::Thanks {
                self.oracle.thank(key, device);
            }
        }
    }

    fn finish(&mut self, device: usize, citizens: usize) -> bool {
        let mut is_done = false;
        for _ in 0..citizens {
            let id = ResponseId::from_random(self.around.dice.bytes());
            is_done |= self.give(device, id).is_some();
            (0..ENOUGH).for_each(|_| self.step_finishing(device));
        }
        is_done
    }

    fn finish_and_die(&mut self, device: usize, after: usize, power: bool) -> bool {
        let id = ResponseId::from_random(self.around.dice.bytes());
        let is_done = self.give(device, id).is_some();
        (0..after).for_each(|_| self.step_finishing(device));
        if let Some(own) = self.alive(device).filter(|_| is_done) {
            die(own, power);
        }
        is_done
    }

    fn twins(&mut self, devices: [usize; 2]) -> bool {
        let has_same_disk = devices[0] == devices[1];
        if has_same_disk || devices.iter().any(|device| self.alive(*device).is_none()) {
            return false;
        }
        let id = ResponseId::from_random(self.around.dice.bytes());
        let mut is_done = false;
        for device in devices {
            is_done |= self.give(device, id).is_some();
            (0..ENOUGH).for_each(|_| self.step_finishing(device));
        }
        self.oracle.excuse(id, Reason::IdConflict);
        is_done
    }

    fn sync(&mut self, device: usize, tab: usize, fate: Fate) -> Result<bool, Failure> {
        let Some(own) = self.alive(device) else {
            return Ok(false);
        };
        if !own.begin(tab) {
            return Ok(false);
        }
        self.run_exchange(device, tab, fate, ENOUGH)?;
        Ok(true)
    }

    fn sync_and_die(
        &mut self,
        device: usize,
        fate: Fate,
        after: usize,
        power: bool,
    ) -> Result<bool, Failure> {
        let Some(own) = self.alive(device) else {
            return Ok(false);
        };
        if !own.begin(0) {
            return Ok(false);
        }
        self.run_exchange(device, 0, fate, after)?;
        if let Some(own) = self.alive(device) {
            die(own, power);
        }
        Ok(true)
    }

    /// Takes an exchange through; what it sends meets its fate.
    pub(super) fn run_exchange(
        &mut self,
        device: usize,
        tab: usize,
        fate: Fate,
        steps: usize,
    ) -> Result<(), Failure> {
        let first = self.around.network.borrow().sent;
        for _ in 0..steps {
            let is_over = self.alive(device).is_none_or(|own| own.step_sending(tab));
            let sent = {
                let network = self.around.network.borrow();
                let mut requests = network.requests.iter();
                requests.position(|packet| packet.number >= first && packet.from == device)
            };
            if let Some(request) = sent {
                self.carry(request, fate)?;
                if fate == Fate::Late {
                    // It stays under way; the page has given up already.
                    (0..steps).for_each(|_| {
                        self.alive(device).map(|own| own.step_sending(tab));
                    });
                    break;
                }
            }
            if is_over {
                break;
            }
        }
        Ok(())
    }

    fn carry_report(&mut self, message: usize, passage: Passage) -> Result<bool, Failure> {
        if message >= self.upward.messages.len() {
            return Ok(false);
        }
        self.upward.carry(&self.server, message, passage);
        parent_is_its_children(&self.server, false)?;
        Ok(true)
    }

    fn restore_server(&mut self, with_rollup: bool) -> Result<bool, Failure> {
        let Some(backup) = &self.backup else {
            return Ok(false);
        };
        self.server.restore(backup, with_rollup);
        let clock = &self.around.clock;
        (self.recount).afresh(&self.server, &mut self.oracle, clock)?;
        self.write_off();
        Ok(true)
    }

    pub(super) fn write_off(&mut self) {
        let recount = &self.recount;
        self.oracle.write_off(|key| recount.holds(key));
    }

    fn damage(&mut self, device: usize, record: usize) -> bool {
        let Some(id) = self.waiting_record(device, record) else {
            return false;
        };
        if let Some(own) = self.alive(device) {
            own.disk.damage(id);
        }
        for reason in [
            Reason::Damaged,
            Reason::IdConflict,
            Reason::UnverifiedDevice,
        ] {
            self.oracle.excuse(id, reason);
        }
        true
    }

    fn clone_device(&mut self, device: usize) -> bool {
        if self.devices.len() >= 6 {
            return false;
        }
        let number = self.devices.len();
        let around = self.around.clone();
        let Some(own) = self.alive(device) else {
            return false;
        };
        let disk = Rc::new(Disk::holding(own.disk.copy(), around.without));
        let clone = Device::new(number, disk, own.enrolment, own.unit.clone(), &around);
        self.oracle.forked.insert(clone.enrolment.device);
        let holdings = self.oracle.holdings.get(&device).cloned();
        (self.oracle.holdings).insert(number, holdings.unwrap_or_default());
        self.devices.push(clone);
        true
    }

    fn set_back(&mut self, device: usize) -> bool {
        let around = self.around.clone();
        let Some(own) = self.alive(device) else {
            return false;
        };
        let Some(backup) = own.backup.clone() else {
            return false;
        };
        let ids: BTreeSet<ResponseId> = backup.ids().into_iter().collect();
        own.disk = Rc::new(Disk::holding(backup, around.without));
        own.restart();
        let id = own.enrolment.device;
        self.oracle.forked.insert(id);
        let holdings = self.oracle.holdings.entry(device).or_default();
        holdings.retain(|(id, _)| ids.contains(id));
        self.write_off();
        true
    }

    fn lose(&mut self, device: usize) -> bool {
        let Some(own) = self.alive(device) else {
            return false;
        };
        own.is_gone = true;
        own.tabs.clear();
        self.oracle.holdings.remove(&device);
        self.write_off();
        true
    }

    fn move_device(&mut self, device: usize, unit: usize) -> bool {
        let Some(own) = self.alive(device) else {
            return false;
        };
        own.unit = ruler::unit(unit);
        let (id, key, unit) = (own.enrolment.device, own.key.clone(), own.unit.clone());
        self.server.enrol(id, &key, &unit);
        true
    }
}

/// The app crashes, or the power fails.
fn die(device: &mut Device, power: bool) {
    if power {
        device.disk.lose_power();
    }
    device.restart();
}
