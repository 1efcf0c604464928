//! What is connected to the house: programs that read figures with a key (UM15), and those who are told once a
//! day of what needs a look (UM13). Never: a secret that was shown once.

mod alert;
mod alerts;
mod fields;
mod keys;
mod once;

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::id::UnitId;
use survey::wire::alerts::Alerts;
use survey::wire::keys::Keys;

use super::grave::Writes;
use super::only::only_if;
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::Words;
use crate::text::ConnectText as Text;
use alerts::AlertList;
use keys::KeyList;

/// What the page's parts share.
#[derive(Clone, Copy)]
struct Connecting {
    words: Words,
    writes: Writes,
    tree: RwSignal<Arc<Tree>>,
    keys: RwSignal<Option<Result<Keys, api::Trouble>>>,
    alerts: RwSignal<Option<Result<Alerts, api::Trouble>>>,
    refresh: Callback<()>,
}

impl Connecting {
    /// A node in words.
    fn placed(self, node: Option<&UnitId>) -> String {
        let tag = self.words.language().tag();
        match node {
            None => self.words.say(Text::WholeHouse).to_owned(),
            Some(node) => self.tree.with(|tree| tree.placed_name(node, tag)),
        }
    }
}

/// What is connected, in two parts.
fn parts(connecting: Connecting) -> AnyView {
    view! {
        <KeyList connecting />
        <AlertList connecting />
    }
    .into_any()
}

/// The page.
#[component]
pub fn Connect() -> impl IntoView {
    let words = Words::here();
    let tree = RwSignal::new(Arc::new(Tree::default()));
    let (keys, alerts) = (RwSignal::new(None), RwSignal::new(None));
    let is_placed = RwSignal::new(false);
    let refresh = Callback::new(move |()| {
        spawn_local(async move {
            if let Ok(units) = api::units().await {
                tree.try_set(Arc::new(Tree::of(units.units)));
            }
            is_placed.try_set(true);
            keys.try_set(Some(api::understood(api::get("/v1/keys").await)));
            alerts.try_set(Some(api::understood(api::get("/v1/alerts").await)));
        });
    });
    refresh.run(());
    let writes = Writes::then(refresh);
    Effect::new(move || {
        keys.with(|known| {
            if let Some(Err(met)) = known {
                writes.desk.heed(met);
            }
        });
    });
    let connecting = Connecting {
        words,
        writes,
        tree,
        keys,
        alerts,
        refresh,
    };
    view! {
        <article class="house">
            <h1>{words.line(Text::Title)}</h1>
            <p class="soft">{words.line(Text::Help)}</p>
            {move || writes.note()}
            // The forms offer units, which are not made anew under somebody's hands.
            {only_if(move || is_placed.get(), move || parts(connecting))}
        </article>
    }
}
