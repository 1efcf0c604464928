//! What is kept uncounted: shown in groups, released or kept for good by a person (rules L7, L8).
//! Never: an answer out; a record away, unless it is counted.

use super::entries::{Arrival, Entries, receipts, word};
use super::{Ledger, damaged, raise_version, unit};
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError, Value};
use serde::{Deserialize, Serialize};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{Commitment, DeviceId, FormId, ParcelHash, ResponseId, UnitId};
use survey::ledger::{Entry, Grounds, Kept, Receipt, judge_released};
use survey::release::Rhythm;
use survey::wire::batch::{CommentPart, Reason, Record};
use survey::wire::code::Code;
use survey::wire::quarantine::{Decided, Group, Which, is_releasable};
use survey::wire::{read, write};

/// Groups that a list shows: whoever makes up forms must not make it endless.
const MOST_GROUPS: i64 = 200;
/// Records that are judged again in one transaction when their form arrives.
const MOST_AT_ONCE: usize = 200;
/// A device that is not known here may have been enrolled this long before its records came in: what
/// it settled it keeps no longer (rule O7).
const DAYS_BEFORE: i64 = 45;

/// A record of the quarantine, on its way to be judged again here or in the Ledger that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRecord {
    id: ResponseId,
    hash: ParcelHash,
    body: String,
    /// The comment, redacted.
    text: Option<String>,
    commitment: Commitment,
    damaged: bool,
    /// The day of its receipt.
    day: Day,
    /// Where it came from, while receipts name it.
    device: Option<String>,
    /// The first day of that device, or the earliest that can be.
    enrolled: Day,
}

impl KeptRecord {
    fn record(&self) -> Record {
        let commitment = self.commitment;
        let has_comment = commitment != Commitment::NONE;
        Record {
            id: self.id,
            body: self.body.clone(),
            comment: has_comment.then_some(CommentPart::Gone { commitment }),
            hash: self.hash,
            damaged: self.damaged,
        }
    }
}

/// What judging again needs to know.
#[derive(Clone, Copy)]
pub struct Bench<'a> {
    /// The forms known here.
    pub forms: &'a [Form],
    /// The server's clock.
    pub now: Millis,
    /// When what waits is released.
    pub rhythm: Rhythm,
}

/// The quarantine with what a group is told by. What a stranger wrote is looked at for its length
/// first, and read as an id later.
const SEEN: &str = "WITH seen AS (
      SELECT quarantine.id, quarantine.hash, quarantine.reason, quarantine.day, raw,
        CASE WHEN json_valid(raw ->> 0) AND length(raw ->> 0 ->> 'form') = 64
          THEN CAST(raw ->> 0 ->> 'form' AS TEXT) END AS form,
        CASE WHEN quarantine.reason = 'unknown-unit' AND json_valid(raw ->> 0)
            AND length(raw ->> 0 ->> 'unit') <= 32
          THEN CAST(raw ->> 0 ->> 'unit' AS TEXT) END AS names,
        receipt.device AS sender,
        CASE quarantine.reason WHEN 'unverified-device' THEN receipt.device END AS device,
        kept.id IS NOT NULL AS is_kept
      FROM quarantine JOIN receipt USING (id, hash) LEFT JOIN kept USING (id, hash))";

