//! What of a sum may be shown: floors, masks and the one rounding (rules P5, P9, SPEC C6). Never:
//! who asks, how it is drawn, a number without formula, n and interval.

mod coverage;
mod drivers;
mod peers;
pub mod quality;
mod trend;
mod weighted;

use alloc::vec::Vec;

use crate::breakdown::GroupSum;
use crate::day::Day;
use crate::form::Form;
use crate::id::{FormId, ItemId};
use crate::release::{FLOOR, Slice};
use crate::score::{Formula, Index, ItemCount, Summed, Tally};
use crate::stats::{Difference, Estimate, FactorSums, Interval, RatioSums, mean};

pub use coverage::{Coverage, coverage};
pub use drivers::drivers;
pub use peers::{Group, Standing, against, side_by_side};
pub use trend::{Month, Usual, Watch, newest_month, trend};
pub use weighted::{Weighted, weighted};

/// From this n on figures are compared with one another (rules UM5, UM6).
pub const COMPARE_FLOOR: u64 = 100;
/// From this n on a score and its levels are shown; below it only an interval (rule P5).
pub const SCORE_FLOOR: u64 = 30;
/// Intervals of fewer than [`SCORE_FLOOR`] are rounded outward to five percentage points (P9).
const COARSE_STEP: u16 = 500;

/// A number for people: never without its formula, n and interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The named formula.
    pub formula: Formula,
    /// What is shown.
    pub showing: Showing,
}

/// How much of a number may be shown. Shares are in hundredths of a percentage point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Showing {
    /// Nothing, not even n.
    Hidden(Why),
    /// From 10 people on.
    Interval {
        /// People.
        n: u64,
        /// 95 %, outward to five points.
        interval: Interval,
    },
    /// From 30 people on.
    Score {
        /// People.
        n: u64,
        /// Rounded half up, once.
        index: u16,
        /// 95 %.
        interval: Interval,
        /// For items: the share of each level 1..=5.
        levels: Option<[u16; 5]>,
    },
}

impl Showing {
    /// Whether anything is shown.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        !matches!(self, Self::Hidden(_))
    }
}

/// Why nothing is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nobody answered.
    Nobody,
    /// Fewer than ten people.
    TooFew,
    /// Shown, it would reveal by subtraction a neighbour with fewer than ten.
    GuardsNeighbour,
    /// The formula needs figures that are not shown.
    NeedsOthers,
}

/// Everything that may be shown of one form's responses at one place over one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The form.
    pub form: FormId,
    /// First and last business day of the responses in it.
    pub span: Option<(Day, Day)>,
    /// Atoms in the sum.
    pub atoms: u64,
    /// Responses in the sum, whatever they answered. At least ten, or none at all.
    pub responses: u64,
    /// Of these, given with a helper.
    pub assisted: u64,
    /// The figure of everything together, default formula first.
    pub overall: Vec<Figure>,
    /// By factor.
    pub factors: Vec<Part>,
    /// By item, the overall item included.
    pub items: Vec<Part>,
}

/// The figure of one factor or item, with `f1_pooled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub id: ItemId,
    /// Its factor's position, for an item that has one.
    pub factor: Option<usize>,
    /// Its figure.
    pub figure: Figure,
}

/// Publishes the sum of released atoms; `None` stands for no atom yet. Nothing else may make a
/// figure (SPEC P5).
#[must_use]
pub fn publish(form: &Form, released: Option<&Slice>) -> Published {
    let empty = Tally::empty(form.id(), crate::score::Shape::of(form));
    let tally = released.map_or(&empty, |slice| &slice.tally);
    let factors = publish_factors(form, tally);
    let items = publish_items(form, tally, &factors);
    let is_every_factor_scored = factors
        .iter()
        .all(|part| matches!(part.figure.showing, Showing::Score { .. }));
    let overall = Formula::ALL
        .into_iter()
        .map(|formula| Figure {
            formula,
            showing: match formula {
                Formula::Factors if !is_every_factor_scored => Showing::Hidden(Why::NeedsOthers),
                _ => publish_overall(tally, formula),
            },
        })
        .collect();
    Published {
        form: form.id(),
        span: released.map(|slice| (slice.first, slice.last)),
        atoms: released.map_or(0, |slice| slice.atoms),
        responses: tally.people().responses,
        assisted: tally.people().assisted,
        overall,
        factors,
        items,
    }
}

/// `f1_pooled` of one group of a breakdown that may be shown (rule P7).
#[must_use]
pub fn publish_group(sum: &GroupSum) -> Figure {
    let index = Index::new(sum.ratio.x, sum.ratio.m);
    pooled(show(sum.ratio.people, index, interval_of(&sum.ratio), None))
}

/// ST9: one group of a breakdown that may be shown less another, where both have 100 people.
#[must_use]
pub fn group_difference(one: &GroupSum, other: &GroupSum) -> Option<Difference> {
    let estimate = |sum: &GroupSum| {
        let is_enough = sum.ratio.people >= COMPARE_FLOOR;
        is_enough.then(|| Estimate::pooled(&sum.ratio)).flatten()
    };
    Some(estimate(one)?.minus(&estimate(other)?))
}

