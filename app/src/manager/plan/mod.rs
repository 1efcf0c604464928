//! How many people each unit should ask in a year, how far it has come, and how many answers to check by
//! calling back (ST18, ST20). Never: a target as a reason to stop, a name to call.

mod counts;
mod reckon;
mod table;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use survey::id::UnitId;
use survey::wire::beside::{ChildrenPage, TrendPage};
use survey::wire::dossiers::Dossiers;

use super::account::{Desk, said};
use super::of_unit;
use super::overview::tree::Tree;
use super::unit::form_named;
use super::unit::period::Month;
use super::unit::place::{USUAL_FORM, is_code};
use crate::device::api;
use crate::parts::{Tone, Words, band, format};
use crate::text::{ActionText, ManagerText};
use reckon::Rule;
use table::{Known, table};

/// The forms that every deployment has.
const FORMS: [&str; 3] = ["sipas2022", "local9", "express6"];
/// Shares of fakes that one may want to find, in hundredths of a percentage point.
const FAKES: [u16; 5] = [100, 200, 500, 1_000, 2_000];
/// The share that is looked for at first.
const USUAL_FAKES: u16 = 500;

/// What the address says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish {
    unit: UnitId,
    form: String,
    year: i32,
    rule: Rule,
    fakes: u16,
}

impl Wish {
    /// Reads the address; gaps and nonsense become the topmost unit, the usual form, this year.
    fn read(value_of: impl Fn(&str) -> Option<String>, top: UnitId, this: Month) -> Self {
        let number = |key| value_of(key).and_then(|text| text.parse::<u16>().ok());
        let form = value_of("form").filter(|code| is_code(code));
        let years = [this.year, this.year.saturating_sub(1)];
        let year = number("year").map(i32::from);
        Self {
            unit: value_of("unit")
                .and_then(|id| UnitId::parse(&id).ok())
                .unwrap_or(top),
            form: form.unwrap_or_else(|| USUAL_FORM.to_owned()),
            year: year
                .filter(|year| years.contains(year))
                .unwrap_or(this.year),
            rule: Rule::of(&value_of("rule").unwrap_or_default()),
            fakes: number("fakes")
                .filter(|fakes| FAKES.contains(fakes))
                .unwrap_or(USUAL_FAKES),
        }
    }

    fn address(&self) -> String {
        let Self {
            unit,
            form,
            year,
            rule,
            fakes,
        } = self;
        let rule = rule.word();
        format!("/plan?unit={unit}&form={form}&year={year}&rule={rule}&fakes={fakes}")
    }
}

/// The units and the dossiers, which no choice changes.
type Base = (Arc<Tree>, Arc<Dossiers>);

/// The page.
#[component]
pub fn Plan() -> impl IntoView {
    let words = Words::here();
    view! {
        <article class="kept plan">
            <h1>{words.line(ActionText::PlanTitle)}</h1>
            <p class="soft">{words.line(ActionText::PlanHelp)}</p>
            {of_unit::with(
                ask(),
                |(tree, _)| tree,
                |(tree, dossiers)| view! { <Planned tree dossiers /> }.into_any(),
            )}
        </article>
    }
}

async fn ask() -> Result<Base, api::Trouble> {
    let tree = of_unit::units().await?;
    let dossiers = api::understood(api::get("/v1/dossiers").await)?;
    Ok((tree, Arc::new(dossiers)))
}

/// How many answered at each unit of the table.
async fn answered(wish: &Wish, has_below: bool) -> Result<Vec<(UnitId, u64)>, api::Trouble> {
    let Wish {
        unit, form, year, ..
    } = wish;
    if has_below {
        let path = format!("/v1/units/{unit}/children?form={form}&from={year}-01&to={year}-12");
        let page: ChildrenPage = api::understood(api::get(&path).await)?;
        let children = page.children.into_iter();
        Ok(children
            .map(|child| (child.unit, child.responses))
            .collect())
    } else {
        let path = format!("/v1/units/{unit}/trend?form={form}");
        let page: TrendPage = api::understood(api::get(&path).await)?;
        let year = year.to_string();
        let months = page.months.iter();
        let months = months.filter(|month| month.month.starts_with(&year));
        Ok(vec![(
            unit.clone(),
            months.map(|month| month.responses).sum(),
        )])
    }
}

