//! The batch a device sends and the reply it gets (rules W2, W3, W5).

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{Malformed, VERSION};
use crate::day::{Day, Millis};
use crate::id::{AppHash, BatchId, Commitment, DeviceId, Epoch, ParcelHash, ResponseId, Salt};
use crate::submission::{self, Parcel, SaltedComment};

/// Records a device puts into a batch at most (W6).
pub const MOST_RECORDS_SENT: usize = 50;
/// Bytes of records a device puts into a batch at most (W6).
pub const MOST_BYTES_SENT: usize = 65_536;
/// Records the server takes in a batch (W6).
pub const MOST_RECORDS_TAKEN: usize = 200;
/// Bytes the server takes in a batch (W6), looked at before parsing.
pub const MOST_BYTES_TAKEN: usize = 262_144;
/// Bytes of a whole record (W3).
pub const LONGEST_RECORD_BYTES: usize = 12_288;
/// Characters of a comment (W3).
pub const LONGEST_COMMENT_CHARS: usize = 1_000;
/// Bytes of a comment (W3).
pub const LONGEST_COMMENT_BYTES: usize = 4_000;
/// Bytes of a reply that a device reads (W5).
pub const LONGEST_REPLY_BYTES: usize = 65_536;
/// Integers on the wire stay below 2^53, which every language reads exactly.
const LARGEST_INTEGER: u64 = 9_007_199_254_740_991;
/// Days of opened and abandoned counts in a status.
const MOST_DAYS: usize = 8;

/// One upload (W2). All its records belong to the unit in the path. Unknown keys are ignored, so
/// that a later version can add some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The version, 1.
    pub v: u8,
    /// Drawn for this upload; the reply repeats it.
    pub batch: BatchId,
    /// Who sends.
    pub device: DeviceId,
    /// Which life of the device's storage.
    pub epoch: Epoch,
    /// Raised and stored before each sending (W7).
    pub no: u32,
    /// The app's build.
    pub app: AppHash,
    /// The device's wall clock; feeds only the skew shown per device (T4).
    pub clock: Millis,
    /// How the device is.
    pub status: Status,
    /// The records, 0..=50 as sent, 0..=200 as taken. None at all is a heartbeat.
    pub records: Vec<Record>,
}

/// How the device is (W2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Records waiting, this batch's included.
    pub unsent: u32,
    /// The oldest waiting record's day.
    #[serde(default)]
    pub oldest: Option<Day>,
    /// Whether the browser promised to keep the storage.
    pub persisted: bool,
    /// Free storage in megabytes.
    pub free_mb: u32,
    /// Records set aside (O8).
    pub asides: u16,
    /// For each of the last days (at most 8) this epoch's running totals. The server keeps the
    /// greatest it saw, so that a repeated or lost batch changes nothing.
    #[serde(default)]
    pub days: Vec<DayCount>,
}

/// Surveys opened and left unfinished on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// The day.
    pub day: Day,
    /// Surveys begun.
    pub opened: u32,
    /// Surveys begun and not finished.
    pub abandoned: u32,
}

/// One record (W3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The response's id.
    pub id: ResponseId,
    /// Body v1, a string holding JSON.
    pub body: String,
    /// The comment, or what is left of it.
    #[serde(default)]
    pub comment: Option<CommentPart>,
    /// As the device stored it.
    pub hash: ParcelHash,
    /// The device found it changed at rest (O9).
    #[serde(default)]
    pub damaged: bool,
}

/// A comment as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CommentPart {
    /// As the citizen wrote it.
    Written {
        /// At most 1,000 characters and 4,000 bytes.
        text: String,
        /// 32 hexadecimal digits.
        salt: Salt,
    },
    /// The text was let go after an earlier verdict (O7); its commitment keeps the hash whole (O12).
    Gone {
        /// 64 hexadecimal digits: C of W3.
        commitment: Commitment,
    },
}

impl Record {
    /// A parcel as a record; one that no longer fits its hash goes as damaged, under its new hash (O9).
    #[must_use]
    pub fn of(parcel: &Parcel) -> Self {
        let comment = match &parcel.comment {
            Some(comment) => Some(CommentPart::Written {
                text: comment.text.clone(),
                salt: comment.salt,
            }),
            None if parcel.commitment == Commitment::NONE => None,
            None => Some(CommentPart::Gone {
                commitment: parcel.commitment,
            }),
        };
        Self {
            id: parcel.id,
            body: parcel.body.clone(),
            comment,
            hash: parcel.rehash(),
            damaged: !parcel.is_intact(),
        }
    }

