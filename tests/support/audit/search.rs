//! The search for a union of small classes of which nothing is left once everything shown is taken away.
//! Never: a guess; what is not tried cannot be one.

use std::collections::BTreeSet;

use super::auditor::Mark;
use super::span::plus;

/// Steps at most; with more, the search would not be exact.
const MOST_TRIED: usize = 40_000_000;

/// Small classes, each with what is left of it.
pub struct Search<'a> {
    floor: usize,
    classes: Vec<(&'a Vec<Mark>, Vec<u64>)>,
    /// By place in what is left: the classes that have something there.
    there: Vec<Vec<usize>>,
    tried: usize,
}

impl<'a> Search<'a> {
    /// A search for unions of fewer than `floor`.
    pub fn new(floor: usize, classes: Vec<(&'a Vec<Mark>, Vec<u64>)>) -> Self {
        let places = classes.first().map_or(0, |(_, rest)| rest.len());
        let there = (0..places).map(|place| {
            let has = |at: &usize| classes[*at].1[place] != 0;
            (0..classes.len()).filter(has).collect()
        });
        let there = there.collect();
        Self {
            floor,
            classes,
            there,
            tried: 0,
        }
    }

    /// The members of such a union.
    ///
    /// # Panics
    /// When there are too many to try them all.
    pub fn find(&mut self) -> Option<BTreeSet<Mark>> {
        for first in 0..self.classes.len() {
            let rest = self.classes[first].1.clone();
            if let Some(found) = self.from(&mut vec![first], &rest) {
                let members = found.iter().flat_map(|at| self.classes[*at].0);
                return Some(members.copied().collect());
            }
        }
        None
    }

    /// From these classes on, with so much left of them together. Who makes a place of it vanish has
    /// something at that place: nobody else needs to be tried, and of each union one order of those
    /// after its lowest class is enough.
    fn from(&mut self, members: &mut Vec<usize>, rest: &[u64]) -> Option<Vec<usize>> {
        let Some(place) = rest.iter().position(|number| *number != 0) else {
            return Some(members.clone());
        };
        let size = |members: &[usize]| -> usize {
            members.iter().map(|at| self.classes[*at].0.len()).sum()
        };
        let size = size(members);
        for next in self.there[place].clone() {
            let is_too_many = size + self.classes[next].0.len() >= self.floor;
            if next < members[0] || is_too_many || members.contains(&next) {
                continue;
            }
            self.tried += 1;
            assert!(self.tried <= MOST_TRIED, "too many unions to try them all");
            members.push(next);
            let rest = plus(rest, &self.classes[next].1);
            let found = self.from(members, &rest);
            if found.is_some() {
                return found;
            }
            members.pop();
        }
        None
    }
}
