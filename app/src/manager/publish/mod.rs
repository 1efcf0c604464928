//! What everybody may read of a unit, and what was done about what people said (UM16, UM17). Never: a figure; a right
//! that the server does not look at again.

mod actions;
mod setting;

use std::sync::Arc;

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use survey::form::Form;
use survey::id::UnitId;
use survey::wire::code::Code;
use survey::wire::forms::Forms;
use survey::wire::manager::UnitKind;
use survey::wire::public::{Action, Actions, PublicationPage};

use super::account::{Desk, said};
use super::finder::{Found, finder};
use super::grave::carry_out;
use super::overview::tree::Tree;
use crate::device::api;
use crate::parts::{Tone, Words, band};
use crate::text::{ManagerText, PublishText as Text};
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

/// What a page sends, and what came of it.
#[derive(Clone, Copy)]
struct Writes {
    words: Words,
    desk: Desk,
    trouble: RwSignal<Option<String>>,
    done: RwSignal<Option<Text>>,
    refresh: Callback<()>,
}

impl Writes {
    fn send(self, method: &'static str, path: String, message: String, then: Text) {
        self.trouble.set(None);
        self.done.set(None);
        let step = move || {
            let (path, message) = (path.clone(), message.clone());
            async move { api::tell(method, &path, &message).await }
        };
        carry_out(self.desk, step, move |outcome| match outcome {
            Ok(()) => {
                self.done.try_set(Some(then));
                self.refresh.run(());
            }
            Err(met) if met.wants_proof() => {}
            Err(met) => {
                self.trouble.try_set(Some(said(self.words, &met)));
            }
        });
    }

    fn tell(self, text: Text) {
        self.done.set(None);
        self.trouble.set(Some(self.words.say(text).to_owned()));
    }

    fn note(self) -> Option<AnyView> {
        let done = self.done.get();
        let done = done.map(|text| band(Tone::Good, self.words.say(text)));
        let trouble = self.trouble.get();
        trouble.map(|sentence| band(Tone::Red, sentence)).or(done)
    }
}

/// The page.
#[component]
pub fn Publish() -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let tree = RwSignal::new(None::<Result<Arc<Tree>, api::Trouble>>);
    spawn_local(async move {
        let answer = api::units().await.map(|units| {
            let units = units.units.into_iter();
            let units = units.filter(|unit| unit.kind != UnitKind::Counter);
            Arc::new(Tree::of(units.collect()))
        });
        if let Err(met) = &answer {
            desk.heed(met);
        }
        tree.try_set(Some(answer));
    });
    view! {
        <article class="kept publish">
            <h1>{words.line(Text::Title)}</h1>
            <p class="soft">{words.line(Text::Help)}</p>
            {move || match tree.get() {
                None => view! { <p role="status">{words.say(ManagerText::Loading)}</p> }.into_any(),
                Some(Err(met)) => band(Tone::Red, said(words, &met)),
                Some(Ok(tree)) if tree.is_empty() => {
                    band(Tone::Calm, words.say(ManagerText::NoUnits))
                }
                Some(Ok(tree)) => view! { <OfUnit tree /> }.into_any(),
            }}
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
    let query = use_query_map();
    let navigate = use_navigate();
    let top = tree.top().cloned();
    let unit = Memo::new(move |_| {
        let named = query.with(|query| query.get("unit"));
        let named = named.and_then(|id| UnitId::parse(&id).ok());
        named.or_else(|| top.clone())
    });
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
    let writes = Writes {
        words,
        desk,
        trouble: RwSignal::new(None),
        done: RwSignal::new(None),
        refresh: Callback::new(move |()| look()),
    };
    Effect::new(move || {
        unit.track();
        known.set(None);
        look();
    });
    let found = Found::of(unit.get_untracked().into_iter().collect(), 1, |_| true);
    Effect::new(move || {
        if let Some(unit) = found.chosen() {
            let options = NavigateOptions {
                scroll: false,
                ..NavigateOptions::default()
            };
            writes.done.set(None);
            writes.trouble.set(None);
            navigate(&format!("/publish?unit={unit}"), options);
        }
    });
    let has_several = tree.in_order().nth(1).is_some();
    let choice = has_several.then(|| {
        let tree = Arc::clone(&tree);
        finder(found, ManagerText::Unit, "publish-unit".to_owned(), tree)
    });
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
    label: Text,
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
