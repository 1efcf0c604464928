//! Comments become readable in groups.

use super::*;

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
