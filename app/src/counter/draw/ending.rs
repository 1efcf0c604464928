//! The screens of one sentence, the thanks among them; and the one that could not save (UK9, O15).

use leptos::prelude::*;

use super::controls::{asks_to_leave, button, heading, sends};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::Emblem;
use crate::text::Text;

/// A screen of one sentence.
pub fn note(model: &Model, text: Text) -> AnyView {
    view! {
        <section class="screen note">
            <Emblem />
            <div role="status">{heading(model.say(text))}</div>
        </section>
    }
    .into_any()
}

/// The answers are still here; the citizen can have the saving tried again.
pub fn not_saved(kiosk: Kiosk, model: &Model) -> AnyView {
    view! {
        <section class="screen note">
            <div role="alert">{heading(model.say(Text::NotSaved))}</div>
            <div class="actions">
                {button("quiet", model.say(Text::StopAndClear), asks_to_leave(kiosk))}
                {button("primary", model.say(Text::TryAgain), sends(kiosk, Touch::TryAgain))}
            </div>
        </section>
    }
    .into_any()
}
