//! The devices, one to a card: where it stands, when it was heard, what waits on it.

use leptos::prelude::*;
use survey::day::Day;
use survey::id::DeviceId;
use survey::wire::manager::DeviceRow;

use super::Known;
use super::condition::{Sign, minutes_off, signs};
use super::look::Look;
use super::tools::Tools;
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::grave::carry_out;
use crate::manager::only::only_if;
use crate::manager::sure::{Step, sure};
use crate::manager::unit::form_named;
use crate::parts::{Tone, Words, format};
use crate::text::{Language, ManagerText as Text};

/// So many cards are drawn at once; more on request.
const LISTED_AT_ONCE: usize = 60;

/// All of them.
#[component]
pub(super) fn List(
    /// What the server told.
    known: Known,
    /// Which of them are asked for.
    look: Look,
    /// Called when it should be asked again.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let known = StoredValue::new(known);
    if known.with_value(|known| known.rows.is_empty()) {
        return view! { <p class="card">{words.line(Text::NoDevices)}</p> }.into_any();
    }
    let found = Memo::new(move |_| {
        let tag = words.language().tag();
        known.with_value(|known| {
            let rows = known.rows.iter().enumerate();
            let shown =
                rows.filter(|(_, row)| look.shows(row, &known.unit_name(&row.unit, tag), known.at));
            shown.map(|(at, _)| at).collect::<Vec<_>>()
        })
    });
    let most = RwSignal::new(LISTED_AT_ONCE);
    // A card stays while it is shown, with what is open in it, whatever else comes and goes.
    let count = known.with_value(|known| known.rows.len());
    let cards = (0..count).map(|at| {
        let is_shown = Memo::new(move |_| {
            found.with(|found| found.binary_search(&at).is_ok_and(|nth| nth < most.get()))
        });
        let card = move || {
            let row = known.with_value(|known| known.rows.get(at).cloned())?;
            Some(view! { <Device row known refresh /> }.into_any())
        };
        (move || is_shown.get().then(card).flatten()).into_any()
    });
    let cards = cards.collect_view();
    let more = move || {
        let rest = found.with(Vec::len).saturating_sub(most.get());
        (rest > 0).then(|| {
            view! {
                <button
                    class="button"
                    on:click=move |_| most.update(|most| *most += LISTED_AT_ONCE)
                >
                    {words.count(Text::MoreRows, i64::try_from(rest).unwrap_or(i64::MAX))}
                </button>
            }
        })
    };
    view! {
        {look.fields(words, found)}
        <ul class="devices">{cards}</ul>
        {more}
    }
    .into_any()
}

#[component]
fn Device(row: DeviceRow, known: StoredValue<Known>, refresh: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let row = StoredValue::new(row);
    let (device, is_revoked) = row.with_value(|row| (row.device, row.revoked));
    let at = known.with_value(|known| known.at);
    let facts = move || {
        let language = words.language();
        let facts = row.with_value(|row| facts(row, language, Day::of(at)));
        facts
            .map(|(name, value)| {
                view! {
                    <div>
                        <dt>{words.say(name)}</dt>
                        <dd>{value}</dd>
                    </div>
                }
            })
            .collect_view()
    };
    let signs = move || {
        let signs = row.with_value(|row| signs(row, at));
        if signs.is_empty() {
            return view! {
                <li class="sign" data-tone=Tone::Good.name()>
                    {words.say(Text::DeviceWell)}
                </li>
            }
            .into_any();
        }
        let signs = signs.into_iter().map(|sign| {
            view! {
                <li class="sign" data-tone=sign.tone().name()>
                    {sentence(sign, words)}
                </li>
            }
        });
        signs.collect_view().into_any()
    };
    view! {
        <li class="card device">
            <div>
                <h2>
                    {move || {
                        let tag = words.language().tag();
                        row.with_value(|row| row.counter_name.in_language(tag).to_owned())
                    }}
                </h2>
                <p>
                    {move || {
                        let tag = words.language().tag();
                        row.with_value(|row| known.with_value(|known| known.unit_name(&row.unit, tag)))
                    }}
                </p>
            </div>
            <ul class="signs">{signs}</ul>
            <dl class="facts">{facts}</dl>
            {only_if(
                move || !is_revoked && desk.powers().keeps_devices,
                move || {
                    view! {
                        <Tools row=row.get_value() known refresh />
                        {revoke(device, refresh)}
                    }
                    .into_any()
                },
            )}
        </li>
    }
}

