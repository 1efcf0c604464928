//! The developer's verbs: what `cargo xtask <verb>` does. A file per verb; [`VERBS`] lists them.

pub mod advisories;
pub mod bench;
pub mod browser;
pub mod build;
pub mod bundle;
pub mod check;
pub mod chromium;
pub mod clock;
pub mod copies;
pub mod country;
pub mod data;
pub mod doctor;
pub mod files;
pub mod fuzz;
pub mod gallery;
pub mod lang;
pub mod lighten;
pub mod limits;
pub mod log;
pub mod long;
pub mod mutants;
pub mod operate;
pub mod package;
pub mod places;
pub mod project;
pub mod proofs;
pub mod release_data;
pub mod restore;
pub mod sample;
pub mod schema;
pub mod serve;
pub mod setup;
pub mod simulate;
pub mod site;
pub mod size;
pub mod supply;
pub mod test;
pub mod tool;
pub mod trouble;
pub mod twice;
pub mod verb;
pub mod workerd;

/// Every verb, in the order a newcomer meets them.
pub static VERBS: [verb::Verb; 17] = [
    serve::VERB,
    sample::VERB,
    test::VERB,
    build::VERB,
    check::VERB,
    simulate::VERB,
    long::VERB,
    fuzz::VERB,
    gallery::VERB,
    bench::VERB,
    lang::VERB,
    package::VERB,
    release_data::VERB,
    restore::VERB,
    advisories::VERB,
    schema::VERB,
    doctor::VERB,
];
