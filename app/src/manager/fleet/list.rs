//! The devices, one to a card: where it stands, when it was heard, what waits on it.

use leptos::prelude::*;
use survey::day::Day;
use survey::id::DeviceId;
use survey::wire::manager::DeviceRow;

use super::Known;
use super::condition::{Sign, minutes_off, signs};
use super::tools::Tools;
use crate::device::api;
use crate::manager::account::{Desk, said};
use crate::manager::grave::carry_out;
use crate::manager::unit::form_named;
use crate::parts::{Tone, Words, band, format};
use crate::text::{Language, ManagerText as Text};

/// All of them.
#[component]
pub(super) fn List(
    /// What the server told.
    known: Known,
    /// Called when it should be asked again.
    refresh: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let known = StoredValue::new(known);
    let rows = known.with_value(|known| known.rows.clone());
    if rows.is_empty() {
        return view! { <p class="card">{words.line(Text::NoDevices)}</p> }.into_any();
    }
    let cards = rows
        .into_iter()
        .map(|row| view! { <Device row known refresh /> })
        .collect_view();
    view! { <ul class="devices">{cards}</ul> }.into_any()
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
            <div class="device-head">
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
            <Show when=move || !is_revoked && desk.powers().keeps_devices>
                <Tools row=row.get_value() known refresh />
                <Revoke device refresh />
            </Show>
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
            only_if_heard(format!(
                "{} MB",
                format::count(language, u64::from(row.free_mb))
            )),
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

/// Where the ending of a key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    No,
    Sure,
    Asking,
    Trouble(api::Trouble),
}

/// Ends a device's key after asking once.
#[component]
fn Revoke(device: DeviceId, refresh: Callback<()>) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let ending = RwSignal::new(Ending::No);
    let end = move |_| {
        if ending.get_untracked() == Ending::Asking {
            return;
        }
        ending.set(Ending::Asking);
        carry_out(
            desk,
            move || api::revoke(device),
            move |outcome| match outcome {
                Ok(()) => refresh.run(()),
                Err(met) if met.wants_proof() => drop(ending.try_set(Ending::Sure)),
                Err(met) => drop(ending.try_set(Ending::Trouble(met))),
            },
        );
    };
    move || {
        let trouble = match ending.get() {
            Ending::No => {
                return view! {
                    <button class="button quiet" on:click=move |_| ending.set(Ending::Sure)>
                        {words.say(Text::Revoke)}
                    </button>
                }
                .into_any();
            }
            Ending::Sure | Ending::Asking => None,
            Ending::Trouble(met) => Some(met),
        };
        let trouble = trouble.map(|met| band(Tone::Red, said(words, &met)));
        view! {
            <div class="sure" role="group" aria-label=words.say(Text::Revoke)>
                <p role="alert">{words.say(Text::RevokeSure)}</p>
                {trouble}
                <button class="button danger" on:click=end>
                    {words.say(Text::RevokeYes)}
                </button>
                <button class="button quiet" on:click=move |_| ending.set(Ending::No)>
                    {words.say(Text::Cancel)}
                </button>
            </div>
        }
        .into_any()
    }
}
