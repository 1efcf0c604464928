//! What came in today and what waits for the next release: counts only, never a level (P6).

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use survey::day::Day;
use survey::id::UnitId;
use survey::wire::manager::Live;

use crate::device::{api, page};
use crate::manager::account::{Desk, said};
use crate::parts::{Words, format};
use crate::text::FiguresText as Text;

/// How often the counts are asked for while somebody looks.
const POLL_EVERY: Duration = Duration::from_secs(4);

/// Whether something must have been released between two looks: less waits, or more came in than
/// waits in addition.
const fn has_released(before: &Live, after: &Live) -> bool {
    let settled_before = before.today.saturating_sub(before.waiting);
    let settled_after = after.today.saturating_sub(after.waiting);
    after.waiting < before.waiting || settled_after > settled_before
}

/// How far what is shown can be trusted to be of now.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trust {
    Fresh,
    /// The server did not answer.
    Lost,
    /// It did, and said no.
    Refused(api::Trouble),
    /// Nobody is there to look.
    Paused,
}

impl Trust {
    /// After a question without the counts for an answer: only what did not come is a lost connection.
    const fn without(met: api::Trouble) -> Self {
        match met {
            api::Trouble::Refused { .. } => Self::Refused(met),
            api::Trouble::NoReply | api::Trouble::Unreadable => Self::Lost,
        }
    }

    /// Why what is shown may be old.
    fn told(&self, words: Words) -> Option<String> {
        match self {
            Self::Fresh => None,
            Self::Refused(met) => Some(said(words, met)),
            Self::Lost => Some(words.say(Text::LiveStale).to_owned()),
            Self::Paused => Some(words.say(Text::LivePaused).to_owned()),
        }
    }
}

/// The strip of live counts of a unit.
#[component]
pub fn LiveStrip(
    /// Which unit.
    unit: Memo<Option<UnitId>>,
    /// Called when figures have become newer.
    on_release: Callback<()>,
) -> impl IntoView {
    let words = Words::here();
    let desk = Desk::here();
    let live = RwSignal::new(None::<(UnitId, Live)>);
    let trust = RwSignal::new(Trust::Fresh);

    let look = move || {
        let Some(asked) = unit.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let answer = api::live(&asked).await;
            // The page may be gone, or show another unit by now.
            if unit.try_get_untracked().flatten().as_ref() != Some(&asked) {
                return;
            }
            match answer {
                Ok(now) => {
                    let before = live.get_untracked().filter(|(of, _)| *of == asked);
                    let is_newer = before.is_some_and(|(_, before)| has_released(&before, &now));
                    desk.hear(now.now);
                    trust.set(Trust::Fresh);
                    live.set(Some((asked, now)));
                    if is_newer {
                        on_release.run(());
                    }
                }
                Err(met) => {
                    desk.heed(&met);
                    trust.set(Trust::without(met));
                }
            }
        });
    };
    Effect::new(move || {
        unit.track();
        look();
    });
    let every = set_interval_with_handle(
        move || {
            if !desk.is_attended() {
                trust.set(Trust::Paused);
            } else if page::is_visible() {
                look();
            }
        },
        POLL_EVERY,
    );
    on_cleanup(move || {
        if let Ok(every) = every {
            every.clear();
        }
    });

    let now = Memo::new(move |_| {
        let unit = unit.get()?;
        live.get()
            .filter(|(of, _)| *of == unit)
            .map(|(_, live)| live)
    });
    let number = move |of: fn(&Live) -> u64| {
        let shown = now
            .get()
            .map(|live| format::count(words.language(), of(&live)));
        shown.unwrap_or_else(|| "…".to_owned())
    };
    let release = move || {
        let live = now.get()?;
        Some(match live.next_release {
            Some(at) => {
                let at = format::moment(words.language(), at, Day::of(live.now));
                words.fill(Text::NextRelease, &[("t", &at)])
            }
            None => words.say(Text::ReleaseAtTen).to_owned(),
        })
    };
    let has_quarantined = move || now.get().is_some_and(|live| live.quarantined > 0);
    view! {
        <section class="live" aria-label=words.line(Text::LiveTitle) data-stale=move || (trust.get() != Trust::Fresh).to_string()>
            <dl>
                <div>
                    <dt>{words.line(Text::ReceivedToday)}</dt>
                    <dd id="live-today">{move || number(|live| live.today)}</dd>
                </div>
                <div>
                    <dt>{words.line(Text::WaitingRelease)}</dt>
                    <dd id="live-waiting">{move || number(|live| live.waiting)}</dd>
                </div>
                <Show when=has_quarantined>
                    <div>
                        <dt>{words.line(Text::Quarantined)}</dt>
                        <dd>{move || number(|live| live.quarantined)}</dd>
                    </div>
                </Show>
            </dl>
            <p class="soft" role="status">
                {move || {
                    let trust = trust.get();
                    trust.told(words).or_else(release)
                }}
            </p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::day::Millis;

    fn live(today: u64, waiting: u64) -> Live {
        Live {
            today,
            waiting,
            quarantined: 0,
            now: Millis(0),
            next_release: None,
        }
    }

    #[test]
    fn only_a_server_that_did_not_answer_is_a_lost_connection() {
        let refused = api::Trouble::Refused {
            code: survey::wire::code::Code::NotFound,
            wait_s: None,
        };
        assert_eq!(Trust::without(api::Trouble::NoReply), Trust::Lost);
        assert_eq!(Trust::without(refused.clone()), Trust::Refused(refused));
    }

    #[test]
    fn um8_figures_are_asked_again_when_something_was_released() {
        assert!(has_released(&live(9, 9), &live(10, 0)));
        assert!(
            has_released(&live(5, 5), &live(15, 5)),
            "ten came and went between two looks"
        );
        assert!(!has_released(&live(5, 5), &live(6, 6)));
        assert!(!has_released(&live(5, 5), &live(5, 5)));
        assert!(!has_released(&live(20, 5), &live(0, 5)), "midnight");
        assert!(
            has_released(&live(0, 5), &live(0, 0)),
            "the morning's release"
        );
    }
}
