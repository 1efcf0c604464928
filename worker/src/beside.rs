//! What stands beside the figures of one unit: its months, the units below it, what it covers. Figures
//! are made by `survey::publish` and nowhere else.

mod breakdown;

use crate::forms::Forms;
use crate::page::{Wanted, chosen, period};
use crate::refused::Refused;
use serde::{Deserialize, Serialize};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{FormId, UnitId};
use survey::publish::quality;
use survey::publish::{against, coverage, newest_month, side_by_side, trend};
use survey::release::{Slice, by_month, over};
use survey::rollup::{Snapshot, Visits};
use survey::wire::beside::{
    ChangeView, ChildView, ChildrenPage, CommentsOfMonth, CommentsPage, CoveragePage, CoverageView,
    GroupView, MonthView, NewestView, TrendPage,
};
use survey::wire::code::Code;
use survey::wire::context::FieldDossiers;
use survey::wire::quality::QualityView;
use survey::wire::review::{MarkedMonth, ReviewPage};

/// A question, as the edge puts it to the object that has the sums.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Beside {
    /// Which unit.
    pub unit: UnitId,
    /// What the manager asked for, as a query.
    pub query: String,
    /// The units directly below, each with its kind.
    pub children: Vec<(UnitId, String)>,
    /// The dossiers at and below it, by month, where they are known.
    pub eligible: Vec<(String, u64)>,
    /// The nodes above it, nearest first, where they have a say.
    pub above: Vec<UnitId>,
    /// Its dossiers by quarter and field.
    pub fields: Vec<FieldDossiers>,
}

impl Beside {
    /// The code of the form that is asked for, if one is.
    ///
    /// # Errors
    /// As [`Wanted::of`].
    pub fn form(&self) -> Result<Option<String>, Refused> {
        Ok(Wanted::of(&self.rival()?.0)?.form)
    }

    /// The query without the unit that others are compared with, and that unit.
    fn rival(&self) -> Result<(String, Option<UnitId>), Refused> {
        let (mut rest, mut rival) = (Vec::new(), None);
        for pair in self.query.split('&') {
            match pair.strip_prefix("against=") {
                Some(unit) if rival.is_none() => {
                    let bad = |_| Refused::new(Code::BadValue, "`against` is no unit.");
                    rival = Some(UnitId::parse(unit).map_err(bad)?);
                }
                _ => rest.push(pair),
            }
        }
        Ok((rest.join("&"), rival))
    }

    /// Month by month.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::BadValue`] for another question, or a form that is not known here.
    pub fn trend(
        &self,
        slices: &[Slice],
        forms: &Forms,
        now: Millis,
    ) -> Result<TrendPage, Refused> {
        let (form, form_code) = chosen(&Wanted::of(&self.query)?, slices, forms)?;
        Ok(TrendPage {
            unit: self.unit.clone(),
            form: form.id(),
            form_code,
            months: trend(form, slices, now)
                .iter()
                .map(MonthView::from)
                .collect(),
            now,
        })
    }

