//! Enrolment codes and devices.

use super::{Directory, actor, audit, fleet, forms, number, today, units};
use crate::access::enrolment::{self, Code as EnrolmentCode, Kept, Try, judge};
use crate::access::{Act, token};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError};
use serde::{Deserialize, Serialize};
use survey::day::{MINUTE_MS, Millis};
use survey::id::{DeviceId, UnitId};
use survey::wire::code::Code;
use survey::wire::manager::Unit;

/// A one-time code that was just drawn. Shown once; only a digest is kept.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// As people read it.
    pub code: String,
    /// When it ends.
    pub ends: Millis,
}

/// A device as the Directory knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// The unit whose Ledger counts what it sends.
    pub unit: UnitId,
    /// Its public key, base64url of the 65 uncompressed bytes.
    pub key: String,
    /// Where it stands and what it asks, as JSON.
    pub post: String,
    /// Its first day.
    pub enrolled: String,
    /// The day on which its key was ended.
    pub revoked: Option<String>,
}

/// What a Ledger must know: the devices of its unit, the nodes above it, the restore ordinal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The Ledger's unit.
    pub unit: UnitId,
    /// The nodes whose Rollups sum this Ledger, nearest first: those above the unit, and the unit
    /// itself where it has units below it.
    pub above: Vec<UnitId>,
    /// Rule L12.
    pub restore: u32,
    /// Every device that was ever enrolled at the unit.
    pub devices: Vec<Known>,
    /// The files of all forms that were added to the house.
    #[serde(default)]
    pub forms: Vec<String>,
}

/// Which Ledgers have something to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// Those with a device that is new or changed: it may be sending already.
    Devices,
    /// These, and those that lack a form: what names it waits there until they have it (rule L8).
    All,
}

/// A device as a Ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Its id.
    pub id: DeviceId,
    /// Its public key.
    pub key: String,
    /// Whether the key still holds.
    pub is_active: bool,
    /// The day of its enrolment (rule T3).
    pub enrolled: survey::day::Day,
}

