//! What holds for any people: thousands of random groups, the same on every machine.

use survey::stats::{Estimate, Interval, RatioSums, mean};

use crate::people::sums;
use crate::random::Random;

const GROUPS: usize = 5_000;

/// People who answer up to five questions, each group with its own level of satisfaction.
fn group(random: &mut Random, lowest: u64, highest: u64) -> RatioSums {
    let satisfied = random.unit();
    let people = random.between(1, 200);
    sums((0..people).map(|_| {
        let m = random.between(1, 5);
        let x = (0..m)
            .map(|_| {
                if random.chance(satisfied) {
                    highest
                } else {
                    lowest
                }
            })
            .sum();
        (x, m)
    }))
}

/// The share of `sums` in hundredths of a percentage point, half up, in integers alone.
fn index(sums: &RatioSums) -> u16 {
    u16::try_from((2 * 10_000 * sums.x + sums.m) / (2 * sums.m)).unwrap()
}

#[test]
fn st6_an_interval_holds_its_index_and_stays_within_0_and_100() {
    let mut random = Random::seeded(6);
    for _ in 0..GROUPS {
        let sums = group(&mut random, 0, 1);
        let estimate = Estimate::pooled(&sums).unwrap();
        let (low, high) = estimate.limits();
        assert!(
            0.0 <= low && low <= estimate.p() && estimate.p() <= high && high <= 1.0,
            "{sums:?}"
        );
        assert!(estimate.interval().contains(index(&sums)), "{sums:?}");
        let held = 1.0..=f64::from(u32::try_from(sums.m).unwrap());
        assert!(held.contains(&estimate.n()), "{sums:?}");
    }
}

#[test]
fn st5_more_people_narrow_the_interval() {
    for n in 1..400 {
        for x in 0..=n {
            let width = |times: u64| {
                let (low, high) = Estimate::of_people(times * x, times * n).unwrap().limits();
                high - low
            };
            assert!(width(2) < width(1), "{x} of {n}");
        }
    }
}

#[test]
fn st5_more_satisfied_people_move_both_limits_up() {
    for n in 1..400 {
        for x in 0..n {
            let limits = |x| Estimate::of_people(x, n).unwrap().limits();
            let ((low, high), (next_low, next_high)) = (limits(x), limits(x + 1));
            assert!(low < next_low && high < next_high, "{x} of {n}");
        }
    }
}

#[test]
fn st5_satisfied_and_dissatisfied_mirror_each_other() {
    for n in 1..200 {
        for x in 0..=n {
            let (low, high) = Estimate::of_people(x, n).unwrap().limits();
            let (other_low, other_high) = Estimate::of_people(n - x, n).unwrap().limits();
            assert!((low + other_high - 1.0).abs() < 1e-12, "{x} of {n}");
            assert!((high + other_low - 1.0).abs() < 1e-12, "{x} of {n}");
        }
    }
}

#[test]
fn st6_more_of_the_same_people_are_worth_more() {
    let mut random = Random::seeded(66);
    for _ in 0..GROUPS {
        let once = group(&mut random, 0, 1);
        let RatioSums {
            people,
            x,
            m,
            xx,
            xm,
            mm,
        } = once;
        let twice = RatioSums {
            people: 2 * people,
            x: 2 * x,
            m: 2 * m,
            xx: 2 * xx,
            xm: 2 * xm,
            mm: 2 * mm,
        };
        let (once, twice) = (
            Estimate::pooled(&once).unwrap(),
            Estimate::pooled(&twice).unwrap(),
        );
        assert!(
            twice.n() > once.n(),
            "{people} people: {} then {}",
            once.n(),
            twice.n()
        );
    }
}

#[test]
fn st6_one_answer_each_is_worth_the_people() {
    // With one answer each, or all of them alike, the interval is Wilson's on the people (ST5).
    for n in 1_u64..300 {
        for x in 0..=n {
            let sums = sums((0..n).map(|i| (u64::from(i < x), 1)));
            let worth = Estimate::pooled(&sums).unwrap().n();
            let expected = f64::from(u32::try_from(n).unwrap());
            assert!(
                (worth - expected).abs() < 1e-9 * expected,
                "{x} of {n}: {worth}"
            );
        }
    }
}

#[test]
fn st7_a_mean_lies_in_its_interval_and_between_1_and_5() {
    let mut random = Random::seeded(7);
    for _ in 0..GROUPS {
        let sums = group(&mut random, 1, 5);
        let Some((mean, low, high)) = mean::limits(&sums, None) else {
            assert!(sums.people < 2, "{sums:?}");
            continue;
        };
        assert!(
            1.0 <= low && low <= mean && mean <= high && high <= 5.0,
            "{sums:?}"
        );
        assert!(
            mean::interval(&sums, None).unwrap().low() >= 2_000,
            "{sums:?}"
        );
    }
}

#[test]
fn st8_a_smaller_population_never_widens() {
    let mut random = Random::seeded(8);
    for _ in 0..GROUPS {
        let sums = group(&mut random, 0, 1);
        let estimate = Estimate::pooled(&sums).unwrap();
        let eligible = sums.people + random.between(0, 300);
        let width = |eligible| {
            let (low, high) = estimate.within(sums.people, eligible).limits();
            high - low
        };
        assert!(
            width(Some(eligible)) <= width(Some(eligible + 1)) + 1e-15,
            "{sums:?} of {eligible}"
        );
        assert!(
            width(Some(eligible)) <= width(None) + 1e-15,
            "{sums:?} of {eligible}"
        );
    }
}

#[test]
fn st8_the_interval_of_a_census_is_its_index() {
    // Every second of these shares lies half way between two hundredths: the hard case of half up.
    for x in 0..=20_000 {
        let everybody = Estimate::of_people(x, 20_000)
            .unwrap()
            .within(20_000, Some(20_000));
        let exact = index(&RatioSums {
            x,
            m: 20_000,
            ..RatioSums::default()
        });
        assert_eq!(
            Some(everybody.interval()),
            Interval::new(exact, exact),
            "{x} of 20,000"
        );
    }
}

#[test]
fn st9_a_difference_lies_in_its_interval_and_turns_with_its_sides() {
    let mut random = Random::seeded(9);
    for _ in 0..GROUPS {
        let first = Estimate::pooled(&group(&mut random, 0, 1)).unwrap();
        let second = Estimate::pooled(&group(&mut random, 0, 1)).unwrap();
        let (low, high) = first.difference_limits(&second);
        let difference = first.p() - second.p();
        assert!(-1.0 <= low && low <= difference && difference <= high && high <= 1.0);
        let (turned_low, turned_high) = second.difference_limits(&first);
        assert!((low + turned_high).abs() < 1e-12 && (high + turned_low).abs() < 1e-12);
    }
}

#[test]
fn p9_outward_holds_the_interval_at_multiples_of_the_step() {
    for low in (0..=10_000).step_by(7) {
        for high in (low..=10_000).step_by(13) {
            let interval = Interval::new(low, high).unwrap();
            let shown = interval.outward(500);
            assert!(shown.low() <= low && high <= shown.high() && shown.high() <= 10_000);
            assert_eq!((shown.low() % 500, shown.high() % 500), (0, 0));
            assert!(low - shown.low() < 500 && shown.high() - high < 500);
            assert_eq!(shown.outward(500), shown);
            assert_eq!(interval.outward(0), interval);
        }
    }
}
