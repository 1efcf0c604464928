//! Units as a file that people open in a spreadsheet: RFC 4180, with a byte order mark when written,
//! with or without one when read. Never: whether a unit may be so (`tree_change.rs`).

use crate::tree_change::{KINDS, Wanted, text};
use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use std::fmt::Display;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::device::Names;
use survey::wire::manager::Unit;
use survey::wire::units::{Column, Problem, RowError};

/// What makes Excel read UTF-8.
const MARK: char = '\u{feff}';

/// What begins a formula somewhere: in Excel, in `LibreOffice`, in a program that folds wide letters.
const FORMULA: &str = "=+-@\t\r\0＝＋－＠";
/// What ends a cell somewhere: where the decimal sign is a comma, as in Việt Nam, Excel takes semicolons
/// for what is between cells, and does not heed quotes that open in the middle of its own.
const BETWEEN: &str = ";\t\r\n";
/// What some programs do not see before a formula.
const BLANK: &str = " \u{a0}\u{200b}\u{feff}";

/// A text as a cell that no spreadsheet takes for a formula, nor for two cells of which the second is one
/// (rule S11): a `'` stands before what would begin it.
#[must_use]
pub fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && FORMULA.contains(c) {
            safe.push('\'');
        }
        begins = BETWEEN.contains(c) || (begins && BLANK.contains(c));
        safe.push(c);
    }
    safe
}

/// The text of a cell that [`cell`] wrote.
fn uncell(text: &str) -> String {
    let text = text.trim();
    let mut own = String::with_capacity(text.len());
    let mut begins = true;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_added = c == '\'' && rest.peek().is_some_and(|next| FORMULA.contains(*next));
        if begins && is_added {
            begins = false;
            continue;
        }
        begins = BETWEEN.contains(c) || (begins && BLANK.contains(c));
        own.push(c);
    }
    own
}

