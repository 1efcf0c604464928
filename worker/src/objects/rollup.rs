//! The Rollup as a Durable Object: children's snapshots in, figures of their sum out.

use super::answer;
use super::name::ObjectName;
use super::{Ask, Asked, opened};
use crate::clock;
use crate::page::{Wanted, page};
use crate::refused::Refused;
use crate::store::durable::Durable;
use crate::store::rollup::{Rollup as Rows, SCHEMA};
use std::cell::OnceCell;
use survey::id::UnitId;
use survey::wire::tally::{read_snapshot, write_snapshot};
use survey::wire::write;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

/// How long to wait before sending sums up again.
const SEND_AGAIN_MS: i64 = 5_000;

/// The Durable Object.
#[durable_object]
pub struct Rollup {
    state: State,
    env: Env,
    rows: OnceCell<Rows<Durable>>,
}

impl DurableObject for Rollup {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            rows: OnceCell::new(),
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
        if let Err(refused) = self.send_up().await {
            self.state.storage().set_alarm(SEND_AGAIN_MS).await?;
            return answer::refused(&refused);
        }
        Ok(answer::done())
    }
}

impl Rollup {
    fn rows(&self) -> std::result::Result<&Rows<Durable>, Refused> {
        opened(&self.rows, || Ok(Rows(Durable::open(&self.state, SCHEMA)?)))
    }

    async fn answer(&self, asked: &Asked) -> std::result::Result<Response, Refused> {
        let response = match asked.verb.as_str() {
            "take" => {
                let (place, snapshot): (Vec<UnitId>, String) = asked.message()?;
                let snapshot = read_snapshot(&snapshot)
                    .ok_or_else(|| Refused::broken("a snapshot does not read"))?;
                self.rows()?.take(&place, &snapshot)?;
                if self.rows()?.unacknowledged()?.is_some() {
                    self.state.storage().set_alarm(0).await?;
                }
                answer::done()
            }
            "figures" => {
                let (unit, query): (UnitId, String) = asked.message()?;
                let wanted = Wanted::of(&query)?;
                let slices = self.rows()?.slices()?;
                answer::message(&page(unit, &wanted, &slices, asked.now)?)
            }
            _ => return Err(Refused::broken("a Rollup was asked an unknown verb")),
        };
        Ok(response)
    }

    async fn send_up(&self) -> std::result::Result<(), Refused> {
        let Some((above, snapshot)) = self.rows()?.unacknowledged()? else {
            return Ok(());
        };
        let Some(parent) = above.first().cloned() else {
            return Ok(());
        };
        let message = write(&(above, write_snapshot(&snapshot)));
        let ask = Ask::own("take", clock::now(&self.env).await?, message);
        let rollup = ObjectName::Rollup(parent);
        let _: serde_json::Value = ask.read(&rollup, &self.env).await?;
        self.rows()?.acknowledged(snapshot.version)
    }
}
