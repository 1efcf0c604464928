//! Where rows are kept, all or nothing. Never: HTTP.

pub mod port;
pub mod rollup;

pub mod contract;
pub mod directory;
pub mod durable;
mod forms;
pub mod ledger;
mod numbers;
#[cfg(not(target_family = "wasm"))]
pub mod sqlite;
mod today;
