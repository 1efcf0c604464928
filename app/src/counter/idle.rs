//! When silence means that a citizen has left (UK10). Never: a clock; milliseconds are handed in.

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

#[cfg(test)]
mod tests {
    use super::*;

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
