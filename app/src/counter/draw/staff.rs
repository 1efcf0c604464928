//! What staff see: the queue in counts (US5), the field (US2), the device's health (US7). Never: an
//! answer (US8), a delete.

use survey::day::{Day, Millis};
use survey::format::{Language, month_name};
use survey::outbox::alarm::{self, Alarm};
use survey::outbox::{Aside, Trouble};

use super::controls::{
    band, button, click, heading, inline, line, list, mark, settled, steps, toggle,
};
use super::gate::gate;
use super::rescue::rescue;
use crate::counter::enrol::choose_field;
use crate::counter::kiosk::Kiosk;
use crate::counter::model::Model;
use crate::counter::session::{CLEANING_S, Screen};
use crate::device::{clock, page};
use crate::parts::Tone;
use crate::parts::node::{Act, Node, element};
use crate::text::Text;

/// A clock that is off by more is amber.
const MOST_MINUTES_OFF: i64 = 2;

/// The staff screen, behind its PIN (UK14).
pub fn screen(kiosk: Kiosk, model: &Model) -> Node {
    let is_open = model.gate.is_open;
    // B3: what is in danger leaves the device first; until then there is nothing else to press.
    let must_export = is_open && model.must_export(clock::wall());
    let mut content = if is_open {
        vec![
            queue(kiosk, model),
            rescue(kiosk, model),
            fields(kiosk, model),
            health(model),
            band(Tone::Calm, model.say(Text::NoAnswersHere)),
        ]
    } else {
        vec![gate(kiosk, model)]
    };
    if must_export {
        content.swap(0, 1);
    }
    let hand_over = if is_open && model.is_tablet() {
        give(kiosk, || Screen::Attract, false)
    } else {
        click(|| page::leave_for("/"))
    };
    // Who is asked for the PIN is to go on with it.
    let class = if is_open {
        "primary last"
    } else {
        "quiet last"
    };
    let hand_over = button(class, model.say(Text::HandOver), hand_over);
    let mut buttons = Vec::new();
    buttons.extend((!must_export).then_some(hand_over));
    if is_open && !must_export {
        let assisted = give(kiosk, || Screen::Notice(None), true);
        let clean = give(kiosk, || Screen::Cleaning, false);
        buttons.push(button("quiet", model.say(Text::Assisted), assisted));
        buttons.push(button("quiet", model.say(Text::LockForCleaning), clean));
    }
    element("section", "screen staff")
        .with(heading(model.say(Text::StaffTitle)))
        .with_all(content)
        .with(steps(buttons))
}

/// Gives the screen away: what staff saw is shut before it is the citizen's (US3).
pub fn give(kiosk: Kiosk, screen: fn() -> Screen, is_assisted: bool) -> Act {
    settled(kiosk, move || {
        kiosk.change(|model| {
            model.gate.is_open = false;
            model.is_assisted = is_assisted;
            model.cleaning = CLEANING_S;
        });
        kiosk.stay();
        kiosk.show(screen());
    })
}

/// A card under its title.
pub fn card(class: &'static str, model: &Model, title: Text) -> Node {
    let title = element("h2", "").with(inline(model.say(title)));
    element("div", class).with(title)
}

