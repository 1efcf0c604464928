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

/// A name, and kinds of people, the unhappiest first, who are everybody.
type Population = (&'static str, &'static [Kind]);

const POPULATIONS: [Population; 4] = [
    // One in four has lived through something bad.
    (
        "torn",
        &[
            (0.25, [0.15, 0.2, 0.15, 0.3, 0.2]),
            (0.75, [0.005, 0.015, 0.03, 0.45, 0.5]),
        ],
    ),
    // Four kinds, from furious to delighted.
    (
        "mixed",
        &[
            (0.03, [0.5, 0.3, 0.15, 0.05, 0.0]),
            (0.12, [0.05, 0.15, 0.3, 0.35, 0.15]),
            (0.35, [0.01, 0.02, 0.07, 0.6, 0.3]),
            (0.5, [0.0, 0.002, 0.008, 0.24, 0.75]),
        ],
    ),
    // Nearly everybody is content, and one in twenty with nothing.
    (
        "content",
        &[
            (0.05, [0.1, 0.3, 0.3, 0.2, 0.1]),
            (0.95, [0.001, 0.004, 0.025, 0.4, 0.57]),
        ],
    ),
    // The same, and one in fifty.
    (
        "one in fifty",
        &[
            (0.02, [0.1, 0.3, 0.3, 0.2, 0.1]),
            (0.98, [0.001, 0.004, 0.025, 0.4, 0.57]),
        ],
    ),
];

/// One person's levels, factor by factor.
type Person = Vec<Vec<u64>>;

