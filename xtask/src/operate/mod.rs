//! The operator's verbs on a province's own server: what `hai-long <verb>` does, a file per verb.
//! Never: a step that needs the network, a compiler or Node.

mod aside;
pub mod backup;
pub mod disk;
pub mod doctor;
pub mod home;
mod keep;
pub mod lang;
pub mod restore;
pub mod setup_code;
pub mod start;

use crate::verb::Verb;

/// Every verb, in the order an operator meets them.
pub static VERBS: [Verb; 5] = [
    start::VERB,
    backup::VERB,
    restore::VERB,
    doctor::VERB,
    lang::VERB,
];
