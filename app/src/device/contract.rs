//! What every store promises, as one suite. `memory.rs` runs it natively; `examples/store.rs` runs it
//! on the browser's IndexedDB. A broken promise panics with its name.

use survey::answer::Draft;
use survey::day::{DAY_MS, Day, DayQuality, Millis};
use survey::form::{Form, Step};
use survey::id::{
    AppHash, Channel, DeviceClass, DeviceId, Epoch, FieldId, ResponseId, Salt, UnitId,
};
use survey::outbox::{Aside, Marks, Trouble, Verdict};
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};

use super::store::{Begun, Enrolment, Entry, Heard, News, PinTries, SETTLED_DAYS, Store};

/// The instant at which everything here happens.
pub const NOW: Millis = Millis(1_795_400_000_000);
/// Too many wrong PINs.
pub const TRIES: PinTries = PinTries {
    wrong: 5,
    until: Some(NOW),
};

/// A service field.
///
/// # Panics
/// When the word of this file is no id.
#[must_use]
pub fn field() -> FieldId {
    FieldId::parse("dat-dai").unwrap_or_else(|_| panic!("the field is an id"))
}

/// A finished survey with a comment, told apart by its number.
///
/// # Panics
/// When the form or an id of this file is wrong.
#[must_use]
pub fn sample(number: u8) -> Entry {
    let form = Form::parse(include_str!("../../../survey/forms/express6.json"));
    let form = form.unwrap_or_else(|error| panic!("{error}"));
    let mut draft = Draft::open(ResponseId::from_random([number; 16]), &form, &[]);
    while let Some(step) = draft.current() {
        match (step, form.scale().level(4)) {
            (Step::Item(_), Some(level)) => draft.answer(level),
            _ => draft.skip(),
        }
    }
    let word = "a word of this file is no id";
    let (Ok(finished), Some(day), Some(duration)) = (
        draft.finish(),
        Day::of(NOW),
        DurationBucket::numbered(number % DurationBucket::COUNT),
    ) else {
        panic!("the draft is finished");
    };
    let Ok(unit) = UnitId::parse("33.test") else {
        panic!("{word}");
    };
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
        day_quality: DayQuality::Wall,
        duration,
    };
    let comment = SaltedComment {
        text: "Cảm ơn".into(),
        salt: Salt::from_bytes([number; 16]),
    };
    Entry {
        parcel: Parcel::seal(&submission, &form, Some(comment)),
        unit,
        day,
    }
}

fn verdict(entry: &Entry) -> Heard {
    Heard {
        settle: vec![(entry.parcel.id, entry.parcel.hash, Verdict::Counted)],
        now: NOW,
        server_time: Some(NOW),
        ..Heard::default()
    }
}

const fn marks(restore: u32, version: u64) -> Marks {
    Marks { restore, version }
}

/// A reply about this unit that says `said`, when `before` was known.
fn news(unit: &UnitId, before: Marks, said: Marks) -> Heard {
    Heard {
        news: Some(News {
            unit: unit.clone(),
            before,
            said,
            resume: NOW.plus(60_000),
        }),
        now: NOW,
        server_time: Some(NOW),
        ..Heard::default()
    }
}

fn of_unit(mut entry: Entry, unit: &UnitId) -> Entry {
    entry.unit = unit.clone();
    entry
}

async fn is_waiting(store: &impl Store, entry: &Entry) -> bool {
    let waiting = store.waiting().await.unwrap_or_default();
    waiting.iter().any(|queued| {
        queued.waiting.id == entry.parcel.id
            && queued.waiting.hash == entry.parcel.hash
            && queued.unit == entry.unit
            && queued.day == entry.day
    })
}

/// Runs every promise, each on a fresh store.
///
/// # Panics
/// At the first broken promise.
pub async fn run<S: Store>(fresh: impl AsyncFn() -> S) {
    o2_a_finished_survey_waits_with_its_content(&fresh().await).await;
    o2_finishing_twice_keeps_one(&fresh().await).await;
    o4_only_its_own_hash_settles_a_record(&fresh().await).await;
    o6_nothing_but_a_verdict_takes_a_record_out(&fresh().await).await;
    o7_a_settled_record_never_waits_again_and_is_forgotten_later(&fresh().await).await;
    o8_a_record_set_aside_still_waits(&fresh().await).await;
    o10_enrolling_again_keeps_the_queue(&fresh().await).await;
    o12_marks_are_one_ordinal_and_a_version_for_each_unit(&fresh().await).await;
    o12_a_restore_returns_every_unit_and_a_lost_version_its_own(&fresh().await).await;
    o12_a_reply_from_before_a_known_restore_settles_nothing(&fresh().await).await;
    w7_batch_numbers_only_rise(&fresh().await).await;
    b2_a_mark_is_found_by_who_opens_the_storage_again(&fresh().await).await;
    b3_an_export_is_remembered_and_takes_nothing_out(&fresh().await).await;
    facts_are_remembered(&fresh().await).await;
    surveys_are_counted_by_day(&fresh().await).await;
}

