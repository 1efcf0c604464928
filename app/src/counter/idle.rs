//! When silence means that a citizen has left (UK10), and when a new shell may take over (U2). Never: a
//! clock; milliseconds are handed in.

use super::session::View;

/// What the silence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Somebody is there.
    Short,
    /// So many seconds are left before everything is cleared.
    Leaving(u16),
    /// Nobody is there any more.
    Over,
}

/// Judges `quiet_ms` milliseconds without a touch, after `idle_s` seconds of which a countdown of
/// `countdown_s` seconds begins.
#[must_use]
pub fn judge(quiet_ms: i64, idle_s: u16, countdown_s: u16) -> Silence {
    let quiet = quiet_ms.saturating_sub(i64::from(idle_s) * 1_000);
    if quiet < 0 {
        return Silence::Short;
    }
    let left = i64::from(countdown_s) * 1_000 - quiet;
    if left <= 0 {
        return Silence::Over;
    }
    // The last second is shown as 1, not 0.
    let seconds = (left + 999) / 1_000;
    Silence::Leaving(u16::try_from(seconds).unwrap_or(u16::MAX))
}

/// Between two citizens so long before a new shell is let in.
const QUIET_MS: i64 = 60_000;
/// A new shell does not wait longer for that.
const WATCHDOG_MS: i64 = 86_400_000;

/// Whether a new shell may take over that has waited for `waited_ms`: after a minute on the screen
/// between two citizens, or, after a day without such a minute, as soon as nobody can be answering
/// (U2). A counter that never rests is updated too, and one that stands paused.
#[must_use]
pub fn lets_shell_in(view: View, idle_ms: Option<i64>, waited_ms: i64) -> bool {
    let is_nobodys = view.is_between() || view == View::Paused;
    idle_ms.is_some_and(|idle| idle >= QUIET_MS) || (is_nobodys && waited_ms >= WATCHDOG_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u2_a_new_shell_waits_for_a_quiet_minute_but_not_beyond_a_day() {
        let lets_in = |view, idle_ms, hours: i64| lets_shell_in(view, idle_ms, hours * 3_600_000);
        assert!(lets_in(View::Attract, Some(60_000), 0));
        assert!(!lets_in(View::Attract, Some(59_999), 23));
        assert!(lets_in(View::Attract, Some(0), 24));
        assert!(lets_in(View::Ready, Some(0), 24));
        assert!(lets_in(View::Paused, None, 24));
        assert!(!lets_in(View::Paused, None, 23));
        for view in [
            View::Notice,
            View::Step(survey::form::Step::Comment),
            View::Saving,
            View::Thanks,
            View::Staff,
        ] {
            assert!(!lets_in(view, None, 240));
        }
    }

    #[test]
    fn uk10_forty_seconds_then_a_countdown_of_twenty() {
        let judged = |quiet_ms| judge(quiet_ms, 40, 20);
        assert_eq!(judged(0), Silence::Short);
        assert_eq!(judged(39_999), Silence::Short);
        assert_eq!(judged(40_000), Silence::Leaving(20));
        assert_eq!(judged(40_001), Silence::Leaving(20));
        assert_eq!(judged(59_999), Silence::Leaving(1));
        assert_eq!(judged(60_000), Silence::Over);
    }
}
