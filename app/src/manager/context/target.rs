//! A unit's figure beside what it wants to reach: reached only where the whole interval is. Never: a verdict
//! from the figure alone.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use survey::wire::context::Target;
use survey::wire::manager::{ShowingView, UnitPage};
use survey::wire::write;

use crate::manager::grave::Writes;
use crate::manager::unit::{Spoken, formula_name};
use crate::parts::{IntervalBar, Scale, Words, format};
use crate::text::{ActionText, ManagerText};

/// The section.
#[component]
pub(super) fn Wanted(
    /// The figures of this year.
    figures: Arc<UnitPage>,
    /// What they are to reach.
    target: Option<u16>,
    /// This year.
    year: i32,
    /// What is sent.
    writes: Writes,
    /// Whether the account may set a target.
    may: Memo<bool>,
) -> impl IntoView {
    let words = Words::here();
    let path = format!("/v1/units/{}/target", figures.unit);
    let year = u16::try_from(year).unwrap_or_default();
    let typed = NodeRef::<Input>::new();
    let send = StoredValue::new(move |index| {
        let message = write(&Target { year, index });
        writes.send("PUT", path.clone(), message, ManagerText::ChangesDone);
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = typed.get_untracked().map(|field| field.value());
        match value.as_deref().and_then(share) {
            Some(index) => send.with_value(|send| send(Some(index))),
            None => writes.tell(writes.words.say(ActionText::TargetBad).to_owned()),
        }
    };
    let form = move || {
        may.get().then(|| {
            let now = target.map(|share| format::percent(words.language(), share));
            let now = now.map(|share| share.trim_end_matches('%').to_owned());
            let drop = target.map(|_| {
                view! {
                    <button class="button quiet" type="button" on:click=move |_| send.with_value(|send| send(None))>
                        {words.line(ActionText::TargetDrop)}
                    </button>
                }
            });
            view! {
                <form class="controls" on:submit=submit>
                    <label class="field">
                        <span>{words.line(ActionText::TargetField)}</span>
                        <input node_ref=typed name="target" inputmode="decimal" autocomplete="off" value=now />
                    </label>
                    <button class="button main" type="submit">
                        {words.line(ActionText::TargetSet)}
                    </button>
                    {drop}
                </form>
            }
        })
    };
    let shown = move || {
        let language = words.language();
        let figure = figures.overall.first()?;
        let spoken = Spoken::of(figure, language);
        let name = words.say(formula_name(&figure.formula)?);
        let n = spoken.n.map(|n| format!(" · n = {n}"));
        let bar = spoken.bar.map(|(low, high, index)| {
            view! {
                <div>
                    <IntervalBar low high index />
                    <Scale />
                </div>
            }
        });
        let interval = spoken.interval.map(|limits| {
            let name = words.say(ManagerText::Interval95);
            view! { <p>{name} ": " <strong>{limits}</strong></p> }
        });
        Some(view! {
            <p class="soft">{name} {n}</p>
            <p class="headline-value">{spoken.main}</p>
            {interval}
            {bar}
            {spoken.note.map(|note| view! { <p class="note">{note}</p> })}
            <p id="target-said">{held(words, target, &figure.showing)}</p>
        })
    };
    let title = move || words.fill(ActionText::TargetTitle, &[("y", &year.to_string())]);
    view! {
        <section class="card wanted" aria-labelledby="target-name">
            <h2 id="target-name">{title}</h2>
            {shown}
            {form}
        </section>
    }
}

/// What may be said of a figure beside its target.
fn held(words: Words, target: Option<u16>, showing: &ShowingView) -> String {
    let Some(target) = target else {
        return words.say(ActionText::TargetNone).to_owned();
    };
    let limits = match *showing {
        ShowingView::Score { low, high, .. } | ShowingView::Interval { low, high, .. } => {
            Some((low, high))
        }
        ShowingView::Hidden { .. } => None,
    };
    let text = match limits {
        None => ActionText::TargetUnknown,
        Some((low, _)) if low >= target => ActionText::TargetReached,
        Some((_, high)) if high < target => ActionText::TargetMissed,
        Some(_) => ActionText::TargetUnclear,
    };
    words.fill(text, &[("t", &format::percent(words.language(), target))])
}

/// A share as people type it: `90`, `90,5`, `90.25 %`; in hundredths of a percentage point.
fn share(typed: &str) -> Option<u16> {
    let typed = typed
        .trim()
        .trim_end_matches('%')
        .trim_end()
        .replace(',', ".");
    let (whole, part) = typed.split_once('.').unwrap_or((typed.as_str(), ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    let hundredths: u16 = format!("{part:0<2}").parse().ok()?;
    let share = whole
        .parse::<u16>()
        .ok()?
        .checked_mul(100)?
        .checked_add(hundredths)?;
    (1..=10_000).contains(&share).then_some(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um21_a_target_is_read_as_people_type_it() {
        for (typed, read) in [
            ("90", Some(9_000)),
            (" 90,5 %", Some(9_050)),
            ("82.25", Some(8_225)),
            ("100", Some(10_000)),
            ("0", None),
            ("100,01", None),
            ("90,123", None),
            ("chín mươi", None),
            ("", None),
            ("-5", None),
        ] {
            assert_eq!(share(typed), read, "{typed}");
        }
    }
}
