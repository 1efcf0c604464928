//! The running counter: the model, and the errands it sends outside. Never: a decision; those are in
//! `session.rs`, `sync.rs` and the survey crate.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use survey::answer::{Draft, Finished};
use survey::id::{ResponseId, Salt};
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};

use super::idle::{Silence, judge, lets_shell_in};
use super::listen;
use super::model::{Hearing, Look, Model};
use super::pack::Pack;
use super::session::{Order, Screen, Touch, View, is_deaf};
use super::setup::Setup;
use super::timekeeper::Timekeeper;
use crate::device::bell::Bell;
use crate::device::indexed_db::IndexedDb;
use crate::device::shell::Shell;
use crate::device::store::{Begun, Entry, Store};
use crate::device::{clock, page, random, witness};
use crate::parts::Wording;

/// The thanks stay so long before the next citizen's screen.
const THANKS_MS: i64 = 5_000;
/// A screen between two citizens that stood so long shows that its shell is good (U1).
pub const STOOD_MS: u32 = 1_000;
/// The staff screen closes itself after so many seconds without a touch (UK14).
const STAFF_S: u16 = 60;

/// The parts of the world outside that this page holds on to.
pub struct Outside {
    /// What the device remembers.
    pub store: IndexedDb,
    /// What it knows about the time.
    pub timekeeper: Timekeeper,
    /// Wakes the sender.
    pub bell: Bell,
    /// Calls the staff screen while a finger rests on the corner.
    pub corner: Cell<Option<TimeoutHandle>>,
    shell: RefCell<Option<Shell>>,
}

/// What the page holds. There is one for its whole life.
pub struct State {
    model: ArcRwSignal<Model>,
    touched: Cell<i64>,
    asked: Cell<i64>,
    began: Cell<i64>,
    turn: Cell<u32>,
    outside: Rc<Outside>,
}

/// Does something that takes time. Boxed, so that all errands are compiled as one.
pub fn errand(work: impl Future<Output = ()> + 'static) {
    let work: Pin<Box<dyn Future<Output = ()>>> = Box::pin(work);
    leptos::task::spawn_local(work);
}