fn queue(kiosk: Kiosk, model: &Model) -> Node {
    let counts = &model.counts;
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let oldest = counts.oldest.zip(Day::of(clock::wall()));
    let days = oldest.map(|(oldest, today)| today.since(oldest).max(0));
    let tone = match model.queue_alarm(clock::wall()) {
        Alarm::Red => Tone::Red,
        Alarm::Amber => Tone::Amber,
        Alarm::Calm => Tone::Good,
    };
    let time = |at| time_of_day(model.language(), at);
    let when = |at: Option<Millis>| at.map_or_else(|| model.say(Text::Never).text, time);
    // What was set aside stays a trouble, however well the others go.
    let aside = (!counts.asides.is_empty()).then_some(Trouble::SetAside);
    let mut facts = vec![vec![
        model.count(Text::SetAside, number(counts.asides.len())),
    ]];
    for (why, text) in [
        (Aside::Refused, Text::AsideRefused),
        (Aside::Unread, Text::AsideUnread),
        (Aside::Unreadable, Text::AsideUnreadable),
    ] {
        let n = counts.asides.iter().filter(|it| **it == why).count();
        facts.extend((n > 0).then(|| vec![model.count(text, number(n))]));
    }
    facts.extend(days.map(|days| vec![model.count(Text::OldestDays, days)]));
    facts.extend([
        vec![model.fill(Text::LastSent, &[("t", &when(counts.last_success))])],
        vec![model.fill(Text::NextTry, &[("t", &when(model.sending.next))])],
    ]);
    let waiting = band(
        tone,
        model.count(Text::WaitingToSend, number(counts.unsent)),
    );
    let advice = (tone != Tone::Good).then(|| line("help", model.say(Text::UnsentHow)));
    let is_busy = model.sending.is_busy;
    // Gone while it is being tried, and said anew: who pressed is answered each time (US5).
    let trouble = counts.last_trouble.or(aside);
    let tone = trouble.map_or(Tone::Good, |_| Tone::Amber);
    let came = (!is_busy).then(|| mark(tone, model.say(plain(trouble))));
    let status = element("div", "").attribute("role", "status");
    let label = if is_busy {
        Text::Sending
    } else {
        Text::SendNow
    };
    let send = click(move || kiosk.outside().bell.ring());
    card("card", model, Text::QueueTitle)
        .with(waiting)
        .with_all(advice)
        .with(list("facts", facts))
        .with(status.with_all(came))
        .with(button("primary", model.say(label), send).flag("disabled", is_busy))
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

/// Which service field this counter serves now: one tap, remembered (US2).
pub fn fields(kiosk: Kiosk, model: &Model) -> Node {
    let chosen = model.field();
    let fields = model.setup.iter().flat_map(|setup| &setup.config.fields);
    let buttons = fields.map(|field| {
        let is_chosen = chosen.as_ref() == Some(&field.id);
        let id = field.id.clone();
        let choose = click(move || choose_field(kiosk, id.clone()));
        let name = model.name(&field.name);
        toggle(name.text, name.lang.map(str::to_owned), is_chosen, choose)
    });
    card("card", model, Text::ChooseField).with(element("div", "choices wide").with_all(buttons))
}

/// Storage, space, clock, version and form, each with its colour, its words, and what to do (US7).
pub fn health(model: &Model) -> Node {
    let mut told = Vec::new();
    let mut tell = |tone, said, how: Option<Text>| {
        told.push(band(tone, said));
        told.extend(how.map(|how| line("help", model.say(how))));
    };
    if let Some(health) = model.health {
        if health.persisted {
            tell(Tone::Good, model.say(Text::LastingOn), None);
        } else {
            let off = model.say(Text::LastingOff);
            tell(Tone::Red, off, Some(Text::LastingHow));
        }
        let free = |free_mb: u32| model.count(Text::FreeSpace, free_mb.into());
        match health.free_mb {
            None => tell(Tone::Calm, model.say(Text::SpaceUnknown), None),
            Some(free_mb) if alarm::of_space(free_mb) > Alarm::Calm => {
                let mut low = model.say(Text::SpaceLow);
                low.text = [&low.text, ". ", &free(free_mb).text].concat();
                tell(Tone::Amber, low, Some(Text::SpaceHow));
            }
            Some(free_mb) => tell(Tone::Good, free(free_mb), None),
        }
    }
    match model.minutes_ahead.map(i64::abs) {
        None => tell(Tone::Calm, model.say(Text::ClockUnknown), None),
        Some(off) if off <= MOST_MINUTES_OFF => tell(Tone::Good, model.say(Text::ClockRight), None),
        Some(off) => {
            let off = model.count(Text::ClockOff, off);
            tell(Tone::Amber, off, Some(Text::ClockHow));
        }
    }
    let short = |hash: String| hash.get(..8).unwrap_or_default().to_owned();
    let build = short(page::app().to_string());
    let app = [env!("CARGO_PKG_VERSION"), " · ", &build].concat();
    tell(
        Tone::Good,
        model.fill(Text::VersionIs, &[("v", &app)]),
        None,
    );
    if model.has_update {
        tell(Tone::Calm, model.say(Text::UpdateReady), None);
    }
    if let Some(setup) = &model.setup {
        let id = short(setup.form.id().to_string());
        let mut code = setup.form.code().to_owned();
        if let Some(title) = setup.form.title() {
            code = [&model.phrase("title", title).text, " · ", &code].concat();
        }
        let named = [("code", &*code), ("id", &id)];
        tell(Tone::Good, model.fill(Text::FormIs, &named), None);
    }
    card("card", model, Text::HealthTitle).with_all(told)
}

/// "14:05 23/11" in Việt Nam, in English "14:05, 23 Nov".
fn time_of_day(language: Language, at: Millis) -> String {
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
    let date = i64::from(day.day_of_month());
    let date = match language {
        Language::Vi => [" ", &two(date), "/", &two(day.month().into())].concat(),
        Language::En => [", ", &date.to_string(), " ", month_name(day.month())].concat(),
    };
    [&hour, ":", &minute, &date].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counter::pack::Pack;
    use std::rc::Rc;

    #[test]
    fn times_are_those_of_viet_nam() {
        let midnight = Day::parse("2026-11-23").unwrap().starts();
        assert_eq!(time_of_day(Language::Vi, midnight), "00:00 23/11");
        let later = midnight.plus(14 * 3_600_000 + 5 * 60_000);
        assert_eq!(time_of_day(Language::Vi, later), "14:05 23/11");
        let early = Day::parse("2026-02-03").unwrap().starts();
        assert_eq!(time_of_day(Language::Vi, early), "00:00 03/02");
        assert_eq!(time_of_day(Language::En, early), "00:00, 3 Feb");
    }

    #[test]
    fn us7_numbers_have_their_thousands_grouped_as_the_page_s_language_does() {
        let mut model = Model::default();
        let free = |model: &Model| model.count(Text::FreeSpace, 10_737).text;
        assert_eq!(free(&model), "Còn trống 10.737 MB");
        model.language = "en".into();
        model.packs.push(Rc::new(Pack {
            tag: "en".into(),
            words: None,
            form: None,
            files: String::new(),
        }));
        // A gap in the pack; the number is the page's.
        assert_eq!(free(&model), "Còn trống 10,737 MB");
    }
}
