//! One place, month by month (rules ST9, ST15, ST16). Never: two forms in one line.

use alloc::string::String;
use alloc::vec::Vec;

use super::{COMPARE_FLOOR, Figure, Showing, pooled, publish_overall};
use crate::day::{Day, Millis};
use crate::form::Form;
use crate::release::{Finality, Slice, finality};
use crate::score::{Formula, Index, Summed, Tally};
use crate::stats::change::Cusum;
use crate::stats::{Difference, Estimate, change};

/// How far back "usual" reaches.
const USUAL_MONTHS: usize = 12;

/// What may be shown of one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// `YYYY-MM`.
    pub month: String,
    /// How final it is.
    pub finality: Finality,
    /// First and last business day of the responses in it.
    pub span: (Day, Day),
    /// Responses in it.
    pub responses: u64,
    /// Of these, given with a helper.
    pub assisted: u64,
    /// `f1_pooled`.
    pub figure: Figure,
    /// ST9: this month minus the one shown before it, where both have 100 people.
    pub change: Option<Difference>,
    /// `f3_all`, which ST15 watches.
    pub all: Figure,
    /// ST15: `f3_all` against the twelve months before; `None` where either has fewer than 100 people.
    pub usual: Option<Usual>,
    /// ST16, in the months that end with 100 people more.
    pub watch: Option<Watch>,
}

/// Where the running sum of ST16 stands: the evidence that more people than usual had an answer at level 1
/// or 2. It runs over whole months, which are sums of atoms, not over weeks (docs/adr/0033-cusum.md). Shares are
/// in hundredths of a percentage point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// The first of the months that were added together: one with 100 people stands alone.
    pub from: String,
    /// People in them.
    pub people: u64,
    /// The share of them who had such an answer.
    pub low: u16,
    /// That of the twelve months before.
    pub usual: u16,
    /// The level that the sum reached, of the one that raises an alarm.
    pub level: u16,
    /// It raised the alarm, and begins anew.
    pub alarm: bool,
}

/// What a month is held against (ST15); shares of people who were satisfied with everything, in
/// hundredths of a percentage point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Of the twelve months before, all together.
    pub share: u16,
    /// The most that still signals a fall; `None` where even nobody would be ordinary.
    pub limit: Option<u16>,
    /// This month is at the limit or below it: fewer than ever by chance.
    pub fell: bool,
}

/// The months of one form, in order.
#[must_use]
pub fn trend(form: &Form, slices: &[Slice], now: Millis) -> Vec<Month> {
    let own = in_order(form, slices);
    steps(&own, now).map(Step::shown).collect()
}

/// The last month of [`trend`]: its figures and its limit alone are made, which cost far more than the
/// running sum over the months before it.
#[must_use]
pub fn newest_month<'a>(
    form: &Form,
    slices: impl IntoIterator<Item = &'a Slice>,
    now: Millis,
) -> Option<Month> {
    let own = in_order(form, slices);
    steps(&own, now).last().map(Step::shown)
}

fn in_order<'a>(form: &Form, slices: impl IntoIterator<Item = &'a Slice>) -> Vec<&'a Slice> {
    let of_form = slices
        .into_iter()
        .filter(|slice| slice.tally.form() == form.id());
    let mut own: Vec<&Slice> = of_form.collect();
    own.sort_by(|a, b| a.month.cmp(&b.month));
    own
}

/// A month, and what only a walk through those before it tells.
struct Step<'a> {
    slice: &'a Slice,
    before: &'a [&'a Slice],
    finality: Finality,
    watch: Option<Watch>,
}

