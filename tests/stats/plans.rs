//! Golden values of plans, bounds and drivers: ST17 to ST21.

use core::ops::Range;

use serde_json::{Value, json};
use survey::stats::coverage::non_response_bounds;
use survey::stats::drivers::{Correlations, Drivers, Hidden, PAIRS, PairSums, drivers, shapley};
use survey::stats::planning;

use crate::random::Random;
use crate::rows::{check, list, number, rows, shown, whole};

#[test]
fn st18_st19_st20_st21_plans() {
    for row in rows("planning.json") {
        let count = |key: &str| whole(&row[key]);
        let small = |key: &str| u16::try_from(count(key)).unwrap();
        let people = match row["plan"].as_str().unwrap() {
            "sample" => planning::sample_size(
                small("expected"),
                small("margin"),
                small("deff"),
                row["eligible"].as_u64(),
            ),
            "stepped" => Some(planning::stepped_quota(count("eligible"))),
            "slovin" => planning::slovin(count("eligible"), small("margin")),
            "call_backs" => planning::call_backs(small("fakes")),
            "call_backs_among" => planning::call_backs_among(count("answers"), count("fakes")),
            "per_arm" => planning::per_arm(small("first"), small("second")),
            "bounds" => {
                let bounds = non_response_bounds(count("x"), count("answered"), count("eligible"));
                assert_eq!(bounds.map_or(json!(null), shown), row["door"], "{row}");
                continue;
            }
            unknown => panic!("no such plan: {unknown}"),
        };
        assert_eq!(people, row["people"].as_u64(), "{row}");
    }
}

/// The places of the factors' pairs, in the order of the rows.
const FACTOR_PAIRS: [(usize, usize); 10] = [
    (0, 1),
    (0, 2),
    (0, 3),
    (0, 4),
    (1, 2),
    (1, 3),
    (1, 4),
    (2, 3),
    (2, 4),
    (3, 4),
];

fn correlations(row: &Value) -> Correlations {
    let mut matrix = Correlations::default();
    for ((f, g), r) in FACTOR_PAIRS.into_iter().zip(list(&row["factors"])) {
        matrix[f][g] = number(r);
        matrix[g][f] = number(r);
    }
    for (f, r) in list(&row["overall"]).iter().enumerate() {
        matrix[f][5] = number(r);
        matrix[5][f] = number(r);
    }
    for (item, row) in matrix.iter_mut().enumerate() {
        row[item] = 1.0;
    }
    matrix
}

#[test]
fn st17_shapley() {
    for row in rows("drivers.json") {
        let (shares, explained) = shapley(&correlations(&row), [true; 5]).unwrap();
        for (share, expected) in shares.iter().zip(list(&row["shares"])) {
            assert!(
                (share - number(expected)).abs() <= 1e-6,
                "{shares:?}, not as in {row}"
            );
        }
        check(&row, "explained", explained);
        assert!(
            (shares.iter().sum::<f64>() - explained).abs() < 1e-12,
            "{row}"
        );
    }
}

#[test]
fn st17_factors_that_repeat_each_other_are_not_told_apart() {
    for r in [1.0, 1.0 - 1e-10] {
        let row =
            json!({ "factors": [r, 0, 0, 0, 0, 0, 0, 0, 0, 0], "overall": [0.5, 0.5, 0, 0, 0] });
        assert_eq!(shapley(&correlations(&row), [true; 5]), None, "{r}");
    }
    let impossible =
        json!({ "factors": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "overall": [0.8, 0.8, 0, 0, 0] });
    assert_eq!(shapley(&correlations(&impossible), [true; 5]), None);
}

/// Sums of the 15 pairs over people who rate five factors and the whole; item i is rated by those
/// in `raters[i]`.
fn pairs(people: &[[u64; 6]], raters: &[Range<usize>; 6]) -> [PairSums; PAIRS] {
    let positions = (0..6).flat_map(|f| (f + 1..6).map(move |g| (f, g)));
    let mut sums = [PairSums::default(); PAIRS];
    for (pair, (f, g)) in sums.iter_mut().zip(positions) {
        let both = raters[f].start.max(raters[g].start)..raters[f].end.min(raters[g].end);
        for person in &people[both] {
            let (a, b) = (person[f], person[g]);
            pair.people += 1;
            pair.a += a;
            pair.b += b;
            pair.aa += a * a;
            pair.bb += b * b;
            pair.ab += a * b;
        }
    }
    sums
}

/// All items rated by all `count` people.
fn all(count: usize) -> [Range<usize>; 6] {
    [(); 6].map(|()| 0..count)
}

/// People whose overall rating follows their first factor, and nothing else.
fn people(count: usize) -> Vec<[u64; 6]> {
    let mut random = Random::seeded(17);
    (0..count)
        .map(|_| {
            let mut ratings = [0; 6].map(|_: u64| random.between(1, 5));
            if random.chance(0.7) {
                ratings[5] = ratings[0];
            }
            ratings
        })
        .collect()
}

#[test]
fn st17_the_factor_that_the_whole_follows_explains_it() {
    let people = people(5_000);
    let found = drivers(5_000, &pairs(&people, &all(5_000))).unwrap();
    let [Some(first), others @ ..] = found.shares else {
        panic!("{found:?}: the first factor was left out");
    };
    assert!(
        (4_500..5_300).contains(&first),
        "r = .7, r² = .49: {found:?}"
    );
    assert!(
        others
            .iter()
            .all(|share| share.is_some_and(|share| share < 100)),
        "{found:?}"
    );
    assert!(found.explained >= first);
}

#[test]
fn st17_a_factor_that_few_answered_is_left_out_by_name() {
    let people = people(500);
    let mut raters = all(500);
    raters[4] = 0..199;
    let Drivers { shares, .. } = drivers(500, &pairs(&people, &raters)).unwrap();
    assert_eq!(
        shares.map(|share| share.is_some()),
        [true, true, true, true, false]
    );
    raters[4] = 0..200;
    let Drivers { shares, .. } = drivers(500, &pairs(&people, &raters)).unwrap();
    assert!(shares.iter().all(Option::is_some));
}

#[test]
fn st17_of_two_factors_rated_by_different_people_the_rarer_is_left_out() {
    let people = people(700);
    for (rarer, other) in [(1, 2), (2, 1)] {
        let mut raters = all(700);
        raters[rarer] = 0..300;
        raters[other] = 200..700;
        let Drivers { shares, .. } = drivers(700, &pairs(&people, &raters)).unwrap();
        assert_eq!(shares.iter().position(Option::is_none), Some(rarer));
        assert_eq!(shares.iter().flatten().count(), 4);
    }
}

#[test]
fn st17_says_why_nothing_is_shown() {
    let few = people(199);
    assert_eq!(
        drivers(199, &pairs(&few, &all(199))),
        Err(Hidden::TooFewPeople)
    );
    let mut alike = people(500);
    for person in &mut alike {
        person[1] = 5;
    }
    assert_eq!(
        drivers(500, &pairs(&alike, &all(500))),
        Err(Hidden::TooLittleSpread)
    );
    let mut twins = people(500);
    for person in &mut twins {
        person[1] = person[0];
    }
    assert_eq!(
        drivers(500, &pairs(&twins, &all(500))),
        Err(Hidden::TooEntangled)
    );
}
