//! The tick that adds the sums of the units that were merged into this one (D1). Never: a unit's name.

use std::sync::Arc;

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::parts::Words;
use crate::text::FiguresText as Text;

/// The tick; nothing where no unit was merged into this one.
#[component]
pub(super) fn Earlier(
    /// What is shown.
    sheet: Memo<Option<Arc<Sheet>>>,
    /// Whether they are asked for.
    is_with: RwSignal<bool>,
    /// Called to ask again.
    again: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let count = Memo::new(move |_| {
        sheet.with(|sheet| sheet.as_ref().map_or(0, |sheet| sheet.page.predecessors))
    });
    let change = move |event: leptos::ev::Event| {
        is_with.set(event_target_checked(&event));
        again.run(());
    };
    move || {
        let n = count.get();
        (n > 0).then(|| {
            view! {
                <label class="tick earlier">
                    <input
                        type="checkbox"
                        prop:checked=move || is_with.get()
                        on:change=change
                    />
                    <span>{words.count(Text::WithEarlier, n.into())}</span>
                </label>
            }
        })
    }
}
