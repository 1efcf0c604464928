//! The counter page: a citizen answers, with or without a network; staff see counts, never answers.

mod draw;
mod enrol;
mod gate;
pub mod idle;
mod kiosk;
pub mod model;
pub mod personal;
pub mod pin;
mod sender;
pub mod session;
pub mod setup;
mod start;
pub mod sync;
pub mod timekeeper;

pub use start::start;