fn person(random: &mut Random, kinds: &[Kind]) -> Person {
    let (mut drawn, mut levels) = (random.unit(), [0.0; 5]);
    for (share, of_kind) in kinds {
        levels = *of_kind;
        if drawn < *share {
            break;
        }
        drawn -= share;
    }
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
fn over(kinds: &[Kind], of: impl Fn(&[f64; 5]) -> f64) -> f64 {
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

/// Limits and the truth they should hold.
type Trial = (Option<(f64, f64)>, f64);

fn draw(random: &mut Random, kinds: &[Kind], people: usize) -> Vec<Person> {
    (0..people).map(|_| person(random, kinds)).collect()
}

/// How often limits hold the truth, and how wide they are on average, in percent; no limits hold nothing.
fn held(trials: &[Trial]) -> (f64, f64) {
    let share = |sum: f64| 100.0 * sum / f64::from(SURVEYS);
    let holds = |(limits, truth): &&Trial| {
        limits.is_some_and(|(low, high)| low <= *truth && *truth <= high)
    };
    let widths = trials.iter().filter_map(|(limits, _)| *limits);
    (
        share(trials.iter().filter(holds).map(|_| 1.0).sum()),
        share(widths.map(|(low, high)| high - low).sum()),
    )
}

/// A row of the table; `survey` gives the interval and, where there is one, what counting answers as
/// people would give.
fn row(what: &str, (name, kinds): Population, n: i32, mut survey: impl FnMut() -> [Trial; 2]) {
    let (own, other): (Vec<Trial>, Vec<Trial>) = (0..SURVEYS).map(|_| survey().into()).unzip();
    let (holds, width) = held(&own);
    let without = kinds.first().map_or_else(
        || "–".to_owned(),
        |(share, _)| format!("{:.1} %", 100.0 * (1.0 - share).powi(n)),
    );
    let naive = if other.iter().all(|(limits, _)| limits.is_none()) {
        "–".to_owned()
    } else {
        format!("{:.1} %", held(&other).0)
    };
    println!("| {what} | {name} | {n} | {holds:.1} % | {width:.1} | {without} | {naive} |");
}

const NOTHING: Trial = (None, 0.0);

/// The default formula: as shown from 10 people on, and as it is from 30 on.
fn of_the_default(r: &mut Random, population: Population) {
    let kinds = population.1;
    let truth = over(kinds, satisfied_share);
    for n in [10_u16, 20] {
        row(
            "ST6 `f1_pooled`, shown outward to 5 points",
            population,
            n.into(),
            || {
                let found = Estimate::pooled(&pooled(&draw(r, kinds, n.into())));
                let shown = found.map(|of| of.interval().outward(500));
                let share = |hundredths: u16| f64::from(hundredths) / 10_000.0;
                let limits = shown.map(|shown| (share(shown.low()), share(shown.high())));
                [(limits, truth), NOTHING]
            },
        );
    }
    for n in [30_u16, 100, 300, 1_000] {
        row("ST6 `f1_pooled`, 22 items", population, n.into(), || {
            let sums = pooled(&draw(r, kinds, n.into()));
            [Estimate::pooled(&sums), Estimate::of_people(sums.x, sums.m)]
                .map(|of| (of.map(|of| of.limits()), truth))
        });
    }
}

/// The other formulas. A mean's width is of M/5, as it is shown.
fn of_the_others(r: &mut Random, population: Population) {
    let kinds = population.1;
    let items = i32::try_from(FACTORS.iter().sum::<usize>()).unwrap_or(0);
    for n in [30_u16, 100, 300] {
        row("ST7 `f1_factors`", population, n.into(), || {
            let found = of_factors(&draw(r, kinds, n.into()));
            [
                (found.map(|of| of.limits()), over(kinds, satisfied_share)),
                NOTHING,
            ]
        });
        row("ST7 `f2_mean5`", population, n.into(), || {
            let found = mean::limits(&levels(&draw(r, kinds, n.into())), None);
            let limits = found.map(|(_, low, high)| (low / 5.0, high / 5.0));
            [(limits, over(kinds, mean_level) / 5.0), NOTHING]
        });
        row("ST5 `f3_all`", population, n.into(), || {
            let truth = over(kinds, |levels| satisfied_share(levels).powi(items));
            let found = of_all(&draw(r, kinds, n.into()));
            [(found.map(|of| of.limits()), truth), NOTHING]
        });
    }
}

/// Two of one, and a part of all.
fn of_two_and_of_a_part(r: &mut Random, population: Population) {
    let kinds = population.1;
    for n in [30_u16, 100] {
        row(
            "ST9 difference of two `f1_pooled`",
            population,
            n.into(),
            || {
                let [one, other] =
                    [(); 2].map(|()| Estimate::pooled(&pooled(&draw(r, kinds, n.into()))));
                let limits = one
                    .zip(other)
                    .map(|(one, other)| one.difference_limits(&other));
                [(limits, 0.0), NOTHING]
            },
        );
    }
    row("ST8 half of 200 dossiers", population, 100, || {
        let everybody = draw(r, kinds, 200);
        let whole = pooled(&everybody);
        let found = Estimate::pooled(&pooled(&everybody[..100]));
        let found = found.map(|of| of.within(100, Some(200)).limits());
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let truth = whole.x as f64 / whole.m as f64;
        [(found, truth), NOTHING]
    });
}

/// A unit's true share: from 80 to 95 %.
fn drawn(random: &mut Random) -> f64 {
    let hundredths = u16::try_from(random.between(8_000, 9_500));
    f64::from(hundredths.unwrap_or_default()) / 10_000.0
}

fn of_peers(r: &mut Random) {
    let units = ("units from 80 to 95 %", &[][..]);
    row("ST11 share of a unit among 40 like it", units, 100, || {
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
            (standing.map(|standing| standing.limits()), truths[0]),
            NOTHING,
        ]
    });
}

fn main() {
    println!(
        "| Interval | Population | n | Holds the truth | Points wide | None of the unhappiest among n | Answers as if people |\n|---|---|---|---|---|---|---|"
    );
    let mut random = Random::seeded(7);
    let r = &mut random;
    for population in POPULATIONS {
        of_the_default(r, population);
        of_the_others(r, population);
        of_two_and_of_a_part(r, population);
    }
    of_peers(r);
}
