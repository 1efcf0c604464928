//! Speaks the statistics over standard input, a question a line, so that another implementation can
//! ask the same and compare: `vectors/stats/agreement.py`.

#[path = "people.rs"]
mod people;

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};

use survey::stats::change::{Cusum, exact_limit};
use survey::stats::coverage::non_response_bounds;
use survey::stats::drivers::{Correlations, shapley};
use survey::stats::funnel::Funnel;
use survey::stats::shrinkage::Peers;
use survey::stats::{Estimate, FactorSums, distribution, mean, planning};

fn main() -> Result<(), Box<dyn Error>> {
    let mut answers = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line?;
        let (asked, numbers) = line.split_once(' ').unwrap_or((&line, ""));
        let numbers = numbers
            .split_whitespace()
            .map(str::parse)
            .collect::<Result<Vec<f64>, _>>()?;
        let found = answer(asked, &numbers).ok_or_else(|| format!("no answer to: {line}"))?;
        let found: Vec<String> = found.iter().map(f64::to_string).collect();
        writeln!(answers, "{}", found.join(" "))?;
    }
    Ok(())
}

/// `None` for an unknown question, the wrong number of numbers, or where the statistics say `None`.
fn answer(asked: &str, numbers: &[f64]) -> Option<Vec<f64>> {
    Some(match (asked, numbers) {
        ("wilson", &[x, n]) => limits(share(x, n)?),
        ("newcombe", &[x, n, other_x, other_n]) => {
            let (low, high) = share(x, n)?.difference_limits(&share(other_x, other_n)?);
            vec![low, high]
        }
        ("pooled", flat) => {
            let sums = people::sums(pairs(flat));
            let estimate = Estimate::pooled(&sums)?;
            let found = vec![estimate.p(), sums.variance()?, estimate.n()];
            [found, limits(estimate)].concat()
        }
        ("mean", flat) => {
            let (mean, low, high) = mean::limits(&people::sums(pairs(flat)), None)?;
            vec![mean, low, high]
        }
        ("factors", &[count, ref flat @ ..]) => {
            let answers: Vec<(u64, u64)> = pairs(flat).collect();
            let people: Vec<Vec<(u64, u64)>> = answers
                .chunks(usize::try_from(whole(count)).ok()?)
                .map(<[_]>::to_vec)
                .collect();
            let (factors, cross) = people::factor_sums(&people);
            let sums = FactorSums {
                people: people.len() as u64,
                factors: &factors,
                cross: &cross,
            };
            let worth = Estimate::of_factors(&sums)?.n();
            vec![sums.mean_share()?, sums.variance()?, worth]
        }
        ("finite", &[x, n, eligible]) => {
            limits(share(x, n)?.within(whole(n), Some(whole(eligible))))
        }
        ("bounds", &[x, n, eligible]) => {
            let bounds = non_response_bounds(whole(x), whole(n), whole(eligible))?;
            vec![f64::from(bounds.low()), f64::from(bounds.high())]
        }
        ("sample", &[expected, margin, design_effect, eligible]) => {
            let eligible = (eligible > 0.0).then(|| whole(eligible));
            let size = planning::sample_size(
                u16::try_from(whole(expected)).ok()?,
                u16::try_from(whole(margin)).ok()?,
                u16::try_from(whole(design_effect)).ok()?,
                eligible,
            );
            vec![f64::from(u32::try_from(size?).ok()?)]
        }
        ("slovin", &[eligible, margin]) => {
            let size = planning::slovin(whole(eligible), u16::try_from(whole(margin)).ok()?);
            vec![f64::from(u32::try_from(size?).ok()?)]
        }
        ("peers", flat) => {
            let units = shares(flat)?;
            let peers = Peers::of(&units)?;
            let standings = units.iter().filter_map(|unit| peers.standing(unit));
            let standings = standings.flat_map(|standing| {
                let (low, high) = standing.limits();
                [standing.mean(), low, high]
            });
            [vec![peers.mean(), peers.spread()], standings.collect()].concat()
        }
        ("funnel", flat) => {
            let units = shares(flat)?;
            let funnel = Funnel::around(Peers::of(&units)?.mean(), &units);
            let places = units.iter().flat_map(|unit| {
                let (low, high) = funnel.limits(unit.n());
                [funnel.adjusted(unit), low, high]
            });
            [vec![funnel.dispersion()], places.collect()].concat()
        }
        ("cusum", &[x, n, ref weeks @ ..]) => {
            let mut sum = Cusum::against(&share(x, n)?);
            pairs(weeks)
                .map(|(low, people)| sum.add(low, people))
                .collect()
        }
        ("beta", &[x, a, b]) => vec![distribution::beta_cdf(x, a, b)],
        ("beta_quantile", &[q, a, b]) => vec![distribution::beta_quantile(q, a, b)],
        ("binomial", &[c, n, p]) => vec![distribution::binomial_cdf(whole(c), whole(n), p)],
        ("normal_quantile", &[q]) => vec![distribution::normal_quantile(q)],
        ("limit", &[people, x, n]) => match exact_limit(whole(people), &share(x, n)?) {
            Some(limit) => vec![f64::from(u32::try_from(limit).ok()?)],
            None => vec![-1.0],
        },
        ("shapley", flat) if flat.len() == 36 => {
            let mut matrix = Correlations::default();
            for (row, given) in matrix.iter_mut().zip(flat.chunks(6)) {
                row.copy_from_slice(given);
            }
            let (shares, explained) = shapley(&matrix, [true; 5])?;
            [shares.to_vec(), vec![explained]].concat()
        }
        _ => return None,
    })
}

fn share(x: f64, n: f64) -> Option<Estimate> {
    Estimate::of_people(whole(x), whole(n))
}

fn shares(flat: &[f64]) -> Option<Vec<Estimate>> {
    pairs(flat)
        .map(|(x, n)| Estimate::of_people(x, n))
        .collect()
}

fn limits(estimate: Estimate) -> Vec<f64> {
    let (low, high) = estimate.limits();
    vec![low, high]
}

fn pairs(flat: &[f64]) -> impl Iterator<Item = (u64, u64)> {
    flat.chunks(2).map(|pair| (whole(pair[0]), whole(pair[1])))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are asked for as whole numbers"
)]
fn whole(count: f64) -> u64 {
    count as u64
}
