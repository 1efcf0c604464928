//! Draws the steps of a run. Each run leaves out about half of the faults, so that some runs go deep
//! where others go wide.

use super::World;
use super::dice::Dice;
use super::network::Fate;

use super::server::UNITS;
use super::step::Step;
use super::story;
use super::upward::Passage;

/// Kinds of steps, to be drawn by weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Finish,
    Sync,
    Pass,
    Report,
    CarryReport,
    BadSync,
    SyncAndDie,
    FinishAndDie,
    Begin,
    Go,
    Carry,
    LetReply,
    Restart,
    OpenTab,
    Jump,
    Clone,
    BackUp,
    SetBack,
    Gone,
    Full,
    Damage,
    Move,
    Revoke,
    Fuse,
    FuseAtCommit,
    ServerRestart,
    ServerBackUp,
    ServerRestore,
    NewForm,
    Bug,
    Refuse,
    Limit,
    Twins,
    Export,
    Import,
    LoseFile,
}

/// How often each kind comes. The first are in every run.
const WEIGHTS: [(Kind, usize); 36] = [
    (Kind::Finish, 24),
    (Kind::Sync, 24),
    (Kind::Pass, 20),
    (Kind::Report, 10),
    (Kind::CarryReport, 10),
    (Kind::ServerRestart, 8),
    (Kind::NewForm, 2),
    (Kind::LetReply, 6),
    (Kind::Go, 12),
    (Kind::Carry, 12),
    (Kind::BadSync, 24),
    (Kind::SyncAndDie, 10),
    (Kind::FinishAndDie, 6),
    (Kind::Begin, 12),
    (Kind::Restart, 4),
    (Kind::OpenTab, 6),
    (Kind::Jump, 3),
    (Kind::Clone, 2),
    (Kind::BackUp, 4),
    (Kind::SetBack, 3),
    (Kind::Gone, 1),
    (Kind::Full, 4),
    (Kind::Damage, 3),
    (Kind::Move, 4),
    (Kind::Revoke, 1),
    (Kind::Fuse, 6),
    (Kind::FuseAtCommit, 6),
    (Kind::ServerBackUp, 6),
    (Kind::ServerRestore, 6),
    (Kind::Bug, 2),
    (Kind::Refuse, 2),
    (Kind::Limit, 2),
    (Kind::Twins, 5),
    (Kind::Export, 5),
    (Kind::Import, 6),
    (Kind::LoseFile, 2),
];
/// How many of these no run goes without.
const ALWAYS: usize = 10;

const STATUSES: [u16; 16] = [
    300, 400, 401, 403, 404, 405, 408, 409, 413, 418, 425, 429, 500, 502, 503, 504,
];

/// The faults of one run.
pub struct Faults {
    /// By weight.
    kinds: Vec<Kind>,
    /// What half of the bad exchanges meet.
    favourite: Fate,
    /// Whether stories are told.
    has_stories: bool,
}

impl Faults {
    /// Draws them.
    pub fn draw(dice: &Dice) -> Self {
        let mut kinds = Vec::new();
        for (at, (kind, weight)) in WEIGHTS.iter().enumerate() {
            if at < ALWAYS || dice.one_in(2) {
                kinds.extend(std::iter::repeat_n(*kind, *weight));
            }
        }
        Self {
            kinds,
            favourite: fate(dice),
            has_stories: dice.one_in(2),
        }
    }

    /// The next step, or the steps of a story.
    pub fn next(&self, world: &World) -> Vec<Step> {
        let dice = &world.around.dice;
        if self.has_stories && dice.one_in(100) {
            let device = dice.below(world.devices.len());
            let unit = dice.below(UNITS - 1);
            return match dice.below(4) {
                0 => story::straggler(world, device, unit),
                1 => story::forgotten(world, device, unit),
                _ => story::overtaken(world, device),
            };
        }
        let kind = dice.pick(&self.kinds).copied().unwrap_or(Kind::Pass);
        vec![self.step(kind, world, dice)]
    }

    fn fate(&self, dice: &Dice) -> Fate {
        if dice.one_in(2) {
            self.favourite
        } else {
            fate(dice)
        }
    }

