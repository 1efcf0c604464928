//! The server's half of the sync: one record in, one verdict out. Never: SQL, a clock, a network;
//! the store hands in what it knows of the id and writes down what is decided here.
//!
//! A readable record is never refused (rule L7): it is counted, or kept with its reason.

use alloc::boxed::Box;

use crate::day::{Day, DayQuality};
use crate::form::Form;
use crate::id::{FormId, ParcelHash, UnitId};
use crate::score::{Circumstance, Tally};
use crate::submission::Submission;
use crate::wire::batch::{Reason, Record, RecordVerdict, VerdictWord};
use crate::wire::body;

/// What the ledger already wrote about an id, under one hash. Receipts are never forgotten (L13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The content it was for; `None` once the row is gone, and what could tell of it with it (P14).
    pub hash: Option<ParcelHash>,
    /// What was decided.
    pub kept: Kept,
}

/// How a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the tallies.
    Counted,
    /// Raw, for a person to look at.
    Quarantined(Reason),
}

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A device with a valid key of this unit.
    Verified {
        /// The day it was enrolled; no earlier day than the one before can be its answers'.
        enrolled: Day,
    },
    /// A known device whose key was revoked or whose signature does not fit (W8).
    Unverified,
}

/// What a ledger knows when it judges.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The unit whose ledger this is.
    pub unit: &'a UnitId,
    /// The forms known here.
    pub forms: &'a [Form],
    /// The business day by the server's clock.
    pub today: Day,
}

impl<'a> Grounds<'a> {
    fn form(&self, id: FormId) -> Option<&'a Form> {
        self.forms.iter().find(|form| form.id() == id)
    }
}

/// What to tell the device and what to write down, both or neither (L2, L6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The bytes do not fit their hash: no verdict, or a corrupted copy would release the good one.
    Unread,
    /// Decided.
    Decided {
        /// For the reply.
        verdict: RecordVerdict,
        /// For the store.
        entry: Entry,
    },
}

/// What the store writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing: it stands there already.
    Nothing,
    /// Receipt, response and tally, in one transaction.
    Count(Box<Counted>),
    /// Receipt and raw record.
    Quarantine(Reason),
}

/// A response that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// As decoded.
    pub submission: Submission,
    /// The day it counts for (T3).
    pub day: Day,
    /// Its own tally, to merge into the cell of (form, day).
    pub tally: Tally,
}

/// Received later than this many days after its day is late.
const LATE_DAYS: i64 = 7;

/// Judges one record (rules L4, L5, L7, L8). `receipts` are all that exist for this id.
#[must_use]
pub fn judge(
    record: &Record,
    receipts: &[Receipt],
    sender: Sender,
    grounds: &Grounds,
) -> Judgement {
    let computed = record.clone().into_parcel().rehash();
    if computed != record.hash {
        return Judgement::Unread;
    }
    let known = receipts
        .iter()
        .find(|receipt| receipt.hash == Some(computed));
    // Years later only the id is left, and no two people ever have one id.
    let is_counted = |receipt: &Receipt| {
        receipt.kept == Kept::Counted && receipt.hash.is_none_or(|hash| hash == computed)
    };
    if receipts.iter().any(is_counted) {
        return decided(record, VerdictWord::Already, None, Entry::Nothing);
    }
    let is_other_counted = receipts.iter().any(|receipt| receipt.kept == Kept::Counted);
    let judged = if is_other_counted {
        Err(Reason::IdConflict)
    } else {
        count(record, sender, grounds)
    };
    match judged {
        Ok(counted) => decided(
            record,
            VerdictWord::Counted,
            None,
            Entry::Count(Box::new(counted)),
        ),
        Err(reason) => {
            // Judged again to the same end (L8): the first receipt stands, with its first reason.
            let (reason, entry) = match known.map(|receipt| receipt.kept) {
                Some(Kept::Quarantined(first)) => (first, Entry::Nothing),
                _ => (reason, Entry::Quarantine(reason)),
            };
            decided(record, VerdictWord::Quarantined, Some(reason), entry)
        }
    }
}

