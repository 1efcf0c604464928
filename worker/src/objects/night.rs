//! The Directory's nightly round over all Ledgers (rule V3), and what it knows of how the server is (V2).
//! Never: mends a difference.

use super::directory::Directory;
use super::ledger::Recounted;
use super::name::ObjectName;
use super::{Ask, Asked, answer};
use crate::clock;
use crate::refused::Refused;
use crate::store::directory::{Directory as Rows, Recounts};
use crate::store::durable::Durable;
use crate::watch::Watched;
use survey::day::Millis;
use worker::Response;

/// Ledgers of one ring of the alarm: well below what one event may ask.
const LEDGERS_A_RING: u32 = 200;

impl Directory {
    /// Answers what the watch asks.
    ///
    /// # Errors
    /// What the Directory refuses.
    pub(super) async fn watch(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
    ) -> Result<Response, Refused> {
        match asked.verb.as_str() {
            "machine" => rows.tell_machine(asked.now, &asked.message()?)?,
            "night" => {
                rows.begin_night(asked.now, true)?;
                while !self.round(rows, asked.now, LEDGERS_A_RING).await? {}
                while !self.look_round(rows, asked.now).await? {}
                self.wake_for_alerts().await?;
            }
            verb => {
                if verb == "watched" {
                    rows.may_watch(asked.session.as_deref(), asked.now)?;
                }
                return Ok(answer::message(&watched(rows)?));
            }
        }
        Ok(answer::done())
    }

    /// The alarm's part of the round; the next ring comes at once while Ledgers are left, else in the
    /// next night.
    pub(super) async fn night_rings(&self) -> Result<(), Refused> {
        let rows = self.shell.rows()?;
        let now = self.now(rows)?;
        rows.begin_night(now, false)?;
        let is_done = self.round(rows, now, LEDGERS_A_RING).await?;
        if is_done && self.look_round(rows, now).await? {
            self.wake_for_the_night().await
        } else {
            Ok(self.shell.wake(0).await?)
        }
    }

    /// Sets the alarm for the next night, unless one comes earlier.
    pub(super) async fn wake_for_the_night(&self) -> Result<(), Refused> {
        let rows = self.shell.rows()?;
        let now = self.now(rows)?;
        let Some(next) = rows.next_night(now)? else {
            return Ok(());
        };
        self.wake_by(next.since(now)).await
    }

    /// Sets the alarm, unless one comes earlier.
    pub(super) async fn wake_by(&self, wait_ms: i64) -> Result<(), Refused> {
        let wait_ms = wait_ms.max(0);
        let at = clock::real().plus(wait_ms);
        let storage = self.shell.state.storage();
        if storage.get_alarm().await?.is_none_or(|alarm| alarm > at.0) {
            storage.set_alarm(wait_ms).await?;
        }
        Ok(())
    }

    /// Recounts some of the Ledgers that are left; `true` when none are.
    async fn round(&self, rows: &Rows<Durable>, now: Millis, most: u32) -> Result<bool, Refused> {
        let units = rows.to_recount(most)?;
        for unit in &units {
            let ledger = ObjectName::Ledger(unit.clone());
            let found = Ask::own("night", now, Vec::new());
            let found: Result<Recounted, _> = found.read(&ledger, &self.shell.env).await;
            let found = found.ok();
            if found.is_some_and(|found| found.uncounted > 0) {
                rows.let_go(now, unit)?;
            }
            let differences = found.map(Recounted::differences);
            if differences != Some(0) {
                worker::console_error!("a recount differs or failed; /health names the unit");
            }
            rows.recounted(now, unit, differences)?;
        }
        Ok(units.is_empty())
    }

    /// The server's time; this object keeps a settable clock's offset itself.
    pub(super) fn now(&self, rows: &Rows<Durable>) -> Result<Millis, Refused> {
        let is_settable = clock::is_settable(&self.shell.env);
        let ahead_ms = if is_settable {
            rows.number("clock_ahead_ms")?
        } else {
            0
        };
        Ok(clock::real().plus(ahead_ms))
    }
}

fn watched(rows: &Rows<Durable>) -> Result<Watched, Refused> {
    let [units, devices, revoked] = rows.sizes()?;
    let deliveries = rows.deliveries()?;
    let Recounts {
        differing,
        failed,
        never,
        never_since,
        oldest,
    } = rows.recounts()?;
    Ok(Watched {
        restore: u32::try_from(rows.number("restore")?).unwrap_or(u32::MAX),
        units,
        devices,
        revoked,
        counting: rows.counting_units(None)?,
        differing,
        failed,
        never,
        never_since,
        oldest,
        alerts_waiting: deliveries.waiting,
        alerts_failed: deliveries.failed,
        machine: rows.machine()?.map(|told| (told.at, told.machine)),
    })
}