    fn step(&self, kind: Kind, world: &World, dice: &Dice) -> Step {
        let device = dice.below(world.devices.len());
        let tab = dice.below(world.devices[device].tabs.len());
        let steps = 1 + dice.below(10);
        let power = dice.one_in(2);
        match kind {
            Kind::Finish => Step::Finish {
                device,
                citizens: 1 + dice.below(if world.is_crowded { 9 } else { 4 }),
            },
            Kind::Sync => Step::Sync {
                device,
                tab,
                fate: Fate::Good,
            },
            Kind::BadSync => Step::Sync {
                device,
                tab,
                fate: self.fate(dice),
            },
            Kind::SyncAndDie => Step::SyncAndDie {
                device,
                fate: if dice.one_in(3) {
                    fate(dice)
                } else {
                    Fate::Good
                },
                after: 1 + dice.below(16),
                power,
            },
            Kind::FinishAndDie => Step::FinishAndDie {
                device,
                after: dice.below(4),
                power,
            },
            Kind::Begin => Step::Begin { device, tab, steps },
            Kind::Go => Step::Go { device, tab, steps },
            Kind::Carry => Step::Carry {
                request: dice.below(world.around.network.borrow().requests.len()),
                fate: if dice.one_in(2) {
                    fate(dice)
                } else {
                    Fate::Good
                },
            },
            Kind::LetReply => Step::LetReply {
                reply: dice.below(world.around.network.borrow().replies.len()),
            },
            Kind::Pass => Step::Pass {
                seconds: [1, 10, 30, 120, 600, 3_600, 14_400][dice.below(7)],
            },
            Kind::Report => Step::Report {
                unit: dice.below(UNITS),
            },
            Kind::CarryReport => Step::CarryReport {
                message: dice.below(world.upward.messages.len()),
                passage: *dice
                    .pick(&[
                        Passage::Good,
                        Passage::Good,
                        Passage::AckLost,
                        Passage::Lost,
                        Passage::Copied,
                    ])
                    .unwrap_or(&Passage::Good),
            },
            Kind::Twins => Step::Twins {
                devices: [device, dice.below(world.devices.len())],
            },
            Kind::Import => Step::Import {
                file: dice.below(world.files.len()),
                relay: dice.one_in(2).then_some(device),
            },
            Kind::LoseFile => Step::LoseFile {
                file: dice.below(world.files.len()),
            },
            Kind::Damage => Step::Damage {
                device,
                record: dice.below(3),
            },
            Kind::Bug => Step::Bug {
                device,
                record: dice.below(3),
            },
            Kind::Refuse => Step::Refuse {
                device,
                record: dice.below(3),
            },
            _ => draw_fault(kind, device, power, dice),
        }
    }
}

fn draw_fault(kind: Kind, device: usize, power: bool, dice: &Dice) -> Step {
    match kind {
        Kind::Restart => Step::Restart { device, power },
        Kind::OpenTab => Step::OpenTab { device },
        Kind::Jump => Step::Jump {
            device,
            hours: [-8_760, -24, -2, 2, 24, 8_760][dice.below(6)],
        },
        Kind::Clone => Step::Clone { device },
        Kind::BackUp => Step::BackUp { device },
        Kind::SetBack => Step::SetBack { device },
        Kind::Gone => Step::Gone { device },
        Kind::Full => Step::Full {
            device,
            is_full: dice.one_in(2),
        },
        Kind::Move => Step::Move {
            device,
            unit: dice.below(UNITS),
        },
        Kind::Revoke => Step::Revoke { device },
        Kind::Export => Step::Export { device },
        Kind::Fuse => Step::Fuse {
            statements: u32::try_from(dice.below(24)).unwrap_or_default(),
        },
        Kind::FuseAtCommit => Step::FuseAtCommit { after: power },
        Kind::ServerRestart => Step::ServerRestart,
        Kind::ServerBackUp => Step::ServerBackUp,
        Kind::ServerRestore => Step::ServerRestore { with_rollup: power },
        Kind::Limit => Step::Limit {
            records: 1 + dice.below(3),
        },
        _ => Step::NewForm,
    }
}

fn fate(dice: &Dice) -> Fate {
    match dice.below(18) {
        0 | 1 => Fate::RequestLost,
        2..=4 => Fate::ReplyLost,
        5 => Fate::Twice,
        6 => Fate::Copied,
        7 => Fate::Late,
        8 | 9 => Fate::ReplyHeld,
        10 => Fate::RequestCut,
        11 => Fate::Altered,
        12 => Fate::Flipped,
        13 => Fate::ReplyCut,
        14 => Fate::OtherReply,
        15 => {
            if dice.one_in(2) {
                Fate::Portal
            } else {
                Fate::PortalAfter
            }
        }
        _ => {
            let status = STATUSES[dice.below(STATUSES.len())];
            if dice.one_in(2) {
                Fate::Status(status)
            } else {
                Fate::StatusAfter(status)
            }
        }
    }
}
