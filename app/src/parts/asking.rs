//! One question as a citizen sees it: five faces, or the options of a choice, or the paper for a
//! comment (UK3, UK4, UK6). Never: a page; whoever asks says the texts and does what a touch means.

use survey::answer::Draft;
use survey::form::{Choice, Form, Item, Level, Step};

use super::Phrase;
use super::face::face;
use super::node::{Act, Node, element};
use crate::text::{self, Text};

/// Who shows a question: the counter to a citizen, the manager to somebody who looks at a form.
pub trait Asker {
    /// A form's text by its key, or in its place the Vietnamese one.
    fn phrase(&self, key: &str, vietnamese: &str) -> Phrase;
    /// A sentence of the interface.
    fn say(&self, text: Text) -> Phrase;
    /// What a touch does.
    fn act(&self, answer: Answering) -> Act;
    /// What a pressed key does among the answers.
    fn move_focus(&self) -> fn(&str);
}

/// What somebody can do with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// Answer an item.
    Level(Level),
    /// Choose an option by its position.
    Option(usize),
    /// To the question before.
    Back,
    /// On without an answer.
    Skip,
    /// Out of the survey.
    Leave,
}

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
    gives: Answering,
    is_given: bool,
}

/// The question of a step, with Back and Skip.
pub fn question(asker: &dyn Asker, form: &Form, draft: &Draft, step: Step) -> Node {
    let shown = asked(asker, form, draft, step).map(|question| {
        let answers = question.answers;
        let is_rating = answers
            .iter()
            .all(|offered| matches!(offered.gives, Answering::Level(_)));
        [
            element("div", "asked")
                .with_all(question.eyebrow.map(|text| line("eyebrow", text)))
                .with_all(question.stem.map(|text| line("stem", text)))
                .with(heading(question.text)),
            element("div", if is_rating { "levels" } else { "options" })
                .attribute("role", "group")
                .attribute("aria-labelledby", "heading")
                .on_key(asker.move_focus())
                .with_all(answers.into_iter().map(|it| answer(asker, it))),
        ]
    });
    element("section", "screen question")
        .with(progress(asker, draft))
        .with_all(shown.into_iter().flatten())
        .with(element("nav", "steps").with_all(steps(asker)))
}

fn asked(asker: &dyn Asker, form: &Form, draft: &Draft, step: Step) -> Option<Question> {
    match step {
        Step::Item(at) => Some(rating(asker, form, draft, form.items().get(at)?)),
        Step::Filter(at) => Some(choosing(asker, draft, form.filters().get(at)?)),
        Step::Demographic(at) => Some(choosing(asker, draft, form.demographics().get(at)?)),
        Step::Comment => None,
    }
}

fn rating(asker: &dyn Asker, form: &Form, draft: &Draft, item: &Item) -> Question {
    let given = draft.given_level();
    let factor = item.factor.and_then(|at| form.factors().get(at));
    // A factor of one item says the same twice.
    let factor = factor.filter(|factor| factor.id != item.id);
    let offered = |(level, label): (Level, &str)| Offered {
        label: asker.phrase(&["scale.", &level.number().to_string()].concat(), label),
        gives: Answering::Level(level),
        is_given: given == Some(level),
    };
    Question {
        eyebrow: factor.map(|factor| asker.phrase(factor.id.as_str(), &factor.text)),
        stem: Some(asker.phrase("stem", form.stem())),
        text: asker.phrase(item.id.as_str(), &item.text),
        answers: form.scale().levels().map(offered).collect(),
    }
}

fn choosing(asker: &dyn Asker, draft: &Draft, choice: &Choice) -> Question {
    let given = draft.given_option();
    let id = choice.id.as_str();
    let stem = choice.stem.as_ref();
    let options = choice.options.iter().enumerate();
    Question {
        eyebrow: None,
        stem: stem.map(|stem| asker.phrase(&[id, ".stem"].concat(), stem)),
        text: asker.phrase(id, &choice.text),
        answers: options
            .map(|(at, option)| Offered {
                label: asker.phrase(&[id, ".", &option.id].concat(), &option.text),
                gives: Answering::Option(at),
                is_given: given == Some(at),
            })
            .collect(),
    }
}

/// One face or option. Its name for a screen reader is "Hài lòng, mức 4 trên 5" (UX5).
fn answer(asker: &dyn Asker, offered: Offered) -> Node {
    let level = match offered.gives {
        Answering::Level(level) => Some(level.number()),
        _ => None,
    };
    let spoken = level.map(|level| {
        let mut spoken = filled(asker, Text::LevelOf, &[("n", &level.to_string())]);
        spoken.text.insert_str(0, ", ");
        said_in("span", "spoken", spoken)
    });
    element("button", "answer")
        .attribute("type", "button")
        .attribute("aria-pressed", truth(offered.is_given))
        .on("click", asker.act(offered.gives))
        .with_all(level.map(face))
        .with(said_in("span", "label", offered.label))
        .with_all(spoken)
}

fn filled(asker: &dyn Asker, text: Text, values: &[(&str, &str)]) -> Phrase {
    let said = asker.say(text);
    Phrase {
        text: text::fill(&said.text, values),
        lang: said.lang,
    }
}

/// "Câu 3 trên 9", as words and as a bar.
pub fn progress(asker: &dyn Asker, draft: &Draft) -> Node {
    let (n, m) = draft.progress();
    let (n, m) = (n.to_string(), m.to_string());
    let said = filled(asker, Text::QuestionOf, &[("n", &n), ("m", &m)]);
    let bar = element("progress", "").attribute("aria-hidden", "true");
    element("div", "progress")
        .with(line("", said).flag("data-filled", true))
        .with(bar.attribute("value", n).attribute("max", m))
}

/// Back and Skip, on every question at the same place (UK6), and the way out.
pub fn steps(asker: &dyn Asker) -> Vec<Node> {
    let step = |(class, text, answering)| button(class, asker.say(text), asker.act(answering));
    let steps = [
        ("quiet", Text::Back, Answering::Back),
        ("quiet", Text::Skip, Answering::Skip),
        ("faint", Text::StopAndClear, Answering::Leave),
    ];
    steps.map(step).into()
}

/// A button: `primary` invites, `quiet` stands by, `faint` is there for who looks for it.
#[must_use]
pub fn button(class: &'static str, said: Phrase, act: Act) -> Node {
    said_in("button", class, said)
        .attribute("type", "button")
        .on("click", act)
}

/// The text of an ARIA truth value.
#[must_use]
pub const fn truth(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

/// A heading with more characters than this is set smaller, so that its answers stay in sight.
const LONG: usize = 70;

/// The sentence a screen begins with; the focus moves to it.
#[must_use]
pub fn heading(said: Phrase) -> Node {
    let is_long = said.text.chars().count() > LONG;
    said_in("h1", if is_long { "long" } else { "" }, said)
        .attribute("id", "heading")
        .attribute("tabindex", "-1")
}

/// A text in an element, marked where it is in another language than the page.
#[must_use]
pub fn said_in(tag: &'static str, class: &'static str, said: Phrase) -> Node {
    element(tag, class).lang(said.lang).text(said.text)
}

/// A paragraph.
#[must_use]
pub fn line(class: &'static str, said: Phrase) -> Node {
    said_in("p", class, said)
}
