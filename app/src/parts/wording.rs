//! Words in another language: a form's, bound to the form's id, or a page's sentences by their keys.

use survey::form::Form;
use survey::json::{self, Fault, FromJson, Json};

use crate::text::Language;

/// A translation of one form, or of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    form: String,
    /// Few enough to be looked through.
    texts: Vec<(String, String)>,
}

impl FromJson for Wording {
    fn from_json(json: &Json) -> Result<Self, Fault> {
        let mut texts = Vec::new();
        for (key, text) in json.needed("texts")?.members()? {
            texts.push((key.clone(), text.text()?.to_owned()));
        }
        Ok(Self {
            form: json.get("form")?,
            texts,
        })
    }
}

/// A text as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: String,
    /// The tag of its language, where that need not be the page's own: a gap is filled with Vietnamese.
    pub lang: Option<&'static str>,
}

impl Wording {
    /// Where the pack of a form lies.
    #[must_use]
    pub fn path(form: &Form, language: Language) -> String {
        ["/lang/", language.tag(), "/forms/", form.code(), ".json"].concat()
    }

    /// Reads a pack; `None` unless it was made for this very form.
    #[must_use]
    pub fn read(json: &str, form: &Form) -> Option<Self> {
        Self::read_of(json, &form.id().to_string())
    }

    /// Reads a pack; `None` unless its `form` says that it translates this: a form's id, or the name
    /// of a page for the sentences of that page.
    #[must_use]
    pub fn read_of(json: &str, what: &str) -> Option<Self> {
        let wording: Self = json::read(json).ok()?;
        (wording.form == what).then_some(wording)
    }

    /// Whether it was made for this very form.
    #[must_use]
    pub fn is_of(&self, form: &Form) -> bool {
        self.form == form.id().to_string()
    }

    /// Every text with its key.
    #[must_use]
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// The text of a key of [`Form::texts`].
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        let mut texts = self.texts.iter();
        let found = texts.find(|(known, _)| known == key);
        found.map(|(_, text)| text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [(&str, &str); 3] = [
        (
            include_str!("../../../survey/forms/sipas2022.json"),
            include_str!("../../../public/lang/en/forms/sipas2022.json"),
        ),
        (
            include_str!("../../../survey/forms/local9.json"),
            include_str!("../../../public/lang/en/forms/local9.json"),
        ),
        (
            include_str!("../../../survey/forms/express6.json"),
            include_str!("../../../public/lang/en/forms/express6.json"),
        ),
    ];

    #[test]
    fn english_packs_are_bound_to_the_built_in_forms_and_complete() {
        for (form, pack) in FORMS {
            let form = Form::parse(form).unwrap();
            let Some(wording) = Wording::read(pack, &form) else {
                panic!("lang/en/forms/{}.json must name {}", form.code(), form.id());
            };
            for (key, _) in form.texts() {
                assert!(wording.text(&key).is_some(), "{} {key}", form.code());
            }
            assert_eq!(wording.texts.len(), form.texts().len(), "{}", form.code());
        }
    }
}
