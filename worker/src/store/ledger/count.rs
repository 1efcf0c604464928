//! Counting what was handed in: receipts, responses and tallies in one transaction (rules L2, L3).

use super::entries::{Arrival, Entries, receipts};
use super::facts::Facts;
use super::quarantine::kept_text;
use super::{Ledger, damaged, devices, number, set_number, today};
use crate::refused::Refused;
use crate::store::port::{Sql, Store, StoreError};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{DeviceId, ResponseId, UnitId};
use survey::ledger::{Entry, Grounds, Judgement, Sender, judge};
use survey::release::Rhythm;
use survey::wire::batch::{Batch, CommentPart, Record, RecordVerdict};
use survey::wire::code::Code;

/// Records a day that one device without a valid key may leave in the quarantine (rule W8); all
/// devices that are not known here share one such number.
const MOST_UNVERIFIED_A_DAY: i64 = 2_000;

/// An upload that is about to be counted.
#[derive(Clone, Copy)]
pub struct Upload<'a> {
    /// The batch.
    pub batch: &'a Batch,
    /// SHA-256 of its bytes.
    pub digest: &'a str,
    /// Whether the key was valid.
    pub sender: Sender,
    /// The forms known here.
    pub forms: &'a [Form],
    /// The server's clock.
    pub now: Millis,
    /// When what waits is released.
    pub rhythm: Rhythm,
}

/// Records from a rescue file (rule O14) that are about to be counted.
#[derive(Clone, Copy)]
pub struct Rescue<'a> {
    /// The device that exported them.
    pub device: DeviceId,
    /// Whether it signed them with a valid key of this unit.
    pub sender: Sender,
    /// Whether the daily limit of rule W8 holds: not where an operator hands the file in.
    pub is_limited: bool,
    /// The records.
    pub records: &'a [Record],
    /// The forms known here.
    pub forms: &'a [Form],
    /// The server's clock.
    pub now: Millis,
    /// When what waits is released.
    pub rhythm: Rhythm,
}

/// What both have in common.
#[derive(Clone, Copy)]
struct Delivery<'a> {
    device: DeviceId,
    sender: Sender,
    is_limited: bool,
    forms: &'a [Form],
    now: Millis,
    today: Day,
    rhythm: Rhythm,
    /// The batch around the records, and its digest.
    batch: Option<(&'a Batch, &'a str)>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// One for each record that was judged.
    pub verdicts: Vec<RecordVerdict>,
    /// Records without a verdict: to be sent again.
    pub unread: Vec<ResponseId>,
    /// The restore ordinal.
    pub restore: u32,
    /// The Ledger's version.
    pub version: u64,
    /// Whether the Rollup above has not acknowledged what is released here.
    pub is_untold: bool,
}

impl<S: Store> Ledger<S> {
    /// Judges every record alone and writes all that follows in one transaction. When that fails,
    /// nothing of it stays, and the records are tried one by one, so that one that breaks us cannot
    /// hold the others; it gets no verdict.
    ///
    /// # Errors
    /// [`Code::SlowDown`] beyond the limit of rule W8; broken when not even a single record can be
    /// written.
    pub fn count(&self, upload: Upload) -> Result<Count, Refused> {
        let delivery = Delivery {
            device: upload.batch.device,
            sender: upload.sender,
            is_limited: true,
            forms: upload.forms,
            now: upload.now,
            today: today(upload.now)?,
            rhythm: upload.rhythm,
            batch: Some((upload.batch, upload.digest)),
        };
        self.take(delivery, &upload.batch.records)
    }

    /// As [`Ledger::count`], for records that did not come in a batch: the device is not heard.
    ///
    /// # Errors
    /// As [`Ledger::count`].
    pub fn rescue(&self, rescue: Rescue) -> Result<Count, Refused> {
        let delivery = Delivery {
            device: rescue.device,
            sender: rescue.sender,
            is_limited: rescue.is_limited,
            forms: rescue.forms,
            now: rescue.now,
            today: today(rescue.now)?,
            rhythm: rescue.rhythm,
            batch: None,
        };
        self.take(delivery, rescue.records)
    }

    fn take(&self, delivery: Delivery, records: &[Record]) -> Result<Count, Refused> {
        let records: Vec<&Record> = records.iter().collect();
        match self.take_together(delivery, &records) {
            Err(refused) if refused.code != Code::SlowDown => {}
            done => return done,
        }
        let mut all = self.take_together(delivery, &[])?;
        for record in records {
            match self.take_together(delivery, &[record]) {
                Ok(one) => {
                    all.verdicts.extend(one.verdicts);
                    all.unread.extend(one.unread);
                    all.version = one.version;
                }
                Err(_) => all.unread.push(record.id),
            }
        }
        Ok(all)
    }

