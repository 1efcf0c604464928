//! How a device becomes known: a one-time code, a key that never leaves it, a storage that was seen
//! to keep what was written (US1, S2, B2).

use survey::day::Anchor;
use survey::id::{Epoch, FieldId};
use survey::wire::VERSION;
use survey::wire::code::{Code, Refusal};
use survey::wire::device::{EnrolReply, EnrolRequest};

use super::kiosk::{Kiosk, errand};
use super::model::Stage;
use super::proof;
use super::setup::Setup;
use crate::device::key::Key;
use crate::device::server::{Server, Signed};
use crate::device::store::{Enrolment, Store};
use crate::device::{clock, health, page, random, witness};
use crate::text::Text;

/// Symbols of a code.
const CODE_LENGTH: usize = 8;

/// A code as the server reads it: capitals without spaces and hyphens; `None` unless it has eight
/// letters or digits.
fn clean(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let is_code = code.len() == CODE_LENGTH && code.chars().all(|c| c.is_ascii_alphanumeric());
    is_code.then_some(code)
}

/// What to tell a person about a refusal: what is wrong and what to do.
fn advice(status: u16, code: Option<Code>) -> Text {
    match (status, code) {
        (_, Some(Code::WrongCode)) => Text::CodeWrong,
        (_, Some(Code::ExpiredCode)) => Text::CodeExpired,
        (429, _) => Text::TooManyTries,
        (500..=599, _) => Text::TroubleServer,
        _ => Text::ServerRefused,
    }
}

/// Enrols; the error says what to do.
async fn enrol(kiosk: Kiosk, code: String) -> Result<(), Text> {
    // First, while the touch still counts as a person's wish (B2). A refusal shows below.
    let persisted = health::persist().await;
    if !health::is_fit(witness::losses(), persisted) {
        return Err(Text::LostTooOften);
    }
    let outside = kiosk.outside();
    let store = &outside.store;
    // B2: what was written before this page was loaded is there, on a connection of its own.
    store.close();
    let facts = store.open().await.map_err(|_| Text::NoStorage)?;
    if !proof::holds(facts.mark.as_deref()) {
        return Err(Text::NoStorage);
    }
    let key = Key::generate().await.ok_or(Text::NoStorage)?;
    let epoch = Epoch::from_bytes(random::bytes().ok_or(Text::NoStorage)?);
    let request = EnrolRequest {
        v: VERSION,
        code,
        key: key.public().await.ok_or(Text::NoStorage)?,
        epoch,
        app: page::app(),
        persisted,
    };
    let server = Signed {
        device: None,
        key: key.clone(),
    };
    let body = survey::json::write(&request);
    let answer = server.ask("/v1/enrol", Some(&body)).await;
    let answer = answer.ok_or(Text::NoNetwork)?;
    let text = String::from_utf8(answer.body).unwrap_or_default();
    if answer.status != 200 {
        let refusal: Option<Refusal> = survey::json::read(&text).ok();
        return Err(advice(answer.status, refusal.map(|refusal| refusal.code)));
    }
    let reply: EnrolReply = survey::json::read(&text).map_err(|_| Text::BadConfig)?;
    Setup::read(&text).ok_or(Text::BadConfig)?;
    let enrolment = Enrolment {
        device: reply.device,
        epoch,
    };
    store.stage_key(key.to_stored());
    // The reply is kept as it came: writing a configuration is the server's business.
    let kept = store.enrol(&enrolment, &text).await;
    kept.map_err(|_| Text::NoStorage)?;
    witness::remember_enrolled();
    outside.timekeeper.anchor(Anchor {
        reading: clock::read(),
        server: reply.now,
    });
    let ahead = outside.timekeeper.minutes_ahead();
    kiosk.change(|model| {
        model.facts.enrolment = Some(enrolment);
        model.facts.config = Some(text);
        model.minutes_ahead = ahead;
    });
    kiosk.adopt();
    Ok(())
}

/// Sends the typed code, once at a time.
pub fn send_code(kiosk: Kiosk) {
    let enrolment = kiosk.look(|model| model.enrolment.clone());
    if enrolment.stage == Stage::Working {
        return;
    }
    let said = |stage| kiosk.change(|model| model.enrolment.stage = stage);
    let Some(code) = clean(&enrolment.code) else {
        said(Stage::Refused(Text::CodeShape));
        return;
    };
    said(Stage::Working);
    errand(async move {
        let done = enrol(kiosk, code).await;
        let health = health::look().await;
        kiosk.change(|model| {
            model.health = Some(health);
            model.enrolment.stage = done.map_or_else(Stage::Refused, |()| Stage::Done);
        });
    });
}

/// Remembers the service field that staff chose (US2).
pub fn choose_field(kiosk: Kiosk, field: FieldId) {
    errand(async move {
        if kiosk.outside().store.choose_field(&field).await.is_ok() {
            kiosk.change(|model| model.facts.field = Some(field));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn us1_a_code_is_read_as_people_type_it() {
        for typed in ["K7M2P9QX", "k7m2 p9qx", " K7M2-P9QX "] {
            assert_eq!(clean(typed).as_deref(), Some("K7M2P9QX"));
        }
        for typed in ["", "K7M2P9Q", "K7M2P9QXA", "K7M2P9Q!", "K7M2P9QĐ"] {
            assert_eq!(clean(typed), None, "{typed}");
        }
    }

    #[test]
    fn us1_each_refusal_says_what_to_do() {
        assert_eq!(advice(403, Some(Code::WrongCode)), Text::CodeWrong);
        assert_eq!(advice(403, Some(Code::ExpiredCode)), Text::CodeExpired);
        assert_eq!(advice(429, Some(Code::SlowDown)), Text::TooManyTries);
        assert_eq!(advice(503, None), Text::TroubleServer);
        assert_eq!(advice(404, None), Text::ServerRefused);
    }
}
