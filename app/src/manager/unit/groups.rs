//! A sealed quarter by field, mode and channel, modes side by side, and why some of it is not shown (P7, UM3).
//! Never: two breakdowns crossed, a group without its n.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::beside::{BreakdownPage, ByView, ChangeView, GroupFigureView};

use super::period::{Month, Period};
use super::place::Place;
use super::reading::{drawn, read};
use super::showing::Spoken;
use super::trend::change_of;
use super::weighted::weighed;
use crate::parts::{IntervalBar, Words, format};
use crate::text::{FiguresText, Language, ManagerText};

/// The view.
#[component]
pub fn Groups(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Called to look at another place.
    go: Callback<Place>,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = Words::here();
    let as_table = RwSignal::new(false);
    let path = Memo::new(move |_| {
        let Place {
            unit, form, period, ..
        } = place.get()?;
        Some(format!(
            "/v1/units/{unit}/breakdown?form={form}&to={}",
            period.to
        ))
    });
    let page = read::<BreakdownPage>(path, again);
    let choose = move |period: Period| {
        if let Some(place) = place.get_untracked() {
            go.run(Place { period, ..place });
        }
    };
    view! {
        <p class="soft">{words.line(FiguresText::GroupsHelp)}</p>
        {drawn(words, page, move |page| shown(words, page, as_table, choose))}
    }
}

/// The months of a quarter that is written `2026-Q3`.
fn months_of(quarter: &str) -> Option<Period> {
    let (year, quarter) = quarter.split_once("-Q")?;
    let (year, quarter) = (year.parse().ok()?, quarter.parse::<u8>().ok()?);
    let last = quarter
        .checked_mul(3)
        .filter(|last| (3..=12).contains(last))?;
    let month = |month| Month { year, month };
    Some(Period::new(month(last - 2), month(last)))
}

/// Its name.
fn name_of(language: Language, quarter: &str) -> String {
    let named = months_of(quarter).map(|period| {
        let number = (period.to.month / 3).to_string();
        let year = period.to.year.to_string();
        FiguresText::QuarterName.fill(language, &[("q", &number), ("year", &year)])
    });
    named.unwrap_or_else(|| quarter.to_owned())
}

fn shown(
    words: Words,
    page: &Arc<BreakdownPage>,
    as_table: RwSignal<bool>,
    choose: impl Fn(Period) + Copy + Send + Sync + 'static,
) -> AnyView {
    let language = words.language();
    let quarters = page.quarters.iter().rev().map(|quarter| {
        let name = name_of(language, quarter);
        let is_chosen = page.quarter.as_ref() == Some(quarter);
        let period = months_of(quarter);
        view! {
            <button
                class="segment"
                type="button"
                aria-pressed=is_chosen.to_string()
                on:click=move |_| {
                    if let Some(period) = period {
                        choose(period);
                    }
                }
            >
                {name}
            </button>
        }
    });
    let quarters = (!page.quarters.is_empty()).then(|| {
        view! {
            <div class="segments" role="group" aria-label=words.say(FiguresText::Quarters)>
                {quarters.collect_view()}
            </div>
        }
    });
    let Some(quarter) = &page.quarter else {
        return view! {
            {quarters}
            <p class="card note">{words.say(FiguresText::NoQuarter)}</p>
        }
        .into_any();
    };
    let name = name_of(language, quarter);
    let order = ["mode", "field", "channel"];
    let by = |of: &str| page.by.iter().find(|view| view.by == of);
    let sections = order.into_iter().filter_map(by);
    let sections = sections.map(|view| section(words, page, view, as_table));
    let shape = move |table: bool, text: FiguresText| {
        view! {
            <button
                class="segment"
                type="button"
                aria-pressed=move || (as_table.get() == table).to_string()
                on:click=move |_| as_table.set(table)
            >
                {words.line(text)}
            </button>
        }
    };
    view! {
        <div class="groups-head">
            {quarters}
            <div class="segments" role="group" aria-label=words.say(FiguresText::ShowAs)>
                {shape(false, FiguresText::AsBars)} {shape(true, FiguresText::AsTable)}
            </div>
        </div>
        <p id="groups-formula">
            <strong>{words.say(ManagerText::FormulaPooled)}</strong>
            " · "
            {words.fill(FiguresText::GroupsOf, &[("quarter", &name)])}
        </p>
        {sections.collect_view()}
        <p class="note">{words.say(FiguresText::NotCrossed)}</p>
    }
    .into_any()
}

const fn title(by: &[u8]) -> FiguresText {
    match by {
        b"mode" => FiguresText::ByMode,
        b"field" => FiguresText::ByField,
        _ => FiguresText::ByChannel,
    }
}

fn group_name(by: &str, group: &str) -> Option<FiguresText> {
    Some(match (by, group) {
        ("field", "civil") => FiguresText::FieldCivil,
        ("field", "land") => FiguresText::FieldLand,
        ("field", "social") => FiguresText::FieldSocial,
        ("field", "business") => FiguresText::FieldBusiness,
        ("field", "health-education") => FiguresText::FieldHealth,
        ("field", "other") => FiguresText::FieldOther,
        ("mode", "self") => FiguresText::ModeSelf,
        ("mode", "assisted") => FiguresText::ModeAssisted,
        ("channel", "counter") => FiguresText::ChannelCounter,
        ("channel", "qr") => FiguresText::ChannelQr,
        ("channel", "web") => FiguresText::ChannelWeb,
        ("channel", "paper") => FiguresText::ChannelPaper,
        ("channel", "other") => FiguresText::ChannelOther,
        _ => return None,
    })
}

