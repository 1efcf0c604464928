//! The device's half of the sync: what to send, when, and what a reply means. Never: fetch, storage,
//! a clock; the shell hands in time and randomness and does as it is told.
//!
//! A record leaves the queue only through [`Meaning::settle`] (rules O4, O6).

pub mod alarm;
mod marks;
mod pace;

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::day::Millis;
use crate::id::{DeviceId, ParcelHash, ResponseId};
use crate::wire::batch::{MOST_BYTES_SENT, MOST_RECORDS_SENT, Reason, Reply, VerdictWord};

use pace::Pace;

pub use marks::Marks;

/// The verdict that releases a record (rule L6: durable on the server before it is sent).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Counted now.
    Counted,
    /// Counted before.
    AlreadyCounted,
    /// Kept on the server for a person to look at.
    Quarantined(Reason),
}

/// A record as the queue knows it: never its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub id: ResponseId,
    /// The stored hash, which a verdict must repeat.
    pub hash: ParcelHash,
    /// Bytes on the wire, for the size of a batch.
    pub bytes: usize,
    /// When it was set aside, if it was (rule O8).
    pub aside_since: Option<Millis>,
}

/// Why a record was set aside (rule O8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// Alone in its batch, it was refused.
    Refused,
    /// It came back `unread` too often.
    Unread,
    /// The device cannot read its content any more.
    Unreadable,
}

/// A record set aside is tried again after a day.
const ASIDE_MS: i64 = 86_400_000;
/// A device with nothing to send still tells every five minutes how it is.
const HEARTBEAT_MS: i64 = 300_000;
/// What came back after a restore is sent within so long, drawn by each device for itself (O12).
const REFILL_MS: i64 = 1_800_000;
/// A record that came back `unread` this often is set aside.
const MOST_UNREAD: u8 = 5;

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send these records (none is a heartbeat).
    Send(Vec<ResponseId>),
    /// Nothing before this instant.
    Wait(Millis),
    /// Nothing to send; look again at this instant for the heartbeat.
    Rest(Millis),
}

/// What came of a sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A whole reply to this batch.
    Reply(Reply),
    /// No reply, or something that is none: no network, time-out, a portal's page, a cut text.
    NoReply,
    /// A status other than 200, with `Retry-After` in milliseconds if it had one.
    Status(u16, Option<i64>),
}

/// What the shell must do after a sending, all in one strict transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Move these from the queue to `settled`; nothing else ever leaves the queue.
    pub settle: Vec<(ResponseId, ParcelHash, Verdict)>,
    /// Mark these as set aside, each with its reason (O8).
    pub aside: Vec<(ResponseId, Aside)>,
    /// What to tell the staff, if anything is wrong.
    pub trouble: Option<Trouble>,
}

/// Which settled records return to the queue (rule O12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reoffer {
    /// None.
    Nothing,
    /// Those of the unit that replied.
    ThisUnit,
    /// All, of every unit.
    Everything,
}

/// How long a device waits before it sends what came back to its queue: U(0, 30 min), so that a server
/// that was just restored is not met by all of them at once. `random` is uniform over all u32 values.
#[must_use]
pub fn refill_pause_ms(random: u32) -> i64 {
    pace::share(REFILL_MS, random)
}

/// What is wrong, in words for the staff screen. None of it deletes anything (O6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No network, or a network that does not let us through.
    NoReply,
    /// The server asks to wait.
    Busy,
    /// The server has a fault.
    ServerFault,
    /// The device must be enrolled again.
    NotEnrolled,
    /// This address is not our server.
    WrongServer,
    /// A record was refused and set aside.
    SetAside,
}

/// The state of one sender. Losing it loses patience, never a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outbox {
    pace: Pace,
    most_records: usize,
    last_sent: Option<Millis>,
    /// Where in each five minutes its heartbeats lie.
    phase_ms: i64,
    /// How often each of a few records came back `unread`.
    unread: Vec<(ResponseId, u8)>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            pace: Pace::READY,
            most_records: MOST_RECORDS_SENT,
            last_sent: None,
            phase_ms: 0,
            unread: Vec::new(),
        }
    }
}

