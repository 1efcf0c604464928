//! The lotus that stands for the product, drawn by us.

use leptos::prelude::*;

use super::node::{Node, drawing};

const VIEW_BOX: &str = "0 0 96 72";
/// Three petals over a line of water.
const LOTUS: &str = r#"<path class="petal-far" d="M48 60C20 62 6 46 4 28C22 28 40 38 48 60Z"/>
<path class="petal-far" d="M48 60C76 62 90 46 92 28C74 28 56 38 48 60Z"/>
<path class="petal-side" d="M48 60C28 52 22 34 26 14C42 22 50 38 48 60Z"/>
<path class="petal-side" d="M48 60C68 52 74 34 70 14C54 22 46 38 48 60Z"/>
<path class="petal-near" d="M48 60C34 44 36 20 48 4C60 20 62 44 48 60Z"/>
<path class="water" d="M14 68H82"/>"#;

/// The lotus. Decoration, so screen readers pass it by.
#[component]
pub fn Emblem() -> impl IntoView {
    view! { <svg class="emblem" viewBox=VIEW_BOX aria-hidden="true" focusable="false" inner_html=LOTUS /> }
}

/// The lotus for a page of nodes.
#[must_use]
pub fn emblem() -> Node {
    drawing("emblem", VIEW_BOX, LOTUS)
}
