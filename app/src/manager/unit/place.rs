//! Where the reader is: unit, form and period, written in the address so that it can be shared (UM3).

use survey::id::UnitId;

use super::period::{Month, Period};
use super::view::View;

/// The form shown when the address names none.
pub const USUAL_FORM: &str = "sipas2022";

/// What the address says. What it leaves out is filled in by [`Wish::settle`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Which unit.
    pub unit: Option<UnitId>,
    /// Which form, by code.
    pub form: Option<String>,
    /// First month.
    pub from: Option<Month>,
    /// Last month.
    pub to: Option<Month>,
    /// From which side.
    pub view: View,
    /// The unit that others are compared with.
    pub against: Option<UnitId>,
}

impl Wish {
    /// Reads the address's query; what cannot be read is as if it were not there.
    #[must_use]
    pub fn read(value_of: impl Fn(&str) -> Option<String>) -> Self {
        let month = |key| value_of(key).and_then(|text| Month::parse(&text));
        let unit = |key| value_of(key).and_then(|text| UnitId::parse(&text).ok());
        Self {
            unit: unit("unit"),
            form: value_of("form").filter(|code| is_code(code)),
            from: month("from"),
            to: month("to"),
            view: View::of(&value_of("view").unwrap_or_default()),
            against: unit("against"),
        }
    }

    /// Whether nothing is left to fill in.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.unit.is_some() && self.form.is_some() && self.from.is_some() && self.to.is_some()
    }

    /// Fills the gaps: the reader's topmost unit, the usual form, this year.
    #[must_use]
    pub fn settle(self, top: UnitId, now: Month) -> Place {
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) => Period::new(from, to),
            (Some(from), None) => Period::new(from, now.max(from)),
            (None, Some(to)) => Period::year_until(to),
            (None, None) => Period::year_until(now),
        };
        Place {
            unit: self.unit.unwrap_or(top),
            form: self.form.unwrap_or_else(|| USUAL_FORM.to_owned()),
            period,
            view: self.view,
            against: self.against,
        }
    }
}

/// A form's code can stand in an address as it is.
#[must_use]
pub fn is_code(code: &str) -> bool {
    let is_plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.');
    !code.is_empty() && code.len() <= 32 && code.bytes().all(is_plain)
}

/// A unit, a form, a period: what a page of figures is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which unit.
    pub unit: UnitId,
    /// Which form, by code.
    pub form: String,
    /// Which months.
    pub period: Period,
    /// From which side.
    pub view: View,
    /// The unit that the others are compared with, where they are.
    pub against: Option<UnitId>,
}

impl Place {
    /// The address of the page in this app.
    #[must_use]
    pub fn address(&self) -> String {
        let view = match self.view {
            View::Figures => String::new(),
            view => format!("view={}&", view.word()),
        };
        let against = self.rival();
        format!("/?unit={}&{view}{}{against}", self.unit, self.query())
    }

    /// What the server is asked beside form and period where units are compared.
    #[must_use]
    pub fn rival(&self) -> String {
        let rival = self.against.as_ref();
        rival.map_or_else(String::new, |unit| format!("&against={unit}"))
    }

    /// Another unit from the same side, as far as it has one.
    #[must_use]
    pub fn at(self, unit: UnitId, has_below: bool) -> Self {
        let view = match self.view {
            View::Compare if !has_below => View::Figures,
            view => view,
        };
        Self {
            unit,
            view,
            against: None,
            ..self
        }
    }

    /// Where the server tells something of the unit, form and period: `children`, `coverage`.
    #[must_use]
    pub fn path(&self, what: &str) -> String {
        format!("/v1/units/{}/{what}?{}", self.unit, self.query())
    }

    /// What the server is asked beside the unit.
    #[must_use]
    pub fn query(&self) -> String {
        let Period { from, to } = self.period;
        format!("form={}&from={from}&to={to}", self.form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(query: &str) -> Wish {
        Wish::read(|key| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.to_owned())
        })
    }

    fn settled(query: &str) -> String {
        let top = UnitId::parse("33").unwrap();
        wish(query)
            .settle(top, Month::parse("2026-11").unwrap())
            .address()
    }

    #[test]
    fn um3_an_address_leads_back_to_its_place() {
        let plain = "/?unit=33.11983&form=local9&from=2026-02&to=2026-03";
        let compared =
            "/?unit=33&view=compare&form=local9&from=2026-02&to=2026-03&against=33.11983";
        for address in [plain, compared] {
            let query = address.strip_prefix("/?").unwrap();
            assert!(wish(query).is_whole());
            assert_eq!(settled(query), address);
        }
    }

    #[test]
    fn um3_another_unit_is_seen_from_the_same_side_if_it_has_one() {
        let place = wish("unit=33&view=compare&against=33.1");
        let place = place.settle(
            UnitId::parse("33").unwrap(),
            Month::parse("2026-11").unwrap(),
        );
        let leaf = UnitId::parse("33.2").unwrap();
        assert_eq!(place.clone().at(leaf.clone(), false).view, View::Figures);
        let inner = place.at(leaf, true);
        assert_eq!((inner.view, inner.against), (View::Compare, None));
    }

    #[test]
    fn um3_gaps_are_filled_and_nonsense_is_a_gap() {
        assert!(!wish("unit=33&form=local9&from=2026-02").is_whole());
        let usual = "/?unit=33&form=sipas2022&from=2026-01&to=2026-11";
        assert_eq!(settled(""), usual);
        assert_eq!(settled("unit=A B&form=a%26b&from=soon&to=2026-13"), usual);
        assert_eq!(
            settled("from=2026-05&to=2026-02"),
            "/?unit=33&form=sipas2022&from=2026-02&to=2026-05"
        );
        assert_eq!(
            settled("to=2025-03"),
            "/?unit=33&form=sipas2022&from=2025-01&to=2025-03"
        );
    }
}
