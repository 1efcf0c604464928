//! One step of a schedule: something that happens to the world. A run is a list of them, so that a
//! failed run can be told and a named test can be written.

use std::fmt;

use super::network::Fate;
use super::upward::Passage;

/// Something that happens. Devices, pages, units and messages are named by their place in a list; a
/// place that there is not makes the step nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Citizens finish at a device, one after the other.
    Finish {
        /// Where.
        device: usize,
        /// How many.
        citizens: usize,
    },
    /// A citizen finishes and the device dies over it, after so many steps of the write.
    FinishAndDie {
        /// Where.
        device: usize,
        /// Steps before it dies.
        after: usize,
        /// By a power cut rather than a crash of the app.
        power: bool,
    },
    /// Two citizens at two devices get the same id.
    Twins {
        /// Where.
        devices: [usize; 2],
    },
    /// A whole exchange.
    Sync {
        /// Who.
        device: usize,
        /// Which page.
        tab: usize,
        /// What becomes of request and reply.
        fate: Fate,
    },
    /// An exchange over which the device dies.
    SyncAndDie {
        /// Who.
        device: usize,
        /// What becomes of request and reply.
        fate: Fate,
        /// Steps before it dies.
        after: usize,
        /// By a power cut.
        power: bool,
    },
    /// A page begins an exchange and stops half-way.
    Begin {
        /// Who.
        device: usize,
        /// Which page.
        tab: usize,
        /// Steps taken.
        steps: usize,
    },
    /// A page takes some steps of its exchange.
    Go {
        /// Who.
        device: usize,
        /// Which page.
        tab: usize,
        /// Steps taken.
        steps: usize,
    },
    /// A request under way meets its fate.
    Carry {
        /// Which.
        request: usize,
        /// What becomes of it.
        fate: Fate,
    },
    /// A reply that was held back arrives.
    LetReply {
        /// Which.
        reply: usize,
    },
    /// Time passes.
    Pass {
        /// How much.
        seconds: i64,
    },
    /// Somebody or something sets a device's clock.
    Jump {
        /// Whose.
        device: usize,
        /// By how much.
        hours: i64,
    },
    /// The page is loaded afresh, or the power fails.
    Restart {
        /// Whose.
        device: usize,
        /// By a power cut.
        power: bool,
    },
    /// One more page is opened.
    OpenTab {
        /// Where.
        device: usize,
    },
    /// A device's disk is copied into a second device.
    Clone {
        /// Whose.
        device: usize,
    },
    /// A device's disk is backed up.
    BackUp {
        /// Whose.
        device: usize,
    },
    /// A device's disk is put back to its backup.
    SetBack {
        /// Whose.
        device: usize,
    },
    /// A device is gone for good.
    Gone {
        /// Which.
        device: usize,
    },
    /// A device's disk is full, or has room again.
    Full {
        /// Whose.
        device: usize,
        /// Full.
        is_full: bool,
    },
    /// A bit flips in a waiting record.
    Damage {
        /// Where.
        device: usize,
        /// Which record.
        record: usize,
    },
    /// A device is moved to another unit, as by a merger.
    Move {
        /// Which.
        device: usize,
        /// Where to.
        unit: usize,
    },
    /// A device's key is revoked.
    Revoke {
        /// Whose.
        device: usize,
    },
    /// The server will die after so many statements.
    Fuse {
        /// How many.
        statements: u32,
    },
    /// The server will die at the commit of the next batch that it counts.
    FuseAtCommit {
        /// After it rather than before it.
        after: bool,
    },
    /// The server starts again.
    ServerRestart,
    /// The server is backed up.
    ServerBackUp,
    /// The server is restored from its backup.
    ServerRestore {
        /// The node above the ledgers too.
        with_rollup: bool,
    },
    /// The server learns of the new form.
    NewForm,
    /// The server has a bug that a waiting record meets.
    Bug {
        /// On which device.
        device: usize,
        /// Which record.
        record: usize,
    },
    /// Something before the server refuses every batch with a certain record.
    Refuse {
        /// On which device.
        device: usize,
        /// Which record.
        record: usize,
    },
    /// Something before the server takes so many records at once, no more.
    Limit {
        /// How many.
        records: usize,
    },
    /// Staff export what waits on a device into a rescue file.
    Export {
        /// Which.
        device: usize,
    },
    /// Somebody hands a rescue file in.
    Import {
        /// Which file.
        file: usize,
        /// On which device; else an operator does.
        relay: Option<usize>,
    },
    /// A rescue file is lost.
    LoseFile {
        /// Which.
        file: usize,
    },
    /// A ledger sends its sums up.
    Report {
        /// Which.
        unit: usize,
    },
    /// Sums under way meet their fate.
    CarryReport {
        /// Which.
        message: usize,
        /// What becomes of them.
        passage: Passage,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}
