//! What a unit's figures are held beside (rule UM21): its target, and the State's counts for QĐ 766 as people
//! handed them in. Never: an answer of a citizen.

use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Millis;
use crate::id::UnitId;
use crate::official::{PortalCounts, PortalPoints, portal_points};

/// `GET /v1/units/{unit}/context`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextPage {
    /// Which unit.
    pub unit: UnitId,
    /// What it wants to reach, by year.
    pub targets: Vec<Target>,
    /// The State's counts, by month.
    pub portal: Vec<PortalView>,
    /// Dossiers by field, by quarter.
    pub fields: Vec<FieldDossiers>,
    /// The server's clock.
    pub now: Millis,
}

/// What a unit wants to reach in a year, and `PUT /v1/units/{unit}/target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Such as 2026; 2020 to 2099.
    pub year: u16,
    /// The share of answers at level 4 or 5, in hundredths of a percentage point, 1..=10000; `None` takes the
    /// target away.
    #[serde(deserialize_with = "super::said")]
    pub index: Option<u16>,
}

/// `PUT /v1/units/{unit}/portal`: the counts of the year from January to the end of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedPortal {
    /// `YYYY-MM`.
    pub month: String,
    /// The counts; `None` takes them away.
    #[serde(deserialize_with = "super::said")]
    pub counts: Option<PortalCountsView>,
}

/// Dossiers that ended at and below a unit in a quarter, by field of procedures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDossiers {
    /// `2026-Q3`.
    pub quarter: String,
    /// For each group of [`crate::breakdown::By::Field`], in their order.
    pub counts: Vec<u64>,
}

/// `PUT /v1/units/{unit}/fields`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedFields {
    /// `2026-Q3`.
    pub quarter: String,
    /// For each group of [`crate::breakdown::By::Field`], in their order; `None` takes them away.
    #[serde(deserialize_with = "super::said")]
    pub counts: Option<Vec<u64>>,
}

/// [`PortalCounts`] on the wire; each at most a thousand million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalCountsView {
    /// H: dossiers handled.
    pub dossiers: u64,
    /// Q: of these, overdue.
    pub overdue: u64,
    /// L: other dossiers with a petition or a dislike.
    pub disliked: u64,
    /// P: petitions.
    pub petitions: u64,
    /// Petitions done or pending on time.
    pub petitions_on_time: u64,
    /// Petitions neither unsatisfied, repeated nor overdue.
    pub petitions_satisfied: u64,
}

/// Counts, and the points that follow (QĐ 766/QĐ-TTg, group "mức độ hài lòng").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalView {
    /// January to the end of this month, `YYYY-MM`.
    pub month: String,
    /// The counts.
    pub counts: PortalCountsView,
    /// The points.
    pub points: PointsView,
}

/// [`PortalPoints`] on the wire, in hundredths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsView {
    /// 5.2, of 600.
    pub petitions_on_time: u16,
    /// 5.3, of 600.
    pub petitions_satisfied: u16,
    /// 5.4, of 600; `None` without dossiers.
    #[serde(default)]
    pub dossiers: Option<u16>,
    /// All, of 1800.
    #[serde(default)]
    pub total: Option<u16>,
}

impl From<PortalCountsView> for PortalCounts {
    fn from(view: PortalCountsView) -> Self {
        Self {
            dossiers: view.dossiers,
            overdue: view.overdue,
            disliked: view.disliked,
            petitions: view.petitions,
            petitions_on_time: view.petitions_on_time,
            petitions_satisfied: view.petitions_satisfied,
        }
    }
}

impl From<PortalPoints> for PointsView {
    fn from(points: PortalPoints) -> Self {
        Self {
            petitions_on_time: points.petitions_on_time,
            petitions_satisfied: points.petitions_satisfied,
            dossiers: points.dossiers,
            total: points.total(),
        }
    }
}

impl PortalCountsView {
    /// The points that follow; `None` where a part exceeds its whole.
    #[must_use]
    pub fn points(self) -> Option<PointsView> {
        portal_points(&self.into()).map(PointsView::from)
    }
}
