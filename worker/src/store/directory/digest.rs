//! The night's part of alerts: which units are looked at, what they said, and the day's digest of each alert,
//! which is put among what is to be sent in the same transaction (rule UM13). Never: what its maker may not see.

use super::alerts::{Kept, all, grants_of, may, put};
use super::night::night_of;
use super::units::id_in;
use super::{Directory, number};
use crate::access::{Act, token};
use crate::alerts::{Address, Facts, Look, What, digest};
use crate::post::Post;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use survey::day::{Day, Millis};
use survey::id::{DeviceId, UnitId};
use survey::silence;
use survey::wire::device::Names;
use survey::wire::{read, write};

/// The units at and below the nodes of all alerts that have no digest of the night `?2` yet; of the whole
/// deployment every unit.
const SCOPE: &str = "WITH RECURSIVE scope (id) AS (
    SELECT id FROM unit WHERE id IN (SELECT node FROM alert WHERE night < ?2)
      OR (SELECT count(*) FROM alert WHERE node IS NULL AND night < ?2) > 0
    UNION SELECT unit.id FROM unit JOIN scope ON unit.parent = scope.id)";
/// The units at and below `?1`; where that is null every unit.
const BELOW: &str = "WITH RECURSIVE scope (id) AS (
    SELECT id FROM unit WHERE id = ?1 OR ?1 IS NULL
    UNION SELECT unit.id FROM unit JOIN scope ON unit.parent = scope.id)";

impl<S: Store> Directory<S> {
    /// Some of the units that this night's alerts look at and that were not looked at yet: those with sums of
    /// their own, and those where a device of theirs stood before.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn to_look_at(&self, most: u32) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let night = last_night(sql)?.map(|day| day.to_string());
            let rows = sql.rows(
                &format!(
                    "{SCOPE} SELECT id FROM (
                       SELECT id FROM scope WHERE id IN (SELECT unit FROM stay)
                         OR id IN (SELECT parent FROM unit)
                       UNION SELECT unit FROM stay WHERE device IN (
                         SELECT id FROM device WHERE unit IN (SELECT id FROM scope)))
                     WHERE id NOT IN (SELECT unit FROM alert_fact WHERE at_ms >=
                       (SELECT value FROM number WHERE name = 'night_ms'))
                     ORDER BY id LIMIT ?1"
                ),
                &[most.into(), night.into()],
            )?;
            let ids = rows.iter().map(|row| id_in(row.text(0)?));
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// Writes down what a unit's objects said.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn looked_at(&self, now: Millis, unit: &UnitId, facts: &Facts) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            Ok(sql.run(
                "INSERT INTO alert_fact VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE
                 SET at_ms = excluded.at_ms, told = excluded.told",
                &[unit.as_str().into(), now.0.into(), write(facts).into()],
            )?)
        })
    }

    /// Makes the digest of the day for each alert that has none yet; what is sent, and what it said, is written
    /// down at once or not at all.
    ///
    /// # Errors
    /// Broken when the store or the system's generator fails.
    pub fn compose(&self, now: Millis) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let night = Millis(number(sql, "night_ms")?);
            let Some(day) = last_night(sql)? else {
                return Ok(());
            };
            let facts = facts(sql, night)?;
            for alert in all(sql)? {
                let done = "SELECT 1 FROM alert WHERE id = ?1 AND night >= ?2";
                let mine = [alert.id.as_str().into(), day.to_string().into()];
                if sql.first(done, &mine)?.is_none() {
                    compose_one(sql, &alert, (&facts, day), now)?;
                }
            }
            Ok(())
        })
    }
}

/// The last night whose round has begun; the first day that there is where none has.
pub(super) fn last_night(sql: &dyn Sql) -> Result<Option<Day>, StoreError> {
    Ok(night_of(Millis(number(sql, "night_ms")?)))
}

fn compose_one(
    sql: &dyn Sql,
    alert: &Kept,
    (facts, day): (&BTreeMap<UnitId, Facts>, Day),
    now: Millis,
) -> Result<(), Refused> {
    let looks = looks(sql, alert, facts, now)?;
    let told: BTreeSet<String> = read(&alert.told).unwrap_or_default();
    let address = Address {
        id: token::hex(&token::random::<16>()?),
        day,
        node: alert.node.clone(),
        language: alert.language,
        origin: alert.origin.clone(),
    };
    let (digest, mut keys) = digest(&address, &looks, &told);
    let unheard = facts.iter().filter(|(_, facts)| facts.is_unheard);
    let unheard = unheard.map(|(unit, _)| unit.clone()).collect();
    keys.extend(told.into_iter().filter(|key| Look::stands(key, &unheard)));
    if let Some(digest) = digest {
        let body = alert.message(&digest)?;
        put(sql, alert, (&address.id, day, false), &body, now)?;
    }
    Ok(sql.run(
        "UPDATE alert SET night = ?2, told = ?3 WHERE id = ?1",
        &[
            alert.id.as_str().into(),
            day.to_string().into(),
            write(&keys).into(),
        ],
    )?)
}