    /// The units below, side by side.
    ///
    /// # Errors
    /// As [`Beside::trend`].
    pub fn children(
        &self,
        below: &[Snapshot],
        forms: &Forms,
        now: Millis,
    ) -> Result<ChildrenPage, Refused> {
        let (query, rival) = self.rival()?;
        let wanted = Wanted::of(&query)?;
        let all = by_month(below.iter().flat_map(|child| child.slices.clone()));
        let (form, form_code) = chosen(&wanted, &all, forms)?;
        let (from, to) = period(&wanted, &all, form, now);
        let places: Vec<(String, Option<Slice>)> = self
            .children
            .iter()
            .map(|(unit, group)| {
                let mut snapshots = below.iter();
                let own = snapshots.find(|snapshot| snapshot.child == *unit);
                let sum = own.and_then(|own| over(&own.slices, form.id(), &from, &to));
                (group.clone(), sum)
            })
            .collect();
        let (standings, groups) = side_by_side(form, &places);
        let mut children: Vec<ChildView> = self
            .children
            .iter()
            .zip(&standings)
            .map(|((unit, group), standing)| ChildView {
                newest: newest(below, unit, form, &to, now),
                ..ChildView::of(unit.clone(), group.clone(), standing)
            })
            .collect();
        let months: Vec<quality::Place<'_>> = self
            .children
            .iter()
            .map(|(unit, group)| place(below, unit, group, form, (&from, &to)))
            .collect();
        for (child, found) in children.iter_mut().zip(quality::quality(&months)) {
            child.quality = found.as_ref().map(QualityView::from);
        }
        let rival = children
            .iter()
            .position(|child| Some(&child.unit) == rival.as_ref());
        if let Some(at) = rival {
            let differences = against(&places, at);
            for (child, difference) in children.iter_mut().zip(differences) {
                child.against = difference.map(ChangeView::from);
            }
        }
        let mut codes: Vec<String> = all
            .iter()
            .filter_map(|slice| forms.code_of(slice.tally.form()).map(str::to_owned))
            .collect();
        codes.dedup();
        if !codes.contains(&form_code) {
            codes.push(form_code.clone());
        }
        Ok(ChildrenPage {
            unit: self.unit.clone(),
            form: form.id(),
            form_code,
            forms: codes,
            from,
            to,
            children,
            groups: groups.into_iter().map(GroupView::from).collect(),
            now,
        })
    }

    /// What people wrote, as `read` gives it for a form from month to month (rule P13).
    ///
    /// # Errors
    /// As [`Beside::trend`], and what `read` refuses.
    pub fn comments(
        &self,
        slices: &[Slice],
        forms: &Forms,
        now: Millis,
        read: impl Fn(FormId, &str, &str) -> Result<Vec<CommentsOfMonth>, Refused>,
    ) -> Result<CommentsPage, Refused> {
        let wanted = Wanted::of(&self.query)?;
        let (form, form_code) = chosen(&wanted, slices, forms)?;
        let (from, to) = period(&wanted, slices, form, now);
        Ok(CommentsPage {
            unit: self.unit.clone(),
            form_code,
            months: read(form.id(), &from, &to)?,
            now,
        })
    }

    /// What waits for a decision because it may name somebody (rule P13), as `read` gives it.
    ///
    /// # Errors
    /// As [`Beside::comments`].
    pub fn review(
        &self,
        slices: &[Slice],
        forms: &Forms,
        now: Millis,
        read: impl Fn(FormId, &str, &str) -> Result<Vec<MarkedMonth>, Refused>,
    ) -> Result<ReviewPage, Refused> {
        let wanted = Wanted::of(&self.query)?;
        let (form, form_code) = chosen(&wanted, slices, forms)?;
        let (from, to) = period(&wanted, slices, form, now);
        Ok(ReviewPage {
            unit: self.unit.clone(),
            form_code,
            months: read(form.id(), &from, &to)?,
            now,
        })
    }

    /// What the answers cover of the dossiers.
    ///
    /// # Errors
    /// As [`Beside::trend`].
    pub fn coverage(
        &self,
        slices: &[Slice],
        forms: &Forms,
        now: Millis,
    ) -> Result<CoveragePage, Refused> {
        let wanted = Wanted::of(&self.query)?;
        let (form, form_code) = chosen(&wanted, slices, forms)?;
        let (from, to) = period(&wanted, slices, form, now);
        let months = months(&from, &to);
        let known = |month: &String| {
            let mut eligible = self.eligible.iter();
            let found = eligible.find(|(known, _)| known == month);
            found.map(|(_, dossiers)| *dossiers)
        };
        let missing = months.iter().filter(|month| known(month).is_none());
        let missing: Vec<String> = missing.cloned().collect();
        let sum = over(slices, form.id(), &from, &to);
        let eligible = missing
            .is_empty()
            .then(|| months.iter().filter_map(known).sum::<u64>());
        let coverage = eligible.map(|eligible| coverage(sum.as_ref(), eligible));
        Ok(CoveragePage {
            unit: self.unit.clone(),
            form_code,
            from,
            to,
            missing,
            coverage: coverage.as_ref().map(CoverageView::from),
            now,
        })
    }
}

