//! A page's door to the server: signs, sends, waits. Also where knocked-out rules of the sender are
//! undone.

use std::cell::RefCell;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use survey::id::{ParcelHash, ResponseId};
use survey::outbox::Verdict;
use survey::wire::batch::{
    Batch, Record, RecordVerdict, Reply, VerdictWord, read_batch, read_reply,
};
use survey::wire::write;
use survey_app::device::server::{Answer, Server};
use survey_app::device::store::Heard;

use super::dice::{Clock, Dice};
use super::network::{Network, Slot};
use super::rule::Rule;
use super::tab::Door;

/// A page's way to the server.
pub struct Line {
    /// The page.
    pub door: Door,
    /// The device.
    pub from: usize,
    /// Its key.
    pub key: String,
    /// All that is under way.
    pub network: Rc<RefCell<Network>>,
    /// Chance.
    pub dice: Dice,
    /// Time.
    pub clock: Clock,
}

/// What was changed on the way out, to be changed back on the way in.
type Renamed = Vec<(Record, Record)>;

impl Server for Line {
    async fn ask(&self, path: &str, body: Option<&str>) -> Option<Answer> {
        let Ok(mut batch) = read_batch(body.unwrap_or_default().as_bytes()) else {
            panic!("the app sent what is no batch");
        };
        let renamed = self.tamper(&mut batch);
        let body = write(&batch);
        let signature = sign(&self.key, path, &body);
        let sent = [path.to_owned(), body, signature];
        let slot = (self.network.borrow_mut()).send(self.from, sent, self.clock.now());
        let answer = arrival(&slot).await;
        self.tamper_with_answer(answer, &batch, &renamed)
    }
}

/// Stands in for the device's signature: nobody here can make one without the key.
pub fn sign(key: &str, path: &str, body: &str) -> String {
    let digest = Sha256::new_with_prefix(key)
        .chain_update(path)
        .chain_update("\n")
        .chain_update(body);
    digest_text(digest)
}

/// A digest in hexadecimal.
pub fn digest_text(digest: Sha256) -> String {
    ParcelHash::from_bytes(digest.finalize().into()).to_string()
}

async fn arrival(slot: &Slot) -> Option<Answer> {
    std::future::poll_fn(|_| match slot.borrow_mut().take() {
        Some(answer) => std::task::Poll::Ready(answer),
        None => std::task::Poll::Pending,
    })
    .await
}

impl Line {
    fn is_without(&self, rule: Rule) -> bool {
        self.door.without.is(rule)
    }

    /// Undoes a rule on the way out.
    fn tamper(&self, batch: &mut Batch) -> Renamed {
        if self.is_without(Rule::O4) {
            let verdict = |record: &Record| (record.id, record.hash, Verdict::Counted);
            let heard = Heard {
                settle: batch.records.iter().map(verdict).collect(),
                now: self.clock.now(),
                ..Heard::default()
            };
            let without = self.door.without;
            let _ = (self.door.disk).write(|kept| kept.hear(&heard, without));
        }
        let mut renamed = Renamed::new();
        for record in &mut batch.records {
            let before = record.clone();
            if self.is_without(Rule::O1) {
                record.id = ResponseId::from_random(self.dice.bytes());
            }
            if self.is_without(Rule::O3) {
                let again = format!("\"dur\":{}", self.dice.below(8));
                record.body = record.body.replacen("\"dur\":2", &again, 1);
            }
            if self.is_without(Rule::O9) && record.damaged {
                record.damaged = false;
                let queue = self.door.disk.waiting();
                let stored = queue.iter().find(|queued| queued.waiting.id == record.id);
                record.hash = stored.map_or(record.hash, |queued| queued.waiting.hash);
            } else if *record != before {
                record.hash = record.clone().into_parcel().rehash();
            }
            renamed.push((before, record.clone()));
        }
        renamed
    }

    /// Undoes a rule on the way in.
    fn tamper_with_answer(
        &self,
        answer: Option<Answer>,
        batch: &Batch,
        renamed: &Renamed,
    ) -> Option<Answer> {
        let mut answer = answer?;
        let reply = (answer.status == 200)
            .then(|| read_reply(&answer.body, batch.batch))
            .flatten();
        let settles_all = match answer.status {
            200 => reply.is_none() && self.is_without(Rule::W5),
            400..=499 => self.is_without(Rule::O6),
            _ => false,
        };
        if settles_all {
            let counted = renamed.iter().map(|(record, _)| RecordVerdict {
                id: record.id,
                hash: record.hash,
                verdict: VerdictWord::Counted,
                reason: None,
            });
            let reply = Reply {
                v: 1,
                batch: batch.batch,
                verdicts: counted.collect(),
                unread: Vec::new(),
                restore: 0,
                version: 0,
                now: self.clock.now(),
                wait_s: None,
            };
            return Some(with_reply(&reply));
        }
        let is_sent_again_whole = match answer.status {
            413 => self.is_without(Rule::O8Halving),
            400 | 409 => self.is_without(Rule::O8),
            _ => false,
        };
        if is_sent_again_whole {
            answer.status = 503;
        }
        let is_renamed = self.is_without(Rule::O1) || self.is_without(Rule::O3);
        if let Some(mut reply) = reply.filter(|_| is_renamed) {
            for verdict in &mut reply.verdicts {
                let own = renamed.iter().find(|(_, sent)| sent.id == verdict.id);
                if let Some((before, sent)) = own {
                    verdict.id = before.id;
                    if verdict.hash == sent.hash {
                        verdict.hash = before.hash;
                    }
                }
            }
            return Some(with_reply(&reply));
        }
        Some(answer)
    }
}

fn with_reply(reply: &Reply) -> Answer {
    Answer {
        status: 200,
        retry_after: None,
        body: write(reply).into_bytes(),
    }
}
