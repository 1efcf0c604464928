//! Tables of the units below one, with those that have nothing yet folded away where they are many. Never:
//! an order of its own.

use leptos::prelude::*;
use survey::wire::beside::ChildView;
use survey::wire::manager::ShowingView;

use crate::parts::{Words, format};
use crate::text::FiguresText as Text;

/// More than so many units without data are folded away.
const MOST_EMPTY: usize = 5;

/// One table of all of them, or one of those that have something to show before a folded one. A table is
/// given its rows and its name.
pub fn folded(
    words: Words,
    children: &[ChildView],
    name: &str,
    table: impl Fn(&[&ChildView], String) -> AnyView,
) -> AnyView {
    let is_empty = |child: &&ChildView| matches!(child.figure.showing, ShowingView::Hidden { .. });
    let (empty, shown): (Vec<_>, Vec<_>) = children.iter().partition(is_empty);
    if empty.len() <= MOST_EMPTY {
        return table(&children.iter().collect::<Vec<_>>(), name.to_owned());
    }
    let count = u64::try_from(empty.len()).unwrap_or_default();
    let count = format::count(words.language(), count);
    let title = words.fill(Text::WithoutData, &[("n", &count)]);
    let table_of_shown = (!shown.is_empty()).then(|| table(&shown, name.to_owned()));
    view! {
        {table_of_shown}
        <details class="without">
            <summary>{title.clone()}</summary>
            {table(&empty, title)}
        </details>
    }
    .into_any()
}
