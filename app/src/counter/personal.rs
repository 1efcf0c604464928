//! Notices a phone or ID number in a comment, so that the citizen is asked to take it out (UK7).
//! Never: takes anything out itself; redaction is the server's (P10).

/// The shortest run of digits that is asked about.
const SHORTEST: usize = 8;

/// What follows an amount of money. Both cases, because `to_lowercase` brings tables of 11 kB.
const MONEY: [&str; 8] = ["đ", "Đ", "nghìn", "Nghìn", "triệu", "Triệu", "tỷ", "Tỷ"];

/// Whether the text has a run of eight or more digits, single spaces, dots and hyphens between them
/// allowed. Money does not count: dot groups or plain digits before đ, đồng, nghìn, triệu, tỷ (P11).
#[must_use]
pub fn has_number(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < characters.len() {
        let (digits, end) = run(&characters, at);
        if digits >= SHORTEST && !is_money(&characters, at, end) {
            return true;
        }
        at = end.max(at + 1);
    }
    false
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&character)
}

/// The digits of the run that starts here, and where it ends.
fn run(characters: &[char], from: usize) -> (usize, usize) {
    let (mut digits, mut at, mut end) = (0, from, from);
    while let Some(character) = characters.get(at) {
        if is_digit(*character) {
            digits += 1;
            end = at + 1;
        } else if digits == 0 || end != at || !matches!(character, ' ' | '.' | '-') {
            break;
        }
        at += 1;
    }
    (digits, end)
}

fn is_money(characters: &[char], from: usize, end: usize) -> bool {
    let run = &characters[from..end];
    let is_plain = run.iter().all(|c| c.is_ascii_digit() || *c == '.');
    if run.first() == Some(&'0') || !is_plain {
        return false;
    }
    let after: String = characters[end..].iter().take(6).collect();
    let after = after.trim_start();
    MONEY.iter().any(|unit| after.starts_with(unit))
}

#[cfg(test)]
mod tests {
    use super::has_number;

    #[test]
    fn uk7_phone_and_id_numbers_are_noticed() {
        for text in [
            "0912 345 678",
            "gọi +84 912.345.678 nhé",
            "０９１２３４５６７８",
            "CCCD 001 099 012 345",
            "123456789",
            "20.11.2026",
        ] {
            assert!(has_number(text), "{text}");
        }
    }

    #[test]
    fn uk7_money_and_small_numbers_are_not() {
        for text in [
            "",
            "phí 10.000.000 đồng",
            "150000đ",
            "12000000 đ",
            "quầy 3, chờ 45 phút, 20/11/2026",
            "1  2  3  4  5  6  7  8",
        ] {
            assert!(!has_number(text), "{text}");
        }
    }
}
