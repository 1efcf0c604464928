//! Signs that the answers of a place deserve a look, and the grade that follows (ST22, rule UM14). Never: a
//! reason to drop an answer or to change a figure, a number of its own.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::COMPARE_FLOOR;
use crate::release::Slice;
use crate::score::{Formula, PeopleCount, Tally};
use crate::stats::quality::{high_rates, unusual_dispersions};

/// From this share on a score is nearly perfect, in hundredths of a percentage point (UM7).
pub const TOO_PERFECT: u16 = 9_800;
/// Fewer places of one kind are no yardstick.
const FEWEST_PEERS: usize = 5;
/// Months with people that a dispersion is said of.
const FEWEST_MONTHS: usize = 6;

/// What deserves a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// More people than at its like chose one level throughout.
    StraightLined,
    /// More answers than at its like came with a helper.
    Assisted,
    /// More answers than at its like came over a week late.
    Late,
    /// More who began than at its like left before the end.
    Abandoned,
    /// The months differ more, or less, than at its like.
    Unsteady,
    /// 98 % or more.
    NearlyPerfect,
}

/// How far the answers of a place may be relied upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// No sign.
    Good,
    /// One.
    Look,
    /// Two or more.
    Doubt,
}

/// The signs of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// In the order of [`Sign`].
    pub signs: Vec<Sign>,
    /// Places of its kind that it was held against, itself included.
    pub peers: usize,
}

impl Quality {
    /// The grade: how many signs there are.
    #[must_use]
    pub const fn grade(&self) -> Grade {
        match self.signs.len() {
            0 => Grade::Good,
            1 => Grade::Look,
            _ => Grade::Doubt,
        }
    }
}

/// One place over a period.
#[derive(Clone, Debug, Default)]
pub struct Place<'a> {
    /// The name of its kind.
    pub kind: String,
    /// Its sums by month of one form.
    pub months: Vec<&'a Slice>,
    /// How many began on its devices, whatever the form.
    pub opened: u64,
    /// How many of these left before the end.
    pub abandoned: u64,
}

/// One count of people.
type Of = fn(&PeopleCount) -> u64;

/// What is held against the like of a place.
struct Counted {
    people: PeopleCount,
    /// (Left before the end, began).
    visits: (u64, u64),
    /// All satisfied, of those who answered, by month.
    months: Vec<(u64, u64)>,
    index: Option<u16>,
}

