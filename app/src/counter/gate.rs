//! Checks the staff PIN: works with no network, gives five tries (UK14).

use super::kiosk::{Kiosk, errand};
use super::model::GateSaid;
use super::pin::{after_wrong, closed_minutes};
use crate::device::store::{PinTries, Store};
use crate::device::{clock, health, key};

/// The most digits a PIN has.
pub const LONGEST_PIN: usize = 12;

/// Checks what is typed and opens the gate, or says why not.
pub fn check(kiosk: Kiosk) {
    if kiosk.look(|model| model.gate.is_checking) {
        return;
    }
    let mut typed = String::new();
    kiosk.change(|model| {
        model.gate.is_checking = true;
        // What was said of the last PIN is not yet true of this one.
        model.gate.said = None;
        typed = std::mem::take(&mut model.gate.pin);
    });
    errand(async move {
        let said = tried(kiosk, &typed).await.err();
        kiosk.change(|model| {
            model.gate.is_checking = false;
            model.gate.is_open = said.is_none();
            model.gate.said = said;
        });
        if said.is_none() {
            // B2: where the browser has not promised to keep the storage, it is asked again.
            let health = match health::look().await {
                health if health.persisted => health,
                health => health::Health {
                    persisted: health::persist().await,
                    ..health
                },
            };
            kiosk.change(|model| model.health = Some(health));
            kiosk.recount().await;
        }
    });
}

/// A wrong PIN is remembered before it is answered, so that a reload forgives nothing.
async fn tried(kiosk: Kiosk, typed: &str) -> Result<(), GateSaid> {
    let tries = kiosk.look(|model| model.facts.pin);
    if let Some(minutes) = closed_minutes(tries, clock::wall()) {
        return Err(GateSaid::Closed(minutes));
    }
    let verifier = kiosk.look(|model| model.setup.as_ref()?.config.pin.clone());
    let is_right = match verifier {
        Some(verifier) => key::is_pin(typed, &verifier).await.unwrap_or(false),
        None => false,
    };
    let tries = if is_right {
        PinTries::default()
    } else {
        after_wrong(tries, clock::wall())
    };
    // A storage that refuses keeps the tries in memory at least.
    let _ = kiosk.outside().store.remember_pin(tries).await;
    kiosk.change(|model| model.facts.pin = tries);
    match closed_minutes(tries, clock::wall()) {
        _ if is_right => Ok(()),
        Some(minutes) => Err(GateSaid::Closed(minutes)),
        None => Err(GateSaid::Wrong),
    }
}
