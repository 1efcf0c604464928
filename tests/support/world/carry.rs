//! A request on its way: what becomes of it and of its answer, and the look at the books after it.

use std::rc::Rc;

use survey::id::{ResponseId, UnitId};
use survey::wire::batch::{Reason, read_batch};
use survey_app::device::server::Answer;

use super::World;
use super::network::{Fate, Packet, Slot, answer, portal, with_status};
use super::oracle::Failure;
use super::rule::Rule;
use super::ruler;
use super::server::UNITS;

impl World {
    /// Lets a request meet its fate.
    pub(super) fn carry(&mut self, request: usize, fate: Fate) -> Result<(), Failure> {
        let packet = {
            let mut network = self.around.network.borrow_mut();
            let packet = network.requests[request].clone();
            if fate != Fate::Late {
                network.requests.remove(request);
            }
            packet
        };
        let body = packet.body.as_bytes();
        let got = match fate {
            Fate::Good => self.deliver(&packet, body)?,
            Fate::RequestLost | Fate::Late => None,
            Fate::ReplyLost => {
                self.deliver(&packet, body)?;
                None
            }
            Fate::Twice => {
                let got = self.deliver(&packet, body)?;
                self.deliver(&packet, body)?;
                got
            }
            Fate::Copied => {
                let copy = Packet {
                    slot: Slot::default(),
                    ..packet.clone()
                };
                self.around.network.borrow_mut().requests.push(copy);
                self.deliver(&packet, body)?
            }
            Fate::ReplyHeld => {
                if let Some(reply) = self.deliver(&packet, body)? {
                    let held = (Rc::clone(&packet.slot), reply, packet.until);
                    self.around.network.borrow_mut().replies.push(held);
                    return Ok(());
                }
                None
            }
            Fate::RequestCut => {
                let half = body.len() / 2;
                self.deliver(&packet, &body[..half])?
            }
            Fate::Altered => {
                let other = self.alter(&packet.body);
                self.oracle
                    .excuse_in(&packet.body, Reason::UnverifiedDevice);
                self.deliver(&packet, other.as_bytes())?
            }
            Fate::Flipped => {
                let mut other = body.to_vec();
                let at = self.around.dice.below(other.len());
                other[at] = b'0' + u8::try_from(self.around.dice.below(75)).unwrap_or_default();
                self.oracle
                    .excuse_in(&packet.body, Reason::UnverifiedDevice);
                self.deliver(&packet, &other)?
            }
            Fate::ReplyCut => self.deliver(&packet, body)?.map(|mut reply| {
                reply.body.truncate(reply.body.len() / 2);
                reply
            }),
            Fate::OtherReply => self.deliver(&packet, body)?.map(|mut reply| {
                let text = String::from_utf8_lossy(&reply.body);
                let own = read_batch(body).map(|batch| batch.batch.to_string());
                let own = own.unwrap_or_default();
                let other = ResponseId::from_random(self.around.dice.bytes()).to_string();
                reply.body = text.replace(&own, &other).into_bytes();
                reply
            }),
            Fate::Portal => Some(portal()),
            Fate::PortalAfter => {
                self.deliver(&packet, body)?;
                Some(portal())
            }
            Fate::Status(status) => Some(with_status(status, b"{}")),
            Fate::StatusAfter(status) => {
                self.deliver(&packet, body)?;
                Some(with_status(status, b"{}"))
            }
        };
        answer(&packet.slot, got);
        Ok(())
    }

    /// One item more is marked in one of the records.
    fn alter(&self, body: &str) -> String {
        let places: Vec<usize> = body.match_indices("\\\":0").map(|(at, _)| at + 3).collect();
        let mut other = body.to_owned();
        if let Some(at) = self.around.dice.pick(&places) {
            other.replace_range(*at..=*at, "5");
        }
        other
    }

    /// The server answers; then the books are looked at.
    fn deliver(&mut self, packet: &Packet, body: &[u8]) -> Result<Option<Answer>, Failure> {
        let text = String::from_utf8_lossy(body);
        if self
            .refused
            .is_some_and(|id| text.contains(&id.to_string()))
        {
            return Ok(Some(with_status(400, b"{}")));
        }
        if let Some(limit) = self.limit
            && read_batch(body).is_ok_and(|batch| batch.records.len() > limit)
        {
            return Ok(Some(with_status(413, b"{}")));
        }
        let got = self.server.post(&packet.path, body, &packet.signature);
        let named = packet.path.split('/').nth(3);
        let named = named.and_then(|unit| UnitId::parse(unit).ok());
        for unit in (0..UNITS).map(ruler::unit) {
            if self.around.without.is(Rule::L1) || Some(&unit) == named.as_ref() {
                let clock = &self.around.clock;
                (self.recount).after(&self.server, &unit, &mut self.oracle, clock)?;
            }
        }
        Ok(got)
    }
}
