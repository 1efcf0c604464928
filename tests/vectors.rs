//! Hand-worked values: forms word for word, scores, official points, the bytes of wire v1.
#![expect(
    clippy::unwrap_used,
    reason = "a vector that does not read is a failed test"
)]

use std::collections::BTreeMap;

use serde_json::Value;
use survey::answer::{Draft, Finished};
use survey::day::{Day, DayQuality};
use survey::form::{Form, Step};
use survey::id::{Channel, DeviceClass, FieldId, ResponseId, Salt, UnitId};
use survey::official::{Class, PortalCounts, class, on_time, portal_points};
use survey::publish::{Showing, Why, publish};
use survey::release::Slice;
use survey::score::{Circumstance, Formula, Index, Shape, Summed, Tally};
use survey::stats::Estimate;
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};
use survey::wire::batch::{BatchError, Record, read_batch, read_reply};

const WORDING: &str = include_str!("vectors/forms-wording.json");
const FORMS: [(&str, &str); 3] = [
    ("sipas2022", include_str!("../survey/forms/sipas2022.json")),
    ("local9", include_str!("../survey/forms/local9.json")),
    ("express6", include_str!("../survey/forms/express6.json")),
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Every id with its sentence, wherever it stands in the source of the wording.
fn sentences(source: &Value, language: &str, found: &mut BTreeMap<String, Vec<String>>) {
    match source {
        Value::Array(entries) => entries
            .iter()
            .for_each(|entry| sentences(entry, language, found)),
        Value::Object(entries) => {
            let id = entries.get("id").and_then(Value::as_str);
            let text = entries.get(language).and_then(Value::as_str);
            if let (Some(id), Some(text)) = (id, text) {
                found.entry(id.into()).or_default().push(text.into());
            }
            entries
                .values()
                .for_each(|entry| sentences(entry, language, found));
        }
        _ => {}
    }
}

/// The key under which the source of the wording names a text of a form.
fn source_id(code: &str, key: &str) -> Option<String> {
    let stem = match code {
        "local9" => "l_stem",
        "express6" => "x_stem",
        _ => "stem",
    };
    match key {
        "stem" => Some(stem.into()),
        "comment" => Some("yk".into()),
        _ if key.starts_with("scale.") || key.split('.').nth(1) == Some("stem") => None,
        _ => Some(key.rsplit('.').next().unwrap().into()),
    }
}

#[test]
fn f5_every_text_is_word_for_word_in_both_languages() {
    let source = json(WORDING);
    for (code, file) in FORMS {
        let form = Form::parse(file).unwrap();
        let pack = std::fs::read_to_string(format!(
            "{}/../public/lang/en/forms/{code}.json",
            env!("CARGO_MANIFEST_DIR")
        ));
        let pack = json(&pack.unwrap());
        let english = pack["texts"].as_object().unwrap();
        for language in ["vi", "en"] {
            let mut found = BTreeMap::new();
            sentences(&source, language, &mut found);
            for (key, vietnamese) in form.texts() {
                let text = match language {
                    "vi" => vietnamese,
                    _ => english.get(&key).and_then(Value::as_str).unwrap(),
                };
                if let Some(id) = source_id(code, &key) {
                    let known = found.get(&id).unwrap_or_else(|| panic!("{code} {key}"));
                    assert!(known.iter().any(|known| known == text), "{code} {key}");
                }
            }
        }
        assert_eq!(english.len(), form.texts().len(), "{code}");
        assert_eq!(
            pack["form"].as_str().unwrap(),
            form.id().to_string(),
            "{code}"
        );
    }
}

#[test]
fn f6_form_ids_are_frozen() {
    let lock: BTreeMap<String, String> =
        serde_json::from_str(include_str!("vectors/forms.lock")).unwrap();
    let now: BTreeMap<String, String> = FORMS
        .into_iter()
        .map(|(code, file)| (code.into(), Form::parse(file).unwrap().id().to_string()))
        .collect();
    assert_eq!(
        now, lock,
        "a frozen form was changed: new wording is a new form with a new file"
    );
}

/// A submission that gives these levels, item by item; `None` is a question not asked.
fn submission(form: &Form, number: u8, levels: &[Option<u8>]) -> Submission {
    let mut draft = Draft::open(ResponseId::from_random([number; 16]), form, &[]);
    while let Some(step) = draft.current() {
        match step {
            Step::Item(at) => match levels[at] {
                Some(0) | None => draft.skip(),
                Some(level) => draft.answer(form.scale().level(level).unwrap()),
            },
            Step::Filter(filter) => {
                let is_wanted = form.items().iter().zip(levels).any(|(item, level)| {
                    level.is_some() && form.condition(item).is_some_and(|c| c.filter == filter)
                });
                let asked = form.factors().iter().find_map(|factor| {
                    let condition = factor.asked_if?;
                    (condition.filter == filter).then_some(condition.option)
                });
                let other = usize::from(asked == Some(0));
                draft.choose(if is_wanted { asked.unwrap() } else { other });
            }
            Step::Demographic(_) | Step::Comment => draft.skip(),
        }
    }
    let Finished { response, .. } = draft.finish().unwrap();
    Submission {
        response,
        place: Place {
            unit: UnitId::parse("33.12000").unwrap(),
            field: FieldId::parse("ho-tich").unwrap(),
            resolved_by: None,
            class: DeviceClass::parse("kiosk").unwrap(),
            channel: Channel::parse("counter").unwrap(),
        },
        mode: Mode::SelfService,
        day: Day::parse("2026-11-23").unwrap(),
        day_quality: DayQuality::Wall,
        duration: DurationBucket::of_ms(90_000),
    }
}

fn sum(form: &Form, people: &[Vec<Option<u8>>]) -> Tally {
    let mut total = Tally::empty(form.id(), Shape::of(form));
    for (number, levels) in people.iter().enumerate() {
        let submission = submission(form, u8::try_from(number % 250).unwrap(), levels);
        let tally = Tally::of(&submission, form, Circumstance::default());
        total.merge(&tally).unwrap();
    }
    total
}

#[test]
fn c1_c2_c3_c4_st1_st2_st3_the_worked_example() {
    let form = Form::parse(include_str!("vectors/scoring/example-form.json")).unwrap();
    let example = json(include_str!("vectors/scoring/example.json"));
    let people: Vec<Vec<Option<u8>>> = serde_json::from_value(example["people"].clone()).unwrap();
    let tally = sum(&form, &people);
    for formula in Formula::ALL {
        let index = tally.index(formula).unwrap();
        let word = formula.word();
        assert_eq!(
            u64::from(index.hundredths()),
            example["hundredths"][word].as_u64().unwrap(),
            "{word}"
        );
        let (numerator, denominator) = index.fraction();
        let expected: [u128; 2] =
            serde_json::from_value(example["fractions"][word].clone()).unwrap();
        assert_eq!(numerator * expected[1], denominator * expected[0], "{word}");
    }
    let sums = tally.pooled(Summed::Satisfied);
    let expected = &example["pooled_sums"];
    let seen = [sums.people, sums.x, sums.m, sums.xx, sums.xm, sums.mm];
    let named = ["people", "x", "m", "xx", "xm", "mm"].map(|name| expected[name].as_u64().unwrap());
    assert_eq!(seen, named);
}

#[test]
fn l10_any_order_gives_the_same_numbers() {
    let form = Form::parse(FORMS[2].1).unwrap();
    let people: Vec<Vec<Option<u8>>> = (0..40_u8)
        .map(|n| {
            (0..6)
                .map(|item| Some((n % 6 * 7 + item * 3) % 6))
                .collect()
        })
        .collect();
    let forward = sum(&form, &people);
    let backward = sum(&form, &people.iter().rev().cloned().collect::<Vec<_>>());
    let (left, right) = people.split_at(13);
    let mut in_parts = sum(&form, right);
    in_parts.merge(&sum(&form, left)).unwrap();
    assert_eq!(forward.numbers(), backward.numbers());
    assert_eq!(forward.numbers(), in_parts.numbers());
    let other = Tally::empty(Form::parse(FORMS[1].1).unwrap().id(), Shape::of(&form));
    assert!(in_parts.merge(&other).is_err());
}

#[test]
fn c5_a_tally_reads_back_from_its_numbers_in_their_order() {
    let form = Form::parse(FORMS[2].1).unwrap();
    let one = sum(
        &form,
        &[vec![Some(5), Some(4), Some(2), Some(0), None, None]],
    );
    let numbers = one.numbers();
    let shape = Shape::of(&form);
    assert_eq!(Tally::from_numbers(form.id(), shape, &numbers), Some(one));
    assert_eq!(Tally::from_numbers(form.id(), shape, &numbers[1..]), None);
    // People: one response, answered, low; then its duration.
    assert_eq!(numbers[..8], [1, 1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(numbers[8..16], [0, 0, 0, 0, 1, 0, 0, 0]);
    // The overall item at level 5, the first factor's item at 4, the third's missing.
    assert_eq!(numbers[16..22], [0, 0, 0, 0, 1, 0]);
    assert_eq!(numbers[22..28], [0, 0, 0, 1, 0, 0]);
    assert_eq!(numbers[34..40], [0, 0, 0, 0, 0, 1]);
    assert_eq!(numbers.len(), 16 + 6 * 6 + 5 * 4 + 25 * 5 + 15 * 6);
}

#[test]
fn qd_766_golden_rows() {
    let golden = json(include_str!("vectors/scoring/qd766.json"));
    for row in golden["rows"].as_array().unwrap() {
        let counts: [u64; 6] = serde_json::from_value(row["counts"].clone()).unwrap();
        let [
            dossiers,
            overdue,
            disliked,
            petitions,
            petitions_on_time,
            petitions_satisfied,
        ] = counts;
        let points = portal_points(&PortalCounts {
            dossiers,
            overdue,
            disliked,
            petitions,
            petitions_on_time,
            petitions_satisfied,
        })
        .unwrap();
        let expected = |name: &str| row[name].as_u64().unwrap();
        assert_eq!(u64::from(points.dossiers.unwrap()), expected("dossiers"));
        assert_eq!(u64::from(points.petitions_on_time), expected("on_time"));
        assert_eq!(u64::from(points.petitions_satisfied), expected("satisfied"));
        assert_eq!(u64::from(points.total().unwrap()), expected("total"));
    }
    let [petitions, petitions_on_time, petitions_satisfied] = [674, 365, 278];
    let thanh_hoa = portal_points(&PortalCounts {
        dossiers: 0,
        overdue: 0,
        disliked: 0,
        petitions,
        petitions_on_time,
        petitions_satisfied,
    })
    .unwrap();
    assert_eq!(
        (thanh_hoa.petitions_on_time, thanh_hoa.petitions_satisfied),
        (325, 247)
    );
    assert_eq!(thanh_hoa.total(), None);
    assert_eq!(325 + 247 + 591, 1_163);
    for (dossiers, overdue, points) in [
        (482_812, 61_935, 1_743),
        (128_667, 14_883, 1_769),
        (2_618, 77, 1_941),
        (654, 1, 1_997),
    ] {
        let counts = PortalCounts {
            dossiers,
            overdue,
            disliked: 0,
            petitions: 0,
            petitions_on_time: 0,
            petitions_satisfied: 0,
        };
        // "Tiến độ" is the share of 20 points.
        let (numerator, denominator) = on_time(&counts).unwrap().fraction();
        assert_eq!(
            (numerator * 4_000 + denominator) / (2 * denominator),
            points
        );
    }
}

#[test]
fn nd_61_classes_compare_as_integers() {
    for (points, expected) in [
        (1_800, Class::XuatSac),
        (1_500, Class::XuatSac),
        (1_499, Class::Tot),
        (1_200, Class::Tot),
        (1_199, Class::Kha),
        (900, Class::Kha),
        (899, Class::TrungBinh),
        (600, Class::TrungBinh),
        (599, Class::Yeu),
    ] {
        assert_eq!(class(points, 100), Some(expected), "{points}");
    }
    assert_eq!(class(0, 0), None);
}

#[test]
fn published_context_figures_recompute() {
    // 0.6 · 83.84 + 0.4 · 84.09; the mean of the 2023 factors; the same weighted by their items.
    let hundredths = |part, whole| Index::new(part, whole).unwrap().hundredths();
    assert_eq!(hundredths(6 * 8_384 + 4 * 8_409, 10 * 10_000), 8_394);
    let factors = [8_300, 8_302, 8_312, 8_303, 8_227];
    assert_eq!(hundredths(factors.iter().sum(), 50_000), 8_289);
    let weighted = factors
        .iter()
        .zip([4, 4, 5, 3, 3])
        .map(|(share, items)| share * items);
    assert_eq!(hundredths(weighted.sum(), 19 * 10_000), 8_293);
}

#[test]
fn one_answer_of_8145_dossiers_is_not_a_percentage() {
    let form = Form::parse(FORMS[2].1).unwrap();
    let one = released(sum(&form, &[vec![Some(1); 6]]));
    let interval = Estimate::of_people(0, 1).unwrap().interval();
    assert_eq!((interval.low(), interval.high()), (0, 7_935));
    let published = publish(&form, Some(&one));
    assert_eq!(published.overall[0].showing, Showing::Hidden(Why::TooFew));
    assert_eq!(Index::new(1, 8_145).unwrap().hundredths(), 1);
}

fn released(tally: Tally) -> Slice {
    let day = Day::parse("2026-11-23").unwrap();
    Slice {
        month: day.month_slice(),
        atoms: 1,
        first: day,
        last: day,
        tally,
    }
}

/// `n` people who answer every question they are asked of `sipas2022`; `kq` of them collected a
/// result, `pakn` of them had given feedback.
fn sipas_people(n: usize, kq: usize, pakn: usize) -> Vec<Vec<Option<u8>>> {
    (0..n)
        .map(|person| {
            (0..19)
                .map(|item| match item {
                    13..=15 if person >= kq => None,
                    16..=18 if person >= pakn => None,
                    _ => Some(if person % 4 == 0 { 3 } else { 4 }),
                })
                .collect()
        })
        .collect()
}

#[test]
fn p5_ten_to_twenty_nine_show_an_interval_and_nothing_else() {
    let form = Form::parse(FORMS[0].1).unwrap();
    let published = publish(
        &form,
        Some(&released(sum(&form, &sipas_people(12, 12, 12)))),
    );
    for part in published.factors.iter().chain(&published.items) {
        let Showing::Interval { n, interval } = &part.figure.showing else {
            panic!("{:?}", part.figure);
        };
        assert_eq!(*n, 12);
        assert_eq!((interval.low() % 500, interval.high() % 500), (0, 0));
    }
    let nobody = publish(&form, None);
    assert_eq!(nobody.overall[0].showing, Showing::Hidden(Why::Nobody));
}

#[test]
fn p5_a_hidden_factor_is_not_found_by_subtraction() {
    let form = Form::parse(FORMS[0].1).unwrap();
    let published = publish(&form, Some(&released(sum(&form, &sipas_people(60, 40, 4)))));
    let showing = |at: usize| &published.factors[at].figure.showing;
    assert_eq!(showing(4), &Showing::Hidden(Why::TooFew));
    // The smallest factor that could be shown hides with it; its items do too.
    assert_eq!(showing(3), &Showing::Hidden(Why::GuardsNeighbour));
    assert!(matches!(
        showing(0),
        Showing::Score {
            n: 60,
            index: 7_500,
            ..
        }
    ));
    for part in &published.items {
        let is_hidden = !part.figure.showing.is_shown();
        assert_eq!(is_hidden, part.factor >= Some(3), "{}", part.id);
    }
    let by_factors = &published.overall[1];
    assert_eq!(by_factors.showing, Showing::Hidden(Why::NeedsOthers));
}

#[test]
fn p5_a_hidden_item_is_not_found_by_subtraction() {
    let form = Form::parse(FORMS[0].1).unwrap();
    let mut people = sipas_people(60, 60, 60);
    for person in people.iter_mut().skip(6) {
        person[1] = Some(0);
    }
    for person in people.iter_mut().skip(40) {
        person[2] = Some(0);
    }
    let published = publish(&form, Some(&released(sum(&form, &people))));
    let showing = |at: usize| &published.items[at].figure.showing;
    assert_eq!(showing(1), &Showing::Hidden(Why::TooFew));
    assert_eq!(showing(2), &Showing::Hidden(Why::GuardsNeighbour));
    assert!(showing(0).is_shown() && showing(3).is_shown() && showing(4).is_shown());
}

#[test]
fn w3_the_golden_record_keeps_its_bytes() {
    let form = Form::parse(FORMS[2].1).unwrap();
    let levels = [Some(5), Some(4), Some(0), Some(1), None, None];
    let comment = SaltedComment {
        text: "Chờ hơi lâu, cán bộ nhiệt tình.".into(),
        salt: Salt::from_bytes([0xa5; 16]),
    };
    let parcel = Parcel::seal(&submission(&form, 0x11, &levels), &form, Some(comment));
    let written = survey::wire::write(&Record::of(&parcel));
    let golden = include_str!("vectors/wire/v1/record.json");
    assert_eq!(
        written,
        golden.trim_end(),
        "wire v1 is frozen: a change is v2"
    );
    let read: Record = survey::wire::read(golden).unwrap();
    assert!(read.into_parcel().is_intact());
}

#[test]
fn p1_t4_a_record_has_no_place_for_a_person_or_an_hour() {
    let record = json(include_str!("vectors/wire/v1/record.json"));
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(&record), ["body", "comment", "damaged", "hash", "id"]);
    let body = json(record["body"].as_str().unwrap());
    assert_eq!(
        keys(&body),
        [
            "answers", "channel", "class", "day", "day_q", "demo", "dur", "field", "filters",
            "form", "mode", "unit"
        ]
    );
    assert_eq!(body["day"], "2026-11-23");
}

#[test]
fn w9_version_1_of_a_batch_and_its_reply_still_reads() {
    let batch = read_batch(include_bytes!("vectors/wire/v1/batch.json")).unwrap();
    assert_eq!(batch.records.len(), 1);
    assert_eq!(
        survey::wire::write(&batch),
        include_str!("vectors/wire/v1/batch.json").trim_end()
    );
    let reply = include_str!("vectors/wire/v1/reply.json").trim_end();
    let read = read_reply(reply.as_bytes(), batch.batch).unwrap();
    assert_eq!(read.verdicts[0].hash, batch.records[0].hash);
    assert_eq!(survey::wire::write(&read), reply);
}

#[test]
fn w2_keys_of_a_later_version_are_passed_over_in_a_batch_and_kept_out_of_a_body() {
    let written = include_str!("vectors/wire/v1/batch.json");
    let later = written.replacen("{\"v\":1", "{\"v\":1,\"ext\":{\"chain\":7}", 1);
    assert_ne!(later, written);
    assert_eq!(read_batch(later.as_bytes()), read_batch(written.as_bytes()));
    let without_status = written.replacen("\"status\"", "\"state\"", 1);
    assert!(read_batch(without_status.as_bytes()).is_err());
    let version_2 = written.replacen("{\"v\":1", "{\"v\":2", 1);
    assert_eq!(read_batch(version_2.as_bytes()), Err(BatchError::Version));
}
