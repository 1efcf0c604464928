//! The question whether anybody is still there, with its countdown (UK10).

use super::controls::{button, filled, inline, line, settled};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::node::{Node, element};
use crate::text::Text;

/// What a screen reader says of the countdown: once when it begins, once half way (UX5).
pub fn spoken(model: &Model) -> Node {
    let countdown = model.setup.as_ref().zip(model.leaving);
    let sentence = countdown.map(|(setup, left)| {
        let all = setup.config.countdown_s;
        let half = all.div_ceil(2);
        let said = if left <= half { half } else { all };
        model.count(Text::ClearingIn, said.into())
    });
    element("p", "spoken")
        .attribute("role", "status")
        .with_all(sentence.map(inline))
}

/// Stands over the screen while the countdown runs. Any touch ends it.
pub fn dialog(kiosk: Kiosk, model: &Model) -> Node {
    let left = model.leaving.unwrap_or_default();
    let countdown = model.count(Text::ClearingIn, left.into());
    let title = element("h2", "").attribute("id", "leaving");
    // Not by the second of two quick taps on the button that asked for this.
    let stop = settled(kiosk, move || kiosk.touch(Touch::Stop));
    let stay = settled(kiosk, move || kiosk.stay());
    let stay = button("primary", model.say(Text::StillHere), stay);
    let actions = element("div", "actions")
        .with(button("quiet", model.say(Text::StopAndClear), stop))
        .with(stay.attribute("id", "still-here"));
    let dialog = element("div", "dialog")
        .attribute("role", "alertdialog")
        .attribute("aria-modal", "true")
        .attribute("aria-labelledby", "leaving")
        .with(title.with(inline(model.say(Text::StillThere))))
        .with(filled(line("countdown", countdown)))
        .with(actions);
    element("div", "veil").with(dialog)
}
