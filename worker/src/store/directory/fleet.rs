//! Devices that are enrolled: what they ask (rule W11), where they stand.

use super::devices::{Device, find, must_collect};
use super::{Directory, actor, audit, today, units};
use crate::access::Act;
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::id::{DeviceId, UnitId};
use survey::wire::code::Code;

impl<S: Store> Directory<S> {
    /// A device that the caller may change.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::RevokedDevice`], or the caller's own rights.
    pub fn changeable(
        &self,
        session: Option<&str>,
        now: Millis,
        id: &DeviceId,
    ) -> Result<Device, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let device = find(sql, id)?.ok_or_else(Refused::not_found)?;
            actor.must_be_able_to_at(Act::EnrolDevices, sql, &device.unit)?;
            if device.revoked.is_some() {
                let message = "This device is revoked. Enrol it again, then change it.";
                return Err(Refused::new(Code::RevokedDevice, message));
            }
            Ok(device)
        })
    }

    /// Refuses units that the caller does not see, in the words for one that does not exist.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::BadValue`].
    pub fn must_see<'a>(
        &self,
        session: Option<&str>,
        now: Millis,
        units: impl Iterator<Item = &'a UnitId>,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            for unit in units {
                if actor.must_be_able_to_at(Act::SeeUnits, sql, unit).is_err() {
                    let message = "No such unit can be named as the one that resolves dossiers.";
                    return Err(Refused::new(Code::BadValue, message));
                }
            }
            Ok(())
        })
    }

    /// Which of some units the caller sees.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn seen_of(
        &self,
        session: Option<&str>,
        now: Millis,
        units: &[UnitId],
    ) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let is_seen =
                |unit: &&UnitId| actor.must_be_able_to_at(Act::SeeUnits, sql, unit).is_ok();
            Ok(units.iter().filter(is_seen).cloned().collect())
        })
    }

    /// The units where some devices stand or stood, whose Ledgers may have heard of them: what waits
    /// on a device that was moved is still told to the Ledger where it was answered.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn stays_of(&self, devices: &[Device]) -> Result<Vec<UnitId>, Refused> {
        let ids: Vec<_> = devices.iter().map(|device| device.id.to_string()).collect();
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT DISTINCT unit FROM stay WHERE device IN (SELECT value FROM json_each(?1))",
                &[survey::wire::write(&ids).into()],
            )?;
            let units = rows.iter().map(|row| units::id_in(row.text(0)?));
            Ok(units.collect::<Result<_, _>>()?)
        })
    }

    /// A device with this id, which has followed its unit: where that was merged into another, and its
    /// last day is over, the device stands at the successor from now on.
    ///
    /// # Errors
    /// [`Code::UnknownDevice`].
    pub fn followed(&self, now: Millis, id: &DeviceId) -> Result<Device, Refused> {
        self.0.atomically(|sql| {
            let device = find(sql, id)?.ok_or_else(Refused::unknown_device)?;
            let heir = heir(sql, today(now)?, &device.unit)?;
            if heir == device.unit || device.revoked.is_some() {
                return Ok(device);
            }
            let id = id.to_string();
            put(sql, &id, &heir, &device.post)?;
            sql.run(
                "UPDATE device SET post = json_set(post, '$.version', (post ->> '$.version') + 1)
                 WHERE id = ?1",
                &[id.as_str().into()],
            )?;
            audit(sql, now, "succession", "move", &id)?;
            find(sql, &device.id)?.ok_or_else(Refused::unknown_device)
        })
    }

    /// Gives a device another post at its unit, or at `to`. The unit where it stood keeps its key:
    /// what was answered there is still taken there.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] when the device is not as `device` says any more,
    /// [`Code::BadValue`] for a unit that does not collect, [`Code::ProveAgain`] for another unit, or the
    /// caller's own rights.
    pub fn repost(
        &self,
        session: Option<&str>,
        now: Millis,
        device: &Device,
        post: &str,
        to: Option<&UnitId>,
    ) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let unit = to.unwrap_or(&device.unit);
            for unit in [&device.unit, unit] {
                actor.must_be_able_to_at(Act::EnrolDevices, sql, unit)?;
            }
            if to.is_some() {
                actor.must_be_proved(now)?;
            }
            if find(sql, &device.id)?.as_ref() != Some(device) {
                let message = "Somebody changed this device meanwhile. Look again.";
                return Err(Refused::new(Code::ChangedMeanwhile, message));
            }
            let id = device.id.to_string();
            if to.is_some() {
                must_collect(sql, now, unit)?;
            }
            put(sql, &id, unit, post)?;
            let act = if to.is_some() { "move" } else { "configure" };
            Ok(audit(sql, now, &actor.name, act, &id)?)
        })
    }
}

/// The unit that answers are collected for on a day, where they were collected for `unit` before: its
/// only successor after its last day, and so on; itself otherwise.
fn heir(sql: &dyn Sql, day: Day, unit: &UnitId) -> Result<UnitId, StoreError> {
    const MOST_MERGERS: usize = 12;
    let mut now = unit.clone();
    for _ in 0..MOST_MERGERS {
        let Some(unit) = units::find(sql, &now)? else {
            break;
        };
        match (unit.valid_to, &unit.successors[..]) {
            (Some(last), [heir]) if last < day => now = heir.clone(),
            _ => break,
        }
    }
    let collects = units::find(sql, &now)?.is_some_and(|unit| unit.collects);
    Ok(if collects { now } else { unit.clone() })
}

/// Writes down where a device stands and what it asks.
pub(super) fn put(sql: &dyn Sql, id: &str, unit: &UnitId, post: &str) -> Result<(), StoreError> {
    sql.run(
        "UPDATE device SET unit = ?2, post = ?3 WHERE id = ?1",
        &[id.into(), unit.as_str().into(), post.into()],
    )?;
    stays(sql, id, unit)
}

/// Notes that a device stands at a unit, whose Ledger is to be told if it does not know it yet.
pub(super) fn stays(sql: &dyn Sql, id: &str, unit: &UnitId) -> Result<(), StoreError> {
    sql.run(
        "INSERT OR IGNORE INTO stay VALUES (?1, ?2, 0)",
        &[id.into(), unit.as_str().into()],
    )
}
