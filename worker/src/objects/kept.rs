//! The Ledger's questions about records that came another way than in a batch, or are kept uncounted
//! (rules O14, L8). Never: an answer out.

use super::{Asked, answer};
use crate::refused::Refused;
use crate::store::durable::Durable;
pub use crate::store::ledger::KeptRecord;
use crate::store::ledger::{Bench, Ledger as Rows};
use serde::{Deserialize, Serialize};
use survey::id::DeviceId;
use survey::wire::batch::{Record, RecordVerdict, VerdictWord};
use survey::wire::quarantine::Which;
use worker::Response;

/// `rescue`: records of one unit from a rescue file.
#[derive(Serialize, Deserialize)]
pub struct Rescued {
    /// The device that exported them.
    pub device: DeviceId,
    /// Whether the signature over the file's header is its own.
    pub is_signed: bool,
    /// A device handed the file in, not an account.
    pub is_by_device: bool,
    /// The records.
    pub records: Vec<Record>,
}

/// What became of them.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Taken {
    /// Counted now.
    pub counted: u32,
    /// Counted before.
    pub already: u32,
    /// Kept for a person to look at.
    pub quarantined: u32,
}

impl Taken {
    /// The verdicts in counts.
    pub fn of(verdicts: &[RecordVerdict]) -> Self {
        let mut taken = Self::default();
        for verdict in verdicts {
            match verdict.verdict {
                VerdictWord::Counted => taken.counted += 1,
                VerdictWord::Already => taken.already += 1,
                VerdictWord::Quarantined => taken.quarantined += 1,
            }
        }
        taken
    }

    /// Adds what became of others.
    pub fn add(&mut self, other: Self) {
        self.counted += other.counted;
        self.already += other.already;
        self.quarantined += other.quarantined;
    }

    /// All that have a verdict.
    pub fn sum(self) -> u32 {
        self.counted + self.already + self.quarantined
    }
}

/// Answers a question about the quarantine.
///
/// # Errors
/// What the Ledger refuses.
pub(super) fn answer(
    rows: &Rows<Durable>,
    asked: &Asked,
    bench: Bench,
) -> Result<Response, Refused> {
    let group = || asked.message::<(Which, u64)>();
    Ok(match asked.verb.as_str() {
        "quarantine" => answer::message(&rows.quarantined(bench.forms)?),
        "release" => {
            let (which, count) = group()?;
            answer::message(&rows.release(&which, count, bench)?)
        }
        "keep" => {
            let (which, count) = group()?;
            answer::message(&rows.keep(&which, count)?)
        }
        "hand-over" => {
            let (which, count) = group()?;
            answer::message(&rows.to_hand_over(&which, count)?)
        }
        "take-over" => {
            let records: Vec<KeptRecord> = asked.message()?;
            answer::message(&rows.take_over(&records, bench)?)
        }
        _ => {
            let records: Vec<KeptRecord> = asked.message()?;
            rows.handed_over(&records)?;
            answer::done()
        }
    })
}
