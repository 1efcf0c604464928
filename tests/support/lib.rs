//! What tests share: the world they run in, the oracle, the fixtures.

pub mod world;
