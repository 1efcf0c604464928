//! The sides from which a unit is looked at, each with its address (UM3).

use std::sync::Arc;

use leptos::prelude::*;

use super::place::Place;
use crate::manager::overview::tree::Tree;
use crate::parts::Words;
use crate::text::FiguresText as Text;

/// One side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The figures of the period, the units below at a glance.
    #[default]
    Figures,
    /// Month by month.
    Trend,
    /// A sealed quarter by field, mode and channel.
    Groups,
    /// The units below, side by side among their like.
    Compare,
    /// How many of those who could have answered did.
    Coverage,
    /// What people wrote.
    Comments,
    /// All of it as a page that is printed and signed.
    Report,
}

impl View {
    /// All of them, in the order of the tabs.
    const ALL: [Self; 7] = [
        Self::Figures,
        Self::Trend,
        Self::Groups,
        Self::Compare,
        Self::Coverage,
        Self::Comments,
        Self::Report,
    ];

    /// Its word in an address; the usual one needs none.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Figures => "",
            Self::Trend => "trend",
            Self::Groups => "groups",
            Self::Compare => "compare",
            Self::Coverage => "coverage",
            Self::Comments => "comments",
            Self::Report => "report",
        }
    }

    /// The side that a word means; the usual one for any other word.
    #[must_use]
    pub fn of(word: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|view| view.word() == word).unwrap_or_default()
    }

    const fn name(self) -> Text {
        match self {
            Self::Figures => Text::ViewFigures,
            Self::Trend => Text::ViewTrend,
            Self::Groups => Text::ViewGroups,
            Self::Compare => Text::ViewCompare,
            Self::Coverage => Text::ViewCoverage,
            Self::Comments => Text::ViewComments,
            Self::Report => Text::ViewReport,
        }
    }
}

/// The way to each side; that of the units below only where there are some.
#[component]
pub fn Tabs(
    /// The units.
    tree: StoredValue<Arc<Tree>>,
    /// What is looked at.
    place: Memo<Option<Place>>,
) -> impl IntoView {
    let words = Words::here();
    let tab = move |view: View| {
        let is_there = move || {
            let unit = place.get().map(|place| place.unit);
            view != View::Compare
                || unit.is_some_and(|unit| tree.with_value(|tree| tree.children(&unit) > 0))
        };
        let address = move || place.get().map(|place| Place { view, ..place }.address());
        let current = move || {
            let is_current = place.get().is_some_and(|place| place.view == view);
            is_current.then_some("page")
        };
        view! {
            <Show when=is_there>
                <li>
                    <a href=address aria-current=current>
                        {words.line(view.name())}
                    </a>
                </li>
            </Show>
        }
    };
    view! {
        <nav class="tabs" aria-label=words.line(Text::Views)>
            <ul>{View::ALL.map(tab).collect_view()}</ul>
        </nav>
    }
}
