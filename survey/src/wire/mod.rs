//! Bytes and versions: every message that crosses the network, as docs/SPEC.md describes it for a
//! stranger. Never: a rule about what a message means.

pub mod batch;
pub mod body;
pub mod code;
pub mod device;
pub mod manager;
pub mod tally;

use alloc::string::String;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::day::{Day, Millis};
use crate::id::{
    AppHash, BatchId, Channel, Commitment, CounterId, DeviceClass, DeviceId, Epoch, FieldId,
    FormId, ItemId, ParcelHash, ResponseId, Salt, UnitId,
};

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
