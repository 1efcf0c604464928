//! Rescue files (O14): what waits on a device, carried by hand and handed in by anybody. Never: the
//! sealing, which is the platform's cryptography; only the server reads a file here too.

use std::collections::BTreeSet;

use survey::id::{ParcelHash, ResponseId};
use survey::outbox::Verdict;
use survey::wire::batch::Record;
use survey::wire::rescue::{Content, FORMAT, Header, read_content};
use survey::wire::write;
use survey_app::counter::rescue::contents;
use survey_app::device::store::{Heard, Store};

use super::World;
use super::device::Device;
use super::line::sign;
use super::oracle::{Failure, Wrong, fail};
use super::rule::Rule;
use super::task::now;

/// A file, as long as somebody has it.
pub struct File {
    /// As signed.
    pub header: String,
    /// By the device that exported it.
    pub signature: String,
    /// What is sealed in it.
    pub content: String,
}

/// The oracle's number of the first file; disks of devices come before.
const FIRST: usize = 1_000;
/// More files than this make a run slow and show nothing new.
const MOST_FILES: usize = 12;

impl World {
    /// Staff export what waits on a device.
    pub(super) fn export(&mut self, device: usize) -> bool {
        let is_without = self.around.without.is(Rule::O14);
        let (clock, room) = (self.around.clock.now(), self.files.len() < MOST_FILES);
        let Some(own) = self.alive(device).filter(|_| room) else {
            return false;
        };
        let files: Vec<File> = waiting(own);
        let ids: BTreeSet<ResponseId> = (own.disk.waiting().iter())
            .map(|queued| queued.waiting.id)
            .collect();
        if is_without {
            let settle = own.disk.waiting().into_iter();
            let heard = Heard {
                settle: settle
                    .map(|it| (it.waiting.id, it.waiting.hash, Verdict::Counted))
                    .collect(),
                now: clock,
                ..Heard::default()
            };
            let without = self.around.without;
            let disk = self.devices[device].disk.clone();
            let _ = disk.write(|kept| kept.hear(&heard, without));
        }
        let held = self.oracle.holdings.get(&device).cloned();
        let held: BTreeSet<_> = held.unwrap_or_default();
        let is_in_it = |(id, _): &&(ResponseId, ParcelHash)| ids.contains(id);
        let held: BTreeSet<_> = held.iter().filter(is_in_it).copied().collect();
        let is_done = !files.is_empty();
        for file in files {
            let number = FIRST + self.files.len();
            self.oracle.holdings.insert(number, held.clone());
            self.files.push(Some(file));
        }
        is_done
    }

    /// A file is lost.
    pub(super) fn lose_file(&mut self, file: usize) -> bool {
        let Some(lost) = self.files.get_mut(file).and_then(Option::take) else {
            return false;
        };
        drop(lost);
        self.oracle.holdings.remove(&(FIRST + file));
        self.write_off();
        true
    }

    /// Somebody hands a file in: on a device, or as an operator.
    pub(super) fn import(&mut self, file: usize, relay: Option<usize>) -> Result<bool, Failure> {
        if let Some(relay) = relay {
            let Some(id) = self.alive(relay).map(|own| own.enrolment.device) else {
                return Ok(false);
            };
            if !self.server.is_active(id) {
                return Ok(false);
            }
        }
        self.hand_in(file, relay.is_some())
            .map(|left| left.is_some())
    }

    /// How many records got no verdict; `None` where nothing was handed in.
    fn hand_in(&mut self, file: usize, by_device: bool) -> Result<Option<usize>, Failure> {
        let Some(Some(file)) = self.files.get(file) else {
            return Ok(None);
        };
        let header: Header = survey::wire::read(&file.header)
            .unwrap_or_else(|error| panic!("the device made what is no header: {error}"));
        let content = read_content(file.content.as_bytes(), &header)
            .unwrap_or_else(|error| panic!("the device made what is no content: {error:?}"));
        let is_signed = |key: &str| file.signature == sign(key, FORMAT, &file.header);
        let Some(left) = (self.server).rescue(&header, &content, is_signed, by_device) else {
            return Ok(None);
        };
        for unit in content.units.into_iter().map(|part| part.unit) {
            let clock = &self.around.clock;
            (self.recount).after(&self.server, &unit, &mut self.oracle, clock)?;
        }
        Ok(Some(left))
    }

    /// When all faults have ended, an operator hands in every file that is left, and by mistake twice.
    pub(super) fn hand_in_all(&mut self) -> Result<(), Failure> {
        for file in (0..self.files.len()).flat_map(|file| [file, file]) {
            if let Some(left @ 1..) = self.hand_in(file, false)? {
                let what = format!("{left} records of a rescue file got no verdict");
                return fail(Wrong::Stuck, what);
            }
        }
        Ok(())
    }
}

/// What waits on a device, in as many files as it takes.
fn waiting(own: &Device) -> Vec<File> {
    let queue = own.disk.waiting();
    let ids: Vec<_> = queue.iter().map(|queued| queued.waiting.id).collect();
    let parcels = own.disk.read(|kept| now(kept.memory.parcels(&ids)));
    let parcels = parcels.unwrap_or_default();
    let waits = parcels.iter().filter_map(|parcel| {
        let queued = queue.iter().find(|queued| queued.waiting.id == parcel.id)?;
        Some((queued.unit.clone(), Record::of(parcel)))
    });
    let files = contents(waits.collect()).into_iter();
    files.map(|content| sealed(own, &content)).collect()
}

fn sealed(own: &Device, content: &Content) -> File {
    let records = content.units.iter().map(|part| part.records.len());
    let text = write(content);
    let header = write(&Header {
        format: FORMAT.to_owned(),
        device: own.enrolment.device,
        epoch: own.enrolment.epoch,
        count: u32::try_from(records.sum::<usize>()).unwrap_or(u32::MAX),
        sha256: ParcelHash::of(text.as_bytes()),
        key: String::new(),
        ephemeral: String::new(),
    });
    File {
        signature: sign(&own.key, FORMAT, &header),
        header,
        content: text,
    }
}
