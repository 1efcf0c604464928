//! What tests share: the world they run in, the oracle, the fixtures.

pub mod audit;
pub mod decoders;
pub mod world;