impl<S: Store> Directory<S> {
    /// Draws a one-time code for a device at a unit, to stand at `post`.
    ///
    /// # Errors
    /// [`Code::BadValue`] for a unit that does not collect, [`Code::ProveAgain`], or the caller's own
    /// rights.
    pub fn draw_code(
        &self,
        session: Option<&str>,
        now: Millis,
        unit: &UnitId,
        post: &str,
    ) -> Result<NewCode, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            actor.must_be_able_to_at(Act::EnrolDevices, sql, unit)?;
            actor.must_be_proved(now)?;
            must_collect(sql, now, unit)?;
            sql.run(
                "DELETE FROM code WHERE ends_ms < ?1",
                &[now.plus(-enrolment::LIFE_MS).0.into()],
            )?;
            let open = sql.first("SELECT count(*) FROM code", &[])?;
            if open.map_or(Ok(0), |row| row.integer(0))? >= enrolment::MOST_OPEN {
                return Err(Refused::slow_down(600));
            }
            let code = loop {
                let code = EnrolmentCode::draw(token::random()?);
                let taken = "SELECT 1 FROM code WHERE handle = ?1";
                if sql.first(taken, &[code.handle().into()])?.is_none() {
                    break code;
                }
            };
            let ends = now.plus(enrolment::LIFE_MS);
            sql.run(
                "INSERT INTO code VALUES (?1, ?2, ?3, 0, 0, ?4, ?5)",
                &[
                    code.handle().into(),
                    token::digest(code.secret()).into(),
                    ends.0.into(),
                    unit.as_str().into(),
                    post.into(),
                ],
            )?;
            audit(sql, now, &actor.name, "draw-code", unit.as_str())?;
            Ok(NewCode {
                code: code.shown(),
                ends,
            })
        })
    }

    /// Enrols a device with a code, whose key it has proved to hold.
    ///
    /// # Errors
    /// [`Code::WrongCode`], [`Code::ExpiredCode`], [`Code::SlowDown`].
    pub fn enrol(&self, now: Millis, typed: &str, key: &str) -> Result<Device, Refused> {
        // A wrong try must be kept, so it is an outcome and not an error of the transaction.
        self.0.atomically(|sql| {
            let since = now.plus(-MINUTE_MS);
            sql.run(
                "DELETE FROM code_failure WHERE at_ms < ?1",
                &[since.0.into()],
            )?;
            let failures = sql.first("SELECT count(*) FROM code_failure", &[])?;
            let failures = failures.map_or(Ok(0), |row| row.integer(0))?;
            let is_flood = failures >= enrolment::MOST_FAILURES_A_MINUTE;
            match try_code(sql, now, typed, is_flood)? {
                // A right code opens whatever others tried: a flood of wrong ones must not keep an
                // honest office out. Each code still dies after five wrong tries of its own.
                Ok(row) => Ok::<_, Refused>(Ok(add_device(sql, now, &row, key)?)),
                Err(_) if is_flood => Ok(Err(Refused::slow_down(60))),
                Err(refused) => {
                    sql.run("INSERT INTO code_failure VALUES (?1)", &[now.0.into()])?;
                    Ok(Err(refused))
                }
            }
        })?
    }

    /// Ends a device's key. Ending it twice is no error.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::ProveAgain`], or the caller's own rights.
    pub fn revoke(
        &self,
        session: Option<&str>,
        now: Millis,
        id: &DeviceId,
    ) -> Result<UnitId, Refused> {
        self.0.atomically(|sql| {
            let actor = actor(sql, session, now)?;
            let device = find(sql, id)?.ok_or_else(Refused::not_found)?;
            actor.must_be_able_to_at(Act::RevokeDevices, sql, &device.unit)?;
            actor.must_be_proved(now)?;
            if device.revoked.is_none() {
                let id = id.to_string();
                sql.run(
                    "UPDATE device SET revoked = ?2 WHERE id = ?1",
                    &[id.as_str().into(), today(now)?.to_string().into()],
                )?;
                sql.run(
                    "UPDATE stay SET told = 0 WHERE device = ?1",
                    &[id.as_str().into()],
                )?;
                audit(sql, now, &actor.name, "revoke", &id)?;
            }
            Ok(device.unit)
        })
    }

    /// The device with this id.
    ///
    /// # Errors
    /// [`Code::UnknownDevice`].
    pub fn device(&self, id: &DeviceId) -> Result<Device, Refused> {
        let device = self
            .0
            .atomically(|sql| find(sql, id).map_err(Refused::from))?;
        device.ok_or_else(Refused::unknown_device)
    }

    /// The devices that an account may see at a unit and below it.
    ///
    /// # Errors
    /// [`Code::SignedOut`].
    pub fn devices(&self, session: Option<&str>, now: Millis) -> Result<Vec<Device>, Refused> {
        let seen = self.units(session, now)?;
        self.0.atomically(|sql| {
            actor(sql, session, now)?.must_be_able_to(Act::SeeDevices)?;
            let ids: Vec<_> = seen.iter().map(|unit| unit.id.as_str()).collect();
            let rows = sql.rows(
                "SELECT id, unit, key, post, enrolled, revoked FROM device
                 WHERE unit IN (SELECT value FROM json_each(?1)) ORDER BY unit, enrolled, id",
                &[survey::wire::write(&ids).into()],
            )?;
            Ok(rows.iter().map(device).collect::<Result<_, _>>()?)
        })
    }

    /// The units at or below one that have, or had, a device: those that have a Ledger.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn counting_units(&self, root: Option<&UnitId>) -> Result<Vec<UnitId>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "WITH RECURSIVE below (id) AS (
                   SELECT id FROM unit WHERE id = ?1 OR (?1 IS NULL AND parent IS NULL)
                   UNION SELECT unit.id FROM unit JOIN below ON unit.parent = below.id)
                 SELECT DISTINCT stay.unit FROM stay JOIN below ON below.id = stay.unit",
                &[root.map(UnitId::as_str).into()],
            )?;
            let ids = rows.iter().map(|row| units::id_in(row.text(0)?));
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// Whether a unit has a Ledger.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn counts(&self, unit: &UnitId) -> Result<bool, Refused> {
        self.0.atomically(|sql| {
            let stood = "SELECT 1 FROM stay WHERE unit = ?1";
            Ok(sql.first(stood, &[unit.as_str().into()])?.is_some())
        })
    }

    /// The units whose Ledgers have not been told something yet, at most 500.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn untold(&self, what: Untold) -> Result<Vec<UnitId>, Refused> {
        let told = match what {
            Untold::Devices => "told = 0",
            Untold::All => "told = 0 OR told = 2",
        };
        let statement = format!("SELECT DISTINCT unit FROM stay WHERE {told} LIMIT 500");
        self.0.atomically(|sql| {
            let rows = sql.rows(&statement, &[])?;
            let units = rows.iter().map(|row| units::id_in(row.text(0)?));
            Ok(units.collect::<Result<_, _>>()?)
        })
    }

    /// What the Ledger of a unit must know.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn news(&self, unit: &UnitId) -> Result<Enrolled, Refused> {
        self.0.atomically(|sql| Ok(enrolled(sql, unit.clone())?))
    }

    /// A Ledger has been told; what changed since then stays untold.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn told(&self, message: &Enrolled) -> Result<(), Refused> {
        let forms = u32::try_from(message.forms.len()).unwrap_or(u32::MAX);
        self.0.atomically(|sql| {
            for device in &message.devices {
                sql.run(
                    "UPDATE stay SET told = iif((SELECT count(*) FROM form) = ?4, 1, 2)
                     WHERE device = ?1 AND unit = ?2
                       AND (SELECT revoked IS NULL FROM device WHERE id = ?1) = ?3",
                    &[
                        device.id.to_string().into(),
                        message.unit.as_str().into(),
                        device.is_active.into(),
                        forms.into(),
                    ],
                )?;
            }
            Ok(())
        })
    }
}

