//! The heads of a table's columns. Never: a cell.

use leptos::prelude::*;

use crate::parts::Words;
use crate::text::FiguresText as Text;

/// Each head in its cell; the heads of words stand where the words begin.
pub fn column_heads<const N: usize>(words: Words, heads: [Text; N], of_words: &[Text]) -> AnyView {
    let heads = heads.map(|head| {
        let class = of_words.contains(&head).then_some("words");
        view! { <th scope="col" class=class>{words.say(head)}</th> }.into_any()
    });
    heads.collect_view().into_any()
}
