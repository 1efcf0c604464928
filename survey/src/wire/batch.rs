//! The batch a device sends (rules W2, W3).

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::{Malformed, VERSION};
use crate::day::{Day, Millis};
use crate::id::{AppHash, BatchId, Commitment, DeviceId, Epoch, ParcelHash, ResponseId, Salt};
use crate::json::{Fault, FromJson, Json, Object, ToJson};
use crate::submission::{self, Parcel, SaltedComment};

pub use super::reply::{
    LONGEST_REPLY_BYTES, Reason, RecordVerdict, Reply, VerdictWord, read_reply,
};

/// Records a device puts into a batch at most (W6).
pub const MOST_RECORDS_SENT: usize = 50;
/// Bytes of records a device puts into a batch at most (W6).
pub const MOST_BYTES_SENT: usize = 65_536;
/// Records the server takes in a batch (W6).
pub const MOST_RECORDS_TAKEN: usize = 200;
/// Bytes the server takes in a batch (W6), looked at before parsing.
pub const MOST_BYTES_TAKEN: usize = 262_144;
/// Characters of a comment (W3).
pub const LONGEST_COMMENT_CHARS: usize = 1_000;
/// Bytes of a comment (W3).
pub const LONGEST_COMMENT_BYTES: usize = 4_000;
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

impl ToJson for Batch {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("v", &self.v)
            .with("batch", &self.batch)
            .with("device", &self.device)
            .with("epoch", &self.epoch)
            .with("no", &self.no)
            .with("app", &self.app)
            .with("clock", &self.clock)
            .with("status", &self.status)
            .with("records", &self.records)
            .end();
    }
}

/// How the device is (W2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Records waiting beside those of this batch: what the server has not got once it has this.
    pub unsent: u32,
    /// The oldest of these records' day.
    #[serde(default)]
    pub oldest: Option<Day>,
    /// Whether the browser promised to keep the storage.
    pub persisted: bool,
    /// Free storage in megabytes; 0 where the browser does not tell.
    pub free_mb: u32,
    /// How often the device lost what it held, as far as it noticed (B6); 0 is not written.
    #[serde(default, skip_serializing_if = "is_untold")]
    pub losses: u16,
    /// How many of these are set aside (O8).
    pub asides: u16,
    /// For each of the last days (at most 8) this epoch's running totals. The server keeps the
    /// greatest it saw, so that a repeated or lost batch changes nothing.
    #[serde(default)]
    pub days: Vec<DayCount>,
    /// The version of the configuration in use (W11); 0 is a device that does not tell, and is not
    /// written.
    #[serde(default, skip_serializing_if = "is_untold")]
    pub config: u64,
}

/// Numbers that came later than version 1 are left out while they say nothing (W9).
fn is_untold<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

impl ToJson for Status {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("unsent", &self.unsent)
            .with("oldest", &self.oldest)
            .with("persisted", &self.persisted)
            .with("free_mb", &self.free_mb)
            .with_some("losses", told(&self.losses))
            .with("asides", &self.asides)
            .with("days", &self.days)
            .with_some("config", told(&self.config))
            .end();
    }
}

fn told<T: Default + PartialEq>(number: &T) -> Option<&T> {
    (!is_untold(number)).then_some(number)
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

impl FromJson for DayCount {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            day: json.get("day")?,
            opened: json.get("opened")?,
            abandoned: json.get("abandoned")?,
        })
    }
}

impl ToJson for DayCount {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("day", &self.day)
            .with("opened", &self.opened)
            .with("abandoned", &self.abandoned)
            .end();
    }
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

impl ToJson for Record {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("id", &self.id)
            .with("body", &self.body)
            .with("comment", &self.comment)
            .with("hash", &self.hash)
            .with("damaged", &self.damaged)
            .end();
    }
}

impl ToJson for CommentPart {
    fn to_json(&self, text: &mut String) {
        let object = Object::begin(text);
        let object = match self {
            Self::Written { text, salt } => object.with("text", text).with("salt", salt),
            Self::Gone { commitment } => object.with("commitment", commitment),
        };
        object.end();
    }
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

/// Whether a record is larger than W3 allows.
pub(super) fn is_oversized(record: &Record) -> bool {
    let comment = match &record.comment {
        Some(CommentPart::Written { text, .. }) => text.as_str(),
        Some(CommentPart::Gone { .. }) | None => "",
    };
    record.body.len() > super::body::LONGEST_BODY_BYTES
        || comment.len() > LONGEST_COMMENT_BYTES
        || comment.chars().count() > LONGEST_COMMENT_CHARS
}

#[cfg(test)]
mod tests {
    use super::*;

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
