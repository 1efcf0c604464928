//! Signs of quality on simulated provinces (ST22, UM14): how often somebody who stuffs is found, and how often an
//! honest unit is marked. `cargo xtask long --only quality` prints its line.

mod random;

use random::Random;
use survey::day::Day;
use survey::form::Form;
use survey::publish::quality::{Grade, Place, Sign, quality};
use survey::release::Slice;
use survey::score::{Shape, Tally};

const FORM: &str = include_str!("../../survey/forms/express6.json");
const PROVINCES: u64 = 200;
const UNITS: usize = 30;
const MONTHS: u8 = 12;
/// Every Friday fifteen answers at the best level, as in the sample province.
const STUFFED_A_MONTH: u64 = 65;

/// So much larger a share of those who begin leaves where they are made to.
const DRIVEN_AWAY: f64 = 0.12;

/// How people of a unit are.
#[derive(Clone, Copy)]
struct Habits {
    a_month: u64,
    satisfied: f64,
    assisted: f64,
    straight: f64,
    late: f64,
    left: f64,
}

/// A share around another, as units differ from one another.
fn around(random: &mut Random, mean: f64, apart: f64) -> f64 {
    // The sum of twelve is as good as normal.
    let normal: f64 = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    (mean + apart * normal).clamp(0.0, 1.0)
}

fn of(random: &mut Random, people: u64, share: f64) -> u64 {
    (0..people).map(|_| u64::from(random.chance(share))).sum()
}

fn month(random: &mut Random, form: &Form, habits: &Habits, stuffed: u64, month: u8) -> Slice {
    let shape = Shape::of(form);
    // A month is a little better or worse than another.
    let satisfied = around(random, habits.satisfied, 0.02);
    let people = random.between(habits.a_month / 2, habits.a_month * 3 / 2);
    let mut sums = [satisfied, habits.assisted, habits.straight, habits.late]
        .map(|share| of(random, people, share));
    sums[0] += stuffed;
    sums[2] += stuffed;
    let people = people + stuffed;
    let [satisfied, assisted, straight, late] = sums;
    let mut numbers = Tally::empty(form.id(), shape).numbers();
    numbers[..7].copy_from_slice(&[people, people, 0, satisfied, assisted, straight, late]);
    let factors = 16 + 6 * shape.items;
    let levels = 4 * satisfied + (people - satisfied);
    numbers[factors..factors + 4].copy_from_slice(&[people, satisfied, people, levels]);
    let day = Day::from_calendar(2026, month, 10).unwrap_or_else(|| panic!("a day"));
    let tally = Tally::from_numbers(form.id(), shape, &numbers);
    Slice {
        month: day.month_slice(),
        atoms: 1,
        first: day,
        last: day,
        tally: tally.unwrap_or_else(|| panic!("a tally")),
    }
}

fn main() {
    let form = Form::parse(FORM).unwrap_or_else(|_| panic!("the form reads"));
    let mut random = Random::seeded(22);
    let r = &mut random;
    let (mut found, mut stuffers, mut honest, mut marked, mut doubted, mut clean) =
        (0, 0, 0, 0, 0, 0);
    let (mut drivers, mut driven_found) = (0, 0);
    let (mut signs, mut false_share) = (0, 0.0);
    for province in 0..PROVINCES {
        // Every other province has somebody who stuffs.
        let guilty = (province % 2 == 0).then(|| usize::from(r.chance(0.5)));
        let driven = (province % 2 == 1).then_some(0);
        let left = 0.03 + 0.07 * r.unit();
        let straight = 0.05 + 0.35 * r.unit();
        let assisted = 0.05 + 0.2 * r.unit();
        let habits: Vec<Habits> = (0..UNITS)
            .map(|at| Habits {
                a_month: r.between(20, 120),
                satisfied: around(r, 0.8, 0.06),
                assisted: around(r, assisted, 0.03),
                straight: around(r, straight, 0.04),
                late: around(r, 0.01, 0.005),
                left: around(r, left, 0.015) + if driven == Some(at) { DRIVEN_AWAY } else { 0.0 },
            })
            .collect();
        let units: Vec<Vec<Slice>> = habits
            .iter()
            .enumerate()
            .map(|(at, habits)| {
                let stuffed = if guilty == Some(at) {
                    STUFFED_A_MONTH
                } else {
                    0
                };
                (1..=MONTHS)
                    .map(|of| month(r, &form, habits, stuffed, of))
                    .collect()
            })
            .collect();
        let places: Vec<Place<'_>> = units
            .iter()
            .zip(&habits)
            .map(|(months, habits)| {
                let finished: u64 = months
                    .iter()
                    .map(|month| month.tally.people().responses)
                    .sum();
                // Of those who begin a share leaves, so that the others are who finished.
                let abandoned = of(r, finished, habits.left / (1.0 - habits.left));
                Place {
                    kind: "commune".to_owned(),
                    months: months.iter().collect(),
                    opened: finished + abandoned,
                    abandoned,
                }
            })
            .collect();
        let (mut all, mut wrong) = (0_u32, 0_u32);
        for (at, place) in quality(&places).into_iter().enumerate() {
            let Some(place) = place else { continue };
            all += u32::try_from(place.signs.len()).unwrap_or_default();
            if guilty == Some(at) {
                stuffers += 1;
                found += u32::from(place.signs.contains(&Sign::StraightLined));
            } else if driven == Some(at) {
                drivers += 1;
                driven_found += u32::from(place.signs.contains(&Sign::Abandoned));
            } else {
                honest += 1;
                wrong += u32::try_from(place.signs.len()).unwrap_or_default();
                marked += u32::from(place.grade() != Grade::Good);
                doubted += u32::from(place.grade() == Grade::Doubt);
            }
        }
        signs += all;
        clean += u32::from(wrong == 0);
        if all > 0 {
            false_share += f64::from(wrong) / f64::from(all);
        }
    }
    let provinces = u32::try_from(PROVINCES).unwrap_or_default();
    println!(
        "{provinces} provinces of {UNITS} units: stuffing found in {found} of {stuffers}, people who are made to leave in {driven_found} of {drivers}; of {honest} honest units \
         {marked} marked, {doubted} with two signs; {clean} provinces without a false sign; {signs} signs, false \
         discovery {:.1} % on average",
        100.0 * false_share / f64::from(provinces)
    );
}
