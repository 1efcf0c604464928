//! From an empty page to the first screen: opens the storage, reads the configuration, starts the
//! service worker and the sender.

use std::time::Duration;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use survey::form::Step;

use super::draw;
use super::kiosk::{Kiosk, STOOD_MS, errand};
use super::listen;
use super::model::{GateSaid, Look, Model, Stage};
use super::pin::closed_minutes;
use super::proof::must_reload;
use super::sender;
use super::session::{Screen, Touch, View};
use crate::device::bell::Bell;
use crate::device::key::Key;
use crate::device::listener::{on_element, on_window};
use crate::device::page::Waking;
use crate::device::shell::Shell;
use crate::device::store::Store;
use crate::device::{aloud, clock, page, witness};
use crate::parts::node::Standing;
use crate::text::Text;

/// Looks for silence so often.
const SILENCE_TICK: Duration = Duration::from_millis(250);
/// Sending begins after the service worker's registration, or after so long without it (U4).
const REGISTRATION_MS: i64 = 5_000;
/// Looks at the clock and for a new shell so often.
const SLOW_TICK: Duration = Duration::from_secs(5);
/// A storage that has not opened after so long may never do (UK17).
const OPENING_MS: i64 = 15_000;
/// A page that could not open its storage loads again after so long (UK17).
const RELOAD_MS: i64 = 30_000;

/// Mounts the counter.
pub fn start() {
    page::remove("opening");
    // Never unmounted: the page is its life.
    leptos::mount::mount_to_renderer(&leptos::tachys::dom::body(), whole_page).forget();
}

fn whole_page() {
    let kiosk = Kiosk::new();
    listen(kiosk);
    mirror(kiosk);
    errand(open(kiosk));
    errand(async move {
        Bell::default().wait(OPENING_MS).await;
        if kiosk.view() == View::Loading {
            pause(kiosk).await;
        }
    });
    // As long as the page, like the one below. A closure as a view would have to be one that can be sent
    // between threads, and asks at each use which one it is on (0014).
    std::mem::forget(RenderEffect::new(move |before: Option<Standing>| {
        let page = kiosk.draw(|model| draw::page(kiosk, model));
        match before {
            None => page.stand((*leptos::tachys::dom::body()).clone(), on_element),
            Some(mut standing) => {
                standing.change(page);
                standing
            }
        }
    }));
}

/// Nothing can be kept, so nothing is asked; a page that was loaded again may have more luck. A storage
/// that opens late brings its screen all the same.
async fn pause(kiosk: Kiosk) {
    // Who cannot read Vietnamese is told too.
    kiosk.adopt();
    kiosk.show(Screen::Paused);
    Bell::default().wait(RELOAD_MS).await;
    if kiosk.view() == View::Paused {
        page::leave_for("/");
    }
}

/// Chooses the first screen.
async fn open(kiosk: Kiosk) {
    let outside = kiosk.outside();
    let Ok(facts) = outside.store.open().await else {
        pause(kiosk).await;
        return;
    };
    outside.timekeeper.remember(facts.server_time);
    let key = outside.store.key().await.ok().flatten();
    let has_key = key.and_then(Key::of_stored).is_some();
    let is_enrolled = facts.enrolment.is_some() && has_key;
    let asks_for_code = !is_enrolled || page::path() == "/enrol";
    if asks_for_code && must_reload(&outside.store, facts.mark.as_deref()).await {
        page::load_again();
        return;
    }
    kiosk.change(|model| {
        let closed = closed_minutes(facts.pin, clock::wall());
        model.gate.said = closed.map(GateSaid::Closed);
        model.enrolment.code = page::take_fragment();
        model.facts = facts;
    });
    kiosk.adopt();
    let is_ready = kiosk.look(|model| model.setup.is_some());
    // B6: said before anybody wonders why the device asks for a code again.
    if witness::is_lost(is_enrolled) {
        kiosk.change(|model| model.enrolment.stage = Stage::Refused(Text::StorageLost));
    }
    kiosk.show(match page::path().as_str() {
        _ if asks_for_code => Screen::Enrol,
        "/staff" => Screen::Staff,
        _ if is_ready => kiosk.look(Model::rest),
        _ => Screen::Paused,
    });
    kiosk.watch_hours();
    let registered = Bell::default();
    errand({
        let registered = registered.clone();
        async move {
            kiosk.keep_shell(Shell::register().await);
            registered.ring();
        }
    });
    // One that is late is kept when it comes: a counter lives for weeks on one page.
    registered.wait(REGISTRATION_MS).await;
    let _ = outside.store.run_as(page::app()).await;
    // What was settled long ago goes when nobody waits for anything, by the server's time (O7).
    if let Some(now) = kiosk.look(|model| model.facts.server_time) {
        let _ = outside.store.forget(now).await;
    }
    kiosk.recount().await;
    sender::run(kiosk).await;
}