/// The signs of places, in their order; `None` for fewer than 100 people. Shares are held against places of the
/// same kind, where five have as many: false signs are then at most a twentieth of all.
#[must_use]
pub fn quality(places: &[Place<'_>]) -> Vec<Option<Quality>> {
    let counted: Vec<Option<Counted>> = places.iter().map(count).collect();
    let mut found: Vec<Option<Quality>> = counted
        .iter()
        .map(|place| {
            let is_perfect = place
                .as_ref()?
                .index
                .is_some_and(|index| index >= TOO_PERFECT);
            Some(Quality {
                signs: if is_perfect {
                    vec![Sign::NearlyPerfect]
                } else {
                    Vec::new()
                },
                peers: 1,
            })
        })
        .collect();
    let mut kinds: Vec<&String> = places.iter().map(|place| &place.kind).collect();
    kinds.sort();
    kinds.dedup();
    for kind in kinds {
        let here = places.iter().zip(&counted).enumerate();
        let like: Vec<(usize, &Counted)> = here
            .filter(|(_, (place, _))| &place.kind == kind)
            .filter_map(|(at, (_, counted))| Some((at, counted.as_ref()?)))
            .collect();
        for (at, _) in &like {
            if let Some(Some(own)) = found.get_mut(*at) {
                own.peers = like.len();
            }
        }
        if like.len() < FEWEST_PEERS {
            continue;
        }
        let shares: [(Sign, Of); 3] = [
            (Sign::StraightLined, |people| people.straight_lined),
            (Sign::Assisted, |people| people.assisted),
            (Sign::Late, |people| people.late),
        ];
        for (sign, of) in shares {
            let rate = |it: &Counted| (of(&it.people), it.people.responses);
            mark(&mut found, sign, &high(&like, rate));
        }
        let begun: Vec<(usize, &Counted)> = like
            .iter()
            .filter(|(_, counted)| counted.visits.1 >= COMPARE_FLOOR)
            .copied()
            .collect();
        if begun.len() >= FEWEST_PEERS {
            mark(&mut found, Sign::Abandoned, &high(&begun, |it| it.visits));
        }
        let steady: Vec<&(usize, &Counted)> = like
            .iter()
            .filter(|(_, counted)| counted.months.len() >= FEWEST_MONTHS)
            .collect();
        if steady.len() >= FEWEST_PEERS {
            let months: Vec<&[(u64, u64)]> = steady.iter().map(|(_, it)| &*it.months).collect();
            let unusual = unusual_dispersions(&months).into_iter().zip(&steady);
            let at: Vec<usize> = unusual.filter(|(is, _)| *is).map(|(_, it)| it.0).collect();
            mark(&mut found, Sign::Unsteady, &at);
        }
    }
    for quality in found.iter_mut().flatten() {
        quality.signs.sort_unstable();
    }
    found
}

fn count(place: &Place<'_>) -> Option<Counted> {
    let (first, rest) = place.months.split_first()?;
    let mut sum: Tally = first.tally.clone();
    for month in rest {
        // Slices are of one form.
        sum.merge(&month.tally).ok()?;
    }
    let people = *sum.people();
    let by_month = place.months.iter().map(|month| month.tally.people());
    let by_month = by_month.map(|people| (people.all_satisfied, people.answered));
    (people.responses >= COMPARE_FLOOR).then(|| Counted {
        people,
        visits: (place.abandoned.min(place.opened), place.opened),
        months: by_month.filter(|(_, answered)| *answered > 0).collect(),
        index: sum
            .index(Formula::Pooled)
            .map(crate::score::Index::hundredths),
    })
}

/// Those of a kind whose share, a count of another, stands out above that of their like.
fn high(like: &[(usize, &Counted)], share: impl Fn(&Counted) -> (u64, u64)) -> Vec<usize> {
    let rates: Vec<(u64, u64)> = like.iter().map(|(_, it)| share(it)).collect();
    let high = high_rates(&rates).into_iter().zip(like);
    let high = high.filter(|(is_high, _)| *is_high);
    high.map(|(_, (at, _))| *at).collect()
}

fn mark(found: &mut [Option<Quality>], sign: Sign, at: &[usize]) {
    for at in at {
        if let Some(Some(quality)) = found.get_mut(*at) {
            quality.signs.push(sign);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;
    use crate::form::Form;
    use crate::score::Shape;
    use alloc::format;

    /// Six months of (responses, satisfied with all, assisted, straight-lined, late) each.
    fn place(each: [u64; 5]) -> Vec<Slice> {
        let form = Form::parse(include_str!("../../forms/express6.json")).unwrap();
        let shape = Shape::of(&form);
        let month = |month: u8| {
            let [people, satisfied, assisted, straight, late] = each;
            let mut numbers = Tally::empty(form.id(), shape).numbers();
            numbers[..7].copy_from_slice(&[people, people, 0, satisfied, assisted, straight, late]);
            let of_factors = 16 + 6 * shape.items;
            let levels = 4 * satisfied + (people - satisfied);
            numbers[of_factors..of_factors + 4]
                .copy_from_slice(&[people, satisfied, people, levels]);
            let day = Day::parse(&format!("2026-{month:02}-10")).unwrap();
            Slice {
                month: day.month_slice(),
                atoms: 1,
                first: day,
                last: day,
                tally: Tally::from_numbers(form.id(), shape, &numbers).unwrap(),
            }
        };
        (1..=6).map(month).collect()
    }

    fn signs(places: &[Vec<Slice>]) -> Vec<Option<Vec<Sign>>> {
        let places: Vec<Place<'_>> = places
            .iter()
            .map(|months| Place {
                kind: "commune".into(),
                months: months.iter().collect(),
                ..Place::default()
            })
            .collect();
        let found = quality(&places).into_iter();
        found.map(|it| it.map(|it| it.signs)).collect()
    }

    fn ordinary(at: u64) -> [u64; 5] {
        [40, 30 + at % 3, 3 + at % 2, 8 + at % 3, 1 + at % 2]
    }

    #[test]
    fn um14_what_stands_out_among_its_like_is_a_sign_and_the_rest_is_not() {
        let mut places: Vec<Vec<Slice>> = (0..12).map(|at| place(ordinary(at))).collect();
        assert!(
            signs(&places)
                .iter()
                .all(|signs| signs == &Some(Vec::new()))
        );
        places.push(place([60, 52, 3, 30, 1]));
        places.push(place([40, 31, 28, 9, 1]));
        places.push(place([40, 31, 3, 9, 20]));
        places.push(place([40, 40, 3, 9, 1]));
        let found = signs(&places);
        let expected = [
            Sign::StraightLined,
            Sign::Assisted,
            Sign::Late,
            Sign::NearlyPerfect,
        ];
        for (found, sign) in found[12..].iter().zip(expected) {
            assert!(
                found.as_ref().unwrap().contains(&sign),
                "{found:?} lacks {sign:?}"
            );
        }
        assert!(
            found[..12].iter().all(|signs| signs == &Some(Vec::new())),
            "{found:?}"
        );
    }

    #[test]
    fn um14_where_many_begin_and_leave_is_a_sign_and_few_beginnings_are_none() {
        let months: Vec<Vec<Slice>> = (0..16).map(|at| place(ordinary(at))).collect();
        let judged = |visits: &dyn Fn(usize) -> (u64, u64)| {
            let places: Vec<Place<'_>> = months
                .iter()
                .enumerate()
                .map(|(at, months)| Place {
                    kind: "commune".into(),
                    months: months.iter().collect(),
                    opened: visits(at).1,
                    abandoned: visits(at).0,
                })
                .collect();
            let marked = quality(&places).into_iter().enumerate();
            let marked = marked.filter(|(_, it)| {
                it.as_ref()
                    .is_some_and(|it| it.signs.contains(&Sign::Abandoned))
            });
            marked.map(|(at, _)| at).collect::<Vec<usize>>()
        };
        // One in twenty leaves, and at the sixth one in four.
        let one_stands_out = |at| (if at == 5 { 60 } else { 12 }, 252);
        assert_eq!(judged(&one_stands_out), [5]);
        // Devices that tell nothing, as paper, are no yardstick and are not judged.
        let some_tell = |at| if at < 12 { one_stands_out(at) } else { (0, 0) };
        assert_eq!(judged(&some_tell), [5]);
        let too_few_tell = |at| {
            if (3..7).contains(&at) {
                one_stands_out(at)
            } else {
                (9, 12)
            }
        };
        assert_eq!(judged(&too_few_tell), [0; 0]);
        // More left than began cannot be; it is not more than all.
        assert_eq!(judged(&|_| (500, 252)), [0; 0]);
    }

    #[test]
    fn um14_less_than_its_like_is_no_sign_and_few_people_or_few_peers_are_not_judged() {
        let mut places: Vec<Vec<Slice>> = (0..12).map(|at| place(ordinary(at))).collect();
        places.push(place([60, 45, 0, 0, 0]));
        places.push(place([16, 16, 16, 16, 16]));
        let found = signs(&places);
        assert_eq!(found[12], Some(Vec::new()));
        assert_eq!(found[13], None);
        let few: Vec<Vec<Slice>> = vec![place(ordinary(1)), place([40, 31, 28, 30, 20])];
        assert_eq!(signs(&few), [Some(Vec::new()), Some(Vec::new())]);
    }

    #[test]
    fn um14_a_grade_is_how_many_signs_there_are() {
        let of = |signs: &[Sign]| {
            let signs = signs.to_vec();
            Quality { signs, peers: 9 }.grade()
        };
        assert_eq!(of(&[]), Grade::Good);
        assert_eq!(of(&[Sign::Late]), Grade::Look);
        assert_eq!(of(&[Sign::Late, Sign::NearlyPerfect]), Grade::Doubt);
    }
}