/// What needs a look at and below an alert's node, as far as its maker may see it now; nothing where they may
/// not set it up any more.
fn looks(
    sql: &dyn Sql,
    alert: &Kept,
    facts: &BTreeMap<UnitId, Facts>,
    now: Millis,
) -> Result<Vec<Look>, Refused> {
    let grants = grants_of(sql, alert, now)?;
    let node = alert.node.as_ref();
    let may = |act| may(sql, &grants, act, node);
    if !may(Act::SetAlerts)? {
        return Ok(Vec::new());
    }
    let sees_figures = may(Act::SeeFigures)?;
    let sees_coverage = may(Act::SeeCoverage)?;
    let sees_kept = sees_figures || may(Act::SeeQuarantine)?;
    let sees_devices = may(Act::SeeDevices)?;
    let mut found = Vec::new();
    for row in &sql.rows(
        &format!("{BELOW} SELECT id, name_vi, name_en FROM unit WHERE id IN (SELECT id FROM scope) ORDER BY id"),
        &[node.map(UnitId::as_str).into()],
    )? {
        let (unit, name) = named(row)?;
        let mut tell = |what| {
            found.push(Look {
                unit: unit.clone(),
                name: name.clone(),
                what,
            });
        };
        let own = facts.get(&unit).cloned().unwrap_or_default();
        if let Some(marked) = own.change.filter(|_| sees_figures) {
            tell(What::Change(marked));
        }
        let limit = alert.coverage_below.filter(|_| sees_coverage);
        let is_less = |share: u16| limit.is_some_and(|limit| share < u16::from(limit) * 100);
        if let Some(covered) = own.share.filter(|covered| is_less(covered.share)) {
            tell(What::Coverage(covered));
        }
        if sees_devices {
            silent(sql, &unit, facts, now)?.into_iter().for_each(&mut tell);
        }
        if own.quarantined > 0 && sees_kept {
            tell(What::Quarantine(own.quarantined));
        }
    }
    Ok(found)
}

/// The devices of a unit that say nothing, wherever they were heard last.
fn silent(
    sql: &dyn Sql,
    unit: &UnitId,
    facts: &BTreeMap<UnitId, Facts>,
    now: Millis,
) -> Result<Vec<What>, Refused> {
    let rows = sql.rows(
        "SELECT device.id, post, stay.unit FROM device JOIN stay ON stay.device = device.id
         WHERE device.unit = ?1 AND revoked IS NULL ORDER BY device.id",
        &[unit.as_str().into()],
    )?;
    let mut devices: BTreeMap<DeviceId, (String, Option<Millis>)> = BTreeMap::new();
    for row in &rows {
        let damaged = |_| Refused::broken("a device's id is damaged");
        let id = DeviceId::parse(row.text(0)?).map_err(damaged)?;
        let heard = facts.get(&id_in(row.text(2)?)?);
        // A unit that did not answer may have heard it just now.
        let is_unheard = heard.is_some_and(|facts| facts.is_unheard);
        let heard = heard.into_iter().flat_map(|facts| &facts.heard);
        let seen = heard.filter(|(device, _)| *device == id).map(|(_, at)| *at);
        let seen = seen.chain(is_unheard.then_some(now));
        let known = devices.entry(id).or_insert((row.text(1)?.to_owned(), None));
        known.1 = known.1.into_iter().chain(seen).max();
    }
    let mut found = Vec::new();
    for (device, (post, seen)) in devices {
        let post = Post::read(&post)?;
        let is_silent =
            |seen| !post.settings.training && silence::of(&post.settings, seen, now).is_some();
        if seen.is_some_and(is_silent) {
            found.push(What::Silent {
                device,
                counter: post.counter_name,
            });
        }
    }
    Ok(found)
}

/// What was said this night, by unit.
fn facts(sql: &dyn Sql, night: Millis) -> Result<BTreeMap<UnitId, Facts>, StoreError> {
    let rows = sql.rows(
        "SELECT unit, told FROM alert_fact WHERE at_ms >= ?1",
        &[night.0.into()],
    )?;
    let fact = |row: &Row| {
        // What another release wrote is looked at again the next night.
        let facts = read(row.text(1)?).unwrap_or_default();
        Ok((id_in(row.text(0)?)?, facts))
    };
    rows.iter().map(fact).collect()
}

fn named(row: &Row) -> Result<(UnitId, Names), StoreError> {
    let name = Names {
        vi: row.text(1)?.to_owned(),
        en: row.text(2)?.to_owned(),
    };
    Ok((id_in(row.text(0)?)?, name))
}
