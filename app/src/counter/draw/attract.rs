//! The screen that waits for a citizen (UK1), and the notice before the first question (UK2).

use super::controls::{
    band, button, filled, heading, inline, line, line_of, list, sends, settled, steps, truth,
};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::node::{Node, element};
use crate::parts::{Tone, emblem};
use crate::text::Text;

/// One warm question, one large button; a touch anywhere starts.
pub fn attract(kiosk: Kiosk, model: &Model) -> Node {
    let setup = model.setup.as_ref();
    let minutes = setup.map_or(1, |setup| setup.minutes());
    let minutes = i64::try_from(minutes).unwrap_or(1);
    let why = setup.map(|setup| {
        let names = [("authority", &setup.config.authority)];
        line_of("", model.sentence_of(Text::AttractWhy, &names))
    });
    let promises = element("div", "promises")
        .with_all(why)
        .with(filled(line("", model.count(Text::AboutMinutes, minutes))))
        .with(line("", model.say(Text::Voluntary)))
        .with(line("", model.say(Text::NoEffect)));
    let start = || sends(kiosk, Touch::Start);
    element("section", "screen attract")
        .on("click", start())
        .with(emblem())
        .with(heading(model.say(Text::AttractQuestion)))
        .with(button(
            "primary start",
            model.say(Text::TouchToStart),
            start(),
        ))
        .with(promises)
        .with(place(model))
}

/// Which counter of which unit it is.
pub fn place(model: &Model) -> Node {
    let setup = model.setup.as_ref();
    let names = setup.map(|setup| {
        [
            inline(model.name(&setup.config.counter_name)),
            Node::Text(" · ".into()),
            inline(model.name(&setup.config.unit_name)),
        ]
    });
    filled(element("p", "place")).with_all(names.into_iter().flatten())
}

/// Who asks, why, which data, which rights (P4); whether somebody helps (US4). Going back stores
/// nothing.
pub fn notice(kiosk: Kiosk, model: &Model) -> Node {
    let who = model.setup.as_ref().map(|setup| {
        let names = [
            ("authority", &setup.config.authority),
            ("unit", &setup.config.unit_name),
        ];
        model.sentence_of(Text::NoticeWho, &names)
    });
    let told = [
        Text::NoticeWhy,
        Text::NoticeData,
        Text::Voluntary,
        Text::NoEffect,
        Text::NoticeAdult,
    ];
    let sentences = who
        .into_iter()
        .chain(told.map(|text| vec![model.say(text)]));
    let mut buttons = vec![button(
        "quiet",
        model.say(Text::Back),
        sends(kiosk, Touch::Back),
    )];
    if model.can_be_assisted() {
        let assist = settled(kiosk, move || {
            kiosk.change(|model| model.is_assisted = !model.is_assisted);
        });
        let help = button("quiet", model.say(Text::AskForHelp), assist);
        buttons.push(help.attribute("aria-pressed", truth(model.is_assisted)));
    }
    let go_on = sends(kiosk, Touch::Agree);
    buttons.push(button("primary", model.say(Text::Continue), go_on));
    let is_assisted = model.is_assisted;
    element("section", "screen notice")
        .with(heading(model.say(Text::NoticeTitle)))
        .with(list("", sentences.collect()))
        .with(steps(buttons))
        .with_all(is_assisted.then(|| band(Tone::Calm, model.say(Text::HelperIsNot))))
}
