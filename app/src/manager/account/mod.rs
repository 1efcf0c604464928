//! Who is at the page and what they may do.

mod powers;
mod prove;
mod set_up;
mod sign_in;
mod trouble;

use leptos::ev;
use leptos::prelude::*;
use survey::day::{Day, MINUTE_MS, Millis};
use survey::wire::manager::Session;

use super::frame::Stage;
use crate::device::api::Trouble;
use crate::device::{api, clock};
pub use powers::{Powers, WithKept};
pub use prove::Prove;
pub use set_up::{SHORTEST_PASSWORD, SetUp};
pub use sign_in::SignIn;
pub use trouble::{missed, said};

/// After so long without a touch nobody is taken to be there.
const ATTENDED_MS: i64 = 15 * MINUTE_MS;

/// A proof of who is here that is younger holds for another file (rule S7). The server says for how long, five
/// minutes, and decides; this leaves it the last half minute.
const PROOF_MS: i64 = 4 * MINUTE_MS + MINUTE_MS / 2;

/// Who is at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit {
    /// Not known yet.
    Opening,
    /// The server could not be asked.
    Unreachable(Trouble),
    /// Nobody.
    SignedOut,
    /// Somebody, with their rights.
    SignedIn(Session),
}

impl Visit {
    /// Which face of the frame it needs.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Opening => Stage::Opening,
            Self::Unreachable(_) => Stage::Unreachable,
            Self::SignedOut => Stage::SignedOut,
            Self::SignedIn(_) => Stage::SignedIn,
        }
    }
}

/// The visit, for every page below the frame.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    /// Who is here now.
    pub visit: RwSignal<Visit>,
    /// The server's clock when it was last heard, and ours (since the page began) at that moment.
    heard: RwSignal<(Millis, i64)>,
    /// The server's day.
    day: RwSignal<Option<Day>>,
    /// What waits for a proof of who is here (rule S7).
    pub proof: RwSignal<Option<Callback<()>>>,
    /// The server's clock before who is here last proved it; 0 where they did not.
    proved: StoredValue<i64>,
    /// When a person last did something, since the page began.
    touched: StoredValue<i64>,
}

impl Desk {
    /// A desk that everything below finds with [`Desk::here`].
    #[must_use]
    pub fn provide() -> Self {
        let desk = Self {
            visit: RwSignal::new(Visit::Opening),
            heard: RwSignal::new((Millis(0), 0)),
            day: RwSignal::new(None),
            proof: RwSignal::new(None),
            proved: StoredValue::new(0),
            touched: StoredValue::new(clock::monotonic()),
        };
        let touch = move || desk.touched.set_value(clock::monotonic());
        let pointer = window_event_listener(ev::pointerdown, move |_| touch());
        let key = window_event_listener(ev::keydown, move |_| touch());
        on_cleanup(move || {
            pointer.remove();
            key.remove();
        });
        provide_context(desk);
        desk
    }

    /// The desk of this page.
    #[must_use]
    pub fn here() -> Self {
        use_context().unwrap_or_else(Self::provide)
    }

    /// Takes note of what the server said about the session.
    pub fn enter(self, answer: Result<Session, Trouble>) {
        self.visit.set(match answer {
            Ok(session) => {
                self.hear(session.now);
                // A proof is one person's.
                let is_theirs = self.read(|known| known.account == session.account);
                if is_theirs != Some(true) {
                    self.proved.set_value(0);
                }
                Visit::SignedIn(session)
            }
            Err(trouble) if trouble.is_signed_out() => Visit::SignedOut,
            Err(trouble) => Visit::Unreachable(trouble),
        });
    }

    /// Looks at a trouble of any page: when the session is over, everybody must sign in again.
    pub fn heed(self, trouble: &Trouble) {
        if trouble.is_signed_out() {
            self.visit.set(Visit::SignedOut);
        }
    }

    /// The same for a grave step: where the server wants a proof, it is asked for, and `again` does the
    /// step once more.
    pub fn heed_grave(self, trouble: &Trouble, again: Callback<()>) {
        self.heed(trouble);
        if trouble.wants_proof() {
            self.proof.set(Some(again));
        }
    }

    /// Takes note that who is here has proved it, not before `at`.
    pub fn has_proved(self, at: Millis) {
        self.proved.set_value(at.0);
    }

    /// Whether the proof of who is here is so fresh that the server still takes it, by the server's clock, which is
    /// asked first: ours rests while a computer sleeps.
    pub async fn is_proved(self) -> bool {
        let at = Millis(self.proved.get_value());
        if at.0 != 0 {
            self.enter(api::session().await);
        }
        is_fresh(at, self.now())
    }

    /// The address that new devices open, where the server knows it.
    #[must_use]
    pub fn counter(self) -> Option<String> {
        self.read(|session| session.counter.clone()).flatten()
    }

    /// What the account may do.
    #[must_use]
    pub fn powers(self) -> Powers {
        self.read(|session| Powers::of(&session.grants))
            .unwrap_or_default()
    }

    /// The account's name.
    #[must_use]
    pub fn account(self) -> String {
        self.read(|session| session.account.clone())
            .unwrap_or_default()
    }

    /// Whether the figures are a sample.
    #[must_use]
    pub fn is_sample(self) -> bool {
        self.read(|session| session.sample).unwrap_or_default()
    }

    /// Whether somebody is there: what this page asks by itself must not keep a session alive that
    /// should end after half an hour of rest (S6).
    #[must_use]
    pub fn is_attended(self) -> bool {
        clock::monotonic() - self.touched.get_value() < ATTENDED_MS
    }

    /// Takes note of the server's clock.
    pub fn hear(self, now: Millis) {
        self.heard.set((now, clock::monotonic()));
        let day = Day::of(now);
        if self.day.get_untracked() != day {
            self.day.set(day);
        }
    }

    /// The server's clock now: what it last said and the time since. The clock of this computer,
    /// which anybody may set, is not asked.
    #[must_use]
    pub fn now(self) -> Millis {
        let (said, then) = self.heard.get_untracked();
        said.plus(clock::monotonic() - then)
    }

    /// The server's day when it was last heard.
    #[must_use]
    pub fn today(self) -> Option<Day> {
        self.day.get()
    }

    fn read<T>(self, of: impl FnOnce(&Session) -> T) -> Option<T> {
        self.visit.with(|visit| match visit {
            Visit::SignedIn(session) => Some(of(session)),
            _ => None,
        })
    }
}

fn is_fresh(proved: Millis, now: Millis) -> bool {
    (0..PROOF_MS).contains(&now.since(proved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_a_proof_is_not_relied_on_for_all_of_its_five_minutes() {
        let at = Millis(1_000);
        assert!(is_fresh(at, at.plus(4 * MINUTE_MS)));
        assert!(!is_fresh(at, at.plus(5 * MINUTE_MS)));
        assert!(!is_fresh(at, at.plus(-1)), "a clock that was put back");
    }
}
