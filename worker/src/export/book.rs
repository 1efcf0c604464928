//! The rows as a workbook (XLSX) that an official opens, prints and signs: a sheet each for what is shown,
//! what is withheld and why, and the method. Never: a formula; every text is a string, every number a number.

use super::words::{Both, METHOD, NOT_SIPAS, SHEETS, formula, shown};
use super::{Part, Replies, Row, Shown};
use crate::refused::Refused;
use crate::sheet::cell;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use survey::day::Day;
use survey::form::Form;

/// Paper A4 in the format's list of papers.
const A4: u8 = 9;

/// Points of a line of text.
const LINE: f64 = 15.0;

/// A column: its two headings and its width in characters.
#[derive(Clone, Copy)]
struct Column(&'static str, &'static str, u16);

/// One cell.
enum Cell {
    Text(String),
    /// Hundredths of a percentage point, where shown.
    Share(Option<u16>),
    Count(Option<u64>),
}

impl Cell {
    fn of(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn both(both: &Both) -> Self {
        Self::Text(format!("{}\n{}", both.0, both.1))
    }
}

/// The formats of a book.
struct Looks {
    title: Format,
    head: Format,
    text: Format,
    share: Format,
    count: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let boxed = || {
            let format = Format::new().set_border(FormatBorder::Thin);
            format.set_align(FormatAlign::Top)
        };
        Self {
            title: Format::new().set_bold().set_font_size(14),
            head: boxed()
                .set_bold()
                .set_text_wrap()
                .set_background_color("#E8EEF4"),
            text: boxed().set_text_wrap(),
            share: boxed().set_num_format("0.00"),
            count: boxed().set_num_format("#,##0"),
            note: Format::new().set_italic(),
        }
    }
}

/// Writes the workbook: the same bytes for the same replies.
///
/// # Errors
/// Broken when the format cannot hold it.
pub fn write(replies: &Replies, rows: &[Row]) -> Result<Vec<u8>, Refused> {
    book(replies, rows).map_err(|error| Refused::broken(&format!("no workbook: {error}")))
}

fn book(replies: &Replies, rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(replies.page.now.0.div_euclid(1_000))?;
    // Whoever made the file is in the audit log, and not in it.
    let properties = DocProperties::new()
        .set_title("Hài Lòng")
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    let looks = Looks::new();
    let of = |parts: &'static [Part]| rows.iter().filter(move |row| parts.contains(&row.part));
    summary(book.add_worksheet(), &looks, replies, rows)?;
    parts(
        book.add_worksheet(),
        &looks,
        of(&[Part::Factor, Part::Item]),
    )?;
    months(book.add_worksheet(), &looks, of(&[Part::Month]))?;
    units(book.add_worksheet(), &looks, of(&[Part::Below]))?;
    withheld(book.add_worksheet(), &looks, rows)?;
    method(book.add_worksheet(), &looks)?;
    book.save_to_buffer()
}

/// The end of every table: which numbers stand in it.
const FIGURE: [Column; 6] = [
    Column("Công thức", "Formula", 30),
    Column("Số phiếu (n)", "Responses (n)", 12),
    Column("Chỉ số (%)", "Index (%)", 10),
    Column("Cận dưới 95% (%)", "95% low (%)", 11),
    Column("Cận trên 95% (%)", "95% high (%)", 11),
    Column("Công bố", "Shown", 34),
];

fn figure(row: &Row) -> Vec<Cell> {
    let told = Shown::of(&row.figure);
    vec![
        Cell::both(&formula(&row.figure.formula)),
        Cell::Count(told.n),
        Cell::Share(told.index),
        Cell::Share(told.low),
        Cell::Share(told.high),
        Cell::both(&shown(told.show, told.why)),
    ]
}

