//! The devices of the own subtree: how they are, codes for new ones, ending their keys (UM10, UA2).
//! Never: an answer.

pub mod condition;
mod counters;
mod form_choice;
mod fresh;
mod hours;
mod list;
mod look;
mod new_code;
mod resolvers;
mod settings;
mod tools;

use std::sync::Arc;

use leptos::prelude::*;
use survey::day::Millis;
use survey::id::UnitId;
use survey::wire::manager::DeviceRow;

use super::account::Desk;
use super::only::only_if;
use super::opening::{asked, opening, told};
use super::overview::fold::fold;
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::Words;
use crate::text::ManagerText as Text;
use list::List;
use look::Look;
use new_code::NewCodeForm;

/// The devices with the units they belong to.
#[derive(Clone, Debug)]
struct Known {
    tree: Arc<Tree>,
    rows: Vec<DeviceRow>,
    /// The server's clock when they were asked for.
    at: Millis,
}

impl Known {
    fn unit_name(&self, unit: &UnitId, tag: &str) -> String {
        self.tree.placed_name(unit, tag)
    }
}

/// The page.
#[component]
pub fn Fleet() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let look = Look::at_all();
    let (known, refresh) = asked(desk, move || ask(desk));
    let tree = Memo::new(move |_| {
        known.with(|known| match known {
            Some(Ok(known)) => Some(Arc::clone(&known.tree)),
            _ => None,
        })
    });
    view! {
        <article class="fleet">
            {opening(words, Text::Devices, Text::DevicesHelp, Text::Refresh, refresh)}
            {only_if(
                move || desk.powers().keeps_devices && tree.get().is_some(),
                move || view! { <NewCodeForm tree /> }.into_any(),
            )}
            {move || {
                let list = |known| view! { <List known look refresh /> }.into_any();
                told(words, known.get(), list)
            }}
        </article>
    }
}

async fn ask(desk: Desk) -> Result<Known, api::Trouble> {
    let session = api::session().await?;
    let at = session.now;
    desk.enter(Ok(session));
    let tree = Arc::new(Tree::of(api::units().await?.units));
    let mut rows = api::devices().await?.devices;
    // By name, as the units are; those that may not send any more last.
    rows.sort_by_key(|row| {
        let name = tree.unit(&row.unit).map(|unit| fold(&unit.name.vi));
        (row.revoked, name, fold(&row.counter_name.vi), row.device)
    });
    Ok(Known { tree, rows, at })
}