fn publish_overall(tally: &Tally, formula: Formula) -> Showing {
    let n = tally.people().answered;
    let index = tally.index(formula);
    let interval = match formula {
        Formula::Pooled => interval_of(&tally.pooled(Summed::Satisfied)),
        Formula::AllSatisfied => {
            Estimate::of_people(tally.people().all_satisfied, n).map(|estimate| estimate.interval())
        }
        Formula::Mean5 => mean::interval(&tally.pooled(Summed::Levels), None),
        Formula::Factors => Estimate::of_factors(&FactorSums {
            people: n,
            factors: &tally.totals(Summed::Satisfied),
            cross: &tally.cross_sums(Summed::Satisfied),
        })
        .map(|estimate| estimate.interval()),
    };
    show(n, index, interval, None)
}

fn publish_factors(form: &Form, tally: &Tally) -> Vec<Part> {
    let people: Vec<u64> = tally.factors().iter().map(|factor| factor.people).collect();
    let guard = guard_of(&people);
    let factors = form.factors().iter().enumerate();
    factors
        .map(|(at, factor)| {
            let sums = tally.factor_sums(at).unwrap_or_default();
            let showing = if guard == Some(at) {
                Showing::Hidden(Why::GuardsNeighbour)
            } else {
                let index = Index::new(sums.x, sums.m);
                let showing = show(sums.people, index, interval_of(&sums), None);
                held_back(form, Some(at), showing)
            };
            Part {
                id: factor.id.clone(),
                factor: None,
                figure: pooled(showing),
            }
        })
        .collect()
}

fn publish_items(form: &Form, tally: &Tally, factors: &[Part]) -> Vec<Part> {
    let is_hidden_factor = |factor: Option<usize>| {
        factor
            .and_then(|at| factors.get(at))
            .is_some_and(|part| !part.figure.showing.is_shown())
    };
    // Within a factor that is shown, a hidden item could be found by subtraction: it needs a guard.
    let guards: Vec<Option<usize>> = (0..form.factors().len())
        .map(|factor| {
            let of_factor = form.items().iter().zip(tally.items());
            let people: Vec<u64> = of_factor
                .map(|(item, count)| {
                    if item.factor == Some(factor) {
                        count.answers()
                    } else {
                        0
                    }
                })
                .collect();
            guard_of(&people)
        })
        .collect();
    let is_guard = |at: usize, factor: Option<usize>| {
        factor.and_then(|factor| guards.get(factor).copied().flatten()) == Some(at)
    };
    let items = form.items().iter().zip(tally.items()).enumerate();
    items
        .map(|(at, (item, count))| {
            let showing = match show_item(count) {
                shown if !shown.is_shown() => held_back(form, item.factor, shown),
                _ if is_hidden_factor(item.factor) => Showing::Hidden(Why::GuardsNeighbour),
                _ if is_guard(at, item.factor) => Showing::Hidden(Why::GuardsNeighbour),
                shown => shown,
            };
            Part {
                id: item.id.clone(),
                factor: item.factor,
                figure: pooled(showing),
            }
        })
        .collect()
}

/// Of a factor under a filter nothing is in the sum until ten were asked ([`crate::release::shown`]):
/// nobody there means fewer than ten.
fn held_back(form: &Form, factor: Option<usize>, showing: Showing) -> Showing {
    let factor = factor.and_then(|at| form.factors().get(at));
    match showing {
        Showing::Hidden(Why::Nobody) if factor.is_some_and(|it| it.asked_if.is_some()) => {
            Showing::Hidden(Why::TooFew)
        }
        _ => showing,
    }
}

/// Complementary suppression: where parts of a shown whole have 1..=9 people, the whole minus the
/// shown parts would tell about them. The smallest part of ten or more is hidden with them, so that
/// what subtraction yields is about at least ten people. `None` when nothing needs guarding, or when
/// there is nothing to hide behind.
fn guard_of(people: &[u64]) -> Option<usize> {
    let needs_guard = people.iter().any(|n| (1..FLOOR).contains(n));
    let candidates = people.iter().enumerate().filter(|(_, n)| **n >= FLOOR);
    let smallest = candidates.min_by_key(|(_, n)| **n).map(|(at, _)| at);
    smallest.filter(|_| needs_guard)
}

fn show_item(count: &ItemCount) -> Showing {
    let n = count.answers();
    let interval = Estimate::of_people(count.satisfied(), n).map(|estimate| estimate.interval());
    let share = |level: u64| Index::new(level, n).map_or(0, Index::hundredths);
    show(
        n,
        Index::new(count.satisfied(), n),
        interval,
        Some(count.levels.map(share)),
    )
}

/// The display thresholds of rule P5.
fn show(
    n: u64,
    index: Option<Index>,
    interval: Option<Interval>,
    levels: Option<[u16; 5]>,
) -> Showing {
    let (Some(index), Some(interval)) = (index, interval) else {
        return Showing::Hidden(if n == 0 { Why::Nobody } else { Why::TooFew });
    };
    if n < FLOOR {
        Showing::Hidden(Why::TooFew)
    } else if n < SCORE_FLOOR {
        Showing::Interval {
            n,
            interval: interval.outward(COARSE_STEP),
        }
    } else {
        Showing::Score {
            n,
            index: index.hundredths(),
            interval,
            levels,
        }
    }
}

fn interval_of(sums: &RatioSums) -> Option<Interval> {
    Estimate::pooled(sums).map(|estimate| estimate.interval())
}

const fn pooled(showing: Showing) -> Figure {
    Figure {
        formula: Formula::Pooled,
        showing,
    }
}
