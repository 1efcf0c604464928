//! Accounts and their rights, as far as one keeps them (UA3).

mod grants;

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::A;
use survey::day::{Day, Millis};
use survey::wire::manager::{NewAccount, NewGrant, Role};
use survey::wire::people::{AccountRow, Accounts, DatedGrant, NewGrants, NewPassword};
use survey::wire::write;

use super::account::Desk;
use super::field::{Field, typed};
use super::grave::Writes;
use super::opening::told;
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::{Tone, Words, band, format};
use crate::text::ManagerText as Text;
use grants::GrantFields;

/// The sentence of a role.
const fn role_name(role: Role) -> Text {
    match role {
        Role::Operator => Text::RoleOperator,
        Role::Admin => Text::RoleAdmin,
        Role::Manager => Text::RoleManager,
        Role::Auditor => Text::RoleAuditor,
        Role::Staff => Text::RoleStaff,
    }
}

/// A right in words.
fn sentence(grant: &DatedGrant, tree: &Tree, words: Words) -> String {
    let tag = words.language().tag();
    let place = match &grant.node {
        None => words.say(Text::WholeHouse).to_owned(),
        Some(node) => tree.placed_name(node, tag),
    };
    let day = |day| format::day(words.language(), day);
    let to = grant
        .to
        .map_or_else(|| words.say(Text::OpenEnded).to_owned(), day);
    let role = words.say(role_name(grant.role));
    // The first operator's right has no beginning.
    let is_from_the_first = Day::of(Millis(0)).is_some_and(|first| grant.from <= first);
    let days = if is_from_the_first {
        to
    } else {
        [&day(grant.from), " – ", &to].concat()
    };
    [role, " · ", &place, " · ", &days].concat()
}

/// What the page's parts share.
#[derive(Clone, Copy)]
struct Keeping {
    words: Words,
    writes: Writes,
    tree: RwSignal<Arc<Tree>>,
}

/// The page.
#[component]
pub fn People() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let rows = RwSignal::new(None::<Result<Vec<AccountRow>, api::Trouble>>);
    let tree = RwSignal::new(Arc::new(Tree::default()));
    let refresh = Callback::new(move |()| {
        spawn_local(async move {
            if let Ok(units) = api::units().await {
                tree.try_set(Arc::new(Tree::of(units.units)));
            }
            let answer: Result<Accounts, _> = api::understood(api::get("/v1/accounts").await);
            if let Err(met) = &answer {
                desk.heed(met);
            }
            rows.try_set(Some(answer.map(|answer| answer.accounts)));
        });
    });
    refresh.run(());
    let keeping = Keeping {
        words,
        writes: Writes::then(refresh),
        tree,
    };
    view! {
        <article class="house">
            <h1>{words.line(Text::PeopleTab)}</h1>
            <p class="soft">{words.line(Text::PeopleHelp)}</p>
            {move || keeping.writes.note()}
            {move || {
                let list = |rows: Vec<AccountRow>| {
                    let cards = rows.into_iter().map(|row| view! { <Account row keeping /> });
                    view! {
                        <Newcomer keeping />
                        <ul class="devices">{cards.collect_view()}</ul>
                    }
                        .into_any()
                };
                told(words, rows.get(), list)
            }}
        </article>
    }
}

/// One account.
#[component]
fn Account(row: AccountRow, keeping: Keeping) -> impl IntoView {
    let words = keeping.words;
    let (is_own, is_recoverable) = (row.is_own, row.is_recoverable);
    let drawer = RwSignal::new(None::<Text>);
    let row = StoredValue::new(row);
    let grants = move || {
        let grants = row.with_value(|row| row.grants.clone());
        if grants.is_empty() {
            return view! { <li>{words.say(Text::NoGrants)}</li> }.into_any();
        }
        let tree = keeping.tree.get();
        let lines = grants.into_iter().map(|grant| {
            let sentence = sentence(&grant, &tree, words);
            view! { <li>{sentence}</li> }
        });
        lines.collect_view().into_any()
    };
    let button = move |label: Text| {
        let toggle = move |_| drawer.update(|open| *open = (*open != Some(label)).then_some(label));
        view! {
            <button
                class="button"
                aria-expanded=move || (drawer.get() == Some(label)).to_string()
                on:click=toggle
            >
                {words.line(label)}
            </button>
        }
    };
    let opened = move || match drawer.get() {
        Some(Text::EditGrants) => Some(view! { <Rights row=row.get_value() keeping /> }.into_any()),
        Some(Text::Recover) => {
            let name = row.with_value(|row| row.account.clone());
            Some(view! { <Recover name keeping /> }.into_any())
        }
        _ => None,
    };
    view! {
        <li class="card device">
            <div>
                <h2>{row.with_value(|row| row.account.clone())}</h2>
                <p>
                    {move || {
                        let n = row.with_value(|row| i64::from(row.sessions));
                        let own = if is_own { words.say(Text::YourAccount) } else { "" };
                        let sep = if is_own { " · " } else { "" };
                        [own, sep, &words.count(Text::SessionsN, n)].concat()
                    }}
                </p>
            </div>
            <ul class="rights">{grants}</ul>
            {is_own
                .then(|| {
                    view! {
                        <div class="row">
                            <A href="/account" attr:class="button">
                                {words.line(Text::OwnAccount)}
                            </A>
                        </div>
                    }
                })}
            {(!is_own)
                .then(|| {
                    view! {
                        <div class="row">
                            {button(Text::EditGrants)}
                            {is_recoverable.then(|| button(Text::Recover))}
                        </div>
                        {opened}
                    }
                })}
        </li>
    }
}

