//! Rows and cells against replies that are made by hand.

use super::*;
use survey::day::Millis;
use survey::id::ItemId;
use survey::wire::beside::{ChildView, FinalityView, MonthView};
use survey::wire::manager::PartView;

const EXPRESS: &str = include_str!("../../../survey/forms/express6.json");

fn id(text: &str) -> UnitId {
    UnitId::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn figure(formula: &str, showing: ShowingView) -> FigureView {
    FigureView {
        formula: formula.into(),
        showing,
    }
}

const SCORE: ShowingView = ShowingView::Score {
    n: 36,
    index: 6_667,
    low: 5_033,
    high: 7_979,
    levels: None,
};
const INTERVAL: ShowingView = ShowingView::Interval {
    n: 12,
    low: 4_500,
    high: 9_500,
};
const OF_NOBODY: ShowingView = ShowingView::Hidden {
    why: WhyView::Nobody,
};
const HIDDEN: ShowingView = ShowingView::Hidden {
    why: WhyView::TooFew,
};

fn unit(own: &str, parent: Option<&str>, kind: UnitKind) -> Unit {
    Unit {
        id: id(own),
        kind,
        name: Names {
            vi: format!("=Đơn vị {own}"),
            en: String::new(),
        },
        parent: parent.map(id),
        gso: None,
        agency: None,
        valid_from: day("2025-07-01"),
        valid_to: None,
        successors: Vec::new(),
        collects: true,
    }
}

fn month(month: &str) -> MonthView {
    MonthView {
        month: month.into(),
        finality: FinalityView::Sealed,
        first: day(&format!("{month}-02")),
        last: day(&format!("{month}-20")),
        responses: 36,
        assisted: 2,
        figure: figure("f1_pooled", SCORE),
        change: None,
        all: figure("f3_all", INTERVAL),
        usual: None,
        watch: None,
    }
}

fn child(own: &str, showing: ShowingView) -> ChildView {
    ChildView {
        unit: id(own),
        group: "commune".into(),
        first: None,
        last: None,
        responses: 12,
        assisted: 0,
        figure: figure("f1_pooled", showing),
        place: None,
        newest: None,
        against: None,
        quality: None,
    }
}

/// The replies of a small province.
pub(crate) fn replies() -> Replies {
    let form = Form::parse(EXPRESS).unwrap();
    let part = |id: &ItemId, showing| PartView {
        id: id.clone(),
        factor: None,
        figure: figure("f1_pooled", showing),
    };
    let levels = Some([0, 1_000, 2_333, 3_333, 3_334]);
    let with_levels = ShowingView::Score {
        n: 36,
        index: 6_667,
        low: 5_033,
        high: 7_979,
        levels,
    };
    let children = |unit: &str, children| ChildrenPage {
        unit: id(unit),
        form: form.id(),
        form_code: "express6".into(),
        forms: vec!["express6".into()],
        from: "2026-01".into(),
        to: "2026-03".into(),
        children,
        groups: Vec::new(),
        now: Millis(1_795_402_800_000),
    };
    Replies {
        units: vec![
            unit("33", None, UnitKind::Province),
            unit("33.1", Some("33"), UnitKind::Commune),
            unit("33.1.q", Some("33.1"), UnitKind::Counter),
            unit("33.d", Some("33"), UnitKind::Department),
            unit("33.d.1", Some("33.d"), UnitKind::OneStop),
        ],
        page: UnitPage {
            unit: id("33"),
            form: form.id(),
            form_file: EXPRESS.into(),
            forms: vec!["express6".into()],
            from: "2026-01".into(),
            to: "2026-03".into(),
            months: vec!["2026-01".into(), "2026-03".into()],
            first: Some(day("2026-01-02")),
            last: Some(day("2026-03-20")),
            responses: 72,
            assisted: 4,
            predecessors: 0,
            with_predecessors: false,
            overall: vec![
                figure("f1_pooled", SCORE),
                figure("f1_factors", HIDDEN),
                figure("f2_mean5", INTERVAL),
            ],
            factors: vec![part(&form.factors()[0].id, SCORE)],
            items: vec![
                part(&form.items()[0].id, with_levels),
                part(&form.items()[1].id, HIDDEN),
            ],
            drivers: None,
            now: Millis(1_795_402_800_000),
        },
        trend: TrendPage {
            unit: id("33"),
            form: form.id(),
            form_code: "express6".into(),
            months: ["2025-12", "2026-01", "2026-03", "2026-04"]
                .map(month)
                .into(),
            now: Millis(1_795_402_800_000),
        },
        below: vec![
            children("33", vec![child("33.1", INTERVAL), child("33.d", SCORE)]),
            children("33.d", vec![child("33.d.1", OF_NOBODY)]),
            // A counter has no figures of its own, whatever a reply says.
            children("33.1", vec![child("33.1.q", HIDDEN)]),
        ],
    }
}

#[test]
fn um11_each_figure_of_the_replies_is_one_row_and_nothing_else_is() {
    let rows = rows(&replies());
    let of = |part| rows.iter().filter(|row| row.part == part).count();
    assert_eq!(
        [
            Part::Overall,
            Part::Factor,
            Part::Item,
            Part::Month,
            Part::Below
        ]
        .map(of),
        [3, 1, 2, 4, 3]
    );
    // Months outside of the period are another file's.
    let months = rows.iter().filter(|row| row.part == Part::Month);
    let months: Vec<_> = months.map(|row| row.months.0.as_str()).collect();
    assert_eq!(months, ["2026-01", "2026-01", "2026-03", "2026-03"]);
    assert_eq!(inner(&replies().units), [id("33"), id("33.d")]);
}

#[test]
fn um11_a_cell_is_what_the_screen_shows_and_what_is_hidden_is_empty_with_its_reason() {
    let replies = replies();
    let rows = rows(&replies);
    let text = csv(&replies, &rows);
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), rows.len() + 1);
    assert!(lines[0].starts_with("part,unit,parent,name_vi,"));
    let form_id = replies.page.form.to_string();
    let head = format!("'=Đơn vị 33,,express6,{form_id},2026-01,2026-03,,,");
    assert_eq!(
        &lines[1..4],
        [
            format!(
                "overall,33,,{head}f1_pooled,score,36,66.67,50.33,79.79,,,,,,72,4,2026-01-02/2026-03-20,"
            ),
            format!(
                "overall,33,,{head}f1_factors,hidden,,,,,,,,,,72,4,2026-01-02/2026-03-20,too-few"
            ),
            format!(
                "overall,33,,{head}f2_mean5,interval,12,,45.00,95.00,,,,,,72,4,2026-01-02/2026-03-20,"
            ),
        ]
    );
    assert!(lines[5].contains(",score,36,66.67,50.33,79.79,0.00,10.00,23.33,33.33,33.34,"));
    assert!(lines[11].starts_with("below,33.1,33,"), "{}", lines[11]);
}

#[test]
fn um11_the_same_replies_are_the_same_workbook() {
    let replies = replies();
    let rows = rows(&replies);
    let once = book::write(&replies, &rows).unwrap();
    assert_eq!(once, book::write(&replies, &rows).unwrap());
    assert!(once.starts_with(b"PK"));
    // To be opened by other programs, by hand.
    if let Ok(file) = std::env::var("REPORT_BOOK") {
        std::fs::write(file, once).unwrap();
    }
}
