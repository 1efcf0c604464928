//! A Ledger over the years: it is counted again (V3), lets go of what was kept long enough (P14, P3), and
//! says how it is (V2).

use super::*;
use crate::store::ledger::Recounted;

impl Server {
    fn recounted(&self, piece: i64) -> Recounted {
        let mut recount = self.ledger.begin_recount(piece).unwrap();
        let forms = Forms::built_in();
        loop {
            if let Some(found) = self.ledger.recount_on(&mut recount, &forms).unwrap() {
                return found;
            }
        }
    }

    fn run(&self, statement: &str) {
        let done: Result<(), StoreError> = self.ledger.0.atomically(|sql| sql.run(statement, &[]));
        done.unwrap();
    }

    fn count_of(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// Lets so many days pass, and then a night.
    fn live_on(&mut self, days: i64) -> u64 {
        self.now = self.now.plus(days * DAY_MS);
        self.ledger.retire(self.now).unwrap()
    }
}

/// Twelve records over some weeks, all counted, ten of them released.
fn filled() -> Server {
    let mut server = Server::new(Rhythm::WhenTen);
    let old = (1..=10).map(|n| record_on(n, 1 + n % 5, today().plus(i64::from(n) - 14), "Tốt"));
    assert_eq!(server.words(old.collect()), [Counted; 10]);
    let new = (11..=12).map(|n| record(n, 1 + n % 5));
    assert_eq!(server.words(new.collect()), [Counted; 2]);
    assert_eq!(server.waiting(), 2);
    server
}

#[test]
fn v3_a_recount_of_every_row_is_the_stored_sums() {
    let server = filled();
    for piece in [1, 5, 12, 500] {
        assert_eq!(server.recounted(piece), Recounted::default(), "{piece}");
    }
}

#[test]
fn v3_whatever_is_altered_is_found() {
    for (altered, differences) in [
        // A level moves from one answer to another within a sum.
        (
            "UPDATE cell SET tally = json_set(tally, '$.numbers[20]', 99) WHERE atom = 0",
            1,
        ),
        (
            "UPDATE cell SET responses = responses + 1 WHERE atom = 0",
            1,
        ),
        ("UPDATE cell SET day = '2026-11-01' WHERE atom = 0", 2),
        ("UPDATE response SET atom = 1 WHERE atom = 0", 2),
        ("UPDATE response SET body = '{}' WHERE atom = 0", 3),
        (
            "UPDATE receipt SET verdict = 'damaged' WHERE id IN (SELECT id FROM response LIMIT 3)",
            3,
        ),
        ("UPDATE received SET responses = responses - 1", 1),
    ] {
        let server = filled();
        server.run(altered);
        let found = server.recounted(500);
        assert!(found.differences() >= differences, "{altered}: {found:?}");
    }
}

#[test]
fn v3_what_is_counted_meanwhile_is_counted_too() {
    let mut server = filled();
    let forms = Forms::built_in();
    let mut recount = server.ledger.begin_recount(2).unwrap();
    assert_eq!(
        server.ledger.recount_on(&mut recount, &forms).unwrap(),
        None
    );
    // A day that the recount has been past, and a release that moves rows to another atom.
    let more = (13..=20).map(|n| record(n, 3));
    assert_eq!(server.words(more.collect()), [Counted; 8]);
    assert_eq!(server.waiting(), 0);
    let found = (0..40).find_map(|_| server.ledger.recount_on(&mut recount, &forms).unwrap());
    assert_eq!(found, Some(Recounted::default()));
}

#[test]
fn v3_a_recount_ends_though_something_is_counted_before_every_turn() {
    let mut server = filled();
    let forms = Forms::built_in();
    let mut recount = server.ledger.begin_recount(2).unwrap();
    let found = (13..20).find_map(|number| {
        server.send(vec![record(number, 3)]);
        server.ledger.recount_on(&mut recount, &forms).unwrap()
    });
    assert_eq!(found, Some(Recounted::default()));
}

#[test]
fn p14_rows_go_after_five_years_and_their_sums_and_receipts_stay() {
    let mut server = filled();
    let slices = server.ledger.slices(&Forms::built_in()).unwrap();
    server.live_on(1_827 - 14);
    assert_eq!(server.count_of("response"), 12);
    server.live_on(14);
    assert_eq!(server.count_of("response"), 2);
    assert_eq!(server.count_of("receipt"), 12);
    assert_eq!(server.ledger.slices(&Forms::built_in()).unwrap(), slices);
    assert_eq!(server.recounted(500), Recounted::default());
    // What could tell of the answers is gone with them; an old copy still counts once.
    assert_eq!(
        server.number("SELECT count(*) FROM receipt WHERE hash = ''"),
        10
    );
    let again = record_on(1, 2, today().plus(-13), "Tốt");
    assert_eq!(server.words(vec![again]), [Already]);
    assert_eq!(server.count_of("response"), 2);
    assert_eq!(server.recounted(500), Recounted::default());
}

#[test]
fn p14_comments_go_after_twelve_months() {
    let mut server = filled();
    assert_eq!(server.count_of("comment"), 12);
    server.live_on(366);
    assert_eq!(server.count_of("comment"), 12);
    server.live_on(31);
    assert_eq!(server.count_of("comment"), 0);
}

#[test]
fn p14_what_was_never_counted_goes_after_a_year_and_may_still_come_once() {
    let mut server = filled();
    server.is_verified = false;
    assert_eq!(
        server.words(vec![record(30, 3), record(31, 3)]),
        [Quarantined; 2]
    );
    server.is_verified = true;
    // Another content under a counted id: two receipts for one id.
    assert_eq!(server.words(vec![record(11, 1)]), [Quarantined]);
    assert_eq!(server.live_on(365), 0);
    assert_eq!(server.count_of("quarantine"), 3);
    assert_eq!(server.live_on(1), 3, "the night says how many went");
    assert_eq!(server.count_of("quarantine"), 0);
    assert_eq!(server.number("SELECT count(DISTINCT id) FROM receipt"), 14);
    assert_eq!(server.words(vec![record(30, 3)]), [Counted]);
    assert_eq!(server.words(vec![record(30, 3)]), [Already]);
    assert_eq!(server.words(vec![record(11, 2)]), [Already]);
    assert_eq!(server.recounted(500), Recounted::default());
}

#[test]
fn p14_what_a_device_said_of_itself_goes_after_a_year() {
    let mut server = filled();
    server.run("INSERT INTO visit VALUES ('d', 'e', '2026-11-23', 5, 1)");
    server.live_on(365);
    assert_eq!(server.ledger.heard().unwrap().len(), 1);
    assert_eq!(server.count_of("visit"), 1);
    server.live_on(1);
    assert_eq!(server.ledger.heard().unwrap(), []);
    assert_eq!(server.count_of("visit"), 0);
    assert_eq!(server.count_of("device"), 1);
}

#[test]
fn p3_a_receipt_forgets_its_device_when_its_quarter_is_sealed() {
    let mut server = filled();
    let named = "SELECT count(*) FROM receipt WHERE device IS NOT NULL";
    // The quarter ends on 31 December and is sealed when 14 February is over.
    server.live_on(83);
    assert_eq!(server.number(named), 12);
    server.live_on(1);
    assert_eq!(server.number(named), 0);
    assert_eq!(server.count_of("receipt"), 12);
}

#[test]
fn v2_a_ledger_says_how_it_is_and_releases_nothing_by_it() {
    let mut server = Server::new(Rhythm::Daily);
    let nine = (1..=9).map(|n| record_on(n, 3, today().plus(-2), "Tốt"));
    server.send(nine.collect());
    let state = server.ledger.state(server.now, Rhythm::Daily).unwrap();
    assert_eq!((state.waiting, state.is_overdue), (9, false));
    assert_eq!(state.oldest_waiting, Some(today().plus(-2)));
    assert_eq!((state.heard, state.silent, state.unsent), (1, 0, 3));
    server.send(vec![record(10, 3)]);
    let later = server.now.plus(30 * survey::day::HOUR_MS);
    let state = server.ledger.state(later, Rhythm::Daily).unwrap();
    assert_eq!((state.is_overdue, state.silent), (true, 1));
    assert!(!state.is_untold);
    server.ledger.look(later, Rhythm::Daily).unwrap();
    let state = server.ledger.state(later, Rhythm::Daily).unwrap();
    assert_eq!(
        (state.waiting, state.is_overdue, state.is_untold),
        (0, false, true)
    );
}
