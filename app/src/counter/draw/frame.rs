//! The page around every screen: language, size and contrast, the bands, the staff's corner.

use std::time::Duration;

use leptos::prelude::set_timeout_with_handle;
use survey::form::Step;

use super::controls::{band, button, click, settled, toggle};
use super::{asking, attract, comment, ending, enrol, leaving, ready, staff};
use crate::counter::kiosk::Kiosk;
use crate::counter::listen;
use crate::counter::model::{Hearing, Look, Model};
use crate::counter::session::{Touch, View};
use crate::device::clock;
use crate::parts::Tone;
use crate::parts::node::{Node, Page, element};
use crate::text::Text;

/// How long a finger must rest on the corner to call the staff screen (UK14).
const STAFF_PRESS: Duration = Duration::from_secs(3);

/// The whole page.
pub fn page(kiosk: Kiosk, model: &Model) -> Page {
    let is_leaving = model.leaving.is_some();
    // A cloth touches everything: nothing can be pressed while the screen is being cleaned (UK13). What
    // it says stays to be read.
    let is_cleaned = model.view() == View::Cleaning;
    let whole = element("div", "page")
        .flag("inert", is_leaving)
        .with(bar(kiosk, model).flag("inert", is_cleaned))
        .with(element("main", "").with(screen(kiosk, model)));
    let mut nodes = vec![whole, leaving::spoken(model)];
    nodes.extend(is_leaving.then(|| leaving::dialog(kiosk, model)));
    Page(nodes)
}

fn screen(kiosk: Kiosk, model: &Model) -> Node {
    match model.view() {
        View::Loading => ending::note(model, Text::Opening),
        View::Cleaning => ending::cleaning(model),
        View::Enrol => enrol::screen(kiosk, model),
        View::Paused => ending::note(model, Text::Paused),
        View::Closed => ending::note(model, Text::Closed),
        View::Ready => ready::screen(kiosk, model),
        View::Attract => attract::attract(kiosk, model),
        View::Notice => attract::notice(kiosk, model),
        View::Step(Step::Comment) => comment::screen(kiosk, model),
        View::Step(step) => asking::screen(kiosk, model, step),
        View::Saving => ending::note(model, Text::Saving),
        View::NotSaved => ending::not_saved(kiosk, model),
        // In practice nothing was saved, and nobody is told that it was.
        View::Thanks if model.is_practice() => ending::note(model, Text::PracticeThanks),
        View::Thanks => ending::note(model, Text::ThankYou),
        View::Staff => staff::screen(kiosk, model),
    }
}

/// Always at the top, the same on every screen.
fn bar(kiosk: Kiosk, model: &Model) -> Node {
    let here = model.tag();
    let language = |(tag, name): (String, String)| {
        let lang = Some(tag.clone());
        let is_chosen = tag == here;
        let speak = settled(kiosk, move || {
            kiosk.change(|model| model.language.clone_from(&tag));
        });
        toggle(name, lang, is_chosen, speak)
    };
    let look = |text, is_on, act| {
        let said = model.say(text);
        toggle(said.text, said.lang.map(str::to_owned), is_on, act)
    };
    let turn =
        |change: fn(&mut Look)| settled(kiosk, move || kiosk.change(|it| change(&mut it.look)));
    let enlarge = turn(|look| look.is_large = !look.is_large);
    let strengthen = turn(|look| look.is_strong = !look.is_strong);
    let hears = model.hearing == Hearing::Hears;
    let listen = (model.hearing != Hearing::Cannot).then(|| {
        let text = if hears {
            Text::StopListening
        } else {
            Text::Listen
        };
        let press = settled(kiosk, move || listen::press(kiosk));
        button("choice", model.say(text), press)
    });
    let is_sample = model.setup.as_ref().is_some_and(|it| it.config.sample);
    let mark = match (model.is_practice(), is_sample) {
        (true, _) => Some((Tone::Amber, Text::PracticeBand)),
        (_, true) => Some((Tone::Calm, Text::SampleBand)),
        _ => None,
    };
    // Citizens go on; who works here is called (B3).
    let is_between = model.view().is_between();
    let call =
        (is_between && model.must_export(clock::wall())).then_some((Tone::Red, Text::StaffNeeded));
    let help = model.is_assisted.then_some((Tone::Calm, Text::Assisted));
    let languages = model.choices().into_iter().map(language);
    // The name of the group is no text on the page: its language is the group's own.
    let choose = model.say(Text::ChooseLanguage);
    let bands = [mark, call, help].into_iter().flatten();
    element("header", "bar")
        .with(corner(kiosk))
        .with(
            element("div", "choices")
                .attribute("role", "group")
                .attribute("aria-label", choose.text)
                .lang(choose.lang)
                .with_all(languages),
        )
        .with(
            element("div", "choices")
                .with(look(Text::LargeText, model.look.is_large, enlarge))
                .with(look(Text::HighContrast, model.look.is_strong, strengthen))
                .with_all(listen),
        )
        .with_all(bands.map(|(tone, text)| band(tone, model.say(text))))
}

/// The staff's way in: a long press where nobody presses by chance. The address `/staff` does the same.
fn corner(kiosk: Kiosk) -> Node {
    let release = move || {
        if let Some(timer) = kiosk.outside().corner.take() {
            timer.clear();
        }
    };
    let hold = move || {
        release();
        let timer = set_timeout_with_handle(move || kiosk.touch(Touch::Staff), STAFF_PRESS);
        kiosk.outside().corner.set(timer.ok());
    };
    element("div", "corner")
        .attribute("aria-hidden", "true")
        .on("pointerdown", click(hold))
        .on("pointerup", click(release))
        .on("pointerleave", click(release))
}