fn summary(
    sheet: &mut Worksheet,
    looks: &Looks,
    replies: &Replies,
    rows: &[Row],
) -> Result<(), XlsxError> {
    let page = &replies.page;
    let form = Form::parse(&page.form_file).ok();
    let name = rows.first().map(|row| &row.name);
    let text = |text: Option<String>| Cell::Text(text.unwrap_or_default());
    let facts = [
        (
            Both("Đơn vị", "Unit"),
            text(name.map(|name| name.vi.clone())),
        ),
        (
            Both("Tên tiếng Anh", "English name"),
            text(name.map(|name| name.en.clone())),
        ),
        (Both("Mã đơn vị", "Unit code"), Cell::of(page.unit.as_str())),
        (
            Both("Phiếu khảo sát", "Form"),
            text(form.map(|form| form.code().to_owned())),
        ),
        (
            Both("Mã băm của phiếu", "Form hash"),
            Cell::of(page.form.to_string()),
        ),
        (Both("Từ tháng", "From"), Cell::of(page.from.clone())),
        (Both("Đến tháng", "To"), Cell::of(page.to.clone())),
        (
            Both("Dữ liệu từ ngày", "Data from"),
            text(page.first.map(|day| day.to_string())),
        ),
        (
            Both("Dữ liệu đến ngày", "Data up to"),
            text(page.last.map(|day| day.to_string())),
        ),
        (
            Both("Phiếu trong số liệu", "Responses"),
            Cell::Count(Some(page.responses)),
        ),
        (
            Both("Trong đó có người hỗ trợ", "Of these assisted"),
            Cell::Count(Some(page.assisted)),
        ),
        (
            Both("Gồm cả đơn vị đã nhập vào", "With units merged into it"),
            Cell::both(&if page.with_predecessors {
                Both("Có", "Yes")
            } else {
                Both("Không", "No")
            }),
        ),
        (
            Both("Tải ngày", "Taken on"),
            text(Day::of(page.now).map(|day| day.to_string())),
        ),
        (
            Both("Số dòng số liệu", "Rows of figures"),
            Cell::Count(count(rows.len())),
        ),
    ];
    // The facts stand in the first two columns, which are wide for them.
    let mut columns = FIGURE;
    for (column, width) in columns.iter_mut().zip([36, 34]) {
        column.2 = width;
    }
    let first = begin(sheet, looks, SHEETS[0], &columns, facts)?;
    table(sheet, looks, first, &columns, overall(rows))
}

fn overall(rows: &[Row]) -> impl Iterator<Item = Vec<Cell>> {
    rows.iter()
        .filter(|row| row.part == Part::Overall)
        .map(figure)
}

fn parts<'a>(
    sheet: &mut Worksheet,
    looks: &Looks,
    rows: impl Iterator<Item = &'a Row>,
) -> Result<(), XlsxError> {
    let own = [
        Column("Loại", "Kind", 12),
        Column("Mã", "Id", 10),
        Column("Nội dung trong phiếu", "Official wording", 50),
    ];
    let levels = [
        Column("Mức 1 (%)", "Level 1 (%)", 9),
        Column("Mức 2 (%)", "Level 2 (%)", 9),
        Column("Mức 3 (%)", "Level 3 (%)", 9),
        Column("Mức 4 (%)", "Level 4 (%)", 9),
        Column("Mức 5 (%)", "Level 5 (%)", 9),
    ];
    let columns: Vec<Column> = own.into_iter().chain(FIGURE).chain(levels).collect();
    let cells = rows.map(|row| {
        let kind = match row.part {
            Part::Factor => Both("Nhân tố", "Factor"),
            _ => Both("Tiêu chí", "Criterion"),
        };
        let own = [
            Cell::both(&kind),
            Cell::of(row.id.clone()),
            Cell::of(row.wording.clone()),
        ];
        let levels = Shown::of(&row.figure).levels;
        let level = move |at: usize| levels.and_then(|levels| levels.get(at).copied());
        let levels = (0..5).map(move |at| Cell::Share(level(at)));
        own.into_iter().chain(figure(row)).chain(levels).collect()
    });
    let first = begin(sheet, looks, SHEETS[1], &columns, [])?;
    table(sheet, looks, first, &columns, cells)
}

