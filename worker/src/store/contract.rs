//! What every store promises, checked on the native twin by `cargo test` and on the real one by
//! `tests/live.rs` (through a test route that a shipped server does not have).

use super::port::{Sql, Store, StoreError, Value};

/// The table that the promises are checked on.
pub const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS promise
    (id TEXT PRIMARY KEY, n INTEGER, note TEXT) STRICT, WITHOUT ROWID;";

/// A promise in words, and whether a store keeps it.
type Promise<S> = (&'static str, fn(&S) -> Result<bool, StoreError>);

/// Checks every promise and returns the names of those that were kept.
///
/// # Errors
/// The first promise that was broken, by name.
pub fn kept_promises<S: Store>(store: &S) -> Result<Vec<&'static str>, String> {
    let promises: [Promise<S>; 6] = [
        ("what is written together is read together", both),
        ("an error undoes every change", undone),
        ("a broken constraint undoes every change", broken),
        ("values come back as they went in", values),
        ("a list goes in with one statement", list),
        ("work that only reads may fail without harm", reading),
    ];
    let mut kept = Vec::new();
    for (promise, holds) in promises {
        let clean = store.atomically(|sql| sql.run("DELETE FROM promise", &[]));
        clean.map_err(|error: StoreError| error.to_string())?;
        match holds(store) {
            Ok(true) => kept.push(promise),
            Ok(false) => return Err(format!("not kept: {promise}")),
            Err(error) => return Err(format!("{promise}: {error}")),
        }
    }
    Ok(kept)
}

fn add(sql: &dyn Sql, id: &str, n: i64) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO promise (id, n) VALUES (?1, ?2)",
        &[id.into(), n.into()],
    )
}

/// Breaks in the middle of a transaction that has written a row.
///
/// # Panics
/// Always, once the row is written: that is what it is for.
///
/// # Errors
/// [`StoreError`] when the row cannot be written.
pub fn break_in_the_middle(store: &impl Store) -> Result<(), StoreError> {
    store.atomically(|sql| {
        add(sql, "panic", 1)?;
        panic!("as a test");
    })
}

/// How many rows there are.
///
/// # Errors
/// [`StoreError`] when the store fails.
pub fn count(store: &impl Store) -> Result<i64, StoreError> {
    store.atomically(|sql| {
        let row = sql.first("SELECT count(*) FROM promise", &[])?;
        row.map_or(Ok(-1), |row| row.integer(0))
    })
}

fn both(store: &impl Store) -> Result<bool, StoreError> {
    let seen_inside = store.atomically(|sql| {
        add(sql, "a", 1)?;
        add(sql, "b", 2)?;
        let row = sql.first("SELECT sum(n) FROM promise", &[])?;
        row.map_or(Ok(-1), |row| row.integer(0))
    })?;
    Ok(seen_inside == 3 && count(store)? == 2)
}

fn undone(store: &impl Store) -> Result<bool, StoreError> {
    let outcome: Result<(), StoreError> = store.atomically(|sql| {
        add(sql, "a", 1)?;
        Err(StoreError("changed my mind".into()))
    });
    Ok(outcome == Err(StoreError("changed my mind".into())) && count(store)? == 0)
}

fn broken(store: &impl Store) -> Result<bool, StoreError> {
    let outcome = store.atomically(|sql| {
        add(sql, "a", 1)?;
        add(sql, "a", 2)
    });
    Ok(outcome.is_err() && count(store)? == 0)
}

fn values(store: &impl Store) -> Result<bool, StoreError> {
    const LARGEST: i64 = 9_007_199_254_740_991;
    let note = "Thẻ “căn cước” – 0\u{1}\"\\\n😀";
    let row = store.atomically(|sql| {
        sql.run(
            "INSERT INTO promise VALUES (?1, ?2, ?3), (?4, ?5, ?6)",
            &[
                "a".into(),
                LARGEST.into(),
                note.into(),
                "b".into(),
                (-LARGEST).into(),
                Value::Null,
            ],
        )?;
        sql.rows("SELECT n, note FROM promise ORDER BY id", &[])
    })?;
    let expected = [
        vec![Value::Integer(LARGEST), Value::Text(note.into())],
        vec![Value::Integer(-LARGEST), Value::Null],
    ];
    Ok(row.into_iter().map(|row| row.0).eq(expected))
}

fn list(store: &impl Store) -> Result<bool, StoreError> {
    let many: Vec<_> = (0..500).map(|n| format!(r#"["{n:04}",{n}]"#)).collect();
    let json = format!("[{}]", many.join(","));
    store.atomically(|sql| {
        sql.run(
            "INSERT INTO promise (id, n) \
             SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true \
             ON CONFLICT DO NOTHING",
            &[json.into()],
        )
    })?;
    Ok(count(store)? == 500)
}

fn reading(store: &impl Store) -> Result<bool, StoreError> {
    let outcome = store.atomically(|sql| sql.rows("SELECT nothing FROM nowhere", &[]));
    store.atomically(|sql| add(sql, "a", 1))?;
    Ok(outcome.is_err() && count(store)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::Sqlite;

    #[test]
    fn l2_the_native_twin_keeps_every_promise() {
        let store = Sqlite::in_memory(SCHEMA).unwrap();
        assert_eq!(kept_promises(&store).unwrap().len(), 6);
    }

    #[test]
    fn l2_a_panic_undoes_every_change() {
        let store = Sqlite::in_memory(SCHEMA).unwrap();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = break_in_the_middle(&store);
        }));
        assert!(panicked.is_err());
        assert_eq!(count(&store), Ok(0));
    }
}
