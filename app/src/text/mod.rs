//! Every sentence of the interface by its key, in every language. Never: a form's wording (that is
//! data of the form), a page, a device.

mod keys;
mod manager;

pub use keys::Text;
pub use manager::ManagerText;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Vietnamese: the language of the forms, and of every gap in another pack.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Every language that has a pack.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// The language of a BCP 47 tag, if there is a pack for it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.tag() == tag.split('-').next().unwrap_or_default())
    }

    /// The BCP 47 tag, for `lang` attributes and file names.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// Its name in itself, as a reader looks for it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Vi => "Tiếng Việt",
            Self::En => "English",
        }
    }
}

/// A sentence of a page by its key. Each page has keys and packs of its own, so that the counter
/// does not download what only managers read.
pub trait Sentence: Copy + 'static {
    /// The sentence in a language; a gap falls back to Vietnamese.
    fn say(self, language: Language) -> &'static str;

    /// The sentence with each `{name}` replaced by its value: `("n", "3")` makes "Câu 3 trên 9".
    fn fill(self, language: Language, values: &[(&str, &str)]) -> String {
        fill(self.say(language), values)
    }
}

/// A language's sentences, in the order of the keys.
type Pack = Vec<&'static str>;

/// Reads a pack of ours: `"Key": "sentence"` on each line, in the order of the keys, no escapes
/// (`packs_are_as_plain_as_their_reader` holds them to it). A JSON parser would be ten times the code.
fn read(json: &'static str) -> Pack {
    let mut pieces = json.split('"');
    let mut pack = Pack::new();
    while let (Some(_), Some(_key), Some(_), Some(sentence)) =
        (pieces.next(), pieces.next(), pieces.next(), pieces.next())
    {
        pack.push(sentence);
    }
    pack
}

fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut rest = sentence;
    let mut filled = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = values.iter().find(|(known, _)| *known == name);
        filled.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Declares the keys of a page's sentences and the files that hold its packs.
macro_rules! texts {
    ($enum:ident, $vi:literal, $en:literal; $($name:ident,)*) => {
        /// The key of a sentence. A key that no pack knows does not compile or fails a test.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = concat!("The sentence `", stringify!($name), "`.")] $name,)*
        }

        impl $enum {
            /// The spelling of every key in a pack, in the order of declaration.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($name)),*];
            /// The packs as they are written, Vietnamese first.
            pub const PACKS: [&'static str; 2] = [include_str!($vi), include_str!($en)];

            /// The sentence in a language; a gap falls back to Vietnamese.
            #[must_use]
            pub fn say(self, language: $crate::text::Language) -> &'static str {
                $crate::text::Sentence::say(self, language)
            }

            /// The sentence with its placeholders filled.
            #[must_use]
            pub fn fill(self, language: $crate::text::Language, values: &[(&str, &str)]) -> String {
                $crate::text::Sentence::fill(self, language, values)
            }
        }

        impl $crate::text::Sentence for $enum {
            fn say(self, language: $crate::text::Language) -> &'static str {
                use std::sync::LazyLock;
                static VI: LazyLock<$crate::text::Pack> =
                    LazyLock::new(|| $crate::text::read($enum::PACKS[0]));
                static EN: LazyLock<$crate::text::Pack> =
                    LazyLock::new(|| $crate::text::read($enum::PACKS[1]));
                let at = self as usize;
                let own = match language {
                    $crate::text::Language::Vi => VI.get(at),
                    $crate::text::Language::En => EN.get(at),
                };
                own.filter(|sentence| !sentence.is_empty())
                    .or_else(|| VI.get(at))
                    .copied()
                    .unwrap_or_default()
            }
        }
    };
}
use texts;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    type Sentences = BTreeMap<&'static str, &'static str>;

    /// Each page's keys with its packs.
    fn pages() -> [(&'static [&'static str], [Sentences; 2]); 2] {
        let packs = |json: [&'static str; 2]| json.map(|json| serde_json::from_str(json).unwrap());
        [
            (Text::KEYS, packs(Text::PACKS)),
            (ManagerText::KEYS, packs(ManagerText::PACKS)),
        ]
    }

    #[test]
    fn every_pack_says_everything_and_nothing_else() {
        for (keys, packs) in pages() {
            let keys: BTreeSet<&str> = keys.iter().copied().collect();
            for pack in packs {
                assert_eq!(pack.keys().copied().collect::<BTreeSet<_>>(), keys);
                assert!(pack.values().all(|sentence| !sentence.trim().is_empty()));
            }
        }
    }

    #[test]
    fn packs_are_as_plain_as_their_reader() {
        let pages = [
            (Text::KEYS, Text::PACKS),
            (ManagerText::KEYS, ManagerText::PACKS),
        ];
        for (keys, packs) in pages {
            for json in packs {
                let parsed: Sentences = serde_json::from_str(json).unwrap();
                let expected: Vec<_> = keys.iter().map(|key| parsed[key]).collect();
                assert_eq!(read(json), expected);
            }
        }
    }

    #[test]
    fn translations_have_the_same_placeholders() {
        let names = |sentence: &str| -> BTreeSet<String> {
            let parts = sentence.split('{').skip(1);
            parts
                .map(|part| part.split_once('}').unwrap().0.to_owned())
                .collect()
        };
        for (_, [vi, en]) in pages() {
            for (key, sentence) in vi {
                assert_eq!(names(sentence), names(en[key]), "{key}");
            }
        }
    }

    fn sources(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "text") {
                    sources(&path, into);
                }
            } else {
                into.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn no_sentence_is_unused() {
        let mut code = String::new();
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut code,
        );
        let words: BTreeSet<&str> = code
            .split("Text::")
            .skip(1)
            .map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
                rest.split_at(end.unwrap_or(rest.len())).0
            })
            .collect();
        let keys = pages().into_iter().flat_map(|(keys, _)| keys);
        let unused: Vec<_> = keys.filter(|key| !words.contains(*key)).collect();
        assert!(
            unused.is_empty(),
            "remove from the keys and the packs: {unused:?}"
        );
    }

    #[test]
    fn placeholders_are_filled_in_any_order() {
        let filled = Text::QuestionOf.fill(Language::Vi, &[("m", "22"), ("n", "3")]);
        assert_eq!(filled, "Câu 3 trên 22");
    }
}