/// Refuses a unit where no device may stand: one that collects nothing, or is closed.
pub(super) fn must_collect(sql: &dyn Sql, now: Millis, unit: &UnitId) -> Result<(), Refused> {
    let today = today(now)?;
    let is_open = |unit: &Unit| unit.valid_to.is_none_or(|last| last >= today);
    if units::find(sql, unit)?.is_some_and(|unit| unit.collects && is_open(&unit)) {
        return Ok(());
    }
    let message = "This unit collects no answers, or is closed. Choose one that does.";
    Err(Refused::new(Code::BadValue, message))
}

fn add_device(sql: &dyn Sql, now: Millis, code: &Row, key: &str) -> Result<Device, Refused> {
    let device = Device {
        id: DeviceId::from_random(token::random()?),
        unit: units::id_in(code.text(0)?)?,
        key: key.to_owned(),
        post: code.text(1)?.to_owned(),
        enrolled: today(now)?.to_string(),
        revoked: None,
    };
    let id = device.id.to_string();
    sql.run(
        "INSERT INTO device VALUES (?1, ?2, ?3, ?4, ?5, NULL, 1)",
        &[
            id.as_str().into(),
            device.unit.as_str().into(),
            device.key.as_str().into(),
            device.post.as_str().into(),
            device.enrolled.as_str().into(),
        ],
    )?;
    fleet::stays(sql, &id, &device.unit)?;
    audit(sql, now, &id, "enrol", device.unit.as_str())?;
    Ok(device)
}

/// The unit and post behind a code, or why it does not open; a wrong try wears it off, one of a flood
/// less than one of a person.
fn try_code(
    sql: &dyn Sql,
    now: Millis,
    typed: &str,
    is_flood: bool,
) -> Result<Result<Row, Refused>, StoreError> {
    let wrong = || {
        Refused::new(
            Code::WrongCode,
            "The enrolment code is wrong. Type it again.",
        )
    };
    let Some(code) = EnrolmentCode::parse(typed) else {
        return Ok(Err(wrong()));
    };
    let handle = code.handle();
    let row = sql.first(
        "SELECT unit, post, secret_digest, ends_ms, tries, is_used FROM code WHERE handle = ?1",
        &[handle.into()],
    )?;
    let kept = row.as_ref().map(kept).transpose()?;
    match (
        row,
        judge(kept.as_ref(), &token::digest(code.secret()), now),
    ) {
        (Some(row), Try::Right) => {
            sql.run(
                "UPDATE code SET is_used = 1 WHERE handle = ?1",
                &[handle.into()],
            )?;
            Ok(Ok(row))
        }
        (_, Try::Over) => {
            let message = "This enrolment code is over: ten minutes old, used, or tried too often. \
                           Ask for a new one.";
            Ok(Err(Refused::new(Code::ExpiredCode, message)))
        }
        _ => {
            let worn = if is_flood {
                enrolment::WORN_IN_A_FLOOD
            } else {
                enrolment::WORN_BY_A_TRY
            };
            sql.run(
                "UPDATE code SET tries = tries + ?2 WHERE handle = ?1",
                &[handle.into(), worn.into()],
            )?;
            Ok(Err(wrong()))
        }
    }
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        secret_digest: row.text(2)?.to_owned(),
        ends: Millis(row.integer(3)?),
        worn: row.integer(4)?,
        is_used: row.integer(5)? != 0,
    })
}

pub(super) fn find(sql: &dyn Sql, id: &DeviceId) -> Result<Option<Device>, StoreError> {
    let row = sql.first(
        "SELECT id, unit, key, post, enrolled, revoked FROM device WHERE id = ?1",
        &[id.to_string().into()],
    )?;
    row.as_ref().map(device).transpose()
}

fn device(row: &Row) -> Result<Device, StoreError> {
    let id = DeviceId::parse(row.text(0)?);
    Ok(Device {
        id: id.map_err(|_| StoreError("a device's id is damaged".into()))?,
        unit: units::id_in(row.text(1)?)?,
        key: row.text(2)?.to_owned(),
        post: row.text(3)?.to_owned(),
        enrolled: row.text(4)?.to_owned(),
        revoked: row.maybe_text(5)?.map(str::to_owned),
    })
}

fn enrolled(sql: &dyn Sql, unit: UnitId) -> Result<Enrolled, StoreError> {
    let rows = sql.rows(
        "SELECT id, device.unit, key, post, enrolled, revoked
         FROM device JOIN stay ON stay.device = device.id WHERE stay.unit = ?1",
        &[unit.as_str().into()],
    )?;
    let known = |row: &Row| {
        let device = device(row)?;
        let day = survey::day::Day::parse(&device.enrolled);
        Ok(Known {
            id: device.id,
            is_active: device.revoked.is_none(),
            enrolled: day.ok_or_else(|| StoreError("a device's day is damaged".into()))?,
            key: device.key,
        })
    };
    let mut above = units::with_all_above(sql, &unit)?;
    if !units::is_inner(sql, &unit)? {
        above.retain(|node| *node != unit);
    }
    Ok(Enrolled {
        above,
        restore: u32::try_from(number(sql, "restore")?).unwrap_or(u32::MAX),
        devices: rows.iter().map(known).collect::<Result<_, StoreError>>()?,
        forms: forms::files(sql)?,
        unit,
    })
}
