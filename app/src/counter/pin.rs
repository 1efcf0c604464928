//! How many wrong PINs are one too many (UK14). Never: the PIN.

use survey::day::{MINUTE_MS, Millis};

use crate::device::store::PinTries;

/// So many wrong PINs in a row close the door.
const MOST_WRONG: u8 = 5;
/// For so long.
const WAIT_MS: i64 = 5 * MINUTE_MS;

/// Minutes until a PIN is taken again, rounded up; `None` when one is taken now.
#[must_use]
pub fn closed_minutes(tries: PinTries, now: Millis) -> Option<i64> {
    // A clock that was set back must not lock staff out for longer than the wait itself.
    let left = tries.until?.since(now).min(WAIT_MS);
    (left > 0).then(|| (left + MINUTE_MS - 1) / MINUTE_MS)
}

/// The tries after one more wrong PIN.
#[must_use]
pub fn after_wrong(tries: PinTries, now: Millis) -> PinTries {
    let wrong = tries.wrong.saturating_add(1);
    if wrong >= MOST_WRONG {
        PinTries {
            wrong: 0,
            until: Some(now.plus(WAIT_MS)),
        }
    } else {
        PinTries { wrong, until: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_400_000_000);

    #[test]
    fn uk14_five_wrong_pins_wait_five_minutes() {
        let mut tries = PinTries::default();
        for _ in 0..4 {
            tries = after_wrong(tries, NOW);
            assert_eq!(closed_minutes(tries, NOW), None);
        }
        tries = after_wrong(tries, NOW);
        assert_eq!(closed_minutes(tries, NOW), Some(5));
        assert_eq!(closed_minutes(tries, NOW.plus(WAIT_MS - 1)), Some(1));
        assert_eq!(closed_minutes(tries, NOW.plus(WAIT_MS)), None);
    }

    #[test]
    fn uk14_a_clock_set_back_waits_no_longer() {
        let tries = PinTries {
            wrong: 0,
            until: Some(NOW.plus(WAIT_MS)),
        };
        let last_year = NOW.plus(-365 * 24 * 60 * MINUTE_MS);
        assert_eq!(closed_minutes(tries, last_year), Some(5));
    }
}
