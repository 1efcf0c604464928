//! Requests under way and replies held back. Never: loses or changes one by itself; every fate is a
//! step of the schedule.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use survey::day::Millis;
use survey_app::device::server::Answer;

/// A request without an answer after so long is given up (O5).
pub const TIME_OUT_MS: i64 = 25_000;

/// Where a page waits for its answer: nothing yet, or what came of it.
pub type Slot = Rc<RefCell<Option<Option<Answer>>>>;

/// A request under way.
#[derive(Clone)]
pub struct Packet {
    /// Its number in this run.
    pub number: usize,
    /// The device that sent it.
    pub from: usize,
    /// As signed.
    pub path: String,
    /// As signed.
    pub body: String,
    /// Over path and body.
    pub signature: String,
    /// Where the answer goes.
    pub slot: Slot,
    /// When the page gives up.
    pub until: Millis,
}

/// What happens to a request on its way and to its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Both arrive.
    Good,
    /// The request is lost.
    RequestLost,
    /// The server does its work, the reply is lost.
    ReplyLost,
    /// The request arrives twice at once.
    Twice,
    /// A copy of the request stays under way, to arrive any time later.
    Copied,
    /// The page gives up; the request is still under way.
    Late,
    /// The server does its work; the reply is under way until it is let go.
    ReplyHeld,
    /// The server gets the first part of the body.
    RequestCut,
    /// The server gets other answers than were given.
    Altered,
    /// The server gets one byte that is another.
    Flipped,
    /// The server does its work; the device gets the first part of the reply.
    ReplyCut,
    /// The server does its work; the device gets the reply to somebody else's batch.
    OtherReply,
    /// The network answers itself, with its own page and status 200.
    Portal,
    /// The server does its work; the network answers with its own page.
    PortalAfter,
    /// Something before the server answers with this status.
    Status(u16),
    /// The server does its work; something before it answers with this status.
    StatusAfter(u16),
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// All that is under way.
#[derive(Default)]
pub struct Network {
    /// Requests, oldest first.
    pub requests: Vec<Packet>,
    /// Replies held back, until the page gives up.
    pub replies: Vec<(Slot, Answer, Millis)>,
    /// Requests ever sent.
    pub sent: usize,
}

impl Network {
    /// Takes a request on its way.
    pub fn send(&mut self, from: usize, [path, body, signature]: [String; 3], now: Millis) -> Slot {
        let slot = Slot::default();
        self.requests.push(Packet {
            number: self.sent,
            from,
            path,
            body,
            signature,
            slot: Rc::clone(&slot),
            until: now.plus(TIME_OUT_MS),
        });
        self.sent += 1;
        slot
    }

    /// Lets pages give up on what has been under way too long. The requests stay under way.
    pub fn time_out(&self, now: Millis) {
        for packet in &self.requests {
            if packet.until <= now {
                answer(&packet.slot, None);
            }
        }
        for (slot, _, until) in &self.replies {
            if *until <= now {
                answer(slot, None);
            }
        }
    }
}

/// Answers a page that still waits.
pub fn answer(slot: &Slot, answer: Option<Answer>) {
    slot.borrow_mut().get_or_insert(answer);
}

/// A portal's page, as hotels and airports send it.
pub fn portal() -> Answer {
    with_status(200, b"<html><title>Welcome</title></html>")
}

/// An answer without any of our words.
pub fn with_status(status: u16, body: &[u8]) -> Answer {
    Answer {
        status,
        retry_after: matches!(status, 429 | 503).then_some(120_000),
        body: body.to_vec(),
    }
}
