//! Everything the two pages are made of; each binary mounts one of them.
