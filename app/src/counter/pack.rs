//! A language beside the program: a folder of data that an operator can add without a build. What it
//! does not say is said in Vietnamese and marked so (UX7). Never: a hash; the service worker checks
//! every file before it keeps it.

use survey::form::Form;

use crate::device::server;
pub use crate::parts::Phrase;
use crate::parts::Wording;

/// The language of the program itself, and of every gap in a pack.
pub const OWN: &str = "vi";
/// Offered before a configuration says which.
pub const FIRST: [&str; 2] = [OWN, "en"];
/// What the interface's pack calls this page.
const PAGE: &str = "counter";

/// A language that is on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// Its BCP 47 tag.
    pub tag: String,
    /// The sentences of the interface by their keys; `None` only for the program's own language.
    pub words: Option<Wording>,
    /// The form's words, if the pack has this very form.
    pub form: Option<Wording>,
    /// The list of its files, recorded sentences among them.
    pub files: String,
}

impl Pack {
    /// Fetches a language; `None` without the sentences of the interface.
    pub async fn fetch(tag: String, form: Option<&Form>) -> Option<Self> {
        let folder = ["/lang/", &tag].concat();
        let (mut words, mut own) = (None, None);
        // The program's own words are in it: that folder has recordings only.
        if tag != OWN {
            let page = server::file(&[&folder, "/counter.json"].concat()).await?;
            words = Some(Wording::read_of(&page, PAGE)?);
            if let Some(form) = form {
                let path = [&folder, "/forms/", form.code(), ".json"].concat();
                let pack = server::file(&path).await;
                // Without a pack for this very form its questions stay Vietnamese.
                own = pack.and_then(|pack| Wording::read(&pack, form));
            }
        }
        let files = server::file(&[&folder, "/pack.json"].concat()).await;
        Some(Self {
            tag,
            words,
            form: own,
            files: files.unwrap_or_default(),
        })
    }
}
