//! Places side by side: each with its figure, and among its like where it is (rules ST9, ST11 to ST14).
//! Never: a league table.

use alloc::string::String;
use alloc::vec::Vec;

use super::trend::comparable;
use super::{Figure, pooled, publish_overall};
use crate::day::Day;
use crate::form::Form;
use crate::release::Slice;
use crate::score::{Formula, Shape, Tally};
use crate::stats::peers::{Comparison, Place, compare};
use crate::stats::{Difference, Estimate};

/// What may be shown of one of several places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// First and last business day of the responses.
    pub span: Option<(Day, Day)>,
    /// Responses.
    pub responses: u64,
    /// Of these, given with a helper.
    pub assisted: u64,
    /// `f1_pooled`.
    pub figure: Figure,
    /// Where it is among its like (ST11 to ST14): from 100 people on, among at least five such places
    /// that can be told apart.
    pub place: Option<Place>,
}

/// Places of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// As it was named.
    pub name: String,
    /// How many of them have enough people to be compared.
    pub compared: usize,
    /// The share of all of those together, in hundredths of a percentage point; `None` for fewer than
    /// five.
    pub mean: Option<u16>,
    /// Chance does not explain all the difference that is seen.
    pub are_told_apart: bool,
}

/// ST9: each place minus the one at a position; `None` for that one itself, and where either has fewer
/// people than are compared.
#[must_use]
pub fn against(places: &[(String, Option<Slice>)], at: usize) -> Vec<Option<Difference>> {
    let estimate = |(_, slice): &(String, Option<Slice>)| comparable(&slice.as_ref()?.tally);
    let other = places.get(at).and_then(estimate);
    let places = places.iter().enumerate();
    places
        .map(|(own, place)| Some(estimate(place)?.minus(&other.filter(|_| own != at)?)))
        .collect()
}

/// Puts places side by side, each given by the name of its kind and its sum. The standings come in
/// the order of the places.
#[must_use]
pub fn side_by_side(
    form: &Form,
    places: &[(String, Option<Slice>)],
) -> (Vec<Standing>, Vec<Group>) {
    let empty = Tally::empty(form.id(), Shape::of(form));
    let tally = |slice: &Option<Slice>| {
        slice
            .as_ref()
            .map_or_else(|| empty.clone(), |slice| slice.tally.clone())
    };
    let mut standings: Vec<Standing> = places
        .iter()
        .map(|(_, slice)| {
            let tally = tally(slice);
            Standing {
                span: slice.as_ref().map(|slice| (slice.first, slice.last)),
                responses: tally.people().responses,
                assisted: tally.people().assisted,
                figure: pooled(publish_overall(&tally, Formula::Pooled)),
                place: None,
            }
        })
        .collect();
    let mut names: Vec<&String> = places.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let groups = names.into_iter().map(|name| {
        let of_group = places
            .iter()
            .enumerate()
            .filter(|(_, (own, _))| own == name);
        let compared: Vec<(usize, Estimate)> = of_group
            .filter_map(|(at, (_, slice))| Some((at, comparable(&tally(slice))?)))
            .collect();
        let estimates: Vec<Estimate> = compared.iter().map(|(_, estimate)| *estimate).collect();
        let (mean, are_told_apart) = match compare(&estimates) {
            None => (None, false),
            Some(Comparison::Indistinguishable { mean }) => (Some(mean), false),
            Some(Comparison::Distinguished { mean, units }) => {
                for ((at, _), place) in compared.iter().zip(units) {
                    if let Some(standing) = standings.get_mut(*at) {
                        standing.place = Some(place);
                    }
                }
                (Some(mean), true)
            }
        };
        Group {
            name: name.clone(),
            compared: compared.len(),
            mean,
            are_told_apart,
        }
    });
    let groups = groups.collect();
    (standings, groups)
}
