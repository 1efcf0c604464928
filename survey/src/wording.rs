//! What a language lacks: a translation held against the Vietnamese texts that it stands for, and the
//! names of recordings (docs/adr/0011-languages.md). Never: a language's own rules, a file.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What is wrong with one text of a translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// It says nothing: the Vietnamese text is shown in its place.
    Missing,
    /// It has other placeholders than the Vietnamese one: a number or a name would not be said.
    Placeholders,
    /// No text of ours has this key.
    Strange,
}

/// One text that a translation lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The key.
    pub key: &'a str,
    /// The Vietnamese text; empty for a strange key.
    pub vietnamese: &'a str,
    /// What is wrong.
    pub lack: Lack,
}

/// Everything that a translation lacks, in the order of the Vietnamese texts, strange keys last. Each
/// text is a key with its sentence; placeholders stand in braces.
///
/// ```
/// use survey::wording::{Lack, gaps};
/// let found = gaps(&[("Back", "Quay lại"), ("Of", "{n} trên {m}")], &[("Of", "{n}")]);
/// assert_eq!(found[0].lack, Lack::Missing);
/// assert_eq!(found[1].lack, Lack::Placeholders);
/// ```
#[must_use]
pub fn gaps<'a>(vietnamese: &[(&'a str, &'a str)], own: &[(&'a str, &'a str)]) -> Vec<Gap<'a>> {
    let mut found = Vec::new();
    for &(key, sentence) in vietnamese {
        let translated = own.iter().find(|(known, _)| *known == key);
        let translated = translated.map(|(_, text)| *text);
        let lack = match translated.filter(|text| !text.trim().is_empty()) {
            None => Lack::Missing,
            Some(text) if placeholders(text) != placeholders(sentence) => Lack::Placeholders,
            Some(_) => continue,
        };
        found.push(Gap {
            key,
            vietnamese: sentence,
            lack,
        });
    }
    let is_known = |key: &str| vietnamese.iter().any(|(known, _)| *known == key);
    let strange = own.iter().filter(|(key, _)| !is_known(key));
    found.extend(strange.map(|&(key, _)| Gap {
        key,
        vietnamese: "",
        lack: Lack::Strange,
    }));
    found
}

fn placeholders(sentence: &str) -> Vec<&str> {
    let parts = sentence.split('{').skip(1);
    let mut names: Vec<_> = parts
        .filter_map(|part| Some(part.split_once('}')?.0))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether a text can be recorded: one with a number or a name in it has as many readings as there are
/// names.
#[must_use]
pub fn can_be_recorded(text: &str) -> bool {
    !text.contains('{') && !text.trim().is_empty()
}

/// The name of the recording of a sentence, without its ending: the first 16 hexadecimal digits of its
/// SHA-256. A changed sentence has no recording.
#[must_use]
pub fn recording(sentence: &str) -> String {
    let mut name = String::new();
    for byte in Sha256::digest(sentence.as_bytes()).iter().take(8) {
        // A text takes whatever is written to it.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ua5_what_a_translation_lacks_is_named() {
        let vietnamese = [
            ("Back", "Quay lại"),
            ("Of", "Câu {n} trên {m}"),
            ("Send", "Gửi"),
        ];
        let own = [("Back", " "), ("Of", "{m} of {n}"), ("Odd", "x")];
        let found = gaps(&vietnamese, &own);
        let found: Vec<_> = found.iter().map(|gap| (gap.key, gap.lack)).collect();
        let expected = [
            ("Back", Lack::Missing),
            ("Send", Lack::Missing),
            ("Odd", Lack::Strange),
        ];
        assert_eq!(found, expected);
        assert_eq!(gaps(&vietnamese, &vietnamese), []);
        let other = gaps(&vietnamese[1..2], &[("Of", "{n} of {x}")]);
        assert_eq!(
            (other[0].lack, other[0].vietnamese),
            (Lack::Placeholders, "Câu {n} trên {m}")
        );
    }

    #[test]
    fn ua5_a_recording_is_named_by_its_sentence() {
        // `printf 'Gửi' | sha256sum`
        assert_eq!(recording("Gửi"), "0564dcf32a8e1bc6");
        assert_ne!(recording("Gửi"), recording("Gởi"));
        assert!(can_be_recorded("Gửi") && !can_be_recorded("Câu {n}") && !can_be_recorded(" "));
    }
}
