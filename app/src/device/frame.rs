//! A page within the page, with a screen size and style rules of its own, for what is drawn here. Never:
//! an address; nothing is loaded into it but the rules.

use web_sys::{Element, HtmlIFrameElement};

/// The empty body of a frame's page, with these style rules; `None` while it has no page yet.
#[must_use]
pub fn body(frame: &HtmlIFrameElement, style: &str) -> Option<Element> {
    let page = frame.content_document()?;
    let (head, body) = (page.head()?, page.body()?);
    if head.child_element_count() == 0 {
        let link = page.create_element("link").ok()?;
        link.set_attribute("rel", "stylesheet").ok()?;
        link.set_attribute("href", style).ok()?;
        head.append_child(&link).ok()?;
    }
    body.set_text_content(None);
    Some(body.into())
}

/// Sets an attribute of the whole page in a frame, such as `lang`.
pub fn set(frame: &HtmlIFrameElement, attribute: &str, value: &str) {
    let root = frame
        .content_document()
        .and_then(|page| page.document_element());
    if let Some(root) = root {
        // It fails only for a name that is none.
        let _ = root.set_attribute(attribute, value);
    }
}
