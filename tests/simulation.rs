//! The simulator in the ordinary tests: many schedules that must go well, each rule knocked out, which
//! must go wrong, and schedules that once did.

#[path = "simulation/faults.rs"]
mod faults;

use survey_tests::world::{Fate, Passage, Rule, Step, World, Wrong, many, one};

/// Plays a schedule, lets everything heal, and returns the world if all was well.
fn well(without: Option<Rule>, schedule: &[Step]) -> Result<World, String> {
    let mut world = World::new(1, without);
    world.forget_locks();
    let outcome = world.play(schedule).and_then(|()| world.heal());
    match outcome {
        Ok(()) => Ok(world),
        Err(failure) => Err(format!("{}: {}", failure.wrong, failure.what)),
    }
}

/// A schedule goes well, and goes wrong without this rule.
fn shows(rule: Rule, schedule: &[Step]) -> World {
    if let Ok(world) = well(Some(rule), schedule) {
        panic!(
            "{rule} is not needed for this: {} thanked, {} counted",
            world.thanked(),
            world.counted()
        );
    }
    well(None, schedule).unwrap_or_else(|failure| panic!("{failure}"))
}

const fn finish(device: usize) -> Step {
    Step::Finish {
        device,
        citizens: 1,
    }
}

const fn sync(device: usize, fate: Fate) -> Step {
    Step::Sync {
        device,
        tab: 0,
        fate,
    }
}

#[test]
fn i1_i2_i3_i4_i5_hold_in_2000_schedules() {
    let report = many(1, 2_000, None);
    assert_eq!(report.failed(), 0, "{report}: {:?}", report.shortest);
    // A world in which nothing happens proves nothing.
    assert!(report.counted > 20_000, "{} counted", report.counted);
}

#[test]
fn i2_the_node_above_shows_what_its_children_released() {
    let twelve = Step::Finish {
        device: 0,
        citizens: 12,
    };
    let carry = |passage| Step::CarryReport {
        message: 0,
        passage,
    };
    let report = Step::Report { unit: 0 };
    let schedule = [
        twelve,
        sync(0, Fate::Good),
        report,
        carry(Passage::AckLost),
        report,
        carry(Passage::Copied),
        twelve,
        sync(0, Fate::Good),
        report,
        carry(Passage::Lost),
    ];
    assert_eq!(shows(Rule::L11Deltas, &schedule).counted(), 24);
}

#[test]
fn i3_an_honest_device_is_not_flagged() {
    let dies = |after| Step::SyncAndDie {
        device: 0,
        fate: Fate::Good,
        after,
        power: true,
    };
    let mut schedule = vec![finish(0), Step::OpenTab { device: 1 }, finish(1)];
    schedule.extend((1..16).flat_map(|after| [finish(0), dies(after), sync(1, Fate::Copied)]));
    assert_eq!(shows(Rule::W7, &schedule).flags(), 0);
}

#[test]
fn i4_one_refused_record_holds_nothing_up() {
    let schedule = [
        Step::Finish {
            device: 0,
            citizens: 9,
        },
        Step::Refuse {
            device: 0,
            record: 4,
        },
        sync(0, Fate::Good),
    ];
    assert_eq!(shows(Rule::O8, &schedule).counted(), 9);
}

#[test]
fn i5_any_order_gives_the_same_numbers() {
    let day = Step::Pass { seconds: 86_400 };
    let jump = Step::Jump {
        device: 1,
        hours: 400,
    };
    let round = [
        Step::Finish {
            device: 0,
            citizens: 4,
        },
        Step::Finish {
            device: 1,
            citizens: 3,
        },
        sync(1, Fate::Good),
        jump,
        day,
        sync(0, Fate::ReplyLost),
    ];
    let schedule: Vec<Step> = round.repeat(5);
    let world = shows(Rule::T3, &schedule);
    assert_eq!(world.counted(), 35);
    for _ in 0..20 {
        world
            .count_in_another_order()
            .unwrap_or_else(|failure| panic!("{}", failure.what));
    }
}

#[test]
fn same_id_two_contents() {
    let world = shows(
        Rule::L5,
        &[
            Step::Twins { devices: [0, 1] },
            sync(0, Fate::Good),
            sync(1, Fate::Good),
        ],
    );
    assert_eq!((world.thanked(), world.counted()), (2, 1));
}