    fn take_together(&self, delivery: Delivery, records: &[&Record]) -> Result<Count, Refused> {
        let Delivery { now, rhythm, .. } = delivery;
        self.0.atomically(|sql| {
            let mut facts = Facts::read(sql)?;
            // On all but the first batch after a release there is nothing to look at, before and after.
            let is_quiet = facts.is_quiet(now, rhythm);
            if !is_quiet {
                super::release::look(sql, now, rhythm)?;
                facts = Facts::read(sql)?;
            }
            if let (Sender::Verified { .. }, Some((batch, digest))) =
                (delivery.sender, delivery.batch)
            {
                devices::hear(sql, batch, digest, now, delivery.today)?;
            }
            let mut count = Count::default();
            let mut entries = Entries::default();
            let unit = facts.unit()?;
            judge_all(sql, (delivery, unit), records, &mut count, &mut entries)?;
            let mut version = facts.number("version");
            if !entries.is_empty() {
                entries.write(sql)?;
                version += 1;
                set_number(sql, "version", version)?;
                if !is_quiet {
                    super::release::look(sql, now, rhythm)?;
                    facts = Facts::read(sql)?;
                    version = facts.number("version");
                }
            }
            count.restore = u32::try_from(facts.number("restore")).map_err(|_| damaged())?;
            count.version = u64::try_from(version).map_err(|_| damaged())?;
            count.is_untold = facts.is_untold()?;
            Ok(count)
        })
    }
}

fn judge_all(
    sql: &dyn Sql,
    (delivery, unit): (Delivery, Option<UnitId>),
    records: &[&Record],
    count: &mut Count,
    entries: &mut Entries,
) -> Result<(), Refused> {
    let Some(unit) = unit else {
        return Err(Refused::broken("a Ledger counts before it knows its unit"));
    };
    let grounds = Grounds {
        unit: &unit,
        forms: delivery.forms,
        today: delivery.today,
    };
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let mut receipts = receipts(sql, &ids)?;
    for record in records {
        // A reply has one verdict for an id; a second record under it waits for the next batch.
        if count.verdicts.iter().any(|verdict| verdict.id == record.id) {
            continue;
        }
        let known = receipts.entry(record.id).or_default();
        match judge(record, known, delivery.sender, &grounds) {
            Judgement::Unread => count.unread.push(record.id),
            Judgement::Decided { verdict, entry } => {
                let is_kept = known
                    .iter()
                    .any(|receipt| receipt.hash == Some(record.hash));
                // The text may have gone with the first verdict (O7); then the quarantine has it.
                let is_gone = matches!(record.comment, Some(CommentPart::Gone { .. }));
                let is_counted_now = matches!(entry, Entry::Count(_));
                let kept_text = if is_kept && is_gone && is_counted_now {
                    kept_text(sql, record)?
                } else {
                    None
                };
                count.verdicts.push(verdict);
                let arrival = Arrival {
                    record,
                    kept_text,
                    device: Some(delivery.device.to_string()),
                    day: delivery.today,
                    is_kept,
                };
                entries.add(arrival, entry)?;
            }
        }
    }
    if matches!(delivery.sender, Sender::Unverified) {
        let more = i64::try_from(entries.newly_kept()).map_err(|_| damaged())?;
        note_unverified(sql, delivery, more)?;
    }
    Ok(())
}

/// Counts records that came without a valid key and are new here, and refuses what is too much for a
/// day (rule W8). Nothing of it is kept then.
fn note_unverified(sql: &dyn Sql, delivery: Delivery, more: i64) -> Result<(), Refused> {
    let id = delivery.device.to_string();
    let today = delivery.today.to_string();
    let row = sql.first(
        "SELECT CASE unverified_day WHEN ?2 THEN unverified ELSE 0 END FROM device WHERE id = ?1",
        &[id.as_str().into(), today.as_str().into()],
    )?;
    let known = row.map(|row| row.integer(0)).transpose()?;
    let so_far = match known {
        Some(so_far) => so_far,
        None => strangers(sql, delivery.today)?,
    };
    let sum = so_far.saturating_add(more);
    if delivery.is_limited && more > 0 && sum > MOST_UNVERIFIED_A_DAY {
        return Err(Refused::slow_down(3_600));
    }
    if known.is_some() {
        sql.run(
            "UPDATE device SET unverified = ?3, unverified_day = ?2 WHERE id = ?1",
            &[id.into(), today.into(), sum.into()],
        )?;
    } else {
        set_number(sql, "strangers_ms", delivery.today.starts().0)?;
        set_number(sql, "strangers", sum)?;
    }
    Ok(())
}

/// Records that devices unknown here left in the quarantine on a day.
fn strangers(sql: &dyn Sql, today: Day) -> Result<i64, StoreError> {
    if number(sql, "strangers_ms")? == today.starts().0 {
        number(sql, "strangers")
    } else {
        Ok(0)
    }
}
