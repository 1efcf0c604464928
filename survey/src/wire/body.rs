//! Body v1 (rule W4): a submission as the string that is hashed, sent and kept.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::Malformed;
use crate::answer::{Answer, Response};
use crate::day::{Day, DayQuality};
use crate::form::{Choice, Form};
use crate::id::{Channel, DeviceClass, FieldId, FormId, ItemId, ResponseId, UnitId};
use crate::json::{Object, ToJson};
use crate::submission::{DurationBucket, Mode, Place, Submission};

/// Bytes a body may have (W3).
pub const LONGEST_BODY_BYTES: usize = 6_144;
/// Answers a body may have.
const MOST_ANSWERS: usize = 64;
/// Filters, and demographics, a body may have.
const MOST_CHOICES: usize = 8;
/// The number that stands for a question shown and skipped.
const MISSING: u8 = 0;
/// The number that stands for a question that a filter kept away.
const NOT_ASKED: u8 = 6;

/// A body read from the wire: of the right shape, not yet held against its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The form's id; looked up before [`Body::into_submission`].
    pub form: FormId,
    /// The unit that served.
    pub unit: UnitId,
    field: FieldId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resolved_by: Option<UnitId>,
    class: DeviceClass,
    channel: Channel,
    mode: ModeWord,
    day: Day,
    day_q: DayQualityWord,
    dur: u8,
    demo: Once<ItemId, ItemId>,
    filters: Once<ItemId, ItemId>,
    answers: Once<ItemId, u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum ModeWord {
    #[serde(rename = "self")]
    SelfService,
    #[serde(rename = "assisted")]
    Assisted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DayQualityWord {
    Anchored,
    Wall,
    Lost,
}

/// Writes a submission as body v1.
#[must_use]
pub fn encode(submission: &Submission, form: &Form) -> String {
    let response = &submission.response;
    let place = &submission.place;
    let mode = match submission.mode {
        Mode::SelfService => "self",
        Mode::Assisted => "assisted",
    };
    let day_quality = match submission.day_quality {
        DayQuality::Anchored => "anchored",
        DayQuality::Wall => "wall",
        DayQuality::Lost => "lost",
    };
    let mut answers = Sorted::default();
    for (item, answer) in form.items().iter().zip(&response.answers) {
        let number = match answer {
            Answer::Level(level) => level.number(),
            Answer::Missing => MISSING,
            Answer::NotAsked => NOT_ASKED,
        };
        answers.insert(item.id.as_str(), number);
    }
    let mut text = String::new();
    Object::begin(&mut text)
        .with("form", &response.form)
        .with("unit", &place.unit)
        .with("field", &place.field)
        .with_some("resolved_by", place.resolved_by.as_ref())
        .with("class", &place.class)
        .with("channel", &place.channel)
        .with("mode", mode)
        .with("day", &submission.day)
        .with("day_q", day_quality)
        .with("dur", &submission.duration.number())
        .with("demo", &chosen(form.demographics(), &response.demographics))
        .with("filters", &chosen(form.filters(), &response.filters))
        .with("answers", &answers)
        .end();
    text
}

fn chosen<'a>(choices: &'a [Choice], picks: &[Option<usize>]) -> Sorted<'a, String> {
    let mut chosen = Sorted::default();
    for (choice, pick) in choices.iter().zip(picks) {
        if let Some(option) = pick.and_then(|at| choice.options.get(at)) {
            chosen.insert(choice.id.as_str(), option.id.clone());
        }
    }
    chosen
}

/// The members of an object under way, in the order of their names.
struct Sorted<'a, V>(Vec<(&'a str, V)>);

impl<V> Default for Sorted<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, V> Sorted<'a, V> {
    fn insert(&mut self, name: &'a str, value: V) {
        let place = self.0.iter().position(|(other, _)| *other > name);
        self.0.insert(place.unwrap_or(self.0.len()), (name, value));
    }
}

impl<V: ToJson> ToJson for Sorted<'_, V> {
    fn to_json(&self, text: &mut String) {
        let members = self.0.iter();
        members
            .fold(Object::begin(text), |object, (name, value)| {
                object.with(name, value)
            })
            .end();
    }
}

/// Reads a body: its shape, not yet its meaning.
///
/// # Errors
/// [`Malformed`] for anything but body v1, unknown and doubled keys included.
pub fn decode(body: &str) -> Result<Body, Malformed> {
    let body: Body = super::read(body)?;
    let is_small = body.answers.0.len() <= MOST_ANSWERS
        && body.filters.0.len() <= MOST_CHOICES
        && body.demo.0.len() <= MOST_CHOICES;
    if is_small {
        Ok(body)
    } else {
        Err(Malformed("too many entries".into()))
    }
}