/// A unit below in a period.
fn place<'a>(
    below: &'a [Snapshot],
    unit: &UnitId,
    kind: &str,
    form: &Form,
    (from, to): (&str, &str),
) -> quality::Place<'a> {
    let own = below.iter().find(|snapshot| snapshot.child == *unit);
    let slices = own.into_iter().flat_map(|own| &own.slices);
    let is_asked = |month: &str| (from..=to).contains(&month);
    let visits = own.into_iter().flat_map(|own| &own.visits);
    let visits: Vec<&Visits> = visits.filter(|of| is_asked(&of.month)).collect();
    quality::Place {
        kind: kind.into(),
        months: slices
            .filter(|slice| slice.tally.form() == form.id() && is_asked(&slice.month))
            .collect(),
        opened: visits.iter().map(|of| of.opened).sum(),
        abandoned: visits.iter().map(|of| of.abandoned).sum(),
    }
}

/// What the newest month of a unit, not after the last that is asked for, shows of a change.
fn newest(
    below: &[Snapshot],
    unit: &UnitId,
    form: &Form,
    to: &str,
    now: Millis,
) -> Option<NewestView> {
    let own = below.iter().find(|snapshot| snapshot.child == *unit)?;
    let slices = own.slices.iter().filter(|slice| slice.month.as_str() <= to);
    newest_month(form, slices, now)
        .as_ref()
        .map(NewestView::from)
}

