//! The developer's verbs: what `cargo xtask <verb>` does. A file per verb; [`VERBS`] lists them.

pub mod build;
pub mod bundle;
pub mod check;
pub mod chromium;
pub mod data;
pub mod doctor;
pub mod files;
pub mod gallery;
pub mod project;
pub mod sample;
pub mod serve;
pub mod setup;
pub mod simulate;
pub mod site;
pub mod size;
pub mod supply;
pub mod test;
pub mod tool;
pub mod trouble;
pub mod verb;
pub mod workerd;

/// Every verb, in the order a newcomer meets them.
pub static VERBS: [verb::Verb; 7] = [
    serve::VERB,
    test::VERB,
    build::VERB,
    check::VERB,
    simulate::VERB,
    gallery::VERB,
    doctor::VERB,
];
