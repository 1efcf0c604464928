//! Takes out of a comment what names a person, before it is first written down (rules P10 to P12).
//! Never: keeps the original, or anything that ties a comment to its response.

pub mod names;
mod plain;
#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;
use plain::plain;
use unicode_normalization::UnicodeNormalization;

/// A comment without numbers and addresses of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted {
    /// What may be kept.
    pub text: String,
    /// A name may stand after a form of address: a person reads it before it is shown.
    pub needs_review: bool,
}

/// What stands in place of what was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Email,
    Plate,
    Dossier,
    Paper,
    Phone,
    Number,
    /// An amount of money, which stays.
    Money,
}

impl Found {
    const fn label(self) -> Option<&'static str> {
        match self {
            Self::Email => Some("[thư điện tử]"),
            Self::Plate => Some("[biển số]"),
            Self::Dossier => Some("[mã hồ sơ]"),
            Self::Paper => Some("[giấy tờ]"),
            Self::Phone => Some("[điện thoại]"),
            Self::Number => Some("[số]"),
            Self::Money => None,
        }
    }
}

/// Looks at the start of the text: how many characters it takes, and what they are.
type Finder = fn(&[char]) -> Option<(usize, Found)>;

/// Whether a finding may start right after this character.
type Boundary = fn(char) -> bool;

/// In this order (P11): a dossier code holds digit runs, so it is looked for before them. Only a
/// number may stand right behind a letter, as in `sđt0912345678`.
const FINDERS: [(Finder, Boundary); 5] = [
    (email, ends_a_word),
    (plate, ends_a_word),
    (dossier, ends_a_word),
    (passport, ends_a_word),
    (digits, |before| !before.is_ascii_digit()),
];

fn ends_a_word(before: char) -> bool {
    !is_of_a_word(before)
}

/// A digit or a letter of the Latin script, with its marks. Rust's own question brings Unicode's tables
/// into the counter's page; letters of other scripts end a word here, so that more is found, not less.
const fn is_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '\u{c0}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}')
}

/// Redacts a comment (P11): NFC, no unseen characters, folded digits and marks, then every finder, until
/// none finds any more: what was taken out may have stood before something else.
///
/// `Gọi 0912 345 678` gives `Gọi [điện thoại]`; `Nộp 150000đ` stays.
#[must_use]
pub fn redact(comment: &str) -> Redacted {
    // Twice: what nobody saw may have stood between marks that now change places, and a full-width letter
    // is now one that its mark joins.
    let mut text = plain(plain(comment.nfc()).into_iter().nfc());
    loop {
        let found = FINDERS
            .into_iter()
            .fold(text.clone(), |text, finder| replace(&text, finder));
        // It ends: each finding takes out digits or an @, and no label has any.
        if found == text {
            break;
        }
        text = found;
    }
    let text: String = text.into_iter().collect();
    Redacted {
        needs_review: !names::suspects(&text).is_empty(),
        text,
    }
}

/// Whether a comment seems to hold a phone, paper or dossier number or an address: asked on the
/// device before sending (UK7).
#[must_use]
pub fn looks_personal(comment: &str) -> bool {
    let text = plain(comment.chars());
    FINDERS
        .into_iter()
        .any(|finder| replace(&text, finder) != text)
}

fn replace(text: &[char], (finder, may_follow): (Finder, Boundary)) -> Vec<char> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some((first, after)) = rest.split_first() {
        let is_boundary = before.is_none_or(may_follow);
        let found = if is_boundary { finder(rest) } else { None };
        let Some((length, found)) = found else {
            kept.push(*first);
            before = Some(*first);
            rest = after;
            continue;
        };
        let (matched, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        match found.label() {
            Some(label) => kept.extend(label.chars()),
            None => kept.extend(matched),
        }
        before = matched.last().copied();
        rest = after;
    }
    kept
}

/// How many characters at the start are of a kind.
fn count(text: &[char], is: impl Fn(char) -> bool) -> usize {
    text.iter().take_while(|c| is(**c)).count()
}

fn rest(text: &[char], from: usize) -> &[char] {
    text.get(from..).unwrap_or(&[])
}

fn digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// The length of a run of digits at a place, if it lies in a range and no digit follows.
fn digits_of(
    text: &[char],
    from: usize,
    lengths: core::ops::RangeInclusive<usize>,
) -> Option<usize> {
    let length = count(rest(text, from), digit);
    lengths
        .contains(&length)
        .then_some(from.saturating_add(length))
}

fn skip(text: &[char], from: usize, separators: &[char]) -> usize {
    let is_there = text.get(from).is_some_and(|c| separators.contains(c));
    from.saturating_add(usize::from(is_there))
}

fn ends_word(text: &[char], at: usize) -> bool {
    text.get(at).is_none_or(|c| !is_of_a_word(*c))
}

/// What may stand between two digits of one number: one of these, or brackets with one of these on
/// either side, as in `(024) 3825 1234`.
const BETWEEN_DIGITS: [char; 5] = [' ', '.', '-', '\n', '\t'];

fn skip_gap(text: &[char], from: usize) -> usize {
    let before = skip(text, from, &BETWEEN_DIGITS);
    match skip(text, before, &['(', ')']) {
        bracket if bracket > before => skip(text, bracket, &BETWEEN_DIGITS),
        _ => before,
    }
}

/// `name@host.part`.
fn email(text: &[char]) -> Option<(usize, Found)> {
    let name = count(text, |c| {
        is_of_a_word(c) || matches!(c, '.' | '_' | '%' | '+' | '-')
    });
    if name == 0 || text.get(name) != Some(&'@') {
        return None;
    }
    let from = name.saturating_add(1);
    let host = count(rest(text, from), |c| {
        is_of_a_word(c) || matches!(c, '.' | '-')
    });
    let end = from.saturating_add(host);
    let host: String = text.get(from..end)?.iter().collect();
    let host = host.trim_end_matches(['.', '-']);
    let end = from.saturating_add(host.chars().count());
    host.bytes()
        .any(|c| c == b'.')
        .then_some((end, Found::Email))
}

