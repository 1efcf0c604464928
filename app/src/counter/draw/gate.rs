//! The PIN pad (UK14).

use leptos::prelude::*;

use super::controls::{band, button, click};
use crate::counter::gate::{LONGEST_PIN, check};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::{GateSaid, Model};
use crate::parts::Tone;
use crate::text::Text;

/// Asks for the PIN, by keys or by touch.
pub fn gate(kiosk: Kiosk, model: &Model) -> AnyView {
    let setup = model.setup.as_ref();
    if setup.is_none_or(|setup| setup.config.pin.is_none()) {
        return band(Tone::Amber, model.say(Text::NoPin)).into_any();
    }
    let gate = &model.gate;
    let said = gate.said.map(|said| match said {
        GateSaid::Wrong => model.say(Text::PinWrong),
        GateSaid::Closed(minutes) => model.count(Text::WrongPin, minutes),
    });
    let digit = |digit: &'static str| {
        let add = click(move || {
            kiosk.change(|model| {
                if model.gate.pin.len() < LONGEST_PIN {
                    model.gate.pin.push_str(digit);
                }
            });
        });
        button("key", digit.to_owned(), add)
    };
    let shorten = click(move || {
        kiosk.change(|model| {
            model.gate.pin.pop();
        });
    });
    view! {
        <form
            class="pin"
            on:submit=move |event| {
                event.prevent_default();
                check(kiosk);
            }
        >
            <label for="pin">{model.say(Text::EnterPin)}</label>
            <input
                id="pin"
                type="password"
                inputmode="numeric"
                autocomplete="off"
                maxlength=LONGEST_PIN.to_string()
                prop:value=gate.pin.clone()
                on:input=move |event| {
                    let pin = event_target_value(&event);
                    kiosk.change(|model| model.gate.pin = pin);
                }
            />
            <div class="keys">
                {["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(digit).into_iter().collect_view()}
                {button("key", model.say(Text::Delete), shorten)} {digit("0")}
                <button type="submit" class="key primary" disabled=gate.is_checking>
                    {model.say(Text::Continue)}
                </button>
            </div>
            {said.map(|said| band(Tone::Red, said))}
        </form>
    }
    .into_any()
}
