//! `cargo xtask bench query`: how soon the server answers what a manager's overview and unit page ask, and how
//! soon a file of figures is there, by how many responses are stored. Never: a verdict.

use serde_json::json;

use super::told::{self, quantile};
use crate::{
    project::Project,
    sample::fill::{self, Asked},
    trouble::Trouble,
};

/// Stored responses, where nothing else is asked for: a small province's first month, its year, and five.
const SIZES: [usize; 3] = [10_000, 200_000, 1_000_000];
/// How often each question is asked.
const TIMES: usize = 40;
/// The form that everybody answers.
const FORM: &str = "form=sipas2022";

/// What belongs together, and the questions that it asks.
struct Page {
    name: &'static str,
    /// Which unit it is about: the province, or its centre.
    unit: &'static str,
    asks: &'static [&'static str],
    /// Whether somebody waits for all of it; of the files people take one.
    is_whole: bool,
}

/// The two pages, and the files that are taken from each.
const PAGES: [Page; 4] = [
    Page {
        name: "overview",
        unit: "33",
        asks: &["figures", "children", "coverage", "live", "devices"],
        is_whole: true,
    },
    Page {
        name: "overview's file",
        unit: "33",
        asks: &FILES,
        is_whole: false,
    },
    Page {
        name: "unit page",
        unit: "33.ttpvhcc",
        asks: &["figures", "trend", "coverage", "comments", "live"],
        is_whole: true,
    },
    Page {
        name: "unit page's file",
        unit: "33.ttpvhcc",
        asks: &FILES,
        is_whole: false,
    },
];

/// The files of figures that the server makes.
const FILES: [&str; 2] = ["figures.csv", "figures.xlsx"];

fn path(unit: &str, what: &str) -> String {
    match what {
        "devices" => "/v1/devices".to_owned(),
        "live" => format!("/v1/units/{unit}/live"),
        _ => format!("/v1/units/{unit}/{what}?{FORM}"),
    }
}

/// The table's head.
const COLUMNS: [&str; 7] = [
    "Page",
    "Question",
    "Responses",
    "median ms",
    "p95 ms",
    "Times the first",
    "Bytes",
];

/// One line of the table.
struct Row {
    page: &'static str,
    what: String,
    responses: usize,
    median_ms: f64,
    p95_ms: f64,
    bytes: usize,
}

/// Measures and tells.
///
/// # Errors
/// When the server does not start or refuses a step.
pub fn bench(project: &Project, sizes: &[usize], is_json: bool) -> Result<(), Trouble> {
    let sizes = if sizes.is_empty() { &SIZES } else { sizes };
    let mut rows = Vec::new();
    for size in sizes {
        let of_page = |page: &'static Page| {
            let asks = page.asks.iter();
            asks.map(|what| (page.name, *what, path(page.unit, what)))
        };
        let questions: Vec<(&str, &str, String)> = PAGES.iter().flat_map(of_page).collect();
        let paths: Vec<String> = questions.iter().map(|(_, _, path)| path.clone()).collect();
        let asked = fill::ask(project, *size, &paths, TIMES)?;
        rows.extend(rows_of(&questions, &asked));
    }
    let objects: Vec<_> = rows.iter().map(json_of).collect();
    told::tell(project, "query", is_json, (&objects, &table(&rows)))
}

fn rows_of(questions: &[(&'static str, &str, String)], asked: &[Asked]) -> Vec<Row> {
    let mut rows = Vec::new();
    for Page { name, is_whole, .. } in &PAGES {
        let own: Vec<(&str, &Asked)> = questions
            .iter()
            .zip(asked)
            .filter(|((of, ..), _)| of == name)
            .map(|((_, what, _), asked)| (*what, asked))
            .collect();
        let Some((_, first)) = own.first() else {
            continue;
        };
        let sums = (0..first.took_ms.len()).map(|at| {
            own.iter()
                .filter_map(|(_, asked)| asked.took_ms.get(at))
                .sum()
        });
        let whole = Asked {
            responses: first.responses,
            took_ms: sums.collect(),
            bytes: own.iter().map(|(_, asked)| asked.bytes).sum(),
        };
        let of = |what: &str, asked: &Asked| Row {
            page: name,
            what: what.to_owned(),
            responses: asked.responses,
            median_ms: quantile(&asked.took_ms, 50),
            p95_ms: quantile(&asked.took_ms, 95),
            bytes: asked.bytes,
        };
        rows.extend(own.iter().map(|(what, asked)| of(what, asked)));
        if *is_whole {
            rows.push(of("all of it, one after the other", &whole));
        }
    }
    rows
}

fn json_of(row: &Row) -> serde_json::Value {
    json!({
        "page": row.page,
        "what": row.what,
        "responses": row.responses,
        "median_ms": row.median_ms,
        "p95_ms": row.p95_ms,
        "bytes": row.bytes,
    })
}

/// With each row, how many times as long it took as with the fewest responses.
fn table(rows: &[Row]) -> String {
    let lines = rows.iter().map(|row| {
        let mut same = rows
            .iter()
            .filter(|first| first.page == row.page && first.what == row.what);
        let first = same.next().map_or(row.median_ms, |first| first.median_ms);
        let times = if first > 0.0 {
            row.median_ms / first
        } else {
            1.0
        };
        vec![
            row.page.to_owned(),
            row.what.clone(),
            row.responses.to_string(),
            format!("{:.1}", row.median_ms),
            format!("{:.1}", row.p95_ms),
            format!("{times:.2}"),
            row.bytes.to_string(),
        ]
    });
    told::table(&COLUMNS, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_its_path() {
        let form = "form=sipas2022";
        let file = path("33", "figures.xlsx");
        assert_eq!(file, format!("/v1/units/33/figures.xlsx?{form}"));
        assert_eq!(path("33", "live"), "/v1/units/33/live");
    }

    #[test]
    fn a_page_is_the_sum_of_its_questions() {
        let asked = |took_ms: &[f64]| Asked {
            responses: 10,
            took_ms: took_ms.to_vec(),
            bytes: 100,
        };
        let questions = [
            ("unit page", "figures", String::new()),
            ("unit page", "trend", String::new()),
            ("unit page's file", "figures.csv", String::new()),
        ];
        let times = [&[1.0, 3.0], &[2.0, 6.0], &[90.0, 95.0]];
        let mut rows = rows_of(&questions, &times.map(|times| asked(times)));
        assert_eq!(rows.len(), 4);
        let file = rows.pop().map(|row| (row.page, row.what));
        let expected = ("unit page's file", "figures.csv".to_owned());
        assert_eq!(file, Some(expected), "nobody waits for both files");
        assert_eq!((rows[2].bytes, rows[2].responses), (200, 10));
        let table = table(&rows);
        assert!(
            table.ends_with(
                "| unit page | all of it, one after the other | 10 | 3.0 | 9.0 | 1.00 | 200 |\n"
            ),
            "{table}"
        );
    }
}