/// What a device said of itself.
fn facts(row: &DeviceRow, language: Language, today: Option<Day>) -> [(Text, String); 10] {
    let say = |text: Text| text.say(language).to_owned();
    let class = match row.class.as_str() {
        "kiosk" => say(Text::Kiosk),
        "tablet" => say(Text::Tablet),
        other => other.to_owned(),
    };
    let unsent = match row.oldest {
        Some(oldest) if row.unsent > 0 => Text::UnsentSince.fill(
            language,
            &[
                ("n", &format::count(language, u64::from(row.unsent))),
                ("day", &format::day(language, oldest)),
            ],
        ),
        _ => format::count(language, u64::from(row.unsent)),
    };
    let heard = row.seen.is_some();
    let only_if_heard = |value: String| if heard { value } else { say(Text::NotKnown) };
    [
        (Text::Class, class),
        (Text::EnrolledOn, format::day(language, row.enrolled)),
        (Text::FormLabel, form_named(&row.settings.form, language)),
        (
            Text::LastSeen,
            row.seen.map_or_else(
                || say(Text::NotYet),
                |seen| format::moment(language, seen, today),
            ),
        ),
        (Text::UnsentLabel, only_if_heard(unsent)),
        (
            Text::Lasting,
            only_if_heard(say(if row.persisted { Text::Yes } else { Text::No })),
        ),
        (
            Text::ClockLabel,
            only_if_heard(match minutes_off(row) {
                0 => say(Text::ClockRight),
                minutes => Text::ClockOff.fill(language, &[("n", &minutes.to_string())]),
            }),
        ),
        (
            Text::Version,
            row.app.map_or_else(
                || say(Text::NotKnown),
                |app| app.to_string().chars().take(8).collect(),
            ),
        ),
        (
            Text::ConfigLabel,
            if row.applied == row.config {
                Text::ConfigApplied.fill(language, &[("n", &row.config.to_string())])
            } else {
                Text::ConfigWaiting.fill(language, &[("n", &row.config.to_string())])
            },
        ),
        (
            Text::FreeSpace,
            only_if_heard(match row.free_mb {
                0 => say(Text::NotKnown),
                free => format!("{} MB", format::count(language, free.into())),
            }),
        ),
    ]
}

fn sentence(sign: Sign, words: Words) -> String {
    let text = match sign {
        Sign::Revoked => Text::SignRevoked,
        Sign::NeverSeen => Text::SignNeverSeen,
        Sign::Silent => Text::SignSilent,
        Sign::Unsent { is_too_old: true } => Text::SignTooOld,
        Sign::Unsent { is_too_old: false } => Text::SignUnsent,
        Sign::Asides => Text::SignAsides,
        Sign::NotPersisted => Text::SignNotPersisted,
        Sign::Clock(minutes) => return words.count(Text::SignClock, minutes),
        Sign::LittleSpace => Text::SignSpace,
        Sign::Lost(times) => return words.count(Text::SignLost, times),
        Sign::Copied => Text::SignCopied,
        Sign::SilentOpen(hours) => return words.count(Text::SignSilentOpen, hours),
        Sign::NotConfigured => Text::SignConfig,
        Sign::Training => Text::SignTraining,
    };
    words.say(text).to_owned()
}

/// Ends a device's key after asking once.
fn revoke(device: DeviceId, refresh: Callback<()>) -> AnyView {
    let words = Words::here();
    let desk = Desk::here();
    let trouble = RwSignal::new(None::<api::Trouble>);
    let is_asking = StoredValue::new(false);
    let end = Callback::new(move |()| {
        if is_asking.get_value() {
            return;
        }
        is_asking.set_value(true);
        carry_out(
            desk,
            move || api::revoke(device),
            move |outcome| {
                is_asking.try_set_value(false);
                match outcome {
                    Ok(()) => refresh.run(()),
                    Err(met) if met.wants_proof() => {}
                    Err(met) => drop(trouble.try_set(Some(met))),
                }
            },
        );
    });
    let step = Step {
        verb: Text::Revoke,
        question: Text::RevokeSure,
        yes: Text::RevokeYes,
        class: "button quiet",
    };
    let met = Signal::derive(move || trouble.get().map(|met| said(words, &met)));
    sure(words, step, String::new(), RwSignal::new(false), met, end)
}
