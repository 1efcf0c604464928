//! The questionnaires that are known somewhere: the built-in ones, and those that were added to the
//! house (rule F7). Never: a form that changes; its id is over its content.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;
use survey::form::Form;
use survey::id::FormId;

const FILES: [&str; 3] = [
    include_str!("../../survey/forms/sipas2022.json"),
    include_str!("../../survey/forms/local9.json"),
    include_str!("../../survey/forms/express6.json"),
];

thread_local! {
    static BUILT_IN: OnceCell<Forms> = const { OnceCell::new() };
}

/// Forms with their files, the built-in ones first. A slice of [`Form`].
#[derive(Clone, Debug)]
pub struct Forms {
    forms: Rc<[Form]>,
    /// Of each, its file as devices and managers get it.
    files: Rc<[Rc<str>]>,
}

impl Deref for Forms {
    type Target = [Form];

    fn deref(&self) -> &[Form] {
        &self.forms
    }
}

impl Forms {
    /// The built-in ones, read once.
    #[must_use]
    pub fn built_in() -> Self {
        let read = || {
            let nothing = Self {
                forms: Rc::new([]),
                files: Rc::new([]),
            };
            nothing.with(FILES)
        };
        BUILT_IN.with(|forms| forms.get_or_init(read).clone())
    }

    /// These and the forms of more files. A file that is no form, or one that is here, adds nothing.
    #[must_use]
    pub fn with(&self, more: impl IntoIterator<Item: AsRef<str>>) -> Self {
        let (mut forms, mut files) = (self.forms.to_vec(), self.files.to_vec());
        for file in more {
            let file = file.as_ref();
            if let Ok(form) = Form::parse(file)
                && forms.iter().all(|known| known.id() != form.id())
            {
                forms.push(form);
                files.push(Rc::from(file));
            }
        }
        Self {
            forms: forms.into(),
            files: files.into(),
        }
    }

    /// A form and its file, by a code such as `sipas2022`.
    #[must_use]
    pub fn with_code(&self, code: &str) -> Option<(&Form, &str)> {
        let mut pairs = self.forms.iter().zip(self.files.iter());
        let found = pairs.find(|(form, _)| form.code() == code);
        found.map(|(form, file)| (form, &**file))
    }

    /// Each with its file.
    pub fn with_files(&self) -> impl Iterator<Item = (&Form, &str)> {
        let files = self.files.iter().map(|file| &**file);
        self.forms.iter().zip(files)
    }

    /// The code of the form with an id.
    #[must_use]
    pub fn code_of(&self, id: FormId) -> Option<&str> {
        let found = self.forms.iter().find(|form| form.id() == id);
        found.map(Form::code)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A form that is not built in: two factors, three items, the second factor under a filter.
    pub(crate) const ADDED: &str = include_str!("../../tests/vectors/added-form.json");

    #[test]
    fn f1_every_built_in_form_reads_and_is_found() {
        let forms = Forms::built_in();
        assert_eq!(forms.len(), FILES.len());
        for known in forms.iter() {
            let (form, file) = forms.with_code(known.code()).unwrap();
            assert_eq!(form.id(), known.id());
            assert_eq!(Form::parse(file).unwrap().id(), known.id());
            assert_eq!(forms.code_of(known.id()), Some(known.code()));
        }
    }

    #[test]
    fn f7_an_added_form_is_found_beside_the_built_in_ones_and_once() {
        let built_in = Forms::built_in();
        let forms = built_in.with([ADDED, ADDED, FILES[0], "{}"]);
        assert_eq!(forms.len(), FILES.len() + 1);
        let (form, file) = forms.with_code("nhanh3").unwrap();
        assert_eq!((forms.code_of(form.id()), file), (Some("nhanh3"), ADDED));
        assert!(built_in.with_code("nhanh3").is_none());
    }
}