impl<S: Store> Ledger<S> {
    /// The groups, the largest first, and how many records are in groups beyond those shown.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn quarantined(&self, forms: &[Form]) -> Result<(Vec<Group>, u64), Refused> {
        self.0.atomically(|sql| {
            let Some(unit) = unit(sql)? else {
                return Ok((Vec::new(), 0));
            };
            let statement = format!(
                "{SEEN} SELECT reason, form, names, device, is_kept, count(*), min(day), max(day)
                 FROM seen GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 7, 1, 2, 3, 4, 5 LIMIT ?1"
            );
            let rows = sql.rows(&statement, &[MOST_GROUPS.into()])?;
            let groups = rows.iter().map(|row| group(row, &unit, forms));
            let mut groups: Vec<Group> = groups.collect::<Result<_, _>>()?;
            // What is written differently and read as the same nothing is one group.
            groups.sort_by(|one, other| one.which.cmp(&other.which));
            groups.dedup_by(|next, first| {
                let is_same = next.which == first.which;
                if is_same {
                    first.count += next.count;
                    first.oldest = first.oldest.min(next.oldest);
                    first.newest = first.newest.max(next.newest);
                }
                is_same
            });
            groups.sort_by_key(|group| std::cmp::Reverse(group.count));
            let all = sql.first("SELECT count(*) FROM quarantine", &[])?;
            let all = all.map_or(Ok(0), |row| row.integer(0))?;
            let shown: u64 = groups.iter().map(|group| group.count).sum();
            let all = u64::try_from(all).map_err(|_| damaged())?;
            Ok((groups, all.saturating_sub(shown)))
        })
    }

    /// Keeps a group as it is, uncounted, and says so to whoever looks again.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] when there are others in the group than were looked at.
    pub fn keep(&self, which: &Which, count: u64) -> Result<Decided, Refused> {
        self.0.atomically(|sql| {
            let rows = members(sql, which, count)?;
            for row in &rows {
                sql.run(
                    "INSERT INTO kept VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    &[row.text(0)?.into(), row.text(1)?.into()],
                )?;
            }
            Ok(Decided {
                kept: count,
                ..Decided::default()
            })
        })
    }

    /// Judges a group again, as if a key that was valid then had sent it on its day of receipt. What
    /// counts leaves the quarantine with its receipt, response and tally in one transaction; what
    /// does not stays, under the reason for which it cannot count now.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] as [`Ledger::keep`]; [`Code::BadValue`] for a reason that is never released.
    pub fn release(&self, which: &Which, count: u64, bench: Bench) -> Result<Decided, Refused> {
        may_release(which.reason)?;
        self.0.atomically(|sql| {
            let rows = members(sql, which, count)?;
            let records = rows.iter().map(|row| kept_record(sql, row));
            let records: Vec<_> = records.collect::<Result<_, _>>()?;
            count_released(sql, &records, bench)
        })
    }

    /// Counts what waits for a form that is known by now, as if it came in today: a form that was added
    /// meets answers that were given under it before this Ledger had it (rule L8). What somebody
    /// decided to keep stays. Returns how many were counted.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn count_of_known_forms(&self, bench: Bench) -> Result<u64, Refused> {
        let ids: Vec<_> = bench.forms.iter().map(Form::id).collect();
        let ids = write(&ids.iter().map(FormId::to_string).collect::<Vec<_>>());
        let statement = format!(
            "{SEEN} SELECT id, hash, day, raw, sender FROM seen
             WHERE reason = 'unknown-form' AND is_kept = 0
               AND form IN (SELECT value FROM json_each(?1)) LIMIT {MOST_AT_ONCE}"
        );
        let mut counted = 0;
        loop {
            let decided = self.0.atomically(|sql| {
                let rows = sql.rows(&statement, &[ids.as_str().into()])?;
                let records = rows.iter().map(|row| kept_record(sql, row));
                let records: Vec<_> = records.collect::<Result<_, StoreError>>()?;
                count_released(sql, &records, bench)
            })?;
            counted += decided.counted;
            // What is judged leaves the quarantine, or stays under another reason.
            if decided == Decided::default() {
                return Ok(counted);
            }
        }
    }

    /// The records of a group that name another unit, for that unit's Ledger. They stay here until it
    /// has them.
    ///
    /// # Errors
    /// [`Code::ChangedMeanwhile`] as [`Ledger::keep`].
    pub fn to_hand_over(&self, which: &Which, count: u64) -> Result<Vec<KeptRecord>, Refused> {
        self.0.atomically(|sql| {
            let rows = members(sql, which, count)?;
            let records = rows.iter().map(|row| kept_record(sql, row));
            Ok(records.collect::<Result<_, StoreError>>()?)
        })
    }

    /// Takes records that another unit's Ledger kept because they name this one. Each is counted or
    /// kept here, once.
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn take_over(&self, records: &[KeptRecord], bench: Bench) -> Result<Decided, Refused> {
        self.0.atomically(|sql| count_released(sql, records, bench))
    }

    /// The other Ledger has these: they leave the quarantine here. Their receipts stay (L13).
    ///
    /// # Errors
    /// Broken when the store fails.
    pub fn handed_over(&self, records: &[KeptRecord]) -> Result<(), Refused> {
        self.0.atomically(|sql| {
            for record in records {
                forget(sql, record)?;
            }
            raise_version(sql)?;
            Ok(())
        })
    }
}

