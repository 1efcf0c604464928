//! What people of the house change on a device that is enrolled: what it asks and when (W11), where
//! it stands.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use super::device::{Hours, Names, Resolver};
use crate::day::Day;
use crate::id::{CounterId, ItemId, UnitId};

/// The service fields of one-stop counters, each with its id, its Vietnamese and its English name
/// (rule US2). The ids are our own: national codes are not yet decided.
pub const SERVICE_FIELDS: [(&str, &str, &str); 13] = [
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

/// What a device asks, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The code of the form to show, such as `sipas2022`.
    pub form: String,
    /// Languages offered, as BCP 47 tags; the first is the default. 1 to 8.
    #[serde(default = "vietnamese_and_english")]
    pub languages: Vec<String>,
    /// Demographics of the form to ask.
    #[serde(default)]
    pub demographics: Vec<ItemId>,
    /// Opening times, at most 28; none is always open.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// Days without service, at most 100.
    #[serde(default)]
    pub holidays: Vec<Day>,
    /// Seconds without a touch before the countdown, 15 to 600.
    #[serde(default = "forty")]
    pub idle_s: u16,
    /// Seconds of countdown, 10 to 120.
    #[serde(default = "twenty")]
    pub countdown_s: u16,
    /// Practice: nothing is counted.
    #[serde(default)]
    pub training: bool,
    /// Who resolves the dossiers of a service field, where that is not the device's own unit.
    #[serde(default)]
    pub resolvers: Vec<Resolver>,
}

impl Settings {
    /// The settings that a device starts with: always open, both languages, no demographics.
    #[must_use]
    pub fn of_form(form: &str) -> Self {
        Self {
            form: String::from(form),
            languages: vietnamese_and_english(),
            demographics: Vec::new(),
            hours: Vec::new(),
            holidays: Vec::new(),
            idle_s: forty(),
            countdown_s: twenty(),
            training: false,
            resolvers: Vec::new(),
        }
    }
}

fn vietnamese_and_english() -> Vec<String> {
    ["vi", "en"].map(String::from).to_vec()
}

/// Rule UK10.
const fn forty() -> u16 {
    40
}

const fn twenty() -> u16 {
    20
}

/// `PUT /v1/devices/{device}/config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSettings {
    /// The version that was looked at; another one since then is refused as `changed-meanwhile`.
    pub based_on: u64,
    /// The counter's name.
    pub counter_name: Names,
    /// What it shall ask, and when.
    pub settings: Settings,
    /// A new staff PIN of 4 to 8 digits; without one the old stays.
    #[serde(default)]
    pub pin: Option<String>,
}

/// `POST /v1/devices/{device}/move`: to another unit or counter. What was answered at the old unit is
/// still sent there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The unit where it stands from now on.
    pub unit: UnitId,
    /// Its counter there.
    pub counter: CounterId,
    /// The counter's name.
    pub counter_name: Names,
}
