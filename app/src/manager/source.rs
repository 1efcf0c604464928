//! A text that somebody chooses as a file or pastes. Never: sends it.

use leptos::html::{Input, Textarea};
use leptos::prelude::*;

use crate::device::upload;

/// Where it is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source {
    file: NodeRef<Input>,
    paste: NodeRef<Textarea>,
}

impl Source {
    /// The text of the chosen file; where none was chosen, what was pasted.
    pub async fn text(self) -> String {
        let (file, pasted) = (self.file.get_untracked(), self.paste.get_untracked());
        let chosen = match &file {
            Some(file) => upload::text(file).await,
            None => None,
        };
        let pasted = || pasted.map(|field| field.value()).unwrap_or_default();
        chosen.unwrap_or_else(pasted)
    }

    /// Writes a text where one is pasted; a file that was chosen is chosen no more.
    pub fn put(self, text: &str) {
        if let Some(file) = self.file.get_untracked() {
            file.set_value("");
        }
        if let Some(paste) = self.paste.get_untracked() {
            paste.set_value(text);
        }
    }

    /// The two fields under their labels.
    #[must_use]
    pub fn fields(self, [file, paste]: [AnyView; 2], accept: &'static str) -> AnyView {
        view! {
            <label class="field">
                <span>{file}</span>
                <input type="file" accept=accept node_ref=self.file />
            </label>
            <label class="field">
                <span>{paste}</span>
                <textarea node_ref=self.paste rows="5" spellcheck="false"></textarea>
            </label>
        }
        .into_any()
    }
}
