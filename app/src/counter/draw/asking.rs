//! One question: five faces, or the options of a filter (UK3, UK4, UK6).

use leptos::prelude::*;
use survey::answer::Draft;
use survey::form::{Choice, Form, Item, Level, Step};

use super::controls::{asked_heading, asked_line, asks_to_leave, button, line, sends, truth};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::device::page;
use crate::parts::{Face, Phrase};
use crate::text::Text;

/// What a step asks.
struct Question {
    eyebrow: Option<Phrase>,
    stem: Option<Phrase>,
    text: Phrase,
    answers: Vec<Offered>,
}

/// One answer that can be touched.
struct Offered {
    label: Phrase,
    touch: Touch,
    level: Option<Level>,
    is_given: bool,
}

/// The question of a step, with Back and Skip.
pub fn screen(kiosk: Kiosk, model: &Model, step: Step) -> AnyView {
    let setup = model.setup.as_ref();
    let question = setup.and_then(|setup| question(model, &setup.form, step));
    let question = question.map(|question| {
        let is_rating = question
            .answers
            .iter()
            .all(|offered| offered.level.is_some());
        let answers = question.answers.into_iter();
        view! {
            <div class="asked">
                {question.eyebrow.map(|text| asked_line("eyebrow", text))}
                {question.stem.map(|text| asked_line("stem", text))}
                {asked_heading(question.text)}
            </div>
            <div
                class=if is_rating { "levels" } else { "options" }
                role="group"
                aria-labelledby="heading"
                on:keydown=|event| move_focus(&event.key())
            >
                {answers.map(|offered| answer(kiosk, model, offered)).collect_view()}
            </div>
        }
    });
    view! {
        <section class="screen question">
            {progress(model)}
            {question}
            <nav class="steps">{steps(kiosk, model)}</nav>
        </section>
    }
    .into_any()
}

fn question(model: &Model, form: &Form, step: Step) -> Option<Question> {
    match step {
        Step::Item(at) => Some(rating(model, form, form.items().get(at)?)),
        Step::Filter(at) => Some(choosing(model, form.filters().get(at)?)),
        Step::Demographic(at) => Some(choosing(model, form.demographics().get(at)?)),
        Step::Comment => None,
    }
}

fn rating(model: &Model, form: &Form, item: &Item) -> Question {
    let given = model.draft().and_then(Draft::given_level);
    let factor = item.factor.and_then(|at| form.factors().get(at));
    // A factor of one item says the same twice.
    let factor = factor.filter(|factor| factor.id != item.id);
    let offered = |(level, label): (Level, &str)| Offered {
        label: model.phrase(&["scale.", &level.number().to_string()].concat(), label),
        touch: Touch::Answer(level),
        level: Some(level),
        is_given: given == Some(level),
    };
    Question {
        eyebrow: factor.map(|factor| model.phrase(factor.id.as_str(), &factor.text)),
        stem: Some(model.phrase("stem", form.stem())),
        text: model.phrase(item.id.as_str(), &item.text),
        answers: form.scale().levels().map(offered).collect(),
    }
}

fn choosing(model: &Model, choice: &Choice) -> Question {
    let given = model.draft().and_then(Draft::given_option);
    let id = choice.id.as_str();
    let stem = choice.stem.as_ref();
    let options = choice.options.iter().enumerate();
    Question {
        eyebrow: None,
        stem: stem.map(|stem| model.phrase(&[id, ".stem"].concat(), stem)),
        text: model.phrase(id, &choice.text),
        answers: options
            .map(|(at, option)| Offered {
                label: model.phrase(&[id, ".", &option.id].concat(), &option.text),
                touch: Touch::Choose(at),
                level: None,
                is_given: given == Some(at),
            })
            .collect(),
    }
}

/// One face or option. Its name for a screen reader is "Hài lòng, mức 4 trên 5" (UX5).
fn answer(kiosk: Kiosk, model: &Model, offered: Offered) -> impl IntoView + use<> {
    let level = offered.level.map(Level::number);
    let spoken = level.map(|level| [", ", &model.count(Text::LevelOf, level.into())].concat());
    view! {
        <button
            type="button"
            class="answer"
            aria-pressed=truth(offered.is_given)
            on:click=sends(kiosk, offered.touch)
        >
            {level.map(|level| view! { <Face level /> })}
            <span class="label" lang=offered.label.language.tag()>
                {offered.label.text}
            </span>
            {spoken.map(|spoken| view! { <span class="spoken">{spoken}</span> })}
        </button>
    }
}

fn move_focus(key: &str) {
    match key {
        "ArrowRight" | "ArrowDown" => page::focus_sibling(true),
        "ArrowLeft" | "ArrowUp" => page::focus_sibling(false),
        _ => {}
    }
}

/// "Câu 3 trên 9", as words and as a bar.
pub fn progress(model: &Model) -> impl IntoView + use<> {
    let (n, m) = model.draft().map_or((1, 1), Draft::progress);
    let (n, m) = (n.to_string(), m.to_string());
    view! {
        <div class="progress">
            {line("", model.fill(Text::QuestionOf, &[("n", &n), ("m", &m)]))}
            <progress aria-hidden="true" value=n max=m></progress>
        </div>
    }
}

/// Back and Skip, on every question at the same place (UK6), and the way out.
pub fn steps(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    (
        button("quiet", model.say(Text::Back), sends(kiosk, Touch::Back)),
        button("quiet", model.say(Text::Skip), sends(kiosk, Touch::Skip)),
        button("faint", model.say(Text::StopAndClear), asks_to_leave(kiosk)),
    )
}
