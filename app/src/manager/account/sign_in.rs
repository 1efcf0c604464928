//! Signing in: with account and password, or with a passkey. Pasting is allowed; there is no puzzle (UX8).

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::manager::Session;

use super::{Desk, missed, said};
use crate::device::{api, passkey};
use crate::manager::field::Field;
use crate::manager::frame::LanguageChoice;
use crate::parts::{Emblem, Tone, Words, band};
use crate::text::ManagerText as Text;

/// Why a passkey opened nothing.
enum Shut {
    Server(api::Trouble),
    Browser(passkey::Missed),
}

/// A session that a passkey began.
async fn opened() -> Result<Session, Shut> {
    let asked = api::challenge().await.map_err(Shut::Server)?;
    let signed = passkey::sign(&asked.challenge).await;
    let signed = signed.map_err(Shut::Browser)?;
    api::sign_in_by_passkey(&signed).await.map_err(Shut::Server)
}

/// The door.
#[component]
pub fn SignIn() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let account = NodeRef::<Input>::new();
    let password = NodeRef::<Input>::new();
    let trouble = RwSignal::new(None::<String>);
    let is_asking = RwSignal::new(false);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(account), Some(password)) = (account.get(), password.get()) else {
            return;
        };
        if is_asking.get() {
            return;
        }
        is_asking.set(true);
        trouble.set(None);
        spawn_local(async move {
            match api::sign_in(account.value().trim().to_owned(), password.value()).await {
                Ok(session) => desk.enter(Ok(session)),
                Err(met) => {
                    is_asking.set(false);
                    trouble.set(Some(said(words, &met)));
                }
            }
        });
    };
    let by_passkey = move |_| {
        if is_asking.get_untracked() {
            return;
        }
        is_asking.set(true);
        trouble.set(None);
        spawn_local(async move {
            match opened().await {
                Ok(session) => desk.enter(Ok(session)),
                Err(why) => {
                    is_asking.set(false);
                    trouble.set(Some(match why {
                        Shut::Server(met) => said(words, &met),
                        Shut::Browser(why) => words.say(missed(why)).to_owned(),
                    }));
                }
            }
        });
    };
    let note = move || Some(band(Tone::Red, trouble.get()?));
    let verb = move || {
        let is_asking = is_asking.get();
        words.say(if is_asking {
            Text::SigningIn
        } else {
            Text::SignIn
        })
    };
    view! {
        <main class="door">
            <form class="card" on:submit=submit>
                <Emblem />
                <h1>{words.line(Text::SignInTitle)}</h1>
                <p class="soft">{words.line(Text::SignInHelp)}</p>
                <Field
                    label=Text::Account
                    node_ref=account
                    name="account"
                    autocomplete="username"
                    autofocus=true
                />
                <Field
                    label=Text::Password
                    node_ref=password
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                />
                {note}
                <button
                    class="button main"
                    type="submit"
                    aria-disabled=move || is_asking.get().to_string()
                >
                    {verb}
                </button>
                {passkey::is_offered()
                    .then(|| {
                        view! {
                            <button class="button" type="button" on:click=by_passkey>
                                {words.line(Text::UsePasskey)}
                            </button>
                        }
                    })}
                <LanguageChoice />
            </form>
        </main>
    }
}
