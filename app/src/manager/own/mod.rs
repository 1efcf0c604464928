//! One's own account: passkeys, another password, the end of every session (S5, S6), and which program
//! this is (S15). Everybody who can sign in has this page.

mod passkeys;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::people::OwnPassword;
use survey::wire::write;

use super::account::{SHORTEST_PASSWORD, Visit, said};
use super::field::Field;
use super::grave::Writes;
use super::sure::{Step, sure};
use crate::device::{api, page};
use crate::parts::Words;
use crate::text::ManagerText as Text;
use passkeys::Keys;

/// The page.
#[component]
pub fn Own() -> impl IntoView {
    let words = Words::here();
    let looked = RwSignal::new(0);
    let writes = Writes::then(Callback::new(move |()| looked.update(|times| *times += 1)));
    let account = move || writes.desk.account();
    view! {
        <article class="house">
            <h1>{words.line(Text::OwnAccount)}</h1>
            <p class="soft">{move || words.fill(Text::OwnHelp, &[("account", &account())])}</p>
            {move || writes.note()}
            <Keys writes looked />
            <Password writes />
            <Everywhere writes />
            <About />
        </article>
    }
}

/// Changes one's password; every other session ends.
#[component]
fn Password(writes: Writes) -> impl IntoView {
    let words = writes.words;
    let (old, new) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let value = |field: NodeRef<Input>| {
            let field = field.get_untracked();
            field.map(|field| field.value()).unwrap_or_default()
        };
        let wanted = OwnPassword {
            old: value(old),
            new: value(new),
        };
        if wanted.new.chars().count() < SHORTEST_PASSWORD {
            writes.forget();
            writes.tell(words.say(Text::PasswordTooShort).to_owned());
            return;
        }
        writes.send(
            "PUT",
            "/v1/session/password".to_owned(),
            write(&wanted),
            Text::PasswordChanged,
        );
    };
    view! {
        <section class="card" aria-labelledby="own-password">
            <h2 id="own-password">{words.line(Text::ChangePassword)}</h2>
            <form class="fields" on:submit=submit>
                <Field
                    label=Text::OldPassword
                    node_ref=old
                    name="old-password"
                    kind="password"
                    autocomplete="current-password"
                />
                <Field
                    label=Text::NewPassword
                    node_ref=new
                    name="new-password"
                    kind="password"
                    autocomplete="new-password"
                />
                <button class="button main" type="submit">
                    {words.line(Text::ChangePassword)}
                </button>
            </form>
        </section>
    }
}

/// Ends every session after asking once.
#[component]
fn Everywhere(writes: Writes) -> impl IntoView {
    let words = writes.words;
    let leave = Callback::new(move |()| {
        spawn_local(async move {
            match api::remove("/v1/sessions").await {
                Ok(()) => writes.desk.visit.set(Visit::SignedOut),
                Err(met) => {
                    writes.desk.heed(&met);
                    writes.tell(said(words, &met));
                }
            }
        });
    });
    let step = Step {
        verb: Text::SignOutAll,
        question: Text::SignOutAllSure,
        yes: Text::SignOutAll,
        class: "button",
    };
    let ask = sure(
        words,
        step,
        String::new(),
        RwSignal::new(false),
        Signal::stored(None),
        leave,
    );
    view! {
        <section class="card" aria-labelledby="own-sessions">
            <h2 id="own-sessions">{words.line(Text::OwnSessions)}</h2>
            <p>{words.line(Text::OwnSessionsHelp)}</p>
            <div class="row">{ask}</div>
        </section>
    }
}

/// Which program this is: its release, and the hash of this page's WebAssembly.
#[component]
fn About() -> impl IntoView {
    let words = Words::here();
    let build = page::app().to_string();
    let said = move || {
        let version = env!("CARGO_PKG_VERSION");
        words.fill(Text::AboutBuild, &[("v", version), ("hash", &build)])
    };
    view! {
        <section class="card" aria-labelledby="about">
            <h2 id="about">{words.line(Text::About)}</h2>
            <p class="long">{said}</p>
        </section>
    }
}
