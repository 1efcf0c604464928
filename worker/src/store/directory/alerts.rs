//! Alerts: who set one up, where it goes to, what was sent last (rule UM13). Never: a secret in an answer but
//! once.

use super::digest::last_night;
use super::units::{id_in, with_all_above};
use super::{Actor, Directory, accounts, actor, audit, today};
use crate::access::{Act, Grant, token};
use crate::alerts::target::host;
use crate::alerts::{Address, outbox, target, trial};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use survey::day::{Day, MINUTE_MS, Millis};
use survey::id::UnitId;
use survey::wire::alerts::{
    AlertKind, AlertLanguage, AlertRow, DeliveryRow, DeliveryState, FreshAlert, NewAlert, Target,
};
use survey::wire::code::Code;
use survey::wire::{read, write};

/// The most alerts of an account.
const MOST: i64 = 20;
/// The most deliveries of an alert that are told.
const MOST_TOLD: i64 = 10;

/// An alert as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub id: String,
    pub node: Option<UnitId>,
    pub language: AlertLanguage,
    pub coverage_below: Option<u8>,
    pub target: Target,
    /// What a webhook's signatures are made with; empty for mail.
    pub secret: String,
    /// The manager's site, as its maker's browser named it.
    pub origin: String,
    pub maker: String,
    pub maker_name: String,
    pub since: Day,
    /// The keys of what was told last, as JSON.
    pub told: String,
}

impl<S: Store> Directory<S> {
    /// The alerts at nodes where the caller may set them up, the newest first.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::NotAllowed`].
    pub fn alerts(&self, session: Option<&str>, now: Millis) -> Result<Vec<AlertRow>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::SetAlerts)?;
            let mut rows = Vec::new();
            for alert in all(sql)? {
                if may(sql, &actor.grants, Act::SetAlerts, alert.node.as_ref())? {
                    rows.push(row(sql, alert, now)?);
                }
            }
            Ok(rows)
        })
    }

    /// Sets an alert up. What is sent speaks of what its maker may see, as long as they may.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], [`Code::BadValue`] for where it goes to or the twenty-first, [`Code::NotFound`] for
    /// its node, or the caller's own rights.
    pub fn add_alert(
        &self,
        session: Option<&str>,
        now: Millis,
        wanted: &NewAlert,
        (origin, is_local_allowed): (&str, bool),
    ) -> Result<FreshAlert, Refused> {
        let id = token::hex(&token::random::<8>()?);
        let secret = match wanted.target {
            Target::Webhook { .. } => Some(["hls_", &token::draw()?].concat()),
            Target::Mail { .. } => None,
        };
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            must_be_able_to_set(sql, &actor, now, wanted.node.as_ref())?;
            target::must_be_allowed(&wanted.target, is_local_allowed)?;
            if !wanted
                .coverage_below
                .is_none_or(|share| (1..=100).contains(&share))
            {
                let message = "A limit of coverage is a whole number from 1 to 100.";
                return Err(Refused::new(Code::BadValue, message));
            }
            let count = "SELECT count(*) FROM alert WHERE maker = ?1";
            let count = sql.first(count, &[actor.account.as_str().into()])?;
            if count.map_or(Ok(0), |row| row.integer(0))? >= MOST {
                let message = "An account sets up at most 20 alerts. Remove one first.";
                return Err(Refused::new(Code::BadValue, message));
            }
            sql.run(
                "INSERT INTO alert VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '[]')",
                &[
                    id.as_str().into(),
                    wanted.node.as_ref().map(UnitId::as_str).into(),
                    write(&wanted.language).into(),
                    wanted.coverage_below.map(i64::from).into(),
                    write(&wanted.target).into(),
                    secret.clone().unwrap_or_default().into(),
                    origin.into(),
                    actor.account.as_str().into(),
                    today(now)?.to_string().into(),
                    // The first digest is that of the next night.
                    last_night(sql)?.map(|day| day.to_string()).into(),
                ],
            )?;
            let subject = subject(wanted.node.as_ref(), &id);
            audit(sql, now, &actor.name, "add-alert", &subject)?;
            Ok(FreshAlert { id, secret })
        })
    }

    /// Removes an alert, whoever set it up; what waits is sent no more.
    ///
    /// # Errors
    /// [`Code::ProveAgain`], [`Code::NotFound`], or the caller's own rights.
    pub fn drop_alert(&self, session: Option<&str>, now: Millis, id: &str) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::SetAlerts)?;
            let alert = kept_at(sql, &actor, id)?;
            actor.must_be_proved(now)?;
            for gone in [
                "DELETE FROM alert WHERE id = ?1",
                "DELETE FROM alert_delivery WHERE alert = ?1",
            ] {
                sql.run(gone, &[id.into()])?;
            }
            let subject = subject(alert.node.as_ref(), id);
            Ok(audit(sql, now, &actor.name, "drop-alert", &subject)?)
        })
    }

    /// Puts a try among what is to be sent: nothing but a line that says so.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::SlowDown`] within a minute after the last one, or the caller's own rights.
    pub fn try_alert(&self, session: Option<&str>, now: Millis, id: &str) -> Result<(), Refused> {
        let delivery = token::hex(&token::random::<16>()?);
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to(Act::SetAlerts)?;
            let alert = kept_at(sql, &actor, id)?;
            let last = sql.first(
                "SELECT max(made_ms) FROM alert_delivery WHERE alert = ?1 AND is_test = 1",
                &[id.into()],
            )?;
            let last = last.and_then(|row| row.integer(0).ok()).map(Millis);
            if last.is_some_and(|last| (0..MINUTE_MS).contains(&now.since(last))) {
                return Err(Refused::slow_down(60));
            }
            let address = Address {
                id: delivery.clone(),
                day: today(now)?,
                node: alert.node.clone(),
                language: alert.language,
                origin: alert.origin.clone(),
            };
            let body = alert.message(&trial(&address))?;
            put(sql, &alert, (&delivery, address.day, true), &body, now)?;
            let subject = subject(alert.node.as_ref(), id);
            Ok(audit(sql, now, &actor.name, "test-alert", &subject)?)
        })
    }
}

