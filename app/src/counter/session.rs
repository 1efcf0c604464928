//! The life of the counter's screen, from one citizen to the next, as a value: touches and news go
//! in, orders to the outside come out. Never: a clock, storage, drawing.

use survey::answer::{Draft, Finished};
use survey::form::{Level, Step};

use crate::device::store::Entry;

/// Touches in the first milliseconds of a screen do nothing (UK5): the second of two quick taps was
/// meant for the screen before.
const DEAF_MS: i64 = 400;

/// Whether what stands `since` then is too new for a touch.
#[must_use]
pub const fn is_deaf(since: i64, now: i64) -> bool {
    now.saturating_sub(since) < DEAF_MS
}

/// A screen that is being cleaned takes no touches for so long (UK13).
pub const CLEANING_S: u16 = 30;

/// What is on the screen, with what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// The storage is being opened.
    Loading,
    /// The device is not enrolled, or is to be enrolled anew.
    Enrol,
    /// Nothing can be kept, so nothing is asked (UK17).
    Paused,
    /// Outside the opening hours (UK12).
    Closed,
    /// A tablet between two citizens: with the staff, who hand it over for one survey (US3).
    Ready,
    /// Waiting for a citizen.
    Attract,
    /// Who asks and why; with the draft when the citizen came back from the first question.
    Notice(Option<Box<Draft>>),
    /// A question, a filter or the comment, as the draft says.
    Asking(Box<Draft>),
    /// Being written to the storage.
    Saving,
    /// Could not be written; nothing is lost yet (O15).
    NotSaved(Box<Entry>),
    /// Written for good (UK9).
    Thanks,
    /// For staff: never answers.
    Staff,
    /// Takes no touches while it is being cleaned (UK13).
    Cleaning,
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Hands the tablet over to a citizen.
    HandOver,
    /// Began.
    Start,
    /// Read the notice and goes on.
    Agree,
    /// Chose a face.
    Answer(Level),
    /// Chose an option of a filter.
    Choose(usize),
    /// Leaves this question out.
    Skip,
    /// Wants the screen before.
    Back,
    /// Sends, with what was written.
    Send(String),
    /// Wants the saving tried again.
    TryAgain,
    /// Stops, or has left.
    Stop,
    /// A member of staff asks for their screen.
    Staff,
}

/// What the outside has to do after a touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nothing.
    Nothing,
    /// Open a draft and call [`Session::begin`].
    Open,
    /// Seal and save the answers, then call [`Session::saved`].
    Seal(Finished),
    /// Save again what was sealed, then call [`Session::saved`].
    Save(Box<Entry>),
    /// Forget this citizen (UK11).
    Clear {
        /// A survey was begun and not finished.
        abandoned: bool,
    },
}

/// The screen and since when it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    screen: Screen,
    /// Milliseconds of the page's own clock.
    since: i64,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            screen: Screen::Loading,
            since: 0,
        }
    }
}

/// Which view is drawn. Another value is another view; the same value stays as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// [`Screen::Loading`].
    Loading,
    /// [`Screen::Enrol`].
    Enrol,
    /// [`Screen::Paused`].
    Paused,
    /// [`Screen::Closed`].
    Closed,
    /// [`Screen::Ready`].
    Ready,
    /// [`Screen::Attract`].
    Attract,
    /// [`Screen::Notice`].
    Notice,
    /// [`Screen::Asking`], at this step.
    Step(Step),
    /// [`Screen::Saving`].
    Saving,
    /// [`Screen::NotSaved`].
    NotSaved,
    /// [`Screen::Thanks`].
    Thanks,
    /// [`Screen::Staff`].
    Staff,
    /// [`Screen::Cleaning`].
    Cleaning,
}

impl View {
    /// Whether it stands between two citizens, so that nothing on it is anybody's.
    #[must_use]
    pub const fn is_between(self) -> bool {
        matches!(self, Self::Attract | Self::Closed | Self::Ready)
    }
}

