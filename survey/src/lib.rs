//! The subject itself: what is asked, how an answer is kept exactly once, how answers are added up,
//! and what of the sum may be shown. Never: a clock, a network, storage, randomness.
//!
//! Both halves of the sync live here ([`outbox`] on the device, [`ledger`] on the server), so that
//! one process can run them against each other. The shells hand in time and random bytes as values.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::float_arithmetic,
        clippy::as_conversions,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

pub mod action;
pub mod answer;
pub mod breakdown;
pub mod comment;
pub mod day;
pub mod form;
pub mod format;
pub mod id;
pub mod json;
pub mod ledger;
pub mod official;
pub mod outbox;
pub mod publish;
pub mod recount;
pub mod reference;
pub mod release;
pub mod rollup;
pub mod score;
pub mod silence;
pub mod stats;
pub mod submission;
pub mod wire;
pub mod wording;
