//! The figures of a period as files to take out of the house (UM11). Never: a number of its own.

use std::sync::Arc;

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::manager::account::Desk;
use crate::manager::grave::take_away;
use crate::parts::Words;
use crate::text::FiguresText as Text;

/// The section with a button for each kind of file.
#[component]
pub fn TakeOut(
    /// What is shown.
    sheet: Arc<Sheet>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let page = &sheet.page;
    let with = if page.with_predecessors {
        "&with=predecessors"
    } else {
        ""
    };
    let asked = format!(
        "form={}&from={}&to={}{with}",
        sheet.form().code(),
        page.from,
        page.to
    );
    let file =
        move |ending: &str| format!("/v1/units/{}/figures.{ending}?{asked}", sheet.page.unit);
    let button = |text: Text, file: String| {
        view! {
            <button class="button" on:click=move |_| take_away(desk, file.clone())>
                {words.line(text)}
            </button>
        }
    };
    view! {
        <section class="card take-out" aria-labelledby="take-out-name">
            <h2 id="take-out-name">{words.line(Text::TakeTitle)}</h2>
            <p class="soft">{words.line(Text::TakeHelp)}</p>
            <p class="row">
                {button(Text::TakeXlsx, file("xlsx"))} {button(Text::TakeCsv, file("csv"))}
            </p>
        </section>
    }
}
