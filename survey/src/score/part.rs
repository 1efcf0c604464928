//! The part of a tally that speaks about one factor.

use core::mem;

use super::Tally;
use crate::form::Form;

impl Tally {
    /// How many were asked about a factor: they answered one of its items or skipped it.
    #[must_use]
    pub fn asked(&self, form: &Form, factor: usize) -> u64 {
        let items = form.items().iter().zip(&self.items);
        let own = items.filter(|(item, _)| item.factor == Some(factor));
        own.map(|(_, count)| count.answers().saturating_add(count.missing))
            .max()
            .unwrap_or(0)
    }

    /// Takes out everything that speaks about one factor, alone or together with others: its items,
    /// its sums, its products. Put back with [`Tally::merge`], the tally is as before.
    #[must_use]
    pub fn take_factor(&mut self, form: &Form, factor: usize) -> Self {
        let mut part = Self::empty(self.form, self.shape());
        let items = form.items().iter().zip(&mut self.items);
        for ((item, own), taken) in items.zip(&mut part.items) {
            if item.factor == Some(factor) {
                mem::swap(own, taken);
            }
        }
        let factors = self.factors.iter_mut().zip(&mut part.factors);
        for (_, (own, taken)) in factors.enumerate().filter(|(at, _)| *at == factor) {
            mem::swap(own, taken);
        }
        let count = self.factors.len();
        let ordered = (0..count).flat_map(|f| (0..count).map(move |g| (f, g)));
        let cross = self.cross.iter_mut().zip(&mut part.cross);
        // With an overall item the members of the pairs are the factors and that item.
        let paired = (0..=count).flat_map(|f| (f.saturating_add(1)..=count).map(move |g| (f, g)));
        let pairs = self.pairs.iter_mut().zip(&mut part.pairs);
        let speaks = |(f, g): (usize, usize)| f == factor || g == factor;
        for (members, (own, taken)) in ordered.zip(cross) {
            if speaks(members) {
                mem::swap(own, taken);
            }
        }
        for (members, (own, taken)) in paired.zip(pairs) {
            if speaks(members) {
                mem::swap(own, taken);
            }
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Shape;

    #[test]
    fn p5_a_tally_without_a_factor_says_nothing_of_it_and_is_whole_again_with_it() {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let shape = Shape::of(&form);
        let places = Tally::empty(form.id(), shape).numbers().len();
        let numbers: alloc::vec::Vec<u64> = (1..).take(places).collect();
        let whole = Tally::from_numbers(form.id(), shape, &numbers).unwrap();
        let mut rest = whole.clone();
        let part = rest.take_factor(&form, 3);
        assert_eq!((rest.asked(&form, 3), rest.factors()[3].people), (0, 0));
        assert_eq!(part.asked(&form, 3), whole.asked(&form, 3));
        assert_eq!(part.asked(&form, 2), 0);
        assert_eq!(part.people().responses, 0);
        // 6 of an item, 4 of the factor, 5 of each of 9 pairs with it, 6 of each of 5 drivers.
        let said = part.numbers().into_iter().filter(|number| *number > 0);
        assert_eq!(said.count(), 6 + 4 + 5 * 9 + 6 * 5);
        rest.merge(&part).unwrap();
        assert_eq!(rest, whole);
    }
}
