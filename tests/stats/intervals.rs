//! Golden values of shares, means and differences: ST4 to ST10.

use serde_json::{Value, json};
use survey::stats::{Estimate, FactorSums, RatioSums, Stratum, mean, population, stratified};

use crate::people::{factor_sums, sums};
use crate::rows::{check, check_door, check_limits, list, rows, shown, whole};

/// People written [times, x, m].
fn people(row: &Value) -> RatioSums {
    sums(list(&row["people"]).iter().flat_map(|group| {
        let person = (whole(&group[1]), whole(&group[2]));
        (0..whole(&group[0])).map(move |_| person)
    }))
}

#[test]
fn st5_wilson() {
    for row in rows("wilson.json") {
        let estimate = Estimate::of_people(whole(&row["x"]), whole(&row["n"])).unwrap();
        check_limits(&row, estimate.limits());
        check_door(&row, "door", &shown(estimate.interval()));
    }
}

#[test]
fn st5_no_people_no_answer() {
    assert_eq!(Estimate::of_people(0, 0), None);
    assert_eq!(Estimate::of_people(4, 3), None);
}

#[test]
fn st6_pooled() {
    for row in rows("pooled.json") {
        let sums = people(&row);
        let six = [sums.people, sums.x, sums.m, sums.xx, sums.xm, sums.mm];
        check_door(&row, "sums", &json!(six));
        check(&row, "v", sums.variance().unwrap());
        let estimate = Estimate::pooled(&sums).unwrap();
        check(&row, "p", estimate.p());
        check(&row, "n", estimate.n());
        check_limits(&row, estimate.limits());
        let (low, high) = Estimate::of_people(sums.x, sums.m).unwrap().limits();
        check(&row, "naive_low", low);
        check(&row, "naive_high", high);
    }
}

#[test]
fn st6_impossible_sums_have_no_answer() {
    let nobody = RatioSums::default();
    assert_eq!(Estimate::pooled(&nobody), None);
    let more_satisfied_than_asked = sums([(3, 2), (2, 2)]);
    assert_eq!(Estimate::pooled(&more_satisfied_than_asked), None);
    let negative_squares = RatioSums {
        xx: 0,
        ..sums([(3, 4), (1, 2), (2, 2)])
    };
    assert_eq!(Estimate::pooled(&negative_squares), None);
    let beyond_any_country = RatioSums {
        people: 2,
        x: u64::MAX / 2,
        m: u64::MAX,
        xx: u64::MAX,
        xm: u64::MAX,
        mm: u64::MAX,
    };
    assert_eq!(Estimate::pooled(&beyond_any_country), None);
}

#[test]
fn st6_is_never_worth_less_than_one_person() {
    let no_such_people = RatioSums {
        people: 2,
        x: 1,
        m: 2,
        xx: 100,
        xm: 1,
        mm: 2,
    };
    check(
        &json!({ "n": 1 }),
        "n",
        Estimate::pooled(&no_such_people).unwrap().n(),
    );
}

#[test]
fn st7_factors_that_make_up_for_each_other_leave_no_variety() {
    // Everybody's three shares add up to 4/3: every person's mean is the same, the variance is 0,
    // and no rest of rounding may pass for a tiny one.
    for times in 1..200 {
        let group = [
            [(0, 3), (2, 6), (9, 9)],
            [(1, 3), (6, 6), (0, 9)],
            [(3, 3), (0, 6), (3, 9)],
            [(2, 3), (4, 6), (0, 9)],
        ];
        let people: Vec<Vec<(u64, u64)>> = (0..times)
            .flat_map(|_| group.map(|person| person.to_vec()))
            .collect();
        let (factors, cross) = factor_sums(&people);
        let sums = FactorSums {
            people: 4 * times,
            factors: &factors,
            cross: &cross,
        };
        assert_eq!(sums.variance().map(f64::to_bits), Some(0), "{times}");
    }
}

#[test]
fn st7_factors() {
    for row in rows("factors.json") {
        let people: Vec<Vec<(u64, u64)>> = list(&row["people"])
            .iter()
            .map(|person| {
                list(person)
                    .iter()
                    .map(|f| (whole(&f[0]), whole(&f[1])))
                    .collect()
            })
            .collect();
        let (factors, cross) = factor_sums(&people);
        let sums = FactorSums {
            people: people.len() as u64,
            factors: &factors,
            cross: &cross,
        };
        let (p, v) = (sums.mean_share().unwrap(), sums.variance().unwrap());
        check(&row, "p", p);
        check(&row, "v", v);
        check(&row, "unheld", p * (1.0 - p) / v);
        check(&row, "n", Estimate::of_factors(&sums).unwrap().n());
    }
}

#[test]
fn st7_factors_taken_together_are_the_pooled_sums() {
    let people = vec![
        vec![(4, 4), (3, 3)],
        vec![(3, 4), (2, 3)],
        vec![(4, 4), (0, 0)],
    ];
    let (factors, cross) = factor_sums(&people);
    let together = FactorSums {
        people: 3,
        factors: &factors,
        cross: &cross,
    }
    .pooled();
    assert_eq!(together, sums([(7, 7), (5, 7), (4, 4)]));
}

