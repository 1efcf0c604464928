//! The enrolment: a code is typed or comes with the address; then what the device is and how it does.

use leptos::prelude::*;

use super::controls::{band, button, click, heading};
use super::staff::health;
use crate::counter::enrol::send_code;
use crate::counter::kiosk::Kiosk;
use crate::counter::model::{Model, Stage};
use crate::device::page;
use crate::parts::{Emblem, Tone};
use crate::text::Text;

/// The enrolment screen.
pub fn screen(kiosk: Kiosk, model: &Model) -> AnyView {
    let content = if model.enrolment.stage == Stage::Done {
        done(model).into_any()
    } else {
        form(kiosk, model).into_any()
    };
    view! {
        <section class="screen enrol">
            <Emblem />
            {heading(model.say(Text::Enrol))}
            {content}
        </section>
    }
    .into_any()
}

fn form(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let (is_working, why) = match model.enrolment.stage {
        Stage::Working => (true, None),
        Stage::Refused(why) => (false, Some(why)),
        Stage::Typing | Stage::Done => (false, None),
    };
    let label = if is_working {
        Text::Enrolling
    } else {
        Text::Enrol
    };
    view! {
        <form
            class="code"
            on:submit=move |event| {
                event.prevent_default();
                send_code(kiosk);
            }
        >
            <label for="code">{model.say(Text::EnterCode)}</label>
            <input
                id="code"
                type="text"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="16"
                aria-describedby="code-help"
                prop:value=model.enrolment.code.clone()
                on:input=move |event| {
                    let code = event_target_value(&event);
                    kiosk.change(|model| {
                        model.enrolment.code = code;
                        model.enrolment.stage = Stage::Typing;
                    });
                }
            />
            <p id="code-help" class="help">
                {model.say(Text::CodeHelp)}
            </p>
            {why.map(|why| band(Tone::Red, model.say(why)))}
            <button type="submit" class="primary" disabled=is_working>
                {model.say(label)}
            </button>
        </form>
    }
}

/// What the device is now, and whether its storage and clock will do.
fn done(model: &Model) -> impl IntoView + use<> {
    let tag = model.language.tag();
    let place = model.setup.as_ref().map(|setup| {
        let values = [
            ("counter", setup.config.counter_name.in_language(tag)),
            ("unit", setup.config.unit_name.in_language(tag)),
        ];
        model.fill(Text::Enrolled, &values)
    });
    view! {
        {band(Tone::Good, place.unwrap_or_default())}
        {health(model)}
        {button("primary", model.say(Text::Begin), click(|| page::leave_for("/")))}
    }
}
