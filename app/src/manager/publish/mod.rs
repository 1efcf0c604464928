//! What everybody may read of a unit, and what was done about what people said (UM16, UM17). Never: a figure; a right
//! that the server does not look at again.

mod actions;
mod setting;

use std::sync::Arc;

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::form::Form;
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::forms::Forms;
use survey::wire::public::{Action, Actions, PublicationPage};

use super::account::{Desk, said};
use super::grave;
use super::of_unit;
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::{Tone, Words, band};
use crate::text::{ManagerText, PublishText};
use actions::ActionList;
use setting::Setting;

/// What the page knows of a unit.
#[derive(Clone, Debug)]
struct Known {
    publication: PublicationPage,
    /// `None` for who has no say in them.
    actions: Option<Vec<Action>>,
    /// The codes of the forms that may be shown.
    forms: Vec<String>,
}

/// What the page sends, in its own sentences.
type Writes = grave::Writes<PublishText>;

/// The page.
#[component]
pub fn Publish() -> impl IntoView {
    let words = Words::here();
    view! {
        <article class="kept publish">
            <h1>{words.line(PublishText::Title)}</h1>
            <p class="soft">{words.line(PublishText::Help)}</p>
            {of_unit::with(of_unit::units(), |tree| tree, |tree| view! { <OfUnit tree /> }.into_any())}
        </article>
    }
}

async fn ask(unit: &UnitId) -> Result<Known, api::Trouble> {
    let path = format!("/v1/units/{unit}");
    let publication = api::understood(api::get(&format!("{path}/publication")).await)?;
    let actions = api::understood::<Actions>(api::get(&format!("{path}/actions")).await);
    let actions = match actions {
        Ok(actions) => Some(actions.actions),
        Err(api::Trouble::Refused {
            code: Code::NotAllowed,
            ..
        }) => None,
        Err(met) => return Err(met),
    };
    let forms: Forms = api::understood(api::get("/v1/forms").await)?;
    let forms = forms.forms.iter().filter_map(|row| {
        let form = Form::parse(&row.file).ok()?;
        Some(form.code().to_owned())
    });
    Ok(Known {
        publication,
        actions,
        forms: forms.collect(),
    })
}

/// The choice of a unit, and what is public of it.
#[component]
fn OfUnit(tree: Arc<Tree>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let unit = of_unit::of_address(&tree);
    let known = RwSignal::new(None::<Result<Known, api::Trouble>>);
    let look = move || {
        let Some(this) = unit.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let answer = ask(&this).await;
            if unit.try_get_untracked().flatten() != Some(this) {
                return;
            }
            if let Err(met) = &answer {
                desk.heed(met);
            }
            known.try_set(Some(answer));
        });
    };
    let writes = Writes::then(Callback::new(move |()| look()));
    Effect::new(move || {
        unit.track();
        known.set(None);
        look();
    });
    let lead = of_unit::leading();
    let go = Callback::new(move |unit| {
        writes.forget();
        lead.run(format!("/publish?unit={unit}"));
    });
    let choice = of_unit::choice(&tree, "publish-unit", unit, go);
    let shown = move || match (known.get(), unit.get()) {
        (None, _) | (_, None) => {
            view! { <p role="status">{words.say(ManagerText::Loading)}</p> }.into_any()
        }
        (Some(Err(met)), _) => band(Tone::Red, said(words, &met)),
        (Some(Ok(known)), Some(unit)) => {
            let Known {
                publication,
                actions,
                forms,
            } = known;
            let tree = Arc::clone(&tree);
            let actions = actions.map(|actions| view! { <ActionList unit actions tree writes /> });
            view! {
                <Setting page=publication forms writes />
                {actions}
            }
            .into_any()
        }
    };
    view! {
        <form class="controls" on:submit=|event| event.prevent_default()>
            {choice}
        </form>
        <div class="note">{move || writes.note()}</div>
        {shown}
    }
}

/// One of several under a label.
fn choice(
    words: Words,
    label: PublishText,
    (field, name): (NodeRef<Select>, &'static str),
    options: Vec<(String, String)>,
    chosen: &str,
) -> AnyView {
    let options = options.into_iter().map(|(word, name)| {
        let is_chosen = word == chosen;
        view! {
            <option value=word selected=is_chosen>
                {name}
            </option>
        }
    });
    view! {
        <label class="field">
            <span>{words.line(label)}</span>
            <select node_ref=field name=name>
                {options.collect_view()}
            </select>
        </label>
    }
    .into_any()
}