#[test]
fn st4_a_factor_without_answers_has_no_mean_of_factors() {
    let people = vec![vec![(4, 4), (0, 0)], vec![(3, 4), (0, 0)]];
    let (factors, cross) = factor_sums(&people);
    assert_eq!(
        Estimate::of_factors(&FactorSums {
            people: 2,
            factors: &factors,
            cross: &cross
        }),
        None
    );
    let (factors, cross) = factor_sums(&[vec![(1, 1), (2, 1)], vec![(0, 1), (1, 1)]]);
    assert_eq!(
        Estimate::of_factors(&FactorSums {
            people: 2,
            factors: &factors,
            cross: &cross
        }),
        None,
        "more satisfied than asked"
    );
    assert_eq!(
        Estimate::of_factors(&FactorSums {
            people: 2,
            factors: &[],
            cross: &[]
        }),
        None
    );
    assert_eq!(
        Estimate::of_factors(&FactorSums {
            people: 2,
            factors: &factors[..1],
            cross: &cross
        }),
        None
    );
}

#[test]
fn st7_mean() {
    for row in rows("mean.json") {
        let sums = people(&row);
        let eligible = row.get("eligible").map(whole);
        let (mean, low, high) = mean::limits(&sums, eligible).unwrap();
        check(&row, "mean", mean);
        check(&row, "sd", spread(&sums));
        check_limits(&row, (low, high));
        let interval = mean::interval(&sums, eligible).unwrap();
        check_door(&row, "door", &shown(interval));
    }
}

#[test]
fn st7_mean_needs_two_people_and_levels_from_1_to_5() {
    assert_eq!(mean::interval(&sums([(5, 1)]), None), None);
    assert_eq!(mean::interval(&sums([(6, 1), (6, 1)]), None), None);
    assert_eq!(mean::interval(&sums([(0, 1), (0, 1)]), None), None);
}

#[test]
fn st7_a_mean_of_few_answers_is_not_known_as_well_as_from_all_people() {
    let two_of_thirty_answered = RatioSums {
        people: 30,
        ..sums([(4, 1), (5, 1)])
    };
    let of_two = sums([(4, 1), (5, 1)]);
    assert_eq!(
        mean::limits(&two_of_thirty_answered, None),
        mean::limits(&of_two, None)
    );
}

#[test]
fn st8_one_of_one_is_a_census() {
    let alone = Estimate::of_people(1, 1).unwrap();
    check_limits(
        &json!({ "low": 1, "high": 1 }),
        alone.within(1, Some(1)).limits(),
    );
}

#[test]
fn st8_population() {
    for row in rows("population.json") {
        let (x, n, eligible) = (whole(&row["x"]), whole(&row["n"]), row["eligible"].as_u64());
        let estimate = Estimate::of_people(x, n).unwrap().within(n, eligible);
        check(&row, "worth", estimate.n());
        check_limits(&row, estimate.limits());
        assert_eq!(
            population::is_usable(n, eligible),
            eligible.is_some_and(|all| all >= n)
        );
    }
}

#[test]
fn st9_difference() {
    for row in rows("difference.json") {
        let share = |of: &Value| Estimate::of_people(whole(&of[0]), whole(&of[1])).unwrap();
        let (first, second) = (share(&row["first"]), share(&row["second"]));
        check(&row, "difference", first.p() - second.p());
        check_limits(&row, first.difference_limits(&second));
        let difference = first.minus(&second);
        assert_eq!(
            Some(difference.excludes_zero()),
            row["clear"].as_bool(),
            "{row}"
        );
        let shown = [difference.estimate(), difference.low(), difference.high()];
        check_door(&row, "door", &json!(shown));
    }
}

/// The standard deviation between people with one answer each: √(v·n).
#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn spread(sums: &RatioSums) -> f64 {
    (sums.variance().unwrap() * sums.people as f64).sqrt()
}

#[test]
fn st10_post_stratified() {
    for row in rows("stratified.json") {
        let strata = strata(&row);
        if let Some(expected) = row.get("merged_people") {
            let people: Vec<u64> = stratified::merged(&strata)
                .iter()
                .map(|s| s.people)
                .collect();
            assert_eq!(json!(people), *expected, "{row}");
        }
        let estimate = Estimate::post_stratified(&strata);
        assert_eq!(
            estimate.is_none(),
            row.get("answer") == Some(&json!(false)),
            "{row}"
        );
        let Some(estimate) = estimate else {
            continue;
        };
        check(&row, "p", estimate.p());
        check(&row, "n", estimate.n());
        check_limits(&row, estimate.limits());
        if let Some((_, variance)) = stratified::share_and_variance(&strata) {
            check(&row, "v", variance);
        }
    }
}

#[test]
fn st10_design_effect() {
    for row in rows("design_effect.json") {
        check(&row, "effect", stratified::kish(&strata(&row)).unwrap());
    }
    assert_eq!(stratified::design_effect(&[]), None);
}

/// Strata written [people, x, m, eligible].
fn strata(row: &Value) -> Vec<Stratum> {
    list(&row["strata"])
        .iter()
        .map(|stratum| Stratum {
            people: whole(&stratum[0]),
            x: whole(&stratum[1]),
            m: whole(&stratum[2]),
            eligible: whole(&stratum[3]),
        })
        .collect()
}
