//! What staff see: the queue in counts (US5), the field (US2), the device's health (US7). Never: an
//! answer (US8), a delete.

use leptos::prelude::*;
use survey::day::{Day, Millis};
use survey::outbox::Trouble;

use super::controls::{Click, band, button, click, heading, list, toggle};
use super::gate::gate;
use crate::counter::enrol::choose_field;
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::device::{clock, page};
use crate::parts::Tone;
use crate::text::Text;

/// More waiting records than this is amber.
const MANY: usize = 200;
/// Less free space than this is amber (B3).
const LITTLE_MB: u32 = 500;
/// A clock that is off by more is amber.
const MOST_MINUTES_OFF: i64 = 2;

/// The staff screen, behind its PIN (UK14).
pub fn screen(kiosk: Kiosk, model: &Model) -> AnyView {
    let content = if model.gate.is_open {
        view! {
            {queue(kiosk, model)}
            {fields(kiosk, model)}
            {health(model)}
            {band(Tone::Calm, model.say(Text::NoAnswersHere))}
        }
        .into_any()
    } else {
        gate(kiosk, model)
    };
    let hand_over: Click = click(|| page::leave_for("/"));
    view! {
        <section class="screen staff">
            {heading(model.say(Text::StaffTitle))}
            {content}
            <nav class="steps">{button("primary", model.say(Text::HandOver), hand_over)}</nav>
        </section>
    }
    .into_any()
}

fn queue(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let counts = &model.counts;
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let oldest = counts.oldest.zip(Day::of(clock::wall()));
    let days = oldest.map(|(oldest, today)| today.since(oldest).max(0));
    let tone = match (counts.unsent, days) {
        (_, Some(4..)) => Tone::Red,
        (MANY.., _) | (_, Some(2..)) => Tone::Amber,
        _ => Tone::Good,
    };
    let when = |at: Option<Millis>| at.map_or_else(|| model.say(Text::Never), time_of_day);
    // What was set aside stays a trouble, however well the others go.
    let aside = (counts.aside > 0).then_some(Trouble::SetAside);
    let mut facts = vec![model.count(Text::SetAside, number(counts.aside))];
    facts.extend(days.map(|days| model.count(Text::OldestDays, days)));
    facts.extend([
        model.fill(Text::LastSent, &[("t", &when(counts.last_success))]),
        model.fill(Text::NextTry, &[("t", &when(model.sending.next))]),
        model.say(plain(counts.last_trouble.or(aside))),
    ]);
    let is_busy = model.sending.is_busy;
    let label = if is_busy {
        Text::Sending
    } else {
        Text::SendNow
    };
    view! {
        <div class="card">
            <h2>{model.say(Text::QueueTitle)}</h2>
            {band(tone, model.count(Text::WaitingToSend, number(counts.unsent)))}
            {list("facts", facts)}
            <button
                type="button"
                class="primary"
                disabled=is_busy
                on:click=click(move || kiosk.outside().bell.ring())
            >
                {model.say(label)}
            </button>
        </div>
    }
}

/// A trouble in plain words.
fn plain(trouble: Option<Trouble>) -> Text {
    match trouble {
        None => Text::TroubleNone,
        Some(Trouble::NoReply) => Text::TroubleOffline,
        Some(Trouble::Busy) => Text::TroubleBusy,
        Some(Trouble::ServerFault) => Text::TroubleServer,
        Some(Trouble::NotEnrolled) => Text::TroubleEnrol,
        Some(Trouble::WrongServer) => Text::TroubleAddress,
        Some(Trouble::SetAside) => Text::TroubleAside,
    }
}

fn fields(kiosk: Kiosk, model: &Model) -> impl IntoView + use<> {
    let tag = model.language.tag();
    let chosen = model.field();
    let fields = model.setup.iter().flat_map(|setup| &setup.config.fields);
    let buttons = fields.map(|field| {
        let is_chosen = chosen.as_ref() == Some(&field.id);
        let id = field.id.clone();
        let choose = click(move || choose_field(kiosk, id.clone()));
        toggle(
            field.name.in_language(tag).to_owned(),
            tag,
            is_chosen,
            choose,
        )
    });
    view! {
        <div class="card">
            <h2>{model.say(Text::ChooseField)}</h2>
            <div class="choices wide">{buttons.collect_view()}</div>
        </div>
    }
}

/// Storage, space, clock, version and form, each with its colour and its words.
pub fn health(model: &Model) -> impl IntoView + use<> {
    let storage = model.health.map(|health| {
        let (tone, text) = if health.persisted {
            (Tone::Good, Text::LastingOn)
        } else {
            (Tone::Red, Text::LastingOff)
        };
        let free = model.count(Text::FreeSpace, health.free_mb.into());
        let space = if health.free_mb < LITTLE_MB {
            let sentence = [&model.say(Text::SpaceLow), ". ", &free].concat();
            band(Tone::Amber, sentence)
        } else {
            band(Tone::Good, free)
        };
        (band(tone, model.say(text)), space)
    });
    let clock = match model.minutes_ahead.map(i64::abs) {
        None => band(Tone::Calm, model.say(Text::ClockUnknown)),
        Some(off) if off <= MOST_MINUTES_OFF => band(Tone::Good, model.say(Text::ClockRight)),
        Some(off) => band(Tone::Amber, model.count(Text::ClockOff, off)),
    };
    let short = |hash: String| hash.get(..8).unwrap_or_default().to_owned();
    let app = short(page::app().to_string());
    let mut facts = vec![model.fill(Text::VersionIs, &[("v", &app)])];
    facts.extend(model.setup.as_ref().map(|setup| {
        let id = short(setup.form.id().to_string());
        model.fill(Text::FormIs, &[("code", setup.form.code()), ("id", &id)])
    }));
    facts.extend(model.has_update.then(|| model.say(Text::UpdateReady)));
    view! {
        <div class="card">
            <h2>{model.say(Text::HealthTitle)}</h2>
            {storage}
            {clock}
            {list("facts", facts)}
        </div>
    }
}

/// "14:05 23/11" in Việt Nam.
fn time_of_day(at: Millis) -> String {
    let Some(day) = Day::of(at) else {
        return String::new();
    };
    let minutes = at.since(day.starts()) / 60_000;
    let two = |number: i64| {
        let text = number.to_string();
        if text.len() < 2 {
            ["0", &text].concat()
        } else {
            text
        }
    };
    let hour = two(minutes / 60);
    let minute = two(minutes % 60);
    let date = two(day.day_of_month().into());
    [
        &hour,
        ":",
        &minute,
        " ",
        &date,
        "/",
        &two(day.month().into()),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_viet_nam() {
        let midnight = Day::parse("2026-11-23").unwrap().starts();
        assert_eq!(time_of_day(midnight), "00:00 23/11");
        let later = midnight.plus(14 * 3_600_000 + 5 * 60_000);
        assert_eq!(time_of_day(later), "14:05 23/11");
    }
}
