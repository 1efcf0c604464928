//! The actions of a unit and the units below it ("Bạn nói - Chúng tôi làm"), and a form for one. Never: a removal, a change
//! of what was public.

use std::sync::Arc;

use leptos::ev::SubmitEvent;
use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use survey::action::{Problem, problem};
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::public::{Action, ActionState, ActionWords, NewState};
use survey::wire::write;

use super::Writes;
use super::setting::sure;
use crate::manager::field::typed;
use crate::manager::overview::tree::Tree;
use crate::parts::{Words, format};
use crate::text::PublishText as Text;

/// The list, and the form.
#[component]
pub(super) fn ActionList(
    /// The unit that a new one is of.
    unit: UnitId,
    /// The newest first.
    actions: Vec<Action>,
    /// The names of the units.
    tree: Arc<Tree>,
    /// What is sent.
    writes: Writes,
) -> impl IntoView {
    let words = Words::here();
    let editing = RwSignal::new(None::<Action>);
    let (actions, tree) = (StoredValue::new(actions), StoredValue::new(tree));
    let rows = move || {
        let rows = actions.get_value().into_iter().map(|action| {
            let tag = words.language().tag();
            let name = tree.with_value(|tree| tree.placed_name(&action.unit, tag));
            one(words, action, &name, editing, writes)
        });
        rows.collect_view()
    };
    let is_empty = actions.with_value(Vec::is_empty);
    let form = move || form(words, &unit, editing, writes);
    view! {
        <section class="card told-page" aria-labelledby="publish-actions">
            <h2 id="publish-actions">{words.line(Text::ActionsTitle)}</h2>
            <p class="soft">{words.line(Text::ActionsHelp)}</p>
            {is_empty.then(|| view! { <p>{words.line(Text::NoActions)}</p> })}
            <ol class="told">{rows}</ol>
            {form}
        </section>
    }
}

fn one(
    words: Words,
    action: Action,
    name: &str,
    editing: RwSignal<Option<Action>>,
    writes: Writes,
) -> AnyView {
    let language = words.language();
    let dated = |text: Text, day: Option<Day>| {
        let day = day.map_or_else(String::new, |day| format::day(language, day));
        words.fill(text, &[("day", &day)])
    };
    let state = match action.state {
        ActionState::Draft => words.say(Text::StateDraft).to_owned(),
        ActionState::Published => dated(Text::StatePublished, action.published),
        ActionState::Withdrawn => dated(Text::StateWithdrawn, action.withdrawn),
    };
    let path = format!("/v1/units/{}/actions/{}/state", action.unit, action.action);
    let path = StoredValue::new(path);
    let set = move |state: ActionState, then: Text| {
        Callback::new(move |()| {
            writes.send("PUT", path.get_value(), write(&NewState { state }), then);
        })
    };
    let about = action.said.clone();
    let steps = match action.state {
        ActionState::Draft => {
            let (draft, of) = (
                action.clone(),
                format!("{}: {about}", words.say(Text::Edit)),
            );
            let show = [Text::Show, Text::ShowSure, Text::ShowYes];
            let go = set(ActionState::Published, Text::Shown);
            Some(
                view! {
                    <button
                        class="button"
                        type="button"
                        aria-label=of
                        on:click=move |_| editing.set(Some(draft.clone()))
                    >
                        {words.say(Text::Edit)}
                    </button>
                    {sure(words, show, "button", about, go)}
                }
                .into_any(),
            )
        }
        ActionState::Published => {
            let withdraw = [Text::Withdraw, Text::WithdrawSure, Text::WithdrawYes];
            let go = set(ActionState::Withdrawn, Text::Withdrawn);
            Some(sure(words, withdraw, "button quiet", about, go))
        }
        ActionState::Withdrawn => None,
    };
    view! {
        <li data-state=action.state.word()>
            <p class="soft">{format!("{name} · {} · {state}", format::day(language, action.day))}</p>
            <dl>
                <dt>{words.say(Text::Said)}</dt>
                <dd lang="vi">{action.said}</dd>
                <dt>{words.say(Text::Done)}</dt>
                <dd lang="vi">{action.done}</dd>
            </dl>
            <div class="row">{steps}</div>
        </li>
    }
    .into_any()
}

/// The words of a new action, or of the draft that is being changed.
fn form(words: Words, unit: &UnitId, editing: RwSignal<Option<Action>>, writes: Writes) -> AnyView {
    let draft = editing.get();
    let (said, done) = (NodeRef::<Textarea>::new(), NodeRef::<Textarea>::new());
    let day = NodeRef::<Input>::new();
    let (method, path) = match &draft {
        Some(draft) => {
            let path = format!("/v1/units/{}/actions/{}", draft.unit, draft.action);
            ("PUT", path)
        }
        None => ("POST", format!("/v1/units/{unit}/actions")),
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = |field: NodeRef<Textarea>| {
            let field = field.get_untracked();
            field.map(|field| field.value()).unwrap_or_default()
        };
        let (said, done) = (text(said), text(done));
        let today = writes.desk.today();
        let day = Day::parse(&typed(day)).filter(|day| today.is_none_or(|today| *day <= today));
        let tell = |text: Text| writes.tell(words.say(text).to_owned());
        match (problem(&said, &done), day) {
            (Some(found), _) => tell(match found {
                Problem::Empty => Text::Empty,
                Problem::TooLong => Text::TooLong,
                Problem::Unreadable => Text::Unreadable,
                Problem::Personal => Text::Personal,
            }),
            (None, None) => tell(Text::DayNeeded),
            (None, Some(day)) => {
                let message = write(&ActionWords { said, done, day });
                writes.send(method, path.clone(), message, Text::Kept);
            }
        }
    };
    let today = writes.desk.today().map(|day| day.to_string());
    let (title, stop) = match &draft {
        Some(_) => (
            Text::ChangeAction,
            Some(view! {
                <button class="button quiet" type="button" on:click=move |_| editing.set(None)>
                    {words.say(Text::StopEdit)}
                </button>
            }),
        ),
        None => (Text::NewAction, None),
    };
    let own = draft.map(|draft| (draft.said, draft.done, draft.day.to_string()));
    let (own_said, own_done, own_day) = own.unwrap_or_else(|| {
        (
            String::new(),
            String::new(),
            today.clone().unwrap_or_default(),
        )
    });
    view! {
        <form class="told-words" on:submit=submit>
            <h3>{words.say(title)}</h3>
            <p class="soft">{words.say(Text::WordsHelp)}</p>
            <label class="field">
                <span>{words.say(Text::Said)}</span>
                <textarea node_ref=said name="said" rows="2" lang="vi">
                    {own_said}
                </textarea>
            </label>
            <label class="field">
                <span>{words.say(Text::Done)}</span>
                <textarea node_ref=done name="done" rows="4" lang="vi">
                    {own_done}
                </textarea>
            </label>
            <label class="field">
                <span>{words.say(Text::Day)}</span>
                <input node_ref=day type="date" name="day" max=today value=own_day />
            </label>
            <div class="row">
                <button class="button main" type="submit">
                    {words.say(Text::Keep)}
                </button>
                {stop}
            </div>
        </form>
    }
    .into_any()
}
