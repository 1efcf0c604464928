//! The server: the worker's own Ledgers and Rollup on its native store, behind the few lines that its
//! objects also have. Never: a rule of the sync of its own.

use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use survey::id::{DeviceId, UnitId};
use survey::ledger::Sender;
use survey::release::Rhythm;
use survey::wire::batch::{Batch, BatchError, MOST_RECORDS_TAKEN, Reply, read_batch};
use survey::wire::rescue::{Content, Header};
use survey::wire::{VERSION, write};
use survey_app::device::server::Answer;
use survey_worker::store::directory::{Enrolled, Known};
use survey_worker::store::ledger::{self, Ledger, Rescue, Upload};
use survey_worker::store::rollup::{self, Rollup};

use super::dice::Clock;
use super::fused::{Dump, Fuse, Fused};
use super::line::{digest_text, sign};
use super::network::with_status;
use super::rule::{Rule, Without};
use super::ruler::{FORMS, root, unit};

/// Units with a ledger.
pub const UNITS: usize = 3;

/// The whole deployment.
pub struct Server {
    /// Each unit's ledger.
    pub ledgers: BTreeMap<UnitId, Ledger<Fused>>,
    /// The node above them.
    pub rollup: Rollup<Fused>,
    /// Every device ever enrolled, with the unit it belongs to now.
    pub devices: Vec<(Known, UnitId)>,
    /// The restore ordinal, kept outside every backup (L12).
    pub restore: u32,
    /// How many of [`FORMS`] it knows.
    pub forms_known: usize,
    /// When what waits is released.
    pub rhythm: Rhythm,
    /// What makes it die.
    pub fuse: Rc<Fuse>,
    clock: Clock,
    /// What is knocked out.
    pub without: Without,
}

/// A backup of all objects, taken at one instant.
#[derive(Clone)]
pub struct Backup {
    ledgers: BTreeMap<UnitId, Dump>,
    rollup: Dump,
}

impl Server {
    /// A new deployment that knows no device.
    pub fn new(clock: &Clock, without: Without) -> Self {
        let fuse = Rc::new(Fuse::new(without));
        let ledger = |number| {
            let store = Fused::new(ledger::SCHEMA, &fuse);
            (unit(number), Ledger(store))
        };
        Self {
            ledgers: (0..UNITS).map(ledger).collect(),
            rollup: Rollup(Fused::new(rollup::SCHEMA, &fuse)),
            devices: Vec::new(),
            restore: 0,
            forms_known: 1,
            rhythm: Rhythm::WhenTen,
            clock: clock.clone(),
            without,
            fuse,
        }
    }

    /// Enrols a device, or moves it to another unit; the unit it leaves still takes what it kept.
    pub fn enrol(&mut self, device: DeviceId, key: &str, at: &UnitId) {
        let known = self
            .devices
            .iter_mut()
            .find(|(known, _)| known.id == device);
        match known {
            Some((_, unit)) => unit.clone_from(at),
            None => self.devices.push((
                Known {
                    id: device,
                    key: key.to_owned(),
                    is_active: true,
                    enrolled: self.clock.today(),
                },
                at.clone(),
            )),
        }
        self.tell();
    }

    /// Takes a device's key away.
    pub fn revoke(&mut self, device: DeviceId) {
        for (known, _) in &mut self.devices {
            known.is_active &= known.id != device;
        }
        self.tell();
    }

    /// What the Directory tells every ledger. All know all devices here: any may have stood anywhere.
    fn tell(&self) {
        for (unit, ledger) in &self.ledgers {
            let news = Enrolled {
                unit: unit.clone(),
                above: vec![root()],
                restore: self.restore,
                devices: self
                    .devices
                    .iter()
                    .map(|(known, _)| known.clone())
                    .collect(),
                forms: Vec::new(),
            };
            // The Directory tells again after a restart; a dead server hears nothing.
            let _ = ledger.learn(&news);
        }
    }

    /// Starts again after it died.
    pub fn restart(&mut self) {
        self.fuse.mend();
        self.tell();
    }

    /// Takes a backup.
    pub fn backup(&self) -> Backup {
        let dump =
            |(unit, ledger): (&UnitId, &Ledger<Fused>)| (unit.clone(), Dump::of(ledger.0.bare()));
        Backup {
            ledgers: self.ledgers.iter().map(dump).collect(),
            rollup: Dump::of(self.rollup.0.bare()),
        }
    }

    /// Goes back to a backup; the restore ordinal rises before anything is asked (L12).
    pub fn restore(&mut self, backup: &Backup, with_rollup: bool) {
        self.restore += 1;
        for (unit, dump) in &backup.ledgers {
            let store = Fused::new(ledger::SCHEMA, &self.fuse);
            dump.load(store.bare());
            self.ledgers.insert(unit.clone(), Ledger(store));
        }
        if with_rollup {
            let store = Fused::new(rollup::SCHEMA, &self.fuse);
            backup.rollup.load(store.bare());
            self.rollup = Rollup(store);
        }
        self.restart();
    }

