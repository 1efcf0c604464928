//! The device's half of the sync: what to send, when, and what a reply means. Never: fetch, storage,
//! a clock; the shell hands in time and randomness and does as it is told.
//!
//! A record leaves the queue only through [`Meaning::settle`] (rules O4, O6).

mod marks;
mod pace;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::day::Millis;
use crate::id::{ParcelHash, ResponseId};
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

/// A record set aside is tried again after a day.
const ASIDE_MS: i64 = 86_400_000;
/// A device with nothing to send still tells every five minutes how it is.
const HEARTBEAT_MS: i64 = 300_000;
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
    /// Mark these as set aside (O8).
    pub aside: Vec<ResponseId>,
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
    /// All, of every unit; sending starts after U(0, 30 min).
    Everything,
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
    unread: BTreeMap<ResponseId, u8>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            pace: Pace::READY,
            most_records: MOST_RECORDS_SENT,
            last_sent: None,
            unread: BTreeMap::new(),
        }
    }
}

impl Outbox {
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
        match self.last_sent {
            Some(last) if is_within(last, HEARTBEAT_MS) => Next::Rest(last.plus(HEARTBEAT_MS)),
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
                self.unread.remove(&record.id);
                let verdict = match (verdict.verdict, verdict.reason) {
                    (VerdictWord::Counted, _) => Verdict::Counted,
                    (VerdictWord::Already, _) => Verdict::AlreadyCounted,
                    (VerdictWord::Quarantined, reason) => {
                        Verdict::Quarantined(reason.unwrap_or(Reason::BadShape))
                    }
                };
                meaning.settle.push((record.id, record.hash, verdict));
            } else if reply.unread.contains(&record.id) {
                let times = self.unread.entry(record.id).or_default();
                *times = times.saturating_add(1);
                if *times >= MOST_UNREAD {
                    meaning.aside.push(record.id);
                }
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
                    aside: alloc::vec![alone.id],
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
mod tests {
    use super::pace::LONGEST_FLOOR_MS;
    use super::*;
    use crate::id::BatchId;
    use crate::wire::batch::RecordVerdict;

    fn record(n: u8) -> Waiting {
        Waiting {
            id: ResponseId::from_random([n; 16]),
            hash: ParcelHash::from_bytes([n; 32]),
            bytes: 900,
            aside_since: None,
        }
    }

    fn reply(verdicts: Vec<RecordVerdict>, unread: Vec<ResponseId>) -> Outcome {
        Outcome::Reply(Reply {
            v: 1,
            batch: BatchId::from_random([0; 16]),
            verdicts,
            unread,
            restore: 0,
            version: 1,
            now: Millis(0),
            wait_s: None,
        })
    }

    fn counted(record: &Waiting) -> RecordVerdict {
        RecordVerdict {
            id: record.id,
            hash: record.hash,
            verdict: VerdictWord::Counted,
            reason: None,
        }
    }

    const NOW: Millis = Millis(1_000_000);

    #[test]
    fn o4_only_a_verdict_for_this_id_and_hash_settles() {
        let mut outbox = Outbox::default();
        let (mine, other) = (record(1), record(2));
        let wrong_hash = RecordVerdict {
            hash: other.hash,
            ..counted(&mine)
        };
        for outcome in [
            Outcome::NoReply,
            reply(Vec::new(), Vec::new()),
            reply(alloc::vec![wrong_hash], Vec::new()),
            reply(alloc::vec![counted(&other)], Vec::new()),
        ] {
            assert!(outbox.hear(&[mine], &outcome, NOW, 0).settle.is_empty());
        }
        let outcome = reply(alloc::vec![counted(&mine)], Vec::new());
        assert_eq!(
            outbox.hear(&[mine], &outcome, NOW, 0).settle,
            [(mine.id, mine.hash, Verdict::Counted)]
        );
    }

    #[test]
    fn o6_no_status_settles_anything() {
        for status in 100..=599 {
            let mut outbox = Outbox::default();
            let sent = [record(1), record(2)];
            let meaning = outbox.hear(&sent, &Outcome::Status(status, None), NOW, 7);
            assert!(meaning.settle.is_empty(), "{status}");
        }
    }

    #[test]
    fn o5_sleeps_grow_to_fifteen_minutes_with_full_jitter() {
        let mut outbox = Outbox::default();
        let queue = [record(1)];
        let mut ceilings = Vec::new();
        for _ in 0..12 {
            outbox.hear(&queue, &Outcome::NoReply, NOW, u32::MAX);
            let Next::Wait(until) = outbox.next(&queue, NOW) else {
                panic!("must wait");
            };
            ceilings.push(until.since(NOW) / 1_000);
        }
        assert_eq!(
            ceilings,
            [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
        );
        outbox.hear(&queue, &Outcome::NoReply, NOW, 0);
        assert!(matches!(outbox.next(&queue, NOW), Next::Send(_)));
    }

    #[test]
    fn o5_nothing_overrides_retry_after() {
        let mut outbox = Outbox::default();
        let queue = [record(1)];
        outbox.hear(&queue, &Outcome::Status(429, Some(60_000)), NOW, 0);
        outbox.wake();
        assert_eq!(outbox.next(&queue, NOW), Next::Wait(NOW.plus(60_000)));
        let after = NOW.plus(60_000);
        outbox.hear(&queue, &Outcome::Status(429, Some(i64::MAX)), after, 0);
        assert_eq!(
            outbox.next(&queue, after),
            Next::Wait(after.plus(LONGEST_FLOOR_MS))
        );
    }

    #[test]
    fn o8_a_refused_batch_is_halved_until_the_bad_record_is_alone_aside() {
        let mut outbox = Outbox::default();
        let mut queue: Vec<Waiting> = (1..=8).map(record).collect();
        let poison = queue[5].id;
        let mut sendings = 0;
        while queue.iter().any(|record| record.aside_since.is_none()) {
            let Next::Send(ids) = outbox.next(&queue, NOW) else {
                panic!("must send");
            };
            sendings += 1;
            let sent: Vec<Waiting> = queue
                .iter()
                .filter(|record| ids.contains(&record.id))
                .copied()
                .collect();
            let outcome = if ids.contains(&poison) {
                Outcome::Status(413, None)
            } else {
                reply(sent.iter().map(counted).collect(), Vec::new())
            };
            let meaning = outbox.hear(&sent, &outcome, NOW, 0);
            queue.retain(|record| !meaning.settle.iter().any(|(id, ..)| *id == record.id));
            for record in &mut queue {
                if meaning.aside.contains(&record.id) {
                    record.aside_since = Some(NOW);
                }
            }
        }
        assert_eq!(queue.len(), 1);
        assert_eq!(queue[0].id, poison);
        assert!(sendings < 16, "{sendings}");
        let tomorrow = NOW.plus(ASIDE_MS);
        assert_eq!(
            outbox.next(&queue, tomorrow),
            Next::Send(alloc::vec![poison])
        );
    }

    #[test]
    fn o8_a_record_unread_five_times_goes_aside() {
        let mut outbox = Outbox::default();
        let bad = record(1);
        let outcome = reply(Vec::new(), alloc::vec![bad.id]);
        let asides = |outbox: &mut Outbox| outbox.hear(&[bad], &outcome, NOW, 0).aside.len();
        let seen: Vec<usize> = (0..5).map(|_| asides(&mut outbox)).collect();
        assert_eq!(seen, [0, 0, 0, 0, 1]);
    }

    #[test]
    fn o5_a_clock_that_was_set_back_holds_nothing_up() {
        let yesterday = NOW.plus(-ASIDE_MS);
        let mut outbox = Outbox::default();
        outbox.hear(
            &[record(1)],
            &Outcome::Status(429, Some(i64::MAX)),
            NOW,
            u32::MAX,
        );
        assert!(matches!(outbox.next(&[record(1)], NOW), Next::Wait(_)));
        assert!(matches!(
            outbox.next(&[record(1)], yesterday),
            Next::Send(_)
        ));
        let aside = Waiting {
            aside_since: Some(NOW),
            ..record(2)
        };
        assert_eq!(
            outbox.next(&[aside], yesterday),
            Next::Send(alloc::vec![aside.id])
        );
        assert_eq!(outbox.next(&[], yesterday), Next::Send(Vec::new()));
    }

    #[test]
    fn w6_a_batch_is_never_larger_than_the_wire_takes() {
        let outbox = Outbox::default();
        let many: Vec<Waiting> = (0..=255).map(record).collect();
        let Next::Send(ids) = outbox.next(&many, NOW) else {
            panic!("must send");
        };
        assert_eq!(ids.len(), MOST_RECORDS_SENT);
        let large: Vec<Waiting> = (0..20)
            .map(|n| Waiting {
                bytes: 12_000,
                ..record(n)
            })
            .collect();
        let Next::Send(ids) = outbox.next(&large, NOW) else {
            panic!("must send");
        };
        assert_eq!(ids.len(), 5);
    }

    #[test]
    fn an_empty_queue_sends_a_heartbeat_every_five_minutes() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.next(&[], NOW), Next::Send(Vec::new()));
        outbox.hear(&[], &reply(Vec::new(), Vec::new()), NOW, 0);
        assert_eq!(outbox.next(&[], NOW), Next::Rest(NOW.plus(HEARTBEAT_MS)));
        assert!(matches!(
            outbox.next(&[], NOW.plus(HEARTBEAT_MS)),
            Next::Send(_)
        ));
    }
}
