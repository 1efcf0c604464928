//! How the sample's citizens answer: answers of one person resemble each other, units differ, a few
//! people skip, and nobody's answer is anybody's.

use fastrand::Rng;
use survey::answer::Draft;
use survey::day::Day;
use survey::form::{Form, Step};
use survey::id::ResponseId;
use survey::submission::Mode;
use survey::wire::batch::Record;

use super::device::Device;
use super::office::refused;
use crate::trouble::Trouble;

/// How people at a unit tend to answer.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// The form its kiosk shows.
    pub form: &'static str,
    /// Responses on an ordinary day.
    pub a_day: usize,
    /// The unit's own share of satisfaction, in levels.
    pub mood: f64,
    /// Of a hundred responses, given with a helper.
    pub assisted: u8,
}

impl Unit {
    /// The leaning of the unit at a place in the list; the first is the provincial centre.
    #[must_use]
    pub fn of_place(at: usize) -> Self {
        if at == 0 {
            return Self {
                form: "sipas2022",
                a_day: 34,
                mood: 0.15,
                assisted: 6,
            };
        }
        // Some of everything: busy and quiet, better and worse, and one with three answers a month.
        let moods = [0.3, 0.0, -0.25, 0.2, -0.6, 0.45, 0.1, -0.1];
        Self {
            form: if at.is_multiple_of(4) {
                "sipas2022"
            } else {
                "express6"
            },
            a_day: [5, 3, 8, 2, 6, 1, 4][at % 7],
            mood: moods[at % moods.len()],
            assisted: if at % 6 == 5 { 45 } else { 8 },
        }
    }
}

impl Unit {
    /// The same unit where somebody presses only the best face.
    #[must_use]
    pub const fn stuffed(self) -> Self {
        Self { mood: 9.0, ..self }
    }
}

/// Everybody who answers, one after the other.
#[derive(Debug)]
pub struct Citizens {
    random: Rng,
}

/// What some of them write. The second and last hold what must not be kept.
const COMMENTS: [&str; 8] = [
    "Cán bộ hướng dẫn tận tình, cảm ơn.",
    "Tôi chờ từ sáng, gọi giúp tôi số 0912 345 678.",
    "Nên có thêm ghế ngồi cho người già.",
    "Lấy số xong không biết chờ ở đâu.",
    "Thủ tục nhanh hơn trước nhiều.",
    "Phí 50.000 đồng có biên lai rõ ràng.",
    "Máy in hỏng nên phải quay lại lần hai.",
    "Hồ sơ H33.12-261103-0042 vẫn chưa có kết quả.",
];

impl Citizens {
    /// The same people for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed),
        }
    }

    /// The records of one day at one kiosk.
    ///
    /// # Errors
    /// When the kiosk was told to show a form that does not read.
    pub fn of_a_day(
        &mut self,
        unit: &Unit,
        device: &Device,
        day: Day,
    ) -> Result<Vec<Record>, Trouble> {
        let count = self.about(u64::try_from(unit.a_day).unwrap_or_default());
        let count = usize::try_from(count).unwrap_or_default();
        self.so_many(unit, device, day, count)
    }

    /// So many records of one day at one kiosk.
    ///
    /// # Errors
    /// As [`Citizens::of_a_day`].
    pub fn so_many(
        &mut self,
        unit: &Unit,
        device: &Device,
        day: Day,
        count: usize,
    ) -> Result<Vec<Record>, Trouble> {
        let form = Form::parse(&device.config.form)
            .map_err(|error| refused("/v1/device/config", &error.to_string()))?;
        (0..count)
            .map(|_| self.record(&form, unit, device, day))
            .collect()
    }

    /// A number around another, from half of it to one and a half.
    pub fn about(&mut self, mean: u64) -> u64 {
        self.random.u64(mean / 2..=mean + mean / 2)
    }

    /// How many of these do something that so many of a hundred do.
    pub fn of_hundred(&mut self, all: u64, share: u64) -> u64 {
        let does = (0..all).filter(|_| self.random.u64(..100) < share);
        u64::try_from(does.count()).unwrap_or_default()
    }

    fn record(
        &mut self,
        form: &Form,
        unit: &Unit,
        device: &Device,
        day: Day,
    ) -> Result<Record, Trouble> {
        let mut id = [0; 16];
        self.random.fill(&mut id);
        let person = unit.mood + self.bell() * 0.7;
        let mut draft = Draft::open(ResponseId::from_random(id), form, &[]);
        while let Some(step) = draft.current() {
            match step {
                Step::Item(_) if self.random.u8(..100) < 3 => draft.skip(),
                Step::Item(_) => match form.scale().level(self.level(person)) {
                    Some(level) => draft.answer(level),
                    None => draft.skip(),
                },
                // Submit, collect or something else; whether there ever was a petition.
                Step::Filter(0) => draft.choose([0, 1, 1, 0, 1, 2, 0, 1][self.random.usize(..8)]),
                Step::Filter(_) => draft.choose(usize::from(self.random.u8(..100) >= 22)),
                Step::Comment if self.random.u8(..100) < 6 => {
                    draft.comment(COMMENTS[self.random.usize(..COMMENTS.len())]);
                }
                Step::Demographic(_) | Step::Comment => draft.skip(),
            }
        }
        let field = self.random.usize(..device.config.fields.len().max(1));
        let is_assisted = self.random.u8(..100) < unit.assisted;
        let mode = if is_assisted {
            Mode::Assisted
        } else {
            Mode::SelfService
        };
        device.seal(form, draft, (field, mode, day), &mut self.random)
    }

    /// A level around "Hài lòng" that follows the person.
    fn level(&mut self, person: f64) -> u8 {
        let felt = 4.05 + person + self.bell() * 0.55;
        // From most to least satisfied; the last is everybody else.
        let bounds = [(4.6, 5), (3.55, 4), (2.7, 3), (1.9, 2)];
        let reached = bounds.into_iter().find(|(bound, _)| felt >= *bound);
        reached.map_or(1, |(_, level)| level)
    }

    /// Nearly normal, mean 0, variance 1.
    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.random.f64()).sum::<f64>() - 6.0
    }
}
