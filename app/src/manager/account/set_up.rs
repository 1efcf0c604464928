//! The first operator of an empty server, with the one-time code from its console.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::manager::Setup;

use super::said;
use crate::device::api;
use crate::manager::field::Field;
use crate::manager::frame::LanguageChoice;
use crate::manager::program::Program;
use crate::parts::{Emblem, Tone, Words, band};
use crate::text::ManagerText as Text;

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;

/// What the form says below its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Asking,
    PasswordTooShort,
    Trouble(api::Trouble),
    Done,
}

/// The form.
#[component]
pub fn SetUp() -> impl IntoView {
    let words = Words::here();
    let code = NodeRef::<Input>::new();
    let account = NodeRef::<Input>::new();
    let password = NodeRef::<Input>::new();
    let answer = RwSignal::new(Said::Nothing);

    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(code), Some(account), Some(password)) =
            (code.get(), account.get(), password.get())
        else {
            return;
        };
        let wanted = Setup {
            code: code.value().trim().to_owned(),
            account: account.value().trim().to_owned(),
            password: password.value(),
        };
        if wanted.password.chars().count() < SHORTEST_PASSWORD {
            answer.set(Said::PasswordTooShort);
            return;
        }
        if answer.get() == Said::Asking {
            return;
        }
        answer.set(Said::Asking);
        spawn_local(async move {
            answer.set(match api::set_up(&wanted).await {
                Ok(()) => Said::Done,
                Err(met) => Said::Trouble(met),
            });
        });
    };

    let note = move || match answer.get() {
        Said::Nothing | Said::Done => None,
        Said::Asking => Some(band(Tone::Calm, words.say(Text::SettingUp))),
        Said::PasswordTooShort => Some(band(Tone::Red, words.say(Text::PasswordTooShort))),
        Said::Trouble(met) => Some(band(Tone::Red, said(words, &met))),
    };
    let form = move || {
        view! {
            <form class="card" on:submit=submit>
                <Emblem />
                <h1>{words.line(Text::SetUpTitle)}</h1>
                <p class="soft">{words.line(Text::SetUpHelp)}</p>
                <Field label=Text::SetUpCode node_ref=code name="code" autofocus=true />
                <Field
                    label=Text::OperatorAccount
                    node_ref=account
                    name="account"
                    autocomplete="username"
                />
                <Field
                    label=Text::NewPassword
                    node_ref=password
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                />
                {note}
                <button class="button main" type="submit">
                    {words.line(Text::SetUp)}
                </button>
                <LanguageChoice />
            </form>
        }
    };
    let done = move || {
        view! {
            <div class="card">
                <Emblem />
                <h1>{words.line(Text::SetUpDone)}</h1>
                <a class="button main" href="/" rel=Program::Figures.rel()>
                    {words.line(Text::SignIn)}
                </a>
            </div>
        }
    };
    view! {
        <main class="door">
            <Show when=move || answer.get() == Said::Done fallback=form>
                {done()}
            </Show>
        </main>
    }
}
