//! Short stories that chance alone would hardly tell, dropped into runs among its single steps.

use super::World;
use super::network::Fate;
use super::step::Step;
use super::upward::Passage;

/// One page waits for its reply while the server is restored, and another page of the same device
/// hears of it first, over answers to another unit.
pub fn overtaken(world: &World, device: usize) -> Vec<Step> {
    let (request, reply) = {
        let network = world.around.network.borrow();
        (network.requests.len(), network.replies.len())
    };
    let good = |tab| Step::Sync {
        device,
        tab,
        fate: Fate::Good,
    };
    vec![
        Step::OpenTab { device },
        good(0),
        Step::ServerBackUp,
        Step::Finish {
            device,
            citizens: 1,
        },
        Step::Begin {
            device,
            tab: 0,
            steps: 12,
        },
        Step::Carry {
            request,
            fate: Fate::ReplyHeld,
        },
        Step::ServerRestore { with_rollup: true },
        Step::Move { device, unit: 2 },
        Step::Finish {
            device,
            citizens: 4,
        },
        good(1),
        Step::LetReply { reply },
        Step::Go {
            device,
            tab: 0,
            steps: 12,
        },
    ]
}

/// A unit's sums are on their way when newer ones overtake them.
pub fn straggler(world: &World, device: usize, unit: usize) -> Vec<Step> {
    let message = world.upward.messages.len();
    let many = [
        Step::Finish {
            device,
            citizens: 11,
        },
        Step::Sync {
            device,
            tab: 0,
            fate: Fate::Good,
        },
        Step::Report { unit },
    ];
    let carry = |message, passage| Step::CarryReport { message, passage };
    let mut story = many.repeat(2);
    story.push(carry(message + 1, Passage::Good));
    story.push(carry(message, Passage::AckLost));
    story
}

/// Everybody knows what the backup does not, and one who could tell is gone.
pub fn forgotten(world: &World, device: usize, unit: usize) -> Vec<Step> {
    let message = world.upward.messages.len();
    vec![
        Step::ServerBackUp,
        Step::Finish {
            device,
            citizens: 11,
        },
        Step::Sync {
            device,
            tab: 0,
            fate: Fate::Good,
        },
        Step::Report { unit },
        Step::CarryReport {
            message,
            passage: Passage::Good,
        },
        Step::Gone { device },
        Step::ServerRestore { with_rollup: false },
    ]
}
