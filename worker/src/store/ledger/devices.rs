//! The devices of the unit: their keys, and how they last said they are.

use super::{Ledger, damaged, number, set_number};
use crate::forms::Forms;
use crate::refused::Refused;
use crate::store::directory::{Enrolled, Known};
use crate::store::forms;
use crate::store::port::{Row, Sql, Store, StoreError};
use serde::{Deserialize, Serialize};
use survey::day::{Day, Millis};
use survey::id::{AppHash, DeviceId};
use survey::rollup::Visits;
use survey::wire::batch::{Batch, Status};
use survey::wire::{read, write};

/// A device's last heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Which.
    pub device: DeviceId,
    /// When.
    pub at: Millis,
    /// Its clock minus the server's, in milliseconds.
    pub skew_ms: i64,
    /// Its build.
    pub app: AppHash,
    /// How it is.
    pub status: Status,
    /// The same number came with other bytes (W7): a copy of it sends, or an old backup of it.
    #[serde(default)]
    pub is_copied: bool,
}

/// How a device stands here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// As the Directory told.
    pub known: Known,
    /// Records that came without a valid key on [`Standing::unverified_day`].
    pub unverified: i64,
    /// The day of that count.
    pub unverified_day: Option<Day>,
}

/// Uploads by one device of which the number is remembered (rule W7).
const REMEMBERED_UPLOADS: u32 = 2_000;
/// How many uploads go by between two times of forgetting the oldest.
const FORGET_EVERY: u32 = 100;

/// Days back for which a device tells how many surveys were begun.
const OLDEST_VISIT_DAYS: i64 = 400;
/// Lives of a device's storage of which anything is remembered. An honest one has a new one after each
/// loss, and is not enrolled again after two without a promise (B6).
const MOST_EPOCHS: i64 = 30;

impl<S: Store> Ledger<S> {
    /// Takes what the Directory knows of this unit's devices, and the forms of the house. What is heard
    /// of a device stays, and so does every form.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn learn(&self, news: &Enrolled) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            let above = write(&news.above);
            for (name, value) in [("unit", news.unit.as_str()), ("above", &above)] {
                sql.run(
                    "INSERT INTO word VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                    &[name.into(), value.into()],
                )?;
            }
            if number(sql, "restore")? < news.restore.into() {
                restored(sql, news.restore)?;
            }
            forms::keep(sql, &news.forms)?;
            for device in &news.devices {
                sql.run(
                    "INSERT INTO device VALUES (?1, ?2, ?3, ?4, NULL, NULL, 0)
                     ON CONFLICT DO UPDATE SET is_active = excluded.is_active",
                    &[
                        device.id.to_string().into(),
                        device.key.as_str().into(),
                        device.is_active.into(),
                        device.enrolled.to_string().into(),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// The forms that are known here.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn forms(&self) -> Result<Forms, Refused> {
        self.0.atomically(|sql| Ok(forms::known(sql)?))
    }

    /// Keeps forms that something here named.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn keep_forms(&self, files: &[String]) -> Result<(), Refused> {
        self.0.atomically(|sql| Ok(forms::keep(sql, files)?))
    }

    /// How a device stands; `None` when it was never enrolled at this unit.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn standing(&self, id: DeviceId) -> Result<Option<Standing>, Refused> {
        self.0.reading(|sql| {
            let row = sql.first(
                "SELECT key, is_active, enrolled, unverified, unverified_day
                 FROM device WHERE id = ?1",
                &[id.to_string().into()],
            )?;
            Ok(row.map(|row| standing(id, &row)).transpose()?)
        })
    }

    /// The last heartbeat of every device that was heard.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn heard(&self) -> Result<Vec<Heard>, Refused> {
        self.0.atomically(|sql| {
            let rows = sql.rows(
                "SELECT heard, EXISTS(SELECT 1 FROM flag WHERE kind = 'fork' AND device = id)
                 FROM device WHERE heard IS NOT NULL",
                &[],
            )?;
            let heard = rows.iter().map(|row| {
                let heard: Heard = read(row.text(0)?).map_err(|_| damaged())?;
                Ok(Heard {
                    is_copied: row.integer(1)? != 0,
                    ..heard
                })
            });
            Ok(heard.collect::<Result<_, StoreError>>()?)
        })
    }
}

/// The deployment was restored (rule L12). What the Rollup above had acknowledged may be of a time
/// that was undone, and nothing is released until what is missing here has come back (rule L11).
fn restored(sql: &dyn Sql, restore: u32) -> Result<(), StoreError> {
    sql.run("DELETE FROM word WHERE name = 'told'", &[])?;
    set_number(sql, "restore", restore.into())?;
    set_number(sql, "refill", 1)?;
    set_number(sql, "refill_ms", 0)
}

fn standing(id: DeviceId, row: &Row) -> Result<Standing, StoreError> {
    Ok(Standing {
        known: Known {
            id,
            key: row.text(0)?.to_owned(),
            is_active: row.integer(1)? != 0,
            enrolled: Day::parse(row.text(2)?).ok_or_else(damaged)?,
        },
        unverified: row.integer(3)?,
        unverified_day: row.maybe_text(4)?.and_then(Day::parse),
    })
}

