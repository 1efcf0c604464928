//! What happens to each unit of the sample year: how many come, how they tend to answer, what goes wrong.

use survey::day::Day;
use survey::wire::manager::UnitKind;

use super::answers::{Citizens, Unit as Leaning};
use super::province::Unit;

/// Days on which no counter is open although it is no weekend: New Year, Tết, the Hùng Kings, the end of
/// April, National Day.
const HOLIDAYS: [&str; 13] = [
    "2026-01-01",
    "2026-02-16",
    "2026-02-17",
    "2026-02-18",
    "2026-02-19",
    "2026-02-20",
    "2026-04-27",
    "2026-04-30",
    "2026-05-01",
    "2026-08-31",
    "2026-09-01",
    "2026-09-02",
    "2025-09-02",
];

/// Whether counters are open.
#[must_use]
pub fn is_working_day(day: Day) -> bool {
    day.day_of_week() <= 5 && !HOLIDAYS.contains(&day.to_string().as_str())
}

/// What is special about a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing.
    Plain,
    /// No network and no kiosk for three weeks.
    Outage,
    /// A better counter from the middle on.
    Improves,
    /// Somebody presses the best face, fifteen times on a Friday.
    Stuffs,
    /// Three answers in a month.
    Quiet,
    /// The tablet is brought to a network every other week.
    Late,
    /// Staff stand beside nearly every other citizen.
    Assists,
}

/// How often the best face is pressed by somebody who is no citizen.
const STUFFED: usize = 15;

/// Who comes to a unit on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visitors {
    /// Dossiers that end.
    pub dossiers: u64,
    /// Citizens who answer.
    pub people: usize,
    /// Citizens who begin and leave.
    pub left: usize,
    /// Answers of nobody.
    pub stuffed: usize,
}

/// A unit's year.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// How people tend to answer on an ordinary day.
    pub leaning: Leaning,
    /// What is special.
    pub turn: Turn,
    /// Dossiers that end on an ordinary day.
    a_day: u64,
    /// Of a hundred people, how many answer.
    participation: u64,
    /// Of a hundred who begin, how many leave, about.
    leaving: u64,
    from: Day,
    to: Day,
}

impl Story {
    /// The story of the unit at a place in the list of those that collect answers.
    #[must_use]
    pub fn of(at: usize, unit: &Unit, from: Day, to: Day) -> Self {
        let place = u64::try_from(at).unwrap_or_default();
        let turn = match (unit.kind, at) {
            (UnitKind::Commune, 5) => Turn::Outage,
            (UnitKind::Commune, 9) => Turn::Improves,
            (UnitKind::Commune, 13) => Turn::Stuffs,
            (UnitKind::Commune, 17) => Turn::Quiet,
            (UnitKind::Commune, 40 | 61) => Turn::Late,
            (UnitKind::Commune, 29) => Turn::Assists,
            _ => Turn::Plain,
        };
        let a_day = match unit.kind {
            UnitKind::OneStop => 210,
            UnitKind::Department => 18 + place * 7 % 45,
            _ => 1 + place * 11 % 21,
        };
        Self {
            leaning: Leaning {
                form: if unit.kind == UnitKind::Commune && !at.is_multiple_of(4) {
                    "express6"
                } else {
                    "sipas2022"
                },
                // As much help as is usual, a little more here and a little less there.
                assisted: match turn {
                    Turn::Assists => 45,
                    _ => [6, 9, 7, 11, 8, 10, 7][at % 7],
                },
                ..Leaning::of_place(at)
            },
            turn,
            a_day,
            participation: 10 + place * 7 % 21,
            leaving: 4 + place * 3 % 5,
            from,
            to,
        }
    }