impl Kept {
    /// What is sent of a digest.
    pub fn message(&self, digest: &crate::alerts::Digest) -> Result<String, Refused> {
        match &self.target {
            Target::Webhook { .. } => Ok(write(digest)),
            Target::Mail {
                from, to, template, ..
            } => target::letter(
                template.as_deref(),
                (from, to),
                (&digest.title, &digest.text()),
            ),
        }
    }

    /// The headers that go with a delivery beside its type.
    pub fn headers(&self, id: &str, body: &str, now: Millis) -> Vec<(&'static str, String)> {
        let mut headers = vec![("x-hailong-delivery", id.to_owned())];
        match &self.target {
            Target::Webhook { .. } => {
                let signed = outbox::signature(&self.secret, now, body);
                headers.extend(signed.map(|signed| ("x-hailong-signature", signed)));
            }
            Target::Mail { token, .. } => {
                headers.push(("authorization", ["Bearer ", token].concat()));
            }
        }
        headers
    }

    /// The address that it is sent to.
    pub fn url(&self) -> &str {
        match &self.target {
            Target::Webhook { url } | Target::Mail { url, .. } => url,
        }
    }
}

/// Puts a delivery among what is to be sent, at once.
pub(super) fn put(
    sql: &dyn Sql,
    alert: &Kept,
    (id, day, is_test): (&str, Day, bool),
    body: &str,
    now: Millis,
) -> Result<(), StoreError> {
    sql.run(
        "INSERT INTO alert_delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, ?6, NULL)",
        &[
            id.into(),
            alert.id.as_str().into(),
            day.to_string().into(),
            i64::from(is_test).into(),
            body.into(),
            now.0.into(),
        ],
    )
}

/// Every alert, the newest first.
pub(super) fn all(sql: &dyn Sql) -> Result<Vec<Kept>, StoreError> {
    let rows = sql.rows(&format!("{KEPT} ORDER BY since DESC, alert.id"), &[])?;
    rows.iter().map(kept).collect()
}

/// One alert.
pub(super) fn find(sql: &dyn Sql, id: &str) -> Result<Option<Kept>, StoreError> {
    let row = sql.first(&format!("{KEPT} WHERE alert.id = ?1"), &[id.into()])?;
    row.map(|row| kept(&row)).transpose()
}

/// The grants that an alert's maker has on the day of an instant.
pub(super) fn grants_of(sql: &dyn Sql, alert: &Kept, now: Millis) -> Result<Vec<Grant>, Refused> {
    Ok(accounts::grants(sql, &alert.maker, today(now)?)?)
}

/// Whether grants allow an act at a node and everywhere below it.
pub(super) fn may(
    sql: &dyn Sql,
    grants: &[Grant],
    act: Act,
    node: Option<&UnitId>,
) -> Result<bool, StoreError> {
    let above = node.map_or(Ok(Vec::new()), |node| with_all_above(sql, node))?;
    Ok(grants.iter().any(|grant| grant.allows(act, &above)))
}