/// The choices, and what follows from them.
#[component]
fn Planned(tree: Arc<Tree>, dossiers: Arc<Dossiers>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let query = use_query_map();
    let top = tree.top().cloned();
    let wish = Memo::new(move |_| {
        let this = desk.today().map(Month::of)?;
        let top = top.clone()?;
        Some(query.with(|query| Wish::read(|key| query.get(key), top, this)))
    });
    let lead = of_unit::leading();
    let go = Callback::new(move |wish: Wish| lead.run(wish.address()));
    let counted = RwSignal::new(None::<Result<Vec<(UnitId, u64)>, api::Trouble>>);
    let asked = Memo::new(move |_| {
        let wish = wish.get()?;
        Some(Wish {
            rule: Rule::default(),
            fakes: USUAL_FAKES,
            ..wish
        })
    });
    let with_below = Arc::clone(&tree);
    Effect::new(move || {
        let Some(this) = asked.get() else { return };
        counted.set(None);
        let has_below = with_below.children(&this.unit) > 0;
        spawn_local(async move {
            let answer = answered(&this, has_below).await;
            if asked.try_get_untracked().flatten() != Some(this) {
                return;
            }
            if let Err(met) = &answer {
                desk.heed(met);
            }
            counted.try_set(Some(answer));
        });
    });
    let unit = Memo::new(move |_| wish.get().map(|wish| wish.unit));
    let to = Callback::new(move |unit| {
        if let Some(wish) = wish.get_untracked() {
            go.run(Wish { unit, ..wish });
        }
    });
    let unit_choice = of_unit::choice(&tree, "plan-unit", unit, to);
    let shown = move || {
        let (Some(wish), Some(this)) = (wish.get(), desk.today().map(Month::of)) else {
            return ().into_any();
        };
        match counted.get() {
            None => view! { <p role="status">{words.say(ManagerText::Loading)}</p> }.into_any(),
            Some(Err(met)) => band(Tone::Red, said(words, &met)),
            Some(Ok(counted)) => {
                let known = Known {
                    tree: Arc::clone(&tree),
                    dossiers: Arc::clone(&dossiers),
                    counted,
                };
                table(words, &known, &wish, this)
            }
        }
    };
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            {unit_choice}
            <Choices wish go />
        </form>
        {shown}
    }
}

/// Form, year, rule and what a check by call-back should find.
#[component]
fn Choices(wish: Memo<Option<Wish>>, go: Callback<Wish>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let this = move || desk.today().map(Month::of);
    let forms = move || {
        let language = words.language();
        FORMS
            .map(|form| (form.to_owned(), form_named(form, language)))
            .to_vec()
    };
    let years = move || {
        let this = this().map_or(0, |month| month.year);
        let years = [this, this.saturating_sub(1)];
        years
            .map(|year| (year.to_string(), year.to_string()))
            .to_vec()
    };
    let rules = move || {
        let named = |rule| match rule {
            Rule::Slovin => ActionText::RuleSlovin,
            Rule::Margin => ActionText::RuleMargin,
            Rule::Stepped => ActionText::RuleSteps,
        };
        let rules =
            Rule::ALL.map(|rule| (rule.word().to_owned(), words.say(named(rule)).to_owned()));
        rules.to_vec()
    };
    let fakes = move || {
        let share = |fakes: u16| format::count(words.language(), u64::from(fakes / 100)) + " %";
        FAKES
            .map(|fakes| (fakes.to_string(), share(fakes)))
            .to_vec()
    };
    let take = move |to: fn(&mut Wish, String), value: String| {
        if let Some(mut wish) = wish.get_untracked() {
            to(&mut wish, value);
            go.run(wish);
        }
    };
    let select = move |label: ActionText,
                       options: Signal<Vec<(String, String)>>,
                       now: fn(&Wish) -> String,
                       to: fn(&mut Wish, String)| {
        let chosen = move || wish.get().map(|wish| now(&wish));
        let options = move || {
            let options = options.get().into_iter().map(|(value, name)| {
                let is_chosen = chosen() == Some(value.clone());
                view! {
                    <option value=value selected=is_chosen>
                        {name}
                    </option>
                }
            });
            options.collect_view()
        };
        view! {
            <label class="field">
                <span>{words.line(label)}</span>
                <select on:change=move |event| take(to, event_target_value(&event))>{options}</select>
            </label>
        }
        .into_any()
    };
    view! {
        {select(
            ActionText::PlanForm,
            Signal::derive(forms),
            |wish| wish.form.clone(),
            |wish, form| wish.form = form,
        )}
        {select(
            ActionText::PlanYear,
            Signal::derive(years),
            |wish| wish.year.to_string(),
            |wish, year| wish.year = year.parse().unwrap_or(wish.year),
        )}
        {select(
            ActionText::PlanRule,
            Signal::derive(rules),
            |wish| wish.rule.word().to_owned(),
            |wish, rule| wish.rule = Rule::of(&rule),
        )}
        {select(
            ActionText::PlanFakes,
            Signal::derive(fakes),
            |wish| wish.fakes.to_string(),
            |wish, fakes| wish.fakes = fakes.parse().unwrap_or(wish.fakes),
        )}
    }
}