/// Judges a record of the quarantine again because a person decided so (rule L8): as if a key that
/// was valid since `enrolled` had sent it, on the day of its receipt (`grounds.today`, T3). `receipts`
/// are all that exist for this id. `Ok(None)`: it is counted already.
///
/// # Errors
/// The reason for which it stays.
pub fn judge_released(
    record: &Record,
    receipts: &[Receipt],
    enrolled: Day,
    grounds: &Grounds,
) -> Result<Option<Box<Counted>>, Reason> {
    let counted = |receipt: &&Receipt| receipt.kept == Kept::Counted;
    match receipts.iter().find(counted) {
        Some(receipt) if receipt.hash.is_none_or(|hash| hash == record.hash) => Ok(None),
        Some(_) => Err(Reason::IdConflict),
        None if record.clone().into_parcel().rehash() != record.hash => Err(Reason::Damaged),
        None => count(record, Sender::Verified { enrolled }, grounds).map(|it| Some(Box::new(it))),
    }
}

fn decided(
    record: &Record,
    verdict: VerdictWord,
    reason: Option<Reason>,
    entry: Entry,
) -> Judgement {
    Judgement::Decided {
        verdict: RecordVerdict {
            id: record.id,
            hash: record.hash,
            verdict,
            reason,
        },
        entry,
    }
}

/// The order of the questions decides which reason is written down: damage, device, shape, unit,
/// form, ranges.
fn count(record: &Record, sender: Sender, grounds: &Grounds) -> Result<Counted, Reason> {
    if record.damaged {
        return Err(Reason::Damaged);
    }
    let Sender::Verified { enrolled } = sender else {
        return Err(Reason::UnverifiedDevice);
    };
    let body = body::decode(&record.body).map_err(|_| Reason::BadShape)?;
    if body.unit != *grounds.unit {
        return Err(Reason::UnknownUnit);
    }
    let form = grounds.form(body.form).ok_or(Reason::UnknownForm)?;
    let submission = body
        .into_submission(record.id, form)
        .ok_or(Reason::OutOfRange)?;
    let (day, is_day_uncertain) = counting_day(&submission, enrolled, grounds.today);
    let circumstance = Circumstance {
        is_late: grounds.today.since(submission.day) > LATE_DAYS,
        is_day_uncertain,
    };
    Ok(Counted {
        tally: Tally::of(&submission, form, circumstance),
        submission,
        day,
    })
}

