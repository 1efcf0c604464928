//! Coverage, measured: how often a 95 % interval holds the truth when the answers of one person
//! resemble each other. This is why n is people and never answers (ST6).

use survey::stats::Estimate;

use crate::people::sums;
use crate::random::Random;

const SURVEYS: u32 = 4_000;
const QUESTIONS: u64 = 5;

/// One person in four has lived through something bad and is satisfied with half the answers, the
/// others with nineteen of twenty.
const MOODS: [(f64, f64); 2] = [(0.25, 0.5), (0.75, 0.95)];

fn truth() -> f64 {
    MOODS
        .iter()
        .map(|(share, satisfied)| share * satisfied)
        .sum()
}

/// How often (`n_eff`, answers as if independent) hold the truth, over surveys of `people` people.
fn coverage(people: u64, seed: u64) -> (f64, f64) {
    let mut random = Random::seeded(seed);
    let (mut effective, mut naive) = (0, 0);
    for _ in 0..SURVEYS {
        let sums = sums((0..people).map(|_| {
            let mood = MOODS[usize::from(random.chance(MOODS[1].0))].1;
            let satisfied = (0..QUESTIONS).filter(|_| random.chance(mood)).count();
            (satisfied as u64, QUESTIONS)
        }));
        let holds = |estimate: Estimate| {
            let (low, high) = estimate.limits();
            u32::from(low <= truth() && truth() <= high)
        };
        effective += holds(Estimate::pooled(&sums).unwrap());
        naive += holds(Estimate::of_people(sums.x, sums.m).unwrap());
    }
    let share = |hits: u32| f64::from(hits) / f64::from(SURVEYS);
    (share(effective), share(naive))
}

#[test]
fn st6_n_eff_covers_where_counting_answers_does_not() {
    for (people, seed) in [(30, 30), (100, 100), (300, 300)] {
        let (effective, naive) = coverage(people, seed);
        println!("n {people}: n_eff {effective:.3}, answers {naive:.3}");
        assert!(
            (0.91..=0.97).contains(&effective),
            "n {people}: n_eff covers {effective}"
        );
        assert!(naive < 0.90, "n {people}: answers cover {naive}");
    }
}
