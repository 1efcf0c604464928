//! The counter page: a citizen answers, with or without a network; staff see counts, never answers.

mod draw;
mod enrol;
mod gate;
pub mod idle;
mod kiosk;
mod listen;
pub mod model;
pub mod pack;
pub mod pin;
mod proof;
pub mod rescue;
mod sender;
pub mod session;
pub mod setup;
mod start;
pub mod sync;
pub mod timekeeper;

pub use start::start;
