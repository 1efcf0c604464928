//! A device's post: the counter where it stands and the form it shows, and the configuration that
//! follows from it (rule W11). Never: an answer.

use crate::access::token::hex;
use crate::forms;
use crate::refused::Refused;
use pbkdf2::pbkdf2_hmac_array;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use survey::id::{Channel, CounterId, DeviceClass, FieldId};
use survey::wire::VERSION;
use survey::wire::code::Code;
use survey::wire::device::{Config, Field, Names, PinVerifier};
use survey::wire::manager::{NewCode, Unit, UnitKind};

/// Rounds of the PIN's verifier: about a tenth of a second on a kiosk.
const PIN_ROUNDS: u32 = 100_000;
/// Seconds without a touch before the countdown (experience.md, Idle).
const IDLE_S: u16 = 40;
/// Seconds of countdown.
const COUNTDOWN_S: u16 = 20;

/// The service fields of one-stop counters (instrument.md section 5); national codes are not yet
/// decided.
const FIELDS: [(&str, &str, &str); 13] = [
    ("ho-tich", "Hộ tịch", "Civil status"),
    ("chung-thuc", "Chứng thực", "Certification"),
    ("dat-dai", "Đất đai", "Land"),
    ("cu-tru", "Cư trú", "Residence"),
    ("bao-tro-xa-hoi", "Bảo trợ xã hội", "Social protection"),
    ("nguoi-co-cong", "Người có công", "People of merit"),
    ("ho-kinh-doanh", "Hộ kinh doanh", "Household business"),
    ("xay-dung", "Xây dựng", "Construction"),
    ("y-te", "Y tế", "Health"),
    ("giao-duc", "Giáo dục", "Education"),
    ("lao-dong", "Lao động", "Labour"),
    ("moi-truong", "Môi trường", "Environment"),
    ("khac", "Khác", "Other"),
];

/// Where a device stands and what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The counter.
    pub counter: CounterId,
    /// The counter's name.
    pub counter_name: Names,
    /// What kind of device.
    pub class: DeviceClass,
    /// The way of answering.
    pub channel: Channel,
    /// The code of the form.
    pub form: String,
    /// How the staff PIN is checked.
    pub pin: PinVerifier,
}

impl Post {
    /// The post that a request for a code describes; of the PIN only a verifier is kept.
    ///
    /// # Errors
    /// [`Code::BadValue`] for an unknown form, a PIN that is not 4 to 8 digits, an empty name.
    pub fn of(request: NewCode, salt: [u8; 16]) -> Result<Self, Refused> {
        let bad = |message: &str| Err(Refused::new(Code::BadValue, message));
        let pin = request.pin.as_bytes();
        if !(4..=8).contains(&pin.len()) || !pin.iter().all(u8::is_ascii_digit) {
            return bad("A PIN has 4 to 8 digits.");
        }
        if forms::with_code(&request.form).is_none() {
            return bad("This form is not known here. Known: sipas2022, local9, express6.");
        }
        if request.counter_name.vi.trim().is_empty() || request.counter_name.vi.len() > 200 {
            return bad("A counter's name has 1 to 200 bytes.");
        }
        let hash = pbkdf2_hmac_array::<Sha256, 32>(pin, &salt, PIN_ROUNDS);
        Ok(Self {
            counter: request.counter,
            counter_name: request.counter_name,
            class: request.class,
            channel: request.channel,
            form: request.form,
            pin: PinVerifier {
                salt: hex(&salt),
                rounds: PIN_ROUNDS,
                hash: hex(&hash),
            },
        })
    }

    /// The configuration of a device at this post. `path` is its unit and all nodes above it,
    /// nearest first: the province asks, or the unit itself where there is none.
    ///
    /// # Errors
    /// Broken when the post's form or unit is gone.
    pub fn config(&self, path: &[Unit], version: u64, is_sample: bool) -> Result<Config, Refused> {
        let broken = || Refused::broken("a device's post has lost its unit or form");
        let unit = path.first().ok_or_else(broken)?;
        let province = path.iter().find(|unit| unit.kind == UnitKind::Province);
        let (_, form) = forms::with_code(&self.form).ok_or_else(broken)?;
        let field = |(id, vi, en): &(&str, &str, &str)| {
            let id = FieldId::parse(id).ok()?;
            let name = Names {
                vi: (*vi).to_owned(),
                en: (*en).to_owned(),
            };
            Some(Field { id, name })
        };
        Ok(Config {
            v: VERSION,
            version,
            unit: unit.id.clone(),
            unit_name: unit.name.clone(),
            authority: province.unwrap_or(unit).name.clone(),
            counter: self.counter.clone(),
            counter_name: self.counter_name.clone(),
            class: self.class.clone(),
            channel: self.channel.clone(),
            fields: FIELDS.iter().filter_map(field).collect(),
            form: form.to_owned(),
            languages: vec!["vi".into(), "en".into()],
            demographics: Vec::new(),
            hours: Vec::new(),
            holidays: Vec::new(),
            idle_s: IDLE_S,
            countdown_s: COUNTDOWN_S,
            pin: Some(self.pin.clone()),
            training: false,
            sample: is_sample,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pin: &str, form: &str) -> NewCode {
        NewCode {
            counter: CounterId::parse("q1").unwrap(),
            counter_name: Names {
                vi: "Quầy 1".into(),
                en: String::new(),
            },
            class: DeviceClass::parse("kiosk").unwrap(),
            channel: Channel::parse("counter").unwrap(),
            form: form.into(),
            pin: pin.into(),
        }
    }

    #[test]
    fn w11_of_a_pin_only_a_verifier_is_kept() {
        let post = Post::of(request("2468", "sipas2022"), [5; 16]).unwrap();
        assert!(!survey::wire::write(&post).contains("2468"));
        assert_eq!(post.pin.salt, "05".repeat(16));
        assert_eq!(post.pin.hash.len(), 64);
        for (pin, form) in [
            ("123", "sipas2022"),
            ("12a4", "sipas2022"),
            ("1234", "none"),
        ] {
            assert!(Post::of(request(pin, form), [5; 16]).is_err());
        }
    }

    #[test]
    fn every_field_has_an_id() {
        for (id, ..) in FIELDS {
            assert!(FieldId::parse(id).is_ok(), "{id}");
        }
    }
}
