//! Bytes and versions: every message that crosses the network, as docs/SPEC.md describes it for a
//! stranger. Never: a rule about what a message means.

pub mod alerts;
pub mod batch;
pub mod beside;
pub mod body;
pub mod code;
pub mod context;
pub mod device;
pub mod dossiers;
pub mod drivers;
pub mod fleet;
pub mod forms;
pub mod keys;
pub mod manager;
pub mod people;
pub mod public;
pub mod quality;
pub mod quarantine;
pub mod reply;
pub mod rescue;
pub mod resolved;
pub mod review;
pub mod tally;
pub mod units;
pub mod watch;
pub mod weighted;

use alloc::string::{String, ToString};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::day::{Day, Millis};
use crate::id::{
    AppHash, BatchId, Channel, Commitment, CounterId, DeviceClass, DeviceId, Epoch, FieldId,
    FormId, ItemId, ParcelHash, ResponseId, Salt, UnitId,
};
use crate::json::{Fault, FromJson, Json, ToJson};

/// The version of batches and bodies that this build writes.
pub const VERSION: u8 = 1;

/// Bytes that are not the message they should be. The text is for a developer's eyes and repeats
/// nothing of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(pub String);

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for Malformed {}

/// For a member whose null takes something away: a message that forgot it takes nothing away, it is none.
fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// Reads any message of this wire from JSON.
///
/// # Errors
/// [`Malformed`] with line and column, never with content.
pub fn read<'a, M: Deserialize<'a>>(json: &'a str) -> Result<M, Malformed> {
    serde_json::from_str(json).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "ends too early",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
            serde_json::error::Category::Data => "not the expected shape",
        };
        let (line, column) = (error.line(), error.column());
        Malformed(alloc::format!("{what} at line {line} column {column}"))
    })
}

/// Writes any message of this wire as JSON.
#[must_use]
pub fn write<M: Serialize>(message: &M) -> String {
    // Our messages have string keys and finite numbers only, so this cannot fail; an empty text
    // would be refused by every reader.
    serde_json::to_string(message).unwrap_or_default()
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(|_| D::Error::custom(stringify!($type)))
            }
        }

        impl FromJson for $type {
            fn from_json(json: &Json) -> Result<Self, Fault> {
                Self::parse(json.text()?).map_err(|_| json.is_not(stringify!($type)))
            }
        }

        impl ToJson for $type {
            fn to_json(&self, text: &mut String) {
                self.to_string().to_json(text);
            }
        }
    )*};
}

as_text!(
    AppHash,
    BatchId,
    Channel,
    Commitment,
    CounterId,
    DeviceClass,
    DeviceId,
    Epoch,
    FieldId,
    FormId,
    ItemId,
    ParcelHash,
    ResponseId,
    Salt,
    UnitId
);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("Day"))
    }
}

impl FromJson for Day {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Self::parse(json.text()?).ok_or_else(|| json.is_not("Day"))
    }
}

impl ToJson for Day {
    fn to_json(&self, text: &mut String) {
        self.to_string().to_json(text);
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

impl FromJson for Millis {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.whole().map(Self)
    }
}

impl ToJson for Millis {
    fn to_json(&self, text: &mut String) {
        self.0.to_json(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn is_the_same<M: Serialize + ToJson>(message: &M) {
        assert_eq!(json::write(message), write(message));
    }

    #[test]
    fn what_a_device_writes_is_what_serde_writes() {
        let vector = include_str!("../../../tests/vectors/wire/v1/batch.json");
        let mut batch: batch::Batch = read(vector).unwrap();
        is_the_same(&batch);
        batch.status.losses = 3;
        batch.status.config = 7;
        batch.status.oldest = None;
        let mut record = batch.records.remove(0);
        record.comment = Some(batch::CommentPart::Gone {
            commitment: Commitment::from_bytes([7; 32]),
        });
        batch.records.push(record);
        is_the_same(&batch);
        batch.records.clear();
        batch.status.days.clear();
        is_the_same(&batch);
        is_the_same(&device::EnrolRequest {
            v: 1,
            code: "K7M2P9QX".into(),
            key: "BA".into(),
            epoch: Epoch::from_bytes([2; 16]),
            app: AppHash::from_bytes([3; 32]),
            persisted: true,
        });
        let every: String = ('\0'..'\u{180}').chain(['ế', '😀', '\u{2028}']).collect();
        is_the_same(&every);
    }

    #[test]
    fn s10_what_null_takes_away_a_message_that_forgot_it_does_not() {
        use super::context::{Target, WantedFields, WantedPortal};
        use super::public::WantedPublication;
        assert!(read::<WantedPublication>(r#"{"publication":null}"#).is_ok());
        assert!(read::<WantedPublication>("{}").is_err());
        assert!(read::<Target>(r#"{"year":2026,"index":null}"#).is_ok());
        assert!(read::<Target>(r#"{"year":2026}"#).is_err());
        assert!(read::<WantedPortal>(r#"{"month":"2026-10","counts":null}"#).is_ok());
        assert!(read::<WantedPortal>(r#"{"month":"2026-10"}"#).is_err());
        assert!(read::<WantedFields>(r#"{"quarter":"2026-Q3","counts":null}"#).is_ok());
        assert!(read::<WantedFields>(r#"{"quarter":"2026-Q3"}"#).is_err());
    }
}
