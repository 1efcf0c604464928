//! The page against replies that are made by hand.

use super::*;
use crate::export::tests::replies;
use crate::export::words::Both;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::public::ActionState;

/// Late in April 2026: the months of the replies are among the last twelve that are sealed.
const NOW: Millis = Millis(1_777_000_000_000);

fn known(level: Level) -> Known {
    let replies = replies();
    let unit = replies.units[1].clone();
    let day = Day::parse("2026-03-05").unwrap();
    let action = Action {
        action: "0011223344556677".into(),
        unit: unit.id.clone(),
        said: "Ghế <ít> & nóng".into(),
        done: "Dòng một\nDòng hai".into(),
        day,
        state: ActionState::Published,
        published: Some(day),
        withdrawn: None,
    };
    Known {
        level,
        period: months(NOW).unwrap(),
        actions: vec![(unit, action)],
        english: BTreeMap::new(),
        today: Day::of(NOW).unwrap(),
        replies,
    }
}

/// The text of a page, without what stands in tags.
fn text(page: &str) -> String {
    let parts = page
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<Vec<_>>().join(" ")
}

#[test]
fn um17_a_page_runs_no_program_and_names_no_other_site() {
    for language in [Language::Vi, Language::En] {
        let whole = page(&known(Level::All), language, "33");
        for never in [
            "<script", "<iframe", "http://", "https://", "style=", "<form", "onload", "cookie=",
        ] {
            assert!(!whole.contains(never), "{never} in {whole}");
        }
        assert!(whole.starts_with("<!DOCTYPE html>"), "{whole}");
        assert!(whole.contains(&format!("<html lang=\"{}\">", language.tag())));
        assert!(whole.contains(words::PRIVACY.say(language)));
    }
}

#[test]
fn um17_what_is_hidden_has_no_number_and_every_number_its_interval_and_n() {
    let whole = page(&known(Level::All), Language::Vi, "33");
    let read = text(&whole);
    for said in [
        "66,67%",
        "50,33% – 79,79%",
        "45% – 95%",
        "chưa đủ dữ liệu",
        "01/2026",
        // The form has no title; its code means nothing to a citizen.
        "Phiếu hỏi  Phiếu nhanh (6 câu)",
    ] {
        assert!(read.contains(said), "{said} in {read}");
    }
    assert!(read.contains("không thay thế SIPAS/PAPI"));
    assert!(read.contains("Ghế &lt;ít&gt; &amp; nóng"), "{read}");
    // A unit of which nothing is shown.
    let row = whole
        .split("<tr")
        .find(|row| row.contains("data-unit=\"33.d.1\""))
        .unwrap();
    assert!(
        !text(row.split("</tr>").next().unwrap()).contains('%'),
        "{row}"
    );
    // It is folded away, in its place in the alphabet, and counted.
    assert!(read.contains("Đơn vị chưa có phiếu (1)"), "{read}");
    // April is not sealed; of May nothing was released.
    assert!(!whole.contains("data-month=\"2026-04\""));
    assert!(read.contains("05/2025") && read.contains("chưa có phiếu được công bố"));
}

#[test]
fn um17_every_page_of_a_sample_says_so() {
    let pages = |language| {
        [
            page(&known(Level::All), language, "33"),
            front(language, &[]),
            trouble(language, 404),
        ]
    };
    for (language, said) in [
        (Language::Vi, "Dữ liệu mẫu, không phải số liệu thật"),
        (Language::En, "Sample data, not real figures"),
    ] {
        for (is_sample, times) in [(true, 1), (false, 0)] {
            tell_sample(is_sample);
            for page in pages(language) {
                assert_eq!(text(&page).matches(said).count(), times, "{page}");
            }
        }
    }
}

#[test]
fn um17_only_the_units_of_the_level_are_there() {
    let whole = |level| page(&known(level), Language::Vi, "33");
    assert!(!whole(Level::Own).contains("id=\"units\""));
    assert!(whole(Level::Below).contains("id=\"units\""));
}

#[test]
fn um17_several_units_are_listed_and_none_is_an_honest_page() {
    let nothing = front(Language::Vi, &[]);
    assert!(nothing.contains("Chưa có gì được công bố"), "{nothing}");
    let known = known(Level::Own);
    let day = known.today;
    let units: Vec<(Unit, Day)> = known
        .replies
        .units
        .into_iter()
        .map(|unit| (unit, day))
        .collect();
    let listed = front(Language::En, &units[..2]);
    for unit in &units[..2] {
        assert!(
            listed.contains(&format!("href=\"/en/{}\"", unit.0.id)),
            "{listed}"
        );
    }
    for status in [404, 405, 500] {
        assert!(trouble(Language::Vi, status).contains("<h1>"));
    }
}

#[test]
fn um17_the_open_data_are_the_rows_of_the_page() {
    let known = known(Level::All);
    let (file, rows) = known.table();
    assert_eq!(rows, known.rows().len());
    assert_eq!(file.matches("\r\n").count(), rows + 1);
    assert_eq!(
        known.file_name(),
        "hai-long_33_express6_2026-01_2026-03.csv"
    );
    let id = UnitId::parse("33").unwrap();
    assert_eq!(known.unit().map(|unit| &unit.id), Some(&id));
}

#[test]
fn um17_forms_and_the_sample_are_called_what_managers_read() {
    const VI: &str = include_str!("../../../app/src/text/manager.vi.json");
    const EN: &str = include_str!("../../../app/src/text/manager.en.json");
    let packs: [BTreeMap<String, String>; 2] =
        [VI, EN].map(|pack| serde_json::from_str(pack).unwrap());
    let is_said = |both: Both, key: &str| both.0 == packs[0][key] && both.1 == packs[1][key];
    for (code, key) in [
        ("sipas2022", "FormSipas"),
        ("local9", "FormLocal"),
        ("express6", "FormExpress"),
    ] {
        assert!(is_said(words::form_name(code).unwrap(), key), "{key}");
    }
    assert!(is_said(words::SAMPLE, "SampleBand"));
    let forms = crate::forms::Forms::built_in();
    assert!(
        forms
            .iter()
            .all(|form| words::form_name(form.code()).is_some())
    );
    assert_eq!(words::form_name("other"), None);
}