/// What stands beside the figures of a month and of a unit.
const SUM: [Column; 4] = [
    Column("Phiếu", "Responses", 10),
    Column("Có người hỗ trợ", "Assisted", 10),
    Column("Từ ngày", "First day", 12),
    Column("Đến ngày", "Last day", 12),
];

fn sum(row: &Row) -> [Cell; 4] {
    let day = |day: Option<Day>| Cell::of(day.map(|day| day.to_string()).unwrap_or_default());
    [
        Cell::Count(row.responses.map(|(all, _)| all)),
        Cell::Count(row.responses.map(|(_, assisted)| assisted)),
        day(row.span.map(|(first, _)| first)),
        day(row.span.map(|(_, last)| last)),
    ]
}

fn months<'a>(
    sheet: &mut Worksheet,
    looks: &Looks,
    rows: impl Iterator<Item = &'a Row>,
) -> Result<(), XlsxError> {
    let own = [Column("Tháng", "Month", 10)];
    let columns: Vec<Column> = own.into_iter().chain(SUM).chain(FIGURE).collect();
    let cells = rows.map(|row| {
        let own = [Cell::of(row.months.0.clone())];
        own.into_iter().chain(sum(row)).chain(figure(row)).collect()
    });
    let first = begin(sheet, looks, SHEETS[2], &columns, [])?;
    table(sheet, looks, first, &columns, cells)
}

fn units<'a>(
    sheet: &mut Worksheet,
    looks: &Looks,
    rows: impl Iterator<Item = &'a Row>,
) -> Result<(), XlsxError> {
    let own = [
        Column("Mã đơn vị", "Unit code", 12),
        Column("Đơn vị", "Unit", 32),
        Column("Tên tiếng Anh", "English name", 32),
        Column("Thuộc", "Below", 12),
    ];
    let columns: Vec<Column> = own.into_iter().chain(SUM).chain(FIGURE).collect();
    let cells = rows.map(|row| {
        let parent = row.parent.as_ref().map(ToString::to_string);
        let own = [
            Cell::of(row.unit.as_str()),
            Cell::of(row.name.vi.clone()),
            Cell::of(row.name.en.clone()),
            Cell::of(parent.unwrap_or_default()),
        ];
        own.into_iter().chain(sum(row)).chain(figure(row)).collect()
    });
    let first = begin(sheet, looks, SHEETS[3], &columns, [])?;
    table(sheet, looks, first, &columns, cells)
}

fn withheld(sheet: &mut Worksheet, looks: &Looks, rows: &[Row]) -> Result<(), XlsxError> {
    let columns = [
        Column("Điều không công bố", "What is not shown", 50),
        Column("Đơn vị", "Unit", 32),
        Column("Kỳ", "Period", 18),
        Column("Công thức", "Formula", 30),
        Column("Vì sao", "Why", 50),
    ];
    // Where a score is missing, too: an interval is less than a figure.
    let hidden = rows
        .iter()
        .filter(|row| Shown::of(&row.figure).show != "score");
    let cells = hidden.map(|row| {
        let told = Shown::of(&row.figure);
        let what = match row.part {
            Part::Overall => Cell::both(&Both("Chỉ số chung", "The index of everything")),
            Part::Factor | Part::Item => Cell::of(row.wording.clone()),
            Part::Month => Cell::both(&Both("Chỉ số của tháng", "The month's index")),
            Part::Below => Cell::both(&Both("Chỉ số của đơn vị", "The unit's index")),
        };
        let (from, to) = &row.months;
        let period = if from == to {
            from.clone()
        } else {
            format!("{from} – {to}")
        };
        vec![
            what,
            Cell::of(row.name.vi.clone()),
            Cell::Text(period),
            Cell::both(&formula(&row.figure.formula)),
            Cell::both(&shown(told.show, told.why)),
        ]
    });
    let first = begin(sheet, looks, SHEETS[4], &columns, [])?;
    table(sheet, looks, first, &columns, cells)
}

