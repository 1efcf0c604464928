//! The world outside: one file for each door. Never: a page, a rule of the subject.

pub mod aloud;
pub mod api;
pub mod bell;
pub mod clipboard;
pub mod clock;
pub mod contract;
pub mod files;
pub mod frame;
pub mod health;
pub mod indexed_db;
pub mod key;
pub mod listener;
pub mod lock;
pub mod memory;
#[cfg(test)]
pub(crate) mod now;
pub mod page;
pub mod passkey;
pub mod preference;
pub mod random;
pub mod seal;
pub mod server;
pub mod shell;
pub mod store;
pub mod upload;
pub mod witness;
