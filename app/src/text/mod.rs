//! Every sentence of the interface by its key: the counter's in Vietnamese, its other languages are
//! packs beside the program; the manager's in both its languages. Never: a form's wording (that is
//! data of the form), a page, a device.

mod action;
mod connect;
mod dossiers;
mod figures;
mod keys;
mod manager;
mod publish;

pub use action::ActionText;
pub use connect::ConnectText;
pub use dossiers::DossierText;
pub use figures::FiguresText;
pub use keys::Text;
pub use manager::ManagerText;
pub use publish::PublishText;
pub use survey::format::Language;

/// A sentence of a page that carries both its languages with it.
pub trait Sentence: Copy + 'static {
    /// The sentence in a language; a gap falls back to Vietnamese.
    fn say(self, language: Language) -> &'static str;

    /// The sentence with each `{name}` replaced by its value: `("n", "3")` makes "Câu 3 trên 9".
    fn fill(self, language: Language, values: &[(&str, &str)]) -> String {
        fill(self.say(language), values)
    }
}

/// A language's keys and sentences, in the order of the keys.
type Pack = Vec<(&'static str, &'static str)>;

/// Reads a pack of ours: `"Key": "sentence"` on each line, in the order of the keys, no escapes
/// (`packs_are_as_plain_as_their_reader` holds them to it). A JSON parser would be ten times the code.
fn read(json: &'static str) -> Pack {
    let mut pieces = json.split('"');
    let mut pack = Pack::new();
    while let (Some(_), Some(key), Some(_), Some(sentence)) =
        (pieces.next(), pieces.next(), pieces.next(), pieces.next())
    {
        pack.push((key, sentence));
    }
    pack
}

/// The sentence with each `{name}` replaced by its value; a name without a value is left out.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
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

/// Declares the keys of a page's sentences and the file that holds them in Vietnamese; the manager's
/// English travels with its program too.
macro_rules! texts {
    ($enum:ident, $vi:literal; $($name:ident,)*) => {
        /// The key of a sentence. A key that no pack knows does not compile or fails a test.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $enum {
            $(#[doc = concat!("The sentence `", stringify!($name), "`.")] $name,)*
        }

        impl $enum {
            /// The spelling of every key in a pack, in the order of declaration.
            pub const KEYS: &'static [&'static str] = &[$(stringify!($name)),*];
            /// The Vietnamese sentences as they are written.
            pub const VIETNAMESE: &'static str = include_str!($vi);

            /// Every key as packs spell it with its sentence in Vietnamese, in the order of
            /// declaration.
            #[must_use]
            pub fn entries() -> &'static [(&'static str, &'static str)] {
                use std::sync::LazyLock;
                static VI: LazyLock<$crate::text::Pack> =
                    LazyLock::new(|| $crate::text::read($enum::VIETNAMESE));
                &VI
            }

            /// The key as packs spell it, and the sentence in Vietnamese.
            #[must_use]
            pub fn entry(self) -> (&'static str, &'static str) {
                Self::entries().get(self as usize).copied().unwrap_or_default()
            }
        }
    };
    ($enum:ident, $vi:literal, $en:literal; $($name:ident,)*) => {
        texts! { $enum, $vi; $($name,)* }

        impl $enum {
            /// The English sentences as they are written.
            pub const ENGLISH: &'static str = include_str!($en);

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
                static EN: LazyLock<$crate::text::Pack> =
                    LazyLock::new(|| $crate::text::read($enum::ENGLISH));
                let (_, vietnamese) = self.entry();
                match (language, EN.get(self as usize)) {
                    ($crate::text::Language::En, Some((_, english))) if !english.is_empty() => {
                        english
                    }
                    _ => vietnamese,
                }
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

    type Sentences = BTreeMap<String, String>;

    /// The counter's English is a file beside the program, as every other language's.
    const COUNTER_ENGLISH: &str = include_str!("../../../public/lang/en/counter.json");

    /// Each page's keys with its Vietnamese and its English.
    fn pages() -> [(&'static [&'static str], [Sentences; 2]); 7] {
        #[derive(serde::Deserialize)]
        struct Translation {
            texts: Sentences,
        }
        let of = |json| -> Sentences { serde_json::from_str(json).unwrap() };
        let english: Translation = serde_json::from_str(COUNTER_ENGLISH).unwrap();
        [
            (Text::KEYS, [of(Text::VIETNAMESE), english.texts]),
            (
                ManagerText::KEYS,
                [of(ManagerText::VIETNAMESE), of(ManagerText::ENGLISH)],
            ),
            (
                FiguresText::KEYS,
                [of(FiguresText::VIETNAMESE), of(FiguresText::ENGLISH)],
            ),
            (
                ActionText::KEYS,
                [of(ActionText::VIETNAMESE), of(ActionText::ENGLISH)],
            ),
            (
                ConnectText::KEYS,
                [of(ConnectText::VIETNAMESE), of(ConnectText::ENGLISH)],
            ),
            (
                DossierText::KEYS,
                [of(DossierText::VIETNAMESE), of(DossierText::ENGLISH)],
            ),
            (
                PublishText::KEYS,
                [of(PublishText::VIETNAMESE), of(PublishText::ENGLISH)],
            ),
        ]
    }

    #[test]
    fn every_pack_says_everything_and_nothing_else() {
        for (keys, packs) in pages() {
            let keys: BTreeSet<&str> = keys.iter().copied().collect();
            for pack in packs {
                assert_eq!(
                    pack.keys().map(String::as_str).collect::<BTreeSet<_>>(),
                    keys
                );
                assert!(pack.values().all(|sentence| !sentence.trim().is_empty()));
            }
        }
    }

    #[test]
    fn packs_are_as_plain_as_their_reader() {
        for (keys, json) in [
            (Text::KEYS, Text::VIETNAMESE),
            (ManagerText::KEYS, ManagerText::VIETNAMESE),
            (ManagerText::KEYS, ManagerText::ENGLISH),
            (FiguresText::KEYS, FiguresText::VIETNAMESE),
            (FiguresText::KEYS, FiguresText::ENGLISH),
            (ActionText::KEYS, ActionText::VIETNAMESE),
            (ActionText::KEYS, ActionText::ENGLISH),
            (ConnectText::KEYS, ConnectText::VIETNAMESE),
            (ConnectText::KEYS, ConnectText::ENGLISH),
            (DossierText::KEYS, DossierText::VIETNAMESE),
            (DossierText::KEYS, DossierText::ENGLISH),
            (PublishText::KEYS, PublishText::VIETNAMESE),
            (PublishText::KEYS, PublishText::ENGLISH),
        ] {
            let parsed: Sentences = serde_json::from_str(json).unwrap();
            let expected: Vec<_> = keys
                .iter()
                .map(|key| (*key, parsed[*key].as_str()))
                .collect();
            assert_eq!(read(json), expected);
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
                assert_eq!(names(&sentence), names(&en[&key]), "{key}");
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
        let (key, sentence) = Text::QuestionOf.entry();
        assert_eq!(key, "QuestionOf");
        let filled = fill(sentence, &[("m", "22"), ("n", "3")]);
        assert_eq!(filled, "Câu 3 trên 22");
    }
}
