//! A figure as it stands on the public page: its number, its interval, its n, and a drawing of them. Never: a figure
//! of its own.

use super::words;
use crate::export::words::formula;
use maud::{Markup, html};
use survey::format::{self, Language};
use survey::wire::manager::{FigureView, ShowingView, WhyView};

/// A result in a cell: the number, its limits, a drawing.
pub fn result(language: Language, figure: &FigureView) -> Markup {
    match figure.showing {
        ShowingView::Hidden { why } => html! {
            span.few { (words::TOO_FEW.say(language)) }
            @if why != WhyView::Nobody {
                " "
                span.why { (reason(language, why)) }
            }
        },
        ShowingView::Interval { low, high, .. } => html! {
            span.limits { (format::interval(language, low, high)) }
            (drawing(None, low, high))
        },
        ShowingView::Score {
            index, low, high, ..
        } => html! {
            strong.index { (format::percent(language, index)) }
            " "
            span.limits { (format::interval(language, low, high)) }
            (drawing(Some(index), low, high))
        },
    }
}

/// How many people are in it; nothing where that is not told.
pub fn people(language: Language, figure: &FigureView) -> String {
    match figure.showing {
        ShowingView::Hidden { .. } => String::new(),
        ShowingView::Interval { n, .. } | ShowingView::Score { n, .. } => {
            format::count(language, n)
        }
    }
}

/// The shares of the five levels, where they are told.
pub fn levels(language: Language, figure: &FigureView) -> Option<String> {
    let ShowingView::Score { levels, .. } = figure.showing else {
        return None;
    };
    let shares = levels?.map(|share| format::percent(language, share));
    Some(shares.join(" · "))
}

/// The name of its formula.
pub fn how(language: Language, figure: &FigureView) -> &'static str {
    formula(&figure.formula).say(language)
}

fn reason(language: Language, why: WhyView) -> &'static str {
    let both = match why {
        WhyView::GuardsNeighbour => crate::export::words::Both(
            "(để không lộ nhóm bên cạnh)",
            "(it would reveal a neighbour)",
        ),
        WhyView::NeedsOthers => crate::export::words::Both(
            "(cần mọi nhóm câu hỏi từ 30 người)",
            "(needs 30 people in every group)",
        ),
        WhyView::TooFew | WhyView::Nobody => {
            crate::export::words::Both("(dưới 10 người)", "(fewer than 10 people)")
        }
    };
    both.say(language)
}

/// The interval on a line from 0 to 100 %, and the number on it; all of it is said in words beside it.
fn drawing(index: Option<u16>, low: u16, high: u16) -> Markup {
    let width = high.saturating_sub(low).max(60);
    html! {
        svg.bar viewBox="0 0 10000 600" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track x="0" y="260" width="10000" height="80" {}
            rect.span x=(low.min(9_940)) y="120" width=(width) height="360" {}
            @if let Some(index) = index {
                rect.mark x=(index.saturating_sub(40).min(9_920)) y="0" width="80" height="600" {}
            }
        }
    }
}
