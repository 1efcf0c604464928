//! The rescue file (rule O14): what waits on a device, sealed so that anybody may carry it and only
//! the server can open it. Never: the sealing itself, which is the platform's cryptography.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::batch::{Record, is_oversized};
use super::{Malformed, VERSION};
use crate::id::{DeviceId, Epoch, ParcelHash, UnitId};
use crate::json::{Fault, FromJson, Json, Object, ToJson};

/// What a file's header begins with; also what its signature and its key are bound to.
pub const FORMAT: &str = "hai-long/rescue/1";
/// Bytes of a file, looked at before parsing.
pub const MOST_FILE_BYTES: usize = 8 << 20;
/// Bytes of a file's content, so that the file around it stays under [`MOST_FILE_BYTES`].
pub const MOST_CONTENT_BYTES: usize = 6_000_000;
/// Records in a file.
pub const MOST_RECORDS: usize = 5_000;

/// A file as it lies on a disk or a stick. `header` is a *string* holding the JSON of [`Header`]:
/// signed, and bound to the sealed bytes, as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// The JSON of [`Header`].
    pub header: String,
    /// By the exporting device's key over [`FORMAT`], a line feed and `header`: base64url of 64
    /// bytes, or empty where the device has lost its key.
    pub signature: String,
    /// AES-256-GCM of the content, `header` as its additional data: base64url.
    pub sealed: String,
}

impl ToJson for File {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("header", &self.header)
            .with("signature", &self.signature)
            .with("sealed", &self.sealed)
            .end();
    }
}

/// What may be known of a file without opening it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// Who exported it.
    pub device: DeviceId,
    /// In which life of its storage.
    pub epoch: Epoch,
    /// How many records it holds.
    pub count: u32,
    /// SHA-256 of the content.
    pub sha256: ParcelHash,
    /// Which of the deployment's keys it is sealed to: [`SealingKey::id`].
    pub key: String,
    /// The public half of the key pair that was drawn for this file: base64url of 65 bytes.
    pub ephemeral: String,
}

impl ToJson for Header {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("format", &self.format)
            .with("device", &self.device)
            .with("epoch", &self.epoch)
            .with("count", &self.count)
            .with("sha256", &self.sha256)
            .with("key", &self.key)
            .with("ephemeral", &self.ephemeral)
            .end();
    }
}

/// What is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The version, 1.
    pub v: u8,
    /// The records of each unit.
    pub units: Vec<Part>,
}

impl ToJson for Content {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("v", &self.v)
            .with("units", &self.units)
            .end();
    }
}

/// The records whose bodies name one unit, unchanged as they would have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The unit whose ledger counts them.
    pub unit: UnitId,
    /// The records (rule W3).
    pub records: Vec<Record>,
}

impl ToJson for Part {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("unit", &self.unit)
            .with("records", &self.records)
            .end();
    }
}

/// The key that files are sealed to; comes with a device's configuration (rule W11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealingKey {
    /// 16 hexadecimal digits: how SHA-256 of the 65 bytes begins.
    pub id: String,
    /// The public P-256 key: base64url of the 65 uncompressed bytes.
    pub public: String,
}

impl FromJson for SealingKey {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["id", "public"])?;
        Ok(Self {
            id: json.get("id")?,
            public: json.get("public")?,
        })
    }
}

/// What came of an import, in counts only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The version, 1.
    pub v: u8,
    /// For each unit that takes records from whoever handed the file in.
    pub units: Vec<ImportedUnit>,
    /// Records of other units, and what a unit could not take now: without a verdict. Hand the file
    /// in again, where they are due.
    pub unread: u32,
}

/// What came of the records of one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedUnit {
    /// Which unit.
    pub unit: UnitId,
    /// Counted now.
    pub counted: u32,
    /// Counted before.
    pub already: u32,
    /// Kept for a person to look at.
    pub quarantined: u32,
}

impl FromJson for Imported {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            v: json.get("v")?,
            units: json.get("units")?,
            unread: json.get("unread")?,
        })
    }
}

impl FromJson for ImportedUnit {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            unit: json.get("unit")?,
            counted: json.get("counted")?,
            already: json.get("already")?,
            quarantined: json.get("quarantined")?,
        })
    }
}

/// Why a file is not taken. Nothing of it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RescueError {
    /// More bytes or records than the server takes.
    TooLarge,
    /// Not a whole rescue file, or another version of one.
    Malformed(Malformed),
}

fn malformed(what: &str) -> RescueError {
    RescueError::Malformed(Malformed(what.into()))
}