impl Session {
    /// The screen.
    #[must_use]
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The view of the screen.
    #[must_use]
    pub fn view(&self) -> View {
        match &self.screen {
            Screen::Loading => View::Loading,
            Screen::Enrol => View::Enrol,
            Screen::Paused => View::Paused,
            Screen::Closed => View::Closed,
            Screen::Ready => View::Ready,
            Screen::Attract => View::Attract,
            Screen::Notice(_) => View::Notice,
            Screen::Asking(draft) => draft.current().map_or(View::Saving, View::Step),
            Screen::Saving => View::Saving,
            Screen::NotSaved(_) => View::NotSaved,
            Screen::Thanks => View::Thanks,
            Screen::Staff => View::Staff,
            Screen::Cleaning => View::Cleaning,
        }
    }

    /// The draft in progress.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        match &self.screen {
            Screen::Asking(draft) | Screen::Notice(Some(draft)) => Some(draft),
            _ => None,
        }
    }

    /// Whether the screen is so new that a touch was meant for the one before (UK5).
    #[must_use]
    pub const fn is_deaf(&self, now: i64) -> bool {
        is_deaf(self.since, now)
    }

    /// Whether a citizen may have left something on the screen, so that silence must clear it (UK10).
    #[must_use]
    pub const fn is_someones(&self) -> bool {
        matches!(
            self.screen,
            Screen::Notice(_) | Screen::Asking(_) | Screen::NotSaved(_)
        )
    }

    /// Milliseconds since the screen between two citizens came up; `None` on any other.
    #[must_use]
    pub fn idle_for(&self, now: i64) -> Option<i64> {
        let is_between = self.view().is_between();
        is_between.then(|| now.saturating_sub(self.since))
    }

    /// Seconds that a screen which is being cleaned still takes no touches; `None` on any other (UK13).
    #[must_use]
    pub fn cleaning_for(&self, now: i64) -> Option<u16> {
        let left = i64::from(CLEANING_S) * 1_000 - now.saturating_sub(self.since);
        let is_cleaning = matches!(self.screen, Screen::Cleaning);
        is_cleaning.then(|| u16::try_from((left + 999) / 1_000).unwrap_or_default())
    }

    /// Opens with the screen of rest or closes, between two citizens; an answer begun before may end
    /// (UK12).
    pub fn keep_hours(&mut self, is_open: bool, rest: Screen, now: i64) {
        match (&self.screen, is_open) {
            (Screen::Attract | Screen::Ready, false) => self.show(Screen::Closed, now),
            (Screen::Closed, true) => self.show(rest, now),
            _ => {}
        }
    }

    /// Shows a screen that does not depend on the one before.
    pub fn show(&mut self, screen: Screen, now: i64) {
        self.screen = screen;
        self.since = now;
    }

    /// Shows the first question of a fresh draft; only from the notice.
    pub fn begin(&mut self, draft: Draft, now: i64) {
        if matches!(self.screen, Screen::Notice(None)) {
            self.show(Screen::Asking(Box::new(draft)), now);
        }
    }

    /// Says how the saving ended: thanks only for what is written (UK9, O15).
    pub fn saved(&mut self, outcome: Result<(), Box<Entry>>, now: i64) {
        if self.screen == Screen::Saving {
            match outcome {
                Ok(()) => self.show(Screen::Thanks, now),
                Err(entry) => self.show(Screen::NotSaved(entry), now),
            }
        }
    }

    /// Takes a touch.
    pub fn touch(&mut self, touch: Touch, now: i64) -> Order {
        if self.is_deaf(now) {
            return Order::Nothing;
        }
        if touch == Touch::Stop {
            return self.stop(now);
        }
        // Taken out, so that no path can leave a draft in two places.
        let before = std::mem::replace(&mut self.screen, Screen::Loading);
        match (before, touch) {
            (Screen::Attract, Touch::Start) => self.move_to(Screen::Notice(None), now),
            (Screen::Ready | Screen::Attract | Screen::Closed | Screen::Paused, Touch::Staff) => {
                self.move_to(Screen::Staff, now)
            }
            (Screen::Notice(None), Touch::Agree) => {
                self.screen = Screen::Notice(None);
                Order::Open
            }
            (Screen::Notice(Some(draft)), Touch::Agree) => self.move_to(Screen::Asking(draft), now),
            (Screen::Ready, Touch::HandOver) | (Screen::Notice(None), Touch::Back) => {
                self.move_to(Screen::Attract, now)
            }
            (Screen::NotSaved(entry), Touch::TryAgain) => {
                self.show(Screen::Saving, now);
                Order::Save(entry)
            }
            (Screen::Asking(draft), touch) => self.ask(draft, touch, now),
            (screen, _) => {
                self.screen = screen;
                Order::Nothing
            }
        }
    }

    fn move_to(&mut self, screen: Screen, now: i64) -> Order {
        self.show(screen, now);
        Order::Nothing
    }

    fn ask(&mut self, mut draft: Box<Draft>, touch: Touch, now: i64) -> Order {
        let before = draft.current();
        match touch {
            Touch::Answer(level) => draft.answer(level),
            Touch::Choose(option) => draft.choose(option),
            Touch::Skip => draft.skip(),
            Touch::Send(text) => draft.comment(&text),
            Touch::Back => {
                let was_first = !draft.back();
                if was_first {
                    return self.move_to(Screen::Notice(Some(draft)), now);
                }
            }
            _ => {}
        }
        if draft.current() == before {
            self.screen = Screen::Asking(draft);
            return Order::Nothing;
        }
        match draft.finish() {
            Ok(finished) => {
                self.show(Screen::Saving, now);
                Order::Seal(finished)
            }
            Err(draft) => self.move_to(Screen::Asking(draft), now),
        }
    }

    fn stop(&mut self, now: i64) -> Order {
        // What is being written or was written is not this citizen's to stop any more.
        if !self.is_someones() {
            return Order::Nothing;
        }
        let abandoned = !matches!(self.screen, Screen::Notice(None));
        self.show(Screen::Loading, now);
        Order::Clear { abandoned }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::contract::sample;
    use survey::form::Form;
    use survey::id::ResponseId;

    fn form() -> Form {
        Form::parse(include_str!("../../../survey/forms/sipas2022.json")).unwrap()
    }

    fn asking(form: &Form) -> Session {
        let mut session = Session::default();
        session.show(Screen::Attract, 0);
        assert_eq!(session.touch(Touch::Start, 1_000), Order::Nothing);
        assert_eq!(session.touch(Touch::Agree, 2_000), Order::Open);
        session.begin(
            Draft::open(ResponseId::from_random([1; 16]), form, &[]),
            2_000,
        );
        session
    }

    /// Taps through the form, one screen a second, and counts the taps.
    fn answer_all(session: &mut Session, form: &Form, number: u8) -> (usize, Order) {
        let level = form.scale().level(number).unwrap();
        for taps in 1..100_usize {
            let touch = match session.view() {
                View::Step(Step::Item(_)) => Touch::Answer(level),
                View::Step(Step::Filter(_)) => Touch::Choose(0),
                _ => Touch::Send(String::new()),
            };
            let order = session.touch(touch, 2_000 + 1_000 * i64::try_from(taps).unwrap());
            if order != Order::Nothing {
                return (taps, order);
            }
        }
        panic!("the form never ends");
    }

    #[test]
    fn uk4_all_worst_and_all_best_take_the_same_taps() {
        let form = form();
        let taps = |number| answer_all(&mut asking(&form), &form, number).0;
        assert_eq!(taps(1), taps(5));
    }

    #[test]
    fn uk5_two_taps_200_ms_apart_answer_one_question() {
        let form = form();
        let level = form.scale().level(5).unwrap();
        let mut session = asking(&form);
        assert_eq!(session.touch(Touch::Answer(level), 2_100), Order::Nothing);
        assert_eq!(session.view(), View::Step(Step::Item(0)), "too early");
        session.touch(Touch::Answer(level), 3_000);
        session.touch(Touch::Answer(level), 3_200);
        assert_eq!(session.view(), View::Step(Step::Item(1)));
        session.touch(Touch::Answer(level), 3_400);
        assert_eq!(session.view(), View::Step(Step::Item(2)));
    }

    #[test]
    fn uk5_a_screen_hears_nothing_in_its_first_400_ms_and_everything_after() {
        let mut session = Session::default();
        session.show(Screen::Notice(None), 5_000);
        assert!(session.is_deaf(5_000) && session.is_deaf(5_399));
        assert!(!session.is_deaf(5_400));
    }

    #[test]
    fn uk6_back_from_the_first_question_keeps_the_draft() {
        let form = form();
        let mut session = asking(&form);
        session.touch(Touch::Back, 3_000);
        assert_eq!(session.view(), View::Notice);
        assert_eq!(session.touch(Touch::Agree, 4_000), Order::Nothing);
        assert_eq!(session.view(), View::Step(Step::Item(0)));
    }

    #[test]
    fn uk9_thanks_only_after_complete() {
        let form = form();
        let mut session = asking(&form);
        let (_, order) = answer_all(&mut session, &form, 4);
        assert!(matches!(order, Order::Seal(_)));
        assert_eq!(session.view(), View::Saving);
        for touch in [Touch::Start, Touch::Agree, Touch::TryAgain, Touch::Stop] {
            assert_eq!(session.touch(touch, 900_000), Order::Nothing);
            assert_eq!(session.view(), View::Saving);
        }
        let entry = Box::new(sample(1));
        session.saved(Err(entry.clone()), 900_000);
        assert_eq!(session.view(), View::NotSaved);
        assert_eq!(session.touch(Touch::TryAgain, 901_000), Order::Save(entry));
        session.saved(Ok(()), 902_000);
        assert_eq!(session.view(), View::Thanks);
        session.saved(Err(Box::new(sample(1))), 903_000);
        assert_eq!(session.view(), View::Thanks, "news that came too late");
    }

    #[test]
    fn uk10_stopping_keeps_nothing_and_says_whether_a_survey_was_left() {
        let form = form();
        let mut session = asking(&form);
        assert_eq!(
            session.touch(Touch::Stop, 9_000),
            Order::Clear { abandoned: true }
        );
        assert_eq!(session.draft(), None);
        let mut session = Session::default();
        session.show(Screen::Notice(None), 0);
        assert_eq!(
            session.touch(Touch::Stop, 9_000),
            Order::Clear { abandoned: false }
        );
    }

    #[test]
    fn uk12_closing_time_waits_for_the_citizen() {
        let form = form();
        let mut session = asking(&form);
        session.keep_hours(false, Screen::Attract, 9_000);
        assert_eq!(session.view(), View::Step(Step::Item(0)));
        session.show(Screen::Attract, 9_000);
        session.keep_hours(false, Screen::Attract, 9_500);
        assert_eq!(session.view(), View::Closed);
        assert_eq!(session.touch(Touch::Start, 20_000), Order::Nothing);
        assert_eq!(session.view(), View::Closed);
        session.keep_hours(true, Screen::Attract, 30_000);
        assert_eq!(session.view(), View::Attract);
        session.show(Screen::Ready, 40_000);
        session.keep_hours(false, Screen::Ready, 40_500);
        assert_eq!(session.view(), View::Closed);
        session.keep_hours(true, Screen::Ready, 50_000);
        assert_eq!(session.view(), View::Ready);
    }

    #[test]
    fn us3_a_tablet_is_handed_over_for_one_survey_and_by_one_touch() {
        let mut session = Session::default();
        session.show(Screen::Ready, 0);
        for touch in [Touch::Start, Touch::Agree, Touch::Back, Touch::TryAgain] {
            assert_eq!(session.touch(touch, 1_000), Order::Nothing);
            assert_eq!(session.view(), View::Ready, "nothing begins before that");
        }
        session.touch(Touch::HandOver, 1_000);
        assert_eq!(session.view(), View::Attract);
        session.touch(Touch::Start, 1_200);
        assert_eq!(session.view(), View::Attract, "the second of two touches");
        session.touch(Touch::HandOver, 2_000);
        assert_eq!(session.view(), View::Attract, "it is the citizen's already");
        session.touch(Touch::Start, 3_000);
        assert_eq!(session.view(), View::Notice);
        session.touch(Touch::HandOver, 4_000);
        assert_eq!(session.view(), View::Notice);
    }

    #[test]
    fn uk14_staff_come_in_only_when_nobody_answers() {
        let form = form();
        let mut session = asking(&form);
        session.touch(Touch::Staff, 9_000);
        assert_eq!(session.view(), View::Step(Step::Item(0)));
    }
}
