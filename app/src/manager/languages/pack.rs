//! A language that is installed beside the counter's pages, as the manager looks at it. Never: a change
//! of one; an operator puts files there.

use survey::form::Form;

use crate::device::api;
use crate::parts::Wording;
use crate::text::Text;

/// The language of the program itself, and of every gap in a pack.
pub const OWN: &str = "vi";
/// What the interface's pack calls the counter's page.
const PAGE: &str = "counter";

/// The tags of all languages that are installed, as the list beside them says.
pub async fn installed() -> Vec<String> {
    let list = api::get("/lang/packs.json").await.ok();
    let tags = list.and_then(|list| survey::json::read(&list).ok());
    tags.unwrap_or_else(|| vec![OWN.to_owned()])
}

/// A language.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its BCP 47 tag.
    pub tag: String,
    /// The sentences of the counter's pages; `None` for Vietnamese, which the program carries.
    pub words: Option<Wording>,
    /// The wordings of forms that were asked for and found.
    forms: Vec<Wording>,
    /// The paths of its recordings.
    recordings: Vec<String>,
}

impl Pack {
    /// The program's own language.
    #[must_use]
    pub fn own() -> Self {
        Self {
            tag: OWN.to_owned(),
            words: None,
            forms: Vec::new(),
            recordings: Vec::new(),
        }
    }

    /// Fetches a language with its wordings of some forms; `None` without the interface's sentences.
    pub async fn fetch(tag: String, forms: &[&Form]) -> Option<Self> {
        let folder = ["/lang/", &tag].concat();
        let get = async |name: &str| api::get(&[&folder, "/", name].concat()).await.ok();
        let mut pack = Self {
            tag: tag.clone(),
            ..Self::own()
        };
        if tag != OWN {
            pack.words = Wording::read_of(&get("counter.json").await?, PAGE);
            pack.words.as_ref()?;
            for form in forms {
                let text = get(&["forms/", form.code(), ".json"].concat()).await;
                pack.forms
                    .extend(text.and_then(|text| Wording::read(&text, form)));
            }
        }
        let files = get("pack.json").await.unwrap_or_default();
        let paths = files.split('"').filter(|path| path.contains("/audio/"));
        pack.recordings = paths.map(str::to_owned).collect();
        Some(pack)
    }

    /// Its wording of a form; `None` where it has none of this very form.
    #[must_use]
    pub fn form(&self, form: &Form) -> Option<&Wording> {
        self.forms.iter().find(|wording| wording.is_of(form))
    }

    /// Its name in itself, as the kiosk's citizens choose it.
    #[must_use]
    pub fn own_name(&self) -> String {
        let (key, vietnamese) = Text::LanguageName.entry();
        let name = match &self.words {
            Some(words) => words.text(key).unwrap_or(&self.tag),
            None => vietnamese,
        };
        name.to_owned()
    }

    /// The path of a sentence's recording, if it has one.
    #[must_use]
    pub fn recording(&self, sentence: &str) -> Option<&str> {
        if self.recordings.is_empty() {
            return None;
        }
        let name = survey::wording::recording(sentence);
        let found = self.recordings.iter().find(|path| path.contains(&name));
        found.map(String::as_str)
    }
}
