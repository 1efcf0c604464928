//! The questionnaires this server knows: the built-in ones.

use std::cell::OnceCell;
use std::rc::Rc;
use survey::form::Form;
use survey::id::FormId;

const FILES: [&str; 3] = [
    include_str!("../../survey/forms/sipas2022.json"),
    include_str!("../../survey/forms/local9.json"),
    include_str!("../../survey/forms/express6.json"),
];

thread_local! {
    static KNOWN: OnceCell<Rc<[Form]>> = const { OnceCell::new() };
}

/// Every form, read once.
#[must_use]
pub fn all() -> Rc<[Form]> {
    let read = |file| Form::parse(file).ok();
    KNOWN.with(|known| {
        let known = known.get_or_init(|| FILES.into_iter().filter_map(read).collect());
        Rc::clone(known)
    })
}

/// A form and its file, as devices and managers get it, by a code such as `sipas2022`.
#[must_use]
pub fn with_code(code: &str) -> Option<(Form, &'static str)> {
    let forms = all();
    let mut pairs = forms.iter().zip(FILES);
    let found = pairs.find(|(form, _)| form.code() == code);
    found.map(|(form, file)| (form.clone(), file))
}

/// The code of the form with an id.
#[must_use]
pub fn code_of(id: FormId) -> Option<String> {
    let forms = all();
    let found = forms.iter().find(|form| form.id() == id);
    found.map(|form| form.code().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_every_built_in_form_reads_and_is_found() {
        assert_eq!(all().len(), FILES.len());
        for known in all().iter() {
            let (form, file) = with_code(known.code()).unwrap();
            assert_eq!(form.id(), known.id());
            assert_eq!(Form::parse(file).unwrap().id(), known.id());
            assert_eq!(code_of(known.id()).as_deref(), Some(known.code()));
        }
    }
}
