//! The ruler: two forms of sixty items, and citizens who each mark one item that nobody else marks. A
//! sum of 2 is an answer counted twice, a 1 that nobody gave an invention.

use std::fmt::Write as _;
use std::sync::LazyLock;

use survey::answer::Draft;
use survey::day::{Day, DayQuality};
use survey::form::{Form, Step};
use survey::id::{Channel, DeviceClass, FieldId, ResponseId, Salt, UnitId};
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};

use super::dice::Dice;

/// Citizens of a run, and items of a form.
pub const OPTIONS: usize = 60;

/// The form that the server knows from the start, and the one that it learns of later.
pub static FORMS: LazyLock<[Form; 2]> = LazyLock::new(|| [form("ruler"), form("ruler-new")]);

fn form(code: &str) -> Form {
    let mut items = String::new();
    for item in 0..OPTIONS {
        let comma = if item == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(
            items,
            r#"{comma}{{"id":"i{item:02}","text":"{code} {item}"}}"#
        );
    }
    let json = format!(
        r#"{{"code":"{code}","official":false,"source":"simulation","stem":"?",
            "scale":["1","2","3","4","5"],
            "factors":[{{"id":"all","text":"All","items":[{items}]}}],
            "comment":{{"id":"yk","text":"Comment"}}}}"#
    );
    Form::parse(&json).unwrap_or_else(|error| panic!("the ruler is no form: {error}"))
}

/// What a citizen gives.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// The one item answered, at level 5.
    pub option: usize,
    /// Which form.
    pub form: usize,
}

/// A citizen's answers, sealed as the app seals them.
pub fn seal(
    id: ResponseId,
    mark: Mark,
    unit: &UnitId,
    (day, day_quality): (Day, DayQuality),
    dice: &Dice,
) -> Parcel {
    let form = &FORMS[mark.form];
    let mut draft = Draft::open(id, form, &[]);
    while let Some(step) = draft.current() {
        match (step, form.scale().level(5)) {
            (Step::Item(at), Some(level)) if at == mark.option => draft.answer(level),
            _ => draft.skip(),
        }
    }
    let Ok(finished) = draft.finish() else {
        panic!("every step was answered or skipped");
    };
    let word = "a word of this file is no id";
    let (Ok(field), Ok(class), Ok(channel)) = (
        FieldId::parse("ho-tich"),
        DeviceClass::parse("kiosk"),
        Channel::parse("counter"),
    ) else {
        panic!("{word}");
    };
    let submission = Submission {
        response: finished.response,
        place: Place {
            unit: unit.clone(),
            field,
            resolved_by: None,
            class,
            channel,
        },
        mode: Mode::SelfService,
        day,
        day_quality,
        duration: DurationBucket::of_ms(30_000),
    };
    let comment = dice.one_in(3).then(|| SaltedComment {
        text: format!("Ý kiến {}", mark.option),
        salt: Salt::from_bytes(dice.bytes()),
    });
    Parcel::seal(&submission, form, comment)
}

/// A unit of the run by its number.
pub fn unit(number: usize) -> UnitId {
    id(&format!("33.u{number}"))
}

/// The node above all units.
pub fn root() -> UnitId {
    id("33")
}

fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
