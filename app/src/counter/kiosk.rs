//! The running counter: the model, and the errands it sends outside. Never: a decision; those are in
//! `session.rs`, `sync.rs` and the survey crate.

use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use leptos::prelude::*;
use survey::answer::{Draft, Finished};
use survey::id::{ResponseId, Salt};
use survey::submission::{DurationBucket, Mode, Parcel, Place, SaltedComment, Submission};

use super::idle::{Silence, judge};
use super::model::Model;
use super::session::{Order, Screen, Touch, View};
use super::setup::Setup;
use super::timekeeper::Timekeeper;
use crate::device::bell::Bell;
use crate::device::indexed_db::IndexedDb;
use crate::device::shell::Shell;
use crate::device::store::{Begun, Entry, Store};
use crate::device::{clock, page, random, server};
use crate::parts::Wording;
use crate::text::Language;

/// The thanks stay so long before the next citizen's screen.
const THANKS_MS: i64 = 5_000;
/// The staff screen closes itself after so many seconds without a touch (UK14).
const STAFF_S: u16 = 60;
/// Between two citizens so long before a new shell is let in (U2).
const QUIET_MS: i64 = 60_000;

/// The parts of the world outside that this page holds on to.
pub struct Outside {
    /// What the device remembers.
    pub store: IndexedDb,
    /// What it knows about the time.
    pub timekeeper: Timekeeper,
    /// Wakes the sender.
    pub bell: Bell,
}

/// What the page holds. There is one for its whole life.
pub struct State {
    model: RwSignal<Model, LocalStorage>,
    touched: StoredValue<i64>,
    began: StoredValue<i64>,
    outside: StoredValue<Rc<Outside>, LocalStorage>,
    shell: StoredValue<Option<Shell>, LocalStorage>,
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
        };
        Self(Box::leak(Box::new(State {
            model: RwSignal::new_local(Model::default()),
            touched: StoredValue::new(clock::monotonic()),
            began: StoredValue::new(0),
            outside: StoredValue::new_local(Rc::new(outside)),
            shell: StoredValue::new_local(None),
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
        self.outside.get_value()
    }

    /// Uses the last good configuration and, for it, the form's words in other languages.
    pub fn adopt(self) {
        let config = self.look(|model| model.facts.config.clone());
        let setup = config.and_then(|config| Setup::read(&config)).map(Arc::new);
        self.change(|model| {
            model.setup.clone_from(&setup);
            model.language = model.first_language();
        });
        let Some(setup) = setup.filter(|setup| setup.languages().contains(&Language::En)) else {
            return;
        };
        errand(async move {
            let path = Wording::path(&setup.form, Language::En);
            // Without a pack for this very form its questions stay Vietnamese.
            let pack = server::file(&path).await;
            let wording = pack.and_then(|pack| Wording::read(&pack, &setup.form));
            self.change(|model| model.english = wording);
        });
    }

    /// Holds on to the service worker.
    pub fn keep_shell(self, shell: Option<Shell>) {
        self.shell.set_value(shell);
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

    /// Notes that somebody is there.
    pub fn stay(self) {
        self.touched.set_value(clock::monotonic());
        self.show_leaving(None);
    }

    fn show_leaving(self, leaving: Option<u16>) {
        if self.look(|model| model.leaving != leaving) {
            self.change(|model| model.leaving = leaving);
        }
    }

    /// Asks whether to stop: the countdown begins at once.
    pub fn ask_to_leave(self) {
        let idle_s = self.look(|model| {
            let setup = model.setup.as_ref()?;
            model.session.is_someones().then_some(setup.config.idle_s)
        });
        if let Some(idle_s) = idle_s {
            self.touched
                .set_value(clock::monotonic() - i64::from(idle_s) * 1_000);
            self.watch_silence();
        }
    }

    /// Looks how long nobody has touched the screen; to be called a few times a second.
    pub fn watch_silence(self) {
        let quiet_ms = clock::monotonic() - self.touched.get_value();
        if self.view() == View::Staff {
            if judge(quiet_ms, STAFF_S, 0) == Silence::Over {
                page::leave_for("/");
            }
            return;
        }
        let silence = self.look(|model| match &model.setup {
            Some(setup) if model.session.is_someones() => {
                judge(quiet_ms, setup.config.idle_s, setup.config.countdown_s)
            }
            _ => Silence::Short,
        });
        match silence {
            Silence::Short => self.show_leaving(None),
            Silence::Leaving(seconds) => self.show_leaving(Some(seconds)),
            Silence::Over => self.touch(Touch::Stop),
        }
    }

    /// Opens and closes as the configuration says (UK12), by the best time that is known.
    pub fn watch_hours(self) {
        let time = self.outside().timekeeper.time(clock::read());
        let is_open = self.look(|model| model.setup.as_ref().is_none_or(|it| it.is_open(time)));
        let is_wrong = match self.view() {
            View::Attract => !is_open,
            View::Closed => is_open,
            _ => false,
        };
        if is_wrong {
            self.change(|model| model.session.keep_hours(is_open, clock::monotonic()));
        }
    }

    /// Lets a waiting shell in when nobody has been at the screen for a minute (U2).
    pub fn watch_update(self) {
        self.shell.with_value(|shell| {
            let Some(shell) = shell else { return };
            let has_update = shell.has_update();
            if self.look(|model| model.has_update != has_update) {
                self.change(|model| model.has_update = has_update);
            }
            let idle = self.look(|model| model.session.idle_for(clock::monotonic()));
            if has_update && idle.is_some_and(|idle_ms| idle_ms >= QUIET_MS) {
                shell.update();
            }
        });
    }

    /// Says to the service worker that the idle screen stands (U1).
    pub fn say_shown(self) {
        self.shell.with_value(|shell| {
            if let Some(shell) = shell {
                shell.say_shown();
                shell.look();
            }
        });
    }

    /// Takes a touch and does what follows from it.
    pub fn touch(self, touch: Touch) {
        let now = clock::monotonic();
        let mut order = Order::Nothing;
        self.change(|model| order = model.session.touch(touch, now));
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
        self.began.set_value(now);
        self.change(|model| {
            model.comment.clear();
            model.session.begin(draft, now);
        });
        self.count(Begun::Opened, || {});
    }

    fn count(self, what: Begun, then: impl FnOnce() + 'static) {
        let outside = self.outside();
        errand(async move {
            if let Some((day, _)) = outside.timekeeper.day(clock::read()) {
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
                field: self.look(Model::field)?,
                resolved_by: None,
                class: config.class.clone(),
                channel: config.channel.clone(),
            },
            mode: Mode::SelfService,
            day,
            day_quality,
            duration: DurationBucket::of_ms(clock::monotonic() - self.began.get_value()),
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
            let is_practice = self.look(|model| {
                let setup = model.setup.as_ref();
                setup.is_some_and(|setup| setup.config.training)
            });
            // In practice nothing is kept, so that nothing can be counted.
            let kept = if is_practice {
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
        let is_kept_offline = self
            .shell
            .with_value(|shell| shell.as_ref().is_some_and(Shell::is_in_charge));
        if is_kept_offline {
            page::leave_for("/");
            return;
        }
        self.change(|model| {
            model.is_large = false;
            model.is_strong = false;
            model.comment.clear();
        });
        self.adopt();
        self.show(Screen::Attract);
    }
}
