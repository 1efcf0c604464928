//! Tallies and what is released of them, as they are stored and rolled up between the server's own
//! objects. Devices and managers never see these.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::id::{FormId, UnitId};
use crate::release::Slice;
use crate::rollup::Snapshot;
use crate::score::{Shape, Tally};

/// A tally as stored: its shape, and its numbers in the order of [`Tally::numbers`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyText {
    form: FormId,
    items: usize,
    factors: usize,
    overall: bool,
    numbers: Vec<u64>,
}

impl From<&Tally> for TallyText {
    fn from(tally: &Tally) -> Self {
        let shape = tally.shape();
        Self {
            form: tally.form(),
            items: shape.items,
            factors: shape.factors,
            overall: shape.has_overall,
            numbers: tally.numbers(),
        }
    }
}

impl TallyText {
    /// The tally; `None` when the numbers do not fill the shape.
    #[must_use]
    pub fn tally(&self) -> Option<Tally> {
        let shape = Shape {
            items: self.items,
            factors: self.factors,
            has_overall: self.overall,
        };
        Tally::from_numbers(self.form, shape, &self.numbers)
    }
}

/// A tally written as JSON.
#[must_use]
pub fn write_tally(tally: &Tally) -> String {
    super::write(&TallyText::from(tally))
}

/// A tally read from JSON; `None` when it is none.
#[must_use]
pub fn read_tally(json: &str) -> Option<Tally> {
    super::read::<TallyText>(json).ok()?.tally()
}

#[derive(Serialize, Deserialize)]
struct SliceText {
    month: String,
    atoms: u64,
    first: Day,
    last: Day,
    tally: TallyText,
}

#[derive(Serialize, Deserialize)]
struct SnapshotText {
    child: UnitId,
    restore: u32,
    version: u64,
    slices: Vec<SliceText>,
}

/// A snapshot written as JSON (rule L11).
#[must_use]
pub fn write_snapshot(snapshot: &Snapshot) -> String {
    let slices = snapshot.slices.iter();
    super::write(&SnapshotText {
        child: snapshot.child.clone(),
        restore: snapshot.restore,
        version: snapshot.version,
        slices: slices
            .map(|slice| SliceText {
                month: slice.month.clone(),
                atoms: slice.atoms,
                first: slice.first,
                last: slice.last,
                tally: TallyText::from(&slice.tally),
            })
            .collect(),
    })
}

/// A snapshot read from JSON; `None` when it is none.
#[must_use]
pub fn read_snapshot(json: &str) -> Option<Snapshot> {
    let text: SnapshotText = super::read(json).ok()?;
    let slices: Option<Vec<Slice>> = text
        .slices
        .into_iter()
        .map(|slice| {
            Some(Slice {
                tally: slice.tally.tally()?,
                month: slice.month,
                atoms: slice.atoms,
                first: slice.first,
                last: slice.last,
            })
        })
        .collect();
    Some(Snapshot {
        child: text.child,
        restore: text.restore,
        version: text.version,
        slices: slices?,
    })
}
