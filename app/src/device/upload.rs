//! The text of a file that somebody chose. Never: keeps it.

use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlInputElement;

/// The text of the file in a field; `None` where none was chosen or it cannot be read.
pub async fn text(field: &HtmlInputElement) -> Option<String> {
    let file = field.files()?.get(0)?;
    JsFuture::from(file.text()).await.ok()?.as_string()
}