/// Reads a file and its header, without opening it. Sizes are looked at first.
///
/// # Errors
/// [`RescueError`].
pub fn read_file(bytes: &[u8]) -> Result<(File, Header), RescueError> {
    if bytes.len() > MOST_FILE_BYTES {
        return Err(RescueError::TooLarge);
    }
    let text = core::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
    let file: File = super::read(text).map_err(RescueError::Malformed)?;
    let header: Header = super::read(&file.header).map_err(RescueError::Malformed)?;
    if header.format != FORMAT {
        return Err(malformed("another format"));
    }
    let count = usize::try_from(header.count).unwrap_or(usize::MAX);
    if count > MOST_RECORDS {
        return Err(RescueError::TooLarge);
    }
    Ok((file, header))
}

/// Reads what was sealed in a file with this header.
///
/// # Errors
/// [`RescueError`] when it is not what the header says.
pub fn read_content(bytes: &[u8], header: &Header) -> Result<Content, RescueError> {
    if ParcelHash::of(bytes) != header.sha256 {
        return Err(malformed("the content does not fit its hash"));
    }
    let text = core::str::from_utf8(bytes).map_err(|_| malformed("not UTF-8"))?;
    let content: Content = super::read(text).map_err(RescueError::Malformed)?;
    let records = content.units.iter().map(|part| part.records.len());
    let records = records.fold(0_usize, usize::saturating_add);
    if content.v != VERSION || usize::try_from(header.count) != Ok(records) {
        return Err(malformed("the content does not fit its header"));
    }
    if content
        .units
        .iter()
        .flat_map(|part| &part.records)
        .any(is_oversized)
    {
        return Err(RescueError::TooLarge);
    }
    Ok(content)
}

/// What the key of a file is drawn from beside the shared secret (HKDF's salt): both public keys.
#[must_use]
pub fn salt(ephemeral: &[u8], public: &[u8]) -> Vec<u8> {
    [ephemeral, public].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::write;

    fn record() -> Record {
        super::super::read(include_str!("../../../tests/vectors/wire/v1/record.json")).unwrap()
    }

    fn content() -> Content {
        Content {
            v: 1,
            units: alloc::vec![Part {
                unit: UnitId::parse("33.12000").unwrap(),
                records: alloc::vec![record()],
            }],
        }
    }

    fn header(content: &str) -> Header {
        Header {
            format: FORMAT.into(),
            device: DeviceId::from_random([1; 16]),
            epoch: Epoch::from_bytes([2; 16]),
            count: 1,
            sha256: ParcelHash::of(content.as_bytes()),
            key: "0123456789abcdef".into(),
            ephemeral: "BA".into(),
        }
    }

    fn file(header: &Header) -> String {
        write(&File {
            header: write(header),
            signature: String::new(),
            sealed: "AAAA".into(),
        })
    }

    #[test]
    fn o14_only_a_whole_file_of_this_format_is_one() {
        let good = header("{}");
        let text = file(&good);
        let (whole, _) = read_file(text.as_bytes()).unwrap();
        assert_eq!(crate::json::write(&whole), text);
        assert_eq!(crate::json::write(&good), write(&good));
        let (_, read) = read_file(text.as_bytes()).unwrap();
        assert_eq!(read, good);
        for end in 0..text.len() {
            assert!(read_file(&text.as_bytes()[..end]).is_err());
        }
        let other = Header {
            format: "hai-long/rescue/2".into(),
            ..good.clone()
        };
        assert!(read_file(file(&other).as_bytes()).is_err());
        let more = text.replacen('{', r#"{"more":1,"#, 1);
        assert!(read_file(more.as_bytes()).is_err());
    }

    #[test]
    fn o14_sizes_are_looked_at_before_anything_is_read() {
        let large = alloc::vec![b'{'; MOST_FILE_BYTES + 1];
        assert_eq!(read_file(&large), Err(RescueError::TooLarge));
        let many = Header {
            count: u32::try_from(MOST_RECORDS).unwrap() + 1,
            ..header("{}")
        };
        let many = read_file(file(&many).as_bytes());
        assert_eq!(many, Err(RescueError::TooLarge));
        // The largest content still fits the largest file.
        assert!(MOST_CONTENT_BYTES.div_ceil(3) * 4 + 4_096 < MOST_FILE_BYTES);
    }

    #[test]
    fn o14_the_content_is_what_the_header_says() {
        let text = write(&content());
        assert_eq!(crate::json::write(&content()), text);
        let header = header(&text);
        assert_eq!(read_content(text.as_bytes(), &header), Ok(content()));
        let changed = text.replacen("33.12000", "33.12001", 1);
        assert!(read_content(changed.as_bytes(), &header).is_err());
        let miscounted = Header {
            count: 2,
            ..header.clone()
        };
        assert!(read_content(text.as_bytes(), &miscounted).is_err());
        let mut oversized = content();
        oversized.units[0].records[0].body = "x".repeat(6_145);
        let text = write(&oversized);
        let refused = read_content(text.as_bytes(), &self::header(&text));
        assert_eq!(refused, Err(RescueError::TooLarge));
    }
}
