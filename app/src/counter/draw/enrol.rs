//! The enrolment: a code is typed or comes with the address; then what the device is and how it does.

use super::controls::{band, button, click, heading, inline, line_of, submit};
use super::staff::{fields, health};
use crate::counter::enrol::send_code;
use crate::counter::kiosk::Kiosk;
use crate::counter::model::{Model, Stage};
use crate::device::page;
use crate::parts::node::{Node, element};
use crate::parts::{Tone, emblem};
use crate::text::Text;

/// The enrolment screen.
pub fn screen(kiosk: Kiosk, model: &Model) -> Node {
    let content = if model.enrolment.stage == Stage::Done {
        done(kiosk, model)
    } else {
        vec![form(kiosk, model)]
    };
    element("section", "screen enrol")
        .with(emblem())
        .with(heading(model.say(Text::Enrol)))
        .with_all(content)
}

fn form(kiosk: Kiosk, model: &Model) -> Node {
    let (is_working, why) = match model.enrolment.stage {
        Stage::Working => (true, None),
        Stage::Refused(why) => (false, Some(why)),
        Stage::Typing | Stage::Done => (false, None),
    };
    let act = if is_working {
        Text::Enrolling
    } else {
        Text::Enrol
    };
    let type_in = move |code| {
        kiosk.change(|model| {
            model.enrolment.code = code;
            model.enrolment.stage = Stage::Typing;
        });
    };
    let label = element("label", "").attribute("for", "code");
    let code = element("input", "")
        .attribute("id", "code")
        .attribute("type", "text")
        .attribute("autocomplete", "off")
        .attribute("autocapitalize", "characters")
        .attribute("spellcheck", "false")
        .attribute("maxlength", "16")
        .attribute("aria-describedby", "code-help")
        .value(&model.enrolment.code)
        .on_input(type_in);
    let help = element("p", "help").attribute("id", "code-help");
    element("form", "code")
        .on_submit(move || send_code(kiosk))
        .with(label.with(inline(model.say(Text::EnterCode))))
        .with(code)
        .with(help.with(inline(model.say(Text::CodeHelp))))
        .with_all(why.map(|why| band(Tone::Red, model.say(why))))
        .with(submit("primary", model.say(act), is_working))
}

/// What the device is now, which field it serves (US2), and whether its storage and clock will do.
fn done(kiosk: Kiosk, model: &Model) -> Vec<Node> {
    let place = model.setup.as_ref().map(|setup| {
        let names = [
            ("counter", &setup.config.counter_name),
            ("unit", &setup.config.unit_name),
        ];
        model.sentence_of(Text::Enrolled, &names)
    });
    let mut content: Vec<_> = place.into_iter().map(|it| line_of("place", it)).collect();
    content.push(fields(kiosk, model));
    content.push(health(model));
    let begin = click(|| page::leave_for("/"));
    content.push(button("primary", model.say(Text::Begin), begin));
    content
}
