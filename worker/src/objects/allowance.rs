//! How often somebody may ask: so often at once, so often a minute after that (rule W10). Kept in
//! memory only: a restart forgives. Never: an address.

use crate::refused::Refused;
use std::cell::RefCell;
use std::collections::BTreeMap;
use survey::day::{MINUTE_MS, Millis};

/// The allowances of everybody who has used one, by what they are known by.
pub struct Allowance<K> {
    at_once: i64,
    a_minute: i64,
    /// What is left, in thousandths, and when that was reckoned.
    left: RefCell<BTreeMap<K, (i64, Millis)>>,
}

impl<K: Ord> Allowance<K> {
    /// An allowance that nobody has used yet.
    pub fn of(at_once: i64, a_minute: i64) -> Self {
        Self {
            at_once,
            a_minute,
            left: RefCell::default(),
        }
    }

    /// Takes one.
    ///
    /// # Errors
    /// [`survey::wire::code::Code::SlowDown`] when none is left.
    pub fn spend(&self, whose: K, now: Millis) -> Result<(), Refused> {
        const ONE: i64 = 1_000;
        let mut all = self.left.borrow_mut();
        let full = self.at_once * ONE;
        let (left, since) = all.get(&whose).copied().unwrap_or((full, now));
        let passed = now.since(since).clamp(0, MINUTE_MS * self.at_once);
        let left = (left + passed * self.a_minute * ONE / MINUTE_MS).min(full) - ONE;
        if left < 0 {
            return Err(Refused::slow_down(5));
        }
        all.insert(whose, (left, now));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use survey::id::DeviceId;

    #[test]
    fn w10_so_many_at_once_and_then_one_a_second() {
        let allowance = Allowance::of(120, 60);
        let (one, other) = (
            DeviceId::from_random([1; 16]),
            DeviceId::from_random([2; 16]),
        );
        let may = |device, ms| allowance.spend(device, Millis(ms)).is_ok();
        assert!((0..120).all(|_| may(one, 0)));
        assert!(!may(one, 0));
        assert!(!may(one, 999));
        assert!(may(one, 1_000));
        assert!(!may(one, 1_000));
        // The limit is the device's alone, and a clock that is set back gives nothing.
        assert!(may(other, 0));
        assert!(!may(one, 0));
        // After a night the burst is whole again, and no more than that.
        assert!((0..120).all(|_| may(one, 40_000_000)));
        assert!(!may(one, 40_000_000));
    }
}
