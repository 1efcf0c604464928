//! The developer's verbs: what `cargo xtask <verb>` does. A file per verb; [`VERBS`] lists them.

pub mod build;
pub mod bundle;
pub mod files;
pub mod project;
pub mod setup;
pub mod site;
pub mod size;
pub mod tool;
pub mod trouble;
pub mod verb;

/// Every verb, in the order a newcomer meets them.
pub static VERBS: [verb::Verb; 1] = [build::VERB];