#[test]
fn rename_then_restore() {
    // Counted before the merger, backed up after it: the answers go back to their own ledger.
    shows(
        Rule::L1,
        &[
            Step::Finish {
                device: 0,
                citizens: 3,
            },
            sync(0, Fate::ReplyLost),
            Step::Move { device: 0, unit: 2 },
            finish(0),
            Step::ServerBackUp,
            sync(0, Fate::Good),
            Step::ServerRestore { with_rollup: true },
        ],
    );
}

#[test]
fn crash_between_records() {
    // The server dies over the tables of a batch of three; the device over the reply to the next try.
    for statements in 1..24 {
        let schedule = [
            Step::Finish {
                device: 0,
                citizens: 3,
            },
            Step::Fuse { statements },
            sync(0, Fate::Good),
            Step::ServerRestart,
            Step::SyncAndDie {
                device: 0,
                fate: Fate::Good,
                after: 10,
                power: true,
            },
        ];
        let world = well(None, &schedule).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!((world.thanked(), world.counted()), (3, 3), "{statements}");
    }
    let dies_in_the_middle = |statements| {
        let schedule = [
            finish(0),
            Step::Fuse { statements },
            sync(0, Fate::Good),
            Step::ServerRestart,
        ];
        well(Some(Rule::L2), &schedule).is_err()
    };
    assert!((1..24).any(dies_in_the_middle));
}

#[test]
fn late_duplicate_after_settle() {
    shows(
        Rule::L5Unique,
        &[
            finish(0),
            sync(0, Fate::Copied),
            Step::Pass { seconds: 86_400 },
            Step::Carry {
                request: 0,
                fate: Fate::Good,
            },
        ],
    );
}

#[test]
fn portal_after_commit() {
    let world = shows(
        Rule::W5,
        &[
            finish(0),
            sync(0, Fate::PortalAfter),
            finish(0),
            Step::Pass { seconds: 3_600 },
            sync(0, Fate::Portal),
        ],
    );
    assert_eq!((world.thanked(), world.counted()), (2, 2));
}

#[test]
fn restore_and_device_gone() {
    // Twelve answers are released and known above; the backup knows none of them, and one of the two
    // devices is gone. The node above must not keep what its child has no more.
    let world = shows(
        Rule::L11Ordinal,
        &[
            Step::ServerBackUp,
            Step::Finish {
                device: 0,
                citizens: 6,
            },
            Step::Finish {
                device: 1,
                citizens: 6,
            },
            sync(0, Fate::Good),
            sync(1, Fate::Good),
            Step::Report { unit: 0 },
            Step::CarryReport {
                message: 0,
                passage: Passage::Good,
            },
            Step::Gone { device: 0 },
            Step::ServerRestore { with_rollup: false },
        ],
    );
    assert_eq!((world.thanked(), world.counted()), (12, 6));
}

#[test]
fn o12_a_reply_from_before_a_restore_settles_nothing() {
    // One page waits for its reply while the server is restored and another page hears of it, over
    // answers to another unit.
    let page = |tab, steps| Step::Begin {
        device: 0,
        tab,
        steps,
    };
    shows(
        Rule::O12Outdated,
        &[
            Step::OpenTab { device: 0 },
            Step::ServerBackUp,
            finish(0),
            page(0, 12),
            Step::Carry {
                request: 0,
                fate: Fate::ReplyHeld,
            },
            Step::ServerRestore { with_rollup: true },
            Step::Move { device: 0, unit: 2 },
            Step::Finish {
                device: 0,
                citizens: 9,
            },
            Step::Sync {
                device: 0,
                tab: 1,
                fate: Fate::Good,
            },
            Step::LetReply { reply: 0 },
            Step::Go {
                device: 0,
                tab: 0,
                steps: 12,
            },
        ],
    );
}

#[test]
fn l11_an_overtaken_snapshot_changes_nothing() {
    let twelve = Step::Finish {
        device: 0,
        citizens: 12,
    };
    let carry = |message, passage| Step::CarryReport { message, passage };
    let report = Step::Report { unit: 0 };
    shows(
        Rule::L11Last,
        &[
            twelve,
            sync(0, Fate::Good),
            report,
            twelve,
            sync(0, Fate::Good),
            report,
            carry(1, Passage::Good),
            // Nobody waits for the answer to a straggler.
            carry(0, Passage::AckLost),
        ],
    );
}