/// What wakes, touches and keys do, whatever screen stands.
fn listen(kiosk: Kiosk) {
    page::on_wake(move |waking| {
        let outside = kiosk.outside();
        if waking == Waking::Network || kiosk.view().is_between() {
            outside.bell.ring();
        }
    });
    on_window("pointerdown", move |_| {
        // While the countdown stands, its buttons must be reached first: the click below counts.
        if !is_leaving(kiosk) {
            kiosk.stay();
        }
    });
    on_window("click", move |_| {
        if !is_leaving(kiosk) || !kiosk.is_deaf() {
            kiosk.stay();
        }
    });
    on_window("pointercancel", move |_| kiosk.stay());
    on_window("keydown", move |event| {
        let event = KeyboardEvent::from(event);
        // A key that is held, or that something lies on, was pressed once (UK5).
        if !event.repeat() {
            press(kiosk, &event.key());
        } else if event.key() == "Enter" {
            event.prevent_default();
        }
    });
    aloud::on_voices(move || listen::look(kiosk));
    set_interval(move || kiosk.watch_silence(), SILENCE_TICK);
    set_interval(
        move || {
            kiosk.watch_hours();
            kiosk.watch_update();
        },
        SLOW_TICK,
    );
}

fn is_leaving(kiosk: Kiosk) -> bool {
    kiosk.look(|model| model.leaving.is_some())
}

/// Keys 1 to 5 choose, Esc asks to stop (UX4); any key is a sign of life.
fn press(kiosk: Kiosk, key: &str) {
    let is_leaving = is_leaving(kiosk);
    if key == "Escape" && !is_leaving {
        kiosk.ask_to_leave();
        return;
    }
    kiosk.stay();
    let Ok(number) = key.parse::<u8>() else {
        return;
    };
    let setup = kiosk.look(|model| model.setup.clone());
    let (Some(setup), false) = (setup, is_leaving) else {
        return;
    };
    let choice = match kiosk.view() {
        View::Step(Step::Item(_)) => {
            if let Some(level) = setup.form.scale().level(number) {
                kiosk.touch(Touch::Answer(level));
            }
            None
        }
        View::Step(Step::Filter(at)) => setup.form.filters().get(at),
        View::Step(Step::Demographic(at)) => setup.form.demographics().get(at),
        _ => None,
    };
    let options = choice.map_or(0, |choice| choice.options.len());
    if (1..=options).contains(&usize::from(number)) {
        kiosk.touch(Touch::Choose(usize::from(number) - 1));
    }
}

/// What of the model the page's own attributes and the focus follow.
#[derive(Clone, PartialEq, Eq)]
struct Mirrored {
    view: View,
    language: String,
    look: Look,
    is_leaving: bool,
}

/// Keeps the page's own attributes and the focus in step with the screen.
fn mirror(kiosk: Kiosk) {
    // As long as the page. An `Effect` would bring the arena that such things are kept in (0014).
    std::mem::forget(RenderEffect::new(move |before: Option<Mirrored>| {
        let now = kiosk.draw(|model| Mirrored {
            view: model.view(),
            language: model.tag().to_owned(),
            look: model.look,
            is_leaving: model.leaving.is_some(),
        });
        if before.as_ref() == Some(&now) {
            return now;
        }
        page::set("lang", &now.language);
        page::set(
            "data-size",
            if now.look.is_large { "large" } else { "normal" },
        );
        page::set(
            "data-contrast",
            if now.look.is_strong {
                "strong"
            } else {
                "normal"
            },
        );
        let before = before.as_ref();
        let is_new_view = before.is_none_or(|before| before.view != now.view);
        let was_leaving = before.is_some_and(|before| before.is_leaving);
        let is_leaving = now.is_leaving;
        if is_new_view || was_leaving != is_leaving {
            // The screen is drawn first, then it can be read out from its heading (UX4).
            request_animation_frame(move || {
                page::focus(if is_leaving { "still-here" } else { "heading" });
                if is_new_view {
                    page::scroll_to_top();
                }
            });
        }
        // Read aloud only on request, and never over the end of its screen.
        if is_new_view
            || was_leaving != is_leaving
            || before.is_none_or(|before| before.language != now.language)
        {
            request_animation_frame(move || listen::look(kiosk));
        }
        if is_new_view && now.view.is_between() {
            page::replace_address("/");
            // A shell is good when its idle screen stood for a moment (U1).
            set_timeout(
                move || kiosk.say_shown(),
                Duration::from_millis(STOOD_MS.into()),
            );
        }
        now
    }));
}
