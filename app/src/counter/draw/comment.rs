//! The open comment: optional, last, at most 500 characters, with its warning (UK7).

use survey::answer::LONGEST_COMMENT;
use survey::comment::looks_personal;

use super::asking::Asking;
use super::controls::{self, button, click, filled, heading, inline, line, mark};
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::Touch;
use crate::parts::Tone;
use crate::parts::asking::{progress, steps};
use crate::parts::node::{Node, element};
use crate::text::Text;

/// The comment, then Send.
pub fn screen(kiosk: Kiosk, model: &Model) -> Node {
    let used = model.comment.chars().count();
    let left = i64::try_from(LONGEST_COMMENT.saturating_sub(used)).unwrap_or_default();
    let ask_to_remove =
        looks_personal(&model.comment).then(|| mark(Tone::Amber, model.say(Text::CommentNumber)));
    let send = click(move || kiosk.touch(Touch::Send(kiosk.look(|model| model.comment.clone()))));
    let write = move |text| kiosk.change(|model| model.comment = text);
    let warning = inline(model.say(Text::CommentWarning));
    let asked = element("div", "asked")
        .with(heading(model.say(Text::CommentQuestion)))
        .with(
            element("p", "stem")
                .attribute("id", "warning")
                .with(warning),
        );
    let paper = element("textarea", "")
        .attribute("aria-labelledby", "heading")
        .attribute("aria-describedby", "warning")
        .attribute("maxlength", LONGEST_COMMENT.to_string())
        .attribute("autocomplete", "off")
        .attribute("autocorrect", "off")
        .attribute("spellcheck", "false")
        .value(&model.comment)
        .on_input(write);
    let said = element("div", "").attribute("role", "status");
    let mut buttons = vec![button("primary last", model.say(Text::Send), send)];
    let asking = Asking(kiosk, model);
    buttons.extend(steps(&asking));
    element("section", "screen question")
        .with_all(model.draft().map(|draft| progress(&asking, draft)))
        .with(asked)
        .with(
            element("div", "comment")
                .with(paper)
                .with(filled(line("left", model.count(Text::CommentLeft, left))))
                .with(said.with_all(ask_to_remove)),
        )
        .with(controls::steps(buttons))
}
