//! A world in one thread, from one seed: devices, a network and a server that can all fail at any
//! step, around the real two halves of the sync (docs/SPEC.md, rules O, W, L, B, T).
//!
//! The devices run the app's own exchange on the app's own memory store; the server is the worker's
//! own Ledger and Rollup on its native store. Only what surrounds them is made up.

mod carry;
mod chance;
mod device;
pub(crate) mod dice;
mod disk;
mod doing;
pub(crate) mod fused;
mod heal;
mod line;
mod network;
mod oracle;
mod recount;
mod report;
mod rescue;
mod rule;
mod ruler;
mod server;
mod step;
mod story;
mod tab;
mod task;
mod upward;

use std::cell::RefCell;
use std::rc::Rc;

use survey::id::{DeviceId, Epoch, ResponseId};
use survey_app::device::store::Enrolment;

use device::{Around, Device};
use dice::{Clock, Dice};
use disk::Disk;
use network::Network;
use oracle::Oracle;
use recount::Recount;
use rescue::File;
use server::{Backup, Server};
use upward::Upward;

pub use network::Fate;
pub use oracle::{Failure, Wrong};
pub use report::{Report, Run, many, one};
pub use rule::{Rule, Without};
pub use step::Step;
pub use upward::Passage;

/// Everything there is in a run.
pub struct World {
    around: Around,
    devices: Vec<Device>,
    server: Server,
    backup: Option<Backup>,
    /// Rescue files, those that are lost left out.
    files: Vec<Option<File>>,
    upward: Upward,
    oracle: Oracle,
    recount: Recount,
    /// Something before the server refuses batches with this record.
    refused: Option<ResponseId>,
    /// Something before the server takes so many records at once.
    limit: Option<usize>,
    /// Some devices have a form that the server does not know from the start.
    has_new_form: bool,
    /// All devices begin in one unit, with many citizens.
    is_crowded: bool,
    /// What happened so far.
    steps: Vec<Step>,
}

/// Devices at the start.
const DEVICES: usize = 3;

impl World {
    /// A Monday morning: three devices in one or two of three units, nothing asked yet.
    #[must_use]
    pub fn new(seed: u64, without: Option<Rule>) -> Self {
        let without = Without(without);
        let around = Around {
            network: Rc::new(RefCell::new(Network::default())),
            dice: Dice::of(seed),
            clock: Clock::start(),
            without,
        };
        let mut world = Self {
            devices: Vec::new(),
            server: Server::new(&around.clock, without),
            backup: None,
            files: Vec::new(),
            upward: Upward::new(without),
            oracle: Oracle::default(),
            recount: Recount::default(),
            refused: None,
            limit: None,
            has_new_form: around.dice.one_in(2),
            is_crowded: around.dice.one_in(2),
            steps: Vec::new(),
            around,
        };
        for number in 0..DEVICES {
            let enrolment = Enrolment {
                device: DeviceId::from_random(world.around.dice.bytes()),
                epoch: Epoch::from_bytes(world.around.dice.bytes()),
            };
            let disk = Rc::new(Disk::new(&enrolment, without));
            let unit = ruler::unit(if world.is_crowded { 0 } else { number / 2 });
            let device = Device::new(number, disk, enrolment, unit, &world.around);
            (world.server).enrol(enrolment.device, &device.key, &device.unit);
            world.devices.push(device);
        }
        world
    }

    /// Browsers without Web Locks, so that two pages of a device do send at once.
    pub fn forget_locks(&mut self) {
        for device in &mut self.devices {
            device.has_locks = false;
        }
    }

    /// What happened so far, step by step.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How often an answer has been counted, over all units and forms.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.recount.counted_records()
    }

    /// How many citizens were thanked.
    #[must_use]
    pub fn thanked(&self) -> usize {
        let given = self.oracle.given.values();
        given.filter(|given| given.is_thanked).count()
    }

    /// Counts all again in another order.
    ///
    /// # Errors
    /// When the numbers are not the same.
    pub fn count_in_another_order(&self) -> Result<(), Failure> {
        let dice = &self.around.dice;
        self.recount.any_order_is_the_same(&self.oracle, dice)
    }

    /// How many devices the server takes for copies.
    #[must_use]
    pub fn flags(&self) -> usize {
        recount::flags(&self.server)
    }

    /// How many records wait on all devices.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let devices = self.devices.iter().filter(|device| !device.is_gone);
        devices.map(|device| device.disk.waiting().len()).sum()
    }
}