async fn o2_a_finished_survey_waits_with_its_content(store: &impl Store) {
    assert!(store.open().await.is_ok(), "it opens");
    let entry = sample(1);
    assert_eq!(store.finish(&entry).await, Ok(()));
    let waiting = store.waiting().await.unwrap_or_default();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].waiting.id, entry.parcel.id);
    assert_eq!(waiting[0].waiting.hash, entry.parcel.hash);
    assert_eq!(waiting[0].unit, entry.unit);
    assert_eq!(waiting[0].day, entry.day);
    assert!(waiting[0].waiting.bytes > entry.parcel.body.len());
    let parcels = store.parcels(&[entry.parcel.id]).await;
    assert_eq!(parcels, Ok(vec![entry.parcel.clone()]));
    let summary = store.summary().await.unwrap_or_default();
    assert_eq!((summary.unsent, summary.asides.len()), (1, 0));
    assert_eq!(summary.oldest, Some(entry.day));
}

async fn o2_finishing_twice_keeps_one(store: &impl Store) {
    let entry = sample(1);
    assert_eq!(store.finish(&entry).await, Ok(()));
    assert_eq!(store.finish(&entry).await, Ok(()));
    assert_eq!(store.waiting().await.map(|all| all.len()), Ok(1));
    assert_eq!(store.settle(&verdict(&entry)).await, Ok(0));
    assert_eq!(store.finish(&entry).await, Ok(()));
    assert_eq!(
        store.waiting().await,
        Ok(Vec::new()),
        "settled stays settled"
    );
}

async fn o4_only_its_own_hash_settles_a_record(store: &impl Store) {
    let (mine, other) = (sample(1), sample(2));
    for entry in [&mine, &other] {
        assert_eq!(store.finish(entry).await, Ok(()));
    }
    let wrong = Heard {
        settle: vec![(mine.parcel.id, other.parcel.hash, Verdict::Counted)],
        ..verdict(&mine)
    };
    assert_eq!(store.settle(&wrong).await, Ok(0));
    assert_eq!(store.waiting().await.map(|all| all.len()), Ok(2));
    assert_eq!(store.settle(&verdict(&mine)).await, Ok(0));
    let left = store.waiting().await.unwrap_or_default();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].waiting.id, other.parcel.id);
}

async fn o6_nothing_but_a_verdict_takes_a_record_out(store: &impl Store) {
    assert_eq!(store.finish(&sample(1)).await, Ok(()));
    let nothing = Heard {
        now: NOW,
        trouble: Some(Trouble::NotEnrolled),
        ..Heard::default()
    };
    assert_eq!(store.settle(&nothing).await, Ok(0));
    assert_eq!(store.configure("{}").await, Ok(()));
    let forgotten = store.forget(NOW.plus(1_000 * DAY_MS)).await;
    assert_eq!(forgotten, Ok(0));
    assert_eq!(store.waiting().await.map(|all| all.len()), Ok(1));
    let summary = store.summary().await.unwrap_or_default();
    assert_eq!(summary.last_trouble, Some(Trouble::NotEnrolled));
    assert_eq!(summary.last_success, None);
}

async fn o7_a_settled_record_never_waits_again_and_is_forgotten_later(store: &impl Store) {
    let entry = sample(1);
    assert_eq!(store.finish(&entry).await, Ok(()));
    assert_eq!(store.settle(&verdict(&entry)).await, Ok(0));
    assert_eq!(store.waiting().await, Ok(Vec::new()));
    assert_eq!(store.parcels(&[entry.parcel.id]).await, Ok(Vec::new()));
    let summary = store.summary().await.unwrap_or_default();
    assert_eq!(summary.last_success, Some(NOW));
    assert_eq!(store.forget(NOW.plus(SETTLED_DAYS * DAY_MS)).await, Ok(0));
    let later = NOW.plus(SETTLED_DAYS * DAY_MS + 1);
    assert_eq!(store.forget(later).await, Ok(1));
    // A clock that is a year behind does not shorten it: the server's time is what counts.
    let entry = sample(2);
    assert_eq!(store.finish(&entry).await, Ok(()));
    let behind = Heard {
        now: NOW.plus(-365 * DAY_MS),
        ..verdict(&entry)
    };
    assert_eq!(store.settle(&behind).await, Ok(0));
    assert_eq!(store.forget(NOW).await, Ok(0));
}

