//! A flood of wrong codes and passwords from one address, and an honest office behind the same one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::device::{Device, record, verdicts};
use crate::passkeys::{self, Phone};
use crate::world::{Account, PASSWORD, World};

/// Wrong tries of each kind.
const TRIES: usize = 2_000;
/// How many of each kind go at once.
const AT_ONCE: usize = 4;
/// Passwords of strangers that the server checks in a minute.
const CHECKED_A_MINUTE: usize = 60;

#[test]
fn s12_s5_two_thousand_wrong_codes_and_passwords_lock_no_honest_office_out() {
    let world = World::empty();
    let operator = world.operator();
    let mut device = Device::enrolled(&world, &operator, "33.1");
    let mut phone = Phone::new();
    assert_eq!(passkeys::add(&world, &operator, &phone).status, 200);
    let (at_work, checked, rounds) = (
        AtomicUsize::new(2 * AT_ONCE),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    let mut office = operator.clone();
    let began = Instant::now();
    thread::scope(|scope| {
        for part in 0..AT_ONCE {
            let (world, at_work, checked) = (&world, &at_work, &checked);
            scope.spawn(move || {
                let stranger = Device::stranger("33.1");
                for n in 0..TRIES / AT_ONCE {
                    let code = format!("{:0>8}", base32(part * TRIES + n));
                    let refused = stranger.enrol(world, &code).refusal();
                    assert!(matches!(refused.0, 403 | 429), "{refused:?}");
                }
                at_work.fetch_sub(1, Ordering::Relaxed);
            });
            scope.spawn(move || {
                let nobody = Account::default();
                for n in 0..TRIES / AT_ONCE {
                    // Somebody who works there, and names that nobody has.
                    let name = if n % 2 == 0 {
                        "operator".into()
                    } else {
                        format!("x{part}-{n}")
                    };
                    match nobody.try_sign_in(world, &name, "wrong wrong wrong").status {
                        401 => drop(checked.fetch_add(1, Ordering::Relaxed)),
                        status => assert_eq!(status, 429),
                    }
                }
                at_work.fetch_sub(1, Ordering::Relaxed);
            });
        }
        // Meanwhile the office works, and once more after it.
        loop {
            let is_over = at_work.load(Ordering::Relaxed) == 0;
            // In the browser where they signed in last time.
            let again = office.try_sign_in(&world, "operator", PASSWORD);
            assert_eq!(again.status, 200, "{:?}", again.json());
            office = Account::of(&again);
            let code = office.code(&world, "33.1");
            let new = Device::stranger("33.1").enrol(&world, &code);
            assert_eq!(new.status, 200, "{:?}", new.json());
            let sent = device.post(&world, &[record("33.1", 4)]);
            assert_eq!(verdicts(&sent), ["counted"]);
            let elsewhere = passkeys::sign_in(&world, &mut phone);
            assert_eq!(
                elsewhere.status, 200,
                "a passkey opens on a new computer too"
            );
            rounds.fetch_add(1, Ordering::Relaxed);
            if is_over {
                break;
            }
        }
    });
    let minutes = usize::try_from(began.elapsed().as_secs() / 60).expect("a number") + 1;
    let checked = checked.into_inner();
    // Each check costs 19 MiB and the thread that takes in answers: a flood gets no more of them.
    assert!(
        checked > 0 && checked <= CHECKED_A_MINUTE * minutes,
        "{checked} in {minutes} min"
    );
    assert!(rounds.into_inner() > 1);
    // However long the machine took until here: the strangers of this minute are many again.
    let nobody = Account::default();
    let is_full = |n| {
        nobody
            .try_sign_in(&world, &format!("y{n}"), "wrong wrong wrong")
            .status
            == 429
    };
    assert!((0..=CHECKED_A_MINUTE).any(is_full));
    let locked = Account::default().try_sign_in(&world, "operator", PASSWORD);
    assert_eq!(
        locked.refusal(),
        (429, "slow-down".into()),
        "a browser nobody knows waits"
    );
}

/// A number in the symbols of a code.
fn base32(mut n: usize) -> String {
    let symbols: Vec<char> = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".chars().collect();
    let mut text = Vec::new();
    for _ in 0..8 {
        text.push(symbols[n % 32]);
        n = n / 32 * 7 + n % 32 + 13;
    }
    text.into_iter().rev().collect()
}
