//! One alert: where it goes to, what was sent last, a try, its end.

use leptos::prelude::*;
use survey::day::{Day, Millis};
use survey::wire::alerts::{AlertKind, AlertLanguage, AlertRow, DeliveryRow, DeliveryState};

use super::Connecting;
use crate::manager::sure;
use crate::parts::{Words, format};
use crate::text::{ConnectText, ManagerText};

/// One alert.
#[component]
pub(super) fn Alert(
    /// What the server said of it.
    row: AlertRow,
    /// The server's clock then.
    now: Millis,
    /// What the page's parts share.
    connecting: Connecting,
) -> impl IntoView {
    let Connecting { words, writes, .. } = connecting;
    let (to, works, kind) = (row.to.clone(), row.works, row.kind);
    let path = format!("/v1/alerts/{}", row.id);
    let test = [path.as_str(), "/test"].concat();
    let deliveries = StoredValue::new(row.deliveries.clone());
    let line = move || {
        let unit = connecting.placed(row.node.as_ref());
        let language = words.say(match row.language {
            AlertLanguage::Vi => ConnectText::Vietnamese,
            AlertLanguage::En => ConnectText::English,
        });
        words.fill(
            ConnectText::AlertLine,
            &[
                ("unit", &unit),
                ("language", language),
                ("account", &row.maker),
                ("since", &format::day(words.language(), row.since)),
                ("id", &row.id),
            ],
        )
    };
    let sent = move || {
        deliveries.with_value(|deliveries| {
            if deliveries.is_empty() {
                return view! { <p class="soft">{words.say(ConnectText::NothingSent)}</p> }
                    .into_any();
            }
            let lines = deliveries.iter().map(|delivery| {
                let sentence = told(words, delivery, now);
                view! { <li>{sentence}</li> }
            });
            view! {
                <p>{words.say(ConnectText::Deliveries)}</p>
                <ul class="rights">{lines.collect_view()}</ul>
            }
            .into_any()
        })
    };
    let end = Callback::new(move |()| {
        writes.send(
            "DELETE",
            path.clone(),
            "{}".to_owned(),
            ManagerText::ActDropAlert,
        );
    });
    let try_it = move |_| {
        writes.send(
            "POST",
            test.clone(),
            "{}".to_owned(),
            ManagerText::ActTestAlert,
        );
    };
    let steps = [ConnectText::DropAlert, ConnectText::DropAlertSure];
    let tools = sure::end(words, steps, to.clone(), end);
    let kind = match kind {
        AlertKind::Webhook => ConnectText::Webhook,
        AlertKind::Mail => ConnectText::Mail,
    };
    let label = {
        let to = to.clone();
        move || [words.say(ConnectText::TestAlert), ": ", &to].concat()
    };
    view! {
        <li>
            <div>
                <strong class="long">{to}</strong>
                <p class="soft long">{move || [words.say(kind), " · ", &line()].concat()}</p>
                {(!works).then(|| view! { <p>{words.line(ConnectText::AlertOver)}</p> })}
                {sent}
            </div>
            <div class="row">
                <button class="button" type="button" aria-label=label on:click=try_it>
                    {words.line(ConnectText::TestAlert)}
                </button>
                {tools}
            </div>
        </li>
    }
}

/// How a delivery stands, in words.
fn told(words: Words, delivery: &DeliveryRow, now: Millis) -> String {
    let language = words.language();
    let of = if delivery.is_test {
        ConnectText::OfTest
    } else {
        ConnectText::OfDay
    };
    let of = words.fill(of, &[("day", &format::day(language, delivery.day))]);
    let state = match delivery.state {
        DeliveryState::Waiting => ConnectText::StateWaiting,
        DeliveryState::Sent => ConnectText::StateSent,
        DeliveryState::Failed => ConnectText::StateFailed,
    };
    let state = words.count(state, delivery.tries.into());
    let outcome = delivery.outcome.as_deref().map(|outcome| match outcome {
        "no-answer" => words.say(ConnectText::OutcomeNoAnswer).to_owned(),
        "unreachable" => words.say(ConnectText::OutcomeUnreachable).to_owned(),
        "no-right" => words.say(ConnectText::OutcomeNoRight).to_owned(),
        status => words.fill(ConnectText::OutcomeStatus, &[("status", status)]),
    });
    let next = delivery.next.map(|next| {
        let time = format::moment(language, next, Day::of(now));
        words.fill(ConnectText::NextTry, &[("time", &time)])
    });
    let parts = [Some(state), outcome, next];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    [&of, ": ", &parts.join("; ")].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use leptos::reactive::owner::Owner;

    #[test]
    fn um13_a_delivery_says_how_it_stands_and_what_comes_next() {
        let owner = Owner::new();
        owner.set();
        let words = Words::provide(Language::Vi);
        let now = Day::parse("2026-11-24").unwrap().starts();
        let row = |state, outcome: Option<&str>, next| DeliveryRow {
            id: "0".into(),
            day: Day::parse("2026-11-24").unwrap(),
            is_test: false,
            state,
            tries: 3,
            next,
            outcome: outcome.map(str::to_owned),
        };
        let later = Some(now.plus(10 * survey::day::HOUR_MS));
        let waiting = told(words, &row(DeliveryState::Waiting, Some("500"), later), now);
        assert_eq!(
            waiting,
            "Ngày 24/11/2026: đang gửi, đã thử 3 lần; nơi nhận trả lời 500; gửi lại lúc 10:00"
        );
        let gone = told(
            words,
            &row(DeliveryState::Failed, Some("no-answer"), None),
            now,
        );
        assert_eq!(
            gone,
            "Ngày 24/11/2026: không gửi được, đã thử 3 lần; nơi nhận không trả lời trong 10 giây"
        );
    }
}