    /// The record as a parcel, under the hash it claims.
    #[must_use]
    pub fn into_parcel(self) -> Parcel {
        let (comment, commitment) = match self.comment {
            None => (None, Commitment::NONE),
            Some(CommentPart::Gone { commitment }) => (None, commitment),
            Some(CommentPart::Written { text, salt }) => {
                let comment = SaltedComment { text, salt };
                let commitment = submission::commitment(Some(&comment));
                (Some(comment), commitment)
            }
        };
        Parcel {
            id: self.id,
            body: self.body,
            commitment,
            comment,
            hash: self.hash,
        }
    }
}

/// Why a batch is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatchError {
    /// More bytes or records than the server takes: halve it.
    TooLarge,
    /// A version this server does not speak.
    Version,
    /// Not a batch.
    Malformed(Malformed),
}

/// Reads a batch from the bytes of a request (W2, W6). Sizes are looked at first.
///
/// # Errors
/// [`BatchError`]; nothing of the batch is kept then, and the device keeps everything.
pub fn read_batch(bytes: &[u8]) -> Result<Batch, BatchError> {
    if bytes.len() > MOST_BYTES_TAKEN {
        return Err(BatchError::TooLarge);
    }
    let text = core::str::from_utf8(bytes)
        .map_err(|_| BatchError::Malformed(Malformed("not UTF-8".into())))?;
    let batch: Batch = super::read(text).map_err(BatchError::Malformed)?;
    if batch.v != VERSION {
        return Err(BatchError::Version);
    }
    if batch.records.len() > MOST_RECORDS_TAKEN || batch.records.iter().any(is_oversized) {
        return Err(BatchError::TooLarge);
    }
    if batch.status.days.len() > MOST_DAYS {
        return Err(BatchError::Malformed(Malformed("too many days".into())));
    }
    Ok(batch)
}

fn is_oversized(record: &Record) -> bool {
    let comment = match &record.comment {
        Some(CommentPart::Written { text, .. }) => text.as_str(),
        Some(CommentPart::Gone { .. }) | None => "",
    };
    record.body.len() > super::body::LONGEST_BODY_BYTES
        || comment.len() > LONGEST_COMMENT_BYTES
        || comment.chars().count() > LONGEST_COMMENT_CHARS
}

/// What the server decided on one record; each word means "durable here" (L6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordVerdict {
    /// Which record.
    pub id: ResponseId,
    /// Computed from the stored bytes.
    pub hash: ParcelHash,
    /// What was decided.
    pub verdict: VerdictWord,
    /// For quarantined records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The reply to a batch (W5). What does not read as one is no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_s: Option<u32>,
}

/// Reads a reply to this batch; anything else (a portal's page, a cut text, another batch's reply,
/// a record judged twice) is no reply (W5).
#[must_use]
pub fn read_reply(bytes: &[u8], batch: BatchId) -> Option<Reply> {
    if bytes.len() > LONGEST_REPLY_BYTES {
        return None;
    }
    let reply: Reply = super::read(core::str::from_utf8(bytes).ok()?).ok()?;
    let ids: BTreeSet<_> = reply.verdicts.iter().map(|verdict| verdict.id).collect();
    let is_whole = reply.v == VERSION
        && reply.batch == batch
        && reply.version <= LARGEST_INTEGER
        && ids.len() == reply.verdicts.len()
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

    fn parcel() -> Parcel {
        let body = String::from("{}");
        let comment = SaltedComment {
            text: String::from("Tốt"),
            salt: Salt::from_bytes([4; 16]),
        };
        let id = ResponseId::from_random([7; 16]);
        let commitment = submission::commitment(Some(&comment));
        Parcel {
            id,
            hash: submission::hash(id, &body, commitment),
            body,
            commitment,
            comment: Some(comment),
        }
    }

    #[test]
    fn o3_a_parcel_travels_unchanged() {
        let record = Record::of(&parcel());
        let written = super::super::write(&record);
        let read: Record = super::super::read(&written).unwrap();
        assert_eq!(read.into_parcel(), parcel());
        let settled = parcel().without_comment();
        let record = Record::of(&settled);
        assert!(!record.damaged);
        assert_eq!(record.hash, parcel().hash);
        assert_eq!(record.into_parcel(), settled);
    }

    #[test]
    fn o9_a_record_damaged_at_rest_goes_as_damaged_under_its_new_hash() {
        let mut rotten = parcel();
        rotten.body = String::from("{]");
        let record = Record::of(&rotten);
        assert!(record.damaged);
        assert_ne!(record.hash, parcel().hash);
        assert_eq!(record.hash, rotten.rehash());
        assert!(!Record::of(&parcel()).damaged);
    }

    #[test]
    fn w6_sizes_come_before_parsing() {
        let big = alloc::vec![b' '; MOST_BYTES_TAKEN + 1];
        assert_eq!(read_batch(&big), Err(BatchError::TooLarge));
        assert!(matches!(read_batch(b"{"), Err(BatchError::Malformed(_))));
        assert!(matches!(read_batch(&[0xff]), Err(BatchError::Malformed(_))));
    }
}
