//! What tests share: the world they run in, the oracle, the fixtures.

pub mod audit;
pub mod decoders;
mod seeds;
pub mod world;
