//! Golden values of the distributions behind the intervals.

use survey::stats::distribution::{beta_cdf, beta_quantile, binomial_cdf, normal_quantile};
use survey::stats::quality::dispersion_score;

use crate::rows::{check, number, rows, whole};

#[test]
fn st11_to_st22_distributions() {
    for row in rows("distribution.json") {
        if let Some(shape) = row.get("beta") {
            let (a, b) = (number(&shape[0]), number(&shape[1]));
            check(&row, "chance", beta_cdf(number(&row["x"]), a, b));
        } else if let Some(q) = row.get("q") {
            check(&row, "normal", normal_quantile(number(q)));
        } else if let Some(of) = row.get("binomial") {
            let chance = binomial_cdf(whole(&of[0]), whole(&of[1]), number(&of[2]));
            check(&row, "chance", chance);
        } else {
            let z = dispersion_score(number(&row["spread"][0]), number(&row["spread"][1]));
            assert!(
                (z - number(&row["z"])).abs() <= number(&row["within"]),
                "{z}: {row}"
            );
        }
    }
}

#[test]
fn st11_a_quantile_is_where_its_chance_lies() {
    for a in [0.5, 1.0, 7.5, 400.0, 90_000.0] {
        for b in [0.5, 1.0, 7.5, 400.0, 90_000.0] {
            for q in [0.000_01, 0.025, 0.5, 0.975] {
                let chance = beta_cdf(beta_quantile(q, a, b), a, b);
                assert!((chance - q).abs() < 1e-8, "Beta({a}, {b}) at {q}: {chance}");
            }
        }
    }
    assert_eq!(beta_quantile(0.5, 0.0, 3.0).to_bits(), 0.0_f64.to_bits());
    assert_eq!(beta_quantile(0.5, 3.0, 0.0).to_bits(), 1.0_f64.to_bits());
}
