//! What this process has answered since it started, in counts (rule V2): requests by site and kind of
//! answer, verdicts by word. Never: a path, a unit, a device, a time.

use std::cell::RefCell;
use survey::wire::batch::{RecordVerdict, VerdictWord};

/// The counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By site (counter, manager, public, watch, none) and first digit of the status (2 to 5).
    pub requests: [[u64; 4]; 5],
    /// Counted, already, quarantined, and records without a verdict.
    pub verdicts: [u64; 4],
}

/// The sites of [`Traffic::requests`], by their place.
pub const SITES: [&str; 5] = ["counter", "manager", "public", "watch", "none"];
/// The kinds of answer.
pub const ANSWERS: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];
/// The words of [`Traffic::verdicts`].
pub const VERDICTS: [&str; 4] = ["counted", "already", "quarantined", "unread"];

thread_local! {
    static SINCE_START: RefCell<Traffic> = RefCell::default();
}

/// What was answered so far.
#[must_use]
pub fn so_far() -> Traffic {
    SINCE_START.with_borrow(|traffic| *traffic)
}

/// One request was answered, at one of [`SITES`].
pub fn answered(site: &str, status: u16) {
    let none = SITES.len() - 1;
    let at = SITES.iter().position(|known| *known == site);
    let kind = usize::from((status / 100).clamp(2, 5) - 2);
    SINCE_START.with_borrow_mut(|traffic| traffic.requests[at.unwrap_or(none)][kind] += 1);
}

/// Records were judged.
pub fn judged(verdicts: &[RecordVerdict], unread: usize) {
    SINCE_START.with_borrow_mut(|traffic| {
        for verdict in verdicts {
            let word = match verdict.verdict {
                VerdictWord::Counted => 0,
                VerdictWord::Already => 1,
                VerdictWord::Quarantined => 2,
            };
            traffic.verdicts[word] += 1;
        }
        traffic.verdicts[3] += u64::try_from(unread).unwrap_or(u64::MAX);
    });
}