/// The day a response counts for, and whether the day of receipt had to stand in (T3). Time never
/// refuses an answer.
fn counting_day(submission: &Submission, enrolled: Day, today: Day) -> (Day, bool) {
    let is_possible = submission.day >= enrolled.plus(-1) && submission.day <= today;
    if submission.day_quality == DayQuality::Lost || !is_possible {
        (today, true)
    } else {
        (submission.day, false)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::answer::{Draft, Finished};
    use crate::form::Step;
    use crate::id::{Channel, DeviceClass, FieldId, ResponseId, Salt};
    use crate::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment};
    use crate::wire::batch::CommentPart;
    use alloc::string::String;
    use alloc::vec::Vec;

    const TODAY: &str = "2026-11-23";

    fn form() -> Form {
        Form::parse(include_str!("../forms/express6.json")).unwrap()
    }

    fn unit() -> UnitId {
        UnitId::parse("33.12000").unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// A finished response with one level throughout.
    pub(crate) fn submission(level: u8, on: &str, day_quality: DayQuality) -> Submission {
        let form = form();
        let mut draft = Draft::open(ResponseId::from_random([5; 16]), &form, &[]);
        while let Some(step) = draft.current() {
            match step {
                Step::Item(_) => draft.answer(form.scale().level(level).unwrap()),
                _ => draft.skip(),
            }
        }
        let Finished { response, .. } = draft.finish().unwrap();
        Submission {
            response,
            place: Place {
                unit: unit(),
                field: FieldId::parse("ho-tich").unwrap(),
                resolved_by: None,
                class: DeviceClass::parse("kiosk").unwrap(),
                channel: Channel::parse("counter").unwrap(),
            },
            mode: Mode::SelfService,
            day: day(on),
            day_quality,
            duration: DurationBucket::of_ms(30_000),
        }
    }

    fn record(level: u8) -> Record {
        let submission = submission(level, TODAY, DayQuality::Wall);
        let comment = SaltedComment {
            text: String::from("Tốt"),
            salt: Salt::from_bytes([4; 16]),
        };
        Record::of(&Parcel::seal(&submission, &form(), Some(comment)))
    }

    fn with_body(record: &Record, body: String) -> Record {
        let mut parcel = record.clone().into_parcel();
        parcel.body = body;
        parcel.hash = parcel.rehash();
        Record::of(&parcel)
    }

    fn sender() -> Sender {
        Sender::Verified {
            enrolled: day("2026-11-10"),
        }
    }

    fn judge_from(record: &Record, receipts: &[Receipt], sender: Sender) -> Judgement {
        let (unit, forms) = (unit(), [form()]);
        let grounds = Grounds {
            unit: &unit,
            forms: &forms,
            today: day(TODAY),
        };
        judge(record, receipts, sender, &grounds)
    }

    fn outcome(judgement: Judgement) -> (VerdictWord, Option<Reason>, Entry) {
        match judgement {
            Judgement::Decided { verdict, entry } => (verdict.verdict, verdict.reason, entry),
            Judgement::Unread => panic!("unread"),
        }
    }

    fn reason(record: &Record) -> Option<Reason> {
        outcome(judge_from(record, &[], sender())).1
    }

    #[test]
    fn l2_a_good_record_is_counted_with_its_tally() {
        let (verdict, _, entry) = outcome(judge_from(&record(4), &[], sender()));
        assert_eq!(verdict, VerdictWord::Counted);
        let Entry::Count(counted) = entry else {
            panic!("not counted");
        };
        assert_eq!(counted.day, day(TODAY));
        assert_eq!(counted.tally.people().responses, 1);
        assert_eq!(counted.tally.items()[0].levels, [0, 0, 0, 1, 0]);
    }

    #[test]
    fn l4_a_corrupted_copy_gets_no_verdict() {
        let good = record(4);
        let mut body = good.clone();
        body.body = body.body.replacen('4', "5", 1);
        let mut comment = good.clone();
        comment.comment = Some(CommentPart::Written {
            text: String::from("Tồi"),
            salt: Salt::from_bytes([4; 16]),
        });
        let mut stripped = good.clone();
        stripped.comment = None;
        for corrupted in [body, comment, stripped] {
            assert_eq!(judge_from(&corrupted, &[], sender()), Judgement::Unread);
        }
    }

    #[test]
    fn l5_the_same_record_again_is_already_counted() {
        let record = record(4);
        let counted = Receipt {
            hash: Some(record.hash),
            kept: Kept::Counted,
        };
        let settled = Record::of(&record.clone().into_parcel().without_comment());
        for again in [record, settled] {
            let (verdict, _, entry) = outcome(judge_from(&again, &[counted], sender()));
            assert_eq!((verdict, entry), (VerdictWord::Already, Entry::Nothing));
        }
    }

    #[test]
    fn l5_the_same_id_with_other_content_is_kept_beside_the_first() {
        let (first, second) = (record(4), record(1));
        assert_eq!(first.id, second.id);
        let counted = Receipt {
            hash: Some(first.hash),
            kept: Kept::Counted,
        };
        let (verdict, reason, entry) = outcome(judge_from(&second, &[counted], sender()));
        assert_eq!(verdict, VerdictWord::Quarantined);
        assert_eq!(reason, Some(Reason::IdConflict));
        assert_eq!(entry, Entry::Quarantine(Reason::IdConflict));
    }

    #[test]
    fn p14_years_later_the_id_alone_says_that_it_is_counted() {
        let kept = |kept| Receipt { hash: None, kept };
        let (verdict, _, entry) = outcome(judge_from(&record(4), &[kept(Kept::Counted)], sender()));
        assert_eq!((verdict, entry), (VerdictWord::Already, Entry::Nothing));
        let reason = Kept::Quarantined(Reason::UnverifiedDevice);
        let (verdict, _, _) = outcome(judge_from(&record(4), &[kept(reason)], sender()));
        assert_eq!(verdict, VerdictWord::Counted);
    }

    #[test]
    fn l8_a_quarantined_record_is_counted_by_a_later_valid_delivery_once() {
        let record = record(4);
        let (_, reason, _) = outcome(judge_from(&record, &[], Sender::Unverified));
        assert_eq!(reason, Some(Reason::UnverifiedDevice));
        let kept = Receipt {
            hash: Some(record.hash),
            kept: Kept::Quarantined(Reason::UnverifiedDevice),
        };
        let (_, reason, entry) = outcome(judge_from(&record, &[kept], Sender::Unverified));
        assert_eq!(reason, Some(Reason::UnverifiedDevice));
        assert_eq!(entry, Entry::Nothing);
        let (verdict, _, entry) = outcome(judge_from(&record, &[kept], sender()));
        assert_eq!(verdict, VerdictWord::Counted);
        assert!(matches!(entry, Entry::Count(_)));
    }

    #[test]
    fn l8_a_release_counts_what_can_be_counted_and_nothing_twice() {
        let (unit, forms) = (unit(), [form()]);
        let grounds = Grounds {
            unit: &unit,
            forms: &forms,
            today: day(TODAY),
        };
        let release = |record: &Record, receipts: &[Receipt]| {
            judge_released(record, receipts, day("2026-11-10"), &grounds)
        };
        let good = record(4);
        let receipt = |hash, kept| Receipt {
            hash: Some(hash),
            kept,
        };
        let kept = receipt(good.hash, Kept::Quarantined(Reason::UnverifiedDevice));
        assert!(release(&good, &[kept]).is_ok_and(|counted| counted.is_some()));
        let counted = receipt(good.hash, Kept::Counted);
        assert_eq!(release(&good, &[counted]), Ok(None));
        // The other content of this id won in the meantime.
        let other = receipt(record(1).hash, Kept::Counted);
        assert_eq!(release(&good, &[kept, other]), Err(Reason::IdConflict));
        let mut damaged = good.clone();
        damaged.damaged = true;
        assert_eq!(release(&damaged, &[kept]), Err(Reason::Damaged));
        let mut corrupted = good.clone();
        corrupted.body = corrupted.body.replacen('4', "5", 1);
        assert_eq!(release(&corrupted, &[kept]), Err(Reason::Damaged));
        let grounds = Grounds {
            forms: &[],
            ..grounds
        };
        let unknown = judge_released(&good, &[kept], day("2026-11-10"), &grounds);
        assert_eq!(unknown, Err(Reason::UnknownForm));
    }

    #[test]
    fn l7_every_readable_record_is_kept_with_its_reason() {
        let good = record(4);
        let mut damaged = good.clone();
        damaged.damaged = true;
        assert_eq!(reason(&damaged), Some(Reason::Damaged));
        let changed = |from: &str, to: &str| {
            let body = good.body.replacen(from, to, 1);
            assert_ne!(body, good.body);
            reason(&with_body(&good, body))
        };
        assert_eq!(changed("\"dur\"", "\"name\""), Some(Reason::BadShape));
        assert_eq!(changed("33.12000", "33.12001"), Some(Reason::UnknownUnit));
        assert_eq!(
            changed("\"x_tc\":4", "\"x_tc\":9"),
            Some(Reason::OutOfRange)
        );
        let form = alloc::format!("{}", form().id());
        let other = alloc::format!("{}", FormId::from_bytes([1; 32]));
        assert_eq!(changed(&form, &other), Some(Reason::UnknownForm));
        assert_eq!(
            reason(&with_body(&good, String::from("{"))),
            Some(Reason::BadShape)
        );
    }

    #[test]
    fn t3_an_impossible_day_counts_on_the_day_of_receipt() {
        let cases: Vec<(Day, bool)> = [
            ("2026-11-20", DayQuality::Wall),
            ("2026-11-20", DayQuality::Lost),
            ("2026-11-24", DayQuality::Anchored),
            ("2026-11-09", DayQuality::Wall),
            ("2026-11-08", DayQuality::Wall),
        ]
        .into_iter()
        .map(|(on, quality)| {
            counting_day(&submission(4, on, quality), day("2026-11-10"), day(TODAY))
        })
        .collect();
        let today = day(TODAY);
        assert_eq!(
            cases,
            [
                (day("2026-11-20"), false),
                (today, true),
                (today, true),
                (day("2026-11-09"), false),
                (today, true),
            ]
        );
    }
}
