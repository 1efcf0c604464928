//! The Ledger as a Durable Object: a batch in, verdicts out; figures of what was released.
//! Never: an answer out.

use super::allowance::Allowance;
use super::answer;
use super::forms::lacking;
use super::kept;
pub use super::kept::{Rescued, Taken};
use super::name::ObjectName;
use super::remembered::Remembered;
use super::shell::Shell;
use super::signature::Keys;
use super::{Ask, Asked};
use crate::access::token;
use crate::beside::Beside;
use crate::forms::Forms;
use crate::page::{Sought, snapshot};
use crate::refused::Refused;
use crate::store::contract;
use crate::store::directory::Enrolled;
use crate::store::durable::Durable;
use crate::store::ledger::{Bench, Ledger as Rows, PIECE, Rescue, SCHEMA, Upload};
pub use crate::store::ledger::{Heard, Recounted, State as LedgerState};
use crate::{clock, traffic};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use survey::day::Millis;
use survey::id::{DeviceId, UnitId};
use survey::ledger::Sender;
use survey::release::{Rhythm, Slice, next_release};
use survey::wire::batch::{BatchError, Reply, read_batch};
use survey::wire::code::Code;
use survey::wire::tally::write_snapshot;
use survey::wire::{VERSION, write};
use worker::{Delay, DurableObject, Env, Request, Response, Result, State, durable_object};

/// Batches that a device may send at once, and then a minute (rule W10).
const BURST: i64 = 120;
const REFILL_A_MINUTE: i64 = 60;
/// By how much two readings of the same instant may differ.
const JITTER_MS: i64 = 1_000;

/// The Durable Object.
#[durable_object]
pub struct Ledger {
    shell: Shell<Rows<Durable>>,
    allowance: Allowance<DeviceId>,
    /// Of batches that name a device and are not signed with its valid key.
    strangers: Allowance<DeviceId>,
    keys: Keys,
    /// The forms that its rows know, read once.
    forms: RefCell<Option<Forms>>,
    /// The sums of its atoms.
    slices: Remembered<[Slice]>,
    /// When the alarm goes off, by real time, as far as this instance has seen to it.
    alarm: Cell<Option<Millis>>,
    /// As it is bound.
    rhythm: OnceCell<Rhythm>,
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        Self {
            shell: Shell::new(state, env, SCHEMA, Rows),
            allowance: Allowance::of(BURST, REFILL_A_MINUTE),
            strangers: Allowance::of(BURST, REFILL_A_MINUTE),
            keys: Keys::default(),
            forms: RefCell::new(None),
            slices: Remembered::default(),
            alarm: Cell::new(None),
            rhythm: OnceCell::new(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let give = async |asked: &Asked| self.answer(asked).await;
        self.shell.answer(request, give).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.alarm.set(None);
        self.shell.ring(self.tend().await).await
    }
}

impl Ledger {
    fn forms(&self) -> std::result::Result<Forms, Refused> {
        if let Some(forms) = self.forms.borrow().as_ref() {
            return Ok(forms.clone());
        }
        let forms = self.shell.rows()?.forms()?;
        self.forms.replace(Some(forms.clone()));
        Ok(forms)
    }

    /// The sums that may be shown.
    fn slices(&self, forms: &Forms) -> std::result::Result<Rc<[Slice]>, Refused> {
        let rows = self.shell.rows()?;
        let read = || Ok(Rc::from(rows.slices(forms)?));
        self.slices.at(rows.released()?, read)
    }

