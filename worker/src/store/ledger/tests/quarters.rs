//! A sealed quarter is broken down.

use super::*;
use crate::store::ledger::PIECE;
use survey::breakdown::{By, Quarter};

/// After the release that seals the last quarter of 2026.
fn sealed() -> Millis {
    let day = Day::parse("2027-01-08").unwrap();
    day.starts().plus(6 * HOUR_MS)
}

#[test]
fn p7_a_sealed_quarter_is_broken_down_once_and_goes_up() {
    let mut server = Server::new(Rhythm::WhenTen);
    let forms = Forms::built_in();
    server.send((0..40).map(|number| record(number, 4)).collect());
    // Nine more are in no atom.
    server.send((40..49).map(|number| record(number, 4)).collect());
    server
        .ledger
        .seal(&forms, sealed().plus(-2 * HOUR_MS), PIECE)
        .unwrap();
    let early = server.ledger.quarters().unwrap();
    assert!(
        early
            .iter()
            .all(|known| known.quarter < Quarter::of(today()))
    );
    server.now = sealed();
    server.send(vec![]);
    server.ledger.seal(&forms, server.now, PIECE).unwrap();
    let quarters = server.ledger.quarters().unwrap();
    let last = quarters.last().unwrap();
    assert_eq!(last.quarter, Quarter::of(today()));
    let parts = last.parts.as_ref().unwrap();
    assert_eq!(parts.len(), By::ALL.len());
    for part in parts {
        let people: Vec<u64> = part
            .sums
            .groups
            .iter()
            .map(|group| group.responses)
            .collect();
        let own = part
            .by
            .groups()
            .iter()
            .position(|group| ["land", "self", "counter"].contains(group));
        assert_eq!(people[own.unwrap()], 40, "{:?}", part.by);
        assert_eq!(part.sums.responses(), 40);
        assert_eq!(part.sums.groups[own.unwrap()].ratio.people, 40);
    }
    let (_, snapshot) = server.ledger.unacknowledged(&forms).unwrap().unwrap();
    assert_eq!(snapshot.quarters, quarters);
    // Once: what comes later changes nothing of it.
    server.send((50..70).map(|number| record(number, 1)).collect());
    server
        .ledger
        .seal(&forms, server.now.plus(DAY_MS), PIECE)
        .unwrap();
    assert_eq!(server.ledger.quarters().unwrap(), quarters);
}

#[test]
fn p7_of_a_quarter_in_which_the_server_was_restored_nothing_is_broken_down() {
    let mut server = Server::new(Rhythm::WhenTen);
    let forms = Forms::built_in();
    server.send((0..40).map(|number| record(number, 4)).collect());
    server
        .ledger
        .learn(&Enrolled {
            restore: 1,
            devices: vec![],
            ..news()
        })
        .unwrap();
    server.now = NOW.plus(DAY_MS);
    server.send(vec![]);
    server.now = sealed();
    server.send(vec![]);
    server.ledger.seal(&forms, server.now, PIECE).unwrap();
    let quarters = server.ledger.quarters().unwrap();
    assert!(quarters.iter().all(|known| known.parts.is_none()));
    assert!(!quarters.is_empty());
}

#[test]
fn p7_who_began_later_has_nobody_in_the_quarters_before() {
    let mut server = Server::new(Rhythm::WhenTen);
    let forms = Forms::built_in();
    server.send((0..40).map(|number| record(number, 4)).collect());
    server.ledger.seal(&forms, NOW, PIECE).unwrap();
    let quarters = server.ledger.quarters().unwrap();
    assert_eq!(quarters.len(), 1);
    assert_eq!(quarters[0].quarter, Quarter(Quarter::of(today()).0 - 1));
    assert_eq!(quarters[0].parts.as_deref(), Some(&[][..]));
    // Its own first quarter follows.
    server.now = sealed();
    server.send(vec![]);
    server.ledger.seal(&forms, server.now, PIECE).unwrap();
    let quarters = server.ledger.quarters().unwrap();
    assert_eq!(quarters.len(), 2);
    assert_eq!(
        quarters[1].parts.as_ref().map(Vec::len),
        Some(By::ALL.len())
    );
}

#[test]
fn p7_a_quarter_is_the_same_in_pieces_of_any_size() {
    let forms = Forms::built_in();
    let quarters = [1, 7, 40, PIECE].map(|piece| {
        let mut server = Server::new(Rhythm::WhenTen);
        for level in [2, 4, 5] {
            let first = level * 20;
            server.send(
                (first..first + 20)
                    .map(|number| record(number, level))
                    .collect(),
            );
        }
        server.now = sealed();
        server.send(vec![]);
        server.ledger.seal(&forms, server.now, piece).unwrap();
        server.ledger.quarters().unwrap()
    });
    let parts = quarters[3].last().unwrap().parts.as_ref().unwrap();
    assert_eq!(parts[0].sums.responses(), 60);
    assert!(quarters.iter().all(|other| *other == quarters[3]));
}
