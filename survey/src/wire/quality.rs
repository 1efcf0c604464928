//! Signs that the answers of a unit deserve a look (rule UM14), as they cross. Never: a figure.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::publish::quality::{Grade, Quality, Sign};

/// [`Quality`] on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityView {
    /// How many signs there are: none, one, more.
    pub grade: GradeView,
    /// Which.
    pub signs: Vec<SignView>,
    /// Units of its kind with 100 people, itself included; fewer than five are no yardstick.
    pub peers: usize,
}

/// [`Grade`] on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GradeView {
    /// No sign.
    Good,
    /// One.
    Look,
    /// Two or more.
    Doubt,
}

/// [`Sign`] on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignView {
    /// One level throughout, more often than at its like.
    StraightLined,
    /// With a helper, more often than at its like.
    Assisted,
    /// Over a week late, more often than at its like.
    Late,
    /// Left before the end, more often than at its like.
    Abandoned,
    /// Months differ more, or less, than at its like.
    Unsteady,
    /// 98 % or more.
    NearlyPerfect,
}

impl From<&Quality> for QualityView {
    fn from(quality: &Quality) -> Self {
        let sign = |sign: &Sign| match sign {
            Sign::StraightLined => SignView::StraightLined,
            Sign::Assisted => SignView::Assisted,
            Sign::Late => SignView::Late,
            Sign::Abandoned => SignView::Abandoned,
            Sign::Unsteady => SignView::Unsteady,
            Sign::NearlyPerfect => SignView::NearlyPerfect,
        };
        Self {
            grade: match quality.grade() {
                Grade::Good => GradeView::Good,
                Grade::Look => GradeView::Look,
                Grade::Doubt => GradeView::Doubt,
            },
            signs: quality.signs.iter().map(sign).collect(),
            peers: quality.peers,
        }
    }
}
