//! Which form, which months.

use std::sync::Arc;

use leptos::prelude::*;

use super::period::{Month, Period, choices};
use super::place::Place;
use super::sheet::Sheet;
use crate::manager::account::Desk;
use crate::parts::{Words, format};
use crate::text::{FiguresText, Language, ManagerText};

/// The forms that every deployment has.
const BUILT_IN: [&str; 3] = ["sipas2022", "local9", "express6"];

/// A form's name for managers; a form of the operator's own is called by its code.
#[must_use]
pub fn form_name(code: &str, words: Words) -> String {
    form_named(code, words.language())
}

/// The same in a language.
#[must_use]
pub fn form_named(code: &str, language: Language) -> String {
    let text = match code {
        "sipas2022" => ManagerText::FormSipas,
        "local9" => ManagerText::FormLocal,
        "express6" => ManagerText::FormExpress,
        _ => return code.to_owned(),
    };
    text.say(language).to_owned()
}

/// Form and period of the page.
#[component]
pub fn Controls(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// The figures there, once they are here.
    sheet: Memo<Option<Arc<Sheet>>>,
    /// Called to look at another place.
    go: Callback<Place>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let now = move || desk.today().map(Month::of);
    let change = move |to: &dyn Fn(&mut Place)| {
        if let Some(mut place) = place.get_untracked() {
            to(&mut place);
            go.run(place);
        }
    };
    let forms = Memo::new(move |_| {
        let mut forms: Vec<String> = BUILT_IN.map(str::to_owned).to_vec();
        let here = sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.page.forms.clone()));
        let chosen = place.get().map(|place| place.form);
        for form in here.into_iter().flatten().chain(chosen) {
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    });
    let months = Memo::new(move |_| {
        let known = sheet.with(|sheet| sheet.as_ref().map(|sheet| sheet.page.months.clone()));
        let (place, now) = (place.get()?, now()?);
        Some(choices(&known.unwrap_or_default(), place.period, now))
    });
    let form_options = move || {
        let chosen = place.get().map(|place| place.form);
        let forms = forms.get().into_iter();
        forms
            .map(|code| {
                let is_chosen = chosen.as_ref() == Some(&code);
                let name = form_name(&code, words);
                view! {
                    <option value=code selected=is_chosen>
                        {name}
                    </option>
                }
            })
            .collect_view()
    };
    let month_options = move |end: fn(&Period) -> Month| {
        let chosen = place.get().map(|place| end(&place.period));
        let months = months.get().unwrap_or_default().into_iter();
        months
            .map(|month| {
                view! {
                    <option value=month.to_string() selected=chosen == Some(month)>
                        {format::month(words.language(), month.year, month.month)}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <form class="controls" aria-label=words.line(FiguresText::FormAndPeriod) on:submit=|event| event.prevent_default()>
            <label class="field">
                <span>{words.line(ManagerText::FormLabel)}</span>
                <select on:change=move |event| {
                    let form = event_target_value(&event);
                    change(&|place| place.form.clone_from(&form));
                }>{form_options}</select>
            </label>
            <label class="field">
                <span>{words.line(FiguresText::FromMonth)}</span>
                <select on:change=move |event| {
                    if let Some(from) = Month::parse(&event_target_value(&event)) {
                        change(&|place| place.period = Period::new(from, place.period.to.max(from)));
                    }
                }>{move || month_options(|period| period.from)}</select>
            </label>
            <label class="field">
                <span>{words.line(FiguresText::ToMonth)}</span>
                <select on:change=move |event| {
                    if let Some(to) = Month::parse(&event_target_value(&event)) {
                        change(&|place| place.period = Period::new(place.period.from.min(to), to));
                    }
                }>{move || month_options(|period| period.to)}</select>
            </label>
            <Shortcuts place go />
        </form>
    }
}

/// The periods people ask for most, each until now.
#[component]
fn Shortcuts(place: Memo<Option<Place>>, go: Callback<Place>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let shortcut = move |text: FiguresText, from: fn(Month) -> Month| {
        let period = move || {
            let now = desk.today().map(Month::of)?;
            Some(Period::new(from(now), now))
        };
        let is_chosen = move || place.get().map(|place| place.period) == period();
        let choose = move |_| {
            if let (Some(place), Some(period)) = (place.get_untracked(), period()) {
                go.run(Place { period, ..place });
            }
        };
        view! {
            <button
                class="segment"
                type="button"
                aria-pressed=move || is_chosen().to_string()
                on:click=choose
            >
                {words.line(text)}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label=words.line(FiguresText::PeriodLabel)>
            {shortcut(FiguresText::ThisMonth, |now| now)} {shortcut(FiguresText::ThisQuarter, Month::quarter)}
            {shortcut(FiguresText::ThisYear, Month::january)}
        </div>
    }
}
