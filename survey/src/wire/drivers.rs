//! Which factors go with the overall rating (rule UM18), as it crosses. Never: a cause.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::stats::drivers::{Drivers, Hidden};

/// [`Drivers`] on the wire, or why there are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "kebab-case")]
pub enum DriversView {
    /// How much of the overall rating's variety goes with each factor; hundredths of a percentage point of all of
    /// it, 0..=10000.
    Shares {
        /// In the order of the factors; `null` for one that fewer than 200 people answered beside the others.
        shares: Vec<Option<u16>>,
        /// All factors together (R²).
        explained: u16,
    },
    /// Nothing.
    Hidden {
        /// Why.
        why: NoDriversView,
    },
}

/// [`Hidden`] on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoDriversView {
    /// Fewer than 200 people.
    TooFewPeople,
    /// Nearly everybody answered alike.
    TooLittleSpread,
    /// Factors that repeat each other.
    TooEntangled,
}

impl From<&Result<Drivers, Hidden>> for DriversView {
    fn from(found: &Result<Drivers, Hidden>) -> Self {
        match found {
            Ok(drivers) => Self::Shares {
                shares: drivers.shares.to_vec(),
                explained: drivers.explained,
            },
            Err(why) => Self::Hidden {
                why: match why {
                    Hidden::TooFewPeople => NoDriversView::TooFewPeople,
                    Hidden::TooLittleSpread => NoDriversView::TooLittleSpread,
                    Hidden::TooEntangled => NoDriversView::TooEntangled,
                },
            },
        }
    }
}
