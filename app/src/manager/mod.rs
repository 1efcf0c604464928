//! The manager page: figures of the own subtree, the devices there, signing in. Never: the counter's
//! pages, IndexedDB, a number that did not come as a published figure.

mod account;
mod field;
mod fleet;
mod frame;
mod overview;
mod unit;

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::device::{page, preference};
use crate::parts::Words;
use crate::text::{Language, ManagerText as Text};
use account::SetUp;
use fleet::Fleet;
use frame::Frame;
use overview::Overview;

/// Shows the page in the document's body.
pub fn start() {
    page::remove("opening");
    mount_to_body(App);
}

/// The whole page.
#[component]
fn App() -> impl IntoView {
    let remembered = preference::language().and_then(|tag| Language::of_tag(&tag));
    let words = Words::provide(remembered.unwrap_or_default());
    Effect::new(move || page::set("lang", words.language().tag()));
    view! {
        <Router>
            <Routes fallback=NoPage>
                <Route path=path!("/setup") view=SetUp />
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/") view=Overview />
                    <Route path=path!("/devices") view=Fleet />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// An address that leads nowhere.
#[component]
fn NoPage() -> impl IntoView {
    let words = Words::here();
    view! {
        <main class="door">
            <div class="card">
                <h1>{move || words.say(Text::NoPage)}</h1>
                <p>
                    <a class="button" href="/">
                        {move || words.say(Text::ToFigures)}
                    </a>
                </p>
            </div>
        </main>
    }
}