fn must_be_able_to_set(
    sql: &dyn Sql,
    actor: &Actor,
    now: Millis,
    node: Option<&UnitId>,
) -> Result<(), Refused> {
    actor.must_be_able_to(Act::SetAlerts)?;
    match node {
        Some(node) => actor.must_be_able_to_at(Act::SetAlerts, sql, node)?,
        None => actor.must_keep_everything(Act::SetAlerts)?,
    }
    actor.must_be_proved(now)
}

/// An alert that the caller may keep.
fn kept_at(sql: &dyn Sql, actor: &Actor, id: &str) -> Result<Kept, Refused> {
    let alert = find(sql, id)?.ok_or_else(Refused::not_found)?;
    if may(sql, &actor.grants, Act::SetAlerts, alert.node.as_ref())? {
        Ok(alert)
    } else {
        Err(Refused::not_found())
    }
}

/// What the audit log says of an alert: the unit first, as of everything that was done at one.
fn subject(node: Option<&UnitId>, id: &str) -> String {
    let unit = node.map(|node| [node.as_str(), " "].concat());
    [&unit.unwrap_or_default(), "alert:", id].concat()
}

fn row(sql: &dyn Sql, alert: Kept, now: Millis) -> Result<AlertRow, Refused> {
    let rows = sql.rows(
        "SELECT id, day, is_test, state, tries, next_ms, outcome FROM alert_delivery
         WHERE alert = ?1 ORDER BY made_ms DESC, id LIMIT ?2",
        &[alert.id.as_str().into(), MOST_TOLD.into()],
    )?;
    let deliveries = rows.iter().map(delivery).collect::<Result<_, _>>()?;
    let grants = grants_of(sql, &alert, now)?;
    // A test's receiver is named, too.
    let host = host(alert.url(), true).unwrap_or_default();
    let (kind, to) = match &alert.target {
        Target::Webhook { .. } => (AlertKind::Webhook, host.to_owned()),
        Target::Mail { to, .. } => (AlertKind::Mail, [to, " (", host, ")"].concat()),
    };
    Ok(AlertRow {
        works: may(sql, &grants, Act::SetAlerts, alert.node.as_ref())?,
        id: alert.id,
        node: alert.node,
        kind,
        to,
        language: alert.language,
        coverage_below: alert.coverage_below,
        maker: alert.maker_name,
        since: alert.since,
        deliveries,
    })
}

fn delivery(row: &Row) -> Result<DeliveryRow, StoreError> {
    let damaged = || StoreError("a delivery is damaged".into());
    let state = match row.text(3)? {
        "waiting" => DeliveryState::Waiting,
        "sent" => DeliveryState::Sent,
        _ => DeliveryState::Failed,
    };
    Ok(DeliveryRow {
        id: row.text(0)?.to_owned(),
        day: Day::parse(row.text(1)?).ok_or_else(damaged)?,
        is_test: row.integer(2)? == 1,
        state,
        tries: u32::try_from(row.integer(4)?).map_err(|_| damaged())?,
        next: match state {
            DeliveryState::Waiting => Some(Millis(row.integer(5)?)),
            _ => None,
        },
        outcome: row.maybe_text(6)?.map(str::to_owned),
    })
}

/// The cells of an alert, as [`kept`] reads them.
const KEPT: &str =
    "SELECT alert.id, node, language, ifnull(coverage_below, 0), target, secret, origin, maker,
    ifnull(account.name, ''), since, told FROM alert LEFT JOIN account ON account.id = maker";

fn kept(row: &Row) -> Result<Kept, StoreError> {
    let damaged = || StoreError("an alert is damaged".into());
    Ok(Kept {
        id: row.text(0)?.to_owned(),
        node: row.maybe_text(1)?.map(id_in).transpose()?,
        language: read(row.text(2)?).map_err(|_| damaged())?,
        coverage_below: u8::try_from(row.integer(3)?)
            .ok()
            .filter(|share| *share > 0),
        target: read(row.text(4)?).map_err(|_| damaged())?,
        secret: row.text(5)?.to_owned(),
        origin: row.text(6)?.to_owned(),
        maker: row.text(7)?.to_owned(),
        maker_name: row.text(8)?.to_owned(),
        since: Day::parse(row.text(9)?).ok_or_else(damaged)?,
        told: row.text(10)?.to_owned(),
    })
}