    fn rhythm(&self) -> Rhythm {
        let bound = || self.shell.env.var("RELEASE");
        *self.rhythm.get_or_init(|| match bound() {
            Ok(rhythm) if rhythm.to_string() == "when-ten" => Rhythm::WhenTen,
            _ => Rhythm::Daily,
        })
    }

    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let response = match asked.verb.as_str() {
            "enrolled" => {
                let news: Enrolled = asked.message()?;
                self.shell.rows()?.learn(&news)?;
                self.forms.take();
                self.slices.forget();
                self.shell.rows()?.count_of_known_forms(Bench {
                    forms: &self.forms()?,
                    now: asked.now,
                    rhythm: self.rhythm(),
                })?;
                self.tend_soon().await?;
                answer::done()
            }
            "contract" => {
                let store = Durable::open(&self.shell.state, contract::SCHEMA)?;
                let kept = contract::kept_promises(&store);
                answer::message(&kept.map_err(|broken| Refused::broken(&broken))?)
            }
            "panic" => {
                contract::break_in_the_middle(&Durable::open(
                    &self.shell.state,
                    contract::SCHEMA,
                )?)?;
                answer::done()
            }
            "promises" => {
                let store = Durable::open(&self.shell.state, contract::SCHEMA)?;
                answer::message(&contract::count(&store)?)
            }
            "batch" => answer::message(&self.count(asked).await?),
            "tick" => {
                self.tend().await?;
                answer::done()
            }
            "figures" => {
                let (unit, sought) = asked.message()?;
                self.figures(unit, &sought, asked.now).await?
            }
            "slices" => {
                self.shell.rows()?.look(asked.now, self.rhythm())?;
                let slices = snapshot(asked.message()?, self.slices(&self.forms()?)?.to_vec());
                answer::message(&write_snapshot(&slices))
            }
            "trend" | "coverage" | "breakdown" | "comments" | "review" => {
                self.beside(asked).await?
            }
            "review-comment" => {
                let (wanted, is_trial) = asked.message()?;
                self.shell.rows()?.review(&wanted, is_trial)?;
                answer::done()
            }
            "live" => {
                self.shell.rows()?.look(asked.now, self.rhythm())?;
                answer::message(&self.shell.rows()?.live(asked.now, self.rhythm())?)
            }
            "rescue" => {
                let taken = self.rescue(&asked.message()?, asked.now)?;
                self.tend_soon().await?;
                answer::message(&taken)
            }
            "quarantine" | "release" | "keep" | "hand-over" | "take-over" | "handed-over" => {
                let (forms, rhythm) = (self.forms()?, self.rhythm());
                let bench = Bench {
                    forms: &forms,
                    now: asked.now,
                    rhythm,
                };
                let done = kept::answer(self.shell.rows()?, asked, bench)?;
                self.tend_soon().await?;
                done
            }
            "resolvers" => {
                let (from, to): (Option<String>, Option<String>) = asked.message()?;
                let rows = self.shell.rows()?;
                answer::message(&rows.resolvers(from.as_deref(), to.as_deref())?)
            }
            "state" => answer::message(&self.shell.rows()?.state(asked.now, self.rhythm())?),
            "night" => answer::message(&self.night(asked.now).await?),
            "heard" => answer::message(&self.shell.rows()?.heard()?),
            _ => return Err(Refused::broken("a Ledger was asked an unknown verb")),
        };
        Ok(response)
    }

    /// What stands beside the figures.
    async fn beside(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let sought: Beside = asked.message()?;
        self.shell.rows()?.look(asked.now, self.rhythm())?;
        let slices = self.slices(&self.forms()?)?;
        self.tend_soon().await?;
        let forms = self.forms_with(&slices, sought.form()?, asked.now).await?;
        let rows = self.shell.rows()?;
        Ok(match asked.verb.as_str() {
            "trend" => answer::message(&sought.trend(&slices, &forms, asked.now)?),
            "coverage" => answer::message(&sought.coverage(&slices, &forms, asked.now)?),
            "breakdown" => {
                let known = (&slices[..], &rows.quarters()?[..]);
                answer::message(&sought.breakdown(known, &forms, asked.now)?)
            }
            "review" => {
                let read = |form, from: &str, to: &str| rows.marked_comments(form, from, to);
                answer::message(&sought.review(&slices, &forms, asked.now, read)?)
            }
            _ => {
                let read = |form, from: &str, to: &str| rows.comments(form, from, to);
                answer::message(&sought.comments(&slices, &forms, asked.now, read)?)
            }
        })
    }

    async fn figures(
        &self,
        unit: UnitId,
        sought: &Sought,
        now: Millis,
    ) -> std::result::Result<Response, Refused> {
        self.shell.rows()?.look(now, self.rhythm())?;
        let slices = sought.slices(&unit, self.slices(&self.forms()?)?.to_vec())?;
        self.tend_soon().await?;
        let forms = self.forms_with(&slices, sought.form()?, now).await?;
        Ok(answer::message(&sought.page(unit, &slices, &forms, now)?))
    }

    /// The forms that are known here, those of these sums and the one that is asked for: a predecessor
    /// may have asked under a form that this Ledger was not told of yet.
    async fn forms_with(
        &self,
        slices: &[Slice],
        asked: Option<String>,
        now: Millis,
    ) -> std::result::Result<Forms, Refused> {
        let forms = self.forms()?;
        let summed = slices.iter().map(|slice| slice.tally.form());
        let files = lacking(&forms, summed, asked, &self.shell.env, now).await?;
        if files.is_empty() {
            return Ok(forms);
        }
        self.shell.rows()?.keep_forms(&files)?;
        self.forms.take();
        self.slices.forget();
        self.forms()
    }

