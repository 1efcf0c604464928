//! What can be done with one device: other settings, another place, another device in its place.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use survey::id::{CounterId, DeviceId};
use survey::wire::device::Names;
use survey::wire::fleet::Move;
use survey::wire::manager::{DeviceRow, FreshCode};
use survey::wire::write;

use super::Known;
use super::counters;
use super::fresh::Fresh;
use super::new_code::takes_devices;
use super::settings::Configure;
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::field::{Field, typed};
use crate::manager::finder::{Found, finder};
use crate::manager::grave::carry_out;
use crate::manager::overview::fold::slug;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

/// Which drawer is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drawer {
    Settings,
    Move,
    Replace,
}

const DRAWERS: [(Drawer, Text); 3] = [
    (Drawer::Settings, Text::ChangeConfig),
    (Drawer::Move, Text::MoveDevice),
    (Drawer::Replace, Text::ReplaceDevice),
];

/// The buttons, and what they open.
#[component]
pub(super) fn Tools(
    /// The device.
    row: DeviceRow,
    /// All devices and units.
    known: StoredValue<Known>,
    /// Called when something was changed.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let open = RwSignal::new(None::<Drawer>);
    let row = StoredValue::new(row);
    let buttons = DRAWERS.map(|(drawer, label)| {
        let toggle = move |_| {
            open.update(|open| *open = (*open != Some(drawer)).then_some(drawer));
        };
        view! {
            <button
                class="button"
                aria-expanded=move || (open.get() == Some(drawer)).to_string()
                on:click=toggle
            >
                {words.line(label)}
            </button>
        }
    });
    let drawer = move || {
        let row = row.get_value();
        let drawer = match open.get()? {
            Drawer::Settings => view! { <Configure row known refresh /> }.into_any(),
            Drawer::Move => view! { <Relocate row known refresh /> }.into_any(),
            Drawer::Replace => view! { <Replace device=row.device /> }.into_any(),
        };
        Some(view! { <div class="drawer">{drawer}</div> })
    };
    view! {
        <div class="row">{buttons.collect_view()}</div>
        {drawer}
    }
}

/// Moves a device to another unit or counter.
#[component]
fn Relocate(row: DeviceRow, known: StoredValue<Known>, refresh: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let unit = Found::of(vec![row.unit], 1, takes_devices);
    let counter = NodeRef::<Input>::new();
    let trouble = RwSignal::new(None::<Result<Text, api::Trouble>>);
    let (device, name) = (row.device, row.counter_name.vi);
    let tree = known.with_value(|known| Arc::clone(&known.tree));
    let id = format!("unit-of-{device}");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = typed(counter);
        let counter = CounterId::parse(&slug(&name, CounterId::LONGEST));
        let counter = counter.map_err(|_| Text::CounterNeeded);
        let (unit, counter) = match unit.read_one().and_then(|unit| Ok((unit, counter?))) {
            Ok(read) => read,
            Err(wrong) => return trouble.set(Some(Ok(wrong))),
        };
        let names = Names {
            vi: name,
            en: String::new(),
        };
        let (counter, counter_name) =
            known.with_value(|known| counters::placed(&known.tree, &unit, counter, names));
        let wanted = Move {
            unit,
            counter,
            counter_name,
        };
        trouble.set(None);
        carry_out(
            desk,
            move || {
                let path = format!("/v1/devices/{device}/move");
                let message = write(&wanted);
                async move { api::tell("POST", &path, &message).await }
            },
            move |outcome| match outcome {
                Ok(()) => refresh.run(()),
                Err(met) if met.wants_proof() => {}
                Err(met) => drop(trouble.try_set(Some(Err(met)))),
            },
        );
    };
    let note = move || {
        let sentence = match trouble.get()? {
            Ok(text) => words.say(text).to_owned(),
            Err(met) => said(words, &met),
        };
        Some(band(Tone::Red, sentence))
    };
    view! {
        <form on:submit=submit>
            <p>{words.line(Text::MoveHelp)}</p>
            {finder(unit, Text::Unit, id, tree)}
            <Field label=Text::CounterName node_ref=counter name="counter" value=name />
            {note}
            <button class="button main" type="submit">
                {words.line(Text::MoveYes)}
            </button>
        </form>
    }
}

/// Draws a code for a device that takes this one's place.
#[component]
fn Replace(device: DeviceId) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let drawn = RwSignal::new(None::<Result<FreshCode, api::Trouble>>);
    let draw = move |_| {
        carry_out(
            desk,
            move || async move {
                let path = format!("/v1/devices/{device}/replacement-codes");
                api::understood(api::consult("POST", &path, "{}").await)
            },
            move |outcome: Result<FreshCode, api::Trouble>| {
                let is_open = outcome.as_ref().is_err_and(api::Trouble::wants_proof);
                drawn.try_set((!is_open).then_some(outcome));
            },
        );
    };
    let note = move || match drawn.get()? {
        Ok(fresh) => Some(view! { <Fresh fresh /> }.into_any()),
        Err(met) => Some(band(Tone::Red, said(words, &met))),
    };
    view! {
        <p>{words.line(Text::ReplaceHelp)}</p>
        <button class="button main" on:click=draw>
            {words.line(Text::DrawCode)}
        </button>
        {note}
    }
}
