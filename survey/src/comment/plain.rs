//! A comment as an eye reads it, so that no number hides between what nobody sees (rule P11).

use alloc::vec::Vec;

/// The text as an eye reads it: nothing unseen, no mark over a digit, every decimal digit, dash, space
/// and full-width character as its ASCII one. Otherwise a number could hide between what nobody sees.
pub fn plain(comment: impl Iterator<Item = char>) -> Vec<char> {
    let mut text: Vec<char> = Vec::new();
    for c in comment.filter(|c| !is_unseen(*c)).map(fold) {
        let is_mark =
            matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{20d0}'..='\u{20ff}');
        if !(is_mark && text.last().is_some_and(char::is_ascii_digit)) {
            text.push(c);
        }
    }
    text
}

/// Zero-width, direction and variation marks, fillers, tags: whatever leaves no trace on a screen.
const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Where the zeros of all decimal digits stand (Unicode's `Nd`), ASCII's own left out.
const ZEROS: [u32; 64] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0,
    0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0,
    0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

fn fold(c: char) -> char {
    match c {
        // Full-width ASCII, 0xfee0 above the narrow one.
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u32::from(c).checked_sub(0xfee0);
            narrow.and_then(char::from_u32).unwrap_or(c)
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{b7}' | '\u{2024}' => '.',
        _ => {
            let value = ZEROS
                .into_iter()
                .find_map(|zero| u32::from(c).checked_sub(zero).filter(|value| *value < 10));
            value
                .and_then(|value| char::from_digit(value, 10))
                .unwrap_or(c)
        }
    }
}