/// Refuses a release that could only count what is damaged, or an id twice.
fn may_release(reason: Reason) -> Result<(), Refused> {
    if is_releasable(reason) {
        return Ok(());
    }
    let message = "Records kept for this reason are never counted. Keep them.";
    Err(Refused::new(Code::BadValue, message))
}

fn group(row: &Row, unit: &UnitId, forms: &[Form]) -> Result<Group, StoreError> {
    let day = |column| Day::parse(row.text(column)?).ok_or_else(damaged);
    let form = row.maybe_text(1)?.and_then(|id| FormId::parse(id).ok());
    let device = row.maybe_text(3)?;
    Ok(Group {
        which: Which {
            unit: unit.clone(),
            reason: read(&format!("\"{}\"", row.text(0)?)).map_err(|_| damaged())?,
            form,
            names: row.maybe_text(2)?.and_then(|id| UnitId::parse(id).ok()),
            device: device.and_then(|id| DeviceId::parse(id).ok()),
            kept: row.integer(4)? != 0,
        },
        form_code: forms
            .iter()
            .find(|known| Some(known.id()) == form)
            .map(|form| form.code().to_owned()),
        count: u64::try_from(row.integer(5)?).map_err(|_| damaged())?,
        oldest: day(6)?,
        newest: day(7)?,
    })
}

/// The rows of a group, if they are as many as were looked at: id, hash, day, raw, sender.
fn members(sql: &dyn Sql, which: &Which, count: u64) -> Result<Vec<Row>, Refused> {
    let statement = format!(
        "{SEEN} SELECT id, hash, day, raw, sender, form, names FROM seen
         WHERE reason = ?1 AND device IS ?2 AND is_kept = ?3"
    );
    let device: Option<String> = which.device.map(|id| id.to_string());
    let values: [Value; 3] = [word(which.reason).into(), device.into(), which.kept.into()];
    let mut rows = sql.rows(&statement, &values)?;
    let is_member = |row: &Row| -> Result<bool, StoreError> {
        let form = row.maybe_text(5)?.and_then(|id| FormId::parse(id).ok());
        let names = row.maybe_text(6)?.and_then(|id| UnitId::parse(id).ok());
        Ok(form == which.form && names == which.names)
    };
    let mut all_read = Ok(());
    rows.retain(|row| {
        is_member(row).unwrap_or_else(|error| {
            all_read = Err(error);
            false
        })
    });
    all_read?;
    if u64::try_from(rows.len()) == Ok(count) {
        Ok(rows)
    } else {
        let message = "What is kept has changed since it was looked at. Look again.";
        Err(Refused::new(Code::ChangedMeanwhile, message))
    }
}

