//! The laws of docs/ARCHITECTURE.md, read off the source.
