//! Which words of a comment may name somebody, and what is left where a person hides some (rules P11, P13).
//! Never: a decision that a comment may be shown.

use alloc::string::String;
use alloc::vec::Vec;

/// What stands in place of hidden words, be it one or several in a row.
pub const HIDDEN: &str = "[đã che]";

/// What leads to a person's place on the net.
const PLACES: [&str; 6] = ["@", "http", "www.", "facebook", "fb.com", "zalo"];
/// What a name follows.
const ADDRESSES: [&str; 4] = ["ông", "bà", "anh", "chị"];

/// The words of a comment: what stands between spaces, counted from 0.
pub fn words(comment: &str) -> impl Iterator<Item = &str> {
    comment.split_whitespace()
}

/// A word without the brackets and stops around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The words that may name somebody, by their places: capitalised ones after ông, bà, anh or chị, and
/// those that lead to a person's place on the net.
///
/// ```
/// # use survey::comment::names;
/// assert_eq!(names::suspects("Chị Hoa Mai ở quầy 2"), [1, 2]);
/// ```
#[must_use]
pub fn suspects(comment: &str) -> Vec<usize> {
    let mut is_name = false;
    let mut found = Vec::new();
    for (at, word) in words(comment).enumerate() {
        let small = word.to_lowercase();
        let is_capital = bare(word).chars().next().is_some_and(char::is_uppercase);
        // A name goes on as long as its words are capitalised.
        is_name = is_name && is_capital;
        if is_name || PLACES.iter().any(|place| small.contains(place)) {
            found.push(at);
        }
        is_name = is_name || ADDRESSES.contains(&bare(&small));
    }
    found
}

/// A comment with some of its words hidden for good; `None` where a place is of no word, where nothing is
/// to be hidden, or where nothing would be left to read.
#[must_use]
pub fn hide(comment: &str, hidden: &[usize]) -> Option<String> {
    let count = words(comment).count();
    let is_hidden = |at: usize| hidden.contains(&at);
    let is_there = !hidden.is_empty() && hidden.iter().all(|at| *at < count);
    if !is_there || (0..count).all(is_hidden) {
        return None;
    }
    let mut kept = String::with_capacity(comment.len());
    let mut rest = comment;
    let mut was_hidden = false;
    for (at, word) in words(comment).enumerate() {
        let (gap, after) = rest.split_once(word)?;
        rest = after;
        match (is_hidden(at), was_hidden) {
            (true, true) => {}
            (true, false) => {
                kept.push_str(gap);
                kept.push_str(HIDDEN);
            }
            (false, _) => {
                kept.push_str(gap);
                kept.push_str(word);
            }
        }
        was_hidden = is_hidden(at);
    }
    kept.push_str(rest);
    Some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p11_words_that_may_name_somebody_are_found_by_their_places() {
        for (comment, places) in [
            ("Chị Hoa hướng dẫn kỹ.", &[1_usize][..]),
            ("Cảm ơn ông (Nguyễn Văn An) và bà Tư.", &[3, 4, 5, 8]),
            ("xem facebook.com/hoa nhé", &[1]),
            ("Bà Anh Thư", &[1, 2]),
            ("Anh ấy rất tốt", &[]),
            ("Nhanh, gọn.", &[]),
            ("", &[]),
        ] {
            assert_eq!(suspects(comment), places, "{comment}");
        }
    }

    #[test]
    fn p13_hidden_words_are_gone_and_the_others_stand_as_they_were() {
        let comment = "Chị Hoa  Mai ở quầy,\nrất kỹ. ";
        assert_eq!(
            hide(comment, &[1, 2]).as_deref(),
            Some("Chị [đã che] ở quầy,\nrất kỹ. ")
        );
        assert_eq!(
            hide(comment, &[0, 4, 6]).as_deref(),
            Some("[đã che] Hoa  Mai ở [đã che]\nrất [đã che] ")
        );
        assert_eq!(hide("a a b", &[1]).as_deref(), Some("a [đã che] b"));
        for nothing in [&[][..], &[7], &[0, 1, 2, 3, 4, 5, 6]] {
            assert_eq!(hide(comment, nothing), None, "{nothing:?}");
        }
    }
}