impl Body {
    /// Holds the body against its form.
    ///
    /// `None` when an id, option, level, duration or filter does not fit the form: the record is
    /// kept as `out-of-range`.
    #[must_use]
    pub fn into_submission(self, id: ResponseId, form: &Form) -> Option<Submission> {
        let knows_all = self
            .answers
            .0
            .keys()
            .all(|id| form.items().iter().any(|item| item.id == *id));
        let answers: Option<Vec<Answer>> = form
            .items()
            .iter()
            .map(|item| match *self.answers.0.get(&item.id)? {
                MISSING => Some(Answer::Missing),
                NOT_ASKED => Some(Answer::NotAsked),
                number => form.scale().level(number).map(Answer::Level),
            })
            .collect();
        let response = Response {
            id,
            form: self.form,
            answers: answers?,
            filters: picked(form.filters(), &self.filters)?,
            demographics: picked(form.demographics(), &self.demo)?,
        };
        if !knows_all || !response.fits(form) {
            return None;
        }
        Some(Submission {
            response,
            place: Place {
                unit: self.unit,
                field: self.field,
                resolved_by: self.resolved_by,
                class: self.class,
                channel: self.channel,
            },
            mode: match self.mode {
                ModeWord::SelfService => Mode::SelfService,
                ModeWord::Assisted => Mode::Assisted,
            },
            day: self.day,
            day_quality: match self.day_q {
                DayQualityWord::Anchored => DayQuality::Anchored,
                DayQualityWord::Wall => DayQuality::Wall,
                DayQualityWord::Lost => DayQuality::Lost,
            },
            duration: DurationBucket::numbered(self.dur)?,
        })
    }
}

fn picked(choices: &[Choice], picks: &Once<ItemId, ItemId>) -> Option<Vec<Option<usize>>> {
    let is_known = |id: &ItemId| choices.iter().any(|choice| choice.id == *id);
    if !picks.0.keys().all(is_known) {
        return None;
    }
    choices
        .iter()
        .map(|choice| match picks.0.get(&choice.id) {
            None => Some(None),
            Some(id) => {
                let mut options = choice.options.iter();
                options
                    .position(|option| option.id == id.as_str())
                    .map(Some)
            }
        })
        .collect()
}

/// A JSON object in which no key stands twice: a doubled answer has no meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
struct Once<K: Ord, V>(BTreeMap<K, V>);

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for Once<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Entries<K, V> {
            type Value = Once<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object without doubled keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if entries.insert(key, value).is_some() {
                        return Err(A::Error::custom("doubled key"));
                    }
                }
                Ok(Once(entries))
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form::parse(include_str!("../../forms/express6.json")).unwrap()
    }

    fn text(answers: &str) -> String {
        alloc::format!(
            r#"{{"form":"{}","unit":"33.x","field":"ho-tich","class":"kiosk","channel":"counter","mode":"self","day":"2026-11-23","day_q":"wall","dur":2,"demo":{{}},"filters":{{"f_stage":"submit"}},"answers":{{{answers}}}}}"#,
            form().id()
        )
    }

    const GOOD: &str = r#""x_all":5,"x_tc":4,"x_tthc":0,"x_cc":1,"x_kq":6,"x_pakn":6"#;

    fn submission(answers: &str) -> Option<Submission> {
        let id = ResponseId::from_random([3; 16]);
        decode(&text(answers)).unwrap().into_submission(id, &form())
    }

    #[test]
    fn w4_a_body_reads_back_what_it_writes() {
        let first = submission(GOOD).unwrap();
        let text = encode(&first, &form());
        let again = decode(&text).unwrap();
        assert_eq!(super::super::write(&again), text, "as serde writes it");
        let id = ResponseId::from_random([3; 16]);
        assert_eq!(again.into_submission(id, &form()), Some(first));
    }

    #[test]
    fn w4_an_unknown_or_doubled_key_is_not_a_body() {
        assert!(decode(&text(GOOD)).is_ok());
        assert!(decode(&text(GOOD).replacen("\"dur\"", "\"name\":\"A\",\"dur\"", 1)).is_err());
        assert!(decode(&text(&GOOD.replacen("x_cc", "x_tc", 1))).is_err());
        assert!(decode(&text(GOOD).replacen("\"dur\":2", "\"dur\":\"2\"", 1)).is_err());
        assert!(decode(&text(GOOD).replacen("2026-11-23", "2026-11-31", 1)).is_err());
        assert!(decode(text(GOOD).split_at(200).0).is_err());
    }

    #[test]
    fn w4_what_does_not_fit_the_form_is_no_submission() {
        for (from, to) in [
            ("\"x_all\":5", "\"x_all\":7"),
            ("\"x_all\":5,", ""),
            ("\"x_all\"", "\"x_other\""),
            ("\"x_kq\":6", "\"x_kq\":5"),
            ("\"x_tc\":4", "\"x_tc\":6"),
        ] {
            let changed = GOOD.replacen(from, to, 1);
            assert_ne!(changed, GOOD);
            assert_eq!(submission(&changed), None, "{to}");
        }
        let wrong_option = text(GOOD).replacen("submit", "phone", 1);
        let id = ResponseId::from_random([3; 16]);
        assert_eq!(
            decode(&wrong_option).unwrap().into_submission(id, &form()),
            None
        );
    }
}
