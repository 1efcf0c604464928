//! What the browser calls back: listeners of the window for the page's life, of an element for its own.
//! Never: what an event means. The page has one thread, so nothing here asks which one it is on, as the
//! listeners of Leptos do (docs/adr/0014-small-counter.md).

use std::any::Any;

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// Calls at each such event that comes to the window, as long as the page stands.
pub fn on_window(event: &str, call: impl FnMut(JsValue) + 'static) {
    let call = Closure::<dyn FnMut(JsValue)>::new(call).into_js_value();
    if let Some(window) = web_sys::window() {
        // It fails for no window and no name.
        let _ = window.add_event_listener_with_callback(event, call.unchecked_ref());
    }
}

/// Calls at each such event that comes to an element, until what is given back is dropped.
#[must_use]
pub fn on_element(
    element: &Element,
    event: &'static str,
    call: Box<dyn FnMut(JsValue)>,
) -> Box<dyn Any> {
    let call = Closure::wrap(call);
    // It fails for no element and no name.
    let _ = element.add_event_listener_with_callback(event, call.as_ref().unchecked_ref());
    Box::new(Listener {
        element: element.clone(),
        event,
        call,
    })
}

struct Listener {
    element: Element,
    event: &'static str,
    call: Closure<dyn FnMut(JsValue)>,
}

impl Drop for Listener {
    /// An event may still be on its way up to an element that the act of another has taken away.
    fn drop(&mut self) {
        let call = self.call.as_ref().unchecked_ref();
        let _ = self
            .element
            .remove_event_listener_with_callback(self.event, call);
    }
}
