//! The Ledger as a Durable Object: a batch in, verdicts out; figures of what was released.
//! Never: an answer out.

use super::answer;
use super::name::ObjectName;
use super::{Ask, Asked, opened, signature};
use crate::access::token;
use crate::page::{Wanted, page};
use crate::refused::Refused;
use crate::store::contract;
use crate::store::directory::Enrolled;
use crate::store::durable::Durable;
pub use crate::store::ledger::Heard;
use crate::store::ledger::{Ledger as Rows, SCHEMA, Standing, Upload};
use crate::{clock, forms};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use survey::day::{Day, MINUTE_MS, Millis};
use survey::id::{DeviceId, UnitId};
use survey::ledger::Sender;
use survey::release::Rhythm;
use survey::wire::batch::{Batch, BatchError, Reply, read_batch};
use survey::wire::code::Code;
use survey::wire::tally::write_snapshot;
use survey::wire::{VERSION, write};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// Batches that a device may send at once, and then a minute (rule W10).
const BURST: i64 = 120;
const REFILL_A_MINUTE: i64 = 60;
/// Records a day that a device without a valid key may leave in quarantine (rule W8).
const MOST_UNVERIFIED_A_DAY: i64 = 2_000;
/// How long to wait before sending sums up again.
const SEND_AGAIN_MS: i64 = 5_000;

/// The Durable Object.
#[durable_object]
pub struct Ledger {
    state: State,
    env: Env,
    rows: OnceCell<Rows<Durable>>,
    /// Batches that a device has left, in thousandths, and when that was reckoned. Kept in memory
    /// only: a restart forgives.
    allowance: RefCell<BTreeMap<DeviceId, (i64, Millis)>>,
    /// When the alarm goes off, by real time, as far as this instance has seen to it.
    alarm: Cell<Option<Millis>>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            rows: OnceCell::new(),
            allowance: RefCell::default(),
            alarm: Cell::new(None),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let answer = match Asked::receive(request).await {
            Ok(asked) => self.answer(&asked).await,
            Err(refused) => Err(refused),
        };
        answer.or_else(|refused| answer::refused(&refused))
    }

    async fn alarm(&self) -> Result<Response> {
        self.alarm.set(None);
        if let Err(refused) = self.tend().await {
            // The runtime tries an alarm again only a few times; this one has to come through.
            self.state.storage().set_alarm(SEND_AGAIN_MS).await?;
            return answer::refused(&refused);
        }
        Ok(answer::done())
    }
}

impl Ledger {
    fn rows(&self) -> std::result::Result<&Rows<Durable>, Refused> {
        opened(&self.rows, || Ok(Rows(Durable::open(&self.state, SCHEMA)?)))
    }