/// Writes down a heartbeat by a device with a valid key, and flags a number used twice (W7).
pub(super) fn hear(
    sql: &dyn Sql,
    batch: &Batch,
    digest: &str,
    now: Millis,
    today: Day,
) -> Result<(), StoreError> {
    let device = batch.device.to_string();
    let heard = Heard {
        device: batch.device,
        at: now,
        skew_ms: batch.clock.since(now),
        app: batch.app,
        status: batch.status.clone(),
        is_copied: false,
    };
    sql.run(
        "UPDATE device SET heard = ?2 WHERE id = ?1",
        &[device.as_str().into(), write(&heard).into()],
    )?;
    // A device that is not what it was would else fill the disk with days and epochs of its own making.
    let days = today.plus(-OLDEST_VISIT_DAYS)..=today.plus(1);
    let visits = [
        "SELECT 1 FROM visit WHERE device = ?1 AND epoch = ?2 LIMIT 1",
        "SELECT count(DISTINCT epoch) FROM visit WHERE device = ?1",
    ];
    let epoch = batch.epoch.to_string();
    let told = batch
        .status
        .days
        .iter()
        .filter(|day| days.contains(&day.day));
    let has_room = batch.status.days.is_empty() || has_room(sql, visits, &device, &epoch)?;
    for day in told.filter(|_| has_room) {
        sql.run(
            "INSERT INTO visit VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE
             SET opened = max(opened, excluded.opened),
                 abandoned = max(abandoned, excluded.abandoned)",
            &[
                device.as_str().into(),
                batch.epoch.to_string().into(),
                day.day.to_string().into(),
                day.opened.into(),
                day.abandoned.into(),
            ],
        )?;
    }
    number_used(sql, batch, &device, digest, today)
}

/// The surveys begun here, month by month, as far as they are kept (P14).
pub fn visits(sql: &dyn Sql) -> Result<Vec<Visits>, StoreError> {
    let months = sql.rows(
        "SELECT substr(day, 1, 7), sum(opened), sum(abandoned) FROM visit GROUP BY 1 ORDER BY 1",
        &[],
    )?;
    let whole = |row: &Row, at| -> Result<u64, StoreError> {
        u64::try_from(row.integer(at)?).map_err(|_| damaged())
    };
    months
        .iter()
        .map(|row| {
            Ok(Visits {
                month: row.text(0)?.into(),
                opened: whole(row, 1)?,
                abandoned: whole(row, 2)?,
            })
        })
        .collect()
}

/// Whether there is room for a device's epoch: it is known, or few are.
fn has_room(
    sql: &dyn Sql,
    [known, all]: [&str; 2],
    device: &str,
    epoch: &str,
) -> Result<bool, StoreError> {
    if sql.first(known, &[device.into(), epoch.into()])?.is_some() {
        return Ok(true);
    }
    has_room_for_one(sql, all, device)
}

/// Whether few of a device's epochs are known.
fn has_room_for_one(sql: &dyn Sql, all: &str, device: &str) -> Result<bool, StoreError> {
    let epochs = sql.first(all, &[device.into()])?;
    Ok(epochs.map_or(Ok(0), |row| row.integer(0))? < MOST_EPOCHS)
}

fn number_used(
    sql: &dyn Sql,
    batch: &Batch,
    device: &str,
    digest: &str,
    today: Day,
) -> Result<(), StoreError> {
    let epoch = batch.epoch.to_string();
    let row = sql.first(
        "SELECT (SELECT digest FROM upload WHERE device = ?1 AND epoch = ?2 AND no = ?3),
           EXISTS(SELECT 1 FROM upload WHERE device = ?1 AND epoch = ?2)",
        &[device.into(), epoch.as_str().into(), batch.no.into()],
    )?;
    let row = row.ok_or_else(damaged)?;
    let is_known_epoch = row.integer(1)? != 0;
    match row.maybe_text(0)? {
        Some(earlier) if earlier == digest => Ok(()),
        Some(_) => sql.run(
            "INSERT INTO flag VALUES ('fork', ?1, ?2, 1)
             ON CONFLICT DO UPDATE SET times = times + 1",
            &[device.into(), today.to_string().into()],
        ),
        None => {
            let epochs = "SELECT count(DISTINCT epoch) FROM upload WHERE device = ?1";
            if !is_known_epoch && !has_room_for_one(sql, epochs, device)? {
                sql.run("DELETE FROM upload WHERE device = ?1", &[device.into()])?;
            }
            sql.run(
                "INSERT INTO upload VALUES (?1, ?2, ?3, ?4)",
                &[
                    device.into(),
                    epoch.as_str().into(),
                    batch.no.into(),
                    digest.into(),
                ],
            )?;
            if !batch.no.is_multiple_of(FORGET_EVERY) {
                return Ok(());
            }
            sql.run(
                "DELETE FROM upload WHERE device = ?1 AND epoch = ?2 AND no < ?3",
                &[
                    device.into(),
                    epoch.into(),
                    batch.no.saturating_sub(REMEMBERED_UPLOADS).into(),
                ],
            )
        }
    }
}
