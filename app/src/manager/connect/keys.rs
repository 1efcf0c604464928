//! API keys: which there are, one more, one less.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use survey::day::Day;
use survey::wire::keys::{FreshKey, KeyRow, MOST_DAYS, NewKey};
use survey::wire::write;

use super::Connecting;
use super::fields::{Line, Node};
use super::once::once;
use crate::device::api;
use crate::manager::account::said;
use crate::manager::field::typed;
use crate::manager::grave::carry_out;
use crate::manager::opening::told;
use crate::manager::sure;
use crate::parts::{Tone, band, format};
use crate::text::{ConnectText, ManagerText};

/// The list, and the form for another one.
#[component]
pub(super) fn KeyList(
    /// What the page's parts share.
    connecting: Connecting,
) -> impl IntoView {
    let words = connecting.words;
    let list = move || {
        told(words, connecting.keys.get(), |known| {
            if known.keys.is_empty() {
                return view! { <p>{words.say(ConnectText::NoKeys)}</p> }.into_any();
            }
            let lines = known.keys.into_iter();
            let lines = lines.map(|row| view! { <Key row connecting /> });
            view! { <ul class="passkeys">{lines.collect_view()}</ul> }.into_any()
        })
    };
    view! {
        <section class="card" aria-labelledby="keys-title">
            <h2 id="keys-title">{words.line(ConnectText::KeysTitle)}</h2>
            <p>{words.line(ConnectText::KeysHelp)}</p>
            {list}
            <Another connecting />
        </section>
    }
}

/// Makes another key and shows it once.
#[component]
fn Another(connecting: Connecting) -> impl IntoView {
    let Connecting { words, writes, .. } = connecting;
    let desk = writes.desk;
    let (name, until) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let tree = connecting.tree.get_untracked();
    let node = Node::one(&tree);
    let wrong = RwSignal::new(None::<ManagerText>);
    let fresh = RwSignal::new(None::<FreshKey>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        writes.forget();
        fresh.set(None);
        let place = node.read();
        wrong.set(place.as_ref().err().copied());
        let (Ok(node), Some(until)) = (place, Day::parse(&typed(until))) else {
            return;
        };
        let message = write(&NewKey {
            name: typed(name),
            node,
            until,
        });
        let step = move || {
            let message = message.clone();
            async move { api::understood::<FreshKey>(api::consult("POST", "/v1/keys", &message).await) }
        };
        carry_out(desk, step, move |outcome| match outcome {
            Ok(made) => {
                fresh.try_set(Some(made));
                connecting.refresh.run(());
            }
            Err(met) if met.wants_proof() => {}
            Err(met) => writes.tell(said(words, &met)),
        });
    };
    // A day less than the longest: the page's day may be over before the form is sent.
    let last = untrack(|| desk.today()).map(|today| today.plus(MOST_DAYS - 2));
    let until = Line {
        kind: "date",
        value: last.map_or_else(String::new, |day| day.to_string()),
        ..Line::of(ConnectText::KeyUntil, until, "key-until")
    };
    let name = Line {
        example: Some(ConnectText::KeyExample),
        ..Line::of(ConnectText::KeyName, name, "key-name")
    };
    view! {
        <form class="fields" on:submit=submit>
            {name.draw()} {node.draw("unit-of-key", tree)} {until.draw()}
            <button class="button main" type="submit">
                {words.line(ConnectText::MakeKey)}
            </button>
        </form>
        {move || wrong.get().map(|text| band(Tone::Red, words.say(text)))}
        {move || fresh.get().map(|made| once(words, ConnectText::KeyOnce, made.key))}
    }
}

/// One key, and its end after asking once.
#[component]
fn Key(row: KeyRow, connecting: Connecting) -> impl IntoView {
    let Connecting { words, writes, .. } = connecting;
    let (name, path) = (row.name.clone(), format!("/v1/keys/{}", row.id));
    let works = row.works;
    let lines = move || {
        let day = |day| format::day(words.language(), day);
        let unit = connecting.placed(row.node.as_ref());
        let line = words.fill(
            ConnectText::KeyLine,
            &[
                ("unit", &unit),
                ("account", &row.maker),
                ("since", &day(row.since)),
                ("until", &day(row.until)),
                ("id", &row.id),
            ],
        );
        let used = row.used.map_or_else(
            || words.say(ConnectText::KeyUnused).to_owned(),
            |used| words.fill(ConnectText::KeyUsed, &[("day", &day(used))]),
        );
        [&line, " · ", &used].concat()
    };
    let end = Callback::new(move |()| {
        // The page's words for what was done are those of all programs.
        let path = path.clone();
        writes.send("DELETE", path, "{}".to_owned(), ManagerText::ActRevokeKey);
    });
    let steps = [ConnectText::RevokeKey, ConnectText::RevokeKeySure];
    let tools = sure::end(words, steps, name.clone(), end);
    view! {
        <li>
            <div>
                <strong>{name}</strong>
                <p class="soft long">{lines}</p>
                {(!works).then(|| view! { <p>{words.line(ConnectText::KeyOver)}</p> })}
            </div>
            {tools}
        </li>
    }
}
