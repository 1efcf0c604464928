//! Files that a person carries: one written for them to keep, one chosen by them. Never: a folder
//! looked into.

use js_sys::{Array, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, HtmlInputElement, Url};

/// Gives the person a file to keep. `None` when the browser cannot.
#[must_use]
pub fn save(name: &str, text: &str) -> Option<()> {
    let blob = Blob::new_with_str_sequence(&Array::of1(&text.into())).ok()?;
    let address = Url::create_object_url_with_blob(&blob).ok()?;
    let document = web_sys::window()?.document()?;
    let link = document.create_element("a").ok()?;
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Some(())
}

/// Lets the person choose a file; it is chosen when the promise is kept. To be called in the touch
/// that asks for it. A person who chooses none leaves it open, which harms nobody.
#[must_use]
pub fn choose(kind: &str) -> Option<Chosen> {
    let document = web_sys::window()?.document()?;
    let input = document.create_element("input").ok()?;
    let input: HtmlInputElement = input.unchecked_into();
    input.set_type("file");
    input.set_accept(kind);
    let chosen = Promise::new(&mut |resolve, _| input.set_onchange(Some(&resolve)));
    input.click();
    Some(Chosen { input, chosen })
}

/// A file about to be chosen.
pub struct Chosen {
    input: HtmlInputElement,
    chosen: Promise,
}

impl Chosen {
    /// The text of the file; `None` when it is larger than `most` bytes or cannot be read.
    pub async fn text(self, most: usize) -> Option<String> {
        // Nothing rejects it.
        let _ = JsFuture::from(self.chosen).await;
        let file = self.input.files()?.get(0)?;
        // A size is a whole number of bytes; as a double it compares exactly.
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        if file.size() > f64::from(most) {
            return None;
        }
        JsFuture::from(file.text()).await.ok()?.as_string()
    }
}
