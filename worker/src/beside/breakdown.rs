//! A sealed quarter of a unit by fixed groups (P7), and with its fields weighing as their dossiers (UM20). Never: a
//! group that may not be shown.

use super::Beside;
use crate::forms::Forms;
use crate::page::{Wanted, chosen};
use crate::refused::Refused;
use survey::breakdown::{By, GroupSum, Quarter, Quarterly};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::publish::{group_difference, publish_group, weighted};
use survey::release::Slice;
use survey::wire::beside::{BreakdownPage, ByView, ChangeView, GroupFigureView};
use survey::wire::weighted::WeightedView;

impl Beside {
    /// A sealed quarter by its groups: all that may be shown here if the nodes above may.
    ///
    /// # Errors
    /// As [`Beside::trend`].
    pub fn breakdown(
        &self,
        (slices, quarters): (&[Slice], &[Quarterly]),
        forms: &Forms,
        now: Millis,
    ) -> Result<BreakdownPage, Refused> {
        let wanted = Wanted::of(&self.query)?;
        let (form, form_code) = chosen(&wanted, slices, forms)?;
        // Where nobody answered there is nothing to tell apart, or to withhold.
        let is_told =
            |known: &&Quarterly| known.parts.as_ref().is_none_or(|parts| !parts.is_empty());
        let quarters: Vec<&Quarterly> = quarters.iter().filter(is_told).collect();
        let named = wanted.to.as_ref();
        let named = named.and_then(|month| Day::parse(&format!("{month}-01")));
        let chosen = match named.map(Quarter::of) {
            Some(named) => {
                let known = quarters.iter().rev().copied();
                known.into_iter().find(|known| known.quarter <= named)
            }
            None => quarters.last().copied(),
        };
        let view = |by: By| {
            let parts = chosen.and_then(|quarterly| quarterly.parts.as_deref());
            let mut parts = parts.unwrap_or_default().iter();
            let part = parts.find(|part| (part.form, part.by) == (form.id(), by));
            let shown = part.filter(|part| part.sums.is_safe());
            let modes = shown.filter(|_| by == By::Mode);
            let difference = modes.and_then(|part| match &part.sums.groups {
                [alone, helped, ..] => group_difference(helped, alone),
            });
            ByView {
                by: by.word().to_owned(),
                difference: difference.map(ChangeView::from),
                groups: shown.map(|part| {
                    let groups = by.groups().iter().zip(&part.sums.groups);
                    let group = |(name, sum): (&&str, &GroupSum)| GroupFigureView {
                        group: (*name).to_owned(),
                        responses: sum.responses,
                        figure: (&publish_group(sum)).into(),
                    };
                    groups.map(group).collect()
                }),
            }
        };
        let weighted = chosen.and_then(|quarterly| self.weighted(quarterly, form));
        Ok(BreakdownPage {
            weighted,
            unit: self.unit.clone(),
            form: form.id(),
            form_code,
            quarter: chosen.map(|quarterly| quarterly.quarter.name()),
            quarters: quarters.iter().map(|known| known.quarter.name()).collect(),
            restored: chosen.is_some_and(|quarterly| quarterly.parts.is_none()),
            by: By::ALL.map(view).into(),
            now,
        })
    }

    /// ST10 of a quarter, where its fields may be shown and their dossiers are known.
    fn weighted(&self, quarterly: &Quarterly, form: &Form) -> Option<WeightedView> {
        let mut parts = quarterly.parts.as_deref()?.iter();
        let part = parts.find(|part| (part.form, part.by) == (form.id(), By::Field))?;
        let name = quarterly.quarter.name();
        let known = self.fields.iter().find(|known| known.quarter == name)?;
        let groups = part
            .sums
            .groups
            .iter()
            .copied()
            .zip(known.counts.iter().copied());
        let found = part
            .sums
            .is_safe()
            .then(|| weighted(&groups.collect::<Vec<_>>()))?;
        found.map(WeightedView::from)
    }
}
