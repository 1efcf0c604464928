//! Golden values of units among their peers, and of signs that deserve a look: ST11 to ST14, ST22.

use serde_json::{Value, json};
use survey::stats::funnel::{Band, Funnel, score};
use survey::stats::peers::{self, Comparison};
use survey::stats::shrinkage::{Peers, Standing};
use survey::stats::{Estimate, quality};

use crate::rows::{check, check_limits, list, number, rows, whole};

/// Units written [satisfied, people].
fn units(row: &Value) -> Vec<Estimate> {
    list(&row["units"])
        .iter()
        .map(|unit| Estimate::of_people(whole(&unit[0]), whole(&unit[1])).unwrap())
        .collect()
}

/// The list under `key` holds these numbers.
fn check_list(row: &Value, key: &str, actual: impl IntoIterator<Item = f64>) {
    let expected: Vec<f64> = list(&row[key]).iter().map(number).collect();
    let actual: Vec<f64> = actual.into_iter().collect();
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-6;
    assert!(
        actual.len() == expected.len() && actual.iter().zip(&expected).all(close),
        "{key} is {actual:?}, not {expected:?}"
    );
}

#[test]
fn st11_shrinkage() {
    for row in rows("peers.json") {
        let units = units(&row);
        let peers = Peers::of(&units).unwrap();
        check(&row, "mean", peers.mean());
        check(&row, "spread", peers.spread());
        let Some(weight) = peers.weight() else {
            assert!(row.get("weight").is_none(), "{row}");
            continue;
        };
        check(&row, "weight", weight);
        let standings = standings(&peers, &units);
        check_list(&row, "shares", standings.iter().map(Standing::mean));
        let which = usize::try_from(whole(&row["interval_of"])).unwrap();
        check_limits(&row, standings[which].limits());
        check(&row, "variance", standings[which].variance());
    }
}

#[test]
fn st11_units_that_cannot_be_told_apart_stand_at_the_mean() {
    let units: Vec<Estimate> = [90, 91, 89, 90, 90]
        .map(|x| Estimate::of_people(x, 100).unwrap())
        .to_vec();
    let alike = Some(Comparison::Indistinguishable { mean: 9_000 });
    assert_eq!(peers::compare(&units), alike);
    assert_eq!(peers::compare(&units[..4]), None, "fewer than five units");
    let everybody_satisfied = [Estimate::of_people(30, 30).unwrap(); 5];
    let full = Some(Comparison::Indistinguishable { mean: 10_000 });
    assert_eq!(peers::compare(&everybody_satisfied), full);
    let census = [units[0].within(100, Some(100)); 5];
    assert_eq!(peers::compare(&census), None);
}

#[test]
fn st12_funnel() {
    for row in rows("peers.json")
        .iter()
        .filter(|row| row.get("funnel").is_some())
    {
        let units = units(row);
        let mean = Peers::of(&units).unwrap().mean();
        check_list(row, "scores", units.iter().map(|unit| score(unit, mean)));
        let funnel = Funnel::around(mean, &units);
        check(row, "dispersion", funnel.dispersion());
        let which = usize::try_from(whole(&row["adjusted_of"])).unwrap();
        check(row, "adjusted", funnel.adjusted(&units[which]));
        for at in list(&row["funnel"]) {
            check_limits(at, funnel.limits(number(&at["n"])));
        }
    }
}

#[test]
fn st12_units_that_vary_too_little_do_not_narrow_the_funnel() {
    let alike = [45, 45, 45, 46, 44].map(|x| Estimate::of_people(x, 50).unwrap());
    check(
        &json!({ "dispersion": 1 }),
        "dispersion",
        Funnel::around(0.9, &alike).dispersion(),
    );
}

#[test]
fn st13_bands_and_st14_places_at_the_door() {
    for row in rows("peers.json")
        .iter()
        .filter(|row| row.get("bands").is_some())
    {
        let Some(Comparison::Distinguished { mean, units }) = peers::compare(&units(row)) else {
            panic!("{row}: not told apart");
        };
        assert_eq!(mean, 9_155);
        let bands: Vec<&str> = units
            .iter()
            .map(|unit| match unit.band {
                Band::Above => "above",
                Band::Within => "within",
                Band::Below => "below",
            })
            .collect();
        assert_eq!(json!(bands), row["bands"]);
        let places: Vec<[u64; 2]> = units.iter().map(|unit| [unit.best, unit.worst]).collect();
        assert_eq!(json!(places), row["places"]);
        let fifth = units[4];
        assert_eq!(fifth.share, 8_454);
        assert_eq!(
            (fifth.interval.low(), fifth.interval.high()),
            (7_865, 8_963)
        );
        let ordinary = units[0].ordinary;
        assert_eq!((ordinary.low(), ordinary.high()), (8_220, 10_000));
    }
}

