//! What stands around every page of somebody who is signed in: name, places, language, sign-out.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{A, Outlet};
use leptos_router::hooks::use_location;

use super::account::{Desk, Powers, Prove, SignIn, Visit, WithKept, said};
use super::program::Program;
use crate::device::{api, page, preference};
use crate::parts::{Band, Emblem, Tone, Words};
use crate::text::{Language, ManagerText as Text};

/// The door until somebody is signed in, then the page of the address.
#[component]
pub fn Frame() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::provide();
    let look = move || {
        desk.visit.set(Visit::Opening);
        spawn_local(async move { desk.enter(api::session().await) });
    };
    look();
    // The session changes often (every answer may renew it); the page below must not be built anew.
    let stage = Memo::new(move |_| desk.visit.with(Visit::stage));
    move || match stage.get() {
        Stage::Opening => view! {
            <main class="door">
                <p role="status">{words.line(Text::Opening)}</p>
            </main>
        }
        .into_any(),
        Stage::Unreachable => view! {
            <main class="door">
                <div class="card">
                    <h1>"Hài Lòng"</h1>
                    <Band tone=Tone::Red>
                        {move || {
                            desk.visit
                                .with(|visit| match visit {
                                    Visit::Unreachable(trouble) => said(words, trouble),
                                    _ => String::new(),
                                })
                        }}
                    </Band>
                    <button class="button" on:click=move |_| look()>
                        {words.line(Text::TryAgain)}
                    </button>
                </div>
            </main>
        }
        .into_any(),
        Stage::SignedOut => view! { <SignIn /> }.into_any(),
        Stage::SignedIn => view! { <Inside /> }.into_any(),
    }
}

/// Which of the frame's faces is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Asking who is signed in.
    Opening,
    /// The server could not be asked.
    Unreachable,
    /// Nobody is.
    SignedOut,
    /// Somebody is.
    SignedIn,
}

/// A page of any program, and who has it.
type Place = (&'static str, Text, Program, fn(Powers) -> bool);

const PLACES: [Place; 13] = [
    ("/", Text::Figures, Program::Figures, |powers| {
        powers.sees_coverage
    }),
    ("/plan", Text::PlanTab, Program::Action, |powers| {
        powers.sees_figures
    }),
    ("/context", Text::ContextTab, Program::Action, |powers| {
        powers.sees_figures
    }),
    ("/publish", Text::PublishTab, Program::Action, |powers| {
        powers.sees_figures || powers.keeps_devices
    }),
    ("/devices", Text::Devices, Program::House, |powers| {
        powers.sees_devices
    }),
    ("/kept", Text::KeptPlace, Program::House, |powers| {
        powers.with_kept >= WithKept::See
    }),
    ("/forms", Text::FormsTab, Program::House, |powers| {
        powers.keeps_devices
    }),
    ("/languages", Text::LanguagesTab, Program::House, |powers| {
        powers.keeps_devices
    }),
    ("/units", Text::Organisation, Program::House, |powers| {
        powers.keeps_units
    }),
    ("/people", Text::PeopleTab, Program::House, |powers| {
        powers.keeps_people
    }),
    ("/connect", Text::ConnectTab, Program::Action, |powers| {
        powers.keeps_people
    }),
    ("/audit", Text::AuditTab, Program::House, |powers| {
        powers.sees_audit
    }),
    ("/server", Text::ServerTab, Program::House, |powers| {
        powers.sees_audit
    }),
];

/// Where the link to a place stands in the document.
fn place_id(path: &str) -> String {
    ["place-", path.trim_start_matches('/')].concat()
}

#[component]
fn Inside() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (figures, house) = (Program::Figures.rel(), Program::House.rel());
    let places = PLACES.map(|(path, name, program, is_theirs)| {
        // The session changes often: a link must not be made anew under a finger.
        let is_theirs = Memo::new(move |_| is_theirs(desk.powers()));
        let (is_first, rel) = (path == "/", program.rel());
        let link = move || {
            view! {
                <A href=path exact=is_first attr:rel=rel attr:id=place_id(path)>
                    {words.line(name)}
                </A>
            }
            .into_any()
        };
        (move || is_theirs.get().then(link)).into_any()
    });
    // On a narrow screen the places are a strip: the one where one is stands in sight.
    let path = use_location().pathname;
    Effect::new(move || {
        let place = place_id(&path.get());
        request_animation_frame(move || page::reveal(&place));
    });
    let leave = move |_| {
        spawn_local(async move {
            // Whatever the server says, this page forgets; a session that it could not end now
            // ends by itself after half an hour.
            let _ = api::sign_out().await;
            desk.visit.set(Visit::SignedOut);
        });
    };
    view! {
        <a class="skip" href="#content">
            {words.line(Text::SkipToContent)}
        </a>
        <header class="top">
            <A href="/" attr:class="brand" attr:rel=figures>
                <Emblem />
                <span>"Hài Lòng"</span>
            </A>
            <nav class="places" aria-label=words.line(Text::Places)>
                {places.collect_view()}
                <A href="/account" attr:class="who" attr:rel=house attr:id=place_id("/account")>
                    <span class="spoken">{words.line(Text::OwnAccount)}": "</span>
                    {move || desk.account()}
                </A>
            </nav>
            <LanguageChoice />
            <button class="button quiet" on:click=leave>
                {words.line(Text::SignOut)}
            </button>
            <Show when=move || desk.is_sample()>
                <p class="sample-band">{words.line(Text::SampleBand)}</p>
            </Show>
        </header>
        <main id="content" tabindex="-1">
            <Outlet />
        </main>
        <Prove />
    }
}

/// The two languages, each in its own name.
#[component]
pub fn LanguageChoice() -> impl IntoView {
    let words = Words::here();
    view! {
        <div class="languages" role="group" aria-label=words.line(Text::ChooseLanguage)>
            {Language::ALL
                .map(|language| {
                    let choose = move |_| {
                        words.speak(language);
                        preference::remember_language(language.tag());
                    };
                    view! {
                        <button
                            type="button"
                            class="segment"
                            lang=language.tag()
                            aria-pressed=move || (words.language() == language).to_string()
                            on:click=choose
                        >
                            {language.own_name()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
