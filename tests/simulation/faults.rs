//! The faults of the table in docs/SPEC.md, one by one, where a random schedule alone would not say
//! which of them it met.

use survey::day::Millis;
use survey::id::{ParcelHash, ResponseId};
use survey::outbox::{Next, Outbox, Outcome, Waiting};
use survey_tests::world::{Fate, Rule, Step};

use super::{finish, shows, sync, well};

/// More steps than any write or exchange has.
const STEPS: usize = 24;

#[test]
fn o2_killed_before_the_write_nobody_is_thanked_and_nothing_is_sent() {
    for power in [false, true] {
        let die = Step::FinishAndDie {
            device: 0,
            after: 0,
            power,
        };
        let world = well(None, &[die, sync(0, Fate::Good)]).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!((world.thanked(), world.counted()), (0, 0));
    }
    // Thanked too early, the same death is a loss.
    let die = Step::FinishAndDie {
        device: 0,
        after: 1,
        power: true,
    };
    shows(Rule::O2, &[die, sync(0, Fate::Good)]);
}

#[test]
fn o2_killed_over_or_after_the_write_it_is_there_whole_or_not_at_all() {
    let mut kept = 0;
    for (after, power) in (0..STEPS).flat_map(|after| [(after, false), (after, true)]) {
        let die = Step::FinishAndDie {
            device: 0,
            after,
            power,
        };
        let schedule = [die, finish(0), sync(0, Fate::ReplyLost)];
        let world = well(None, &schedule).unwrap_or_else(|it| panic!("{after}: {it}"));
        assert!((1..=2).contains(&world.counted()), "{after}");
        kept += usize::from(world.counted() == 2);
    }
    assert!(kept > 0, "no death was late enough");
}

#[test]
fn o4_killed_between_reply_and_settling_it_is_already_counted() {
    for (after, power) in (0..STEPS).flat_map(|after| [(after, false), (after, true)]) {
        let die = Step::SyncAndDie {
            device: 0,
            fate: Fate::Good,
            after,
            power,
        };
        let world = well(None, &[finish(0), die]).unwrap_or_else(|it| panic!("{after}: {it}"));
        assert_eq!((world.thanked(), world.counted()), (1, 1), "{after}");
    }
    let die = Step::SyncAndDie {
        device: 0,
        fate: Fate::RequestLost,
        after: STEPS,
        power: true,
    };
    shows(Rule::O4, &[finish(0), die]);
}

#[test]
fn b1_a_power_cut_takes_nothing_that_was_thanked() {
    let cut = Step::Restart {
        device: 0,
        power: true,
    };
    let world = shows(Rule::B1, &[finish(0), finish(0), cut, sync(0, Fate::Good)]);
    assert_eq!((world.thanked(), world.counted()), (2, 2));
}

#[test]
fn o15_a_full_disk_thanks_nobody_and_keeps_nothing_half() {
    let full = |is_full| Step::Full { device: 0, is_full };
    let schedule = [
        finish(0),
        full(true),
        finish(0),
        sync(0, Fate::Good),
        full(false),
        finish(0),
    ];
    let world = shows(Rule::O15, &schedule);
    assert_eq!((world.thanked(), world.counted()), (2, 2));
}

#[test]
fn o13_two_pages_that_send_at_once_count_once_and_raise_no_flag() {
    let page = |tab| Step::Sync {
        device: 0,
        tab,
        fate: Fate::Good,
    };
    let begin = |tab| Step::Begin {
        device: 0,
        tab,
        steps: 12,
    };
    let carry = Step::Carry {
        request: 0,
        fate: Fate::Good,
    };
    let schedule = [
        Step::OpenTab { device: 0 },
        finish(0),
        begin(0),
        begin(1),
        carry,
        carry,
        finish(0),
        page(0),
        finish(0),
        page(1),
    ];
    let world = shows(Rule::O13, &schedule);
    assert_eq!((world.counted(), world.flags()), (3, 0));
}