async fn o12_marks_are_one_ordinal_and_a_version_for_each_unit(store: &impl Store) {
    let (Ok(here), Ok(there)) = (UnitId::parse("33.test"), UnitId::parse("33.there")) else {
        panic!("the units are ids");
    };
    assert_eq!(store.marks(&here).await, Ok(Marks::default()));
    for (unit, version) in [(&here, 7), (&there, 40)] {
        let heard = news(unit, Marks::default(), marks(0, version));
        assert_eq!(store.settle(&heard).await, Ok(0));
        assert_eq!(store.marks(unit).await, Ok(marks(0, version)));
    }
    let restored = news(&here, marks(0, 7), marks(1, 2));
    assert_eq!(store.settle(&restored).await, Ok(0));
    assert_eq!(store.marks(&here).await, Ok(marks(1, 2)));
    assert_eq!(store.marks(&there).await, Ok(marks(1, 0)), "counts anew");
    let enrolment = Enrolment {
        device: DeviceId::from_random([5; 16]),
        epoch: Epoch::from_bytes([6; 16]),
    };
    assert_eq!(store.enrol(&enrolment, "{}").await, Ok(()));
    assert_eq!(store.marks(&here).await, Ok(Marks::default()));
}

async fn o12_a_restore_returns_every_unit_and_a_lost_version_its_own(store: &impl Store) {
    let Ok(there) = UnitId::parse("33.there") else {
        panic!("the unit is an id");
    };
    let (mine, other) = (sample(1), of_unit(sample(2), &there));
    let known = marks(1, 9);
    for entry in [&mine, &other] {
        assert_eq!(store.finish(entry).await, Ok(()));
        let heard = Heard {
            settle: verdict(entry).settle,
            ..news(&entry.unit, known, known)
        };
        assert_eq!(store.settle(&heard).await, Ok(0));
    }
    let same = news(&mine.unit, known, marks(1, 9));
    assert_eq!(store.settle(&same).await, Ok(0));
    assert_eq!(store.waiting().await, Ok(Vec::new()));
    let fell = news(&mine.unit, known, marks(1, 8));
    assert_eq!(store.settle(&fell).await, Ok(1), "those of that unit");
    assert!(is_waiting(store, &mine).await);
    let facts = store.open().await.unwrap_or_default();
    let resume = fell.news.map(|news| news.resume);
    assert_eq!(facts.silent_until, resume, "and not all devices at once");
    let parcels = store.parcels(&[mine.parcel.id]).await.unwrap_or_default();
    assert_eq!(parcels, [mine.parcel.clone().without_comment()]);
    // What returns and gets its verdict in the same reply stays settled; the others wait.
    let restored = Heard {
        settle: verdict(&mine).settle,
        ..news(&mine.unit, marks(1, 8), marks(2, 99))
    };
    assert_eq!(store.settle(&restored).await, Ok(1), "those of every unit");
    assert!(!is_waiting(store, &mine).await);
    assert!(is_waiting(store, &other).await);
    assert_eq!(store.forget(NOW.plus(DAY_MS)).await, Ok(0));
    let again = news(&mine.unit, marks(2, 99), marks(2, 99));
    assert_eq!(store.settle(&again).await, Ok(0), "once");
}

async fn o12_a_reply_from_before_a_known_restore_settles_nothing(store: &impl Store) {
    let entry = sample(1);
    assert_eq!(store.finish(&entry).await, Ok(()));
    let heard = news(&entry.unit, Marks::default(), marks(3, 5));
    assert_eq!(store.settle(&heard).await, Ok(0));
    let outdated = Heard {
        settle: verdict(&entry).settle,
        ..news(&entry.unit, Marks::default(), marks(2, 90))
    };
    assert_eq!(store.settle(&outdated).await, Ok(0));
    assert!(is_waiting(store, &entry).await);
    assert_eq!(store.marks(&entry.unit).await, Ok(marks(3, 5)));
}

