//! Why a text is not a form, in words that say where and what to mend.

use survey::form::FormError;
use survey::json::Why;

use crate::parts::Words;
use crate::text::ManagerText as Text;

/// What is wrong, and the line that it is about, as it stands in the file.
#[must_use]
pub fn said(words: Words, error: &FormError, file: &str) -> (String, String) {
    let (what, line) = match error {
        FormError::NotJson { why, line, .. } => (not_json(words, *why), Some(*line)),
        FormError::Scale => (
            words.say(Text::FormBadScale).to_owned(),
            line_of(file, "scale"),
        ),
        FormError::BadId(id) => about(words, Text::FormBadId, id, file),
        FormError::DoubleId(id) => about(words, Text::FormDoubleId, id, file),
        FormError::NoWording(id) => about(words, Text::FormNoWording, id, file),
        FormError::LongWording(id) => about(words, Text::FormLongWording, id, file),
        FormError::Condition(id) => about(words, Text::FormBadCondition, id, file),
        FormError::Count(id) => about(words, Text::FormBadCount, id, file),
    };
    let Some(line) = line else {
        return (what, String::new());
    };
    let text = file.lines().nth(line - 1).unwrap_or_default();
    let number = line.to_string();
    let sentence = words.fill(Text::FormAtLine, &[("n", &number), ("what", &what)]);
    (sentence, text.trim().chars().take(120).collect())
}

fn about(words: Words, text: Text, id: &str, file: &str) -> (String, Option<usize>) {
    (words.fill(text, &[("id", id)]), line_of(file, id))
}

/// The last line that names an id: the second of two is the one to mend.
fn line_of(file: &str, id: &str) -> Option<usize> {
    let quoted = ["\"", id, "\""].concat();
    let lines = file.lines().enumerate();
    let found = lines.filter(|(_, line)| line.contains(&quoted)).last();
    found.map(|(at, _)| at + 1)
}

fn not_json(words: Words, why: Why) -> String {
    let text = match why {
        Why::EndsEarly => Text::JsonEndsEarly,
        Why::NotJson => Text::JsonNot,
        Why::TooDeep => Text::JsonTooDeep,
        Why::UnknownKey => Text::JsonUnknown,
        Why::NotA("a text") => Text::JsonText,
        Why::NotA("a list") => Text::JsonList,
        Why::NotA("an object") => Text::JsonObject,
        Why::NotA(_) => Text::JsonTruth,
        Why::Missing(key) => return words.fill(Text::JsonMissing, &[("key", key)]),
        Why::Doubled(key) => return words.fill(Text::JsonDoubled, &[("key", key)]),
    };
    words.say(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use leptos::prelude::Owner;
    use survey::form::Form;

    const ADDED: &str = include_str!("../../../../tests/vectors/added-form.json");

    fn wrong(from: &str, to: &str, language: Language) -> (String, String) {
        let file = ADDED.replacen(from, to, 1);
        assert_ne!(file, ADDED, "{from}");
        let error = Form::parse(&file).unwrap_err();
        Owner::new().with(|| said(Words::provide(language), &error, &file))
    }

    #[test]
    fn ua4_each_error_says_where_and_what_in_both_languages() {
        for (from, to, line, place) in [
            (
                "\"stem\"",
                "\"stemm\"",
                6,
                "\"stemm\": \"Ông/Bà hài lòng với điều này ở mức nào?\",",
            ),
            (
                "\"official\": false",
                "\"official\": \"no\"",
                3,
                "\"official\": \"no\",",
            ),
            (
                "\"n_don2\"",
                "\"n_don1\"",
                21,
                "{\"id\": \"n_don1\", \"text\": \"Thời gian chờ đến lượt.\"}",
            ),
            (
                "\"n_don2\"",
                "\"N don2\"",
                21,
                "{\"id\": \"N don2\", \"text\": \"Thời gian chờ đến lượt.\"}",
            ),
            ("\"Đón tiếp\"", "\"\"", 17, "\"id\": \"n_don\","),
            (
                "\"option\": \"co\"",
                "\"option\": \"ko\"",
                25,
                "\"id\": \"n_kq\",",
            ),
            (
                "\"Bình thường\", ",
                "",
                7,
                "\"scale\": [\"Rất không hài lòng\", \"Không hài lòng\", \"Hài lòng\", \"Rất hài lòng\"],",
            ),
            ("\"code\": \"nhanh3\",", "", 1, "{"),
        ] {
            for language in Language::ALL {
                let (sentence, shown) = wrong(from, to, language);
                let number = format!(" {line}");
                assert!(
                    sentence.contains(&number),
                    "{sentence} should name line {line}"
                );
                assert_eq!(shown, place, "{sentence}");
                assert!(!sentence.contains('{') && sentence.len() > 20, "{sentence}");
            }
        }
        let (sentence, _) = wrong("\"code\": \"nhanh3\",", "", Language::Vi);
        assert!(sentence.contains("code"), "{sentence}");
    }
}
