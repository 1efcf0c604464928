//! Whose dossiers the people had who answered: the unit that served counts every answer
//! (`received_at`); which agency was competent (`resolved_by`) is told beside it, in counts. Never: a level.

use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

use crate::day::Millis;
use crate::id::UnitId;

/// From how many responses on their number is told.
pub const LEAST_TOLD: u64 = 10;

/// How many responses; `None` where it is 1 to 9.
pub type Told = Option<u64>;

/// A number as far as it is told.
#[must_use]
pub fn told(responses: u64) -> Told {
    (responses == 0 || responses >= LEAST_TOLD).then_some(responses)
}

/// `GET /v1/units/{unit}/resolvers`: the responses counted at and below a unit in some months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedPage {
    /// The unit.
    pub unit: UnitId,
    /// Where the unit that served was competent itself.
    pub here: Told,
    /// Agencies that the caller sees, the most responses first.
    pub elsewhere: Vec<ResolvedAt>,
    /// All other agencies together.
    pub others: Told,
    /// The server's clock.
    pub now: Millis,
}

/// Responses of people whose dossier one agency resolves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedAt {
    /// The agency.
    pub unit: UnitId,
    /// How many.
    pub responses: Told,
}

impl ResolvedPage {
    /// The page from counts by agency (`None` is the unit that served) and the agencies that the caller
    /// sees. What is not seen is in `others`, without a name.
    #[must_use]
    pub fn of(
        unit: UnitId,
        counts: &[(Option<UnitId>, u64)],
        seen: &[UnitId],
        now: Millis,
    ) -> Self {
        let (mut here, mut others, mut elsewhere) = (0_u64, 0_u64, Vec::new());
        for (agency, responses) in counts {
            match agency {
                None => here = here.saturating_add(*responses),
                Some(agency) if seen.contains(agency) => elsewhere.push((*responses, agency)),
                Some(_) => others = others.saturating_add(*responses),
            }
        }
        elsewhere.sort_by(|(one, a), (other, b)| other.cmp(one).then(a.cmp(b)));
        let line = |(responses, unit): (u64, &UnitId)| ResolvedAt {
            unit: unit.clone(),
            responses: told(responses),
        };
        Self {
            unit,
            here: told(here),
            elsewhere: elsewhere.into_iter().map(line).collect(),
            others: told(others),
            now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    #[test]
    fn l1_counts_by_agency_name_only_what_is_seen_and_tell_nothing_under_ten() {
        let counts = [
            (None, 40),
            (Some(id("33.so-nnmt")), 12),
            (Some(id("33.so-xd")), 9),
            (Some(id("34.so-nnmt")), 30),
        ];
        let seen = [id("33.so-nnmt"), id("33.so-xd")];
        let page = ResolvedPage::of(id("33.1"), &counts, &seen, Millis(7));
        assert_eq!((page.here, page.others), (Some(40), Some(30)));
        let told = page.elsewhere.iter();
        let told: Vec<_> = told.map(|at| (at.unit.as_str(), at.responses)).collect();
        assert_eq!(told, [("33.so-nnmt", Some(12)), ("33.so-xd", None)]);
        let nobody = ResolvedPage::of(id("33.1"), &[], &[], Millis(7));
        assert_eq!((nobody.here, nobody.others), (Some(0), Some(0)));
    }
}
