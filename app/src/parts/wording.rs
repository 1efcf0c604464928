//! A form's words in another language, from a pack that is bound to the form's id.

use std::collections::BTreeMap;

use serde::Deserialize;
use survey::form::Form;

use crate::text::Language;

/// A translation of one form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wording {
    form: String,
    texts: BTreeMap<String, String>,
}

/// A form's text as it is shown, with the language it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The text.
    pub text: String,
    /// Its language: a gap is filled with the Vietnamese wording.
    pub language: Language,
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
        let wording: Self = survey::wire::read(json).ok()?;
        wording.is_of(form).then_some(wording)
    }

    /// Whether it was made for this very form.
    #[must_use]
    pub fn is_of(&self, form: &Form) -> bool {
        self.form == form.id().to_string()
    }

    /// The text of a key of [`Form::texts`].
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
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
