//! Everything the pages are made of; each binary mounts one of them.

pub mod counter;
pub mod device;
pub mod manager;
pub mod parts;
pub mod text;
