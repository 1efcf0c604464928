//! How many responses of a unit are in memory at once at night (V3, P7).

use super::*;
use crate::store::ledger::Recounted;
use crate::store::port::{Row, Sql, Store, Value};
use std::cell::Cell;

/// A store that remembers the most responses that one statement gave.
struct Watched {
    own: Sqlite,
    most: Cell<usize>,
}

struct Watching<'a> {
    own: &'a dyn Sql,
    most: &'a Cell<usize>,
}

impl Sql for Watching<'_> {
    fn rows(&self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let rows = self.own.rows(statement, values)?;
        if statement.contains("body FROM response") {
            self.most.set(self.most.get().max(rows.len()));
        }
        Ok(rows)
    }
}

impl Store for Watched {
    fn atomically<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&dyn Sql) -> Result<T, E>,
    ) -> Result<T, E> {
        self.own.atomically(|own| {
            let most = &self.most;
            work(&Watching { own, most })
        })
    }
}

/// Sixty responses, all released, on the day that seals their quarter.
fn sixty() -> (Ledger<Watched>, Millis) {
    let mut server = Server::new(Rhythm::WhenTen);
    for first in [1, 21, 41] {
        server.send(
            (first..first + 20)
                .map(|number| record(number, 4))
                .collect(),
        );
    }
    let most = Cell::default();
    let own = server.ledger.0;
    let later = Day::parse("2027-01-08").unwrap().starts().plus(6 * HOUR_MS);
    (Ledger(Watched { own, most }), later)
}

#[test]
fn p7_no_more_than_a_piece_of_a_quarter_is_in_memory() {
    let (ledger, later) = sixty();
    ledger.seal(&Forms::built_in(), later, 7).unwrap();
    assert_eq!(ledger.0.most.get(), 7);
}

#[test]
fn v3_no_more_than_a_piece_is_in_memory_however_often_a_recount_begins_anew() {
    let (ledger, _) = sixty();
    let mut recount = ledger.begin_recount(4).unwrap();
    let found = (0..8).find_map(|_| {
        // Somebody counts or releases in between.
        let raise = "UPDATE number SET value = value + 1 WHERE name = 'version'";
        let raised: Result<(), StoreError> = ledger.0.atomically(|sql| sql.run(raise, &[]));
        raised.unwrap();
        ledger.recount_on(&mut recount, &Forms::built_in()).unwrap()
    });
    assert_eq!(found, Some(Recounted::default()));
    assert_eq!(ledger.0.most.get(), 4);
}
