//! The real Worker on workerd, used only through its two sites.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on fails with these words"
)]

#[path = "live/counting.rs"]
mod counting;
#[path = "live/device.rs"]
mod device;
#[path = "live/doors.rs"]
mod doors;
#[path = "live/figures.rs"]
mod figures;
#[path = "live/headers.rs"]
mod headers;
#[path = "live/survival.rs"]
mod survival;
#[path = "live/world.rs"]
mod world;
