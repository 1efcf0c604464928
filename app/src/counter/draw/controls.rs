//! The few things screens are made of. Their types are the same everywhere, so that they are
//! compiled once.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use crate::counter::kiosk::Kiosk;
use crate::counter::session::Touch;
use crate::parts::{Band, Phrase, Tone};

/// What a click does.
pub type Click = Box<dyn FnMut(MouseEvent)>;

/// Boxes what a click does.
pub fn click(mut act: impl FnMut() + 'static) -> Click {
    Box::new(move |_| act())
}

/// A click that stands for a touch.
pub fn sends(kiosk: Kiosk, touch: Touch) -> Click {
    click(move || kiosk.touch(touch.clone()))
}

/// A click that asks whether to stop, once it has itself been taken as a sign of life.
pub fn asks_to_leave(kiosk: Kiosk) -> Click {
    click(move || request_animation_frame(move || kiosk.ask_to_leave()))
}

/// A button: `primary` invites, `quiet` stands by, `faint` is there for who looks for it.
pub fn button(class: &'static str, text: String, act: Click) -> impl IntoView {
    view! {
        <button type="button" class=class on:click=act>
            {text}
        </button>
    }
}

/// A button that stays pressed while its choice holds.
pub fn toggle(text: String, lang: &'static str, is_pressed: bool, act: Click) -> impl IntoView {
    view! {
        <button type="button" class="choice" lang=lang aria-pressed=truth(is_pressed) on:click=act>
            {text}
        </button>
    }
}

/// The text of an ARIA truth value.
pub const fn truth(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

/// The sentence a screen begins with; the focus moves to it.
pub fn heading(text: String) -> impl IntoView {
    view! {
        <h1 id="heading" tabindex="-1">
            {text}
        </h1>
    }
}

/// A heading with more characters than this is set smaller, so that its answers stay in sight.
const LONG: usize = 70;

/// A form's text as a screen's heading, marked with the language it is in.
pub fn asked_heading(phrase: Phrase) -> impl IntoView {
    let is_long = phrase.text.chars().count() > LONG;
    view! {
        <h1
            id="heading"
            class=if is_long { "long" } else { "" }
            tabindex="-1"
            lang=phrase.language.tag()
        >
            {phrase.text}
        </h1>
    }
}

/// A sentence that stands out.
pub fn band(tone: Tone, text: String) -> impl IntoView {
    view! { <Band tone>{text}</Band> }
}

/// A paragraph.
pub fn line(class: &'static str, text: String) -> impl IntoView {
    view! { <p class=class>{text}</p> }
}

/// A form's text as a paragraph, marked with the language it is in.
pub fn asked_line(class: &'static str, phrase: Phrase) -> impl IntoView {
    view! {
        <p class=class lang=phrase.language.tag()>
            {phrase.text}
        </p>
    }
}

/// A list of sentences.
pub fn list(class: &'static str, sentences: Vec<String>) -> impl IntoView {
    let entry = |text| view! { <li>{text}</li> };
    view! { <ul class=class>{sentences.into_iter().map(entry).collect_view()}</ul> }
}