#[test]
fn o9_a_store_that_lost_a_bit_says_so_and_holds_nothing_up() {
    let damage = Step::Damage {
        device: 0,
        record: 0,
    };
    let world = shows(Rule::O9, &[finish(0), damage, finish(0)]);
    assert_eq!((world.thanked(), world.counted()), (2, 1));
}

#[test]
fn o14_a_file_counts_once_on_another_device_at_the_operators_and_from_its_own() {
    let import = |relay| Step::Import { file: 0, relay };
    let export = Step::Export { device: 0 };
    let three = [finish(0), finish(0), finish(0)];
    let lost = [export, Step::LoseFile { file: 0 }];
    let twice = [import(Some(1)), import(Some(1)), import(None)];
    for rest in [
        twice.to_vec(),
        [&twice[..], &[sync(0, Fate::Good)]].concat(),
        vec![sync(0, Fate::ReplyLost), import(None)],
        // A tablet that breaks after its queue was carried away has lost nothing.
        vec![Step::Gone { device: 0 }, import(None)],
        vec![
            Step::ServerBackUp,
            import(None),
            Step::ServerRestore { with_rollup: true },
        ],
        vec![
            Step::Move { device: 0, unit: 2 },
            import(Some(2)),
            sync(0, Fate::Good),
        ],
    ] {
        let schedule = [&three[..], &[export], &rest].concat();
        let world = well(None, &schedule).unwrap_or_else(|it| panic!("{rest:?}: {it}"));
        assert_eq!((world.thanked(), world.counted()), (3, 3), "{rest:?}");
        assert_eq!(world.flags(), 0);
    }
    // What is exported stays on the device: a lost file loses nothing.
    let world = shows(Rule::O14, &[&three[..], &lost].concat());
    assert_eq!(world.counted(), 3);
}

#[test]
fn w8_what_a_revoked_device_holds_is_kept_and_not_lost() {
    let schedule = [finish(0), Step::Revoke { device: 0 }, sync(0, Fate::Good)];
    let world = shows(Rule::W8, &schedule);
    assert_eq!((world.thanked(), world.counted()), (1, 0));
}

#[test]
fn o6_a_storm_of_every_status_loses_nothing() {
    let storm = [
        500, 502, 503, 429, 408, 425, 401, 403, 404, 410, 400, 409, 413,
    ];
    let mut schedule = vec![finish(0)];
    for status in storm {
        schedule.extend([
            sync(0, Fate::Status(status)),
            sync(0, Fate::StatusAfter(status)),
            Step::Pass { seconds: 1_000 },
            finish(0),
        ]);
    }
    let world = shows(Rule::O6, &schedule);
    assert_eq!((world.thanked(), world.counted()), (14, 14));
}

#[test]
fn o5_three_thousand_devices_come_back_spread_out() {
    const DEVICES: u32 = 3_000;
    let start = Millis(1_795_400_000_000);
    let record = Waiting {
        id: ResponseId::from_random([1; 16]),
        hash: ParcelHash::from_bytes([2; 32]),
        bytes: 500,
        aside_since: None,
    };
    // The network is away for an hour; then it is counted who comes in which second.
    let mut seconds = vec![0_u32; 1_800];
    let mut dice = fastrand::Rng::with_seed(1);
    for _ in 0..DEVICES {
        let mut outbox = Outbox::default();
        let mut now = start;
        while now.since(start) < 3_600_000 {
            now = match outbox.next(&[record], now) {
                Next::Send(_) => {
                    outbox.hear(&[record], &Outcome::NoReply, now, dice.u32(..));
                    now.plus(25_000)
                }
                Next::Wait(at) | Next::Rest(at) => at.max(now.plus(1)),
            };
        }
        let at = usize::try_from(now.since(start) / 1_000 - 3_600).unwrap_or_default();
        if let Some(second) = seconds.get_mut(at) {
            *second += 1;
        }
    }
    let (busiest, all) = (seconds.iter().max().copied(), seconds.iter().sum::<u32>());
    assert_eq!(all, DEVICES, "everybody is back within half an hour");
    assert!(
        busiest.is_some_and(|busiest| busiest <= 30),
        "{busiest:?} of {DEVICES} in one second"
    );
}
