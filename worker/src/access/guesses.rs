//! Passwords that are guessed first (rule S5): those on the lists of common ones, and those made of
//! words that everybody connects with this house. Never: a rule about kinds of characters.
//!
//! The list holds those of twelve characters and more among the 20,000 most common passwords that Django
//! 5.2 refuses (collected by Royce Williams; BSD-3-Clause).

const COMMON: &str = include_str!("common.txt");

/// Words of the house, of its tasks and of keyboards. What a password has beside these, figures and
/// signs must be more than [`REST`].
const WORDS: [&str; 26] = [
    "hailong",
    "hai-long",
    "hài lòng",
    "khaosat",
    "khảo sát",
    "sipas",
    "motcua",
    "một cửa",
    "hanhchinh",
    "hành chính",
    "congvu",
    "dichvucong",
    "dịch vụ công",
    "ubnd",
    "quantri",
    "quản trị",
    "lanhdao",
    "matkhau",
    "mật khẩu",
    "vietnam",
    "việt nam",
    "password",
    "admin",
    "operator",
    "manager",
    "qwerty",
];
/// Letters that are left of a password when everything that is guessed is gone.
const REST: usize = 4;
/// Different characters that a password has at least.
const DIFFERENT: usize = 5;

/// Whether a password is among the first that somebody tries who knows the account's name.
#[must_use]
pub fn is_guessed_first(password: &str, account: &str) -> bool {
    let small = password.to_lowercase();
    if COMMON.lines().any(|common| common == small) {
        return true;
    }
    let mut different: Vec<char> = small.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return true;
    }
    let own = account.to_lowercase();
    let mut rest = small;
    for word in WORDS.into_iter().chain([own.as_str()]) {
        if word.chars().count() >= REST {
            rest = rest.replace(word, "");
        }
    }
    rest.chars().filter(|c| c.is_alphabetic()).count() < REST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s5_a_password_that_is_on_every_list_is_refused() {
        for guessed in [
            "administrator",
            "Password1234",
            "1234567890-=",
            "QWERTYUIOP123",
            "aaaaaaaaaaaaaaa",
            "121212121212121",
            "HaiLong@2026!!",
            "matkhau123456",
            "Mật khẩu 123456",
            "quantri-vietnam-2026",
            "lan.nguyen2026",
            "20261127202611",
            "Khảo sát hài lòng",
        ] {
            assert!(is_guessed_first(guessed, "lan.nguyen"), "{guessed}");
        }
        for own in [
            "một câu khá dài",
            "đi chợ mua rau muống",
            "correct horse battery",
            "hailong của chúng tôi",
            "k2m9-xw7r-tt4p",
            "bmehy56s2mgpnr",
        ] {
            assert!(!is_guessed_first(own, "lan.nguyen"), "{own}");
        }
        // A short name of an account takes nothing away.
        assert!(!is_guessed_first("một câu khá dài", "a"));
    }

    #[test]
    fn s5_the_list_holds_what_a_password_may_be_at_all() {
        assert!(COMMON.lines().count() > 150);
        for common in COMMON.lines() {
            assert!(
                common.chars().count() >= super::super::password::SHORTEST,
                "{common}"
            );
            assert_eq!(common, common.to_lowercase());
        }
    }
}
