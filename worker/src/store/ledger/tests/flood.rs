//! What is kept of what a device says of itself, and that one that is not what it was stores nothing
//! without end.

use super::*;
use survey::wire::batch::DayCount;

fn count(ledger: &Ledger<Sqlite>, table: &str) -> i64 {
    let statement = format!("SELECT count(*) FROM {table}");
    let row = ledger.0.atomically(|sql| sql.first(&statement, &[]));
    let row: Result<_, StoreError> = row;
    row.unwrap().unwrap().integer(0).unwrap()
}

/// A batch of a device of these days, as its Ledger takes it.
fn take(ledger: &Ledger<Sqlite>, batch: &Batch, rhythm: Rhythm) {
    let upload = Upload {
        batch,
        digest: &token::digest(&survey::wire::write(batch)),
        sender: Sender::Verified {
            enrolled: today().plus(-60),
        },
        forms: &Forms::built_in(),
        now: NOW,
        rhythm,
    };
    ledger.count(upload).unwrap();
}

#[test]
fn s12_a_device_that_invents_epochs_and_days_fills_nothing() {
    let ledger = ledger();
    let send = |epoch: u8, no: u32, days: &[i64]| {
        let mut batch = batch(no, Vec::new());
        batch.epoch = Epoch::from_bytes([epoch; 16]);
        let day = |ago: &i64| DayCount {
            day: today().plus(-ago),
            opened: 9,
            abandoned: 2,
        };
        batch.status.days = days.iter().map(day).collect();
        take(&ledger, &batch, Rhythm::Daily);
    };
    // An honest device: its days, once each however often they are told.
    send(1, 1, &[0, 1, 400]);
    send(1, 2, &[0, 1, 400]);
    assert_eq!((count(&ledger, "visit"), count(&ledger, "upload")), (3, 2));
    // Days that cannot be: before any device, or not yet.
    send(1, 3, &[401, 9_000, -2, -9_000]);
    assert_eq!(count(&ledger, "visit"), 3);
    send(1, 4, &[-1]);
    assert_eq!(
        count(&ledger, "visit"),
        4,
        "tomorrow may be a clock that is a little fast"
    );
    // A new life with every batch.
    for epoch in 2..=200 {
        send(epoch, 1, &[0]);
    }
    assert!(
        count(&ledger, "visit") <= 4 + 29,
        "{}",
        count(&ledger, "visit")
    );
    assert!(
        count(&ledger, "upload") <= 30,
        "{}",
        count(&ledger, "upload")
    );
    // What was told before is still there, and its own life goes on being told.
    send(1, 5, &[2]);
    assert_eq!(count(&ledger, "visit"), 4 + 29 + 1);
}

#[test]
fn what_a_device_says_of_itself_is_kept_as_it_said_it_last() {
    let mut server = Server::new(Rhythm::Daily);
    server.send(vec![]);
    let heard = server.ledger.heard().unwrap();
    assert_eq!(heard.len(), 1);
    assert_eq!((heard[0].status.unsent, heard[0].skew_ms), (3, 90_000));
}

#[test]
fn um14_surveys_begun_travel_up_with_the_next_release_as_last_told() {
    let ledger = ledger();
    let send = |no: u32, (opened, abandoned): (u32, u32)| {
        let records = (0..10).map(|at| record(at + 10 * u8::try_from(no).unwrap(), 4));
        let mut batch = batch(no, records.collect());
        let days = [(0, opened, abandoned), (30, 7, 2)].into_iter();
        let day = |(ago, opened, abandoned): (i64, u32, u32)| DayCount {
            day: today().plus(-ago),
            opened,
            abandoned,
        };
        batch.status.days = days.map(day).collect();
        take(&ledger, &batch, Rhythm::WhenTen);
        let told = ledger.unacknowledged(&Forms::built_in()).unwrap();
        let visits = told.unwrap().1.visits.into_iter();
        visits
            .map(|of| (of.month, of.opened, of.abandoned))
            .collect::<Vec<_>>()
    };
    let months = [today().plus(-30).month_slice(), today().month_slice()];
    let told = |opened, abandoned| {
        vec![
            (months[0].clone(), 7, 2),
            (months[1].clone(), opened, abandoned),
        ]
    };
    assert_eq!(send(1, (12, 1)), told(12, 1));
    assert_eq!(send(2, (26, 3)), told(26, 3));
    // What came late is less than what is known.
    assert_eq!(send(3, (12, 1)), told(26, 3));
}
