//! Where strangers' bytes come in and answers go out: sites, limits, headers. Never: SQL.

pub mod allow;
pub mod beside;
pub mod body;
pub mod download;
pub mod export;
pub mod files;
pub mod key;
pub mod ledgers;
pub mod overview;
pub mod path;
pub mod public;
pub mod quarantine;
pub mod reply;
pub mod rescue;
pub mod resolvers;
pub mod site;
pub mod test;
pub mod unit;
pub mod watch;
