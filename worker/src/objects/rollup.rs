//! The Rollup as a Durable Object: children's snapshots in, figures of their sum out.

use super::answer;
use super::forms::lacking;
use super::name::ObjectName;
use super::remembered::Remembered;
use super::shell::Shell;
use super::{Ask, Asked};
use crate::beside::Beside;
use crate::clock;
use crate::forms::Forms;
use crate::page::{Sought, snapshot};
use crate::refused::Refused;
use crate::store::durable::Durable;
use crate::store::rollup::{Rollup as Rows, SCHEMA};
use std::rc::Rc;
use survey::breakdown::Quarter;
use survey::day::Millis;
use survey::id::{FormId, UnitId};
use survey::release::Slice;
use survey::rollup::Snapshot;
use survey::wire::tally::{read_snapshot, write_snapshot};
use survey::wire::write;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// The Durable Object.
#[durable_object]
pub struct Rollup {
    shell: Shell<Rows<Durable>>,
    /// The sums of all children.
    slices: Remembered<[Slice]>,
    /// What each child sent last.
    children: Remembered<[Snapshot]>,
}

impl DurableObject for Rollup {
    fn new(state: State, env: Env) -> Self {
        Self {
            shell: Shell::new(state, env, SCHEMA, Rows),
            slices: Remembered::default(),
            children: Remembered::default(),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        let give = async |asked: &Asked| self.answer(asked).await;
        self.shell.answer(request, give).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.ring(self.send_up().await).await
    }
}

impl Rollup {
    /// The sums that may be shown.
    fn slices(&self) -> std::result::Result<Rc<[Slice]>, Refused> {
        let rows = self.shell.rows()?;
        self.slices
            .at(rows.version()?, || Ok(Rc::from(rows.slices()?)))
    }

    /// The newest snapshot of each child.
    fn children(&self) -> std::result::Result<Rc<[Snapshot]>, Refused> {
        let rows = self.shell.rows()?;
        let read = || Ok(Rc::from(rows.children()?));
        self.children.at(rows.version()?, read)
    }

    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let response = match asked.verb.as_str() {
            "take" => {
                let (place, snapshot): (Vec<UnitId>, String) = asked.message()?;
                let snapshot = read_snapshot(&snapshot)
                    .ok_or_else(|| Refused::broken("a snapshot does not read"))?;
                let rows = self.shell.rows()?;
                rows.take(&place, &snapshot)?;
                if rows.unacknowledged()?.is_some() {
                    self.shell.wake(0).await?;
                }
                answer::done()
            }
            "figures" => {
                let (unit, sought): (UnitId, Sought) = asked.message()?;
                let slices = sought.slices(&unit, self.slices()?.to_vec())?;
                let forms = self.forms(&slices, sought.form()?, asked.now).await?;
                answer::message(&sought.page(unit, &slices, &forms, asked.now)?)
            }
            "trend" => {
                let sought: Beside = asked.message()?;
                let slices = self.slices()?;
                let forms = self.forms(slices.iter(), sought.form()?, asked.now).await?;
                answer::message(&sought.trend(&slices, &forms, asked.now)?)
            }
            "coverage" => {
                let sought: Beside = asked.message()?;
                let slices = self.slices()?;
                let forms = self.forms(slices.iter(), sought.form()?, asked.now).await?;
                answer::message(&sought.coverage(&slices, &forms, asked.now)?)
            }
            "breakdown" => {
                let sought: Beside = asked.message()?;
                let slices = self.slices()?;
                let forms = self.forms(slices.iter(), sought.form()?, asked.now).await?;
                let quarters = self.shell.rows()?.quarters()?;
                answer::message(&sought.breakdown((&slices, &quarters), &forms, asked.now)?)
            }
            "shows" => {
                let (child, quarter, form): (UnitId, i32, FormId) = asked.message()?;
                answer::message(&self.shell.rows()?.shows(&child, Quarter(quarter), form)?)
            }
            "children" => {
                let sought: Beside = asked.message()?;
                let below = self.children()?;
                let slices = below.iter().flat_map(|child| &child.slices);
                let forms = self.forms(slices, sought.form()?, asked.now).await?;
                answer::message(&sought.children(&below, &forms, asked.now)?)
            }
            "slices" => {
                let slices = snapshot(asked.message()?, self.slices()?.to_vec());
                answer::message(&write_snapshot(&slices))
            }
            _ => return Err(Refused::broken("a Rollup was asked an unknown verb")),
        };
        Ok(response)
    }

    /// The forms of these sums and the one that is asked for: sums come up without their forms, each is
    /// asked for once.
    async fn forms(
        &self,
        slices: impl IntoIterator<Item = &Slice>,
        asked: Option<String>,
        now: Millis,
    ) -> std::result::Result<Forms, Refused> {
        let rows = self.shell.rows()?;
        let forms = rows.forms()?;
        let summed = slices.into_iter().map(|slice| slice.tally.form());
        let files = lacking(&forms, summed, asked, &self.shell.env, now).await?;
        if files.is_empty() {
            return Ok(forms);
        }
        rows.keep_forms(&files)?;
        rows.forms()
    }

    async fn send_up(&self) -> std::result::Result<(), Refused> {
        let Some((above, snapshot)) = self.shell.rows()?.unacknowledged()? else {
            return Ok(());
        };
        let Some(parent) = above.first().cloned() else {
            return Ok(());
        };
        let message = write(&(above, write_snapshot(&snapshot)));
        let ask = Ask::own("take", clock::now(&self.shell.env).await?, message);
        let rollup = ObjectName::Rollup(parent);
        let _: serde_json::Value = ask.read(&rollup, &self.shell.env).await?;
        self.shell.rows()?.acknowledged(snapshot.version)
    }
}
