//! The manager's three programs behind one sign-in: the figures of the own subtree; what follows from them;
//! and the house, which is the devices, units and accounts there, forms, languages, the audit log. Never: the counter's pages,
//! IndexedDB, a number that did not come as a published figure.

mod account;
mod choice;
mod connect;
mod context;
mod dossiers;
mod field;
mod finder;
mod fleet;
mod forms;
mod frame;
mod grave;
mod kept;
mod languages;
mod log;
mod of_unit;
mod only;
mod opening;
mod overview;
mod own;
mod people;
mod plan;
mod program;
mod publish;
mod server;
mod source;
mod sure;
mod tree;
mod unit;

use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::device::{page, preference};
use crate::parts::Words;
use crate::text::{Language, ManagerText as Text};
use account::SetUp;
use connect::Connect;
use context::Context;
use dossiers::DossierPage;
use fleet::Fleet;
use forms::Forms;
use frame::Frame;
use kept::Kept;
use languages::Languages;
use log::Log;
use overview::Overview;
use own::Own;
use people::People;
use plan::Plan;
use program::Program;
use publish::Publish;
use server::ServerPage;
use tree::Organisation;

/// Shows the figures in the document's body.
pub fn start() {
    page::remove("opening");
    mount_to_body(FiguresApp);
}

/// Shows the house in the document's body.
pub fn start_house() {
    page::remove("opening");
    mount_to_body(HouseApp);
}

/// Shows what follows from the figures in the document's body.
pub fn start_action() {
    page::remove("opening");
    mount_to_body(ActionApp);
}

/// Lets every part below find the words and which program it is in.
fn provide(program: Program) {
    provide_context(program);
    let remembered = preference::language().and_then(|tag| Language::of_tag(&tag));
    let words = Words::provide(remembered.unwrap_or_default());
    Effect::new(move || page::set("lang", words.language().tag()));
}

/// What managers read.
#[component]
fn FiguresApp() -> impl IntoView {
    provide(Program::Figures);
    view! {
        <Router>
            <Routes fallback=NoPage>
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/") view=Overview />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// What follows from the figures. The server has the same list of addresses.
#[component]
fn ActionApp() -> impl IntoView {
    provide(Program::Action);
    view! {
        <Router>
            <Routes fallback=NoPage>
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/plan") view=Plan />
                    <Route path=path!("/context") view=Context />
                    <Route path=path!("/connect") view=Connect />
                    <Route path=path!("/dossiers") view=DossierPage />
                    <Route path=path!("/publish") view=Publish />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// What operators keep. The server has the same list of addresses (`worker/src/edge/files.rs`).
#[component]
fn HouseApp() -> impl IntoView {
    provide(Program::House);
    view! {
        <Router>
            <Routes fallback=NoPage>
                <Route path=path!("/setup") view=SetUp />
                <ParentRoute path=path!("") view=Frame>
                    <Route path=path!("/devices") view=Fleet />
                    <Route path=path!("/kept") view=Kept />
                    <Route path=path!("/forms") view=Forms />
                    <Route path=path!("/languages") view=Languages />
                    <Route path=path!("/units") view=Organisation />
                    <Route path=path!("/people") view=People />
                    <Route path=path!("/audit") view=Log />
                    <Route path=path!("/server") view=ServerPage />
                    <Route path=path!("/account") view=Own />
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
                <h1>{words.line(Text::NoPage)}</h1>
                <p>
                    <a class="button" href="/" rel=Program::Figures.rel()>
                        {words.line(Text::ToFigures)}
                    </a>
                </p>
            </div>
        </main>
    }
}
