//! How often a 95 % interval holds the truth, formula by formula, over very many surveys of people whose
//! answers resemble each other: the table of docs/PROOFS.md (`cargo xtask long --only coverage`).

#[path = "people.rs"]
mod people;
#[path = "random.rs"]
mod random;

use random::Random;
use survey::stats::shrinkage::Peers;
use survey::stats::{Estimate, FactorSums, RatioSums, mean};

/// Items of each factor, as in `sipas2022`.
const FACTORS: [usize; 5] = [4, 4, 5, 4, 5];
const SURVEYS: u32 = 10_000;

/// A kind of person: how many are so, and how likely each level is on each question.
type Kind = (f64, [f64; 5]);

/// One in four has lived through something bad.
const TORN: [Kind; 2] = [
    (0.25, [0.15, 0.2, 0.15, 0.3, 0.2]),
    (0.75, [0.005, 0.015, 0.03, 0.45, 0.5]),
];
/// Nearly everybody is content, and a few with nothing.
const CONTENT: [Kind; 2] = [
    (0.05, [0.1, 0.3, 0.3, 0.2, 0.1]),
    (0.95, [0.001, 0.004, 0.025, 0.4, 0.57]),
];

/// One person's levels, factor by factor.
type Person = Vec<Vec<u64>>;

fn person(random: &mut Random, kinds: &[Kind; 2]) -> Person {
    let (_, levels) = kinds[usize::from(random.chance(kinds[1].0))];
    let level = |random: &mut Random| {
        let (mut felt, mut level) = (random.unit(), 1);
        for share in levels {
            if felt < share || level == 5 {
                break;
            }
            felt -= share;
            level += 1;
        }
        level
    };
    let factors = FACTORS.iter();
    factors
        .map(|items| (0..*items).map(|_| level(random)).collect())
        .collect()
}

fn satisfied(levels: &[u64]) -> u64 {
    levels.iter().filter(|level| **level >= 4).count() as u64
}

fn all(person: &Person) -> bool {
    person.iter().flatten().all(|level| *level >= 4)
}

/// Over the kinds: the mean of something.
fn over(kinds: &[Kind; 2], of: impl Fn(&[f64; 5]) -> f64) -> f64 {
    kinds.iter().map(|(share, levels)| share * of(levels)).sum()
}

fn satisfied_share(levels: &[f64; 5]) -> f64 {
    levels[3] + levels[4]
}

fn mean_level(levels: &[f64; 5]) -> f64 {
    (1_u8..)
        .zip(levels)
        .map(|(level, share)| f64::from(level) * share)
        .sum()
}

fn pooled(people: &[Person]) -> RatioSums {
    people::sums(people.iter().map(|person| {
        let levels = person.concat();
        (satisfied(&levels), levels.len() as u64)
    }))
}

fn levels(people: &[Person]) -> RatioSums {
    people::sums(people.iter().map(|person| {
        let levels = person.concat();
        (levels.iter().sum(), levels.len() as u64)
    }))
}

fn of_factors(people: &[Person]) -> Option<Estimate> {
    let answers: Vec<Vec<(u64, u64)>> = people
        .iter()
        .map(|person| {
            let factors = person.iter();
            factors
                .map(|levels| (satisfied(levels), levels.len() as u64))
                .collect()
        })
        .collect();
    let (factors, cross) = people::factor_sums(&answers);
    Estimate::of_factors(&FactorSums {
        people: people.len() as u64,
        factors: &factors,
        cross: &cross,
    })
}

fn of_all(people: &[Person]) -> Option<Estimate> {
    let satisfied = people.iter().filter(|person| all(person)).count();
    Estimate::of_people(satisfied as u64, people.len() as u64)
}

/// Whether limits hold a number.
fn holds(limits: Option<(f64, f64)>, truth: f64) -> bool {
    limits.is_some_and(|(low, high)| low <= truth && truth <= high)
}

fn draw(random: &mut Random, kinds: &[Kind; 2], people: usize) -> Vec<Person> {
    (0..people).map(|_| person(random, kinds)).collect()
}

fn row(what: &str, population: &str, n: usize, mut survey: impl FnMut() -> [bool; 2], naive: bool) {
    let mut hits = [0_u32; 2];
    for _ in 0..SURVEYS {
        for (hits, held) in hits.iter_mut().zip(survey()) {
            *hits += u32::from(held);
        }
    }
    let share = |hits: u32| 100.0 * f64::from(hits) / f64::from(SURVEYS);
    let other = if naive {
        format!("{:.1} %", share(hits[1]))
    } else {
        "–".to_owned()
    };
    println!(
        "| {what} | {population} | {n} | {:.1} % | {other} |",
        share(hits[0])
    );
}

