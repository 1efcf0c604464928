//! What is kept uncounted: why, from when, how much, and the operator's decision on it (L7, L8); and
//! rescue files handed in (O14). Never: an answer.

mod group;
mod reason;
mod upload;

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::quarantine::Quarantine;

use super::account::{Desk, WithKept};
use super::only::only_if;
use super::opening::{asked, opening, told};
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::Words;
use crate::text::ManagerText as Text;
use group::GroupCard;
use upload::Upload;

/// The groups with the units they belong to.
#[derive(Clone, Debug)]
struct Known {
    tree: Arc<Tree>,
    quarantine: Quarantine,
}

/// The page.
#[component]
pub fn Kept() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (known, refresh) = asked(desk, move || ask(desk));
    view! {
        <article class="kept">
            {opening(words, Text::KeptTitle, Text::KeptHelp, Text::Refresh, refresh)}
            {move || told(words, known.get(), |known| list(words, &known, refresh))}
            {only_if(
                move || desk.powers().with_kept == WithKept::Decide,
                move || view! { <Upload refresh /> }.into_any(),
            )}
        </article>
    }
}

fn list(words: Words, known: &Known, refresh: Callback<()>) -> AnyView {
    let Quarantine { groups, rest, .. } = &known.quarantine;
    if groups.is_empty() {
        return view! { <p class="card">{words.say(Text::KeptNone)}</p> }.into_any();
    }
    let cards = groups.iter().cloned().map(|group| {
        let tree = Arc::clone(&known.tree);
        view! { <GroupCard group tree refresh /> }
    });
    let rest = i64::try_from(*rest).unwrap_or(i64::MAX);
    view! {
        <ul class="devices">{cards.collect_view()}</ul>
        {(rest > 0).then(|| view! { <p>{words.count(Text::KeptRest, rest)}</p> })}
    }
    .into_any()
}

async fn ask(desk: Desk) -> Result<Known, api::Trouble> {
    desk.enter(Ok(api::session().await?));
    let tree = Arc::new(Tree::of(api::units().await?.units));
    let mut quarantine = api::quarantine().await?;
    // What is decided comes last; by name before that.
    quarantine.groups.sort_by_key(|group| {
        let unit = tree.unit(&group.which.unit);
        let name = unit.map(|unit| unit.name.vi.clone());
        (group.which.kept, name, std::cmp::Reverse(group.count))
    });
    Ok(Known { tree, quarantine })
}
