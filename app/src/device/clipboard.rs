//! Putting a text where the person can paste it.

use wasm_bindgen_futures::JsFuture;

/// Copies a text; `false` where the browser does not let us, so that the person marks it by hand.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window().filter(web_sys::Window::is_secure_context) else {
        return false;
    };
    let writing = window.navigator().clipboard().write_text(text);
    JsFuture::from(writing).await.is_ok()
}
