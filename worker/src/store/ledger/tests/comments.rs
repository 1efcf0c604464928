//! Comments become readable in groups.

use super::*;
use crate::refused::Refused;
use survey::wire::code::Code;
use survey::wire::review::{MarkedComment, Review, ReviewDecision};

#[test]
fn p13_um9_comments_are_read_in_fives_and_only_where_there_is_an_atom() {
    let mut server = Server::new(Rhythm::WhenTen);
    let forms = Forms::built_in();
    let (form, _) = forms.with_code("sipas2022").unwrap();
    let said = |server: &Server| -> Vec<String> {
        let months = server.ledger.comments(form.id(), "2026-01", "2026-12");
        let months = months.unwrap();
        months
            .into_iter()
            .flat_map(|month| month.comments)
            .collect()
    };
    let say = |numbers: std::ops::Range<u8>, text: &str| -> Vec<Record> {
        let each = numbers.map(|number| record_on(number, 4, today(), &format!("{text} {number}")));
        each.collect()
    };
    let nothing = |numbers: std::ops::Range<u8>| -> Vec<Record> {
        numbers
            .map(|number| record_on(number, 4, today(), ""))
            .collect()
    };
    // Nine are no atom, however much they wrote.
    server.send(say(0..9, "Tốt"));
    assert!(said(&server).is_empty());
    server.send(nothing(9..10));
    let first = said(&server);
    assert_eq!(first.len(), 9);
    // Four more wait for a fifth, and one that may name somebody for a person.
    server.send(say(10..14, "Chậm"));
    server.send(say(14..15, "Chị Hoa hướng dẫn"));
    server.send(nothing(15..20));
    assert_eq!(said(&server), first);
    server.send(say(20..21, "Nhanh"));
    server.send(nothing(21..30));
    let second = said(&server);
    assert_eq!(second.len(), 14);
    assert!(!second.iter().any(|text| text.contains("Hoa")));
    // In the order of random keys, which is not that in which they came.
    let mut as_sent = second.clone();
    as_sent.sort_by_key(|text| text.rsplit(' ').next().and_then(|n| n.parse::<u8>().ok()));
    assert_ne!(second, as_sent);
}

/// A Ledger, its form and its day.
struct Desk {
    server: Server,
    form: survey::id::FormId,
    next: u8,
}

impl Desk {
    fn new() -> Self {
        let forms = Forms::built_in();
        let (form, _) = forms.with_code("sipas2022").unwrap();
        Self {
            server: Server::new(Rhythm::Daily),
            form: form.id(),
            next: 0,
        }
    }

    /// One answer of today with each comment, and as many as it takes without for ten.
    fn say(&mut self, comments: &[&str]) {
        let day = Day::of(self.server.now).unwrap();
        let silent = std::iter::repeat_n("", 10_usize.saturating_sub(comments.len()));
        let records = comments.iter().copied().chain(silent).map(|text| {
            self.next += 1;
            record_on(self.next, 4, day, text)
        });
        let records: Vec<_> = records.collect();
        let words = self.server.words(records);
        assert!(words.iter().all(|word| *word == VerdictWord::Counted));
    }

    /// The morning of a later day, and its release.
    fn wait(&mut self, days: i64) {
        self.server.now = self.server.now.plus(days * DAY_MS);
        self.server
            .ledger
            .look(self.server.now, Rhythm::Daily)
            .unwrap();
    }

    fn read(&self) -> Vec<String> {
        let read = self.server.ledger.comments(self.form, "2026-01", "2027-12");
        let months = read.unwrap().into_iter();
        months.flat_map(|month| month.comments).collect()
    }

    fn marked(&self) -> Vec<MarkedComment> {
        let read = self
            .server
            .ledger
            .marked_comments(self.form, "2026-01", "2027-12");
        let months = read.unwrap().into_iter();
        months.flat_map(|month| month.comments).collect()
    }

    fn decide(&self, key: &str, decision: Review, hide: &[usize]) -> Result<(), Refused> {
        let wanted = ReviewDecision {
            key: key.into(),
            decision,
            hide: hide.to_vec(),
        };
        // A trial says the same, and does nothing.
        let tried = self.server.ledger.review(&wanted, true);
        let done = self.server.ledger.review(&wanted, false);
        assert_eq!(tried, done);
        done
    }
}

const NAMING: [&str; 5] = [
    "Chị Hoa rất tốt",
    "Anh Nam chậm",
    "Cảm ơn bà Tư",
    "Ông Ba giỏi",
    "Chị Lan vui",
];

#[test]
fn p13_what_may_name_somebody_is_looked_at_in_fives_and_from_atoms_only() {
    let mut desk = Desk::new();
    desk.wait(0);
    desk.say(&NAMING[..4]);
    // They wait with their answers.
    assert!(desk.marked().is_empty());
    desk.wait(1);
    assert!(desk.marked().is_empty(), "four are not looked at");
    desk.say(&NAMING[4..]);
    assert!(desk.marked().is_empty(), "the fifth is in no atom yet");
    desk.wait(1);
    assert_eq!(desk.marked().len(), 5);
    assert!(desk.read().is_empty(), "nobody has decided");
    // In the order of random keys.
    let keys: Vec<_> = desk.marked().into_iter().map(|it| it.key).collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
}

