//! Counting a batch: receipts, responses and tallies in one transaction (rules L2, L3).

use super::{Ledger, damaged, devices, number, raise_version, today, unit};
use crate::access::token;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError, Value};
use std::collections::BTreeMap;
use survey::comment::redact;
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{FormId, ParcelHash, ResponseId};
use survey::ledger::{Counted, Desk, Entry, Judgement, Kept, Receipt, Sender, judge};
use survey::release::Rhythm;
use survey::score::Tally;
use survey::wire::batch::{Batch, Reason, Record, RecordVerdict};
use survey::wire::tally::{read_tally, write_tally};
use survey::wire::{read, write};

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
}

/// What a batch adds to the tables, collected so that each table takes one statement.
#[derive(Default)]
struct Entries {
    receipts: Vec<[String; 3]>,
    responses: Vec<[String; 5]>,
    quarantined: Vec<[String; 5]>,
    comments: Vec<(String, String, String, String, bool)>,
    cells: BTreeMap<(FormId, Day), Tally>,
    counted: i64,
    is_rejudged: bool,
}

impl<S: Store> Ledger<S> {
    /// Judges every record alone and writes all that follows in one transaction. When that fails,
    /// nothing of it stays, and the records are tried one by one, so that one that breaks us cannot
    /// hold the others; it gets no verdict.
    ///
    /// # Errors
    /// Broken when not even a single record can be written.
    pub fn count(&self, upload: Upload) -> Result<Count, Refused> {
        let records: Vec<&Record> = upload.batch.records.iter().collect();
        if let Ok(count) = self.count_together(upload, &records) {
            return Ok(count);
        }
        let mut all = self.count_together(upload, &[])?;
        for record in records {
            match self.count_together(upload, &[record]) {
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

    fn count_together(&self, upload: Upload, records: &[&Record]) -> Result<Count, Refused> {
        let today = today(upload.now)?;
        self.0.atomically(|sql| {
            super::release::look(sql, upload.now, upload.rhythm)?;
            if matches!(upload.sender, Sender::Verified { .. }) {
                devices::hear(sql, upload.batch, upload.digest, upload.now, today)?;
            }
            let mut count = Count::default();
            let mut entries = Entries::default();
            judge_all(sql, upload, records, today, &mut count, &mut entries)?;
            if !entries.receipts.is_empty() {
                entries.write(sql, &upload.batch.device.to_string(), today)?;
                raise_version(sql)?;
                super::release::look(sql, upload.now, upload.rhythm)?;
            }
            count.restore = u32::try_from(number(sql, "restore")?).map_err(|_| damaged())?;
            count.version = u64::try_from(number(sql, "version")?).map_err(|_| damaged())?;
            Ok(count)
        })
    }
}

fn judge_all(
    sql: &dyn Sql,
    upload: Upload,
    records: &[&Record],
    today: Day,
    count: &mut Count,
    entries: &mut Entries,
) -> Result<(), Refused> {
    let Some(unit) = unit(sql)? else {
        return Err(Refused::broken("a Ledger counts before it knows its unit"));
    };
    let desk = Desk {
        unit: &unit,
        forms: upload.forms,
        today,
    };
    let mut receipts = receipts(sql, records)?;
    for record in records {
        // A reply has one verdict for an id; a second record under it waits for the next batch.
        if count.verdicts.iter().any(|verdict| verdict.id == record.id) {
            continue;
        }
        let known = receipts.entry(record.id).or_default();
        match judge(record, known, upload.sender, &desk) {
            Judgement::Unread => count.unread.push(record.id),
            Judgement::Decided { verdict, entry } => {
                entries.is_rejudged |= !known.is_empty();
                count.verdicts.push(verdict);
                entries.add(record, entry, today)?;
            }
        }
    }
    if matches!(upload.sender, Sender::Unverified) {
        note_unverified(sql, upload.batch, records.len(), today)?;
    }
    Ok(())
}

fn receipts(
    sql: &dyn Sql,
    records: &[&Record],
) -> Result<BTreeMap<ResponseId, Vec<Receipt>>, StoreError> {
    let ids: Vec<_> = records.iter().map(|record| record.id).collect();
    let rows = sql.rows(
        "SELECT id, hash, verdict FROM receipt WHERE id IN (SELECT value FROM json_each(?1))",
        &[write(&ids).into()],
    )?;
    let mut receipts: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in &rows {
        let id = ResponseId::parse(row.text(0)?).map_err(|_| damaged())?;
        receipts.entry(id).or_default().push(receipt(row)?);
    }
    Ok(receipts)
}

const COUNTED: &str = "counted";

fn receipt(row: &Row) -> Result<Receipt, StoreError> {
    let kept = match row.text(2)? {
        COUNTED => Kept::Counted,
        reason => {
            let reason = read(&format!("\"{reason}\"")).map_err(|_| damaged())?;
            Kept::Quarantined(reason)
        }
    };
    Ok(Receipt {
        hash: ParcelHash::parse(row.text(1)?).map_err(|_| damaged())?,
        kept,
    })
}

fn word(reason: Reason) -> String {
    write(&reason).trim_matches('"').to_owned()
}

impl Entries {
    fn add(&mut self, record: &Record, entry: Entry, today: Day) -> Result<(), Refused> {
        let parcel = record.clone().into_parcel();
        let sealed = parcel.commitment.to_string();
        let comment = parcel.comment.map(|comment| redact(&comment.text));
        let (id, hash) = (record.id.to_string(), record.hash.to_string());
        match entry {
            Entry::Nothing => {}
            Entry::Quarantine(reason) => {
                let text = comment.map(|comment| comment.text);
                let raw = write(&(&record.body, text, sealed, record.damaged));
                let day = today.to_string();
                self.receipts.push([id.clone(), hash.clone(), word(reason)]);
                self.quarantined.push([id, hash, word(reason), day, raw]);
            }
            Entry::Count(counted) => {
                let form = counted.submission.response.form;
                if let Some(comment) = comment {
                    self.comments.push((
                        token::draw()?,
                        form.to_string(),
                        counted.day.month_slice(),
                        comment.text,
                        comment.needs_review,
                    ));
                }
                self.receipts.push([id.clone(), hash, COUNTED.to_owned()]);
                self.responses.push([
                    id,
                    form.to_string(),
                    counted.day.to_string(),
                    record.body.clone(),
                    sealed,
                ]);
                self.add_to_cell(form, *counted)?;
            }
        }
        Ok(())
    }

    fn add_to_cell(&mut self, form: FormId, counted: Counted) -> Result<(), Refused> {
        self.counted += 1;
        match self.cells.get_mut(&(form, counted.day)) {
            None => {
                self.cells.insert((form, counted.day), counted.tally);
                Ok(())
            }
            Some(sum) => sum
                .merge(&counted.tally)
                .map_err(|_| Refused::broken("tallies of one form do not merge")),
        }
    }

    fn write(&self, sql: &dyn Sql, device: &str, today: Day) -> Result<(), Refused> {
        // A record that was quarantined and now counts leaves the quarantine (rule L8).
        if self.is_rejudged {
            sql.run(
                "DELETE FROM quarantine WHERE (id, hash) IN
                   (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
                &[write(&self.receipts).into()],
            )?;
        }
        sql.run(
            "INSERT INTO receipt
             SELECT value ->> 0, value ->> 1, value ->> 2, ?2 FROM json_each(?1) WHERE true
             ON CONFLICT DO UPDATE SET verdict = excluded.verdict, device = excluded.device",
            &[write(&self.receipts).into(), device.into()],
        )?;
        if !self.responses.is_empty() {
            sql.run(
                "INSERT INTO response SELECT value ->> 0, value ->> 1, value ->> 2, 0,
                   value ->> 3, value ->> 4 FROM json_each(?1)",
                &[write(&self.responses).into()],
            )?;
            sql.run(
                "INSERT INTO received VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET responses = responses + excluded.responses",
                &[today.to_string().into(), self.counted.into()],
            )?;
        }
        if !self.quarantined.is_empty() {
            sql.run(
                "INSERT INTO quarantine SELECT value ->> 0, value ->> 1, value ->> 2,
                   value ->> 3, value ->> 4 FROM json_each(?1)",
                &[write(&self.quarantined).into()],
            )?;
        }
        if !self.comments.is_empty() {
            sql.run(
                "INSERT INTO comment SELECT value ->> 0, value ->> 1, value ->> 2,
                   value ->> 3, value ->> 4 FROM json_each(?1)",
                &[write(&self.comments).into()],
            )?;
        }
        for ((form, day), tally) in &self.cells {
            add_to_stored_cell(sql, *form, *day, tally)?;
        }
        Ok(())
    }
}

/// Adds a tally to what waits in a cell.
fn add_to_stored_cell(
    sql: &dyn Sql,
    form: FormId,
    day: Day,
    tally: &Tally,
) -> Result<(), StoreError> {
    let key: [Value; 2] = [form.to_string().into(), day.to_string().into()];
    let stored = sql.first(
        "SELECT tally FROM cell WHERE form = ?1 AND atom = 0 AND day = ?2",
        &key,
    )?;
    let mut sum = tally.clone();
    if let Some(row) = stored {
        let stored = read_tally(row.text(0)?).ok_or_else(damaged)?;
        sum.merge(&stored).map_err(|_| damaged())?;
    }
    let responses = i64::try_from(sum.people().responses).map_err(|_| damaged())?;
    let [form, day] = key;
    sql.run(
        "INSERT INTO cell VALUES (?1, ?2, 0, ?3, ?4) ON CONFLICT DO UPDATE
         SET responses = excluded.responses, tally = excluded.tally",
        &[form, day, responses.into(), write_tally(&sum).into()],
    )
}

/// Counts records that came without a valid key, for the daily limit of rule W8.
fn note_unverified(
    sql: &dyn Sql,
    batch: &Batch,
    records: usize,
    today: Day,
) -> Result<(), StoreError> {
    let records = i64::try_from(records).map_err(|_| damaged())?;
    sql.run(
        "UPDATE device SET unverified = ?3 + CASE unverified_day WHEN ?2 THEN unverified ELSE 0 END,
           unverified_day = ?2 WHERE id = ?1",
        &[
            batch.device.to_string().into(),
            today.to_string().into(),
            records.into(),
        ],
    )
}
