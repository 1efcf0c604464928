//! One's passkeys: which there are, another one, one less.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::wire::people::{Passkey, Passkeys};
use survey::wire::write;

use crate::device::{api, passkey};
use crate::manager::account::{missed, said};
use crate::manager::field::{Field, typed};
use crate::manager::grave::Writes;
use crate::manager::opening::told;
use crate::manager::sure;
use crate::parts::format;
use crate::text::ManagerText as Text;

/// The list, and the form for another one.
#[component]
pub(super) fn Keys(
    /// What the page sends.
    writes: Writes,
    /// Grows when the list may have changed.
    looked: RwSignal<u32>,
) -> impl IntoView {
    let words = writes.words;
    let own = RwSignal::new(None::<Result<Passkeys, api::Trouble>>);
    Effect::new(move || {
        looked.track();
        spawn_local(async move {
            let answer = api::passkeys().await;
            if let Err(met) = &answer {
                writes.desk.heed(met);
            }
            own.try_set(Some(answer));
        });
    });
    let list = move || {
        told(words, own.get(), |own| {
            if own.passkeys.is_empty() {
                return view! { <p>{words.say(Text::NoPasskeys)}</p> }.into_any();
            }
            let lines = own.passkeys.into_iter();
            let lines = lines.map(|passkey| view! { <Key passkey writes /> });
            view! { <ul class="passkeys">{lines.collect_view()}</ul> }.into_any()
        })
    };
    let form = if passkey::is_offered() {
        view! { <Another writes /> }.into_any()
    } else {
        view! { <p class="soft">{words.line(Text::PasskeyUnable)}</p> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="own-passkeys">
            <h2 id="own-passkeys">{words.line(Text::PasskeysTitle)}</h2>
            <p>{words.line(Text::PasskeysHelp)}</p>
            {list}
            {form}
        </section>
    }
}

/// Makes another passkey under a name.
#[component]
fn Another(writes: Writes) -> impl IntoView {
    let words = writes.words;
    let field = NodeRef::<Input>::new();
    let is_asking = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let name = typed(field);
        if is_asking.get_untracked() || name.is_empty() {
            return;
        }
        is_asking.set(true);
        writes.forget();
        let account = writes.desk.account();
        spawn_local(async move {
            // Asked for now: the challenge in an older list may be over.
            match api::passkeys().await {
                Ok(own) => match passkey::make(&own, &account, &name).await {
                    Ok(new) => {
                        if let Some(field) = field.get_untracked() {
                            field.set_value("");
                        }
                        writes.send(
                            "POST",
                            "/v1/passkeys".to_owned(),
                            write(&new),
                            Text::PasskeyMade,
                        );
                    }
                    Err(why) => writes.tell(words.say(missed(why)).to_owned()),
                },
                Err(met) => {
                    writes.desk.heed(&met);
                    writes.tell(said(words, &met));
                }
            }
            is_asking.try_set(false);
        });
    };
    view! {
        <form class="fields" on:submit=submit>
            <Field
                label=Text::PasskeyName
                node_ref=field
                name="passkey-name"
                example=Text::PasskeyExample
            />
            <button
                class="button main"
                type="submit"
                aria-disabled=move || is_asking.get().to_string()
            >
                {words.line(Text::AddPasskey)}
            </button>
        </form>
    }
}

/// One passkey, and its removal after asking once.
#[component]
fn Key(passkey: Passkey, writes: Writes) -> impl IntoView {
    let words = writes.words;
    let (since, used) = (passkey.since, passkey.used);
    let path = format!("/v1/passkeys/{}", passkey.id);
    let name = passkey.name;
    let days = move || {
        let day = |day| format::day(words.language(), day);
        let since = words.fill(Text::PasskeySince, &[("day", &day(since))]);
        let used = used.map_or_else(
            || words.say(Text::PasskeyUnused).to_owned(),
            |used| words.fill(Text::PasskeyUsed, &[("day", &day(used))]),
        );
        [&since, " · ", &used].concat()
    };
    let end = Callback::new(move |()| {
        writes.send(
            "DELETE",
            path.clone(),
            "{}".to_owned(),
            Text::PasskeyDropped,
        );
    });
    let steps = [Text::DropPasskey, Text::DropPasskeySure];
    let tools = sure::end(words, steps, name.clone(), end);
    view! {
        <li>
            <div>
                <strong>{name}</strong>
                <p class="soft">{days}</p>
            </div>
            {tools}
        </li>
    }
}
