//! The forms that a device may be set to, and what else may be asked with each.

use leptos::html::Select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::form::Form;
use survey::id::ItemId;

use crate::manager::account::Desk;
use crate::manager::choice::Choice;
use crate::manager::forms::{registry, title};
use crate::manager::unit::form_name;
use crate::parts::Words;
use crate::text::ManagerText as Text;

/// The forms that have begun by today; empty until the server has told.
pub(super) fn offered(desk: Desk) -> RwSignal<Vec<Form>> {
    let forms = RwSignal::new(Vec::new());
    spawn_local(async move {
        match registry().await {
            Ok(known) => {
                let today = Day::of(known.now);
                let rows = known.forms.into_iter();
                let begun = rows.filter(|row| row.starts <= today);
                let read = begun.filter_map(|row| Form::parse(&row.file).ok());
                forms.try_set(read.collect());
            }
            Err(met) => desk.heed(&met),
        }
    });
    forms
}

/// One of them.
#[component]
pub(super) fn FormChoice(
    /// The forms.
    forms: RwSignal<Vec<Form>>,
    /// Where what was chosen is read.
    node_ref: NodeRef<Select>,
    /// The code of the one that is chosen at first; it is offered in any case.
    #[prop(into)]
    value: String,
    /// Called with the code of another one.
    #[prop(optional)]
    changed: Option<Callback<String>>,
) -> AnyView {
    let words = Words::here();
    let own = value.clone();
    let options = Signal::derive(move || {
        forms.with(|forms| {
            let named = forms.iter();
            let mut named: Vec<_> = named
                .map(|form| (form.code().to_owned(), title(form, words)))
                .collect();
            if named.iter().all(|(code, _)| *code != own) {
                named.insert(0, (own.clone(), form_name(&own, words)));
            }
            named
        })
    });
    view! { <Choice label=Text::FormLabel node_ref=node_ref name="form" options value changed=changed /> }
        .into_any()
}

/// What of a form is asked only where it is turned on, each to be ticked.
pub(super) fn demographics(
    forms: RwSignal<Vec<Form>>,
    code: RwSignal<String>,
    asked: RwSignal<Vec<ItemId>>,
    words: Words,
) -> AnyView {
    let choices = move || {
        let code = code.get();
        forms.with(|forms| {
            let form = forms.iter().find(|form| form.code() == code)?;
            let choices = form.demographics();
            (!choices.is_empty()).then(|| {
                let ticks = choices.iter().map(|choice| {
                    let id = choice.id.clone();
                    ticked(asked, id, "vi", choice.text.clone())
                });
                view! {
                    <fieldset class="wide">
                        <legend>{words.say(Text::DemographicsLabel)}</legend>
                        <div>{ticks.collect_view()}</div>
                    </fieldset>
                }
            })
        })
    };
    choices.into_any()
}

/// A box to tick that puts something into a list or takes it out; what is new comes last.
pub(super) fn ticked<T>(list: RwSignal<Vec<T>>, what: T, lang: &str, name: String) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let what = StoredValue::new(what);
    let is_on = list.with_untracked(|list| what.with_value(|what| list.contains(what)));
    let change = move |event: leptos::ev::Event| {
        let is_on = event_target_checked(&event);
        let what = what.get_value();
        list.update(|list| {
            list.retain(|known| *known != what);
            if is_on {
                list.push(what);
            }
        });
    };
    let lang = lang.to_owned();
    view! {
        <label class="tick">
            <input type="checkbox" checked=is_on on:change=change />
            <span lang=lang>{name}</span>
        </label>
    }
    .into_any()
}