impl Outbox {
    /// The sender of one device. Its heartbeats lie where a hash of its id says, so that devices that
    /// are all switched on at half past seven do not all speak in the same second for ever after.
    #[must_use]
    pub fn of(device: DeviceId) -> Self {
        let digest: [u8; 32] = Sha256::digest(device.as_bytes()).into();
        let [a, b, c, d, ..] = digest;
        let number = i64::from(u32::from_be_bytes([a, b, c, d]));
        Self {
            phase_ms: number.rem_euclid(HEARTBEAT_MS),
            ..Self::default()
        }
    }

    /// The first heartbeat after an instant.
    fn beat_after(&self, last: Millis) -> Millis {
        let since = last
            .0
            .saturating_sub(self.phase_ms)
            .rem_euclid(HEARTBEAT_MS);
        last.plus(HEARTBEAT_MS.saturating_sub(since))
    }

    /// Decides what to do now (rule O5).
    #[must_use]
    pub fn next(&self, queue: &[Waiting], now: Millis) -> Next {
        let ready = self.pace.ready(now);
        if now < ready {
            return Next::Wait(ready);
        }
        let due: Vec<&Waiting> = queue
            .iter()
            .filter(|record| record.aside_since.is_none())
            .collect();
        if !due.is_empty() {
            return Next::Send(self.fill(&due));
        }
        // An instant that lies ahead was written down before somebody set the clock back.
        let is_within = |since: Millis, length_ms: i64| (0..length_ms).contains(&now.since(since));
        let is_ripe = |record: &&Waiting| {
            record
                .aside_since
                .is_some_and(|since| !is_within(since, ASIDE_MS))
        };
        if let Some(record) = queue.iter().find(is_ripe) {
            return Next::Send(alloc::vec![record.id]);
        }
        match self.last_sent.map(|last| (last, self.beat_after(last))) {
            Some((last, beat)) if is_within(last, beat.since(last)) => Next::Rest(beat),
            _ => Next::Send(Vec::new()),
        }
    }

    /// As many records as fit (rule W6), always at least one.
    fn fill(&self, due: &[&Waiting]) -> Vec<ResponseId> {
        let mut bytes = 0_usize;
        due.iter()
            .take(self.most_records)
            .take_while(|record| {
                let is_first = bytes == 0;
                bytes = bytes.saturating_add(record.bytes.max(1));
                is_first || bytes <= MOST_BYTES_SENT
            })
            .map(|record| record.id)
            .collect()
    }

    /// A citizen finished, the network came back, or the page is visible again: try at once, unless
    /// the server asked to wait.
    pub fn wake(&mut self) {
        self.pace.reset();
    }

    /// Settled records came back to the queue (O12): nothing is sent before `resume`, and no event
    /// overrides it.
    pub fn stand_back(&mut self, resume: Millis) {
        self.pace.hold_until(resume);
    }

    /// Says what came of sending `sent`, and paces the next try. `random` is uniform over all u32
    /// values (full jitter).
    pub fn hear(
        &mut self,
        sent: &[Waiting],
        outcome: &Outcome,
        now: Millis,
        random: u32,
    ) -> Meaning {
        self.last_sent = Some(now);
        match outcome {
            Outcome::Reply(reply) => self.hear_reply(sent, reply, now, random),
            Outcome::NoReply => self.fail(Trouble::NoReply, now, random),
            Outcome::Status(status, retry_after) => {
                if let Some(wait) = retry_after {
                    self.pace.hold(now, *wait);
                }
                self.hear_status(sent, *status, now, random)
            }
        }
    }