fn kept_record(sql: &dyn Sql, row: &Row) -> Result<KeptRecord, StoreError> {
    let (body, text, commitment, damaged_then): (String, Option<String>, Commitment, bool) =
        read(row.text(3)?).map_err(|_| damaged())?;
    let day = Day::parse(row.text(2)?).ok_or_else(damaged)?;
    let device = row.maybe_text(4)?.map(str::to_owned);
    let enrolled = sql.first(
        "SELECT enrolled FROM device WHERE id = ?1",
        &[device.clone().into()],
    )?;
    let enrolled = match enrolled {
        Some(row) => Day::parse(row.text(0)?).ok_or_else(damaged)?,
        None => day.plus(-DAYS_BEFORE),
    };
    Ok(KeptRecord {
        id: ResponseId::parse(row.text(0)?).map_err(|_| damaged())?,
        hash: ParcelHash::parse(row.text(1)?).map_err(|_| damaged())?,
        body,
        text,
        commitment,
        damaged: damaged_then,
        day,
        device,
        enrolled,
    })
}

fn count_released(
    sql: &dyn Sql,
    released: &[KeptRecord],
    bench: Bench,
) -> Result<Decided, Refused> {
    let Some(unit) = unit(sql)? else {
        return Err(Refused::broken("a Ledger counts before it knows its unit"));
    };
    let ids: Vec<_> = released.iter().map(|kept| kept.id).collect();
    let mut receipts = receipts(sql, &ids)?;
    let (mut decided, mut entries) = (Decided::default(), Entries::default());
    for kept in released {
        let known = receipts.entry(kept.id).or_default();
        let is_here = known.iter().any(|receipt| receipt.hash == Some(kept.hash));
        let record = kept.record();
        let grounds = Grounds {
            unit: &unit,
            forms: bench.forms,
            today: kept.day,
        };
        let entry = match judge_released(&record, known, kept.enrolled, &grounds) {
            Ok(None) => {
                decided.already += 1;
                forget(sql, kept)?;
                continue;
            }
            Ok(Some(counted)) => {
                decided.counted += 1;
                // Two contents under one id in one group: the first one wins (rule L5).
                known.retain(|receipt| receipt.hash != Some(kept.hash));
                known.push(Receipt {
                    hash: Some(kept.hash),
                    kept: Kept::Counted,
                });
                Entry::Count(counted)
            }
            Err(reason) => {
                decided.kept += 1;
                if is_here {
                    stay(sql, kept, reason)?;
                    continue;
                }
                Entry::Quarantine(reason)
            }
        };
        let arrival = Arrival {
            record: &record,
            kept_text: kept.text.clone(),
            device: kept.device.clone(),
            day: kept.day,
            is_kept: is_here,
        };
        entries.add(arrival, entry)?;
    }
    if !entries.is_empty() {
        entries.write(sql)?;
        raise_version(sql)?;
        super::release::look(sql, bench.now, bench.rhythm)?;
    }
    Ok(decided)
}

/// A record leaves the quarantine; its receipt stays.
fn forget(sql: &dyn Sql, kept: &KeptRecord) -> Result<(), StoreError> {
    let key: [Value; 2] = [kept.id.to_string().into(), kept.hash.to_string().into()];
    for table in ["quarantine", "kept"] {
        let statement = format!("DELETE FROM {table} WHERE id = ?1 AND hash = ?2");
        sql.run(&statement, &key)?;
    }
    Ok(())
}

/// A record stays, under the reason for which it cannot count now. Its receipt keeps the first.
fn stay(sql: &dyn Sql, kept: &KeptRecord, reason: Reason) -> Result<(), StoreError> {
    sql.run(
        "UPDATE quarantine SET reason = ?3 WHERE id = ?1 AND hash = ?2",
        &[
            kept.id.to_string().into(),
            kept.hash.to_string().into(),
            word(reason).into(),
        ],
    )
}

/// The comment that the quarantine keeps for a record, redacted.
pub(super) fn kept_text(sql: &dyn Sql, record: &Record) -> Result<Option<String>, StoreError> {
    let row = sql.first(
        "SELECT raw ->> 1 FROM quarantine WHERE id = ?1 AND hash = ?2",
        &[record.id.to_string().into(), record.hash.to_string().into()],
    )?;
    let text = row.map(|row| row.maybe_text(0).map(|text| text.map(str::to_owned)));
    Ok(text.transpose()?.flatten())
}
