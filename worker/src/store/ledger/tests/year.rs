//! A year is closed.

use super::*;

#[test]
fn p6_what_is_left_at_year_close_moves_up_once_and_joins_no_later_atom() {
    let mut server = Server::new(Rhythm::WhenTen);
    server.send((0..4).map(|number| record(number, 4)).collect());
    let close = Day::parse("2027-01-08").unwrap().starts().plus(5 * HOUR_MS);
    server.now = close.plus(-1);
    server.send(vec![]);
    assert_eq!(server.waiting(), 4);
    assert!(
        server
            .ledger
            .unacknowledged(&Forms::built_in())
            .unwrap()
            .is_none()
    );
    server.now = close;
    let january = Day::parse("2027-01-07").unwrap();
    server.send(vec![record_on(4, 4, january, "")]);
    // The four are handed up; the fifth is of the new year.
    assert_eq!(server.waiting(), 1);
    let (_, snapshot) = server
        .ledger
        .unacknowledged(&Forms::built_in())
        .unwrap()
        .unwrap();
    assert_eq!((snapshot.closed, snapshot.slices.len()), (2026, 0));
    let left = &snapshot.left[0];
    assert_eq!((left.year, left.units), (2026, 1));
    assert_eq!(left.sum.tally.people().responses, 4);
    let forms = Forms::built_in();
    let (form, _) = forms.with_code("sipas2022").unwrap();
    for (at, factor) in form.factors().iter().enumerate() {
        let asked = left.sum.tally.asked(form, at);
        assert_eq!(asked > 0, factor.asked_if.is_none(), "{}", factor.id);
    }
    // Eight more are nine of the new year, the tenth an atom: number one, without the four.
    server.now = close.plus(DAY_MS);
    let day = Day::parse("2027-01-09").unwrap();
    server.send(
        (5..13)
            .map(|number| record_on(number, 4, day, ""))
            .collect(),
    );
    assert_eq!(server.waiting(), 9);
    server.send(vec![record_on(13, 4, day, "")]);
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    assert_eq!(slices[0].tally.people().responses, 10);
    let (_, later) = server
        .ledger
        .unacknowledged(&Forms::built_in())
        .unwrap()
        .unwrap();
    assert_eq!(later.left, snapshot.left);
}

#[test]
fn p6_after_a_restore_nothing_that_may_have_been_shown_is_handed_up() {
    let mut server = Server::new(Rhythm::WhenTen);
    server
        .ledger
        .learn(&Enrolled {
            restore: 1,
            devices: vec![],
            ..news()
        })
        .unwrap();
    server.send((0..12).map(|number| record(number, 4)).collect());
    server.now = Day::parse("2027-01-09").unwrap().starts();
    server.send(vec![]);
    assert_eq!(server.waiting(), 12);
}
