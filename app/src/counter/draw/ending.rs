//! The screens of one sentence, the thanks among them; and the one that could not save (UK9, O15).

use super::controls::{asks_to_leave, button, filled, heading, line, sends};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::emblem;
use crate::parts::node::{Node, element};
use crate::text::Text;

/// A screen of one sentence.
pub fn note(model: &Model, text: Text) -> Node {
    let said = element("div", "").attribute("role", "status");
    element("section", "screen note")
        .with(emblem())
        .with(said.with(heading(model.say(text))))
}

/// The answers are still here; the citizen can have the saving tried again.
pub fn not_saved(kiosk: Kiosk, model: &Model) -> Node {
    let said = element("div", "").attribute("role", "alert");
    let stop = button("quiet", model.say(Text::StopAndClear), asks_to_leave(kiosk));
    let again = sends(kiosk, Touch::TryAgain);
    let again = button("primary", model.say(Text::TryAgain), again);
    element("section", "screen note")
        .with(emblem())
        .with(
            said.with(heading(model.say(Text::NotSaved)))
                .with(line("", model.say(Text::NotSavedHelp))),
        )
        .with(element("div", "actions").with(stop).with(again))
}

/// Touches do nothing until the seconds are over (UK13).
pub fn cleaning(model: &Model) -> Node {
    let seconds = model.count(Text::Cleaning, model.cleaning.into());
    element("section", "screen note")
        .with(emblem())
        .with(filled(heading(seconds)))
}
