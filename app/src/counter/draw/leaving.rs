//! The question whether anybody is still there, with its countdown (UK10).

use leptos::prelude::*;

use super::controls::{button, click, line, sends};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::text::Text;

/// What a screen reader says of the countdown: once when it begins, once half way (UX5).
pub fn spoken(model: &Model) -> impl IntoView + use<> {
    let countdown = model.setup.as_ref().zip(model.leaving);
    let sentence = countdown.map(|(setup, left)| {
        let all = setup.config.countdown_s;
        let half = all.div_ceil(2);
        let said = if left <= half { half } else { all };
        model.count(Text::ClearingIn, said.into())
    });
    view! {
        <p class="spoken" role="status">
            {sentence.unwrap_or_default()}
        </p>
    }
}

/// Stands over the screen while the countdown runs. Any touch ends it.
pub fn dialog(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let left = model.leaving.unwrap_or_default();
    view! {
        <div class="veil">
            <div class="dialog" role="alertdialog" aria-modal="true" aria-labelledby="leaving">
                <h2 id="leaving">{model.say(Text::StillThere)}</h2>
                {line("countdown", model.count(Text::ClearingIn, left.into()))}
                <div class="actions">
                    {button("quiet", model.say(Text::StopAndClear), sends(kiosk, Touch::Stop))}
                    <button
                        type="button"
                        class="primary"
                        id="still-here"
                        on:click=click(move || kiosk.stay())
                    >
                        {model.say(Text::StillHere)}
                    </button>
                </div>
            </div>
        </div>
    }
}
