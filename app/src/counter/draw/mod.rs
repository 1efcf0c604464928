//! The screens as functions of the model: each change draws the whole page again, and
//! `parts/node.rs` changes what differs. Never: a decision; touches go up to the kiosk.

mod asking;
mod attract;
mod comment;
mod controls;
mod ending;
mod enrol;
mod frame;
mod gate;
mod leaving;
mod ready;
mod rescue;
mod staff;

pub use frame::page;
