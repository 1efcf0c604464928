//! The few things screens are made of.

use leptos::prelude::request_animation_frame;

use crate::counter::kiosk::Kiosk;
use crate::counter::pack::Phrase;
use crate::counter::session::Touch;
use crate::parts::Tone;
pub use crate::parts::asking::{button, heading, line, said_in, truth};
use crate::parts::node::{Act, Node, element};

/// Boxes what a click does.
pub fn click(mut act: impl FnMut() + 'static) -> Act {
    Box::new(move |_| act())
}

/// Boxes what a click does, but for one that was meant for the screen before (UK5).
pub fn settled(kiosk: Kiosk, mut act: impl FnMut() + 'static) -> Act {
    click(move || {
        if !kiosk.is_deaf() {
            act();
        }
    })
}

/// A click that stands for a touch.
pub fn sends(kiosk: Kiosk, touch: Touch) -> Act {
    click(move || kiosk.touch(touch.clone()))
}

/// A click that asks whether to stop, once it has itself been taken as a sign of life.
pub fn asks_to_leave(kiosk: Kiosk) -> Act {
    settled(kiosk, move || {
        request_animation_frame(move || kiosk.ask_to_leave());
    })
}

/// A button that sends its form.
pub fn submit(class: &'static str, said: Phrase, is_disabled: bool) -> Node {
    said_in("button", class, said)
        .attribute("type", "submit")
        .flag("disabled", is_disabled)
}

/// A button that stays pressed while its choice holds.
pub fn toggle(text: String, lang: Option<String>, is_pressed: bool, act: Act) -> Node {
    element("button", "choice")
        .attribute("type", "button")
        .lang(lang)
        .attribute("aria-pressed", truth(is_pressed))
        .on("click", act)
        .text(text)
}

/// A sentence that stands out. A red one interrupts a screen reader, the others wait their turn.
pub fn band(tone: Tone, said: Phrase) -> Node {
    mark(tone, said).attribute("role", tone.role())
}

/// As a band, inside a region that is read out anyway: said twice it would be noise (UX5).
pub fn mark(tone: Tone, said: Phrase) -> Node {
    element("p", "band")
        .attribute("data-tone", tone.name())
        .with(inline(said))
}

/// A text inside another.
pub fn inline(said: Phrase) -> Node {
    said_in("span", "", said)
}

/// A paragraph in parts, each with its language: names among them, that no pack has recorded (UK2).
pub fn line_of(class: &'static str, parts: Vec<Phrase>) -> Node {
    filled(element("p", class)).with_all(parts.into_iter().map(inline))
}

/// Marks a sentence that is made here from a name or a number: read aloud by the device's own voice or
/// left out, as no pack can have it recorded.
pub fn filled(sentence: Node) -> Node {
    sentence.flag("data-filled", true)
}

/// A list of sentences, each in parts with their languages.
pub fn list(class: &'static str, sentences: Vec<Vec<Phrase>>) -> Node {
    let entries = sentences.into_iter();
    element("ul", class).with_all(entries.map(|parts| {
        element("li", "")
            .flag("data-filled", parts.len() > 1)
            .with_all(parts.into_iter().map(inline))
    }))
}

/// The row of buttons under a screen.
pub fn steps(buttons: Vec<Node>) -> Node {
    element("nav", "steps").with_all(buttons)
}