    fn rhythm(&self) -> Rhythm {
        match self.env.var("RELEASE") {
            Ok(rhythm) if rhythm.to_string() == "when-ten" => Rhythm::WhenTen,
            _ => Rhythm::Daily,
        }
    }

    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let response = match asked.verb.as_str() {
            "enrolled" => {
                let news: Enrolled = asked.message()?;
                self.rows()?.learn(&news)?;
                self.tend_soon().await?;
                answer::done()
            }
            "contract" => {
                let store = Durable::open(&self.state, contract::SCHEMA)?;
                let kept = contract::kept_promises(&store);
                answer::message(&kept.map_err(|broken| Refused::broken(&broken))?)
            }
            "panic" => {
                contract::break_in_the_middle(&Durable::open(&self.state, contract::SCHEMA)?)?;
                answer::done()
            }
            "promises" => {
                let store = Durable::open(&self.state, contract::SCHEMA)?;
                answer::message(&contract::count(&store)?)
            }
            "batch" => answer::message(&self.count(asked).await?),
            "tick" => {
                self.tend().await?;
                answer::done()
            }
            "figures" => {
                let (unit, query): (UnitId, String) = asked.message()?;
                let wanted = Wanted::of(&query)?;
                self.rows()?.look(asked.now, self.rhythm())?;
                let slices = self.rows()?.slices()?;
                self.tend_soon().await?;
                answer::message(&page(unit, &wanted, &slices, asked.now)?)
            }
            "live" => {
                self.rows()?.look(asked.now, self.rhythm())?;
                answer::message(&self.rows()?.live(asked.now, self.rhythm())?)
            }
            "heard" => answer::message(&self.rows()?.heard()?),
            _ => return Err(Refused::broken("a Ledger was asked an unknown verb")),
        };
        Ok(response)
    }

    async fn count(&self, asked: &Asked) -> std::result::Result<Reply, Refused> {
        let batch = read_batch(&asked.body).map_err(|error| not_taken(&error))?;
        let rows = self.rows()?;
        let standing = rows
            .standing(batch.device)?
            .ok_or_else(Refused::unknown_device)?;
        let is_signed = match &asked.signature {
            Some((made, path)) => {
                signature::fits(&standing.known.key, made, path, &asked.body).await
            }
            None => false,
        };
        let sender = if is_signed && standing.known.is_active {
            self.spend(batch.device, asked.now)?;
            Sender::Verified {
                enrolled: standing.known.enrolled,
            }
        } else {
            within_quarantine(&standing, &batch, asked.now)?;
            Sender::Unverified
        };
        let count = rows.count(Upload {
            batch: &batch,
            digest: &token::digest_of(&asked.body),
            sender,
            forms: &forms::all(),
            now: asked.now,
            rhythm: self.rhythm(),
        })?;
        self.tend_soon().await?;
        Ok(Reply {
            v: VERSION,
            batch: batch.batch,
            verdicts: count.verdicts,
            unread: count.unread,
            restore: count.restore,
            version: count.version,
            now: asked.now,
            wait_s: None,
        })
    }

    /// Takes one batch from a device's allowance (rule W10).
    fn spend(&self, device: DeviceId, now: Millis) -> std::result::Result<(), Refused> {
        const ONE: i64 = 1_000;
        let mut allowance = self.allowance.borrow_mut();
        let (left, since) = allowance
            .get(&device)
            .copied()
            .unwrap_or((BURST * ONE, now));
        let refilled = now.since(since).clamp(0, MINUTE_MS * BURST) * REFILL_A_MINUTE * ONE;
        let left = (left + refilled / MINUTE_MS).min(BURST * ONE) - ONE;
        if left < 0 {
            return Err(Refused::slow_down(5));
        }
        allowance.insert(device, (left, now));
        Ok(())
    }

    /// Sees to it that [`Ledger::tend`] runs, soon where sums are to be sent, else at the release.
    async fn tend_soon(&self) -> std::result::Result<(), Refused> {
        let rows = self.rows()?;
        let wait_ms = if rows.unacknowledged()?.is_some() {
            Some(0)
        } else {
            let now = clock::now(&self.env).await?;
            let next = rows.next_look(now)?;
            next.map(|next| next.since(now).max(0))
        };
        let Some(wait_ms) = wait_ms else {
            return Ok(());
        };
        let at = clock::real().plus(wait_ms);
        if self.alarm.get().is_none_or(|alarm| alarm > at) {
            let storage = self.state.storage();
            if storage.get_alarm().await?.is_none_or(|alarm| alarm > at.0) {
                storage.set_alarm(wait_ms).await?;
            }
            self.alarm.set(Some(at));
        }
        Ok(())
    }

    /// Releases what is due and sends the sums up until they are acknowledged (rule L11).
    async fn tend(&self) -> std::result::Result<(), Refused> {
        let rows = self.rows()?;
        let now = clock::now(&self.env).await?;
        rows.look(now, self.rhythm())?;
        if let Some((above, snapshot)) = rows.unacknowledged()? {
            let Some(parent) = above.first().cloned() else {
                return Ok(());
            };
            let message = write(&(above, write_snapshot(&snapshot)));
            let ask = Ask::own("take", now, message);
            let rollup = ObjectName::Rollup(parent.clone());
            let _: serde_json::Value = ask.read(&rollup, &self.env).await?;
            rows.acknowledged(&parent, snapshot.version)?;
        }
        self.tend_soon().await
    }
}

fn not_taken(error: &BatchError) -> Refused {
    match error {
        BatchError::TooLarge => Refused::new(
            Code::TooLarge,
            "The batch has too many or too large records. Send half of them.",
        ),
        BatchError::Version => Refused::new(
            Code::BadVersion,
            "This server speaks version 1 of the wire.",
        ),
        BatchError::Malformed(what) => Refused::new(
            Code::BadBatch,
            format!("The body is not a batch: {what}. Nothing was recorded."),
        ),
    }
}

/// Refuses records without a valid key beyond the daily limit of rule W8; the device keeps them.
fn within_quarantine(
    standing: &Standing,
    batch: &Batch,
    now: Millis,
) -> std::result::Result<(), Refused> {
    let today = Day::of(now);
    let so_far = match standing.unverified_day {
        day if day == today => standing.unverified,
        _ => 0,
    };
    let more = i64::try_from(batch.records.len()).unwrap_or(i64::MAX);
    if so_far.saturating_add(more) > MOST_UNVERIFIED_A_DAY {
        return Err(Refused::slow_down(3_600));
    }
    Ok(())
}
