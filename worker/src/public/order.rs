//! The order in which Vietnamese names stand in a list: letter by letter, then by tone, numbers by their size.
//! Never: an order by figures.

use unicode_normalization::UnicodeNormalization;

/// A name's place: its letters first, its tones where these are the same.
pub type Place = (Vec<(u8, u32)>, Vec<u8>);

/// The marks that make another letter: ă, â, ê, ô, ơ, ư.
const LETTERS: [char; 3] = ['\u{306}', '\u{302}', '\u{31b}'];
/// The tones, in the order of Vietnamese dictionaries: huyền, hỏi, ngã, sắc, nặng; none stands before all.
const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Where a name stands among others.
#[must_use]
pub fn place(name: &str) -> Place {
    let (mut letters, mut tones): Place = Place::default();
    let mut is_number = false;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    for c in name.to_lowercase().nfd() {
        let mark = |known: &[char]| known.iter().position(|mark| *mark == c);
        let nth = |at: usize| u8::try_from(at).unwrap_or(u8::MAX).saturating_add(1);
        if let Some(at) = mark(&LETTERS) {
            if let Some((2, letter)) = letters.last_mut() {
                *letter += u32::from(nth(at));
            }
        } else if let Some(at) = mark(&TONES) {
            if let Some(tone) = tones.last_mut() {
                *tone = nth(at);
            }
        } else {
            let digit = c.to_digit(10);
            match (digit, letters.last_mut().filter(|_| is_number)) {
                // One number, however many digits it has.
                (Some(digit), Some((_, number))) => {
                    *number = number.saturating_mul(10).saturating_add(digit);
                    continue;
                }
                (Some(digit), None) => letters.push((1, digit)),
                // Room after each letter for those that its marks make; đ is one after d.
                (None, _) if c == 'đ' => letters.push((2, u32::from('d') * 8 + 1)),
                (None, _) if c.is_alphabetic() => letters.push((2, u32::from(c) * 8)),
                (None, _) => letters.push((0, u32::from(c))),
            }
            is_number = digit.is_some();
            tones.push(0);
        }
    }
    (letters, tones)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn um17_units_stand_in_the_order_of_the_vietnamese_alphabet() {
        let right = [
            "Phường 2",
            "Phường 10",
            "Xã  An Bình",
            "Xã Ân Thi",
            "Xã Cần",
            "Xã Cẩn",
            "Xã Cẩn Đông",
            "Xã Dân",
            "Xã Đà",
            "Xã Đông",
            "Xã Ea",
            "Xã Hoa",
            "Xã Hoà",
            "Xã Hoà An",
            "Xã Ô Môn",
            "Xã Ơ",
            "Xã Phố",
        ];
        let mut mixed = right;
        mixed.reverse();
        mixed.sort_by_key(|name| place(name));
        assert_eq!(mixed, right);
    }
}
