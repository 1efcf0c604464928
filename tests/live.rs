//! The real Worker on workerd, used only through its sites.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on fails with these words"
)]

#[path = "live/alerts.rs"]
mod alerts;
#[path = "live/beside.rs"]
mod beside;
#[path = "live/counting.rs"]
mod counting;
#[path = "live/device.rs"]
mod device;
#[path = "live/doors.rs"]
mod doors;
#[path = "live/exports.rs"]
mod exports;
#[path = "live/faults.rs"]
mod faults;
#[path = "live/figures.rs"]
mod figures;
#[path = "live/flood.rs"]
mod flood;
#[path = "live/forms.rs"]
mod forms;
#[path = "live/headers.rs"]
mod headers;
#[path = "live/house.rs"]
mod house;
#[path = "live/keys.rs"]
mod keys;
#[path = "live/manager_api.rs"]
mod manager_api;
#[path = "live/marks.rs"]
mod marks;
#[path = "live/merging.rs"]
mod merging;
#[path = "live/package.rs"]
mod package;
#[path = "live/passkeys.rs"]
mod passkeys;
#[path = "live/public.rs"]
mod public;
#[path = "live/raw.rs"]
mod raw;
#[path = "live/reach.rs"]
mod reach;
#[path = "live/receiver.rs"]
mod receiver;
#[path = "live/rescue.rs"]
mod rescue;
#[path = "live/restore.rs"]
mod restore;
#[path = "live/roles.rs"]
mod roles;
#[path = "live/sealing.rs"]
mod sealing;
#[path = "live/sessions.rs"]
mod sessions;
#[cfg(feature = "office")]
#[path = "live/spreadsheets.rs"]
mod spreadsheets;
#[path = "live/survival.rs"]
mod survival;
#[path = "live/upgrade.rs"]
mod upgrade;
#[path = "live/watch.rs"]
mod watch;
#[path = "live/world.rs"]
mod world;
