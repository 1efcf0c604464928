//! One form: what it is, where it is used, and the way to look at it.

use std::sync::Arc;

use leptos::prelude::*;
use survey::form::Form;
use survey::wire::forms::FormRow;

use super::preview::Preview;
use crate::manager::overview::tree::Tree;
use crate::manager::unit::form_name;
use crate::parts::{Words, format};
use crate::text::ManagerText as Text;

/// Units named beside a form; the others are counted.
const MOST_NAMED: usize = 5;

/// What a form is called: its title, where it has one, else its name or code.
#[must_use]
pub fn title(form: &Form, words: Words) -> String {
    let name = form_name(form.code(), words);
    let title = form.title().filter(|_| name == form.code());
    title.map_or(name, str::to_owned)
}

/// How much a form asks, in words.
#[must_use]
pub fn extent(form: &Form, words: Words) -> String {
    let (f, n) = (form.factors().len(), form.items().len());
    words.fill(
        Text::FormParts,
        &[("f", &f.to_string()), ("n", &n.to_string())],
    )
}

/// The card.
#[component]
pub(super) fn Card(
    /// The form.
    row: FormRow,
    /// The units, for their names.
    tree: Arc<Tree>,
) -> impl IntoView {
    let words = Words::here();
    let is_open = RwSignal::new(false);
    let Ok(form) = Form::parse(&row.file) else {
        // The server reads with the same reader; a page older than its server may still meet one.
        return view! { <li class="card">{words.line(Text::UnknownForm)}</li> }.into_any();
    };
    let (form, row, tree) = (
        StoredValue::new(form),
        StoredValue::new(row),
        StoredValue::new(tree),
    );
    let facts = move || {
        let facts = row.with_value(|row| {
            form.with_value(|form| tree.with_value(|tree| facts(row, form, tree, words)))
        });
        facts
            .map(|(name, value)| {
                view! {
                    <div>
                        <dt>{words.say(name)}</dt>
                        <dd lang=(name == Text::FormSource).then_some("vi")>{value}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    let name = move || form.with_value(|form| title(form, words));
    let wording = if form.with_value(Form::is_official) {
        Text::FormOfficial
    } else {
        Text::FormOwn
    };
    view! {
        <li class="card device">
            <div>
                <h2>{name}</h2>
                <p>{words.line(wording)}</p>
            </div>
            <dl class="facts">{facts}</dl>
            <button
                class="button"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
            >
                {words.line(Text::SeeAsKiosk)}
            </button>
            <Show when=move || is_open.get()>
                <div class="drawer">
                    <Preview file=row.with_value(|row| row.file.clone()) />
                </div>
            </Show>
        </li>
    }
    .into_any()
}

fn facts(row: &FormRow, form: &Form, tree: &Tree, words: Words) -> [(Text, String); 6] {
    let language = words.language();
    let starts = row.starts.map_or_else(
        || words.say(Text::FormBuiltIn).to_owned(),
        |day| format::day(language, day),
    );
    let name = |unit| {
        let found = tree.unit(unit);
        found.map(|unit| unit.name.in_language(language.tag()).to_owned())
    };
    let units: Vec<_> = row.units.iter().filter_map(name).take(MOST_NAMED).collect();
    let more = if row.units.len() > units.len() {
        ", …"
    } else {
        ""
    };
    let used = if row.devices == 0 {
        words.say(Text::FormUnused).to_owned()
    } else {
        let n = format::count(language, row.devices.into());
        let names = [&units.join(", "), more].concat();
        words.fill(Text::FormUsed, &[("n", &n), ("names", &names)])
    };
    [
        (Text::FormCode, form.code().to_owned()),
        (Text::FormAsks, extent(form, words)),
        (Text::FormStarts, starts),
        (Text::FormUse, used),
        (Text::FormSource, form.source().to_owned()),
        (Text::FormHash, row.id.to_string()),
    ]
}
