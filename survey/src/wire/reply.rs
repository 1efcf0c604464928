//! The reply to a batch (rule W5). What does not read as one is no reply.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::VERSION;
use crate::day::Millis;
use crate::id::{BatchId, ParcelHash, ResponseId};
use crate::json::{self, Fault, FromJson, Json};

/// Bytes of a reply that a device reads (W5).
pub const LONGEST_REPLY_BYTES: usize = 65_536;
/// Integers on the wire stay below 2^53, which every language reads exactly.
const LARGEST_INTEGER: u64 = 9_007_199_254_740_991;

/// What the server decided on one record; each word means "durable here" (L6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictWord {
    /// Counted now.
    Counted,
    /// Counted before.
    Already,
    /// Kept for a person to look at.
    Quarantined,
}

/// Why a record is kept but not counted (L7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The form is not known here (yet).
    UnknownForm,
    /// The body is not body v1.
    BadShape,
    /// An answer does not fit the form.
    OutOfRange,
    /// The id was counted with other content.
    IdConflict,
    /// The device found the record changed at rest.
    Damaged,
    /// A revoked key or a signature that does not fit.
    UnverifiedDevice,
    /// The body names another unit than this ledger's.
    UnknownUnit,
}

/// The verdict on one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RecordVerdict {
    /// Which record.
    pub id: ResponseId,
    /// Computed from the stored bytes.
    pub hash: ParcelHash,
    /// What was decided.
    pub verdict: VerdictWord,
    /// For quarantined records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl FromJson for VerdictWord {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(match json.text()? {
            "counted" => Self::Counted,
            "already" => Self::Already,
            "quarantined" => Self::Quarantined,
            _ => return Err(json.is_not("a verdict")),
        })
    }
}

impl FromJson for Reason {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(match json.text()? {
            "unknown-form" => Self::UnknownForm,
            "bad-shape" => Self::BadShape,
            "out-of-range" => Self::OutOfRange,
            "id-conflict" => Self::IdConflict,
            "damaged" => Self::Damaged,
            "unverified-device" => Self::UnverifiedDevice,
            "unknown-unit" => Self::UnknownUnit,
            _ => return Err(json.is_not("a reason")),
        })
    }
}

impl FromJson for RecordVerdict {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            id: json.get("id")?,
            hash: json.get("hash")?,
            verdict: json.get("verdict")?,
            reason: json.get_or_default("reason")?,
        })
    }
}

/// The reply to a batch (W5). What does not read as one is no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The version, 1.
    pub v: u8,
    /// The batch's id.
    pub batch: BatchId,
    /// One for each record that was judged.
    pub verdicts: Vec<RecordVerdict>,
    /// Records whose hash did not fit: send again.
    pub unread: Vec<ResponseId>,
    /// How often this deployment was restored from a backup.
    pub restore: u32,
    /// The ledger's version.
    pub version: u64,
    /// The server's clock.
    pub now: Millis,
    /// Seconds to wait before the next batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}

impl FromJson for Reply {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            v: json.get("v")?,
            batch: json.get("batch")?,
            verdicts: json.get("verdicts")?,
            unread: json.get("unread")?,
            restore: json.get("restore")?,
            version: json.get("version")?,
            now: json.get("now")?,
            wait_s: json.get_or_default("wait_s")?,
        })
    }
}

/// Reads a reply to this batch; anything else (a portal's page, a cut text, another batch's reply,
/// a record judged twice) is no reply (W5).
#[must_use]
pub fn read_reply(bytes: &[u8], batch: BatchId) -> Option<Reply> {
    if bytes.len() > LONGEST_REPLY_BYTES {
        return None;
    }
    let reply: Reply = json::read(core::str::from_utf8(bytes).ok()?).ok()?;
    let mut ids = Vec::with_capacity(reply.verdicts.len());
    let is_once = reply.verdicts.iter().all(|verdict| {
        let is_new = !ids.contains(&verdict.id);
        ids.push(verdict.id);
        is_new
    });
    let is_whole = reply.v == VERSION
        && reply.batch == batch
        && reply.version <= LARGEST_INTEGER
        && is_once
        && reply.verdicts.iter().all(|verdict| {
            verdict.reason.is_some() == (verdict.verdict == VerdictWord::Quarantined)
        });
    is_whole.then_some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply() -> Reply {
        Reply {
            v: 1,
            batch: BatchId::from_random([1; 16]),
            verdicts: alloc::vec![RecordVerdict {
                id: ResponseId::from_random([2; 16]),
                hash: ParcelHash::from_bytes([3; 32]),
                verdict: VerdictWord::Quarantined,
                reason: Some(Reason::UnknownForm),
            }],
            unread: Vec::new(),
            restore: 0,
            version: 7,
            now: Millis(1),
            wait_s: None,
        }
    }

    #[test]
    fn w5_only_a_whole_reply_to_this_batch_is_a_reply() {
        let good = super::super::write(&reply());
        let batch = BatchId::from_random([1; 16]);
        assert_eq!(read_reply(good.as_bytes(), batch), Some(reply()));
        assert!(good.contains(r#""verdict":"quarantined","reason":"unknown-form""#));
        let other = BatchId::from_random([9; 16]);
        assert_eq!(read_reply(good.as_bytes(), other), None);
        assert_eq!(read_reply(b"<html>Welcome to the cafe</html>", batch), None);
        for end in 0..good.len() {
            assert_eq!(read_reply(&good.as_bytes()[..end], batch), None);
        }
        let without_reason = good.replacen(",\"reason\":\"unknown-form\"", "", 1);
        assert_eq!(read_reply(without_reason.as_bytes(), batch), None);
    }

    #[test]
    fn w5_a_record_judged_twice_makes_it_no_reply() {
        let mut doubled = reply();
        doubled.verdicts.push(doubled.verdicts[0]);
        let text = super::super::write(&doubled);
        assert_eq!(read_reply(text.as_bytes(), doubled.batch), None);
    }
}
