//! Writes the last result of each long proof into docs/PROOFS.md. Never: a result that was not seen.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use survey::day::{Day, Millis};

use crate::{files, project::Project, tool::Tool, trouble::Trouble};

/// Writes one proof's line, in place of its last one.
///
/// # Errors
/// When docs/PROOFS.md cannot be read or written, or git does not tell the commit.
pub fn write(project: &Project, proof: &str, result: &str) -> Result<(), Trouble> {
    let row = format!(
        "| {proof} | {} | {} | {} | {result} |",
        today(),
        commit(project)?,
        machine()
    );
    change(project, |text| with_row(text, proof, &row))
}

/// Writes a table of its own, `knock-outs` or `mutants`, in place of the last one.
///
/// # Errors
/// As [`write()`].
pub fn write_table(project: &Project, name: &str, table: &str) -> Result<(), Trouble> {
    let seen = format!("{}, commit {}:", today(), commit(project)?);
    let (from, to) = marks(name);
    change(project, |text| {
        between(text, [&from, &to], &format!("{seen}\n\n{}", table.trim()))
    })
}

/// The lines between which a table stands.
fn marks(name: &str) -> (String, String) {
    (
        format!("<!-- {name} -->"),
        format!("<!-- end of {name} -->"),
    )
}

/// Writes a section of docs/BENCHMARKS.md, in place of the last one: when, at which commit, on what.
///
/// # Errors
/// As [`write()`], for that page.
pub fn write_benchmark(project: &Project, name: &str, text: &str) -> Result<(), Trouble> {
    let (from, to) = marks(name);
    let seen = seen(project)?;
    change_page(project, "docs/BENCHMARKS.md", |page| {
        between(page, [&from, &to], &format!("{seen}\n\n{}", text.trim()))
    })
}

fn change(project: &Project, change: impl FnOnce(&str) -> Option<String>) -> Result<(), Trouble> {
    change_page(project, "docs/PROOFS.md", change)
}

fn change_page(
    project: &Project,
    page: &str,
    change: impl FnOnce(&str) -> Option<String>,
) -> Result<(), Trouble> {
    let path: PathBuf = project.root.join(page);
    let text = files::read_text(&path)?;
    let changed = change(&text).ok_or_else(|| {
        Trouble::new(
            format!("{page} has lost the place of this result"),
            format!("Put it back (`git log {page}`)"),
        )
    })?;
    files::write(&path, changed)
}

/// The text with this proof's row replaced, or added at the end of the first table.
fn with_row(text: &str, proof: &str, row: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let own = format!("| {proof} |");
    if let Some(at) = lines.iter().position(|line| line.starts_with(&own)) {
        lines[at] = row;
    } else {
        let rule = lines.iter().position(|line| line.starts_with("|---"))?;
        let rows = lines[rule..]
            .iter()
            .take_while(|line| line.starts_with('|'))
            .count();
        lines.insert(rule + rows, row);
    }
    Some(lines.join("\n") + "\n")
}

/// When, on which commit and on what machine something was seen.
///
/// # Errors
/// When git does not tell the commit.
pub fn seen(project: &Project) -> Result<String, Trouble> {
    Ok(format!(
        "{}, commit {}, {}:",
        today(),
        commit(project)?,
        machine()
    ))
}

/// The text with what stands between two marks replaced; `None` when they are not there.
#[must_use]
pub fn between(text: &str, [from, to]: [&str; 2], new: &str) -> Option<String> {
    let (before, rest) = text.split_once(from)?;
    let (_, after) = rest.split_once(to)?;
    Some(format!("{before}{from}\n{new}\n{to}{after}"))
}

/// The civil day in Việt Nam.
fn today() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0));
    Day::of(Millis(ms)).map_or_else(String::new, |day| day.to_string())
}

/// The commit that was tried; a plus sign tells that files were changed since.
fn commit(project: &Project) -> Result<String, Trouble> {
    let git = |words: &[&str]| Tool::new("git", &project.root).args(words).output();
    let commit = git(&["rev-parse", "--short=10", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--", ".", ":!docs"])?;
    let plus = if changed.trim().is_empty() { "" } else { "+" };
    Ok(format!("{}{plus}", commit.trim()))
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    format!("{cores} cores, {os} {arch}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Proofs\n\n| Proof | Day |\n|---|---|\n| chaos | old |\n\nMore.\n";

    #[test]
    fn a_row_takes_the_place_of_the_last_one_or_ends_the_table() {
        let replaced = with_row(TEXT, "chaos", "| chaos | new |").expect("a table");
        assert_eq!(replaced, TEXT.replace("old", "new"));
        let added = with_row(TEXT, "drain", "| drain | new |").expect("a table");
        assert_eq!(added, TEXT.replace("old |\n", "old |\n| drain | new |\n"));
        assert_eq!(with_row("no table", "chaos", "| chaos |"), None);
    }

    #[test]
    fn a_table_stands_between_its_marks() {
        let text = "a\n<!-- knock-outs -->\nold\n<!-- end of knock-outs -->\nb\n";
        let (from, to) = marks("knock-outs");
        assert_eq!(
            between(text, [&from, &to], "new").as_deref(),
            Some("a\n<!-- knock-outs -->\nnew\n<!-- end of knock-outs -->\nb\n")
        );
    }
}
