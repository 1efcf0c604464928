//! Rows of golden values, and how closely they must hold.

use serde_json::{Value, json};
use survey::stats::Interval;

/// What the inner layer promises.
const PRECISION: f64 = 1e-6;

/// The rows of a file of golden values.
pub fn rows(file: &str) -> Vec<Value> {
    let path = format!("{}/vectors/stats/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let mut value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    assert!(value["reference"].is_string(), "{path}: no reference");
    match value["rows"].take() {
        Value::Array(rows) if !rows.is_empty() => rows,
        _ => panic!("{path}: no rows"),
    }
}

/// A number, or a fraction written [above, below].
pub fn number(value: &Value) -> f64 {
    match value.as_array() {
        Some(fraction) => number(&fraction[0]) / number(&fraction[1]),
        None => value
            .as_f64()
            .unwrap_or_else(|| panic!("not a number: {value}")),
    }
}

/// A count.
pub fn whole(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("not a count: {value}"))
}

/// A list.
pub fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("not a list: {value}"))
}

/// `actual` is what `row` says under `key`; a row that does not say, asks nothing.
pub fn check(row: &Value, key: &str, actual: f64) {
    if let Some(expected) = row.get(key).map(number) {
        assert!(
            (actual - expected).abs() <= PRECISION,
            "{key} is {actual}, not as in {row}"
        );
    }
}

/// Both limits, under `low` and `high`.
pub fn check_limits(row: &Value, (low, high): (f64, f64)) {
    check(row, "low", low);
    check(row, "high", high);
}

/// The door gives the whole numbers that `row` lists under `key`, if it lists any.
pub fn check_door(row: &Value, key: &str, actual: &Value) {
    if let Some(expected) = row.get(key) {
        assert_eq!(actual, expected, "{row}");
    }
}

/// An interval as the door gives it.
pub fn shown(interval: Interval) -> Value {
    json!([interval.low(), interval.high()])
}
