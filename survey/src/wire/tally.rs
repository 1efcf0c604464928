//! Tallies and what is released of them, as they are stored and rolled up between the server's own
//! objects. Devices and managers never see these.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::breakdown::{By, GROUPS, GroupSum, Part, Quarter, Quarterly, Sums};
use crate::day::Day;
use crate::id::{FormId, UnitId};
use crate::release::Slice;
use crate::rollup::{Left, Snapshot, Visits};
use crate::score::{Shape, Tally};
use crate::stats::RatioSums;

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
    #[serde(default)]
    closed: i32,
    #[serde(default)]
    left: Vec<LeftText>,
    #[serde(default)]
    quarters: Vec<QuarterText>,
    #[serde(default)]
    visits: Vec<VisitsText>,
}

#[derive(Serialize, Deserialize)]
struct VisitsText {
    month: String,
    opened: u64,
    abandoned: u64,
}

#[derive(Serialize, Deserialize)]
struct QuarterText {
    quarter: i32,
    parts: Option<Vec<PartText>>,
}

/// A breakdown: each group's responses, people, x, m, x², xm, m²; each pattern with its responses by group.
#[derive(Serialize, Deserialize)]
struct PartText {
    form: FormId,
    by: String,
    groups: [[u64; 7]; GROUPS],
    patterns: Vec<(u8, [u64; GROUPS])>,
}

impl From<&Quarterly> for QuarterText {
    fn from(quarterly: &Quarterly) -> Self {
        let part = |part: &Part| PartText {
            form: part.form,
            by: part.by.word().into(),
            groups: part.sums.groups.map(|group| {
                let GroupSum { responses, ratio } = group;
                let RatioSums {
                    people,
                    x,
                    m,
                    xx,
                    xm,
                    mm,
                } = ratio;
                [responses, people, x, m, xx, xm, mm]
            }),
            patterns: part.sums.patterns.clone().into_iter().collect(),
        };
        let parts = quarterly.parts.as_ref();
        Self {
            quarter: quarterly.quarter.0,
            parts: parts.map(|parts| parts.iter().map(part).collect()),
        }
    }
}

impl QuarterText {
    fn quarterly(self) -> Option<Quarterly> {
        let part = |part: PartText| {
            let mut all = By::ALL.into_iter();
            let groups = part
                .groups
                .map(|[responses, people, x, m, xx, xm, mm]| GroupSum {
                    responses,
                    ratio: RatioSums {
                        people,
                        x,
                        m,
                        xx,
                        xm,
                        mm,
                    },
                });
            Some(Part {
                form: part.form,
                by: all.find(|by| by.word() == part.by)?,
                sums: Sums {
                    groups,
                    patterns: part.patterns.into_iter().collect(),
                },
            })
        };
        let parts: Option<Option<Vec<Part>>> = self
            .parts
            .map(|parts| parts.into_iter().map(part).collect());
        Some(Quarterly {
            quarter: Quarter(self.quarter),
            parts: match parts {
                None => None,
                Some(parts) => Some(parts?),
            },
        })
    }
}

/// A sealed quarter, written as JSON.
#[must_use]
pub fn write_quarter(quarterly: &Quarterly) -> String {
    super::write(&QuarterText::from(quarterly))
}

/// The same, read; `None` when it is none.
#[must_use]
pub fn read_quarter(json: &str) -> Option<Quarterly> {
    super::read::<QuarterText>(json).ok()?.quarterly()
}

#[derive(Serialize, Deserialize)]
struct LeftText {
    year: i32,
    units: u64,
    sum: SliceText,
}

impl From<&Slice> for SliceText {
    fn from(slice: &Slice) -> Self {
        Self {
            month: slice.month.clone(),
            atoms: slice.atoms,
            first: slice.first,
            last: slice.last,
            tally: TallyText::from(&slice.tally),
        }
    }
}

impl SliceText {
    fn slice(self) -> Option<Slice> {
        Some(Slice {
            tally: self.tally.tally()?,
            month: self.month,
            atoms: self.atoms,
            first: self.first,
            last: self.last,
        })
    }
}

/// What is left of a year, written as JSON.
#[must_use]
pub fn write_left(left: &Left) -> String {
    super::write(&LeftText::from(left))
}

/// The same, read; `None` when it is none.
#[must_use]
pub fn read_left(json: &str) -> Option<Left> {
    super::read::<LeftText>(json).ok()?.left()
}

impl From<&Left> for LeftText {
    fn from(left: &Left) -> Self {
        Self {
            year: left.year,
            units: left.units,
            sum: SliceText::from(&left.sum),
        }
    }
}

impl LeftText {
    fn left(self) -> Option<Left> {
        Some(Left {
            year: self.year,
            units: self.units,
            sum: self.sum.slice()?,
        })
    }
}

/// A snapshot written as JSON (rule L11).
#[must_use]
pub fn write_snapshot(snapshot: &Snapshot) -> String {
    super::write(&SnapshotText {
        child: snapshot.child.clone(),
        restore: snapshot.restore,
        version: snapshot.version,
        slices: snapshot.slices.iter().map(SliceText::from).collect(),
        closed: snapshot.closed,
        left: snapshot.left.iter().map(LeftText::from).collect(),
        quarters: snapshot.quarters.iter().map(QuarterText::from).collect(),
        visits: snapshot
            .visits
            .iter()
            .map(|of| VisitsText {
                month: of.month.clone(),
                opened: of.opened,
                abandoned: of.abandoned,
            })
            .collect(),
    })
}

/// A snapshot read from JSON; `None` when it is none.
#[must_use]
pub fn read_snapshot(json: &str) -> Option<Snapshot> {
    let text: SnapshotText = super::read(json).ok()?;
    let slices: Option<Vec<Slice>> = text.slices.into_iter().map(SliceText::slice).collect();
    let quarters = text.quarters.into_iter().map(QuarterText::quarterly);
    let quarters: Option<Vec<Quarterly>> = quarters.collect();
    let left: Option<Vec<Left>> = text.left.into_iter().map(LeftText::left).collect();
    Some(Snapshot {
        child: text.child,
        restore: text.restore,
        version: text.version,
        slices: slices?,
        closed: text.closed,
        left: left?,
        quarters: quarters?,
        visits: text
            .visits
            .into_iter()
            .map(|of| Visits {
                month: of.month,
                opened: of.opened,
                abandoned: of.abandoned,
            })
            .collect(),
    })
}
