//! The page of figures of one unit, from the slices that its Ledger or Rollup holds. Figures are
//! made by `survey::publish` and nowhere else.

use crate::forms::Forms;
use crate::refused::Refused;
use serde::{Deserialize, Serialize};
use survey::day::Millis;
use survey::form::Form;
use survey::id::UnitId;
use survey::publish::{drivers, publish};
use survey::release::{Slice, over};
use survey::rollup::{Snapshot, sum};
use survey::wire::code::Code;
use survey::wire::drivers::DriversView;
use survey::wire::manager::UnitPage;
use survey::wire::tally::read_snapshot;

/// A question about a unit's figures, as the edge puts it to the object that has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sought {
    /// What the manager asked for, as a query.
    pub query: String,
    /// Units that were merged into this one.
    pub predecessors: u32,
    /// Their released sums as snapshots, where they are wanted.
    pub earlier: Vec<String>,
}

impl Sought {
    /// The page of a unit from its own slices and those of its predecessors that are wanted. Sums of
    /// whole atoms again, so rule P5 holds.
    ///
    /// # Errors
    /// As [`Wanted::of`] and [`page`].
    pub fn page(
        &self,
        unit: UnitId,
        slices: &[Slice],
        forms: &Forms,
        now: Millis,
    ) -> Result<UnitPage, Refused> {
        let wanted = Wanted::of(&self.query)?;
        Ok(UnitPage {
            predecessors: self.predecessors,
            with_predecessors: wanted.with_predecessors && self.predecessors > 0,
            ..page(unit, &wanted, slices, forms, now)?
        })
    }

    /// The slices that the page is made of: the unit's own, and those of its predecessors that are
    /// wanted.
    ///
    /// # Errors
    /// Broken when a predecessor's sums do not read.
    pub fn slices(&self, unit: &UnitId, own: Vec<Slice>) -> Result<Vec<Slice>, Refused> {
        let earlier = self.earlier.iter().map(|text| {
            read_snapshot(text).ok_or_else(|| Refused::broken("a predecessor's sums do not read"))
        });
        let mut all = earlier.collect::<Result<Vec<_>, _>>()?;
        if all.is_empty() {
            return Ok(own);
        }
        all.push(snapshot(unit.clone(), own));
        Ok(sum(all))
    }

    /// The code of the form that is asked for, if one is.
    ///
    /// # Errors
    /// As [`Wanted::of`].
    pub fn form(&self) -> Result<Option<String>, Refused> {
        Ok(Wanted::of(&self.query)?.form)
    }
}

/// Slices to be added to others.
#[must_use]
pub const fn snapshot(unit: UnitId, slices: Vec<Slice>) -> Snapshot {
    Snapshot {
        child: unit,
        restore: 0,
        version: 0,
        slices,
        closed: 0,
        left: Vec::new(),
        quarters: Vec::new(),
        visits: Vec::new(),
    }
}

/// What a manager asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The form's code.
    pub form: Option<String>,
    /// First month, `YYYY-MM`.
    pub from: Option<String>,
    /// Last month.
    pub to: Option<String>,
    /// With the sums of the units that were merged into this one.
    pub with_predecessors: bool,
}

impl Wanted {
    /// Reads a query such as `form=sipas2022&from=2026-01&to=2026-12`. Without a form the first
    /// that has figures is meant; without months, all of them.
    ///
    /// # Errors
    /// [`Code::BadValue`] for another key, a doubled one, or a month that is none.
    pub fn of(query: &str) -> Result<Self, Refused> {
        let bad = || {
            let message = "Ask with form=CODE, from=YYYY-MM, to=YYYY-MM, with=predecessors, each at \
                           most once.";
            Refused::new(Code::BadValue, message)
        };
        let mut wanted = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(bad)?;
            if pair == "with=predecessors" && !wanted.with_predecessors {
                wanted.with_predecessors = true;
                continue;
            }
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

/// The form that is meant, and its code.
///
/// # Errors
/// [`Code::BadValue`] for a form that is not known here.
pub fn chosen<'a>(
    wanted: &Wanted,
    slices: &[Slice],
    forms: &'a Forms,
) -> Result<(&'a Form, String), Refused> {
    let mut found = slices
        .iter()
        .filter_map(|slice| forms.code_of(slice.tally.form()));
    let code = wanted.form.as_deref().or_else(|| found.next());
    let code = code.unwrap_or("sipas2022").to_owned();
    let (form, _) = forms.with_code(&code).ok_or_else(unknown_form)?;
    Ok((form, code))
}

fn unknown_form() -> Refused {
    Refused::new(Code::BadValue, "This form is not known here.")
}

/// The months that are meant: those asked for, else all that have figures, else this one.
#[must_use]
pub fn period(wanted: &Wanted, slices: &[Slice], form: &Form, now: Millis) -> (String, String) {
    let of_form = slices
        .iter()
        .filter(|slice| slice.tally.form() == form.id());
    let months: Vec<&String> = of_form.map(|slice| &slice.month).collect();
    let bound = |asked: &Option<String>, found: Option<&&String>| {
        let bound = asked
            .clone()
            .or_else(|| found.map(|month| (*month).clone()));
        bound.or_else(|| Some(survey::day::Day::of(now)?.month_slice()))
    };
    (
        bound(&wanted.from, months.first()).unwrap_or_default(),
        bound(&wanted.to, months.last()).unwrap_or_default(),
    )
}

/// Makes the page.
///
/// # Errors
/// [`Code::BadValue`] for a form that is not known here.
pub fn page(
    unit: UnitId,
    wanted: &Wanted,
    slices: &[Slice],
    forms: &Forms,
    now: Millis,
) -> Result<UnitPage, Refused> {
    let mut codes: Vec<_> = slices
        .iter()
        .filter_map(|slice| forms.code_of(slice.tally.form()).map(str::to_owned))
        .collect();
    codes.dedup();
    let (form, code) = chosen(wanted, slices, forms)?;
    let (_, file) = forms.with_code(&code).ok_or_else(unknown_form)?;
    if !codes.contains(&code) {
        codes.push(code);
    }
    let of_form = slices
        .iter()
        .filter(|slice| slice.tally.form() == form.id());
    let months: Vec<_> = of_form.map(|slice| slice.month.clone()).collect();
    let (from, to) = period(wanted, slices, form, now);
    let released = over(slices, form.id(), &from, &to);
    let published = publish(form, released.as_ref());
    let found = released.and_then(|slice| drivers(&slice.tally));
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
        drivers: found.as_ref().map(DriversView::from),
        predecessors: 0,
        with_predecessors: false,
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
        let page = page(
            unit,
            &Wanted::default(),
            &[],
            &Forms::built_in(),
            Millis(1_795_366_800_000),
        )
        .unwrap();
        assert_eq!((page.responses, page.first), (0, None));
        assert_eq!((page.from.as_str(), page.forms.len()), ("2026-11", 1));
        let text = survey::wire::write(&page.overall);
        assert!(!text.contains("\"score\"") && !text.contains("\"interval\""));
    }
}
