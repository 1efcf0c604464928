//! How far the answers of a unit may be relied upon, in words with its reasons (UM14). Never: another figure
//! for it; a sign asks for a look and changes nothing.

use leptos::prelude::*;
use survey::wire::beside::ChildView;
use survey::wire::quality::{GradeView, QualityView, SignView};

use crate::parts::Words;
use crate::text::FiguresText as Text;

/// Whether anything of a unit's answers deserves a look.
#[must_use]
pub fn deserves_a_look(child: &ChildView) -> bool {
    let quality = child.quality.as_ref();
    quality.is_some_and(|quality| quality.grade != GradeView::Good)
}

const fn named(sign: SignView) -> Text {
    match sign {
        SignView::StraightLined => Text::SignStraight,
        SignView::Assisted => Text::SignAssisted,
        SignView::Late => Text::SignLate,
        SignView::Abandoned => Text::SignAbandoned,
        SignView::Unsteady => Text::SignUnsteady,
        SignView::NearlyPerfect => Text::SignPerfect,
    }
}

/// The grade, and each reason.
pub fn graded(words: Words, quality: &QualityView) -> AnyView {
    let grade = match quality.grade {
        GradeView::Good => Text::QualityGood,
        GradeView::Look => Text::QualityLook,
        GradeView::Doubt => Text::QualityDoubt,
    };
    let signs = quality.signs.iter();
    let signs = signs.map(|sign| view! { <li>{words.say(named(*sign))}</li> }.into_any());
    view! {
        <p class="soft">{words.say(grade)}</p>
        <ul class="signs">{signs.collect_view()}</ul>
    }
    .into_any()
}
