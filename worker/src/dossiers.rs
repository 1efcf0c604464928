//! Counts of dossiers as a file that people open in a spreadsheet: columns `unit`, `month`, `dossiers`
//! in any order. Never: whether a count may be so (the Directory says).

use csv::ReaderBuilder;
use survey::id::UnitId;
use survey::wire::dossiers::{DossierCount, DossierError, DossierProblem};

const COLUMNS: [&str; 3] = ["unit", "month", "dossiers"];

/// Reads a file: each count with the number of its row.
///
/// # Errors
/// Everything that does not read, by row.
pub fn read(file: &str) -> Result<Vec<(u32, DossierCount)>, Vec<DossierError>> {
    let file = file.strip_prefix('\u{feff}').unwrap_or(file);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file.as_bytes());
    let mut lines = reader.records();
    let head = lines.next().and_then(Result::ok).unwrap_or_default();
    let place = |column: &str| {
        let mut names = head.iter().map(|name| name.trim().to_ascii_lowercase());
        names.position(|name| name == column)
    };
    let [Some(unit), Some(month), Some(dossiers)] = COLUMNS.map(place) else {
        let problem = DossierProblem::Columns;
        return Err(vec![DossierError { row: 1, problem }]);
    };
    let (mut counts, mut errors) = (Vec::new(), Vec::new());
    for (row, line) in (2_u32..).zip(lines) {
        let line = line.unwrap_or_default();
        // A spreadsheet leaves empty rows at the end.
        if line.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |at: usize| line.get(at).unwrap_or_default().trim();
        let found = match (UnitId::parse(cell(unit)), cell(dossiers).parse()) {
            _ if line.len() != head.len() => Err(DossierProblem::Cells),
            (Err(_), _) => Err(DossierProblem::NoUnit),
            (_, Err(_)) => Err(DossierProblem::BadNumber),
            (Ok(unit), Ok(dossiers)) => Ok(DossierCount {
                unit,
                month: month_of(cell(month)),
                dossiers,
            }),
        };
        match found {
            Ok(count) => counts.push((row, count)),
            Err(problem) => errors.push(DossierError { row, problem }),
        }
    }
    if errors.is_empty() {
        Ok(counts)
    } else {
        Err(errors)
    }
}

/// A month as 2026-07, or as Vietnamese spreadsheets write it, 7/2026.
fn month_of(text: &str) -> String {
    match text.split_once('/') {
        Some((month, year)) => format!("{year}-{month:0>2}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d5_a_file_of_dossiers_reads_in_any_order_of_columns() {
        let file = "\u{feff}month,dossiers,unit\r\n2026-07,120,33.1\r\n8/2026,90,33.1\r\n,,\r\n";
        let counts = read(file).unwrap();
        let read_as: Vec<_> = counts
            .iter()
            .map(|(row, count)| (*row, count.month.as_str(), count.dossiers))
            .collect();
        assert_eq!(read_as, [(2, "2026-07", 120), (3, "2026-08", 90)]);
    }

    #[test]
    fn d5_each_row_says_what_is_wrong_with_it() {
        let file = "unit,month,dossiers\n33.1,2026-07,many\nA B,2026-07,3\n33.1,2026-07\n";
        let problems: Vec<_> = read(file)
            .unwrap_err()
            .into_iter()
            .map(|error| (error.row, error.problem))
            .collect();
        assert_eq!(
            problems,
            [
                (2, DossierProblem::BadNumber),
                (3, DossierProblem::NoUnit),
                (4, DossierProblem::Cells),
            ]
        );
        let no_head = read("33.1,2026-07,3\n").unwrap_err();
        assert_eq!(no_head[0].problem, DossierProblem::Columns);
    }
}