#[test]
fn l11_a_snapshot_from_before_a_restore_does_not_stay() {
    let twelve = Step::Finish {
        device: 0,
        citizens: 12,
    };
    let schedule = [
        Step::ServerBackUp,
        twelve,
        sync(0, Fate::Good),
        Step::Report { unit: 0 },
        Step::Gone { device: 0 },
        Step::ServerRestore { with_rollup: true },
        Step::CarryReport {
            message: 0,
            passage: Passage::Good,
        },
    ];
    well(None, &schedule).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn o5_a_clock_set_back_by_a_year_delays_nothing() {
    let schedule = [
        finish(0),
        sync(0, Fate::Status(429)),
        Step::Jump {
            device: 0,
            hours: -8_760,
        },
        Step::Restart {
            device: 0,
            power: false,
        },
        finish(1),
        sync(1, Fate::Status(400)),
        Step::Jump {
            device: 1,
            hours: -8_760,
        },
    ];
    well(None, &schedule).unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn o7_a_clock_a_year_ahead_forgets_nothing() {
    let schedule = [
        Step::ServerBackUp,
        finish(0),
        sync(0, Fate::Good),
        Step::Jump {
            device: 0,
            hours: 8_760,
        },
        Step::Restart {
            device: 0,
            power: false,
        },
        Step::ServerRestore { with_rollup: true },
    ];
    let world = well(None, &schedule).unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(world.counted(), 1);
}

#[test]
fn w7_every_copy_that_sends_is_flagged() {
    for copy in [Step::Clone { device: 0 }, Step::SetBack { device: 0 }] {
        let mut schedule = vec![
            Step::BackUp { device: 0 },
            finish(0),
            sync(0, Fate::Good),
            copy,
            finish(0),
            sync(0, Fate::Good),
        ];
        if matches!(copy, Step::Clone { .. }) {
            schedule.extend([finish(3), sync(3, Fate::Good)]);
        }
        let world = well(None, &schedule).unwrap_or_else(|failure| panic!("{failure}"));
        assert!(world.flags() > 0, "{copy}");
    }
}

/// Each rule knocked out must show within so many schedules.
const ENOUGH: u64 = 600;

#[test]
fn every_knock_out_is_found() {
    let mut unseen = Vec::new();
    for rule in Rule::ALL.iter().copied() {
        let is_seen = (1..=ENOUGH).any(|seed| one(seed, Some(rule)).failure.is_some());
        if !is_seen {
            unseen.push(rule.name());
        }
    }
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn a_run_is_its_seed() {
    let (first, again) = (one(7, None), one(7, None));
    assert_eq!(first.steps, again.steps);
    assert_eq!(first.counted, again.counted);
    let failed = (1..=ENOUGH)
        .map(|seed| one(seed, Some(Rule::O4)))
        .find(|run| run.failure.is_some());
    let wrong = failed.and_then(|run| Some(run.failure?.wrong));
    assert_eq!(wrong, Some(Wrong::Lost));
}

/// What `cargo xtask simulate` runs: how it ended, and what it said.
fn simulate(words: &[&str]) -> (Option<i32>, String) {
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_simulate"))
        .args(words)
        .output()
        .unwrap_or_else(|error| panic!("it does not start: {error}"));
    let said = String::from_utf8_lossy(&program.stdout).into_owned();
    (program.status.code(), said)
}

#[test]
fn the_command_fails_without_a_rule_and_names_the_shortest_seed() {
    let (code, said) = simulate(&["--seeds", "5"]);
    let line = "5 schedules: lost 0, double 0, stuck 0, invented 0, false flags 0\n";
    assert_eq!((code, said.as_str()), (Some(0), line));
    let (code, said) = simulate(&["--seeds", "30", "--without", "O4"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("; the shortest is seed "), "{said}");
    assert!(said.contains("\n30 schedules: lost "), "{said}");
    assert_eq!(simulate(&["--without", "nothing"]).0, Some(2));
}