/// A handle to the state, as small as a pointer: every button of every screen holds one.
#[derive(Clone, Copy)]
pub struct Kiosk(&'static State);

impl Deref for Kiosk {
    type Target = State;

    fn deref(&self) -> &State {
        self.0
    }
}

impl Kiosk {
    /// A counter that still has to open its storage. It is never freed: the page is its life.
    #[must_use]
    pub fn new() -> Self {
        let outside = Outside {
            store: IndexedDb::named("hai-long"),
            timekeeper: Timekeeper::start(clock::read()),
            bell: Bell::default(),
            corner: Cell::default(),
            shell: RefCell::default(),
        };
        Self(Box::leak(Box::new(State {
            model: ArcRwSignal::new(Model::default()),
            touched: Cell::new(clock::monotonic()),
            asked: Cell::new(0),
            began: Cell::new(0),
            turn: Cell::new(0),
            outside: Rc::new(outside),
        })))
    }

    /// Draws from the model; what is drawn follows its changes.
    pub fn draw<T>(self, draw: impl FnOnce(&Model) -> T) -> T {
        self.model.with(draw)
    }

    /// Looks at the model as it is now.
    pub fn look<T>(self, look: impl FnOnce(&Model) -> T) -> T {
        self.model.with_untracked(look)
    }

    /// Changes the model; the screen follows.
    pub fn change(self, change: impl FnOnce(&mut Model)) {
        self.model.update(change);
    }

    /// Which screen stands.
    #[must_use]
    pub fn view(self) -> View {
        self.look(Model::view)
    }

    /// The world outside.
    #[must_use]
    pub fn outside(self) -> Rc<Outside> {
        Rc::clone(&self.outside)
    }

    /// Uses the last good configuration and the languages that it names.
    pub fn adopt(self) {
        let config = self.look(|model| model.facts.config.clone());
        let setup = config.and_then(|config| Setup::read(&config)).map(Arc::new);
        self.change(|model| {
            model.setup.clone_from(&setup);
            // Words of another form must not stand under this one's keys until its own are here.
            let is_own = |words: &Wording| setup.as_ref().is_some_and(|it| words.is_of(&it.form));
            for pack in &mut model.packs {
                if pack.form.as_ref().is_some_and(|words| !is_own(words)) {
                    Rc::make_mut(pack).form = None;
                }
            }
            model.language = model.languages().first().cloned().unwrap_or_default();
        });
        for tag in self.look(Model::languages) {
            let setup = setup.clone();
            errand(async move {
                let form = setup.as_ref().map(|setup| &setup.form);
                if let Some(pack) = Pack::fetch(tag, form).await {
                    self.change(|model| {
                        model.packs.retain(|known| known.tag != pack.tag);
                        model.packs.push(Rc::new(pack));
                    });
                    request_animation_frame(move || listen::look(self));
                }
            });
        }
    }

    /// Holds on to the service worker, and tells it what it was too late to hear.
    pub fn keep_shell(self, shell: Option<Shell>) {
        self.outside().shell.replace(shell);
        let stood_ms = self.look(|model| model.session.idle_for(clock::monotonic()));
        if stood_ms.is_some_and(|stood_ms| stood_ms >= i64::from(STOOD_MS)) {
            self.say_shown();
        }
    }

    /// Shows a screen that does not follow from a touch.
    pub fn show(self, screen: Screen) {
        self.change(|model| model.session.show(screen, clock::monotonic()));
    }

    /// Looks up the queue in counts, for staff.
    pub async fn recount(self) {
        let outside = self.outside();
        if let Ok(counts) = outside.store.summary().await {
            let ahead = outside.timekeeper.minutes_ahead();
            self.change(|model| {
                model.counts = counts;
                model.minutes_ahead = ahead;
            });
        }
    }

    /// Begins a new turn of listening; what the ones before still do is nobody's any more.
    #[must_use]
    pub fn turn(self) -> u32 {
        let turn = self.turn.get().wrapping_add(1);
        self.turn.set(turn);
        turn
    }

    /// Whether this is still the turn of listening.
    #[must_use]
    pub fn is_turn(self, turn: u32) -> bool {
        self.turn.get() == turn
    }

    /// Says how far the listening is, if it is still this turn.
    pub fn hear(self, hearing: Hearing, turn: u32) {
        if self.is_turn(turn) && self.look(|model| model.hearing != hearing) {
            self.change(|model| model.hearing = hearing);
        }
    }

    /// Notes that somebody is there.
    pub fn stay(self) {
        self.touched.set(clock::monotonic());
        self.show_leaving(None);
    }

    fn show_leaving(self, leaving: Option<u16>) {
        let before = self.look(|model| model.leaving);
        if before.is_none() {
            self.asked.set(clock::monotonic());
        }
        if before != leaving {
            self.change(|model| model.leaving = leaving);
        }
    }

    /// Whether what a touch would meet came up just now, so that it was meant for what stood before (UK5):
    /// the screen, or the countdown over it.
    #[must_use]
    pub fn is_deaf(self) -> bool {
        let now = clock::monotonic();
        self.look(|model| match model.leaving {
            Some(_) => is_deaf(self.asked.get(), now),
            None => model.session.is_deaf(now),
        })
    }

    /// Asks whether to stop: the countdown begins at once.
    pub fn ask_to_leave(self) {
        let idle_s = self.look(|model| model.idle_s().filter(|_| model.session.is_someones()));
        if let Some(idle_s) = idle_s {
            let touched = clock::monotonic() - i64::from(idle_s) * 1_000;
            self.touched.set(touched);
            self.watch_silence();
        }
    }

    /// Looks how long nobody has touched the screen; to be called a few times a second.
    pub fn watch_silence(self) {
        let quiet_ms = clock::monotonic() - self.touched.get();
        if self.view() == View::Staff {
            if judge(quiet_ms, STAFF_S, 0) == Silence::Over {
                page::leave_for("/");
            }
            return;
        }
        match self.look(|model| model.session.cleaning_for(clock::monotonic())) {
            None => {}
            Some(0) => return page::leave_for("/"),
            Some(left) if self.look(|model| model.cleaning == left) => return,
            Some(left) => return self.change(|model| model.cleaning = left),
        }
        let is_between = self.view().is_between();
        let silence = self.look(|model| match (&model.setup, model.idle_s()) {
            (Some(setup), Some(idle_s)) if model.session.is_someones() => {
                judge(quiet_ms, idle_s, setup.config.countdown_s)
            }
            // A look that was left on, and nobody asks for it any more: nothing to count down for.
            // The same of a tablet that nobody takes: it is the staff's again (US3).
            (_, Some(idle_s)) if is_between && (model.is_to_taste() || model.is_handed_over()) => {
                judge(quiet_ms, idle_s, 0)
            }
            _ => Silence::Short,
        });
        match silence {
            Silence::Short => self.show_leaving(None),
            Silence::Leaving(seconds) => self.show_leaving(Some(seconds)),
            Silence::Over if is_between => self.start_anew(),
            Silence::Over => self.touch(Touch::Stop),
        }
    }

    /// Opens and closes as the configuration says (UK12), by the best time that is known.
    pub fn watch_hours(self) {
        let time = self.outside().timekeeper.time(clock::read());
        let is_open = self.look(|model| model.setup.as_ref().is_none_or(|it| it.is_open(time)));
        let is_wrong = match self.view() {
            View::Attract | View::Ready => !is_open,
            View::Closed => is_open,
            _ => false,
        };
        if is_wrong {
            self.change(|model| {
                let rest = model.rest();
                model.session.keep_hours(is_open, rest, clock::monotonic());
            });
        }
    }

    /// Lets a waiting shell in when it harms nobody (U2).
    pub fn watch_update(self) {
        let outside = self.outside();
        let shell = outside.shell.borrow();
        let Some(shell) = shell.as_ref() else { return };
        let has_update = shell.has_update();
        if self.look(|model| model.has_update != has_update) {
            self.change(|model| model.has_update = has_update);
        }
        let waited_ms = witness::shell_waited(has_update, clock::wall());
        let idle_ms = self.look(|model| model.session.idle_for(clock::monotonic()));
        if has_update && lets_shell_in(self.view(), idle_ms, waited_ms) {
            shell.update();
        }
    }

    /// Says to the service worker that the idle screen stands (U1).
    pub fn say_shown(self) {
        if let Some(shell) = self.outside().shell.borrow().as_ref() {
            shell.say_shown(&self.look(Model::languages));
            shell.look();
        }
    }

    /// Takes a touch and does what follows from it.
    pub fn touch(self, touch: Touch) {
        let now = clock::monotonic();
        let mut order = Order::Nothing;
        self.change(|model| {
            order = model.session.touch(touch, now);
            // Who goes back from the notice leaves the helper's band to nobody.
            model.is_assisted &= model.view() != View::Attract;
        });
        match order {
            Order::Nothing => {}
            Order::Open => self.open_draft(),
            Order::Seal(finished) => match self.seal(finished) {
                Some(entry) => self.save(Box::new(entry)),
                None => self.show(Screen::Paused),
            },
            Order::Save(entry) => self.save(entry),
            Order::Clear { abandoned } => self.clear(abandoned),
        }
    }

    fn open_draft(self) {
        let setup = self.look(|model| model.setup.clone());
        let (Some(setup), Some(random)) = (setup, random::bytes()) else {
            self.show(Screen::Paused);
            return;
        };
        let id = ResponseId::from_random(random);
        let draft = Draft::open(id, &setup.form, &setup.config.demographics);
        let now = clock::monotonic();
        self.began.set(now);
        self.change(|model| {
            model.comment.clear();
            model.session.begin(draft, now);
        });
        self.count(Begun::Opened, || {});
    }

    fn count(self, what: Begun, then: impl FnOnce() + 'static) {
        let outside = self.outside();
        errand(async move {
            let day = outside.timekeeper.day(clock::read());
            let day = day.filter(|_| !self.look(Model::is_practice));
            if let Some((day, _)) = day {
                // A count that cannot be kept loses a statistic, never an answer.
                let _ = outside.store.count(what, day).await;
            }
            then();
        });
    }

    /// Seals the answers for good (O3). `None` when a clock, the dice or the configuration is gone.
    fn seal(self, finished: Finished) -> Option<Entry> {
        let setup = self.look(|model| model.setup.clone())?;
        let config = &setup.config;
        let (day, day_quality) = self.outside().timekeeper.day(clock::read())?;
        let field = self.look(Model::field)?;
        let comment = match finished.comment {
            Some(text) => Some(SaltedComment {
                text,
                salt: Salt::from_bytes(random::bytes()?),
            }),
            None => None,
        };
        let submission = Submission {
            response: finished.response,
            place: Place {
                unit: config.unit.clone(),
                resolved_by: config.resolver(&field).cloned(),
                field,
                class: config.class.clone(),
                channel: config.channel.clone(),
            },
            mode: if self.look(|model| model.is_assisted) {
                Mode::Assisted
            } else {
                Mode::SelfService
            },
            day,
            day_quality,
            duration: DurationBucket::of_ms(clock::monotonic() - self.began.get()),
        };
        Some(Entry {
            parcel: Parcel::seal(&submission, &setup.form, comment),
            unit: config.unit.clone(),
            day,
        })
    }

    fn save(self, entry: Box<Entry>) {
        let outside = self.outside();
        errand(async move {
            // In practice nothing is kept, so that nothing can be counted.
            let kept = if self.look(Model::is_practice) {
                Ok(())
            } else {
                outside.store.finish(&entry).await
            };
            let is_kept = kept.is_ok();
            let now = clock::monotonic();
            self.change(|model| model.session.saved(kept.map_err(|_| entry), now));
            if is_kept {
                outside.bell.ring();
                Bell::default().wait(THANKS_MS).await;
                self.start_anew();
            }
        });
    }

    fn clear(self, abandoned: bool) {
        self.show_leaving(None);
        if abandoned {
            self.count(Begun::Abandoned, move || self.start_anew());
        } else {
            self.start_anew();
        }
    }

    /// UK11: the page loads afresh, so that no freed memory keeps a word. Where no service worker
    /// could answer without a network, the screens are set back instead: better than an error page.
    pub fn start_anew(self) {
        let outside = self.outside();
        let shell = outside.shell.borrow();
        if shell.as_ref().is_some_and(Shell::is_in_charge) {
            page::leave_for("/");
            return;
        }
        self.change(|model| {
            model.look = Look::default();
            model.is_assisted = false;
            model.has_listened = false;
            model.comment.clear();
        });
        self.adopt();
        self.show(self.look(Model::rest));
        self.watch_hours();
    }
}
