//! Citizens of the audited province: what each answered, sealed as a device seals it, and the tally of
//! that one person, added up by hand where sums are checked.

use survey::answer::{Answer, Draft};
use survey::breakdown::By;
use survey::day::{Day, DayQuality};
use survey::form::{Form, Step};
use survey::id::{Channel, DeviceClass, FieldId, ResponseId, Salt, UnitId};
use survey::ledger::{Entry, Grounds, Judgement, Sender, judge};
use survey::score::Tally;
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};
use survey::wire::batch::Record;

use crate::world::dice::Dice;

/// Who answered, what and where.
pub struct Person {
    /// Its id.
    pub id: ResponseId,
    /// Where.
    pub unit: UnitId,
    /// Which device has the record, of the two at a unit.
    pub device: usize,
    /// The form, by its place among those of the run.
    pub form: usize,
    /// The day of the answer.
    pub day: Day,
    /// The record.
    pub record: Record,
    /// Its tally.
    pub tally: Tally,
    /// Factors under a filter that it was asked about.
    pub asked: Vec<u8>,
    /// Its group in each breakdown.
    pub groups: [usize; By::ALL.len()],
    /// What it wrote.
    pub comment: Option<String>,
}

impl Person {
    /// Somebody who answers at a unit on a day.
    pub fn at(unit: &UnitId, day: Day, (form, place): (&Form, usize), dice: &Dice) -> Self {
        let id = ResponseId::from_random(dice.bytes());
        let mut draft = Draft::open(id, form, &[]);
        while let Some(step) = draft.current() {
            let level = u8::try_from(dice.below(5) + 1).ok();
            match (step, level.and_then(|level| form.scale().level(level))) {
                (Step::Item(_), Some(level)) if !dice.one_in(12) => draft.answer(level),
                (Step::Filter(at), _) => {
                    // Rare enough that few are asked about it together.
                    let options = form.filters().get(at).map_or(0, |it| it.options.len());
                    let common = options - 1;
                    draft.choose(if dice.one_in(3) {
                        dice.below(options)
                    } else {
                        common
                    });
                }
                _ => draft.skip(),
            }
        }
        let Ok(finished) = draft.finish() else {
            panic!("every step was answered or skipped");
        };
        let asked = form.factors().iter().enumerate().filter(|(at, factor)| {
            let mut items = form.items().iter().zip(&finished.response.answers);
            factor.asked_if.is_some()
                && items
                    .any(|(item, answer)| item.factor == Some(*at) && *answer != Answer::NotAsked)
        });
        let asked = asked.filter_map(|(at, _)| u8::try_from(at).ok()).collect();
        let (Ok(field), Ok(class), Ok(channel)) = (
            FieldId::parse(["ho-tich", "dat-dai", "khac"][dice.below(3)]),
            DeviceClass::parse("kiosk"),
            Channel::parse(["counter", "qr"][dice.below(2)]),
        ) else {
            panic!("a word of this file is no id");
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
            mode: if dice.one_in(5) {
                Mode::Assisted
            } else {
                Mode::SelfService
            },
            day,
            day_quality: DayQuality::Wall,
            duration: DurationBucket::of_ms(60_000),
        };
        let groups = By::ALL.map(|by| by.group(&submission));
        let comment = dice.one_in(3).then(|| SaltedComment {
            text: words(&id),
            salt: Salt::from_bytes(dice.bytes()),
        });
        let written = comment.as_ref().map(|comment| comment.text.clone());
        let record = Record::of(&Parcel::seal(&submission, form, comment));
        Self {
            tally: tally(&record, form, unit, day),
            id,
            unit: unit.clone(),
            device: dice.below(2),
            form: place,
            day,
            record,
            asked,
            groups,
            comment: written,
        }
    }
}

/// Words that nobody else writes, and that no redaction takes for a number or a name.
fn words(id: &ResponseId) -> String {
    let digits = id.to_string();
    let letters = digits.chars().filter_map(|digit| digit.to_digit(16));
    let letters =
        letters.filter_map(|digit| "abcdefghiklmnopq".chars().nth(usize::try_from(digit).ok()?));
    format!("chờ hơi lâu {}", letters.collect::<String>())
}

/// The tally of a record that comes in on its own day.
fn tally(record: &Record, form: &Form, unit: &UnitId, day: Day) -> Tally {
    let forms = std::slice::from_ref(form);
    let grounds = Grounds {
        unit,
        forms,
        today: day,
    };
    let sender = Sender::Verified { enrolled: day };
    match judge(record, &[], sender, &grounds) {
        Judgement::Decided {
            entry: Entry::Count(counted),
            ..
        } => counted.tally,
        other => panic!("a good record was not counted: {other:?}"),
    }
}