/// The months from one to another, both included; at most ten years of them.
fn months(from: &str, to: &str) -> Vec<String> {
    let first = Day::parse(&format!("{from}-01"));
    let next = |day: &Day| {
        let later = day.plus(31);
        Day::from_calendar(later.year(), later.month(), 1)
    };
    std::iter::successors(first, next)
        .map(Day::month_slice)
        .take_while(|month| month.as_str() <= to)
        .take(120)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::score::{Shape, Tally};

    const NOW: Millis = Millis(1_795_402_800_000);

    fn id(text: &str) -> UnitId {
        UnitId::parse(text).unwrap()
    }

    /// So many people with one answer each in the first factor, so many of them satisfied.
    fn slice(month: &str, people: u64, satisfied: u64) -> Slice {
        let forms = Forms::built_in();
        let (form, _) = forms.with_code("express6").unwrap();
        let shape = Shape::of(form);
        let mut numbers = Tally::empty(form.id(), shape).numbers();
        numbers[0] = people;
        numbers[1] = people;
        numbers[3] = satisfied;
        let of_factors = 16 + 6 * shape.items;
        let levels = 4 * satisfied + (people - satisfied);
        numbers[of_factors..of_factors + 4].copy_from_slice(&[people, satisfied, people, levels]);
        let cross = of_factors + 4 * shape.factors;
        numbers[cross..cross + 3].copy_from_slice(&[satisfied, satisfied, people]);
        let day = Day::parse(&format!("{month}-20")).unwrap();
        Slice {
            month: month.into(),
            atoms: 1,
            first: day,
            last: day,
            tally: Tally::from_numbers(form.id(), shape, &numbers).unwrap(),
        }
    }

    fn beside(query: &str) -> Beside {
        let communes = (1..=6).map(|number| (id(&format!("33.{number}")), "commune".to_owned()));
        Beside {
            unit: id("33"),
            query: query.into(),
            children: communes
                .chain([(id("33.d"), "department".to_owned())])
                .collect(),
            eligible: vec![("2026-10".into(), 400), ("2026-11".into(), 500)],
            above: Vec::new(),
            fields: Vec::new(),
        }
    }

    #[test]
    fn um5_units_stand_beside_their_like_and_without_a_place_where_they_are_few() {
        // The six units of `tests/vectors/stats/peers.json`.
        let units = [
            (130, 118),
            (150, 140),
            (400, 372),
            (500, 455),
            (100, 80),
            (200, 190),
        ];
        let below: Vec<Snapshot> = units
            .into_iter()
            .zip(1..)
            .map(|((people, satisfied), number): (_, u32)| Snapshot {
                child: id(&format!("33.{number}")),
                restore: 0,
                version: 1,
                slices: vec![slice("2026-11", people, satisfied)],
                closed: 0,
                left: Vec::new(),
                quarters: Vec::new(),
                visits: Vec::new(),
            })
            .collect();
        let page = beside("form=express6")
            .children(&below, &Forms::built_in(), NOW)
            .unwrap();
        assert_eq!(page.children.len(), 7);
        assert!(page.children[..6].iter().all(|child| child.place.is_some()));
        let fifth_child = &page.children[4];
        let fifth = fifth_child.place.unwrap();
        assert_eq!(fifth.band, survey::wire::beside::BandView::Below);
        assert_eq!(
            (page.children[6].responses, page.children[6].place),
            (0, None)
        );
        let communes = &page.groups[0];
        assert_eq!((communes.name.as_str(), communes.compared), ("commune", 6));
        assert!(communes.are_told_apart && communes.mean.is_some());
        let newest = fifth_child.newest.as_ref().unwrap();
        assert_eq!((newest.month.as_str(), newest.fell), ("2026-11", None));
        // The fifth less the second: 80 of 100 and 140 of 150 are different, the first and the second not.
        let page = beside("form=express6&against=33.2")
            .children(&below, &Forms::built_in(), NOW)
            .unwrap();
        let differs = |at: usize| page.children[at].against.map(|it| (it.by, it.differs));
        assert_eq!(differs(4), Some((-1_333, true)));
        assert_eq!(differs(0), Some((-256, false)));
        assert_eq!((differs(1), differs(6)), (None, None));
        // Five at least.
        let page = beside("form=express6")
            .children(&below[..4], &Forms::built_in(), NOW)
            .unwrap();
        assert!(page.children.iter().all(|child| child.place.is_none()));
    }

    #[test]
    fn um14_who_left_is_counted_over_the_months_that_are_asked_for() {
        let visits = |month: &str, opened, abandoned| Visits {
            month: month.into(),
            opened,
            abandoned,
        };
        let below = [Snapshot {
            visits: vec![
                visits("2026-09", 70, 60),
                visits("2026-10", 200, 20),
                visits("2026-11", 100, 5),
            ],
            ..crate::page::snapshot(id("33.1"), vec![slice("2026-10", 180, 150)])
        }];
        let forms = Forms::built_in();
        let (form, _) = forms.with_code("express6").unwrap();
        let of = |unit, from, to| {
            let place = place(&below, &id(unit), "commune", form, (from, to));
            (place.months.len(), place.opened, place.abandoned)
        };
        assert_eq!(of("33.1", "2026-10", "2026-11"), (1, 300, 25));
        assert_eq!(of("33.1", "2026-11", "2026-11"), (0, 100, 5));
        assert_eq!(of("33.2", "2026-10", "2026-11"), (0, 0, 0));
    }

    #[test]
    fn um7_coverage_is_told_where_every_month_has_its_dossiers() {
        let slices = [slice("2026-10", 60, 50), slice("2026-11", 40, 38)];
        let page = beside("")
            .coverage(&slices, &Forms::built_in(), NOW)
            .unwrap();
        let coverage = page.coverage.unwrap();
        assert_eq!((coverage.eligible, coverage.responses), (900, 100));
        assert_eq!(coverage.share, Some(1_111));
        let page = beside("from=2026-09&to=2026-11")
            .coverage(&slices, &Forms::built_in(), NOW)
            .unwrap();
        assert_eq!(
            (page.missing, page.coverage),
            (vec!["2026-09".to_owned()], None)
        );
    }

    #[test]
    fn um6_a_trend_is_of_one_form_and_in_order() {
        let slices = [slice("2026-10", 160, 150), slice("2026-11", 140, 90)];
        let page = beside("").trend(&slices, &Forms::built_in(), NOW).unwrap();
        let months: Vec<&str> = page
            .months
            .iter()
            .map(|month| month.month.as_str())
            .collect();
        assert_eq!(months, ["2026-10", "2026-11"]);
        assert!(page.months[1].usual.is_some_and(|usual| usual.fell));
        assert!(
            page.months[1]
                .change
                .is_some_and(|change| change.differs && change.by < 0)
        );
    }
}
