//! How a measurement is told: as a table, on the page of benchmarks too, or as one JSON object a line.
//! Never: a number of its own.

use serde_json::Value;

use crate::{project::Project, proofs, trouble::Trouble};

/// A table of these columns and lines, a line being its cells.
#[must_use]
pub fn table(columns: &[&str], lines: impl IntoIterator<Item = Vec<String>>) -> String {
    let head = format!(
        "| {} |\n|{}\n",
        columns.join(" | "),
        "---|".repeat(columns.len())
    );
    let lines = lines.into_iter().map(|cells| line(&cells) + "\n");
    std::iter::once(head).chain(lines).collect()
}

/// One line of a table.
#[must_use]
pub fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Prints the table and writes it into its section of docs/BENCHMARKS.md; or prints the objects, and leaves
/// the page as it is.
///
/// # Errors
/// When the page cannot be written.
pub fn tell(
    project: &Project,
    name: &str,
    is_json: bool,
    (objects, table): (&[Value], &str),
) -> Result<(), Trouble> {
    if is_json {
        for object in objects {
            println!("{object}");
        }
        return Ok(());
    }
    print!("{table}");
    proofs::write_benchmark(project, name, table)
}

/// The smallest of the times that so many of a hundred do not exceed.
#[must_use]
pub fn quantile(times: &[f64], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_become_a_table() {
        let line = vec!["1".to_owned(), "2.5".to_owned()];
        let table = table(&["Units", "s"], [line]);
        assert_eq!(table, "| Units | s |\n|---|---|\n| 1 | 2.5 |\n");
    }

    #[test]
    fn a_quantile_is_a_time_that_was_seen() {
        let times: Vec<f64> = (1..=40).map(f64::from).collect();
        assert!((quantile(&times, 50) - 20.0).abs() < 1e-9);
        assert!((quantile(&times, 95) - 38.0).abs() < 1e-9);
        assert!(quantile(&[], 95).abs() < 1e-9);
    }
}
