//! The plan, unit by unit: what was asked for, what came, what is left. Never: an order by progress.

use std::sync::Arc;

use leptos::prelude::*;
use survey::id::UnitId;
use survey::stats::planning;
use survey::wire::dossiers::Dossiers;
use survey::wire::manager::Unit;

use super::Wish;
use super::counts::Counts;
use super::reckon::{Expected, call_backs, expected, progress};
use crate::manager::overview::tree::Tree;
use crate::manager::unit::period::Month;
use crate::parts::{IntervalBar, Words, format};
use crate::text::ActionText as Text;

/// What the table is made of.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The units.
    pub tree: Arc<Tree>,
    /// Dossiers by unit and month.
    pub dossiers: Arc<Dossiers>,
    /// How many answered at each unit of the table.
    pub counted: Vec<(UnitId, u64)>,
}

impl Known {
    /// The units of the table by name, each with how many answered.
    fn rows(&self) -> Vec<(&Unit, u64)> {
        let units = self.tree.in_order().filter_map(|unit| {
            let mut counted = self.counted.iter();
            let (_, done) = counted.find(|(own, _)| *own == unit.id)?;
            Some((unit, *done))
        });
        units.collect()
    }
}

/// Draws it.
pub(super) fn table(words: Words, known: &Known, wish: &Wish, this: Month) -> AnyView {
    let language = words.language();
    let count = |n: u64| format::count(language, n);
    let rows = known.rows();
    let own = rows.iter().map(|(unit, _)| unit.id.clone()).collect();
    let counts = Counts::of(&known.tree, &known.dossiers, &own);
    let mut sums = (0_u64, 0_u64, 0_u64, 0_u64);
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|(unit, done)| {
            let year = expected(wish.year, this, |month| counts.month(&unit.id, month));
            let target = year.and_then(|year| wish.rule.target(year.dossiers));
            match target {
                Some(target) => {
                    sums.0 += 1;
                    sums.1 = sums.1.saturating_add(target);
                    sums.2 = sums.2.saturating_add(done);
                }
                None => sums.3 += 1,
            }
            row(words, wish, this, unit, (year, target, done))
        })
        .collect();
    let (planned, target, done, unplanned) = sums;
    let summary = words.fill(
        Text::PlanSummary,
        &[
            ("u", &count(planned)),
            ("t", &count(target)),
            ("d", &count(done)),
        ],
    );
    let gap = (unplanned > 0).then(|| {
        let said = words.fill(Text::PlanGap, &[("u", &count(unplanned))]);
        view! {
            <p>
                {said} " " <a href="/dossiers">{words.say(Text::ToDossiers)}</a>
            </p>
        }
    });
    let calls = planning::call_backs(wish.fakes).unwrap_or_default();
    let share = count(u64::from(wish.fakes / 100));
    let calls = words.fill(Text::CallBackHelp, &[("n", &count(calls)), ("f", &share)]);
    view! {
        <p id="plan-summary">{summary}</p>
        {gap}
        <div class="scroll card" role="region" tabindex="0" aria-label=words.say(Text::PlanTitle)>
            <table class="numbers planned">
                <thead>
                    <tr>
                        <th scope="col">{words.say(Text::PlanUnit)}</th>
                        <th scope="col">{words.say(Text::PlanDossiers)}</th>
                        <th scope="col">{words.say(Text::PlanTarget)}</th>
                        <th scope="col">{words.say(Text::PlanDone)}</th>
                        <th scope="col">{words.say(Text::PlanProgress)}</th>
                        <th scope="col">{words.say(Text::PlanMonthly)}</th>
                        <th scope="col">{words.say(Text::PlanCalls)}</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().collect_view()}</tbody>
            </table>
        </div>
        <section class="card notes">
            <h2>{words.say(Text::PlanHow)}</h2>
            <ul>
                <li>{words.say(Text::PlanTargetHelp)}</li>
                <li>{words.say(Text::PlanStepsHelp)}</li>
                <li>{calls}</li>
                <li>{words.say(Text::CallBackWay)}</li>
            </ul>
        </section>
    }
    .into_any()
}

/// One unit.
fn row(
    words: Words,
    wish: &Wish,
    this: Month,
    unit: &Unit,
    (year, target, done): (Option<Expected>, Option<u64>, u64),
) -> AnyView {
    let language = words.language();
    let count = |n: u64| format::count(language, n);
    let nothing = || words.say(Text::PlanUnknown).to_owned();
    let dossiers = year.map_or_else(nothing, |year| count(year.dossiers));
    let estimated = year.filter(|year| year.months < 12).map(|year| {
        let said = words.count(Text::PlanEstimated, i64::from(year.months));
        view! { <p class="soft">{said}</p> }
    });
    let way = target.map(|target| progress(target, done, wish.year, this));
    let none = || "–".to_owned();
    let bar = way.map_or_else(
        || none().into_any(),
        |way| {
            view! {
                <span class="bar-value">{format::percent(language, way.share)}</span>
                <IntervalBar low=0 high=way.share index=None />
            }
            .into_any()
        },
    );
    let monthly = way.and_then(|way| way.a_month);
    let calls = call_backs(done, wish.fakes);
    view! {
        <tr>
            <th scope="row">{unit.name.in_language(language.tag()).to_owned()}</th>
            <td>{dossiers} {estimated}</td>
            <td>{target.map_or_else(none, count)}</td>
            <td>{count(done)}</td>
            <td>{bar}</td>
            <td>{monthly.map_or_else(none, count)}</td>
            <td>{calls.map_or_else(none, count)}</td>
        </tr>
    }
    .into_any()
}