#[test]
fn p13_fewer_are_looked_at_when_their_month_is_sealed_and_has_five() {
    let mut desk = Desk::new();
    desk.wait(0);
    desk.say(&["Nhanh", "Gọn", "Tốt", "Sạch", "Vui", NAMING[0]]);
    desk.wait(1);
    assert_eq!((desk.read().len(), desk.marked().len()), (5, 0));
    // Sealed, but only an atom says that what waits is of answers that are shown.
    desk.wait(30);
    assert!(desk.marked().is_empty());
    desk.say(&[NAMING[1]]);
    desk.wait(1);
    let marked: Vec<_> = desk.marked().into_iter().map(|it| it.text).collect();
    assert_eq!(marked, [NAMING[0]], "the other one's month has one alone");
}

#[test]
fn p13_a_decision_is_made_once_and_a_shown_comment_stands_with_the_others() {
    let mut desk = Desk::new();
    desk.wait(0);
    desk.say(&NAMING);
    desk.wait(1);
    let key_of = |desk: &Desk, text: &str| {
        let mut marked = desk.marked().into_iter();
        marked.find(|it| it.text == text).unwrap().key
    };
    let code = |outcome: Result<(), Refused>| outcome.map_err(|refused| refused.code);
    for text in &NAMING[1..] {
        let key = key_of(&desk, text);
        // Four that are shown are not read: they would be fewer than five together.
        assert!(desk.read().is_empty());
        desk.decide(&key, Review::Show, &[]).unwrap();
        let again = code(desk.decide(&key, Review::Keep, &[]));
        assert_eq!(again, Err(Code::ChangedMeanwhile));
    }
    let key = key_of(&desk, NAMING[0]);
    for (decision, hide) in [
        (Review::Show, &[9_usize][..]),
        (Review::Show, &[0, 1, 2, 3]),
        (Review::Keep, &[1]),
    ] {
        let refused = code(desk.decide(&key, decision, hide));
        assert_eq!(refused, Err(Code::BadValue), "{hide:?}");
    }
    desk.decide(&key, Review::Show, &[1]).unwrap();
    let read = desk.read();
    assert_eq!(read.len(), 5);
    assert!(read.contains(&"Chị [đã che] rất tốt".to_owned()));
    let kept = "SELECT count(*) FROM comment WHERE text LIKE '%Hoa%'";
    assert_eq!(desk.server.number(kept), 0, "what is hidden is gone");
    assert!(desk.marked().is_empty());
}

#[test]
fn p13_what_is_kept_hidden_is_never_read_and_a_plain_comment_is_not_reviewed() {
    let mut desk = Desk::new();
    desk.wait(0);
    desk.say(&NAMING);
    desk.wait(1);
    desk.say(&["Nhanh", "Gọn", "Tốt", "Sạch", "Vui"]);
    desk.wait(1);
    for marked in desk.marked() {
        desk.decide(&marked.key, Review::Keep, &[]).unwrap();
    }
    let plain =
        "SELECT count(*) FROM comment JOIN comment_review USING (key) WHERE needs_review = 0";
    assert_eq!(desk.server.number(plain), 0);
    desk.say(&["Nhanh nữa"]);
    desk.wait(1);
    assert_eq!(desk.read().len(), 5);
    assert!(desk.marked().is_empty());
}

#[test]
fn p13_after_a_restore_they_wait_for_five_that_are_certainly_new() {
    let mut server = Server::new(Rhythm::WhenTen);
    let restored = Enrolled {
        restore: 1,
        devices: vec![],
        ..news()
    };
    server.ledger.learn(&restored).unwrap();
    let forms = Forms::built_in();
    let (form, _) = forms.with_code("sipas2022").unwrap();
    let read = |server: &Server| {
        let months = server.ledger.comments(form.id(), "2026-01", "2026-12");
        let months = months.unwrap().into_iter();
        months.map(|month| month.comments.len()).sum::<usize>()
    };
    let say = |numbers: std::ops::Range<u8>, commented: u8, day| -> Vec<Record> {
        let text = |number: u8| if number < commented { "Tốt" } else { "" };
        let each = numbers.map(|number| record_on(number, 4, day, text(number)));
        each.collect()
    };
    // Seven come back. They may have been read before the restore, all or some of them.
    server.send(say(0..12, 7, today()));
    server.now = NOW.plus(super::super::release::REFILL_MS);
    let later = today().plus(3);
    server.send(say(12..22, 16, later));
    assert_eq!((server.waiting(), read(&server)), (0, 0), "four are new");
    server.send(say(22..32, 23, later));
    assert_eq!(read(&server), 12);
}