/// The walk through the months: every one of them must be taken, in order, for ST16 to add up.
fn steps<'a>(own: &'a [&'a Slice], now: Millis) -> impl Iterator<Item = Step<'a>> {
    let mut watching = Watching::default();
    own.iter().enumerate().filter_map(move |(at, slice)| {
        Some(Step {
            slice,
            before: own.get(..at).unwrap_or_default(),
            finality: finality(&slice.month, now)?,
            watch: watching.add(own, at),
        })
    })
}

impl Step<'_> {
    fn shown(self) -> Month {
        let (slice, tally) = (self.slice, &self.slice.tally);
        Month {
            month: slice.month.clone(),
            finality: self.finality,
            span: (slice.first, slice.last),
            responses: tally.people().responses,
            assisted: tally.people().assisted,
            figure: pooled(publish_overall(tally, Formula::Pooled)),
            change: self
                .before
                .last()
                .and_then(|last| difference(tally, &last.tally)),
            all: Figure {
                formula: Formula::AllSatisfied,
                showing: publish_overall(tally, Formula::AllSatisfied),
            },
            usual: usual(tally, self.before),
            watch: self.watch,
        }
    }
}

/// The running sum of ST16 on its way through the months.
#[derive(Default)]
struct Watching {
    sum: Option<Cusum>,
    /// The first month that waits for 100 people.
    since: Option<usize>,
}

impl Watching {
    /// Adds a month; what it shows once there are 100 people, and 100 before them.
    fn add(&mut self, own: &[&Slice], at: usize) -> Option<Watch> {
        let since = *self.since.get_or_insert(at);
        let waiting = own.get(since..=at)?;
        let (low, people) = lows(waiting);
        if people < COMPARE_FLOOR {
            return None;
        }
        self.since = None;
        let (low_before, before) = lows(own.get(since.saturating_sub(USUAL_MONTHS)..since)?);
        if before < COMPARE_FLOOR {
            return None;
        }
        let usual = Estimate::of_people(low_before, before)?;
        let sum = self.sum.map(|sum| sum.held_against(&usual));
        let mut sum = sum.unwrap_or_else(|| Cusum::against(&usual));
        let (level, alarm) = sum.week(low, people);
        self.sum = Some(sum);
        let share = |x, n| Index::new(x, n).map(Index::hundredths);
        Some(Watch {
            from: waiting.first()?.month.clone(),
            people,
            low: share(low, people)?,
            usual: share(low_before, before)?,
            level,
            alarm,
        })
    }
}

/// People with an answer at level 1 or 2, of those who answered.
fn lows(slices: &[&Slice]) -> (u64, u64) {
    slices.iter().fold((0, 0), |(low, people), slice| {
        let counted = slice.tally.people();
        (
            counted.low.saturating_add(low),
            counted.answered.saturating_add(people),
        )
    })
}

/// The estimate behind a pooled figure that may be compared.
pub(super) fn comparable(tally: &Tally) -> Option<Estimate> {
    let is_shown = matches!(
        publish_overall(tally, Formula::Pooled),
        Showing::Score { .. }
    );
    let is_enough = is_shown && tally.people().answered >= COMPARE_FLOOR;
    is_enough
        .then(|| Estimate::pooled(&tally.pooled(Summed::Satisfied)))
        .flatten()
}

fn difference(now: &Tally, before: &Tally) -> Option<Difference> {
    Some(comparable(now)?.minus(&comparable(before)?))
}

