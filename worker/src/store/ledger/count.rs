//! Counting a batch: receipts, responses and tallies in one transaction (rules L2, L3).

use super::{Ledger, damaged, devices, number, raise_version, today, unit};
use crate::access::token;
use crate::refused::Refused;
use crate::store::port::{Row, Sql, Store, StoreError, Value};
use std::collections::BTreeMap;
use survey::comment::{Redacted, redact};
use survey::day::{Day, Millis};
use survey::form::Form;
use survey::id::{DeviceId, FormId, ParcelHash, ResponseId};
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

/// What a batch adds to the tables, collected so that each table takes few statements.
#[derive(Default)]
struct Entries {
    receipts: Vec<[Value; 4]>,
    responses: Vec<[Value; 5]>,
    quarantined: Vec<[Value; 5]>,
    comments: Vec<[Value; 5]>,
    cells: BTreeMap<(FormId, Day), Tally>,
    counted: i64,
    /// Pairs of id and hash that a quarantine may hold.
    rejudged: Vec<(ResponseId, ParcelHash)>,
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
                entries.write(sql, today)?;
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
                if !known.is_empty() && matches!(entry, Entry::Count(_)) {
                    entries.rejudged.push((record.id, record.hash));
                }
                count.verdicts.push(verdict);
                entries.add(record, upload.batch.device, entry, today)?;
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
    fn add(
        &mut self,
        record: &Record,
        device: DeviceId,
        entry: Entry,
        today: Day,
    ) -> Result<(), Refused> {
        let (verdict, counted) = match entry {
            Entry::Nothing => return Ok(()),
            Entry::Quarantine(reason) => (word(reason), None),
            Entry::Count(counted) => (COUNTED.to_owned(), Some(counted)),
        };
        let (id, hash) = (record.id.to_string(), record.hash.to_string());
        let (comment, sealed) = comment(record);
        self.receipts.push([
            id.as_str().into(),
            hash.as_str().into(),
            verdict.as_str().into(),
            device.to_string().into(),
        ]);
        let Some(counted) = counted else {
            let text = comment.map(|comment| comment.text);
            let raw = write(&(&record.body, text, sealed, record.damaged));
            let day = today.to_string().into();
            let row = [id.into(), hash.into(), verdict.into(), day, raw.into()];
            self.quarantined.push(row);
            return Ok(());
        };
        let form = counted.submission.response.form;
        if let Some(comment) = comment {
            self.comments.push([
                token::draw()?.into(),
                form.to_string().into(),
                counted.day.month_slice().into(),
                comment.text.into(),
                comment.needs_review.into(),
            ]);
        }
        self.responses.push([
            id.into(),
            form.to_string().into(),
            counted.day.to_string().into(),
            record.body.as_str().into(),
            sealed.into(),
        ]);
        self.add_to_cell(form, *counted)
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

    fn write(&self, sql: &dyn Sql, today: Day) -> Result<(), Refused> {
        // A record that was quarantined and now counts leaves the quarantine (rule L8).
        for (id, hash) in &self.rejudged {
            sql.run(
                "DELETE FROM quarantine WHERE id = ?1 AND hash = ?2",
                &[id.to_string().into(), hash.to_string().into()],
            )?;
        }
        let again =
            "ON CONFLICT DO UPDATE SET verdict = excluded.verdict, device = excluded.device";
        insert(
            sql,
            "receipt (id, hash, verdict, device)",
            &self.receipts,
            again,
        )?;
        let columns = "response (id, form, day, body, commitment)";
        insert(sql, columns, &self.responses, "")?;
        let columns = "quarantine (id, hash, reason, day, raw)";
        insert(sql, columns, &self.quarantined, "")?;
        let columns = "comment (key, form, month, text, needs_review)";
        insert(sql, columns, &self.comments, "")?;
        for ((form, day), tally) in &self.cells {
            add_to_stored_cell(sql, *form, *day, tally)?;
        }
        if self.counted > 0 {
            sql.run(
                "INSERT INTO received VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET responses = responses + excluded.responses",
                &[today.to_string().into(), self.counted.into()],
            )?;
        }
        Ok(())
    }
}

/// Values that a statement binds at most.
const MOST_BOUND: usize = 100;

/// Adds rows, as many to a statement as it may bind: half the work of handing over one JSON list.
fn insert<const N: usize>(
    sql: &dyn Sql,
    table: &str,
    rows: &[[Value; N]],
    conflict: &str,
) -> Result<(), StoreError> {
    for rows in rows.chunks(MOST_BOUND / N) {
        let marks = vec!["?"; N].join(",");
        let places = vec![format!("({marks})"); rows.len()].join(",");
        let statement = format!("INSERT INTO {table} VALUES {places} {conflict}");
        sql.run(&statement, rows.as_flattened())?;
    }
    Ok(())
}

/// The comment of a record without what names a person (P10), and what binds it to the record.
fn comment(record: &Record) -> (Option<Redacted>, String) {
    let parcel = Record {
        id: record.id,
        body: String::new(),
        comment: record.comment.clone(),
        hash: record.hash,
        damaged: record.damaged,
    }
    .into_parcel();
    let redacted = parcel.comment.map(|comment| redact(&comment.text));
    (redacted, parcel.commitment.to_string())
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
