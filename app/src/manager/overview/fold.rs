//! Vietnamese words without their marks, so that "phuong" finds "Phường".

/// Lower case, without diacritics, one space between words.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase).filter_map(plain));
    }
    folded
}

/// The letter without its marks; `None` for a mark that stands alone (decomposed text).
fn plain(letter: char) -> Option<char> {
    Some(match letter {
        'à' | 'á' | 'ả' | 'ã' | 'ạ' | 'ă' | 'ằ' | 'ắ' | 'ẳ' | 'ẵ' | 'ặ' | 'â' | 'ầ' | 'ấ' | 'ẩ'
        | 'ẫ' | 'ậ' => 'a',
        'đ' => 'd',
        'è' | 'é' | 'ẻ' | 'ẽ' | 'ẹ' | 'ê' | 'ề' | 'ế' | 'ể' | 'ễ' | 'ệ' => 'e',
        'ì' | 'í' | 'ỉ' | 'ĩ' | 'ị' => 'i',
        'ò' | 'ó' | 'ỏ' | 'õ' | 'ọ' | 'ô' | 'ồ' | 'ố' | 'ổ' | 'ỗ' | 'ộ' | 'ơ' | 'ờ' | 'ớ' | 'ở'
        | 'ỡ' | 'ợ' => 'o',
        'ù' | 'ú' | 'ủ' | 'ũ' | 'ụ' | 'ư' | 'ừ' | 'ứ' | 'ử' | 'ữ' | 'ự' => 'u',
        'ỳ' | 'ý' | 'ỷ' | 'ỹ' | 'ỵ' => 'y',
        '\u{0300}'..='\u{036f}' => return None,
        other => other,
    })
}

/// A word for an id made of a name: "Quầy số 3" is "quay-so-3". At most `longest` characters; empty
/// when the name has no letter or digit.
#[must_use]
pub fn slug(name: &str, longest: usize) -> String {
    let folded = fold(name);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric());
    let mut slug = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        let room = longest.saturating_sub(slug.len() + usize::from(!slug.is_empty()));
        if room == 0 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(room));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_do_not_matter() {
        assert_eq!(fold("  Phường   Phố Hiến "), "phuong pho hien");
        assert_eq!(fold("ĐẶNG LỄ"), "dang le");
        assert_eq!(fold("Pho\u{0302}\u{0301} Hie\u{0302}\u{0301}n"), "pho hien");
    }

    #[test]
    fn every_vietnamese_letter_folds_to_ascii() {
        let vowels = "aăâeêioôơuưy";
        let marks = [
            "", "\u{0300}", "\u{0301}", "\u{0309}", "\u{0303}", "\u{0323}",
        ];
        for vowel in vowels.chars() {
            for mark in marks {
                let composed = fold(&format!("{vowel}{mark}"));
                assert!(composed.is_ascii(), "{vowel}{mark}");
            }
        }
        for composed in "ằắẳẵặầấẩẫậềếểễệồốổỗộờớởỡợừứửữựỳýỷỹỵđ".chars()
        {
            assert!(fold(&composed.to_string()).is_ascii(), "{composed}");
        }
    }

    #[test]
    fn a_slug_is_an_id() {
        assert_eq!(slug("Quầy số 3 (Hộ tịch)", 32), "quay-so-3-ho-tich");
        assert_eq!(slug("Quầy số 3", 6), "quay-s");
        assert_eq!(slug("Quầy số 3", 5), "quay");
        assert_eq!(slug("…", 32), "");
        for longest in 0..40 {
            let slug = slug("Quầy tiếp nhận và trả kết quả số 12", longest);
            assert!(slug.len() <= longest && !slug.ends_with('-'));
        }
    }
}