fn usual(now: &Tally, before: &[&Slice]) -> Option<Usual> {
    let from = before.len().saturating_sub(USUAL_MONTHS);
    let usual = before.get(from..)?.iter();
    let (mut all, mut people) = (0_u64, 0_u64);
    for slice in usual {
        let counted = slice.tally.people();
        all = all.saturating_add(counted.all_satisfied);
        people = people.saturating_add(counted.answered);
    }
    let answered = now.people().answered;
    if people < COMPARE_FLOOR || answered < COMPARE_FLOOR {
        return None;
    }
    let limit = change::exact_limit(answered, &Estimate::of_people(all, people)?);
    let share = |x, n| Index::new(x, n).map(Index::hundredths);
    Some(Usual {
        share: share(all, people)?,
        limit: limit.and_then(|limit| share(limit, answered)),
        fell: limit.is_some_and(|limit| now.people().all_satisfied <= limit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Shape;

    fn month(form: &Form, month: &str, (people, satisfied): (u64, u64)) -> Slice {
        let shape = Shape::of(form);
        let mut numbers = Tally::empty(form.id(), shape).numbers();
        // Responses, answered, low, all satisfied; then the first factor's people and sums: one
        // answer each, level 4 or 1.
        numbers[0] = people;
        numbers[1] = people;
        numbers[3] = satisfied;
        let of_factors = 16 + 6 * shape.items;
        let levels = 4 * satisfied + (people - satisfied);
        numbers[of_factors..of_factors + 4].copy_from_slice(&[people, satisfied, people, levels]);
        let cross = of_factors + 4 * shape.factors;
        numbers[cross..cross + 3].copy_from_slice(&[satisfied, satisfied, people]);
        let day = Day::parse(&alloc::format!("{month}-20")).unwrap();
        Slice {
            month: month.into(),
            atoms: 1,
            first: day,
            last: day,
            tally: Tally::from_numbers(form.id(), shape, &numbers).unwrap(),
        }
    }

    #[test]
    fn st15_a_fall_is_marked_and_chance_is_not() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let now = Day::parse("2026-05-10").unwrap().starts();
        let slices = [
            month(&form, "2026-01", (300, 276)),
            // p₀ = .92: 82 of 100 signal, 83 do not (`tests/vectors/stats/exact_limit.json`).
            month(&form, "2026-02", (100, 83)),
            month(&form, "2026-03", (100, 60)),
            month(&form, "2026-04", (40, 4)),
        ];
        let months = trend(&form, &slices, now);
        let usual = months.iter().map(|month| month.usual);
        let usual: Vec<_> = usual
            .map(|it| it.map(|it| (it.share, it.limit, it.fell)))
            .collect();
        assert_eq!(
            usual,
            [
                None,
                Some((9_200, Some(8_200), false)),
                // 359 of 400 before; the largest c with P(X <= c) <= .00135 is 79.
                Some((8_975, Some(7_900), true)),
                None
            ]
        );
        // 83 % less 92 %, then 60 % less 83 %; forty people are not compared.
        let change: Vec<_> = months
            .iter()
            .map(|month| month.change.map(Difference::estimate))
            .collect();
        assert_eq!(change, [None, Some(-900), Some(-2300), None]);
        assert_eq!(months[3].finality, Finality::Sealed);
    }

    #[test]
    fn p5_a_month_of_few_shows_an_interval_and_no_change() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let now = Day::parse("2026-02-03").unwrap().starts();
        let months = trend(&form, &[month(&form, "2026-01", (12, 11))], now);
        assert!(matches!(
            months[0].figure.showing,
            Showing::Interval { n: 12, .. }
        ));
        assert_eq!(months[0].finality, Finality::Provisional);
    }

    /// A month of people, of whom so many had a low answer and the others were satisfied.
    fn with_low(form: &Form, name: &str, (people, low): (u64, u64)) -> Slice {
        let mut slice = month(form, name, (people, people - low));
        let mut numbers = slice.tally.numbers();
        numbers[2] = low;
        slice.tally = Tally::from_numbers(form.id(), Shape::of(form), &numbers).unwrap();
        slice
    }

    /// Months of people, of whom so many had a low answer.
    fn watched(form: &Form, months: &[(u64, u64)]) -> Vec<Month> {
        let slice = |(at, counts): (usize, &(u64, u64))| {
            let name = alloc::format!("{}-{:02}", 2025 + at / 12, at % 12 + 1);
            with_low(form, &name, *counts)
        };
        let slices: Vec<_> = months.iter().enumerate().map(slice).collect();
        trend(form, &slices, Day::parse("2027-01-20").unwrap().starts())
    }

    #[test]
    fn st16_more_low_answers_than_usual_add_up_month_by_month_to_an_alarm() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        // By another program, C in parts of 6:
        // q₀ .08, q₁ .148148: 15·ln 1.851852 + 85·ln .925926 = 2.701104
        // q₀ 23/200 = .115, q₁ .206278: 16·.584293 + 84·(-.108854) = .204914, in all 2.906018
        // q₀ 39/300 = .13, q₁ .230088: 30·.570931 + 70·(-.122218) = 8.572652: alarm
        // q₀ 69/400 = .1725, q₁ .294243: 8·.534009 + 92·(-.159138) < 0
        let months = watched(
            &form,
            &[(100, 8), (100, 15), (100, 16), (100, 30), (100, 8)],
        );
        let found: Vec<_> = months
            .iter()
            .map(|month| month.watch.as_ref())
            .map(|watch| watch.map(|it| (it.usual, it.low, it.level, it.alarm)))
            .collect();
        assert_eq!(
            found,
            [
                None,
                Some((800, 1_500, 4_502, false)),
                Some((1_150, 1_600, 4_843, false)),
                Some((1_300, 3_000, 10_000, true)),
                Some((1_725, 800, 0, false)),
            ]
        );
    }

    #[test]
    fn st16_p5_small_months_are_added_together_until_there_are_a_hundred() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let months = watched(
            &form,
            &[(60, 5), (60, 5), (40, 9), (40, 3), (40, 9), (90, 9)],
        );
        let found: Vec<_> = months.iter().map(|month| month.watch.clone()).collect();
        assert_eq!(found[..4], [None, None, None, None]);
        let watch = found[4].as_ref().unwrap();
        assert_eq!((watch.from.as_str(), watch.people), ("2025-03", 120));
        assert_eq!((watch.low, watch.usual), (1_750, 833));
        assert_eq!(found[5], None, "ninety wait for ten more");
        // Twelve months back and no further.
        let mut long = [(100, 8); 14];
        long[0] = (100, 90);
        let months = watched(&form, &long);
        let usual = |at: usize| months[at].watch.as_ref().map(|it| it.usual);
        assert_eq!((usual(12), usual(13)), (Some(1_483), Some(800)));
    }

    #[test]
    fn um6_the_newest_month_is_the_last_of_the_trend_wherever_the_months_end() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let other = Form::parse(include_str!("../../forms/local9.json")).unwrap();
        let now = Day::parse("2026-05-10").unwrap().starts();
        let of = |form: &Form, months: &[(&str, (u64, u64))]| -> Vec<Slice> {
            let slices = months.iter();
            slices
                .map(|(name, counts)| with_low(form, name, *counts))
                .collect()
        };
        // Evidence that adds up to an alarm, then a month that waits, one that is withheld, gaps, one still open.
        let mut long = of(
            &form,
            &[
                ("2025-03", (100, 8)),
                ("2025-04", (100, 15)),
                ("2025-05", (100, 16)),
                ("2025-06", (100, 30)),
                ("2025-09", (60, 5)),
                ("2025-10", (7, 1)),
                ("2025-11", (50, 9)),
                ("2026-02", (20, 2)),
                ("2026-05", (300, 20)),
            ],
        );
        // No month: passed over, and yet people before those of the months that follow.
        let mut none = with_low(&form, "2025-12", (120, 60));
        none.month = "2025-1x".into();
        long.insert(7, none);
        let changed = [
            of(&form, &[("2026-01", (100, 8)), ("2026-02", (100, 30))]),
            of(&other, &[("2026-02", (150, 5)), ("2026-03", (150, 90))]),
        ]
        .concat();
        let mut seen = Vec::new();
        for history in [long, changed] {
            for (end, form) in (0..=history.len()).flat_map(|end| [(end, &form), (end, &other)]) {
                let mut slices = history[..end].to_vec();
                let newest = trend(form, &slices, now).pop();
                assert_eq!(newest_month(form, &slices, now), newest, "of {end}");
                slices.reverse();
                assert_eq!(newest_month(form, &slices, now), newest, "of {end}, turned");
                seen.push(newest);
            }
        }
        // Each case was there to go wrong.
        let any = |is: fn(&Month) -> bool| seen.iter().flatten().any(is);
        assert!(seen.contains(&None));
        assert!(any(|it| it.watch.as_ref().is_some_and(|watch| watch.alarm)));
        assert!(any(|it| it.watch.is_none() && it.responses < COMPARE_FLOOR));
        assert!(any(|it| it.usual.is_some_and(|usual| usual.fell)));
        assert!(any(|it| it.change.is_some()));
        assert!(any(|it| !it.figure.showing.is_shown()));
        assert!(any(|it| it.finality == Finality::Open));
    }
}