    /// Answers a request; `None` where it dies over it.
    pub fn post(&self, path: &str, body: &[u8], signature: &str) -> Option<Answer> {
        if self.fuse.is_dead.get() {
            return None;
        }
        let answer = match self.count(path, body, signature) {
            Ok(reply) => Answer {
                status: 200,
                retry_after: None,
                body: write(&reply).into_bytes(),
            },
            Err(status) => with_status(status, b"{}"),
        };
        self.fuse.posing_as.replace(None);
        // A reply that was made before the server died may still get out; one after cannot.
        let is_lost = self.fuse.is_dead.get() && answer.status != 200;
        (!is_lost).then_some(answer)
    }

    fn count(&self, path: &str, body: &[u8], signature: &str) -> Result<Reply, u16> {
        let mut batch = read_batch(body).map_err(|error| match error {
            BatchError::TooLarge => 413_u16,
            BatchError::Version | BatchError::Malformed(_) => 400,
        })?;
        let named = path
            .split('/')
            .nth(3)
            .and_then(|unit| UnitId::parse(unit).ok());
        let named = named.ok_or(404_u16)?;
        let ledger = self.ledger(&named, &batch).ok_or(404_u16)?;
        let standing = ledger.standing(batch.device).map_err(|_| 500_u16)?;
        let known = standing.ok_or(401_u16)?.known;
        let text = std::str::from_utf8(body).unwrap_or_default();
        let is_signed = signature == sign(&known.key, path, text);
        let sender = if is_signed && known.is_active {
            let late = if self.without.is(Rule::T3) { 1_000 } else { 0 };
            Sender::Verified {
                enrolled: known.enrolled.plus(late),
            }
        } else if self.without.is(Rule::W8) {
            return Err(403);
        } else {
            Sender::Unverified
        };
        if self.without.is(Rule::L4) {
            for record in &mut batch.records {
                record.hash = record.clone().into_parcel().rehash();
            }
        }
        let count = ledger.count(Upload {
            batch: &batch,
            digest: &digest_text(Sha256::new_with_prefix(body)),
            sender,
            forms: &FORMS[..self.forms_known],
            now: self.clock.now(),
            rhythm: self.rhythm,
        });
        let count = count.map_err(|_| 500_u16)?;
        Ok(Reply {
            v: VERSION,
            batch: batch.batch,
            verdicts: count.verdicts,
            unread: count.unread,
            restore: count.restore,
            version: count.version,
            now: self.clock.now(),
            wait_s: None,
        })
    }

    /// Whether this device's key is known and valid.
    pub fn is_active(&self, device: DeviceId) -> bool {
        let mut devices = self.devices.iter();
        devices.any(|(known, _)| known.id == device && known.is_active)
    }

    /// Takes the records of a rescue file, as the worker's objects do; how many got no verdict. `None`
    /// where it is dead.
    pub fn rescue(
        &self,
        header: &Header,
        content: &Content,
        is_signed: impl Fn(&str) -> bool,
        is_limited: bool,
    ) -> Option<usize> {
        if self.fuse.is_dead.get() {
            return None;
        }
        let mut left = 0;
        for part in &content.units {
            for records in part.records.chunks(MOST_RECORDS_TAKEN) {
                let verdicts = self.ledgers.get(&part.unit).and_then(|ledger| {
                    let standing = ledger.standing(header.device).ok()?;
                    let known = standing.map(|standing| standing.known);
                    let known = known.filter(|known| known.is_active && is_signed(&known.key));
                    let rescue = Rescue {
                        device: header.device,
                        sender: known.map_or(Sender::Unverified, |known| Sender::Verified {
                            enrolled: known.enrolled,
                        }),
                        is_limited,
                        records,
                        forms: &FORMS[..self.forms_known],
                        now: self.clock.now(),
                        rhythm: self.rhythm,
                    };
                    Some(ledger.rescue(rescue).ok()?.verdicts.len())
                });
                left += records.len() - verdicts.unwrap_or_default();
            }
        }
        Some(left)
    }

    /// The ledger of the unit in the path (L1).
    fn ledger(&self, named: &UnitId, batch: &Batch) -> Option<&Ledger<Fused>> {
        if self.without.is(Rule::L1) {
            let mut devices = self.devices.iter();
            let (_, now_at) = devices.find(|(known, _)| known.id == batch.device)?;
            self.fuse.posing_as.replace(Some(named.clone()));
            return self.ledgers.get(now_at);
        }
        self.ledgers.get(named)
    }
}
