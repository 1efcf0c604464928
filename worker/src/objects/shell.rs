//! What the three kinds of object share: rows that open at the first question, an answer for every
//! question, an alarm that comes again until its work is done. Never: a question of one of them.

use super::{Asked, answer};
use crate::refused::Refused;
use crate::store::durable::Durable;
use std::cell::OnceCell;
use worker::{Env, Request, Response, Result, State};

/// How long to wait before the work of an alarm that failed is tried again.
const AGAIN_MS: i64 = 5_000;

/// The shell around an object's rows.
pub struct Shell<R> {
    /// The object's storage and alarm.
    pub state: State,
    /// The deployment's bindings.
    pub env: Env,
    schema: &'static str,
    rows_of: fn(Durable) -> R,
    rows: OnceCell<R>,
}

impl<R> Shell<R> {
    /// The shell of an object whose rows are `rows_of` a database with this schema.
    pub fn new(state: State, env: Env, schema: &'static str, rows_of: fn(Durable) -> R) -> Self {
        Self {
            state,
            env,
            schema,
            rows_of,
            rows: OnceCell::new(),
        }
    }

    /// Whether no question has needed the rows yet.
    pub fn is_fresh(&self) -> bool {
        self.rows.get().is_none()
    }

    /// The rows.
    pub fn rows(&self) -> std::result::Result<&R, Refused> {
        if let Some(rows) = self.rows.get() {
            return Ok(rows);
        }
        let rows = (self.rows_of)(Durable::open(&self.state, self.schema)?);
        Ok(self.rows.get_or_init(|| rows))
    }

    /// Answers a question, also one that is refused.
    pub async fn answer(
        &self,
        request: Request,
        give: impl AsyncFnOnce(&Asked) -> std::result::Result<Response, Refused>,
    ) -> Result<Response> {
        let answer = match Asked::receive(request).await {
            Ok(asked) => give(&asked).await,
            Err(refused) => Err(refused),
        };
        answer.or_else(|refused| answer::refused(&refused))
    }

    /// Ends an alarm. The runtime tries one again only a few times; this work has to come through.
    pub async fn ring(&self, done: std::result::Result<(), Refused>) -> Result<Response> {
        if let Err(refused) = done {
            self.wake(AGAIN_MS).await?;
            return answer::refused(&refused);
        }
        Ok(answer::done())
    }

    /// Sets the alarm.
    pub async fn wake(&self, wait_ms: i64) -> Result<()> {
        self.state.storage().set_alarm(wait_ms).await
    }

    /// Sets the alarm for work that did not come through now.
    pub async fn wake_again(&self) -> Result<()> {
        self.wake(AGAIN_MS).await
    }
}
