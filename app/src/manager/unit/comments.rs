//! What people wrote at a unit, by month, redacted and at least five together (UM9, P13). Never: a counter, a
//! level or a day beside a comment.

use std::sync::Arc;

use leptos::prelude::*;
use survey::wire::beside::CommentsPage;

use super::period::Month;
use super::place::Place;
use super::reading::{drawn, read};
use super::review::Reviews;
use crate::manager::account::Desk;
use crate::parts::{Words, format};
use crate::text::FiguresText as Text;

/// The view.
#[component]
pub fn Comments(
    /// What is looked at.
    place: Memo<Option<Place>>,
    /// Changes when something was released.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let path = Memo::new(move |_| Some(place.get()?.path("comments")));
    let page = read::<CommentsPage>(path, again);
    view! {
        <p class="soft">{words.line(Text::CommentsHelp)}</p>
        {drawn(words, page, move |page| shown(words, page))}
        <Show when=move || desk.powers().reviews_comments>
            <Reviews place again />
        </Show>
    }
}

fn shown(words: Words, page: &Arc<CommentsPage>) -> AnyView {
    let language = words.language();
    if page.months.is_empty() {
        let nothing = words.say(Text::NoComments);
        return view! { <p class="card note">{nothing}</p> }.into_any();
    }
    let months = page.months.iter().map(|of| {
        let month = Month::parse(&of.month);
        let name = month.map(|month| format::month(language, month.year, month.month));
        let n = format::count(
            language,
            u64::try_from(of.comments.len()).unwrap_or_default(),
        );
        let n = words.fill(Text::CommentsOf, &[("n", &n)]);
        // What was written is in the writer's language, which nobody asked.
        let comments = of
            .comments
            .iter()
            .map(|comment| view! { <li lang="vi">{comment.clone()}</li> }.into_any());
        view! {
            <section class="card comments">
                <h2>{name}</h2>
                <p class="soft">{n}</p>
                <ul>{comments.collect_view()}</ul>
            </section>
        }
        .into_any()
    });
    months.collect_view().into_any()
}
