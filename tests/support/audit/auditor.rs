//! The attacker: everything that was ever shown, and the search for a few people in it (rule P8).
//! Never: knows a rule of publication.

use std::collections::{BTreeMap, BTreeSet};

use super::search::Search;
use super::span::Span;

/// One person's answers on one subject: 0 is what everybody is asked, another number a factor under a
/// filter. What a figure is about is a set of these.
pub type Mark = (usize, u8);

/// Keeps what was shown.
#[derive(Clone)]
pub struct Auditor {
    floor: usize,
    shown: BTreeSet<Vec<Mark>>,
}

impl Auditor {
    /// Looks for sets of fewer than `floor`.
    #[must_use]
    pub fn new(floor: usize) -> Self {
        Self {
            floor,
            shown: BTreeSet::new(),
        }
    }

    /// A figure about these was shown.
    pub fn see(&mut self, about: &BTreeSet<Mark>) {
        if !about.is_empty() {
            self.shown.insert(about.iter().copied().collect());
        }
    }

    /// How many different sets were shown.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.shown.len()
    }

    /// A set of fewer than the floor whose sum follows from the sums that were shown, if there is one.
    ///
    /// Exact: every sum that follows counts all members of a class alike, where a class is what no
    /// shown set tells apart. So only unions of classes can be found, and none that is small enough is
    /// passed by.
    ///
    /// # Panics
    /// When there are too many unions to try them all.
    #[must_use]
    pub fn find(&self) -> Option<BTreeSet<Mark>> {
        let classes = self.classes();
        let is_small = |class: &&Vec<Mark>| class.len() < self.floor;
        if !classes.iter().any(|class| is_small(&class)) {
            return None;
        }
        let place: BTreeMap<Mark, usize> = classes
            .iter()
            .enumerate()
            .flat_map(|(at, class)| class.iter().map(move |mark| (*mark, at)))
            .collect();
        let mut span = Span::default();
        for set in &self.shown {
            let mut vector = vec![0; classes.len()];
            for mark in set {
                vector[place[mark]] = 1;
            }
            span.add(&vector);
        }
        let small: Vec<&Vec<Mark>> = classes.iter().filter(is_small).collect();
        let small = small.into_iter().map(|class| {
            let mut vector = vec![0; classes.len()];
            vector[place[&class[0]]] = 1;
            (class, span.rest(&vector))
        });
        Search::new(self.floor, small.collect()).find()
    }

    /// The first difference of two shown sets, one within the other, that is smaller than the floor.
    #[must_use]
    pub fn find_difference(&self) -> Option<BTreeSet<Mark>> {
        let sets: Vec<BTreeSet<Mark>> = self
            .shown
            .iter()
            .map(|set| set.iter().copied().collect())
            .collect();
        sets.iter().find_map(|larger| {
            sets.iter().find_map(|smaller| {
                let rest = larger.len().checked_sub(smaller.len())?;
                let is_few = (1..self.floor).contains(&rest) && smaller.is_subset(larger);
                is_few.then(|| larger.difference(smaller).copied().collect())
            })
        })
    }

    /// What no shown set tells apart.
    fn classes(&self) -> Vec<Vec<Mark>> {
        let mut shown_in: BTreeMap<Mark, Vec<usize>> = BTreeMap::new();
        for (at, set) in self.shown.iter().enumerate() {
            for mark in set {
                shown_in.entry(*mark).or_default().push(at);
            }
        }
        let mut classes: BTreeMap<Vec<usize>, Vec<Mark>> = BTreeMap::new();
        for (mark, sets) in shown_in {
            classes.entry(sets).or_default().push(mark);
        }
        classes.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every subset of everybody, one by one.
    fn by_brute_force(sets: &[BTreeSet<Mark>], people: usize, floor: usize) -> bool {
        let vector = |set: &BTreeSet<Mark>| -> Vec<u64> {
            (0..people)
                .map(|person| u64::from(set.contains(&(person, 0))))
                .collect()
        };
        let mut span = Span::default();
        for set in sets {
            span.add(&vector(set));
        }
        (1..1_usize << people).any(|bits| {
            let subset = (0..people).filter(|person| bits >> person & 1 == 1);
            let subset: BTreeSet<Mark> = subset.map(|person| (person, 0)).collect();
            subset.len() < floor && span.holds(&vector(&subset))
        })
    }

    #[test]
    fn p8_the_auditor_finds_what_trying_every_subset_finds() {
        let mut random = fastrand::Rng::with_seed(8);
        let (mut found, mut not_found) = (0, 0);
        for _ in 0..400 {
            let people = random.usize(4..11);
            let draw = |random: &mut fastrand::Rng| -> BTreeSet<Mark> {
                let chosen = (0..people).filter(|_| random.bool());
                chosen.map(|person| (person, 0)).collect()
            };
            let sets: Vec<_> = (0..random.usize(1..7)).map(|_| draw(&mut random)).collect();
            let mut auditor = Auditor::new(4);
            for set in &sets {
                auditor.see(set);
            }
            let is_found = auditor.find().is_some();
            assert_eq!(is_found, by_brute_force(&sets, people, 4), "{sets:?}");
            if is_found { found += 1 } else { not_found += 1 }
        }
        assert!(found > 50 && not_found > 50, "{found} and {not_found}");
    }

    #[test]
    fn p8_more_follows_than_differences_tell() {
        let set = |people: &[usize]| people.iter().map(|person| (*person, 0)).collect();
        let mut auditor = Auditor::new(2);
        for people in [[0, 1], [1, 2], [0, 2]] {
            auditor.see(&set(&people));
        }
        // Half of (a + b) + (a + c) - (b + c).
        assert_eq!(
            (auditor.find_difference(), auditor.find().is_some()),
            (None, true)
        );
    }
}