    /// How people tend to answer on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Leaning {
        let mood = match self.turn {
            Turn::Improves if self.is_in_second_half(day) => self.leaning.mood + 0.7,
            Turn::Improves => self.leaning.mood - 0.5,
            _ => self.leaning.mood,
        };
        Leaning {
            mood,
            ..self.leaning
        }
    }

    /// Who comes on a day.
    pub fn visitors(&self, citizens: &mut Citizens, day: Day) -> Visitors {
        // Mondays are busy, Fridays are not.
        let weight = [13, 11, 10, 9, 7].get(usize::from(day.day_of_week()).saturating_sub(1));
        let mean = self.a_day * weight.copied().unwrap_or(0) / 10;
        let dossiers = citizens.about(mean);
        let answering = citizens.of_hundred(dossiers, self.participation);
        let answering = match self.turn {
            Turn::Outage if self.is_out(day) => 0,
            Turn::Quiet => u64::from([6, 15, 24].contains(&day.day_of_month())),
            _ => answering,
        };
        let is_stuffed = self.turn == Turn::Stuffs && day.day_of_week() == 5;
        // Rounded up on some days and down on others; nothing is drawn, so the answers stay as they are.
        let spread = u64::from(day.day_of_month()) * 37 % 100;
        let left = (answering * self.leaving + spread) / 100;
        Visitors {
            dossiers,
            left: usize::try_from(left).unwrap_or_default(),
            people: usize::try_from(answering).unwrap_or_default(),
            stuffed: if is_stuffed { STUFFED } else { 0 },
        }
    }

    /// Whether the device has a network at the end of a day.
    #[must_use]
    pub fn delivers_on(&self, day: Day) -> bool {
        self.turn != Turn::Late || day.since(self.from).rem_euclid(14) == 4
    }

    fn is_in_second_half(&self, day: Day) -> bool {
        day.since(self.from) * 2 > self.to.since(self.from)
    }

    /// Three weeks after two thirds of the time.
    fn is_out(&self, day: Day) -> bool {
        let since = day.since(self.from.plus(self.to.since(self.from) * 2 / 3));
        (0..21).contains(&since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::province;
    use crate::trouble::Trouble;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    fn stories() -> Result<Vec<Story>, Trouble> {
        let mut units = province::units()?;
        units.extend(province::departments()?);
        let collecting = units.iter().filter(|unit| unit.collects).enumerate();
        let (from, to) = (day("2026-01-01"), day("2026-11-20"));
        Ok(collecting
            .map(|(at, unit)| Story::of(at, unit, from, to))
            .collect())
    }

    #[test]
    fn every_story_is_told_and_every_unit_is_of_its_size() -> Result<(), Trouble> {
        let stories = stories()?;
        let count = |turn| stories.iter().filter(|story| story.turn == turn).count();
        assert_eq!(
            [
                Turn::Outage,
                Turn::Improves,
                Turn::Stuffs,
                Turn::Quiet,
                Turn::Late,
                Turn::Assists
            ]
            .map(count),
            [1, 1, 1, 1, 2, 1]
        );
        assert_eq!(stories[0].a_day, 210);
        let communes = stories[1..105].iter();
        assert!(
            communes
                .clone()
                .all(|story| (1..=21).contains(&story.a_day))
        );
        assert!(
            stories
                .iter()
                .all(|story| (10..=30).contains(&story.participation))
        );
        Ok(())
    }

    #[test]
    fn a_quiet_unit_has_three_answers_in_a_month_and_an_outage_none() -> Result<(), Trouble> {
        let stories = stories()?;
        let of = |turn| {
            stories
                .iter()
                .find(|story| story.turn == turn)
                .expect("told")
        };
        let mut citizens = Citizens::seeded(7);
        let july: Vec<Day> = (0..31)
            .map(|ahead| day("2026-07-01").plus(ahead))
            .filter(|day| is_working_day(*day))
            .collect();
        let mut people = |story: &Story, days: &[Day]| -> usize {
            days.iter()
                .map(|day| story.visitors(&mut citizens, *day))
                .map(|visitors| visitors.people + visitors.stuffed)
                .sum()
        };
        assert_eq!(people(of(Turn::Quiet), &july), 3);
        let out: Vec<Day> = (0..21).map(|ahead| day("2026-08-04").plus(ahead)).collect();
        assert_eq!(people(of(Turn::Outage), &out), 0);
        assert!(people(of(Turn::Stuffs), &[day("2026-07-10")]) >= 15);
        Ok(())
    }

    #[test]
    fn tet_is_a_holiday() {
        assert!(!is_working_day(day("2026-02-17")));
        assert!(!is_working_day(day("2026-11-22")));
        assert!(is_working_day(day("2026-11-20")));
    }
}