/// A unit's true share: from 80 to 95 %.
fn drawn(random: &mut Random) -> f64 {
    let hundredths = u16::try_from(random.between(8_000, 9_500));
    f64::from(hundredths.unwrap_or_default()) / 10_000.0
}

/// The formulas of one place, of so many people.
fn of_one_place(r: &mut Random, (name, kinds): (&str, [Kind; 2])) {
    let truth = over(&kinds, satisfied_share);
    for n in [30, 100, 300, 1_000] {
        row(
            "ST6 `f1_pooled`, 22 items",
            name,
            n,
            || {
                let sums = pooled(&draw(r, &kinds, n));
                let limits = |of: Option<Estimate>| holds(of.map(|of| of.limits()), truth);
                [
                    limits(Estimate::pooled(&sums)),
                    limits(Estimate::of_people(sums.x, sums.m)),
                ]
            },
            true,
        );
    }
}

/// The other formulas.
fn of_others(r: &mut Random, (name, kinds): (&str, [Kind; 2])) {
    let truth = over(&kinds, satisfied_share);
    let items: usize = FACTORS.iter().sum();
    let items = i32::try_from(items).unwrap_or(0);
    for n in [30, 100, 300] {
        row(
            "ST7 `f1_factors`",
            name,
            n,
            || {
                let found = of_factors(&draw(r, &kinds, n));
                [holds(found.map(|of| of.limits()), truth), false]
            },
            false,
        );
        row(
            "ST7 `f2_mean5`",
            name,
            n,
            || {
                let found = mean::limits(&levels(&draw(r, &kinds, n)), None);
                [
                    holds(
                        found.map(|(_, low, high)| (low, high)),
                        over(&kinds, mean_level),
                    ),
                    false,
                ]
            },
            false,
        );
        row(
            "ST5 `f3_all`",
            name,
            n,
            || {
                let truth = over(&kinds, |levels| satisfied_share(levels).powi(items));
                [
                    holds(of_all(&draw(r, &kinds, n)).map(|of| of.limits()), truth),
                    false,
                ]
            },
            false,
        );
    }
}

/// Two of one, and a part of all.
fn of_two_and_of_a_part(r: &mut Random, (name, kinds): (&str, [Kind; 2])) {
    row(
        "ST9 difference of two `f1_pooled`",
        name,
        100,
        || {
            let [one, other] = [(); 2].map(|()| Estimate::pooled(&pooled(&draw(r, &kinds, 100))));
            [
                holds(
                    one.zip(other)
                        .map(|(one, other)| one.difference_limits(&other)),
                    0.0,
                ),
                false,
            ]
        },
        false,
    );
    row(
        "ST8 half of 200 dossiers",
        name,
        100,
        || {
            let everybody = draw(r, &kinds, 200);
            let whole = pooled(&everybody);
            let found = Estimate::pooled(&pooled(&everybody[..100]));
            let found = found.map(|of| of.within(100, Some(200)).limits());
            #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
            let truth = whole.x as f64 / whole.m as f64;
            [holds(found, truth), false]
        },
        false,
    );
}

fn main() {
    println!(
        "| Interval | Population | n | Holds the truth | Answers as if people |\n|---|---|---|---|---|"
    );
    let mut random = Random::seeded(7);
    let r = &mut random;
    for population in [("torn", TORN), ("content", CONTENT)] {
        of_one_place(r, population);
        of_others(r, population);
        of_two_and_of_a_part(r, population);
    }
    row(
        "ST11 share of a unit among 40 like it",
        "units from 80 to 95 %",
        100,
        || {
            let truths: Vec<f64> = (0..40).map(|_| drawn(r)).collect();
            let units: Vec<Estimate> = truths
                .iter()
                .filter_map(|truth| {
                    let satisfied = (0..100).filter(|_| r.chance(*truth)).count();
                    Estimate::of_people(satisfied as u64, 100)
                })
                .collect();
            let standing = Peers::of(&units).and_then(|peers| peers.standing(units.first()?));
            [
                holds(standing.map(|standing| standing.limits()), truths[0]),
                false,
            ]
        },
        false,
    );
}