async fn o8_a_record_set_aside_still_waits(store: &impl Store) {
    let entry = sample(1);
    assert_eq!(store.finish(&entry).await, Ok(()));
    let aside = Heard {
        aside: vec![(entry.parcel.id, Aside::Unread)],
        now: NOW,
        trouble: Some(Trouble::SetAside),
        ..Heard::default()
    };
    assert_eq!(store.settle(&aside).await, Ok(0));
    let waiting = store.waiting().await.unwrap_or_default();
    assert_eq!(waiting[0].waiting.aside_since, Some(NOW));
    assert_eq!(waiting[0].aside, Some(Aside::Unread));
    let asides = async || store.summary().await.map(|all| all.asides);
    assert_eq!(asides().await, Ok(vec![Aside::Unread]));
    // A new build may do better; the one that set it aside goes on as before.
    let builds = [1, 1, 2].map(|build| AppHash::from_bytes([build; 32]));
    for (build, left) in builds.into_iter().zip([0, 1, 0]) {
        assert_eq!(store.run_as(build).await, Ok(()));
        assert_eq!(asides().await, Ok(vec![Aside::Unread; left]));
        assert_eq!(store.settle(&aside).await, Ok(0));
    }
    assert_eq!(store.settle(&verdict(&entry)).await, Ok(0));
    assert_eq!(store.waiting().await, Ok(Vec::new()));
}

async fn o10_enrolling_again_keeps_the_queue(store: &impl Store) {
    assert_eq!(store.finish(&sample(1)).await, Ok(()));
    assert_eq!(store.next_batch().await, Ok(1));
    let enrolment = Enrolment {
        device: DeviceId::from_random([5; 16]),
        epoch: Epoch::from_bytes([6; 16]),
    };
    assert_eq!(store.enrol(&enrolment, "{}").await, Ok(()));
    assert_eq!(store.waiting().await.map(|all| all.len()), Ok(1));
    assert_eq!(store.next_batch().await, Ok(1), "a new epoch begins at 1");
    let facts = store.open().await.unwrap_or_default();
    assert_eq!(facts.enrolment, Some(enrolment));
    assert_eq!(facts.config.as_deref(), Some("{}"));
}

async fn w7_batch_numbers_only_rise(store: &impl Store) {
    for number in 1..=5 {
        assert_eq!(store.next_batch().await, Ok(number));
    }
}

async fn b2_a_mark_is_found_by_who_opens_the_storage_again(store: &impl Store) {
    for mark in ["first", "second"] {
        assert_eq!(store.leave_mark(mark).await, Ok(()));
        let facts = store.open().await.unwrap_or_default();
        assert_eq!(facts.mark.as_deref(), Some(mark));
    }
}

async fn b3_an_export_is_remembered_and_takes_nothing_out(store: &impl Store) {
    assert_eq!(store.finish(&sample(1)).await, Ok(()));
    assert_eq!(store.exported(NOW).await, Ok(()));
    let facts = store.open().await.unwrap_or_default();
    assert_eq!(facts.exported, Some(NOW));
    assert_eq!(store.waiting().await.map(|all| all.len()), Ok(1));
}

async fn facts_are_remembered(store: &impl Store) {
    assert_eq!(store.open().await, Ok(super::store::Facts::default()));
    let (field, pin) = (field(), TRIES);
    assert_eq!(store.choose_field(&field).await, Ok(()));
    assert_eq!(store.remember_pin(pin).await, Ok(()));
    let heard = Heard {
        now: NOW,
        server_time: Some(NOW),
        silent_until: Some(NOW.plus(60_000)),
        ..Heard::default()
    };
    assert_eq!(store.settle(&heard).await, Ok(0));
    let earlier = Heard {
        server_time: Some(NOW.plus(-DAY_MS)),
        silent_until: None,
        ..heard
    };
    assert_eq!(store.settle(&earlier).await, Ok(0));
    let facts = store.open().await.unwrap_or_default();
    assert_eq!(facts.field, Some(field));
    assert_eq!(facts.pin, pin);
    assert_eq!(facts.server_time, Some(NOW), "server time never falls");
    assert_eq!(facts.silent_until, None);
}

async fn surveys_are_counted_by_day(store: &impl Store) {
    let Some(today) = Day::of(NOW) else {
        panic!("the day exists");
    };
    for (what, day) in [
        (Begun::Opened, today),
        (Begun::Opened, today),
        (Begun::Abandoned, today),
        (Begun::Opened, today.plus(1)),
    ] {
        assert_eq!(store.count(what, day).await, Ok(()));
    }
    let days = store.summary().await.unwrap_or_default().days;
    let counts: Vec<_> = days.iter().map(|day| (day.opened, day.abandoned)).collect();
    assert_eq!(counts, [(2, 1), (1, 0)]);
    for later in 2..20 {
        assert_eq!(store.count(Begun::Opened, today.plus(later)).await, Ok(()));
    }
    let days = store.summary().await.unwrap_or_default().days;
    assert_eq!(days.len(), super::store::DAYS_KEPT);
    assert_eq!(days[7].day, today.plus(19));
}