/// Rows of cells as a file.
#[must_use]
pub fn file<T: AsRef<str>>(head: &[&str], rows: impl IntoIterator<Item = Vec<T>>) -> String {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(MARK.to_string().into_bytes());
    // Writing to memory cannot fail.
    let _ = writer.write_record(head);
    for row in rows {
        let _ = writer.write_record(row.iter().map(|text| cell(text.as_ref())));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// The units as a file that [`read`] reads.
#[must_use]
pub fn write<'a>(units: impl IntoIterator<Item = &'a Unit>) -> String {
    let head: Vec<_> = Column::ALL.iter().map(|column| column.word()).collect();
    let row = |unit| {
        Column::ALL
            .iter()
            .map(|column| text(unit, *column))
            .collect()
    };
    file(&head, units.into_iter().map(row))
}

/// Reads a file. Columns stand in any order; `id`, `parent`, `kind`, `name_vi`, `valid_from` must be
/// there.
///
/// # Errors
/// Everything that is wrong, by row.
pub fn read(file: &str) -> Result<Vec<Wanted>, Vec<RowError>> {
    let file = file.strip_prefix(MARK).unwrap_or(file);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(file.as_bytes());
    let mut lines = reader.records();
    let whole = |row, problem| RowError {
        row,
        column: None,
        problem,
    };
    let head = match lines.next() {
        Some(Ok(head)) => columns(&head)?,
        _ => return Err(vec![whole(1, Problem::MissingColumn)]),
    };
    let (mut units, mut errors) = (Vec::new(), Vec::new());
    for (row, line) in (2_u32..).zip(lines) {
        match line {
            // A spreadsheet leaves empty rows at the end.
            Ok(line) if line.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(line) if line.len() == head.len() => match unit(&head, &line) {
                Ok(unit) => units.push((row, unit)),
                Err(found) => errors.extend(found.into_iter().map(|(column, problem)| RowError {
                    column: Some(column),
                    ..whole(row, problem)
                })),
            },
            _ => errors.push(whole(row, Problem::Cells)),
        }
    }
    if errors.is_empty() {
        Ok(units)
    } else {
        Err(errors)
    }
}

fn columns(head: &StringRecord) -> Result<Vec<Column>, Vec<RowError>> {
    let error = |column, problem| RowError {
        row: 1,
        column,
        problem,
    };
    let (mut columns, mut errors) = (Vec::new(), Vec::new());
    for name in head {
        let name = name.trim().to_ascii_lowercase();
        match Column::ALL.iter().find(|column| column.word() == name) {
            Some(column) if !columns.contains(column) => columns.push(*column),
            Some(column) => errors.push(error(Some(*column), Problem::UnknownColumn)),
            None => errors.push(error(None, Problem::UnknownColumn)),
        }
    }
    for needed in [
        Column::Id,
        Column::Parent,
        Column::Kind,
        Column::NameVi,
        Column::ValidFrom,
    ] {
        if !columns.contains(&needed) {
            errors.push(error(Some(needed), Problem::MissingColumn));
        }
    }
    if errors.is_empty() {
        Ok(columns)
    } else {
        Err(errors)
    }
}

type Wrong = (Column, Problem);

fn unit(head: &[Column], line: &StringRecord) -> Result<Unit, Vec<Wrong>> {
    let cells: Vec<String> = line.iter().map(uncell).collect();
    let of = |wanted: Column| {
        let mut pairs = head.iter().zip(&cells);
        let found = pairs.find(|(column, _)| **column == wanted);
        found.map_or("", |(_, cell)| cell.as_str())
    };
    let some = |wanted| Some(of(wanted)).filter(|text| !text.is_empty());
    let mut wrong = Vec::new();
    let id = UnitId::parse(of(Column::Id));
    let parent = some(Column::Parent).map(UnitId::parse).transpose();
    let kind = KINDS.iter().find(|(_, word)| *word == of(Column::Kind));
    let from = day(of(Column::ValidFrom));
    let to = some(Column::ValidTo)
        .map(|text| day(text).ok_or(()))
        .transpose();
    let names = of(Column::Successors).split([' ', ';', ',']);
    let names = names.filter(|name| !name.is_empty());
    let successors: Result<Vec<_>, _> = names.map(UnitId::parse).collect();
    let collects = match of(Column::Collects).to_lowercase().as_str() {
        "yes" | "1" | "true" | "có" => Some(true),
        "" | "no" | "0" | "false" | "không" => Some(false),
        _ => None,
    };
    let mut check = |is_wrong: bool, column, problem| {
        if is_wrong {
            wrong.push((column, problem));
        }
    };
    check(id.is_err(), Column::Id, Problem::BadId);
    check(parent.is_err(), Column::Parent, Problem::BadId);
    check(kind.is_none(), Column::Kind, Problem::BadKind);
    check(from.is_none(), Column::ValidFrom, Problem::BadDay);
    check(to.is_err(), Column::ValidTo, Problem::BadDay);
    check(successors.is_err(), Column::Successors, Problem::BadId);
    check(collects.is_none(), Column::Collects, Problem::BadFlag);
    match (id, parent, kind, from, to, successors, collects) {
        (
            Ok(id),
            Ok(parent),
            Some((kind, _)),
            Some(from),
            Ok(to),
            Ok(successors),
            Some(collects),
        ) => Ok(Unit {
            id,
            kind: *kind,
            name: Names {
                vi: of(Column::NameVi).to_owned(),
                en: of(Column::NameEn).to_owned(),
            },
            parent,
            gso: some(Column::Gso).map(str::to_owned),
            agency: some(Column::Agency).map(str::to_owned),
            valid_from: from,
            valid_to: to,
            successors,
            collects,
        }),
        _ => Err(wrong),
    }
}

/// A day as 2026-07-01, or as Vietnamese spreadsheets write it, 1/7/2026.
fn day(text: &str) -> Option<Day> {
    let (Some((day, rest)), false) = (text.split_once('/'), text.contains('-')) else {
        return Day::parse(text);
    };
    let (month, year) = rest.split_once('/')?;
    let two = |text: &str| -> Option<u8> { text.parse().ok() };
    Day::parse(&dashed(year, two(month)?, two(day)?))
}

fn dashed(year: impl Display, month: u8, day: u8) -> String {
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "id,parent,kind,name_vi,valid_from,collects\r\n\
        33,,province,Tỉnh Hưng Yên,2025-07-01,no\r\n\
        33.1,33,commune,\"Phường \"\"Phố, Hiến\"\"\",1/7/2025,có\r\n";

    fn errors(file: &str) -> Vec<(u32, Option<Column>, Problem)> {
        let errors = read(file).unwrap_err().into_iter();
        errors
            .map(|error| (error.row, error.column, error.problem))
            .collect()
    }

    #[test]
    fn ua1_a_file_is_read_with_and_without_a_mark() {
        let units = read(FILE).unwrap();
        assert_eq!(read(&format!("{MARK}{FILE}")).unwrap(), units);
        assert_eq!(read(&FILE.replace("\r\n", "\n")).unwrap(), units);
        let (row, unit) = &units[1];
        assert_eq!((*row, unit.name.vi.as_str()), (3, "Phường \"Phố, Hiến\""));
        assert_eq!(unit.valid_from, units[0].1.valid_from);
        assert!(unit.collects && !units[0].1.collects);
    }

    #[test]
    fn ua1_what_was_written_reads_the_same() {
        let mut units: Vec<Unit> = read(FILE)
            .unwrap()
            .into_iter()
            .map(|(_, unit)| unit)
            .collect();
        units[1].name.en = "=HYPERLINK(\"http://x\")".into();
        units[1].agency = Some("H31.12".into());
        units[1].valid_to = Day::parse("2026-12-31");
        units[1].successors = vec![UnitId::parse("33").unwrap()];
        let file = write(&units);
        assert!(
            file.starts_with(MARK) && file.contains("'=HYPERLINK"),
            "{file}"
        );
        let again: Vec<Unit> = read(&file)
            .unwrap()
            .into_iter()
            .map(|(_, unit)| unit)
            .collect();
        assert_eq!(again, units);
    }

    #[test]
    fn s11_no_cell_is_a_formula() {
        for text in [
            "=1", "+1", "-1", "@x", "\t=1", "＝1", "＋1", "－1", "＠x", "\r=1", "\0=1",
        ] {
            assert!(cell(text).starts_with('\''), "{text}");
            assert_eq!(uncell(&cell(text)).trim(), text.trim());
        }
        for text in ["Phường 1", "ông 'Ba'", "a-b; c=d", "1;2", "'", "x '=1"] {
            assert_eq!(cell(text), text);
            assert_eq!(uncell(text), text);
        }
        // Where semicolons are between cells, one cell is two, and the second no formula either.
        for (text, expected) in [
            ("Xã A;=HYPERLINK(1)", "Xã A;'=HYPERLINK(1)"),
            ("Xã A; =1", "Xã A; '=1"),
            ("a\n@b\t+c", "a\n'@b\t'+c"),
            (" -1", " '-1"),
            (";;＝1;", ";;'＝1;"),
        ] {
            assert_eq!(cell(text), expected);
            assert_eq!(uncell(&cell(text)), text.trim());
        }
    }

    #[test]
    fn s11_no_cell_of_a_file_is_a_formula_under_any_list_separator() {
        let evil = [
            "=cmd|'/c calc'!A1",
            "a;=1",
            "\"=1\"",
            "x\";=1;\"",
            "a,b;-2+3",
            "\u{feff}=1",
            "a\r\n=1",
        ];
        let text = file(&["a", "b"], evil.iter().map(|text| vec![*text, "ok"]));
        for separator in [',', ';', '\t'] {
            // As naively as a spreadsheet might: quotes are no protection.
            let cells = text
                .split(['\r', '\n'])
                .flat_map(|line| line.split(separator));
            for found in cells {
                let bare = found
                    .strip_prefix('"')
                    .unwrap_or(found)
                    .trim_start_matches([' ', '\u{feff}']);
                assert!(
                    !bare.starts_with(['=', '+', '-', '@', '＝']),
                    "{found:?} in {text:?}"
                );
            }
        }
    }

    #[test]
    fn ua1_each_row_says_what_is_wrong_with_it() {
        let bad = "id,parent,kind,name_vi,valid_from\n\
            A B,33,village,Xã,32/1/2025\n\
            33.2,33,commune\n\
            ,,,,\n";
        assert_eq!(
            errors(bad),
            [
                (2, Some(Column::Id), Problem::BadId),
                (2, Some(Column::Kind), Problem::BadKind),
                (2, Some(Column::ValidFrom), Problem::BadDay),
                (3, None, Problem::Cells),
            ]
        );
        assert_eq!(
            errors("id,parent,kind,name,valid_from\n"),
            [
                (1, None, Problem::UnknownColumn),
                (1, Some(Column::NameVi), Problem::MissingColumn),
            ]
        );
        assert_eq!(errors(""), [(1, None, Problem::MissingColumn)]);
    }
}
