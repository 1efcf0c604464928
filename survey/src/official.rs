//! What the State computes from other counts than ours: shown beside our figures for planning, never
//! mixed with them. Never: an answer of a citizen enters here (rule UM21).

use crate::score::Index;

/// Counts imported from the national portal for QĐ 766/QĐ-TTg, group "mức độ hài lòng".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortalCounts {
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

/// Points of QĐ 766 in hundredths of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortalPoints {
    /// 5.2 petitions on time, of 6 points.
    pub petitions_on_time: u16,
    /// 5.3 petitions satisfied, of 6 points.
    pub petitions_satisfied: u16,
    /// 5.4 dossiers without delay or dislike, of 6 points: full from 90 % on; `None` without dossiers.
    pub dossiers: Option<u16>,
}

impl PortalPoints {
    /// The group's points, of 18: the rounded parts added up (order to be confirmed by the source).
    #[must_use]
    pub fn total(&self) -> Option<u16> {
        let petitions = self
            .petitions_on_time
            .saturating_add(self.petitions_satisfied);
        Some(petitions.saturating_add(self.dossiers?))
    }
}

/// Each of the three criteria gives at most 6 points.
const CRITERION_POINTS: u64 = 6;

/// QĐ 766/QĐ-TTg 5.2, 5.3 and 5.4, each rounded half up to 0.01; `None` where a part exceeds its whole.
///
/// Hưng Yên on 10 October 2026 (482,812 dossiers, 61,935 overdue, 210 disliked; 568 petitions, 297 on
/// time, 203 satisfied): 5.81, 3.14, 2.14, together 11.09.
#[must_use]
pub fn portal_points(counts: &PortalCounts) -> Option<PortalPoints> {
    let good = counts
        .dossiers
        .checked_sub(counts.overdue)?
        .checked_sub(counts.disliked)?;
    let of_petitions = |part: u64| {
        if counts.petitions == 0 {
            Some(points(1, 1))
        } else {
            (part <= counts.petitions).then(|| points(part, counts.petitions))
        }
    };
    // R ≥ 90 % is full; below, R / 0.9.
    let (part, whole) = (good.saturating_mul(10), counts.dossiers.saturating_mul(9));
    Some(PortalPoints {
        petitions_on_time: of_petitions(counts.petitions_on_time)?,
        petitions_satisfied: of_petitions(counts.petitions_satisfied)?,
        dossiers: (counts.dossiers > 0).then(|| points(part.min(whole), whole)),
    })
}

/// Six points times a share, in hundredths, half up.
fn points(part: u64, whole: u64) -> u16 {
    let doubled = u128::from(part)
        .saturating_mul(u128::from(CRITERION_POINTS))
        .saturating_mul(200)
        .saturating_add(u128::from(whole));
    let rounded = doubled.checked_div(u128::from(whole).saturating_mul(2));
    rounded
        .and_then(|points| u16::try_from(points).ok())
        .unwrap_or(0)
}

/// The share of dossiers handled on time, as the portal prints "tiến độ" (of 20 points).
#[must_use]
pub fn on_time(counts: &PortalCounts) -> Option<Index> {
    Index::new(
        counts.dossiers.checked_sub(counts.overdue)?,
        counts.dossiers,
    )
}

/// The class of the optional legacy module NĐ 61/2018 Đ.31 (18 points).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Below 6 points.
    Yeu,
    /// From 6.
    TrungBinh,
    /// From 9.
    Kha,
    /// From 12.
    Tot,
    /// From 15 on: exactly 15 is the best class, not the worst.
    XuatSac,
}

/// The class of a sum of points over a number of dossiers, compared as integers; `None` for none.
///
/// 1,500 points over 100 dossiers is exactly 15: [`Class::XuatSac`]. 1,499 is [`Class::Tot`].
#[must_use]
pub fn class(points: u64, dossiers: u64) -> Option<Class> {
    let is_at_least = |bound: u64| points >= bound.saturating_mul(dossiers);
    (dossiers > 0).then(|| match () {
        () if is_at_least(15) => Class::XuatSac,
        () if is_at_least(12) => Class::Tot,
        () if is_at_least(9) => Class::Kha,
        () if is_at_least(6) => Class::TrungBinh,
        () => Class::Yeu,
    })
}
