//! One part of a language, the interface or a form, held against its Vietnamese texts.

use survey::form::Form;
use survey::wording::{Gap, can_be_recorded, gaps};

use super::pack::{OWN, Pack};
use crate::parts::{Wording, Words};
use crate::text::{ManagerText, Text};

/// The interface, or a form.
pub struct Part {
    /// What it is called.
    pub name: String,
    vietnamese: Vec<(String, String)>,
    /// The language's own texts; the Vietnamese ones where that is the language.
    own: Vec<(String, String)>,
}

impl Part {
    /// The sentences of the counter's pages.
    #[must_use]
    pub fn interface(words: Words, pack: &Pack) -> Self {
        let entries = Text::entries().iter();
        let vietnamese = entries.map(|(key, text)| ((*key).to_owned(), (*text).to_owned()));
        Self::of(
            words.say(ManagerText::LangInterface).to_owned(),
            vietnamese.collect(),
            pack,
            pack.words.as_ref(),
        )
    }

    /// The texts of a form.
    #[must_use]
    pub fn form(name: String, form: &Form, pack: &Pack) -> Self {
        let texts = form.texts().into_iter();
        let vietnamese = texts.map(|(key, text)| (key, text.to_owned())).collect();
        Self::of(name, vietnamese, pack, pack.form(form))
    }

    fn of(
        name: String,
        vietnamese: Vec<(String, String)>,
        pack: &Pack,
        wording: Option<&Wording>,
    ) -> Self {
        let own = if pack.tag == OWN {
            vietnamese.clone()
        } else {
            wording
                .map(|wording| wording.texts().to_vec())
                .unwrap_or_default()
        };
        Self {
            name,
            vietnamese,
            own,
        }
    }

    /// How many texts it should have.
    #[must_use]
    pub fn texts(&self) -> usize {
        self.vietnamese.len()
    }

    /// Whether it has any of its own.
    #[must_use]
    pub fn has_any(&self) -> bool {
        !self.own.is_empty()
    }

    /// What it lacks.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap<'_>> {
        gaps(&borrowed(&self.vietnamese), &borrowed(&self.own))
    }

    /// Its sentences that are recorded, each once, with the path of the recording.
    #[must_use]
    pub fn recorded(&self, pack: &Pack) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (_, sentence) in self.own.iter().filter(|(_, text)| can_be_recorded(text)) {
            let is_new = found.iter().all(|(known, _)| known != sentence);
            if let (true, Some(path)) = (is_new, pack.recording(sentence)) {
                found.push((sentence.clone(), path.to_owned()));
            }
        }
        found
    }
}

fn borrowed(texts: &[(String, String)]) -> Vec<(&str, &str)> {
    let texts = texts.iter();
    texts
        .map(|(key, text)| (key.as_str(), text.as_str()))
        .collect()
}
