//! One group of kept records: what is known of it, and the decision, after asking once.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::quarantine::{Decide, Decided, Decision, Group, is_releasable};

use super::reason;
use crate::device::api;
use crate::manager::account::{Desk, WithKept, said};
use crate::manager::grave::carry_out;
use crate::manager::only::only_if;
use crate::manager::overview::tree::Tree;
use crate::parts::{Tone, Words, band, format};
use crate::text::{Language, ManagerText as Text};

/// A group as a card.
#[component]
pub(super) fn GroupCard(
    /// The group.
    group: Group,
    /// The units, for their names.
    tree: Arc<Tree>,
    /// Called when the list should be asked for again.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (name, help) = reason::said(group.which.reason);
    let is_kept = group.which.kept;
    let (group, tree) = (StoredValue::new(group), StoredValue::new(tree));
    let unit = move || {
        let unit = group.with_value(|group| group.which.unit.clone());
        tree.with_value(|tree| tree.placed_name(&unit, words.language().tag()))
    };
    let facts = move || {
        let language = words.language();
        let facts = group.with_value(|group| tree.with_value(|tree| facts(group, tree, language)));
        let fact = |(name, value): (Text, String)| {
            view! {
                <div>
                    <dt>{words.say(name)}</dt>
                    <dd>{value}</dd>
                </div>
            }
        };
        facts.into_iter().map(fact).collect_view()
    };
    view! {
        <li class="card device kept-group">
            <div>
                <h2>{words.line(name)}</h2>
                <p>{unit}</p>
            </div>
            <p class="kept-count">
                {move || {
                    let count = group.with_value(|group| group.count);
                    Text::KeptCount
                        .fill(words.language(), &[("n", &format::count(words.language(), count))])
                }}
            </p>
            {is_kept.then(|| view! { <p class="sign">{words.line(Text::KeptDecided)}</p> })}
            <p>{words.line(help)}</p>
            <dl class="facts">{facts}</dl>
            {only_if(
                move || desk.powers().with_kept == WithKept::Decide,
                move || view! { <Choice group refresh /> }.into_any(),
            )}
        </li>
    }
}

fn facts(group: &Group, tree: &Tree, language: Language) -> Vec<(Text, String)> {
    let (oldest, newest) = (
        format::day(language, group.oldest),
        format::day(language, group.newest),
    );
    let came = if group.oldest == group.newest {
        oldest
    } else {
        Text::KeptFromTo.fill(language, &[("from", &oldest), ("to", &newest)])
    };
    let short = |id: String| id.chars().take(8).collect::<String>();
    let form = match (&group.form_code, group.which.form) {
        (Some(code), _) => code.clone(),
        (None, Some(id)) => Text::KeptFormUnknown.fill(language, &[("id", &short(id.to_string()))]),
        (None, None) => Text::KeptUnreadable.say(language).to_owned(),
    };
    let mut facts = vec![(Text::KeptCame, came), (Text::KeptForm, form)];
    let names = group.which.names.as_ref();
    facts.extend(names.map(|unit| (Text::KeptNames, tree.placed_name(unit, language.tag()))));
    let device = group.which.device;
    facts.extend(device.map(|device| (Text::KeptDevice, short(device.to_string()))));
    facts
}

/// How far a decision is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Open,
    Sure(Decision),
    Asking,
    Done(Decided),
    Trouble(api::Trouble),
}

#[component]
fn Choice(group: StoredValue<Group>, refresh: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let stage = RwSignal::new(Stage::Open);
    let decide = move |decision| {
        stage.set(Stage::Asking);
        let wanted = group.with_value(|group| Decide {
            which: group.which.clone(),
            count: group.count,
            decision,
        });
        carry_out(
            desk,
            move || {
                let wanted = wanted.clone();
                async move { api::decide(&wanted).await }
            },
            move |outcome| {
                stage.try_set(match outcome {
                    Err(met) if met.wants_proof() => Stage::Sure(decision),
                    outcome => outcome.map_or_else(Stage::Trouble, Stage::Done),
                });
            },
        );
    };
    let (can_release, is_kept) = group.with_value(|group| {
        let which = &group.which;
        (is_releasable(which.reason), which.kept)
    });
    let count = group.with_value(|group| i64::try_from(group.count).unwrap_or(i64::MAX));
    move || match stage.get() {
        Stage::Open => view! {
            <div class="sure">
                {can_release
                    .then(|| {
                        view! {
                            <button
                                class="button"
                                on:click=move |_| stage.set(Stage::Sure(Decision::Release))
                            >
                                {words.say(Text::Release)}
                            </button>
                        }
                    })}
                {(!is_kept)
                    .then(|| {
                        view! {
                            <button
                                class="button quiet"
                                on:click=move |_| stage.set(Stage::Sure(Decision::Keep))
                            >
                                {words.say(Text::Keep)}
                            </button>
                        }
                    })}
            </div>
        }
        .into_any(),
        Stage::Sure(decision) => {
            let (sure, yes) = match decision {
                Decision::Release => (Text::ReleaseSure, Text::ReleaseYes),
                Decision::Keep => (Text::KeepSure, Text::KeepYes),
            };
            view! {
                <div class="sure" role="group" aria-label=words.say(yes)>
                    <p role="alert">{words.count(sure, count)}</p>
                    <button class="button main" on:click=move |_| decide(decision)>
                        {words.say(yes)}
                    </button>
                    <button class="button quiet" on:click=move |_| stage.set(Stage::Open)>
                        {words.say(Text::Cancel)}
                    </button>
                </div>
            }
            .into_any()
        }
        Stage::Asking => view! { <p role="status">{words.say(Text::Deciding)}</p> }.into_any(),
        Stage::Done(decided) => {
            let number = |n: u64| format::count(words.language(), n);
            let (n, m, k) = (
                number(decided.counted),
                number(decided.already),
                number(decided.kept),
            );
            let sentence =
                Text::DecidedSaid.fill(words.language(), &[("n", &n), ("m", &m), ("k", &k)]);
            view! {
                <div role="status">
                    {band(Tone::Good, sentence)}
                </div>
                <button class="button" on:click=move |_| refresh.run(())>
                    {words.say(Text::Refresh)}
                </button>
            }
            .into_any()
        }
        Stage::Trouble(met) => view! {
            <div role="alert">
                {band(Tone::Red, said(words, &met))}
            </div>
            <button class="button" on:click=move |_| refresh.run(())>
                {words.say(Text::Refresh)}
            </button>
        }
        .into_any(),
    }
}
