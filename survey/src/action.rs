//! What managers tell the public that they did: the rules for its words (rule UM16). Never: a place to
//! keep them, a right.

use crate::comment::looks_personal;

/// Characters of what people said, at most.
pub const MOST_SAID: usize = 300;
/// Characters of what was done about it, at most.
pub const MOST_DONE: usize = 600;

/// Why words may not be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// One of the two texts is empty.
    Empty,
    /// One of the two texts is too long.
    TooLong,
    /// A character that no keyboard writes is in one of them.
    Unreadable,
    /// A phone, paper or dossier number, a number plate or an e-mail address seems to be in one of them.
    Personal,
}

/// What is wrong with the words of an action, if something is.
///
/// ```
/// use survey::action::{Problem, problem};
/// assert_eq!(problem("Ghế chờ ít", "Thêm 20 ghế"), None);
/// assert_eq!(problem("Gọi 0912 345 678", "Đã gọi"), Some(Problem::Personal));
/// ```
#[must_use]
pub fn problem(said: &str, done: &str) -> Option<Problem> {
    let texts = [(said, MOST_SAID), (done, MOST_DONE)];
    let any = |is_so: fn(&str, usize) -> bool| texts.iter().any(|(text, most)| is_so(text, *most));
    if any(|text, _| text.trim().is_empty()) {
        Some(Problem::Empty)
    } else if any(|text, most| text.chars().count() > most) {
        Some(Problem::TooLong)
    } else if any(|text, _| text.chars().any(|c| c != '\n' && c.is_control())) {
        Some(Problem::Unreadable)
    } else if any(|text, _| looks_personal(text)) {
        Some(Problem::Personal)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn um16_words_that_may_not_be_published_say_why() {
        let long = |count| String::from("ạ").repeat(count);
        assert_eq!(problem(&long(300), &long(600)), None);
        assert_eq!(problem(&long(301), "Đã làm"), Some(Problem::TooLong));
        assert_eq!(problem("Ghế ít", &long(601)), Some(Problem::TooLong));
        for empty in ["", " \n "] {
            assert_eq!(problem(empty, "Đã làm"), Some(Problem::Empty));
            assert_eq!(problem("Ghế ít", empty), Some(Problem::Empty));
        }
        assert_eq!(problem("a\u{7}b", "Đã làm"), Some(Problem::Unreadable));
        assert_eq!(problem("Hai dòng\nđược", "Đã làm"), None);
        for personal in [
            "Gọi 0912 345 678",
            "Thư lan@example.vn",
            "Hồ sơ H31.12-261123-0001",
            "CCCD 033199012345",
        ] {
            assert_eq!(
                problem(personal, "Đã làm"),
                Some(Problem::Personal),
                "{personal}"
            );
            assert_eq!(
                problem("Ghế ít", personal),
                Some(Problem::Personal),
                "{personal}"
            );
        }
        // Money, days and short numbers are no one's.
        assert_eq!(
            problem("Lệ phí 150.000 đồng", "Từ 01/10/2026, gọi 1022"),
            None
        );
    }
}
