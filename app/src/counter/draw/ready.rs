//! A tablet between two citizens: the last one gives it back, staff hand it to the next, each time for one
//! survey (US3). Never: a word of what was answered.

use super::attract::place;
use super::controls::{button, heading, line, sends};
use super::staff::{fields, give};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::{Screen, Touch};
use crate::parts::emblem;
use crate::parts::node::{Node, element};
use crate::text::Text;

/// Gives back, chooses the field where there are several (US2), and hands over.
pub fn screen(kiosk: Kiosk, model: &Model) -> Node {
    let setup = model.setup.as_ref();
    let has_choice = setup.is_some_and(|setup| setup.config.fields.len() > 1);
    let fields = has_choice.then(|| fields(kiosk, model));
    let assisted = give(kiosk, || Screen::Notice(None), true);
    let hand_over = sends(kiosk, Touch::HandOver);
    element("section", "screen note")
        .with(emblem())
        .with(heading(model.say(Text::ReadyTitle)))
        .with(line("", model.say(Text::ReadyHelp)))
        .with(
            element("div", "actions")
                .with(button("quiet", model.say(Text::Assisted), assisted))
                .with(button("primary", model.say(Text::HandOver), hand_over)),
        )
        .with_all(fields)
        .with(place(model))
}
