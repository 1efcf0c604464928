//! The page of figures of one unit, from the slices that its Ledger or Rollup holds. Figures are
//! made by `survey::publish` and nowhere else.

use crate::forms;
use crate::refused::Refused;
use survey::day::Millis;
use survey::id::UnitId;
use survey::publish::publish;
use survey::release::{Slice, over};
use survey::wire::code::Code;
use survey::wire::manager::UnitPage;

/// What a manager asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The form's code.
    pub form: Option<String>,
    /// First month, `YYYY-MM`.
    pub from: Option<String>,
    /// Last month.
    pub to: Option<String>,
}

impl Wanted {
    /// Reads a query such as `form=sipas2022&from=2026-01&to=2026-12`. Without a form the first
    /// that has figures is meant; without months, all of them.
    ///
    /// # Errors
    /// [`Code::BadValue`] for another key, a doubled one, or a month that is none.
    pub fn of(query: &str) -> Result<Self, Refused> {
        let bad = || {
            let message = "Ask with form=CODE, from=YYYY-MM, to=YYYY-MM, each at most once.";
            Refused::new(Code::BadValue, message)
        };
        let mut wanted = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(bad)?;
            let place = match key {
                "form" => &mut wanted.form,
                "from" if is_month(value) => &mut wanted.from,
                "to" if is_month(value) => &mut wanted.to,
                _ => return Err(bad()),
            };
            if place.replace(value.to_owned()).is_some() {
                return Err(bad());
            }
        }
        Ok(wanted)
    }
}

fn is_month(text: &str) -> bool {
    survey::day::Day::parse(&format!("{text}-01")).is_some()
}

/// Makes the page.
///
/// # Errors
/// [`Code::BadValue`] for a form that is not known here.
pub fn page(
    unit: UnitId,
    wanted: &Wanted,
    slices: &[Slice],
    now: Millis,
) -> Result<UnitPage, Refused> {
    let mut codes: Vec<_> = slices
        .iter()
        .filter_map(|slice| forms::code_of(slice.tally.form()))
        .collect();
    codes.dedup();
    let code = match (&wanted.form, codes.first()) {
        (Some(code), _) | (None, Some(code)) => code.clone(),
        (None, None) => "sipas2022".to_owned(),
    };
    let (form, file) = forms::with_code(&code)
        .ok_or_else(|| Refused::new(Code::BadValue, "This form is not known here."))?;
    if !codes.contains(&code) {
        codes.push(code);
    }
    let of_form = slices
        .iter()
        .filter(|slice| slice.tally.form() == form.id());
    let months: Vec<_> = of_form.map(|slice| slice.month.clone()).collect();
    let bound = |asked: &Option<String>, found: Option<&String>| {
        let bound = asked.as_ref().or(found).cloned();
        bound.or_else(|| Some(survey::day::Day::of(now)?.month_slice()))
    };
    let from = bound(&wanted.from, months.first()).unwrap_or_default();
    let to = bound(&wanted.to, months.last()).unwrap_or_default();
    let published = publish(&form, over(slices, form.id(), &from, &to).as_ref());
    Ok(UnitPage {
        unit,
        form: form.id(),
        form_file: file.to_owned(),
        forms: codes,
        from,
        to,
        months,
        first: published.span.map(|(first, _)| first),
        last: published.span.map(|(_, last)| last),
        responses: published.responses,
        assisted: published.assisted,
        overall: published.overall.iter().map(Into::into).collect(),
        factors: published.factors.iter().map(Into::into).collect(),
        items: published.items.iter().map(Into::into).collect(),
        now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_names_a_form_and_months_or_nothing() {
        let wanted = Wanted::of("form=local9&from=2026-01&to=2026-12").unwrap();
        assert_eq!(wanted.form.as_deref(), Some("local9"));
        assert_eq!(wanted.to.as_deref(), Some("2026-12"));
        assert_eq!(Wanted::of(""), Ok(Wanted::default()));
        for bad in [
            "from=2026-13",
            "from=2026",
            "level=5",
            "form=a&form=b",
            "form",
        ] {
            assert_eq!(Wanted::of(bad).unwrap_err().code, Code::BadValue, "{bad}");
        }
    }

    #[test]
    fn p5_without_an_atom_there_is_no_figure() {
        let unit = UnitId::parse("33").unwrap();
        let page = page(unit, &Wanted::default(), &[], Millis(1_795_366_800_000)).unwrap();
        assert_eq!((page.responses, page.first), (0, None));
        assert_eq!((page.from.as_str(), page.forms.len()), ("2026-11", 1));
        let text = survey::wire::write(&page.overall);
        assert!(!text.contains("\"score\"") && !text.contains("\"interval\""));
    }
}
