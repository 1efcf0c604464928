//! The PIN pad (UK14).

use super::controls::{band, button, click, inline, submit};
use crate::counter::gate::{LONGEST_PIN, check};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::{GateSaid, Model};
use crate::counter::pack::Phrase;
use crate::parts::Tone;
use crate::parts::node::{Node, element};
use crate::text::Text;

/// Asks for the PIN, by keys or by touch.
pub fn gate(kiosk: Kiosk, model: &Model) -> Node {
    let setup = model.setup.as_ref();
    if setup.is_none_or(|setup| setup.config.pin.is_none()) {
        return band(Tone::Amber, model.say(Text::NoPin));
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
        button(
            "key",
            Phrase {
                text: digit.to_owned(),
                lang: None,
            },
            add,
        )
    };
    let shorten = click(move || {
        kiosk.change(|model| {
            model.gate.pin.pop();
        });
    });
    let label = element("label", "").attribute("for", "pin");
    let pin = element("input", "")
        .attribute("id", "pin")
        .attribute("type", "password")
        .attribute("inputmode", "numeric")
        .attribute("autocomplete", "off")
        .attribute("maxlength", LONGEST_PIN.to_string())
        .value(&gate.pin)
        .on_input(move |pin| kiosk.change(|model| model.gate.pin = pin));
    let go_on = model.say(Text::Continue);
    let keys = element("div", "keys")
        .with_all(["1", "2", "3", "4", "5", "6", "7", "8", "9"].map(digit))
        .with(button("key", model.say(Text::Delete), shorten))
        .with(digit("0"))
        .with(submit("key primary", go_on, gate.is_checking));
    element("form", "pin")
        .on_submit(move || check(kiosk))
        .with(label.with(inline(model.say(Text::EnterPin))))
        .with(pin)
        .with(keys)
        .with_all(said.map(|said| band(Tone::Red, said)))
}
