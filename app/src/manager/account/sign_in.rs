//! Signing in with account and password. Pasting is allowed; there is no puzzle (UX8).

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Desk, said};
use crate::device::api;
use crate::manager::field::Field;
use crate::manager::frame::LanguageChoice;
use crate::parts::{Band, Emblem, Tone, Words};
use crate::text::ManagerText as Text;

/// The door.
#[component]
pub fn SignIn() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let account = NodeRef::<Input>::new();
    let password = NodeRef::<Input>::new();
    let trouble = RwSignal::new(None);
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
                    trouble.set(Some(met));
                }
            }
        });
    };
    let note = move || {
        let met = trouble.get()?;
        Some(view! { <Band tone=Tone::Red>{said(words, &met)}</Band> })
    };
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
                <h1>{move || words.say(Text::SignInTitle)}</h1>
                <p class="soft">{move || words.say(Text::SignInHelp)}</p>
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
                <LanguageChoice />
            </form>
        </main>
    }
}