/// Changes what an account may do.
#[component]
fn Rights(row: AccountRow, keeping: Keeping) -> impl IntoView {
    let words = keeping.words;
    let wanted = RwSignal::new(row.grants);
    // Nobody keeps an account without rights but who keeps all accounts: it would be lost to this one.
    let is_empty = RwSignal::new(false);
    let path = format!("/v1/accounts/{}/grants", row.account);
    let field = ["unit-of-", &row.account].concat();
    let add = Callback::new(move |grant: DatedGrant| wanted.update(|wanted| wanted.push(grant)));
    let lines = move || {
        let tree = keeping.tree.get();
        let lines = wanted.get().into_iter().enumerate().map(|(at, grant)| {
            let sentence = sentence(&grant, &tree, words);
            let drop = move |_| {
                wanted.update(|wanted| {
                    wanted.remove(at);
                });
            };
            view! {
                <li>
                    <span>{sentence}</span>
                    <button class="button quiet" on:click=drop>
                        {words.say(Text::DropGrant)}
                    </button>
                </li>
            }
        });
        lines.collect_view()
    };
    let save = move |_| {
        let grants = wanted.get_untracked();
        is_empty
            .set(grants.is_empty() && !untrack(|| keeping.writes.desk.powers().keeps_all_people));
        if is_empty.get_untracked() {
            return;
        }
        keeping.writes.send(
            "PUT",
            path.clone(),
            write(&NewGrants { grants }),
            Text::ConfigSavedShort,
        );
    };
    view! {
        <div class="drawer">
            <ul class="rights">{lines}</ul>
            <GrantFields keeping field add />
            <p>{words.line(Text::GrantsHelp)}</p>
            {move || is_empty.get().then(|| band(Tone::Red, words.say(Text::GrantNeeded)))}
            <button class="button main" on:click=save>
                {words.line(Text::Save)}
            </button>
        </div>
    }
}

/// Gives somebody who cannot sign in a new password.
#[component]
fn Recover(name: String, keeping: Keeping) -> impl IntoView {
    let words = keeping.words;
    let password = NodeRef::<Input>::new();
    let path = format!("/v1/accounts/{name}/password");
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let password = typed(password);
        keeping.writes.send(
            "PUT",
            path.clone(),
            write(&NewPassword { password }),
            Text::ConfigSavedShort,
        );
    };
    view! {
        <form class="drawer" on:submit=submit>
            <p>{words.line(Text::RecoverHelp)}</p>
            <Field label=Text::NewPassword node_ref=password name="new-password" autocomplete="off" />
            <button class="button main" type="submit">
                {words.line(Text::Recover)}
            </button>
        </form>
    }
}

/// Adds an account with one right; more are given afterwards.
#[component]
fn Newcomer(keeping: Keeping) -> impl IntoView {
    let words = keeping.words;
    let (name, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let add = Callback::new(move |grant: DatedGrant| {
        let account = NewAccount {
            account: typed(name),
            password: typed(password),
            grants: vec![NewGrant {
                role: grant.role,
                node: grant.node,
                from: Some(grant.from),
                to: grant.to,
            }],
        };
        keeping.writes.send(
            "POST",
            "/v1/accounts".to_owned(),
            write(&account),
            Text::AccountMade,
        );
    });
    view! {
        <details class="card">
            <summary>{words.line(Text::NewAccountTitle)}</summary>
            <div class="fields">
                <Field label=Text::Account node_ref=name name="new-account" />
                <Field
                    label=Text::NewPassword
                    node_ref=password
                    name="first-password"
                    autocomplete="off"
                />
            </div>
            <GrantFields keeping field="unit-of-new" add verb=Text::MakeAccount />
        </details>
    }
}
