//! Golden values of signals over time: ST15, ST16.

use survey::stats::change::{Cusum, exact_limit};
use survey::stats::{Estimate, distribution};

use crate::rows::{check, list, number, rows, whole};

#[test]
fn st15_exact_limit() {
    for row in rows("exact_limit.json") {
        let usual = Estimate::of_people(whole(&row["usual"][0]), whole(&row["usual"][1])).unwrap();
        let limit = exact_limit(whole(&row["people"]), &usual);
        assert_eq!(limit, row["limit"].as_u64(), "{row}");
    }
}

#[test]
fn st15_why_there_is_no_three_sigma_chart() {
    for row in rows("three_sigma.json") {
        let (people, p, below) = (
            whole(&row["people"]),
            number(&row["p"]),
            whole(&row["below"]),
        );
        check(&row, "chance", distribution::binomial_cdf(below, people, p));
    }
}

#[test]
fn st16_cusum() {
    for row in rows("cusum.json") {
        let people = whole(&row["people"]);
        let mut cusum = Cusum::between(number(&row["usual"]), number(&row["raised"]));
        let mut door = cusum;
        let mut weeks = 0;
        for (low, level) in list(&row["low"]).iter().zip(list(&row["levels"])) {
            weeks += 1;
            let reached = cusum.add(whole(low), people);
            assert!(
                (reached - number(level)).abs() <= 1e-6,
                "week {weeks}: {reached}"
            );
            let (_, alarm) = door.week(whole(low), people);
            assert_eq!(alarm, weeks == whole(&row["alarm_in_week"]), "week {weeks}");
        }
        assert_eq!(
            cusum.add(0, 0).to_bits(),
            0,
            "after the alarm the sum starts at 0"
        );
    }
}

#[test]
fn st16_an_empty_week_changes_nothing() {
    let mut cusum = Cusum::between(0.08, 0.15);
    let level = cusum.add(5, 30);
    assert!(level > 0.0);
    assert_eq!(cusum.add(0, 0).to_bits(), level.to_bits());
}

#[test]
fn st16_a_rate_of_zero_or_one_has_a_floor() {
    for x in [0, 100] {
        let mut cusum = Cusum::against(&Estimate::of_people(x, 100).unwrap());
        let level = cusum.add(30, 30);
        assert!(level > 0.0 && level.is_finite(), "{x} of 100: {level}");
    }
}

#[test]
fn st16_watches_for_twice_the_odds() {
    // q₀ = .08, q₁ = .16/1.08: a low answer adds ln(1/.54).
    let cusum = Cusum::against(&Estimate::of_people(8, 100).unwrap());
    assert!((cusum.evidence(1, 1) - (1.0_f64 / 0.54).ln()).abs() < 1e-12);
}

#[test]
fn st16_mean_weeks_to_an_alarm() {
    for row in rows("run_length.json") {
        let weeks = mean_run(
            number(&row["alarm"]),
            Cusum::between(number(&row["usual"]), number(&row["raised"])),
            whole(&row["people"]),
            number(&row["true_rate"]),
        );
        let expected = number(&row["weeks"]);
        assert!(
            (weeks - expected).abs() < 0.01 * expected,
            "{weeks} weeks, not as in {row}"
        );
    }
}

/// Mean weeks to an alarm from a standing start: Brook & Evans 1972. The level is one of `GRID`
/// cells; run(i) = 1 + Σ P(i -> j)·run(j), solved by sweeping until nothing moves.
fn mean_run(alarm: f64, cusum: Cusum, people: u64, rate: f64) -> f64 {
    const GRID: u16 = 400;
    let width = alarm / f64::from(GRID);
    let steps: Vec<(f64, f64)> = (0..=people)
        .map(|low| {
            let up_to = |c| distribution::binomial_cdf(c, people, rate);
            let chance = up_to(low) - low.checked_sub(1).map_or(0.0, up_to);
            (chance, cusum.evidence(low, people))
        })
        .collect();
    let size = usize::from(GRID) + 1;
    let mut matrix = vec![vec![0.0; size + 1]; size];
    for from in 0..=GRID {
        let row = &mut matrix[usize::from(from)];
        row[size] = 1.0;
        row[usize::from(from)] += 1.0;
        for (chance, evidence) in &steps {
            let cell = ((f64::from(from) * width + evidence).max(0.0) / width).round();
            if let Some(to) = (0..=GRID).find(|&to| f64::from(to) >= cell) {
                row[usize::from(to)] -= chance;
            }
        }
    }
    solve(matrix)
}

/// The first unknown of a linear system, rows written [coefficients…, right side].
fn solve(mut rows: Vec<Vec<f64>>) -> f64 {
    let size = rows.len();
    for pivot in (0..size).rev() {
        let (above, from) = rows.split_at_mut(pivot);
        let last = &from[0];
        for row in above {
            let factor = row[pivot] / last[pivot];
            if factor != 0.0 {
                for column in (0..=pivot).chain([size]) {
                    row[column] -= factor * last[column];
                }
            }
        }
    }
    rows[0][size] / rows[0][0]
}
