//! The screen that waits for a citizen (UK1), and the notice before the first question (UK2).

use leptos::prelude::*;

use super::controls::{button, heading, line, list, sends};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::Emblem;
use crate::text::Text;

/// One warm question, one large button; a touch anywhere starts.
pub fn attract(kiosk: Kiosk, model: &Model) -> AnyView {
    let setup = model.setup.as_ref();
    let tag = model.language.tag();
    let minutes = setup.map_or(1, |setup| setup.minutes());
    let minutes = i64::try_from(minutes).unwrap_or(1);
    let place = setup.map(|setup| {
        let counter = setup.config.counter_name.in_language(tag);
        [counter, " · ", setup.config.unit_name.in_language(tag)].concat()
    });
    view! {
        <section class="screen attract" on:click=sends(kiosk, Touch::Start)>
            <Emblem />
            {heading(model.say(Text::AttractQuestion))}
            {button("primary start", model.say(Text::TouchToStart), sends(kiosk, Touch::Start))}
            <div class="promises">
                {line("", model.count(Text::AboutMinutes, minutes))}
                {line("", model.say(Text::Voluntary))}
                {line("", model.say(Text::NoEffect))}
            </div>
            {line("place", place.unwrap_or_default())}
        </section>
    }
    .into_any()
}

/// Who asks, why, which data, which rights (P4). Going back stores nothing.
pub fn notice(kiosk: Kiosk, model: &Model) -> AnyView {
    let tag = model.language.tag();
    let who = model.setup.as_ref().map(|setup| {
        let values = [
            ("authority", setup.config.authority.in_language(tag)),
            ("unit", setup.config.unit_name.in_language(tag)),
        ];
        model.fill(Text::NoticeWho, &values)
    });
    let told = [
        Text::NoticeWhy,
        Text::NoticeData,
        Text::Voluntary,
        Text::NoEffect,
        Text::NoticeAdult,
    ];
    let sentences = who.into_iter().chain(told.map(|text| model.say(text)));
    view! {
        <section class="screen notice">
            {heading(model.say(Text::NoticeTitle))}
            {list("", sentences.collect())}
            <nav class="steps">
                {button("quiet", model.say(Text::Back), sends(kiosk, Touch::Back))}
                {button("primary", model.say(Text::Continue), sends(kiosk, Touch::Agree))}
            </nav>
        </section>
    }
    .into_any()
}
