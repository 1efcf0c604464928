//! Asks who is here for their password or a passkey before a grave step (rule S7).

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::people::Proof;
use survey::wire::write;

use super::{Desk, missed, said};
use crate::device::{api, page, passkey};
use crate::manager::field::Field;
use crate::parts::{Tone, Words, band};
use crate::text::ManagerText as Text;

const TITLE: &str = "prove-title";
const DIALOG: &str = "prove";

/// The question, while something waits for its answer.
#[component]
pub fn Prove() -> impl IntoView {
    let desk = Desk::here();
    move || desk.proof.get().map(|again| view! { <Question again /> })
}

#[component]
fn Question(again: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let password = NodeRef::<Input>::new();
    let trouble = RwSignal::new(None::<String>);
    request_animation_frame(|| page::open_dialog(DIALOG));
    // Closed before it goes: the browser then leads the focus back to where it was.
    let shut = move || {
        page::close_dialog(DIALOG);
        desk.proof.set(None);
    };
    let began = desk.now();
    let give = async move |path: &str, proof: &str| match api::tell("POST", path, proof).await {
        Ok(()) => {
            desk.has_proved(began);
            shut();
            again.run(());
        }
        Err(met) => {
            desk.heed(&met);
            trouble.try_set(Some(said(words, &met)));
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(password) = password.get_untracked().map(|field| field.value()) else {
            return;
        };
        spawn_local(async move {
            give("/v1/session/proof", &write(&Proof { password })).await;
        });
    };
    let by_passkey = move |_| {
        spawn_local(async move {
            match api::challenge().await {
                Ok(asked) => match passkey::sign(&asked.challenge).await {
                    Ok(signed) => give("/v1/session/passkey/proof", &write(&signed)).await,
                    Err(why) => drop(trouble.try_set(Some(words.say(missed(why)).to_owned()))),
                },
                Err(met) => drop(trouble.try_set(Some(said(words, &met)))),
            }
        });
    };
    let note = move || Some(band(Tone::Red, trouble.get()?));
    view! {
        <dialog
            id=DIALOG
            class="veil"
            aria-labelledby=TITLE
            // By Esc.
            on:close=move |_| desk.proof.set(None)
        >
            <form class="card" on:submit=submit>
                <h2 id=TITLE>{words.line(Text::ProveTitle)}</h2>
                <p>{words.line(Text::ProveHelp)}</p>
                <Field
                    label=Text::Password
                    node_ref=password
                    name="proof"
                    kind="password"
                    autocomplete="current-password"
                    autofocus=true
                />
                {note}
                <div class="row">
                    <button class="button main" type="submit">
                        {words.line(Text::ProveVerb)}
                    </button>
                    {passkey::is_offered()
                        .then(|| {
                            view! {
                                <button class="button" type="button" on:click=by_passkey>
                                    {words.line(Text::UsePasskey)}
                                </button>
                            }
                        })}
                    <button
                        class="button quiet"
                        type="button"
                        on:click=move |_| shut()
                    >
                        {words.line(Text::Cancel)}
                    </button>
                </div>
            </form>
        </dialog>
    }
}
