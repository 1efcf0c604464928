//! How a device becomes known and learns what to ask: enrolment and configuration (rules S2, W11).

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::rescue::SealingKey;
use crate::day::{Day, Millis};
use crate::id::{
    AppHash, Channel, CounterId, DeviceClass, DeviceId, Epoch, FieldId, ItemId, UnitId,
};
use crate::json::{Fault, FromJson, Json, Object, ToJson};

/// `POST /v1/enrol`, signed with the new key: the signature proves that the device holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The version, 1.
    pub v: u8,
    /// The one-time code, 8 symbols; spaces, hyphens and case do not matter.
    pub code: String,
    /// The public P-256 key: base64url without padding of the 65 uncompressed bytes.
    pub key: String,
    /// The first epoch of this storage.
    pub epoch: Epoch,
    /// The app's build.
    pub app: AppHash,
    /// Whether the browser promised to keep the storage.
    pub persisted: bool,
}

impl ToJson for EnrolRequest {
    fn to_json(&self, text: &mut String) {
        Object::begin(text)
            .with("v", &self.v)
            .with("code", &self.code)
            .with("key", &self.key)
            .with("epoch", &self.epoch)
            .with("app", &self.app)
            .with("persisted", &self.persisted)
            .end();
    }
}

/// The answer to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnrolReply {
    /// The version, 1.
    pub v: u8,
    /// The device's id from now on.
    pub device: DeviceId,
    /// The server's clock.
    pub now: Millis,
    /// Its first configuration.
    pub config: Config,
}

impl FromJson for EnrolReply {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            v: json.get("v")?,
            device: json.get("device")?,
            now: json.get("now")?,
            config: json.get("config")?,
        })
    }
}

/// `GET /v1/device/config` (W11): everything a device needs to work for weeks without a network.
/// Never answers. A device applies it when it reads whole, and keeps the last good one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// The version of this message, 1.
    pub v: u8,
    /// Raised with every change.
    pub version: u64,
    /// The device's unit.
    pub unit: UnitId,
    /// The unit's name.
    pub unit_name: Names,
    /// Who asks: the authority named on the first screen.
    pub authority: Names,
    /// The device's counter.
    pub counter: CounterId,
    /// The counter's name.
    pub counter_name: Names,
    /// What kind of device it is enrolled as.
    pub class: DeviceClass,
    /// The way of answering.
    pub channel: Channel,
    /// The service fields staff can choose from; the first is the default.
    pub fields: Vec<Field>,
    /// Who resolves the dossiers of a service field, where that is not the unit itself.
    pub resolvers: Vec<Resolver>,
    /// The form to show, as its file (a string holding JSON); [`crate::form::Form::parse`] reads it.
    pub form: String,
    /// Languages offered, the first is the default. Each is a BCP 47 tag with a pack on the device.
    pub languages: Vec<String>,
    /// Demographics to ask; none unless the operator turned them on.
    pub demographics: Vec<ItemId>,
    /// Opening times; none means always open.
    pub hours: Vec<Hours>,
    /// Days without service.
    pub holidays: Vec<Day>,
    /// Seconds without a touch before the countdown.
    pub idle_s: u16,
    /// Seconds of countdown before everything is wiped.
    pub countdown_s: u16,
    /// How the staff PIN is checked without a network.
    pub pin: Option<PinVerifier>,
    /// The key that rescue files are sealed to (O14).
    pub rescue: Option<SealingKey>,
    /// Practice: a band on every screen, nothing is counted.
    pub training: bool,
    /// Figures and places of this deployment are samples; screens say so.
    pub sample: bool,
}

impl FromJson for Config {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            v: json.get("v")?,
            version: json.get("version")?,
            unit: json.get("unit")?,
            unit_name: json.get("unit_name")?,
            authority: json.get("authority")?,
            counter: json.get("counter")?,
            counter_name: json.get("counter_name")?,
            class: json.get("class")?,
            channel: json.get("channel")?,
            fields: json.get("fields")?,
            resolvers: json.get_or_default("resolvers")?,
            form: json.get("form")?,
            languages: json.get("languages")?,
            demographics: json.get("demographics")?,
            hours: json.get("hours")?,
            holidays: json.get("holidays")?,
            idle_s: json.get("idle_s")?,
            countdown_s: json.get("countdown_s")?,
            pin: json.get_or_default("pin")?,
            rescue: json.get_or_default("rescue")?,
            training: json.get("training")?,
            sample: json.get("sample")?,
        })
    }
}

/// A name in both languages of the interface.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Vietnamese.
    pub vi: String,
    /// English; falls back to Vietnamese when empty.
    #[serde(default)]
    pub en: String,
}

impl FromJson for Names {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["vi", "en"])?;
        Ok(Self {
            vi: json.get("vi")?,
            en: json.get_or_default("en")?,
        })
    }
}

impl Names {
    /// The name in a language, Vietnamese where there is no other.
    #[must_use]
    pub fn in_language(&self, tag: &str) -> &str {
        self.said_in(tag).0
    }

    /// The name in a language, Vietnamese where there is no other, and the tag of the language it
    /// really is in, for its `lang` attribute.
    #[must_use]
    pub fn said_in(&self, tag: &str) -> (&str, &'static str) {
        if tag == "en" && !self.en.is_empty() {
            (&self.en, "en")
        } else {
            (&self.vi, "vi")
        }
    }
}

/// A service field (lĩnh vực).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its id.
    pub id: FieldId,
    /// Its name.
    pub name: Names,
}

impl FromJson for Field {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["id", "name"])?;
        Ok(Self {
            id: json.get("id")?,
            name: json.get("name")?,
        })
    }
}

/// The agency that is competent for the dossiers of a service field (`resolved_by`), where it is
/// another one than the unit that serves (`received_at`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolver {
    /// The field.
    pub field: FieldId,
    /// The agency.
    pub unit: UnitId,
}

impl FromJson for Resolver {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        Ok(Self {
            field: json.get("field")?,
            unit: json.get("unit")?,
        })
    }
}

impl Config {
    /// Who resolves the dossiers of a field; `None` where it is the device's own unit.
    #[must_use]
    pub fn resolver(&self, field: &FieldId) -> Option<&UnitId> {
        let mut known = self.resolvers.iter();
        let found = known.find(|resolver| resolver.field == *field)?;
        (found.unit != self.unit).then_some(&found.unit)
    }
}

/// One span of opening time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Monday = 1 to Sunday = 7.
    pub weekday: u8,
    /// Minutes after midnight in Việt Nam at which it opens.
    pub from: u16,
    /// Minutes after midnight at which it closes.
    pub to: u16,
}

impl FromJson for Hours {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["weekday", "from", "to"])?;
        Ok(Self {
            weekday: json.get("weekday")?,
            from: json.get("from")?,
            to: json.get("to")?,
        })
    }
}

/// PBKDF2 with SHA-256 over the PIN's digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinVerifier {
    /// 32 hexadecimal digits.
    pub salt: String,
    /// Rounds.
    pub rounds: u32,
    /// 64 hexadecimal digits.
    pub hash: String,
}

impl FromJson for PinVerifier {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        json.has_only(&["salt", "rounds", "hash"])?;
        Ok(Self {
            salt: json.get("salt")?,
            rounds: json.get("rounds")?,
            hash: json.get("hash")?,
        })
    }
}

/// What a device signs (W1): the path, a line feed, the body.
#[must_use]
pub fn signed_bytes(path: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len().saturating_add(body.len()).saturating_add(1));
    bytes.extend_from_slice(path.as_bytes());
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    bytes
}
