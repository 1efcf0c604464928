//! The page around every screen: language, size and contrast, the bands, the staff's corner.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use survey::form::Step;

use super::controls::{band, click, toggle};
use super::{asking, attract, comment, ending, enrol, leaving, staff};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::{Touch, View};
use crate::parts::Tone;
use crate::text::{Language, Text};

/// How long a finger must rest on the corner to call the staff screen (UK14).
const STAFF_PRESS: Duration = Duration::from_secs(3);

/// The whole page.
pub fn page(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let is_leaving = model.leaving.is_some();
    view! {
        <div class="page" inert=is_leaving>
            {bar(kiosk, model)}
            <main>{screen(kiosk, model)}</main>
        </div>
        {leaving::spoken(model)}
        {is_leaving.then(|| leaving::dialog(kiosk, model))}
    }
}

fn screen(kiosk: Kiosk, model: &Model) -> AnyView {
    match model.view() {
        View::Loading => ending::note(model, Text::Opening),
        View::Enrol => enrol::screen(kiosk, model),
        View::Paused => ending::note(model, Text::Paused),
        View::Closed => ending::note(model, Text::Closed),
        View::Attract => attract::attract(kiosk, model),
        View::Notice => attract::notice(kiosk, model),
        View::Step(Step::Comment) => comment::screen(kiosk, model),
        View::Step(step) => asking::screen(kiosk, model, step),
        View::Saving => ending::note(model, Text::Saving),
        View::NotSaved => ending::not_saved(kiosk, model),
        View::Thanks => ending::note(model, Text::ThankYou),
        View::Staff => staff::screen(kiosk, model),
    }
}

/// Always at the top, the same on every screen.
fn bar(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let setup = model.setup.as_ref();
    let languages = setup.map_or_else(|| Language::ALL.to_vec(), |setup| setup.languages());
    let here = model.language;
    let language = |language: Language| {
        let speak = click(move || kiosk.change(|model| model.language = language));
        let name = language.own_name().to_owned();
        toggle(name, language.tag(), language == here, speak)
    };
    let enlarge = click(move || kiosk.change(|model| model.is_large = !model.is_large));
    let strengthen = click(move || kiosk.change(|model| model.is_strong = !model.is_strong));
    let config = setup.map(|setup| &setup.config);
    let mark = config.and_then(|config| match (config.training, config.sample) {
        (true, _) => Some((Tone::Amber, Text::PracticeBand)),
        (_, true) => Some((Tone::Calm, Text::SampleBand)),
        _ => None,
    });
    view! {
        <header class="bar">
            {corner(kiosk)}
            <div class="choices" role="group" aria-label=model.say(Text::ChooseLanguage)>
                {languages.into_iter().map(language).collect_view()}
            </div>
            <div class="choices">
                {toggle(model.say(Text::LargeText), here.tag(), model.is_large, enlarge)}
                {toggle(model.say(Text::HighContrast), here.tag(), model.is_strong, strengthen)}
            </div>
            {mark.map(|(tone, text)| band(tone, model.say(text)))}
        </header>
    }
}

/// The staff's way in: a long press where nobody presses by chance. The address `/staff` does the same.
fn corner(kiosk: Kiosk) -> impl IntoView {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let release = move || {
        if let Some(timer) = waiting.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let hold = move || {
        release();
        let timer = set_timeout_with_handle(move || kiosk.touch(Touch::Staff), STAFF_PRESS);
        waiting.set_value(timer.ok());
    };
    view! {
        <div
            class="corner"
            aria-hidden="true"
            on:pointerdown=move |_| hold()
            on:pointerup=move |_| release()
            on:pointerleave=move |_| release()
        ></div>
    }
}