fn section(words: Words, page: &BreakdownPage, view: &ByView, as_table: RwSignal<bool>) -> AnyView {
    let id = format!("by-{}", view.by);
    let name = id.clone();
    let title = words.say(title(view.by.as_bytes()));
    let Some(groups) = view.groups.clone() else {
        let why = if page.restored {
            FiguresText::GroupsRestored
        } else {
            FiguresText::GroupsWithheld
        };
        return view! {
            <section class="card groups" aria-labelledby=name data-withheld="true">
                <h2 id=id>{title}</h2>
                <p>{words.say(why)}</p>
            </section>
        }
        .into_any();
    };
    let by = view.by.clone();
    let is_mode = by == "mode";
    let beside = is_mode.then(|| modes(words, view.difference));
    let weighed = (by == "field").then(|| weighed(words, page.weighted.as_ref()));
    let body = move || {
        if as_table.get() {
            table(words, title, &by, &groups)
        } else {
            bars(words, &by, &groups)
        }
    };
    view! {
        <section class="card groups" aria-labelledby=name data-beside=is_mode.to_string()>
            <h2 id=id>{title}</h2>
            {body}
            {beside}
            {weighed}
        </section>
    }
    .into_any()
}

fn said_name(words: Words, by: &str, group: &GroupFigureView) -> String {
    let name = group_name(by, &group.group);
    name.map_or_else(|| group.group.clone(), |name| words.say(name).to_owned())
}

fn bars(words: Words, by: &str, groups: &[GroupFigureView]) -> AnyView {
    let rows = groups.iter().map(|group| {
        let name = said_name(words, by, group);
        if group.responses == 0 {
            return view! {
                <li data-empty="true">
                    <h3>{name}</h3>
                    <p class="soft">{words.say(FiguresText::NobodyInGroup)}</p>
                </li>
            }
            .into_any();
        }
        let spoken = Spoken::of(&group.figure, words.language());
        let bar = spoken
            .bar
            .map(|(low, high, index)| view! { <IntervalBar low high index /> });
        let n = spoken.n.map(|n| words.fill(FiguresText::NIs, &[("n", &n)]));
        let small: Vec<String> = [spoken.interval, n].into_iter().flatten().collect();
        view! {
            <li>
                <h3>{name}</h3>
                <p class="value">{spoken.main}</p>
                {bar}
                <p class="soft">{small.join(" · ")}</p>
            </li>
        }
        .into_any()
    });
    view! { <ul class="group-bars">{rows.collect_view()}</ul> }.into_any()
}

fn table(words: Words, title: &'static str, by: &str, groups: &[GroupFigureView]) -> AnyView {
    let heads = [
        FiguresText::GroupHead,
        FiguresText::IndexHead,
        FiguresText::IntervalHead,
        FiguresText::PeopleHead,
    ];
    let heads = heads.map(|head| view! { <th scope="col">{words.say(head)}</th> }.into_any());
    let rows = groups.iter().map(|group| {
        let spoken = Spoken::of(&group.figure, words.language());
        let nothing = || "–".to_owned();
        let is_empty = group.responses == 0;
        let index = if is_empty { nothing() } else { spoken.main };
        let n = format::count(words.language(), group.responses);
        view! {
            <tr>
                <th scope="row">{said_name(words, by, group)}</th>
                <td>{index}</td>
                <td>{spoken.interval.unwrap_or_else(nothing)}</td>
                <td>{spoken.n.unwrap_or(n)}</td>
            </tr>
        }
        .into_any()
    });
    view! {
        <div class="scroll" role="region" tabindex="0" aria-label=title>
            <table class="numbers">
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What the two modes say of one another (ST9), and what to make of it.
fn modes(words: Words, difference: Option<ChangeView>) -> AnyView {
    let (said, meant) = match difference {
        None => (None, FiguresText::ModesTooFew),
        Some(change) => {
            let said = change_of(words, change);
            let said = words.fill(FiguresText::ModesDiffer, &[("said", &said)]);
            let meant = if change.differs {
                FiguresText::ModesApart
            } else {
                FiguresText::ModesAlike
            };
            (Some(said), meant)
        }
    };
    view! {
        <div class="beside-modes">
            {said.map(|said| view! { <p class="said">{said}</p> })} <p>{words.say(meant)}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::breakdown::By;

    #[test]
    fn p7_every_group_has_its_name() {
        for by in By::ALL {
            for group in by.groups() {
                assert!(group_name(by.word(), group).is_some(), "{group}");
            }
        }
        assert_eq!(group_name("field", "counter"), None);
    }

    #[test]
    fn um3_a_quarter_is_its_three_months() {
        let period = months_of("2026-Q3").unwrap();
        assert_eq!((period.from.month, period.to.month), (7, 9));
        assert_eq!(name_of(Language::Vi, "2026-Q3"), "Quý 3/2026");
        for bad in ["2026", "2026-Q0", "2026-Q5", "x-Q1", "2026-Q99"] {
            assert_eq!(months_of(bad), None, "{bad}");
        }
    }
}