/// `89A-123.45`, `29-B1 123.45`, `30G 12345`; in small letters only with a hyphen or a dot, or
/// `10h 1500` would be one.
fn plate(text: &[char]) -> Option<(usize, Found)> {
    let at = digits_of(text, 0, 2..=2)?;
    let at = skip(text, at, &['-']);
    let letters = count(rest(text, at), |c| {
        c.is_ascii_alphabetic() || matches!(c, 'Đ' | 'đ')
    });
    let is_small = rest(text, at)
        .first()
        .is_some_and(|c| c.is_ascii_lowercase() || *c == 'đ');
    if !(1..=2).contains(&letters) {
        return None;
    }
    let at = at.saturating_add(letters);
    let serial = count(rest(text, at), digit);
    let after_serial = skip(text, at.saturating_add(serial), &['-', ' ']);
    // With one digit and a separator the digit belongs to the series (29-B1 123.45).
    let at = if serial == 1 {
        after_serial
    } else {
        skip(text, at, &['-', ' '])
    };
    let end = match digits_of(text, at, 3..=3) {
        Some(dot) if text.get(dot) == Some(&'.') => digits_of(text, dot.saturating_add(1), 2..=2)?,
        _ => digits_of(text, at, 4..=5)?,
    };
    let is_marked = text.get(..end)?.iter().any(|c| matches!(c, '-' | '.'));
    (ends_word(text, end) && (is_marked || !is_small)).then_some((end, Found::Plate))
}

/// `H31.12-261123-0001`, with any groups of digits before the agency.
fn dossier(text: &[char]) -> Option<(usize, Found)> {
    let mut at = 0;
    while let Some(end) = digits_of(text, at, 2..=3)
        && text.get(end) == Some(&'.')
    {
        at = end.saturating_add(1);
    }
    let is_agency = matches!(text.get(at), Some('H' | 'h' | 'G' | 'g'));
    if !is_agency {
        return None;
    }
    let mut at = digits_of(text, at.saturating_add(1), 2..=3)?;
    while text.get(at) == Some(&'.') {
        at = digits_of(text, at.saturating_add(1), 1..=4)?;
    }
    for lengths in [6..=6, 3..=8] {
        if text.get(at) != Some(&'-') {
            return None;
        }
        at = digits_of(text, at.saturating_add(1), lengths)?;
    }
    Some((at, Found::Dossier))
}

/// A letter and 7 or 8 digits.
fn passport(text: &[char]) -> Option<(usize, Found)> {
    let is_letter = text.first().is_some_and(char::is_ascii_alphabetic);
    let end = digits_of(text, 1, 7..=8)?;
    (is_letter && ends_word(text, end)).then_some((end, Found::Paper))
}

/// The longest run of digits with single spaces, dots, hyphens or brackets inside, if it has 8 or more.
fn digits(text: &[char]) -> Option<(usize, Found)> {
    let start = usize::from(text.first() == Some(&'+'));
    let mut found = String::new();
    let mut end = start;
    loop {
        let length = count(rest(text, end), digit);
        if length == 0 {
            break;
        }
        let after = end.saturating_add(length);
        found.extend(text.get(end..after)?);
        let next = skip_gap(text, after);
        let goes_on = next > after && text.get(next).copied().is_some_and(digit);
        end = if goes_on { next } else { after };
        if !goes_on {
            break;
        }
    }
    if found.len() < 8 {
        return money(text, end)
            .then_some((end, Found::Money))
            .filter(|(end, _)| *end > 0);
    }
    let what = match (found.len(), found.as_bytes()) {
        _ if start == 0 && money(text, end) => Found::Money,
        (10, [b'0', ..]) | (11, [b'8', b'4', ..]) | (12, [b'8', b'4', b'0', ..]) => Found::Phone,
        (12, [b'0', ..]) | (9, _) => Found::Paper,
        _ => Found::Number,
    };
    Some((end, what))
}

/// An amount: not from 0, plain or in dot groups of three, before a word of money.
fn money(text: &[char], end: usize) -> bool {
    let Some(amount) = text.get(..end) else {
        return false;
    };
    let written: String = amount.iter().collect();
    let mut groups = written.split('.');
    let is_leading = |group: &str| !group.is_empty() && group.bytes().all(|c| c.is_ascii_digit());
    let has_groups = amount.contains(&'.');
    let is_amount = !written.starts_with('0')
        && groups
            .next()
            .is_some_and(|group| is_leading(group) && (!has_groups || group.len() <= 3))
        && groups.all(|group| group.len() == 3 && is_leading(group));
    let after: String = rest(text, end)
        .iter()
        .skip_while(|c| **c == ' ')
        .take(6)
        .map(|c| small(*c))
        .collect();
    let unit = ["đồng", "nghìn", "triệu", "tỷ", "đ", "vnd", "vnđ"]
        .into_iter()
        .find(|unit| after.starts_with(unit));
    is_amount
        && unit.is_some_and(|unit| {
            let next = after.get(unit.len()..).and_then(|rest| rest.chars().next());
            next.is_none_or(|c| !is_of_a_word(c))
        })
}

/// The small letter, of those that words of money are written with.
const fn small(c: char) -> char {
    match c {
        'Đ' => 'đ',
        'Ồ' => 'ồ',
        'Ì' => 'ì',
        'Ệ' => 'ệ',
        'Ỷ' => 'ỷ',
        _ => c.to_ascii_lowercase(),
    }
}
