//! The forms of the house: what each asks, shown as the kiosk shows it, where it is used; and a form
//! added as data (UA4). Never: a change of a form, an answer.

mod add;
mod card;
mod preview;
mod wrong;

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::forms::Forms as Registry;

use super::account::Desk;
use super::only::only_if;
use super::opening::{asked, told};
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::Words;
use crate::text::ManagerText as Text;
use add::Add;
use card::Card;
pub use card::title;

/// The forms with the units that use them.
#[derive(Clone, Debug)]
struct Known {
    tree: Arc<Tree>,
    registry: Registry,
}

/// The forms of the house, as any page of the manager asks for them.
///
/// # Errors
/// [`api::Trouble`].
pub async fn registry() -> Result<Registry, api::Trouble> {
    api::understood(api::get("/v1/forms").await)
}

/// The page.
#[component]
pub fn Forms() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let (known, refresh) = asked(desk, ask);
    let list = move || {
        told(words, known.get(), |known| {
            let rows = known.registry.forms.into_iter();
            let cards = rows.map(|row| {
                let tree = Arc::clone(&known.tree);
                view! { <Card row tree /> }
            });
            view! { <ul class="devices forms">{cards.collect_view()}</ul> }.into_any()
        })
    };
    view! {
        <article class="house">
            <h1>{words.line(Text::FormsTitle)}</h1>
            <p class="soft">{words.line(Text::FormsHelp)}</p>
            {only_if(
                move || desk.powers().adds_forms,
                move || view! { <Add refresh /> }.into_any(),
            )}
            {only_if(
                move || desk.powers().keeps_units && !desk.powers().adds_forms,
                move || {
                    view! { <p class="soft">{words.line(Text::FormsOfTheWhole)}</p> }.into_any()
                },
            )}
            {list}
        </article>
    }
}

async fn ask() -> Result<Known, api::Trouble> {
    let tree = Arc::new(Tree::of(api::units().await?.units));
    let registry = registry().await?;
    Ok(Known { tree, registry })
}
