//! The open comment: optional, last, at most 500 characters, with its warning (UK7).

use leptos::prelude::*;
use survey::answer::LONGEST_COMMENT;

use super::asking::{progress, steps};
use super::controls::{band, button, click, heading, line};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::personal::has_number;
use crate::counter::session::Touch;
use crate::parts::Tone;
use crate::text::Text;

/// The comment, then Send.
pub fn screen(kiosk: Kiosk, model: &Model) -> AnyView {
    let used = model.comment.chars().count();
    let left = i64::try_from(LONGEST_COMMENT.saturating_sub(used)).unwrap_or_default();
    let ask_to_remove =
        has_number(&model.comment).then(|| band(Tone::Amber, model.say(Text::CommentNumber)));
    let send = click(move || kiosk.touch(Touch::Send(kiosk.look(|model| model.comment.clone()))));
    view! {
        <section class="screen question">
            {progress(model)}
            <div class="asked">
                {heading(model.say(Text::CommentQuestion))}
                <p class="stem" id="warning">
                    {model.say(Text::CommentWarning)}
                </p>
            </div>
            <div class="comment">
                <textarea
                    aria-labelledby="heading"
                    aria-describedby="warning"
                    rows="6"
                    maxlength=LONGEST_COMMENT.to_string()
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=model.comment.clone()
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        kiosk.change(|model| model.comment = text);
                    }
                ></textarea>
                {line("left", model.count(Text::CommentLeft, left))}
                <div role="status">{ask_to_remove}</div>
            </div>
            <nav class="steps">
                {button("primary last", model.say(Text::Send), send)} {steps(kiosk, model)}
            </nav>
        </section>
    }
    .into_any()
}
