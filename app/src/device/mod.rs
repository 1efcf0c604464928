//! The world outside: one file for each door. Never: a page, a rule of the subject.

pub mod api;
pub mod bell;
pub mod clipboard;
pub mod clock;
pub mod contract;
pub mod health;
pub mod indexed_db;
pub mod key;
pub mod lock;
pub mod memory;
#[cfg(test)]
pub(crate) mod now;
pub mod page;
pub mod preference;
pub mod random;
pub mod server;
pub mod shell;
pub mod store;
