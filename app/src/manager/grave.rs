//! Writes of a page: sent, and where the server wants a proof of who is here (S7) sent again after it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::account::{Desk, said};
use crate::device::{api, page};
use crate::parts::{Tone, Words, band};
use crate::text::{ManagerText as Text, Sentence};

/// Carries a grave step out. Its outcome is told to `then`; where the server wants a proof, that is asked
/// for, and the step carried out once more.
pub fn carry_out<T: 'static, F: Future<Output = Result<T, api::Trouble>> + 'static>(
    desk: Desk,
    step: impl Fn() -> F + Clone + Send + Sync + 'static,
    then: impl Fn(Result<T, api::Trouble>) + Clone + Send + Sync + 'static,
) {
    spawn_local(async move {
        let outcome = step().await;
        if let Err(met) = &outcome {
            let (step, then) = (step.clone(), then.clone());
            let again = move |()| carry_out(desk, step.clone(), then.clone());
            desk.heed_grave(met, Callback::new(again));
        }
        then(outcome);
    });
}

/// Leads to a file to keep. The server wants a fresh proof for it, which is asked for first where there is none,
/// because a download shows no page.
pub fn take_away(desk: Desk, file: String) {
    spawn_local(async move {
        if desk.is_proved().await {
            return page::leave_for(&file);
        }
        let go = move |()| page::leave_for(&file);
        desk.proof.set(Some(Callback::new(go)));
    });
}

/// What a page sends, and what came of it in the sentences of the page.
#[derive(Clone, Copy)]
pub struct Writes<T: 'static = Text> {
    /// The language of the page.
    pub words: Words,
    /// Who is here.
    pub desk: Desk,
    trouble: RwSignal<Option<String>>,
    done: RwSignal<Option<T>>,
    /// What the page does after a write.
    refresh: Callback<()>,
}

impl<T: Sentence + Send + Sync> Writes<T> {
    /// The writes of a page that looks again after each of them.
    #[must_use]
    pub fn then(refresh: Callback<()>) -> Self {
        Self {
            words: Words::here(),
            desk: Desk::here(),
            trouble: RwSignal::new(None),
            done: RwSignal::new(None),
            refresh,
        }
    }

    /// Sends a message; `then` is said when it is done.
    pub fn send(self, method: &'static str, path: String, message: String, then: T) {
        self.forget();
        let step = move || {
            let (path, message) = (path.clone(), message.clone());
            async move { api::tell(method, &path, &message).await }
        };
        carry_out(self.desk, step, move |outcome| match outcome {
            Ok(()) => {
                self.done.try_set(Some(then));
                self.refresh.run(());
            }
            Err(met) if met.wants_proof() => {}
            Err(met) => self.tell(said(self.words, &met)),
        });
    }

    /// Says what went wrong before anything was sent.
    pub fn tell(self, sentence: String) {
        self.done.try_set(None);
        self.trouble.try_set(Some(sentence));
    }

    /// Says nothing any more of what was.
    pub fn forget(self) {
        self.trouble.try_set(None);
        self.done.try_set(None);
    }

    /// What came of the last write, for the page's top.
    #[must_use]
    pub fn note(self) -> Option<AnyView> {
        let done = self
            .done
            .get()
            .map(|text| band(Tone::Good, self.words.say(text)));
        let trouble = self.trouble.get();
        trouble.map(|sentence| band(Tone::Red, sentence)).or(done)
    }
}
