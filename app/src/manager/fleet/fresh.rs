//! A code that was just drawn: to read, to copy, and as a QR that holds the counter's address (US1).

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use qrcodegen::{QrCode, QrCodeEcc};
use survey::day::{MINUTE_MS, Millis};
use survey::wire::manager::FreshCode;

use crate::device::clipboard;
use crate::manager::account::Desk;
use crate::parts::Words;
use crate::text::ManagerText as Text;

/// How often the remaining minutes are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The quiet zone around a QR code, in its modules.
const QUIET: i32 = 4;

/// A code that was just drawn. It is on this screen only; the server keeps what checks it.
#[component]
pub fn Fresh(
    /// The code and its end.
    fresh: FreshCode,
) -> impl IntoView {
    let words = Words::here();
    let code = StoredValue::new(fresh.code);
    let desk = Desk::here();
    let address = untrack(|| desk.counter());
    let is_copied = RwSignal::new(None::<bool>);
    let left = RwSignal::new(minutes_left(fresh.ends, desk.now()));
    let every = set_interval_with_handle(
        move || left.set(minutes_left(fresh.ends, desk.now())),
        LOOK_EVERY,
    );
    on_cleanup(move || {
        if let Ok(every) = every {
            every.clear();
        }
    });
    let copy = move |_| {
        spawn_local(async move {
            is_copied.try_set(Some(clipboard::copy(&code.get_value()).await));
        });
    };
    view! {
        <div class="fresh" role="group" aria-label=words.line(Text::CodeIs)>
            <p>{words.line(Text::CodeIs)}</p>
            <output class="code">{code.get_value()}</output>
            <button class="button" on:click=copy>
                {move || {
                    words
                        .say(
                            match is_copied.get() {
                                None => Text::Copy,
                                Some(true) => Text::Copied,
                                Some(false) => Text::NotCopied,
                            },
                        )
                }}
            </button>
            <p class="soft">
                {move || {
                    if left.get() > 0 {
                        words.count(Text::CodeLeft, left.get())
                    } else {
                        words.say(Text::CodeOver).to_owned()
                    }
                }}
            </p>
            {match address {
                None => view! { <p class="soft">{words.line(Text::CodeHowTo)}</p> }.into_any(),
                Some(address) => view! { <Qr address code=code.get_value() /> }.into_any(),
            }}
        </div>
    }
}

/// The address with the code, for a camera and for people.
#[component]
fn Qr(address: String, code: String) -> impl IntoView {
    let words = Words::here();
    let link = [address.as_str(), "enrol#", &code].concat();
    let drawn = QrCode::encode_text(&link, QrCodeEcc::Medium).ok();
    let drawn = drawn.map(|drawn| {
        let size = drawn.size() + 2 * QUIET;
        let size = size.to_string();
        view! {
            <svg
                class="qr"
                viewBox=["0 0 ", &size, " ", &size].concat()
                role="img"
                aria-label=words.line(Text::QrLabel)
            >
                <path d=path(&drawn) />
            </svg>
        }
    });
    view! {
        {drawn}
        <p class="soft">{move || words.fill(Text::QrHelp, &[("address", &address)])}</p>
    }
}

/// The dark modules as one path of unit squares.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let (x, y) = ((x + QUIET).to_string(), (y + QUIET).to_string());
            path.extend(["M", &x, " ", &y, "h1v1h-1z"]);
        }
    }
    path
}

/// Whole minutes until a moment, rounded up; 0 once it is past.
const fn minutes_left(ends: Millis, now: Millis) -> i64 {
    let left_ms = ends.since(now);
    if left_ms <= 0 {
        0
    } else {
        (left_ms + MINUTE_MS - 1) / MINUTE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ua2_a_qr_has_its_quiet_zone_and_corners() {
        let link = "https://counter.example.vn/enrol#ABCD-2345";
        let code = QrCode::encode_text(link, QrCodeEcc::Medium).unwrap();
        let path = path(&code);
        assert!(
            path.starts_with("M4 4h1v1h-1z"),
            "the finder pattern begins after four modules"
        );
        assert!(!path.contains("M3 ") && !path.contains(" 3h"));
    }

    #[test]
    fn us1_the_minutes_left_are_rounded_up() {
        let ends = Millis(10 * MINUTE_MS);
        assert_eq!(minutes_left(ends, Millis(0)), 10);
        assert_eq!(minutes_left(ends, Millis(1)), 10);
        assert_eq!(minutes_left(ends, Millis(MINUTE_MS)), 9);
        assert_eq!(minutes_left(ends, ends), 0);
        assert_eq!(minutes_left(ends, Millis(11 * MINUTE_MS)), 0);
    }
}