    fn hear_reply(&mut self, sent: &[Waiting], reply: &Reply, now: Millis, random: u32) -> Meaning {
        let mut meaning = Meaning::default();
        for record in sent {
            // O4: only a verdict on this id *and* this hash releases.
            let verdict = reply
                .verdicts
                .iter()
                .find(|verdict| verdict.id == record.id && verdict.hash == record.hash);
            if let Some(verdict) = verdict {
                self.unread.retain(|(id, _)| *id != record.id);
                let verdict = match (verdict.verdict, verdict.reason) {
                    (VerdictWord::Counted, _) => Verdict::Counted,
                    (VerdictWord::Already, _) => Verdict::AlreadyCounted,
                    (VerdictWord::Quarantined, reason) => {
                        Verdict::Quarantined(reason.unwrap_or(Reason::BadShape))
                    }
                };
                meaning.settle.push((record.id, record.hash, verdict));
            } else if reply.unread.contains(&record.id) && self.was_unread(record.id) >= MOST_UNREAD
            {
                meaning.aside.push((record.id, Aside::Unread));
            }
        }
        if let Some(seconds) = reply.wait_s {
            self.pace
                .hold(now, i64::from(seconds).saturating_mul(1_000));
        }
        if meaning.settle.is_empty() && !sent.is_empty() {
            // A reply that settles nothing is no progress: without a pause it would be asked again
            // at once, for ever.
            meaning.trouble = Some(Trouble::NoReply);
            self.pace.back_off(now, random);
        } else {
            self.pace.reset();
            self.most_records = self
                .most_records
                .saturating_mul(2)
                .clamp(1, MOST_RECORDS_SENT);
        }
        if !meaning.aside.is_empty() {
            meaning.trouble = Some(Trouble::SetAside);
        }
        meaning
    }

    /// Counts that a record came back `unread`; how often it has by now.
    fn was_unread(&mut self, id: ResponseId) -> u8 {
        if let Some((_, times)) = self.unread.iter_mut().find(|(known, _)| *known == id) {
            *times = times.saturating_add(1);
            return *times;
        }
        self.unread.push((id, 1));
        1
    }

    fn hear_status(&mut self, sent: &[Waiting], status: u16, now: Millis, random: u32) -> Meaning {
        match status {
            429 => self.fail(Trouble::Busy, now, random),
            401 | 402 | 403 | 407 => self.fail_at_cap(Trouble::NotEnrolled, now, random),
            404 | 405 | 410 => self.fail_at_cap(Trouble::WrongServer, now, random),
            408 | 425 => self.fail(Trouble::NoReply, now, random),
            400..=499 => self.halve(sent, now, random),
            500..=599 => self.fail(Trouble::ServerFault, now, random),
            _ => self.fail(Trouble::NoReply, now, random),
        }
    }

    /// A batch the server cannot read: send half; a single record goes aside, the others go on.
    fn halve(&mut self, sent: &[Waiting], now: Millis, random: u32) -> Meaning {
        match sent {
            [] => self.fail(Trouble::ServerFault, now, random),
            [alone] => {
                self.most_records = MOST_RECORDS_SENT;
                Meaning {
                    aside: alloc::vec![(alone.id, Aside::Refused)],
                    trouble: Some(Trouble::SetAside),
                    ..Meaning::default()
                }
            }
            several => {
                self.most_records = several.len().div_euclid(2).max(1);
                Meaning::default()
            }
        }
    }

    fn fail(&mut self, trouble: Trouble, now: Millis, random: u32) -> Meaning {
        self.pace.back_off(now, random);
        Meaning::trouble(trouble)
    }

    fn fail_at_cap(&mut self, trouble: Trouble, now: Millis, random: u32) -> Meaning {
        self.pace.back_off_at_cap(now, random);
        Meaning::trouble(trouble)
    }
}

impl Meaning {
    fn trouble(trouble: Trouble) -> Self {
        Self {
            trouble: Some(trouble),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests;