fn method(sheet: &mut Worksheet, looks: &Looks) -> Result<(), XlsxError> {
    let columns = [
        Column("Phương pháp và giới hạn", "Tiếng Việt", 70),
        Column("Method and limits", "English", 70),
    ];
    let cells = METHOD
        .iter()
        .map(|both| vec![Cell::of(both.0), Cell::of(both.1)]);
    let first = begin(sheet, looks, SHEETS[5], &columns, [])?;
    table(sheet, looks, first, &columns, cells)
}

/// Title, note and facts of a sheet; says in which row its table begins.
fn begin<const N: usize>(
    sheet: &mut Worksheet,
    looks: &Looks,
    name: &str,
    columns: &[Column],
    facts: [(Both, Cell); N],
) -> Result<u32, XlsxError> {
    sheet.set_name(name)?;
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0);
    sheet.set_footer("&L&A&R&P / &N");
    for (at, column) in (0..).zip(columns) {
        sheet.set_column_width(at, column.2)?;
    }
    sheet.write_string_with_format(0, 0, name, &looks.title)?;
    let note = format!("{} {}", NOT_SIPAS.0, NOT_SIPAS.1);
    sheet.write_string_with_format(1, 0, note, &looks.note)?;
    let mut row = 3;
    for (name, value) in facts {
        let cells = [Cell::Text(format!("{} · {}", name.0, name.1)), value];
        line(sheet, looks, row, columns, cells)?;
        row += 1;
    }
    if N == 0 {
        sheet.set_freeze_panes(row + 1, 0)?;
        return Ok(row);
    }
    Ok(row + 1)
}

/// Headings and rows.
fn table(
    sheet: &mut Worksheet,
    looks: &Looks,
    first: u32,
    columns: &[Column],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<(), XlsxError> {
    let mut lines = 1;
    for (at, column) in (0..).zip(columns) {
        let head = format!("{}\n{}", column.0, column.1);
        lines = lines.max(lines_of(&head, column.2));
        sheet.write_string_with_format(first, at, head, &looks.head)?;
    }
    sheet.set_row_height(first, LINE * f64::from(lines))?;
    sheet.set_repeat_rows(first, first)?;
    for (row, cells) in (first + 1..).zip(rows) {
        line(sheet, looks, row, columns, cells)?;
    }
    Ok(())
}

/// One row, high enough for its longest text: `LibreOffice` and a printer do not find that out themselves.
fn line(
    sheet: &mut Worksheet,
    looks: &Looks,
    row: u32,
    columns: &[Column],
    cells: impl IntoIterator<Item = Cell>,
) -> Result<(), XlsxError> {
    let mut lines = 1;
    for ((at, column), value) in (0..).zip(columns).zip(cells) {
        if let Cell::Text(text) = &value {
            lines = lines.max(lines_of(text, column.2));
        }
        put(sheet, looks, (row, at), value)?;
    }
    sheet.set_row_height(row, LINE * f64::from(lines))?;
    Ok(())
}

/// Lines of a text in a column so many characters wide; a word at a line's end takes some room with it.
fn lines_of(text: &str, width: u16) -> u32 {
    let width = usize::from(width.saturating_sub(2)).max(1);
    let lines = text
        .lines()
        .map(|line| line.chars().count().div_ceil(width).max(1));
    u32::try_from(lines.sum::<usize>()).unwrap_or(1)
}

/// What is not shown stays an empty cell: never a 0.
fn put(
    sheet: &mut Worksheet,
    looks: &Looks,
    (row, column): (u32, u16),
    value: Cell,
) -> Result<(), XlsxError> {
    match value {
        // As in a file of lines: who saves it as one makes no formula of it (rule S11).
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, cell(&text), &looks.text)?
        }
        Cell::Share(Some(share)) => {
            let percent = f64::from(share) / 100.0;
            sheet.write_number_with_format(row, column, percent, &looks.share)?
        }
        Cell::Count(Some(count)) => {
            let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            sheet.write_number_with_format(row, column, count, &looks.count)?
        }
        Cell::Share(None) | Cell::Count(None) => sheet.write_blank(row, column, &looks.text)?,
    };
    Ok(())
}

fn count(n: usize) -> Option<u64> {
    u64::try_from(n).ok()
}
