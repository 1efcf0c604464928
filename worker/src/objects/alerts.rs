//! Alerts as the Directory keeps and sends them: questions about them, what the objects of a unit say in a
//! night, one try after another (rule UM13). Never: a decision; an address that nobody set up.

use super::directory::{Directory, Place};
use super::ledger::Heard;
use super::{Ask, Asked, answer};
use crate::alerts::{Covered, Facts, Marked};
use crate::beside::Beside;
use crate::clock;
use crate::refused::Refused;
use crate::store::directory::{Directory as Rows, Try};
use crate::store::durable::Durable;
use futures_util::future::join_all;
use survey::day::{Day, Millis};
use survey::id::UnitId;
use survey::wire::alerts::Alerts;
use survey::wire::beside::{CoveragePage, TrendPage};
use survey::wire::manager::Live;
use survey::wire::write;
use worker::web_sys::{AbortSignal, Request, RequestInit, RequestRedirect};
use worker::{Env, Fetch, Headers, Response};

/// Units of one ring of the alarm: each is asked up to four things.
const UNITS_A_RING: u32 = 100;
/// Tries at a time.
const TRIES_AT_ONCE: u32 = 6;
/// How long a receiver may take to answer.
const PATIENCE_MS: u32 = 10_000;
/// The door to the network on plain workerd, which leads to public addresses only; Cloudflare has no other.
const DOOR: &str = "ALERTS";

impl Directory {
    /// Answers one verb; `subject` is what follows it.
    ///
    /// # Errors
    /// What the Directory refuses.
    pub(super) async fn alerts(
        &self,
        rows: &Rows<Durable>,
        asked: &Asked,
        verb: &str,
        subject: &str,
    ) -> Result<Response, Refused> {
        let (session, now) = (asked.session.as_deref(), asked.now);
        match verb {
            "alerts" => {
                let alerts = rows.alerts(session, now)?;
                return Ok(answer::message(&Alerts { alerts, now }));
            }
            "add-alert" => {
                let origin = asked.origin.as_deref().unwrap_or_default();
                let place = (origin, clock::is_settable(&self.shell.env));
                let fresh = rows.add_alert(session, now, &asked.message()?, place)?;
                return Ok(answer::message(&fresh));
            }
            "test-alert" => {
                asked.nothing()?;
                rows.try_alert(session, now, subject)?;
            }
            _ => rows.drop_alert(session, now, subject)?,
        }
        self.wake_for_alerts().await?;
        Ok(answer::done())
    }

    /// Asks some of the units that are left what needs a look; once none are, makes the digests. `true` then.
    pub(super) async fn look_round(
        &self,
        rows: &Rows<Durable>,
        now: Millis,
    ) -> Result<bool, Refused> {
        let units = rows.to_look_at(UNITS_A_RING)?;
        for unit in &units {
            // One that does not answer holds nothing up: it is looked at again the next night.
            let unheard = |_| Facts {
                is_unheard: true,
                ..Facts::default()
            };
            let facts = self.facts(rows, unit, now).await.unwrap_or_else(unheard);
            rows.looked_at(now, unit, &facts)?;
        }
        if units.is_empty() {
            rows.compose(now)?;
        }
        Ok(units.is_empty())
    }

    /// What the object of a unit says.
    async fn facts(
        &self,
        rows: &Rows<Durable>,
        unit: &UnitId,
        now: Millis,
    ) -> Result<Facts, Refused> {
        let (env, mut facts) = (&self.shell.env, Facts::default());
        let place = Place::of(rows, unit.clone())?;
        if place.counts {
            let ledger = super::name::ObjectName::Ledger(unit.clone());
            let live = Ask::own("live", now, Vec::new());
            facts.quarantined = live.read::<Live>(&ledger, env).await?.quarantined;
            let heard = Ask::own("heard", now, Vec::new());
            let heard = heard.read::<Vec<Heard>>(&ledger, env).await?.into_iter();
            facts.heard = heard.map(|heard| (heard.device, heard.at)).collect();
        }
        let Some(object) = place.object() else {
            return Ok(facts);
        };
        let sought = |query, eligible| Beside {
            unit: unit.clone(),
            query,
            children: Vec::new(),
            eligible,
            fields: Vec::new(),
            above: Vec::new(),
        };
        let trend = Ask::own("trend", now, write(&sought(String::new(), Vec::new())));
        let trend: TrendPage = trend.read(&object, env).await?;
        facts.change = trend.months.last().and_then(|newest| {
            let marked = Marked {
                month: newest.month.clone(),
                fell: newest.usual.is_some_and(|usual| usual.fell),
                alarm: newest.watch.as_ref().is_some_and(|watch| watch.alarm),
            };
            (marked.fell || marked.alarm).then_some(marked)
        });
        let Some(month) = month_before(now) else {
            return Ok(facts);
        };
        let query = format!("from={month}&to={month}");
        let coverage = sought(query, rows.eligible(unit)?);
        let coverage = Ask::own("coverage", now, write(&coverage));
        let coverage: CoveragePage = coverage.read(&object, env).await?;
        let share = coverage.coverage.and_then(|coverage| coverage.share);
        facts.share = share.map(|share| Covered { month, share });
        Ok(facts)
    }

    /// Sends what is due, and sets the alarm for what is due next.
    pub(super) async fn send_alerts(&self) -> Result<(), Refused> {
        let rows = self.shell.rows()?;
        let now = self.now(rows)?;
        let tries = rows.begin_tries(now, TRIES_AT_ONCE)?;
        let env = &self.shell.env;
        let sent = join_all(
            tries
                .iter()
                .map(|one| async move { (one, send(one, env).await) }),
        );
        for (one, status) in sent.await {
            let is_taken = matches!(status, Ok(200..=299));
            let outcome = match status {
                Ok(status) => status.to_string(),
                Err(why) => why.to_owned(),
            };
            rows.tried(&one.id, is_taken, &outcome)?;
        }
        self.wake_for_alerts().await
    }

    /// Sets the alarm for the next try, unless one comes earlier.
    pub(super) async fn wake_for_alerts(&self) -> Result<(), Refused> {
        let rows = self.shell.rows()?;
        match rows.next_try()? {
            Some(next) => self.wake_by(next.since(self.now(rows)?)).await,
            None => Ok(()),
        }
    }
}

/// Sends one try: its status, or why there is none. No redirect is followed, and nothing of the answer is read
/// but its status.
async fn send(one: &Try, env: &Env) -> Result<u16, &'static str> {
    let signal = AbortSignal::timeout_with_u32(PATIENCE_MS);
    let response = ask(one, env, &signal).await;
    response.map_err(|_| {
        if signal.aborted() {
            "no-answer"
        } else {
            "unreachable"
        }
    })
}

async fn ask(one: &Try, env: &Env, signal: &AbortSignal) -> worker::Result<u16> {
    let headers = Headers::new();
    headers.set("content-type", "application/json")?;
    for (name, value) in &one.headers {
        headers.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers.0);
    init.set_body(&one.body.as_str().into());
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(signal));
    let request = worker::Request::from(Request::new_with_str_and_init(&one.url, &init)?);
    let response = match env.service(DOOR) {
        Ok(door) => door.fetch_request(request).await?,
        Err(_) => Fetch::Request(request).send().await?,
    };
    Ok(response.status_code())
}

/// The month before that of an instant.
fn month_before(now: Millis) -> Option<String> {
    let this = Day::of(now)?.month_slice();
    let first = Day::parse(&format!("{this}-01"))?;
    Some(first.plus(-1).month_slice())
}
