//! The one source of chance in a run, and the one clock: both begin with the seed. Never: the
//! system's randomness or time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use survey::day::{Day, Millis, Reading};

/// Seeded randomness, shared by everything in a run.
#[derive(Clone)]
pub struct Dice(Rc<RefCell<fastrand::Rng>>);

impl Dice {
    /// The dice of a seed.
    pub fn of(seed: u64) -> Self {
        Self(Rc::new(RefCell::new(fastrand::Rng::with_seed(seed))))
    }

    /// One of `0..sides`; 0 when there are none.
    pub fn below(&self, sides: usize) -> usize {
        if sides == 0 {
            return 0;
        }
        self.0.borrow_mut().usize(0..sides)
    }

    /// True once in `sides` throws.
    pub fn one_in(&self, sides: usize) -> bool {
        self.below(sides) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill(&mut bytes);
        bytes
    }

    /// Puts a list into a random order.
    pub fn shuffle<T>(&self, list: &mut [T]) {
        self.0.borrow_mut().shuffle(list);
    }
}

/// True time, which the server shows and each device shows as well as it can.
#[derive(Clone)]
pub struct Clock(Rc<Cell<i64>>);

/// 23 November 2026, 08:00 in Việt Nam.
const START: Millis = Millis(1_795_395_600_000);

impl Clock {
    /// A Monday morning.
    pub fn start() -> Self {
        Self(Rc::new(Cell::new(START.0)))
    }

    /// Now, truly.
    pub fn now(&self) -> Millis {
        Millis(self.0.get())
    }

    /// Lets time pass.
    pub fn pass(&self, milliseconds: i64) {
        self.0.set(self.0.get() + milliseconds);
    }

    /// The business day, truly.
    pub fn today(&self) -> Day {
        day_of(self.now())
    }

    /// What a device reads whose wall clock is `skew` ahead and whose page began at `began`.
    pub fn read(&self, skew: i64, began: Millis) -> Reading {
        Reading {
            wall: self.now().plus(skew),
            monotonic: self.now().since(began),
        }
    }
}

/// The day of an instant of a run.
pub fn day_of(instant: Millis) -> Day {
    Day::of(instant).unwrap_or_else(|| panic!("{instant:?} is outside the calendar"))
}
