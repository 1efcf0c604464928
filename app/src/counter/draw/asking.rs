//! One question, asked of a citizen.

use survey::form::Step;

use super::controls::{asks_to_leave, sends};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::pack::Phrase;
use crate::counter::session::Touch;
use crate::device::page;
use crate::parts::asking::{self, Answering, Asker};
use crate::parts::node::{Act, Node, element};
use crate::text::Text;

/// The counter as it asks.
pub struct Asking<'a>(pub Kiosk, pub &'a Model);

impl Asker for Asking<'_> {
    fn phrase(&self, key: &str, vietnamese: &str) -> Phrase {
        self.1.phrase(key, vietnamese)
    }

    fn say(&self, text: Text) -> Phrase {
        self.1.say(text)
    }

    fn act(&self, answering: Answering) -> Act {
        let touch = match answering {
            Answering::Level(level) => Touch::Answer(level),
            Answering::Option(at) => Touch::Choose(at),
            Answering::Back => Touch::Back,
            Answering::Skip => Touch::Skip,
            Answering::Leave => return asks_to_leave(self.0),
        };
        sends(self.0, touch)
    }

    fn move_focus(&self) -> fn(&str) {
        |key| match key {
            "ArrowRight" | "ArrowDown" => page::focus_sibling(true),
            "ArrowLeft" | "ArrowUp" => page::focus_sibling(false),
            _ => {}
        }
    }
}

/// The question of a step, with Back and Skip.
pub fn screen(kiosk: Kiosk, model: &Model, step: Step) -> Node {
    match (&model.setup, model.draft()) {
        (Some(setup), Some(draft)) => {
            asking::question(&Asking(kiosk, model), &setup.form, draft, step)
        }
        _ => element("section", "screen question"),
    }
}
