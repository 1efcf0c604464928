//! What is public of a unit: seen by its managers, chosen by who keeps it. Never: a choice of months.

use leptos::html::Select;
use leptos::prelude::*;
use survey::wire::public::{Level, Publication, PublicationPage, WantedPublication};
use survey::wire::write;

use super::{Writes, choice};
use crate::manager::choice::chosen;
use crate::manager::unit::form_named;
use crate::parts::{Tone, Words, band, format};
use crate::text::{Language, PublishText as Text};

const fn level_named(level: Level) -> Text {
    match level {
        Level::Own => Text::LevelOwn,
        Level::Below => Text::LevelBelow,
        Level::All => Text::LevelAll,
    }
}

/// What is public, with the link to it; and for who keeps the unit the choices.
#[component]
pub(super) fn Setting(
    /// What the server said.
    page: PublicationPage,
    /// The codes of the forms.
    forms: Vec<String>,
    /// What is sent.
    writes: Writes,
) -> impl IntoView {
    let words = Words::here();
    let page = StoredValue::new(page);
    let now = move || page.with_value(|page| told(words, page, words.language()));
    let link = move || {
        page.with_value(|page| {
            page.publication.as_ref()?;
            Some(match &page.address {
                Some(address) => view! {
                    <p class="told-address">
                        <a id="public-page" href=address.clone() rel="noreferrer external" target="_blank">
                            {words.say(Text::OpenPage)}
                        </a>
                        " "
                        <span class="soft">{address.clone()}</span>
                    </p>
                }
                .into_any(),
                None => view! { <p class="soft">{words.say(Text::NoAddress)}</p> }.into_any(),
            })
        })
    };
    let may = Memo::new(move |_| writes.desk.powers().keeps_devices);
    let forms = StoredValue::new(forms);
    let choices = move || {
        if may.get() {
            choices(words, page, forms.get_value(), writes)
        } else {
            view! { <p class="soft">{words.say(Text::Rule)}</p> }.into_any()
        }
    };
    view! {
        <section class="card told-page" aria-labelledby="publish-page">
            <h2 id="publish-page">{words.line(Text::PageTitle)}</h2>
            <p class="soft">{words.line(Text::PageHelp)}</p>
            {now}
            {link}
            {choices}
        </section>
    }
}

fn told(words: Words, page: &PublicationPage, language: Language) -> AnyView {
    let Some((publication, since)) = page.publication.as_ref().zip(page.since) else {
        return band(Tone::Calm, words.say(Text::NotPublic));
    };
    let day = format::day(language, since);
    let form = form_named(&publication.form, language);
    let level = words.say(level_named(publication.level));
    let values = [("day", day.as_str()), ("form", &form), ("level", level)];
    band(Tone::Good, words.fill(Text::IsPublic, &values))
}

/// Form and level, and the two steps, each asked once.
fn choices(
    words: Words,
    page: StoredValue<PublicationPage>,
    forms: Vec<String>,
    writes: Writes,
) -> AnyView {
    let (form, level) = (NodeRef::<Select>::new(), NodeRef::<Select>::new());
    let now = page.with_value(|page| page.publication.clone());
    let path = page.with_value(|page| format!("/v1/units/{}/publication", page.unit));
    let path = StoredValue::new(path);
    let language = words.language();
    let named = |form: String| {
        let name = form_named(&form, language);
        (form, name)
    };
    let forms = forms.into_iter().map(named).collect();
    let levels = Level::ALL.map(|level| {
        let name = words.say(level_named(level));
        (level.word().to_owned(), name.to_owned())
    });
    let chosen_form = now.as_ref().map_or("", |now| now.form.as_str());
    let chosen_level = now.as_ref().map_or(Level::Below, |now| now.level);
    let send = move |publication: Option<Publication>, then: Text| {
        let message = write(&WantedPublication { publication });
        writes.send("PUT", path.get_value(), message, then);
    };
    let publish = Callback::new(move |()| {
        let word = chosen(level);
        let level = Level::ALL.into_iter().find(|level| level.word() == word);
        let publication = Publication {
            form: chosen(form),
            level: level.unwrap_or(Level::Own),
        };
        send(Some(publication), Text::Published);
    });
    let take_back = Callback::new(move |()| send(None, Text::TakenBack));
    let verb = if now.is_some() {
        Text::Change
    } else {
        Text::Publish
    };
    let steps = [verb, Text::PublishSure, Text::PublishYes];
    let back = [Text::TakeBack, Text::TakeBackSure, Text::TakeBackYes];
    let back = now
        .is_some()
        .then(|| sure(words, back, "button quiet", String::new(), take_back));
    view! {
        <div class="fields">
            {choice(words, Text::Form, (form, "form"), forms, chosen_form)}
            {choice(words, Text::Level, (level, "level"), levels.to_vec(), chosen_level.word())}
        </div>
        <div class="row">{sure(words, steps, "button main", String::new(), publish)} {back}</div>
    }
    .into_any()
}

/// A step that is asked once: what its button says, what will happen, what the button says that does it; `of` tells
/// with the first which of several it is about.
pub(super) fn sure(
    words: Words,
    [verb, question, yes]: [Text; 3],
    class: &'static str,
    of: String,
    go: Callback<()>,
) -> AnyView {
    let is_asked = RwSignal::new(false);
    let of = StoredValue::new(of);
    let label = move || {
        let verb = words.say(verb);
        of.with_value(|of| {
            if of.is_empty() {
                verb.to_owned()
            } else {
                [verb, ": ", of].concat()
            }
        })
    };
    let body = move || {
        if is_asked.get() {
            view! {
                <div class="sure" role="group" aria-label=label()>
                    <p role="alert">{words.say(question)}</p>
                    <button
                        class="button danger"
                        type="button"
                        on:click=move |_| go.run(())
                    >
                        {words.say(yes)}
                    </button>
                    <button class="button quiet" type="button" on:click=move |_| is_asked.set(false)>
                        {words.say(Text::Cancel)}
                    </button>
                </div>
            }
            .into_any()
        } else {
            view! {
                <button class=class type="button" aria-label=label() on:click=move |_| is_asked.set(true)>
                    {words.say(verb)}
                </button>
            }
            .into_any()
        }
    };
    body.into_any()
}
