//! Published values beside ours: SIPAS by year and factor, and what each factor touches in QĐ 766, NĐ 61 and
//! PAPI. Never: a difference between ours and theirs.

use leptos::prelude::*;
use survey::reference::{Method, SIPAS, SIPAS_2023_FACTORS, TOUCHES};
use survey::wire::manager::UnitPage;

use crate::manager::unit::Spoken;
use crate::parts::{Words, format};
use crate::text::ActionText as Text;

/// Both sections.
pub(super) fn reference(words: Words, figures: &UnitPage) -> AnyView {
    view! {
        {sipas(words, figures)}
        {touched(words)}
    }
    .into_any()
}

/// The name of a factor of `sipas2022`.
fn named(words: Words, factor: &str) -> &'static str {
    words.say(match factor {
        "tc" => Text::FactorTc,
        "tthc" => Text::FactorTthc,
        "cc" => Text::FactorCc,
        "kq" => Text::FactorKq,
        _ => Text::FactorPakn,
    })
}

fn sipas(words: Words, figures: &UnitPage) -> AnyView {
    let language = words.language();
    let years = |method: Method| {
        let cells = SIPAS.into_iter().filter(move |year| year.method == method);
        cells.map(|year| {
            let index = format::percent(language, year.index);
            view! {
                <li>
                    <span>{year.year}</span>
                    " "
                    <strong>{index}</strong>
                </li>
            }
            .into_any()
        })
    };
    let rows = TOUCHES
        .iter()
        .zip(SIPAS_2023_FACTORS)
        .map(|(touches, published)| {
            let mut own = figures.factors.iter();
            let own = own.find(|part| part.id.as_str() == touches.factor);
            let spoken = own.map(|part| Spoken::of(&part.figure, language));
            let limits = spoken.as_ref().and_then(|spoken| spoken.interval.clone());
            let limits = limits.map(|limits| format!(" ({limits})"));
            let n = spoken.as_ref().and_then(|spoken| spoken.n.clone());
            view! {
                <tr>
                    <th scope="row">{named(words, touches.factor)}</th>
                    <td>{format::percent(language, published)}</td>
                    <td>{spoken.map(|spoken| spoken.main)} <span class="soft">{limits}</span></td>
                    <td>{n}</td>
                </tr>
            }
            .into_any()
        });
    view! {
        <div class="card">
            <h2>{words.say(Text::SipasTitle)}</h2>
            <p>{words.say(Text::SipasHelp)}</p>
            <div class="methods">
                <div>
                    <h3>{words.say(Text::SipasFirst)}</h3>
                    <ul class="years">{years(Method::First).collect_view()}</ul>
                </div>
                <div>
                    <h3>{words.say(Text::SipasSecond)}</h3>
                    <ul class="years">{years(Method::Second).collect_view()}</ul>
                </div>
            </div>
            <p class="soft">{words.say(Text::SipasBreak)}</p>
            <div class="scroll" role="region" tabindex="0" aria-label=words.say(Text::SipasTitle)>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{words.say(Text::FactorHead)}</th>
                            <th scope="col">{words.say(Text::SipasOf2023)}</th>
                            <th scope="col">{words.say(Text::OursNow)}</th>
                            <th scope="col">"n"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
            <p class="soft">{words.say(Text::SipasNot)}</p>
            <p>{words.say(Text::ParIndex)}</p>
            <p class="soft">{words.say(Text::SipasSource)}</p>
        </div>
    }
    .into_any()
}

fn touched(words: Words) -> AnyView {
    let rows = TOUCHES.iter().map(|touches| {
        let or_none = |text: &'static str| if text.is_empty() { "–" } else { text };
        view! {
            <tr>
                <th scope="row">{named(words, touches.factor)}</th>
                <td class="words" lang="vi">
                    {or_none(touches.portal)}
                </td>
                <td>{touches.decree61}</td>
                <td class="words" lang="vi">
                    {touches.papi}
                </td>
            </tr>
        }
        .into_any()
    });
    view! {
        <div class="card">
            <h2>{words.say(Text::TouchesTitle)}</h2>
            <p class="soft">{words.say(Text::TouchesHelp)}</p>
            <div class="scroll" role="region" tabindex="0" aria-label=words.say(Text::TouchesTitle)>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{words.say(Text::FactorHead)}</th>
                            <th scope="col" class="words" lang="vi">
                                "QĐ 766/QĐ-TTg"
                            </th>
                            <th scope="col" lang="vi">
                                "NĐ 61/2018"
                            </th>
                            <th scope="col" class="words">
                                "PAPI"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}
