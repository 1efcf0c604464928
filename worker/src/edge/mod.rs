//! Where strangers' bytes come in and answers go out: sites, limits, headers. Never: SQL.

pub mod body;
pub mod files;
pub mod ledgers;
pub mod overview;
pub mod reply;
pub mod site;
pub mod test;