#[test]
fn st14_places_run_from_the_first_to_the_last() {
    let units: Vec<Estimate> = (0..60)
        .map(|i| Estimate::of_people(50 + (7 * i) % 50, 100).unwrap())
        .collect();
    let peers = Peers::of(&units).unwrap();
    let mut places = peers::places(&standings(&peers, &units));
    assert!(
        places
            .iter()
            .all(|&(best, worst)| 1.0 <= best && best < worst && worst <= 60.0)
    );
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(places[0].0 < 2.0 && places[59].1 > 59.0, "{places:?}");
}

fn standings(peers: &Peers, units: &[Estimate]) -> Vec<Standing> {
    units
        .iter()
        .map(|unit| peers.standing(unit).unwrap())
        .collect()
}

#[test]
fn st22_dispersion_and_discoveries() {
    for row in rows("quality.json") {
        if let Some(periods) = row.get("periods").map(list) {
            let periods: Vec<(u64, u64)> = periods
                .iter()
                .map(|p| (whole(&p[0]), whole(&p[1])))
                .collect();
            match quality::dispersion(&periods) {
                Some(dispersion) => check(&row, "dispersion", dispersion),
                None => assert_eq!(row["dispersion"], json!(null), "{row}"),
            }
        } else {
            let chances: Vec<f64> = list(&row["chances"]).iter().map(number).collect();
            let found = quality::discoveries(&chances, number(&row["q"]));
            assert_eq!(
                json!(found.iter().filter(|&&found| found).count()),
                row["discoveries"],
                "{row}"
            );
            let all_before_none = found.windows(2).all(|pair| pair[0] || !pair[1]);
            assert!(all_before_none, "{row}: the smallest chances come first");
        }
    }
}

#[test]
fn st22_one_abandoned_counter_among_many_is_seen_and_ordinary_ones_are_not() {
    let ordinary = (0..40).map(|i| (16 + i % 9, 200));
    let units: Vec<(u64, u64)> = ordinary.chain([(90, 200), (0, 200)]).collect();
    let flags = quality::high_rates(&units);
    assert_eq!(flags.iter().position(|&flag| flag), Some(40));
    assert_eq!(
        flags.iter().filter(|&&flag| flag).count(),
        1,
        "less than its peers is no sign"
    );
    assert_eq!(quality::high_rates(&[]), Vec::<bool>::new());
    assert_eq!(
        quality::high_rates(&[(0, 100); 9]),
        [false; 9],
        "nothing varies"
    );
}

#[test]
fn st22_units_that_differ_by_habit_are_not_told_from_one_another() {
    // From 10 to 30 %, each of ten thousand: by chance alone every one of them would stand out.
    let habits: Vec<(u64, u64)> = (0..21).map(|i| (1_000 + 100 * i, 10_000)).collect();
    assert_eq!(quality::high_rates(&habits), [false; 21]);
    let (mut with_one, place) = (habits, 5);
    with_one[place] = (9_000, 10_000);
    let flags = quality::high_rates(&with_one);
    assert_eq!(flags.iter().position(|&flag| flag), Some(place));
    assert_eq!(flags.iter().filter(|&&flag| flag).count(), 1);
}

#[test]
fn st22_answers_that_never_vary_are_seen_among_ordinary_ones() {
    let ordinary = [
        (24, 30),
        (27, 30),
        (22, 30),
        (28, 30),
        (25, 30),
        (29, 30),
        (23, 30),
        (26, 30),
        (24, 30),
        (27, 30),
        (23, 30),
        (28, 30),
    ];
    let made_up = [(27, 30); 11]
        .into_iter()
        .chain([(26, 30)])
        .collect::<Vec<_>>();
    let mut units: Vec<&[(u64, u64)]> = vec![&ordinary; 30];
    units.push(&made_up);
    let flags = quality::unusual_dispersions(&units);
    assert_eq!(flags.iter().position(|&flag| flag), Some(30));
    assert_eq!(flags.iter().filter(|&&flag| flag).count(), 1);
}
