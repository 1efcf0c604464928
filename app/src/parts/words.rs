//! The language of the screen as a signal, and the sentences in it.

use leptos::prelude::*;

use super::format;
use crate::text::{Language, Sentence};

/// Says sentences in the language chosen now; what reads it is drawn again when that changes.
#[derive(Clone, Copy, Debug)]
pub struct Words(RwSignal<Language>);

impl Words {
    /// Starts in a language and lets every part below find it with [`Words::here`].
    #[must_use]
    pub fn provide(language: Language) -> Self {
        let words = Self(RwSignal::new(language));
        provide_context(words);
        words
    }

    /// The words of this page; Vietnamese where none were provided.
    #[must_use]
    pub fn here() -> Self {
        use_context().unwrap_or_else(|| Self::provide(Language::default()))
    }

    /// The language chosen now.
    #[must_use]
    pub fn language(self) -> Language {
        self.0.get()
    }

    /// Changes the language of the whole page.
    pub fn speak(self, language: Language) {
        self.0.set(language);
    }

    /// The sentence.
    #[must_use]
    pub fn say(self, text: impl Sentence) -> &'static str {
        text.say(self.language())
    }

    /// The sentence as something to draw, which follows the language. All lines of a page have one
    /// type, so that drawing them is compiled once.
    pub fn line<S: Sentence + Send + Sync>(
        self,
        text: S,
    ) -> impl Fn() -> &'static str + Copy + Send + Sync {
        move || self.say(text)
    }

    /// The sentence with its placeholders filled.
    #[must_use]
    pub fn fill(self, text: impl Sentence, values: &[(&str, &str)]) -> String {
        text.fill(self.language(), values)
    }

    /// The sentence with its `{n}` filled by a count, as the reader writes it: "3.356 đơn vị".
    #[must_use]
    pub fn count(self, text: impl Sentence, n: i64) -> String {
        let n = format::count(self.language(), n.unsigned_abs());
        self.fill(text, &[("n", &n)])
    }
}
