//! Where the reader is: unit, form and period, written in the address so that it can be shared (UM3).

use survey::id::UnitId;

use super::period::{Month, Period};

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
}

impl Wish {
    /// Reads the address's query; what cannot be read is as if it were not there.
    #[must_use]
    pub fn read(value_of: impl Fn(&str) -> Option<String>) -> Self {
        let month = |key| value_of(key).and_then(|text| Month::parse(&text));
        Self {
            unit: value_of("unit").and_then(|text| UnitId::parse(&text).ok()),
            form: value_of("form").filter(|code| is_code(code)),
            from: month("from"),
            to: month("to"),
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
        }
    }
}

/// A form's code can stand in an address as it is.
fn is_code(code: &str) -> bool {
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
}

impl Place {
    /// The address of the page in this app.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/?unit={}&{}", self.unit, self.query())
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
        let address = "/?unit=33.11983&form=local9&from=2026-02&to=2026-03";
        let query = address.strip_prefix("/?").unwrap();
        assert!(wish(query).is_whole());
        assert_eq!(settled(query), address);
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