    async fn count(&self, asked: &Asked) -> std::result::Result<Reply, Refused> {
        let batch = read_batch(&asked.body).map_err(|error| not_taken(&error))?;
        let rows = self.shell.rows()?;
        let standing = rows
            .standing(batch.device)?
            .ok_or_else(Refused::unknown_device)?;
        let is_signed = match &asked.signature {
            Some((made, path)) => {
                let key = &standing.known.key;
                self.keys.fit(key, made, path, &asked.body).await
            }
            None => false,
        };
        let sender = if is_signed && standing.known.is_active {
            self.allowance.spend(batch.device, asked.now)?;
            Sender::Verified {
                enrolled: standing.known.enrolled,
            }
        } else {
            // Not from the allowance of the device, which a thief must not use up.
            self.strangers.spend(batch.device, asked.now)?;
            Sender::Unverified
        };
        let count = rows.count(Upload {
            batch: &batch,
            digest: &token::digest_of(&asked.body),
            sender,
            forms: &self.forms()?,
            now: asked.now,
            rhythm: self.rhythm(),
        })?;
        traffic::judged(&count.verdicts, count.unread.len());
        if count.is_untold || !self.is_woken_in_time(asked.now) {
            self.tend_soon().await?;
        }
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

    /// Counts records of a rescue file. Whether the device signed the file was found out before; here
    /// it is asked whether its key is valid at this unit.
    fn rescue(&self, rescued: &Rescued, now: Millis) -> std::result::Result<Taken, Refused> {
        let rows = self.shell.rows()?;
        let known = rows
            .standing(rescued.device)?
            .map(|standing| standing.known);
        let sender = match known {
            Some(known) if rescued.is_signed && known.is_active => Sender::Verified {
                enrolled: known.enrolled,
            },
            _ => Sender::Unverified,
        };
        let count = rows.rescue(Rescue {
            device: rescued.device,
            sender,
            is_limited: rescued.is_by_device,
            records: &rescued.records,
            forms: &self.forms()?,
            now,
            rhythm: self.rhythm(),
        })?;
        traffic::judged(&count.verdicts, count.unread.len());
        Ok(Taken::of(&count.verdicts))
    }

    /// Lets go of what was kept long enough (P14), then counts everything again (V3). Between two pieces
    /// whoever else asks is served.
    async fn night(&self, now: Millis) -> std::result::Result<Recounted, Refused> {
        let (rows, forms) = (self.shell.rows()?, self.forms()?);
        let uncounted = rows.retire(now)?;
        rows.look(now, self.rhythm())?;
        rows.seal(&forms, now, PIECE)?;
        self.tend_soon().await?;
        let mut recount = rows.begin_recount(PIECE)?;
        loop {
            if let Some(found) = rows.recount_on(&mut recount, &forms)? {
                return Ok(Recounted { uncounted, ..found });
            }
            Delay::from(Duration::ZERO).await;
        }
    }

    /// Whether the alarm goes off at the next release at the latest: more that waits asks for no sooner one.
    fn is_woken_in_time(&self, now: Millis) -> bool {
        let real = clock::real();
        let next = next_release(now).map(|next| real.plus(next.since(now)));
        let alarm = self.alarm.get().filter(|alarm| *alarm > real);
        let is_soon = |alarm: Millis, next: Millis| alarm <= next.plus(JITTER_MS);
        alarm
            .zip(next)
            .is_some_and(|(alarm, next)| is_soon(alarm, next))
    }

    /// Sees to it that [`Ledger::tend`] runs, soon where sums are to be sent, else at the release.
    async fn tend_soon(&self) -> std::result::Result<(), Refused> {
        let rows = self.shell.rows()?;
        let wait_ms = if rows.is_untold()? {
            Some(0)
        } else {
            let now = clock::now(&self.shell.env).await?;
            let next = rows.next_look(now)?;
            next.map(|next| next.since(now).max(0))
        };
        let Some(wait_ms) = wait_ms else {
            return Ok(());
        };
        let at = clock::real().plus(wait_ms);
        if self.alarm.get().is_none_or(|alarm| alarm > at) {
            let storage = self.shell.state.storage();
            if storage.get_alarm().await?.is_none_or(|alarm| alarm > at.0) {
                storage.set_alarm(wait_ms).await?;
            }
            self.alarm.set(Some(at));
        }
        Ok(())
    }

    /// Releases what is due and sends the sums up until they are acknowledged (rule L11).
    async fn tend(&self) -> std::result::Result<(), Refused> {
        let rows = self.shell.rows()?;
        let now = clock::now(&self.shell.env).await?;
        rows.look(now, self.rhythm())?;
        if let Some((above, snapshot)) = rows.unacknowledged(&self.forms()?)? {
            let Some(parent) = above.first().cloned() else {
                return Ok(());
            };
            let message = write(&(above, write_snapshot(&snapshot)));
            let ask = Ask::own("take", now, message);
            let rollup = ObjectName::Rollup(parent.clone());
            let _: serde_json::Value = ask.read(&rollup, &self.shell.env).await?;
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
