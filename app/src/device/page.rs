//! The page itself: its address, its document, what wakes it.

use survey::id::AppHash;
use wasm_bindgen::JsCast;
use web_sys::{
    Document, HtmlDialogElement, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition,
    VisibilityState, Window,
};

use super::listener::on_window;

fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

/// The path of the address, such as `/staff`.
#[must_use]
pub fn path() -> String {
    let path = window().and_then(|window| window.location().pathname().ok());
    path.unwrap_or_default()
}

/// Takes the part after `#` and removes it from the address and the history: it may be a code.
#[must_use]
pub fn take_fragment() -> String {
    let fragment = window().and_then(|window| window.location().hash().ok());
    let fragment = fragment.unwrap_or_default();
    if !fragment.is_empty() {
        replace_address(&path());
    }
    fragment.trim_start_matches('#').to_owned()
}

/// Shows another path without loading anything; Back does not lead to the old one.
pub fn replace_address(path: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        // It fails only for a foreign address.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(path));
    }
}

/// Opens the browser's own dialogue for printing, where it has one.
pub fn print() {
    if let Some(window) = window() {
        // It fails only where printing is forbidden, and then there is nothing to say about it.
        let _ = window.print();
    }
}

/// Loads a path afresh in place of this page: nothing of it stays in memory or history (UK11).
pub fn leave_for(path: &str) {
    if let Some(window) = window() {
        // It fails only for a foreign address.
        let _ = window.location().replace(path);
    }
}

/// Loads the same address once more, when this page has loaded: what stands after `#` is kept.
pub fn load_again() {
    let reload = || {
        if let Some(window) = window() {
            // It fails only where this page may not be loaded, and then it is not here either.
            let _ = window.location().reload();
        }
    };
    let is_loaded = document().is_some_and(|page| page.ready_state() == "complete");
    if is_loaded {
        reload();
    } else {
        on_window("load", move |_| reload());
    }
}

/// Which build this is, as the page's HTML says.
#[must_use]
pub fn app() -> AppHash {
    let meta = document().and_then(|page| page.query_selector("meta[name=app]").ok().flatten());
    let hash = meta.and_then(|meta| meta.get_attribute("content"));
    hash.and_then(|hash| AppHash::parse(&hash).ok())
        .unwrap_or(AppHash::from_bytes([0; 32]))
}

/// Sets an attribute of the whole page, such as `lang`.
pub fn set(attribute: &str, value: &str) {
    if let Some(root) = document().and_then(|page| page.document_element()) {
        // It fails only for a name that is none.
        let _ = root.set_attribute(attribute, value);
    }
}

/// Names the page in the browser's tab and history.
pub fn entitle(title: &str) {
    if let Some(page) = document() {
        page.set_title(title);
    }
}

/// Takes away what stood there before the program started.
pub fn remove(id: &str) {
    if let Some(element) = document().and_then(|page| page.get_element_by_id(id)) {
        element.remove();
    }
}

/// Moves the focus to an element, if it is there.
pub fn focus(id: &str) {
    let element = document().and_then(|page| page.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // A screen reader reads a heading anew only when the focus comes to it anew. An element that
        // cannot be focused leaves the focus where it is.
        let _ = element.blur();
        let _ = element.focus();
    }
}

/// Opens a dialog; its `autofocus` has the focus then, and what lies below is out of reach.
pub fn open_dialog(id: &str) {
    if let Some(dialog) = dialog(id) {
        // It fails only for one that is open already.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog, if it is there and open; the focus goes back to where it was.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = dialog(id) {
        dialog.close();
    }
}

/// What has an id that only dialogs are given.
fn dialog(id: &str) -> Option<HtmlDialogElement> {
    let element = document()?.get_element_by_id(id)?;
    Some(element.unchecked_into())
}

/// Scrolls as little as needed to bring an element into view.
pub fn reveal(id: &str) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    if let Some(element) = document().and_then(|page| page.get_element_by_id(id)) {
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Moves the focus among the siblings of the focused element, round and round.
pub fn focus_sibling(forward: bool) {
    let Some(active) = document().and_then(|page| page.active_element()) else {
        return;
    };
    let Some(parent) = active.parent_element() else {
        return;
    };
    let next = if forward {
        active
            .next_element_sibling()
            .or_else(|| parent.first_element_child())
    } else {
        active
            .previous_element_sibling()
            .or_else(|| parent.last_element_child())
    };
    if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot be focused leaves the focus where it is.
        let _ = next.focus();
    }
}

/// Shows the top of the page.
pub fn scroll_to_top() {
    if let Some(window) = window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
}

/// Why it may be worth trying the server again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waking {
    /// The browser believes that the network is back.
    Network,
    /// The page is visible again.
    Shown,
}

/// Whether a person may be looking: the page is not in the background.
#[must_use]
pub fn is_visible() -> bool {
    document().is_some_and(|page| page.visibility_state() == VisibilityState::Visible)
}

/// Calls whenever the network may be back or a person may look again.
pub fn on_wake(call: impl Fn(Waking) + Clone + 'static) {
    let online = call.clone();
    on_window("online", move |_| online(Waking::Network));
    let shown = call.clone();
    on_window("pageshow", move |_| shown(Waking::Shown));
    on_window("visibilitychange", move |_| {
        let state = document().map(|page| page.visibility_state());
        if state == Some(VisibilityState::Visible) {
            call(Waking::Shown);
        }
    });
}
