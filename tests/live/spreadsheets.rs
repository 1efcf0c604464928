//! The workbook of figures in a spreadsheet program of others: it is opened, saved again, and compared cell by
//! cell. `cargo xtask long --only office` names the program; no
//! other build has this test.

use std::env;
use std::io::Cursor;
use std::process::Command;

use calamine::{Data, Ods, Reader, Xlsx};

use crate::exports::{file, province};

/// Cells as text, numbers as a spreadsheet keeps them: fifteen digits.
fn cells<R: Reader<Cursor<Vec<u8>>>>(book: &mut R) -> Vec<(String, u32, u32, String)> {
    let mut all = Vec::new();
    for name in book.sheet_names() {
        let Ok(sheet) = book.worksheet_range(&name) else {
            panic!("the sheet {name} does not open");
        };
        let (row, column) = sheet.start().unwrap_or_default();
        for (down, across, cell) in sheet.used_cells() {
            let text = match cell {
                Data::Empty => continue,
                Data::Float(number) => format!("{number:.9}"),
                Data::Int(number) => format!("{number}.000000000"),
                cell => cell.to_string().replace("\r\n", "\n"),
            };
            let at = |from: u32, more: usize| from + u32::try_from(more).expect("a small sheet");
            all.push((name.clone(), at(row, down), at(column, across), text));
        }
    }
    all
}

#[test]
fn um11_a_spreadsheet_program_of_others_reads_every_cell() {
    let office = env::var("OFFICE").expect("OFFICE names the program");
    let (world, _operator, manager) = province();
    let bytes = file(&world, &manager, "xlsx").bytes;
    let folder = env::temp_dir().join(format!("hai-long-office-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("figures.xlsx");
    std::fs::write(&path, &bytes).expect("a file");
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.join("profile").display()
    );
    let output = Command::new(&office)
        .args(["--headless", "--convert-to", "ods", "--outdir"])
        .arg(&folder)
        .args([profile.as_str()])
        .arg(&path)
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    let saved = std::fs::read(folder.join("figures.ods")).expect("what it saved");
    let version = Command::new(&office).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    std::fs::remove_dir_all(&folder).expect("the folder goes");
    let mut ours: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let mut theirs: Ods<_> = Ods::new(Cursor::new(saved)).expect("a workbook");
    let sheets = ours.sheet_names();
    assert_eq!(theirs.sheet_names(), sheets);
    let (ours, theirs) = (cells(&mut ours), cells(&mut theirs));
    for (own, other) in ours.iter().zip(&theirs) {
        assert_eq!(own, other);
    }
    assert_eq!(ours.len(), theirs.len());
    let numbers = ours.iter().filter(|cell| cell.3.parse::<f64>().is_ok());
    println!(
        "office: {} sheets, {} cells, {} of them numbers, are the same after {} opened and saved them",
        sheets.len(),
        ours.len(),
        numbers.count(),
        version.unwrap_or(office),
    );
}
