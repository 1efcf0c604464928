//! Keeps sending while the page lives: one exchange after another, as the outbox paces them, and the
//! configuration after the first that succeeds. Never: a word on a citizen's screen (UK8).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use survey::outbox::{Next, Outbox};

use super::kiosk::Kiosk;
use super::model::Sending;
use super::session::View;
use super::setup::Setup;
use super::sync::{Round, Sender, World, left, round};
use crate::device::key::Key;
use crate::device::server::{Server, Signed};
use crate::device::store::{Store, StoreError};
use crate::device::{clock, health, lock, page, random};

/// Another tab is sending, or the storage refused: look again after so long.
const LOOK_AGAIN_MS: i64 = 30_000;
/// A configuration is asked for this often: a little less than the time between two heartbeats.
const CONFIGURE_EVERY_MS: i64 = 240_000;
/// The longest sleep in one piece: a device that slept with its lid closed looks at the clock again.
const LONGEST_NAP_MS: i64 = 60_000;

/// Sends until the page goes. Returns at once when the device is not enrolled.
pub async fn run(kiosk: Kiosk) {
    let outside = kiosk.outside();
    let facts = kiosk.look(|model| model.facts.clone());
    let key = outside
        .store
        .key()
        .await
        .ok()
        .flatten()
        .and_then(Key::of_stored);
    let (Some(enrolment), Some(key)) = (facts.enrolment, key) else {
        return;
    };
    let server = Rc::new(Signed {
        device: Some(enrolment.device),
        key,
    });
    let outbox = Rc::new(Cell::new(Outbox::of(enrolment.device)));
    let mut configured = None;
    // `Retry-After` of an earlier page still holds: no event and no reload shortens it (O5).
    sleep_until(kiosk, facts.silent_until, false).await;
    loop {
        let Some(setup) = kiosk.look(|model| model.setup.clone()) else {
            // A configuration that this build cannot read: perhaps the server has one it can.
            configure(kiosk, &server).await;
            outside.bell.wait(LOOK_AGAIN_MS).await;
            continue;
        };
        let sender = Sender {
            device: enrolment.device,
            epoch: enrolment.epoch,
            app: page::app(),
            unit: setup.config.unit.clone(),
            health: health::look().await,
            config: setup.config.version,
        };
        kiosk.change(|model| model.sending.is_busy = true);
        let done = exchange(kiosk, &server, &outbox, sender).await;
        let next = match done {
            Some(Ok(done)) => {
                if let Some(anchor) = done.anchor {
                    outside.timekeeper.anchor(anchor);
                    // Once a page, and again with the heartbeats of one that nobody touches.
                    let now = clock::monotonic();
                    let is_due = configured.is_none_or(|then| now - then >= CONFIGURE_EVERY_MS);
                    if is_due && configure(kiosk, &server).await {
                        configured = Some(now);
                    }
                }
                match done.next {
                    Next::Send(_) => clock::wall(),
                    Next::Wait(at) | Next::Rest(at) => at,
                }
            }
            Some(Err(_)) | None => clock::wall().plus(LOOK_AGAIN_MS),
        };
        // For staff, and for the screen that calls them (B3): with the counts it has come to.
        if kiosk.view() == View::Staff || kiosk.view().is_between() {
            kiosk.recount().await;
        }
        kiosk.change(|model| {
            model.sending = Sending {
                is_busy: false,
                next: Some(next),
            };
        });
        if sleep_until(kiosk, Some(next), true).await {
            let mut state = outbox.take();
            state.wake();
            outbox.set(state);
        }
    }
}

/// Sleeps until an instant of the wall clock; `true` when the bell rang first.
async fn sleep_until(kiosk: Kiosk, at: Option<survey::day::Millis>, can_wake: bool) -> bool {
    let Some(at) = at else { return false };
    let bell = kiosk.outside().bell.clone();
    loop {
        let left = left(at, clock::wall());
        if left <= 0 {
            return false;
        }
        if bell.wait(left.min(LONGEST_NAP_MS)).await && can_wake {
            return true;
        }
    }
}

/// One exchange under the lock; `None` when another tab holds it (O13).
async fn exchange(
    kiosk: Kiosk,
    server: &Rc<Signed>,
    outbox: &Rc<Cell<Outbox>>,
    sender: Sender,
) -> Option<Result<Round, StoreError>> {
    let done = Rc::new(RefCell::new(None));
    let (server, outbox) = (Rc::clone(server), Rc::clone(outbox));
    let (outside, says) = (kiosk.outside(), Rc::clone(&done));
    let work = async move {
        let world = World {
            clock: &clock::read,
            random: &random::bytes::<16>,
        };
        let mut state = outbox.take();
        let result = round(&outside.store, &*server, &mut state, &sender, &world).await;
        outbox.set(state);
        *says.borrow_mut() = Some(result);
    };
    lock::if_free("outbox", work).await;
    done.take()
}

/// Fetches the configuration and keeps it if it is a good one (W11). `false` when there was no answer.
async fn configure(kiosk: Kiosk, server: &Signed) -> bool {
    let Some(answer) = server.ask("/v1/device/config", None).await else {
        return false;
    };
    let text = String::from_utf8(answer.body).unwrap_or_default();
    // A refusal or a configuration that cannot be read changes nothing: the last good one stays (UK17).
    let is_good = answer.status == 200 && Setup::read(&text).is_some();
    let is_new = kiosk.look(|model| model.facts.config.as_deref() != Some(text.as_str()));
    if is_good && is_new && kiosk.outside().store.configure(&text).await.is_ok() {
        kiosk.change(|model| model.facts.config = Some(text));
        // Never under a citizen's hands; the next page adopts it anyway.
        match kiosk.view() {
            View::Attract | View::Closed | View::Staff => kiosk.adopt(),
            View::Paused => kiosk.start_anew(),
            _ => {}
        }
    }
    true
}
